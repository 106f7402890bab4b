// Functions that every program has. Those about paths and control, and those about values alone. The rest is jq itself: `definitions.ts`.
import { RE2JS } from 're2js'
import { extended, made } from './item.ts'
import type { Evaluator, Item, Scope } from './item.ts'
import { textOf } from './formats.ts'
import type { Node } from './parser.ts'
import { arithmetic, compare, deletePaths, getPath, indexInto, indicesOf, isMap, isTrue, JqError, mapOf, setPath, shown, sortedKeys, typeOf } from './values.ts'
import type { PathStep } from './values.ts'

type PathBuiltin = (run: Evaluator, args: readonly Node[], item: Item, scope: Scope) => Generator<Item>
type ValueBuiltin = (input: unknown, args: readonly unknown[]) => unknown

function* none(): Generator<Item> {
  // A generator without values.
}

const paths: Readonly<Record<string, PathBuiltin>> = {
  'empty/0': () => none(),
  *'error/0'(_run, _args, item) {
    yield* none()
    throw new JqError(item.value)
  },
  *'error/1'(run, [message], item, scope) {
    for (const value of run.values(message as Node, item.value, scope)) throw new JqError(value)
    yield* none()
  },
  *'select/1'(run, [condition], item, scope) {
    for (const value of run.values(condition as Node, item.value, scope)) if (isTrue(value)) yield item
  },
  *'recurse/0'(run, _args, item) {
    yield* run.recurse(item)
  },
  *'path/1'(run, [expression], item, scope) {
    for (const { path } of run.paths(expression as Node, item.value, scope)) yield made(path)
  },
  *'del/1'(run, [expression], item, scope) {
    yield made(
      deletePaths(
        item.value,
        [...run.paths(expression as Node, item.value, scope)].map(({ path }) => path),
      ),
    )
  },
  *'getpath/1'(run, [expression], item, scope) {
    for (const path of run.values(expression as Node, item.value, scope)) {
      if (!Array.isArray(path)) throw new JqError(`getpath cannot be applied to: ${typeOf(path)} (${shown(path)})`)
      const steps = path as PathStep[]
      yield { value: getPath(item.value, steps), path: item.path === undefined ? undefined : [...item.path, ...steps] }
    }
  },
  *'first/1'(run, [expression], item, scope) {
    for (const value of run.evaluate(expression as Node, item, scope)) {
      yield value
      return
    }
  },
  *'first/0'(_run, _args, { value, path }) {
    yield { value: indexInto(value, 0), path: extended(path, 0) }
  },
  *'last/1'(run, [expression], item, scope) {
    let last: Item | undefined
    for (const value of run.evaluate(expression as Node, item, scope)) last = value
    if (last !== undefined) yield last
  },
  *'last/0'(_run, _args, { value, path }) {
    yield { value: indexInto(value, -1), path: extended(path, -1) }
  },
  *'limit/2'(run, [count, expression], item, scope) {
    for (const most of run.values(count as Node, item.value, scope)) {
      let left = Number(most)
      if (left <= 0) continue
      for (const value of run.evaluate(expression as Node, item, scope)) {
        yield value
        if (--left <= 0) break
      }
    }
  },
  *'isempty/1'(run, [expression], item, scope) {
    yield made(run.evaluate(expression as Node, item, scope).next().done === true)
  },
  *'range/2'(run, [from, to], item, scope) {
    for (const start of run.values(from as Node, item.value, scope))
      for (const end of run.values(to as Node, item.value, scope))
        for (let number = Number(start); number < Number(end); number++) {
          run.step()
          yield made(number)
        }
  },
  *'paths/0'(run, _args, item) {
    for (const { path } of run.recurse({ value: item.value, path: [] })) if ((path ?? []).length > 0) yield made(path)
  },
  *'paths/1'(run, [condition], item, scope) {
    for (const { value, path } of run.recurse({ value: item.value, path: [] }))
      if ((path ?? []).length > 0) for (const isWanted of run.values(condition as Node, value, scope)) if (isTrue(isWanted)) yield made(path)
  },
  *'input/0'() {
    yield* none()
    throw new JqError('No more inputs')
  },
  'inputs/0': () => none(),
}

