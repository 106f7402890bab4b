// Functions that every program has and that are written in jq.
import { parseJq } from './parser.ts'
import type { Node } from './parser.ts'

const sources = [
  'def map(f): [.[] | f];',
  'def map_values(f): .[] |= f;',
  'def recurse(f): def r: ., (f | r); r;',
  'def recurse(f; cond): def r: ., (f | select(cond) | r); r;',
  'def with_entries(f): to_entries | map(f) | from_entries;',
  'def range($n): range(0; $n);',
  'def range($from; $to; $by): if $by > 0 then $from | while(. < $to; . + $by) elif $by < 0 then $from | while(. > $to; . + $by) else empty end;',
  'def while(cond; update): def r: if cond then ., (update | r) else empty end; r;',
  'def until(cond; update): def r: if cond then . else (update | r) end; r;',
  'def repeat(f): def r: ., (f | r); r;',
  'def nth($n): .[$n];',
  'def nth($n; f): last(limit($n + 1; f));',
  'def skip($n; f): foreach f as $x ($n; . - 1; if . < 0 then $x else empty end);',
  'def any: any(.[]; .);',
  'def any(f): any(.[]; f);',
  'def any(g; cond): isempty(first(g | select(cond))) | not;',
  'def all: all(.[]; .);',
  'def all(f): all(.[]; f);',
  'def all(g; cond): isempty(first(g | select(cond | not)));',
  'def values: select(. != null);',
  'def nulls: select(. == null);',
  'def booleans: select(type == "boolean");',
  'def numbers: select(type == "number");',
  'def strings: select(type == "string");',
  'def arrays: select(type == "array");',
  'def objects: select(type == "object");',
  'def iterables: select(type | . == "array" or . == "object");',
  'def scalars: select(type | . != "array" and . != "object");',
  'def leaf_paths: paths(scalars);',
  'def walk(f): def w: if type == "object" then map_values(w) elif type == "array" then map(w) else . end | f; w;',
  'def add(f): reduce f as $x (null; . + $x);',
  'def match($re): match($re; null);',
  'def match($re; $flags): if ($re | type) == "array" then _matches($re[0]; $re[1] // null) else _matches($re; $flags) end | .[];',
  'def capture($re): capture($re; null);',
  'def capture($re; $flags): match($re; $flags) | [.captures[] | select(.name != null) | {key: .name, value: .string}] | from_entries;',
  'def scan($re): scan($re; null);',
  'def scan($re; $flags): match($re; "g" + ($flags // "")) | if (.captures | length) > 0 then [.captures[].string] else .string end;',
  'def splits($re): splits($re; null);',
  'def splits($re; $flags): split($re; $flags) | .[];',
  'def sub($re; str): sub($re; str; null);',
  'def gsub($re; str): sub($re; str; "g");',
  'def gsub($re; str; $flags): sub($re; str; $flags + "g");',
  'def sub($re; str; $flags): . as $in | (reduce match($re; $flags) as $edit ([0, []]; (($edit.captures | map(select(.name != null) | {key: .name, value: .string}) | from_entries) | str) as $by | [$edit.offset + $edit.length, .[1] + [$in[.[0]:$edit.offset], $by]])) | .[1] + [$in[.[0]:]] | join("");',
  'def have_decnum: false;',
  'def pick(f): . as $in | reduce path(f) as $p (null; setpath($p; $in | getpath($p)));',
  'def tostream: path(def r: (.[]?|r), .; r) as $p | getpath($p) | reduce path(.[]?) as $q ([$p, .]; [$p + $q]);',
  'def combinations: if length == 0 then [] else .[0][] as $x | (.[1:] | combinations) as $w | [$x] + $w end;',
]

type Definitions = Readonly<Record<string, { readonly parameters: readonly string[]; readonly body: Node }>>

let parsed: Definitions | undefined

/** Functions that are written in jq, by name and number of arguments. */
export function definitions(): Definitions {
  parsed ??= Object.fromEntries(
    sources.map((source) => {
      const node = parseJq(source)
      if (node.kind !== 'define') throw new Error(`${source} defines nothing`)
      return [`${node.name}/${node.parameters.length}`, { parameters: node.parameters, body: node.body }]
    }),
  )
  return parsed
}
