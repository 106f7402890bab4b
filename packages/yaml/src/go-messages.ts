// Problems of a text in the words of Go's readers, which users of its tools know. Follows `scannerc.go`, `parserc.go` and `decode.go` of yaml.v2 and yaml.v3.
import type { YamlError } from './errors.ts'

/** The readers differ in the line they name: `v2` (Helm, kubectl) names that of the problem, `v3` (Kustomize) that of what it is in. */
export type GoYamlVersion = 'v2' | 'v3'

interface GoMessage {
  readonly pattern: RegExp
  readonly words: string
  readonly by: 'scanner' | 'parser'
  /** What v3 takes for the place: the problem, or the block that was being read. */
  readonly context?: 'block'
}

const goMessages: readonly GoMessage[] = [
  {
    pattern: /^(?:Nested mappings are not allowed|Implicit keys need to be on a single line)/,
    words: 'mapping values are not allowed in this context',
    by: 'scanner',
  },
  { pattern: /\btab\b/i, words: 'found character that cannot start any token', by: 'scanner' },
  { pattern: /^Missing closing ["']quote|^Missing closing .*quote/, words: 'found unexpected end of stream', by: 'scanner' },
  { pattern: /^Plain value cannot start with (?:reserved character|directive|a tab)/, words: 'found character that cannot start any token', by: 'scanner' },
  { pattern: /^Block scalar header includes extra characters/, words: 'did not find expected comment or line break', by: 'scanner' },
  { pattern: /^Invalid escape sequence/, words: 'found unknown escape character', by: 'scanner' },
  {
    pattern:
      /^All (?:collection|mapping|sequence) items must start at the same column|^Unexpected |^A block sequence may not be used as an implicit map key|^Sequence item without - indicator|^Plain value cannot start/,
    words: 'did not find expected key',
    by: 'parser',
    context: 'block',
  },
]

/** A problem as Go says it. Its scanner counts lines from 1, its parser from 0, and neither names the first. */
export function goYamlMessage({ message, line, column }: YamlError, text: string, version: GoYamlVersion = 'v2'): string {
  if (message.startsWith('Implicit map keys need to be followed by map values')) {
    const counted = version === 'v3' && line > 1 ? line : line + 1
    return `yaml: line ${counted}: could not find expected ':'`
  }
  const infinite = /^([-+]?)\.(inf|nan) is no number that JSON can hold/i.exec(message)
  if (infinite !== null) return `json: unsupported value: ${infinite[2]?.toLowerCase() === 'nan' ? 'NaN' : `${infinite[1] === '-' ? '-' : '+'}Inf`}`
  const anchor = /^alias \*(\S+) has no anchor/.exec(message)?.[1]
  if (anchor !== undefined) return `yaml: unknown anchor '${anchor}' referenced`
  const lines = text.split('\n')
  const named = (counted: number, words: string): string => `yaml: ${counted > 0 ? `line ${counted}: ` : ''}${words}`
  // The end of a text lies behind a line end, for Go, whether there is one or not.
  const isAtEnd = line === lines.length && column > (lines[line - 1] ?? '').length && lines.at(-1) !== ''
  const atProblem = line - 1 + (isAtEnd ? 1 : 0)
  const before = [...lines.slice(0, line - 1), (lines[line - 1] ?? '').slice(0, column - 1)].join('\n')
  const end = /flow sequence|flow-seq/i.test(message) ? ']' : /flow map|flow-map/i.test(message) ? '}' : undefined
  if (end !== undefined) {
    const opened = openedAt(before)
    const words = opened === undefined || /[[{,]\s*$/.test(before) ? 'did not find expected node content' : `did not find expected ',' or '${end}'`
    return named(version === 'v3' && opened !== undefined && opened > 0 ? opened : atProblem, words)
  }
  const found = goMessages.find(({ pattern }) => pattern.test(message))
  if (found === undefined) return `yaml: line ${line}: ${message}`
  const words = tabWords(found.words, before) ?? found.words
  if (found.by === 'scanner') {
    const place = found.words.startsWith('mapping values') ? colonFrom(lines, line, column) : line
    return named(place > 1 ? place : 0, words)
  }
  const block = found.context === 'block' ? blockAround(lines, line, column) : undefined
  const place = version === 'v3' && block !== undefined && block.start > 0 ? block.start : atProblem
  return named(place, block?.isList === true ? "did not find expected '-' indicator" : words)
}

/** A tab that goes on with a plain scalar is told from one that begins something. */
function tabWords(words: string, before: string): string | undefined {
  if (!words.startsWith('found character that cannot') || !/\n[ \t]*$/.test(before)) return undefined
  const last = before.trimEnd().split('\n').at(-1) ?? ''
  return /(?:^\s*|[:-] +)[^\s"'[{|>#&*!%@`-][^#]*$/.test(last) && !/:\s*$/.test(last) ? 'found a tab character that violates indentation' : undefined
}

/** Line, from 1, of the colon that should not be there: a plain scalar may have begun lines before. */
function colonFrom(lines: readonly string[], line: number, column: number): number {
  for (let at = line; at <= lines.length; at++) {
    const rest = at === line ? (lines[at - 1] ?? '').slice(column - 1) : (lines[at - 1] ?? '')
    if (/:(?:\s|$)/.test(rest)) return at
  }
  return line
}

/** Line, from 0, of the bracket that is open at the end of a text. */
function openedAt(before: string): number | undefined {
  let open = 0
  for (let at = before.length - 1; at >= 0; at--) {
    const character = before.charAt(at)
    if (character === ']' || character === '}') open++
    else if ((character === '[' || character === '{') && open-- === 0) return before.slice(0, at).split('\n').length - 1
  }
  return undefined
}

/** The block around a place: the line where it begins, from 0, and whether it is a list. */
function blockAround(lines: readonly string[], line: number, column: number): { readonly start: number; readonly isList: boolean } {
  const own = Math.max(column - 1, (lines[line - 1] ?? '').search(/[^ ]/))
  let indent: number | undefined
  let start = 0
  let isList = true
  for (let at = line - 2; at >= 0; at--) {
    const text = lines[at] ?? ''
    if (text.startsWith('---')) break
    let depth = text.search(/[^ ]/)
    if (depth < 0 || text.charAt(depth) === '#') continue
    // A map may begin behind the dash of its list.
    for (let next = /^- +/.exec(text.slice(depth)); next !== null && depth + next[0].length <= (indent ?? own); next = /^- +/.exec(text.slice(depth)))
      depth += next[0].length
    if (indent === undefined && depth > own) continue
    indent ??= depth
    if (depth < indent) break
    if (depth > indent) continue
    start = at
    if (!/^-(?: |$)/.test(text.slice(depth))) isList = false
  }
  return { start, isList: isList && indent === own }
}