for (const [name, pick] of [
  ['sort_by', (pairs: readonly Keyed[]): unknown => pairs.map(({ value }) => value)],
  ['group_by', (pairs: readonly Keyed[]): unknown => groups(pairs).map((group) => group.map(({ value }) => value))],
  ['unique_by', (pairs: readonly Keyed[]): unknown => groups(pairs).map((group) => group[0]?.value)],
  ['min_by', (pairs: readonly Keyed[]): unknown => pairs[0]?.value ?? null],
  ['max_by', (pairs: readonly Keyed[]): unknown => pairs.findLast(({ key }) => compare(key, pairs.at(-1)?.key) === 0)?.value ?? null],
] as const)
  (paths as Record<string, PathBuiltin>)[`${name}/1`] = function* (run, [expression], item, scope) {
    const list = listOf(item.value, name)
    const pairs = list.map((value): Keyed => ({ value, key: [...run.values(expression as Node, value, scope)] }))
    yield made(pick(pairs.toSorted((a, b) => compare(a.key, b.key))))
  }

interface Keyed {
  readonly value: unknown
  readonly key: unknown
}

function groups(sorted: readonly Keyed[]): Keyed[][] {
  const result: Keyed[][] = []
  for (const pair of sorted) {
    const group = result.at(-1)
    if (group?.[0] !== undefined && compare(group[0].key, pair.key) === 0) group.push(pair)
    else result.push([pair])
  }
  return result
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new JqError(`${name} cannot be applied to: ${typeOf(value)} (${shown(value)})`)
  return value as unknown[]
}

function string(value: unknown, name: string): string {
  if (typeof value !== 'string') throw new JqError(`${name} cannot be applied to: ${typeOf(value)} (${shown(value)})`)
  return value
}

const sorted = (value: unknown, name: string): unknown[] => listOf(value, name).toSorted(compare)

/** Patterns are RE2's: linear in time, whatever they are. */
function compiled(pattern: unknown, flags: unknown): { readonly regex: RE2JS; readonly isGlobal: boolean } {
  let bits = 0
  let source = string(pattern, 'match')
  const letters = flags === null || flags === undefined ? '' : string(flags, 'match')
  if (letters.includes('i')) bits |= RE2JS.CASE_INSENSITIVE
  if (letters.includes('s')) bits |= RE2JS.DOTALL
  if (letters.includes('x')) source = source.replaceAll(/\\\s|\s+|#.*/g, (part) => (part.startsWith('\\') ? part : ''))
  try {
    return {
      regex: RE2JS.compile(source.replaceAll('(?<', '(?P<').replaceAll('(?P<=', '(?<=').replaceAll('(?P<!', '(?<!'), bits),
      isGlobal: letters.includes('g'),
    }
  } catch (error) {
    throw new JqError(`invalid regular expression ${JSON.stringify(source)}: ${error instanceof Error ? error.message : ''}`)
  }
}

/** All matches as `match` tells them; offsets count characters. */
function matches(subject: unknown, pattern: unknown, flags: unknown): Record<string, unknown>[] {
  const text = string(subject, 'match')
  const { regex, isGlobal } = compiled(pattern, flags)
  const matcher = regex.matcher(text)
  const names = Object.entries(regex.namedGroups())
  const found: Record<string, unknown>[] = []
  const offset = (index: number): number => (index < 0 ? -1 : Array.from(text.slice(0, index)).length)
  while (matcher.find()) {
    const whole = matcher.group() ?? ''
    const captures = Array.from({ length: matcher.groupCount() }, (_, index) => {
      const group = matcher.group(index + 1)
      const name = names.find(([, number]) => number === index + 1)?.[0] ?? null
      return { offset: group === null ? -1 : offset(matcher.start(index + 1)), length: Array.from(group ?? '').length, string: group ?? null, name }
    })
    found.push({ offset: offset(matcher.start()), length: Array.from(whole).length, string: whole, captures })
    if (!isGlobal) break
  }
  return found
}

function contains(a: unknown, b: unknown): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a.includes(b)
  if (Array.isArray(a) && Array.isArray(b)) return b.every((item) => a.some((other) => typeOf(other) === typeOf(item) && contains(other, item)))
  if (isMap(a) && isMap(b)) return Object.keys(b).every((key) => Object.hasOwn(a, key) && typeOf(a[key]) === typeOf(b[key]) && contains(a[key], b[key]))
  if (typeOf(a) === typeOf(b)) return compare(a, b) === 0
  throw new JqError(`cannot check contains(${shown(b)}): ${typeOf(a)} (${shown(a)})`)
}

