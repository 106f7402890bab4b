// Writes YAML as Go's Kubernetes tools do: sorted keys, two blanks, lists at the indentation of their key, literal blocks for several lines.
import { resolvePlain } from './scalars.ts'

/** How YAML is written. */
export interface YamlWriteOptions {
  /** Default: true, as Go sorts the keys of maps. */
  readonly sortKeys?: boolean
}

/** Characters that need quotes wherever they stand, or that a plain scalar cannot show. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u0084\u0086-\u009f\ufeff\ud800-\udfff\ufffe\uffff]/
const startsSpecial = /^[-?:](?:\s|$)|^[,[\]{}#&*!|>'"%@`]|^\s|\s$/
const containsSpecial = /: |:$| #|\n|\t/
const looksTyped = /^(?:[-+.\d~]|[yYnNtTfFoO])/
const oldNumber = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/
const looksLikeTime = /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt\s].*)?$/

/** One document, with a line feed at its end. */
export function formatYaml(value: unknown, options: YamlWriteOptions = {}): string {
  const lines: string[] = []
  const isSorted = options.sortKeys !== false
  writeRoot(value, lines, isSorted)
  return `${lines.join('\n')}\n`
}

/** Several documents, each but the first after `---`. */
export function formatYamlDocuments(values: readonly unknown[], options: YamlWriteOptions = {}): string {
  return values.map((value) => formatYaml(value, options)).join('---\n')
}

function writeRoot(value: unknown, lines: string[], isSorted: boolean): void {
  if (isCollection(value)) writeCollection(value, '', lines, isSorted)
  else writeScalar(value, '', '', lines)
}

function isCollection(value: unknown): value is unknown[] | Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  return Array.isArray(value) ? value.length > 0 : Object.keys(value).length > 0
}

function writeCollection(value: unknown[] | Record<string, unknown>, indent: string, lines: string[], isSorted: boolean): void {
  if (Array.isArray(value)) writeList(value, indent, lines, isSorted)
  else writeMap(value, indent, lines, isSorted)
}

function writeMap(map: Record<string, unknown>, indent: string, lines: string[], isSorted: boolean): void {
  const names = Object.keys(map)
  if (isSorted) names.sort()
  for (const name of names) {
    const value = map[name]
    if (value === undefined) continue
    const key = `${indent}${quoteIfNeeded(name)}:`
    if (!isCollection(value)) {
      writeScalar(value, `${key} `, indent, lines)
      continue
    }
    lines.push(key)
    if (Array.isArray(value)) writeList(value, indent, lines, isSorted)
    else writeMap(value, `${indent}  `, lines, isSorted)
  }
}

function writeList(list: readonly unknown[], indent: string, lines: string[], isSorted: boolean): void {
  for (const item of list) {
    if (!isCollection(item)) {
      writeScalar(item, `${indent}- `, indent, lines)
      continue
    }
    const at = lines.length
    writeCollection(item, `${indent}  `, lines, isSorted)
    const first = lines[at]
    if (first !== undefined) lines[at] = `${indent}- ${first.slice(indent.length + 2)}`
  }
}

/** `indent` is that of the collection around: blocks stand two deeper. */
function writeScalar(value: unknown, prefix: string, indent: string, lines: string[]): void {
  if (typeof value === 'string' && value.includes('\n') && canBeBlock(value)) {
    writeBlock(value, prefix, `${indent}  `, lines)
    return
  }
  lines.push(prefix + scalarText(value))
}

function scalarText(value: unknown): string {
  if (typeof value === 'string') return quoteIfNeeded(value)
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return '[]'
  if (typeof value === 'object') return '{}'
  return typeof value === 'number' ? numberText(value) : String(value as boolean | bigint)
}

/** Go writes large and small floats with an exponent; a reader gets the same number from either form. */
function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value)
  return Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf'
}

function canBeBlock(value: string): boolean {
  return !unprintable.test(value) && !/[\u0085\u2028\u2029]/.test(value) && value.trim() !== ''
}

function writeBlock(value: string, prefix: string, indent: string, lines: string[]): void {
  const body = value.replace(/\n+$/, '')
  const ends = value.length - body.length
  const chomp = ends === 0 ? '-' : ends === 1 ? '' : '+'
  // A first line that begins with a blank would be taken for indentation.
  const hint = /^[ \n]/.test(body) ? '2' : ''
  lines.push(`${prefix}|${hint}${chomp}`)
  for (const line of body.split('\n')) lines.push(line === '' ? '' : indent + line)
  for (let extra = 1; extra < ends; extra++) lines.push('')
}

function quoteIfNeeded(text: string): string {
  if (text === '') return '""'
  if (unprintable.test(text) || text.includes('\n') || text.includes('\t') || /[\u0085\u2028\u2029]/.test(text)) return doubleQuoted(text)
  if (startsSpecial.test(text) || containsSpecial.test(text)) return singleQuoted(text)
  if (looksTyped.test(text) && isTyped(text)) return `"${text}"`
  return text === '=' || text === '<<' || /^(?:---|\.\.\.)/.test(text) ? singleQuoted(text) : text
}

/** Whether any reader, old or new, would give the text another type. */
function isTyped(text: string): boolean {
  if (oldNumber.test(text) || looksLikeTime.test(text)) return true
  try {
    return typeof resolvePlain(text, 'sigs') !== 'string' || typeof resolvePlain(text, 'kyaml') !== 'string'
  } catch {
    return true
  }
}

function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

const shortEscapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
}

function doubleQuoted(text: string): string {
  let out = '"'
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    const short = shortEscapes[character]
    const code = text.charCodeAt(at)
    if (short !== undefined) out += short
    else if (code < 0x20 || (code >= 0x7f && code < 0xa0)) out += `\\x${code.toString(16).padStart(2, '0')}`
    else if (code === 0xfeff || code === 0xfffe || code === 0xffff || isLoneSurrogate(text, at)) out += `\\u${code.toString(16).padStart(4, '0')}`
    else out += character
  }
  return `${out}"`
}

function isLoneSurrogate(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  if (code >= 0xd800 && code < 0xdc00) return !(text.charCodeAt(at + 1) >= 0xdc00 && text.charCodeAt(at + 1) < 0xe000)
  return code >= 0xdc00 && code < 0xe000 && !(text.charCodeAt(at - 1) >= 0xd800 && text.charCodeAt(at - 1) < 0xdc00)
}