function length(value: unknown): number {
  if (value === null || value === undefined) return 0
  if (typeof value === 'number') return Math.abs(value)
  if (typeof value === 'string') return Array.from(value).length
  if (Array.isArray(value)) return value.length
  if (isMap(value)) return Object.keys(value).length
  throw new JqError(`length cannot be applied to: ${typeOf(value)} (${shown(value)})`)
}

function flatten(value: unknown, depth: number): unknown[] {
  if (depth < 0) throw new JqError('flatten depth must not be negative')
  return listOf(value, 'flatten').flat(depth)
}

const math =
  (compute: (value: number) => number): ValueBuiltin =>
  (input) => {
    if (typeof input !== 'number') throw new JqError(`cannot be applied to: ${typeOf(input)} (${shown(input)})`)
    return compute(input)
  }

const values: Readonly<Record<string, ValueBuiltin>> = {
  'not/0': (input) => !isTrue(input),
  'length/0': length,
  'utf8bytelength/0': (input) => new TextEncoder().encode(string(input, 'utf8bytelength')).length,
  'keys/0': (input) => (Array.isArray(input) ? [...input.keys()] : isMap(input) ? sortedKeys(input) : notFor('keys', input)),
  'keys_unsorted/0': (input) => (Array.isArray(input) ? [...input.keys()] : isMap(input) ? Object.keys(input) : notFor('keys', input)),
  'has/1': (input, [key]) => {
    if (isMap(input) && typeof key === 'string') return Object.hasOwn(input, key)
    if (Array.isArray(input) && typeof key === 'number') return key >= 0 && key < input.length
    throw new JqError(`cannot check whether ${typeOf(input)} has a key: ${shown(key)}`)
  },
  'contains/1': (input, [part]) => contains(input, part),
  'inside/1': (input, [whole]) => contains(whole, input),
  'in/1': (input, [whole]) => (isMap(whole) ? Object.hasOwn(whole, string(input, 'in')) : Number(input) >= 0 && Number(input) < listOf(whole, 'in').length),
  'type/0': typeOf,
  'add/0': (input) => {
    const list = isMap(input) ? Object.values(input) : listOf(input, 'add')
    return list.length === 0 ? null : list.reduce((sum, value) => arithmetic('+', sum, value), null)
  },
  'to_entries/0': (input) => (isMap(input) ? sortedKeys(input).map((key) => ({ key, value: input[key] })) : notFor('to_entries', input)),
  'from_entries/0': (input) =>
    mapOf(
      listOf(input, 'from_entries').map((entry): [string, unknown] => {
        const member = (...names: string[]): unknown => {
          for (const name of names) {
            const found = indexInto(entry, name)
            if (found !== null && found !== false) return found
          }
          return null
        }
        const key = member('key', 'k', 'name', 'Name', 'Key', 'K')
        return [typeof key === 'string' ? key : JSON.stringify(key), member('value', 'v', 'Value', 'V')]
      }),
    ),
  'tostring/0': textOf,
  'tonumber/0': (input) => {
    if (typeof input === 'number') return input
    const text = string(input, 'tonumber')
    if (!/^\s*-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?\s*$/.test(text)) throw new JqError(`cannot be parsed as a number: ${typeOf(input)} (${shown(input)})`)
    return Number(text)
  },
  'tojson/0': (input) => JSON.stringify(input),
  'fromjson/0': (input) => {
    try {
      return JSON.parse(string(input, 'fromjson')) as unknown
    } catch {
      throw new JqError(`cannot be parsed as JSON: ${typeOf(input)} (${shown(input)})`)
    }
  },
  'ascii_downcase/0': (input) => string(input, 'ascii_downcase').replaceAll(/[A-Z]+/g, (part) => part.toLowerCase()),
  'ascii_upcase/0': (input) => string(input, 'ascii_upcase').replaceAll(/[a-z]+/g, (part) => part.toUpperCase()),
  'startswith/1': (input, [start]) => string(input, 'startswith').startsWith(string(start, 'startswith')),
  'endswith/1': (input, [end]) => string(input, 'endswith').endsWith(string(end, 'endswith')),
  'ltrimstr/1': (input, [start]) => (typeof input === 'string' && typeof start === 'string' && input.startsWith(start) ? input.slice(start.length) : input),
  'rtrimstr/1': (input, [end]) =>
    typeof input === 'string' && typeof end === 'string' && end !== '' && input.endsWith(end) ? input.slice(0, -end.length) : input,
  'trim/0': (input) => string(input, 'trim').trim(),
  'ltrim/0': (input) => string(input, 'ltrim').trimStart(),
  'rtrim/0': (input) => string(input, 'rtrim').trimEnd(),
  'split/1': (input, [separator]) => (string(input, 'split') === '' ? [] : string(input, 'split').split(string(separator, 'split'))),
  'split/2': (input, [pattern, flags]) => splitBy(input, pattern, flags),
  'join/1': (input, [separator]) =>
    listOf(input, 'join')
      .map((item) => (item === null ? '' : typeof item === 'object' ? notFor('join', item) : String(item as string | number)))
      .join(string(separator, 'join')),
  'explode/0': (input) => Array.from(string(input, 'explode'), (character) => character.codePointAt(0)),
  'implode/0': (input) => String.fromCodePoint(...listOf(input, 'implode').map(Number)),
  'ascii/0': (input) => String.fromCharCode(Number(input)),
  'test/1': (input, [pattern]) => tested(input, pattern, null),
  'test/2': (input, [pattern, flags]) => tested(input, pattern, flags),
  'sort/0': (input) => sorted(input, 'sort'),
  'unique/0': (input) => sorted(input, 'unique').filter((value, index, all) => index === 0 || compare(value, all[index - 1]) !== 0),
  'min/0': (input) => sorted(input, 'min')[0] ?? null,
  'max/0': (input) => sorted(input, 'max').at(-1) ?? null,
  'reverse/0': (input) => (input === null ? [] : typeof input === 'string' ? Array.from(input).toReversed().join('') : listOf(input, 'reverse').toReversed()),
  'flatten/0': (input) => flatten(input, Number.POSITIVE_INFINITY),
  'flatten/1': (input, [depth]) => flatten(input, Number(depth)),
  'indices/1': (input, [part]) => indicesOf(input, part),
  'index/1': (input, [part]) => ((indicesOf(input, part) ?? []) as unknown[])[0] ?? null,
  'rindex/1': (input, [part]) => ((indicesOf(input, part) ?? []) as unknown[]).at(-1) ?? null,
  'setpath/2': (input, [path, value]) => setPath(input, listOf(path, 'setpath') as PathStep[], () => value),
  'delpaths/1': (input, [all]) => deletePaths(input, listOf(all, 'delpaths') as PathStep[][]),
  'transpose/0': (input) => {
    const rows = listOf(input, 'transpose').map((row) => listOf(row, 'transpose'))
    return Array.from({ length: Math.max(0, ...rows.map((row) => row.length)) }, (_, column) => rows.map((row) => row[column] ?? null))
  },
  'floor/0': math(Math.floor),
  'ceil/0': math(Math.ceil),
  'round/0': math(Math.round),
  'sqrt/0': math(Math.sqrt),
  'fabs/0': math(Math.abs),
  'abs/0': math(Math.abs),
  'log/0': math(Math.log),
  'log2/0': math(Math.log2),
  'log10/0': math(Math.log10),
  'exp/0': math(Math.exp),
  'trunc/0': math(Math.trunc),
  'pow/2': (_input, [base, exponent]) => Number(base) ** Number(exponent),
  'infinite/0': () => Number.MAX_VALUE,
  'nan/0': () => Number.NaN,
  'isnan/0': (input) => Number.isNaN(Number(input)),
  'env/0': () => ({}),
  'input_line_number/0': () => 0,
  '_matches/2': (input, [pattern, flags]) => matches(input, pattern, flags),
}

function notFor(name: string, value: unknown): never {
  throw new JqError(`${name} cannot be applied to: ${typeOf(value)} (${shown(value)})`)
}

function tested(input: unknown, pattern: unknown, flags: unknown): boolean {
  const [source, letters] = Array.isArray(pattern) ? [pattern[0] as unknown, (pattern[1] as unknown) ?? null] : [pattern, flags]
  return matches(input, source, letters).length > 0
}

function splitBy(input: unknown, pattern: unknown, flags: unknown): string[] {
  const text = Array.from(string(input, 'split'))
  let from = 0
  const parts = matches(input, pattern, `g${flags === null ? '' : string(flags, 'split')}`).map(({ offset, length: size }) => {
    const part = text.slice(from, Number(offset)).join('')
    from = Number(offset) + Number(size)
    return part
  })
  return [...parts, text.slice(from).join('')]
}

/** Everything that is not written in jq. */
export const builtins: {
  readonly paths: Readonly<Record<string, PathBuiltin>>
  readonly values: Readonly<Record<string, ValueBuiltin>>
  readonly delete: typeof deletePaths
} = { paths, values, delete: deletePaths }
