// Sprig's string functions.
import { bytesOf, textOf } from '../bytes.ts'
import { FunctionError } from '../errors.ts'
import { valueText } from '../format.ts'
import { fn } from '../functions.ts'
import type { CallContext, FunctionMap } from '../functions.ts'
import { quoted } from '../quote.ts'
import { isList, isNilList, typed, typeName } from '../values.ts'
import type { GoValue } from '../values.ts'
import { eachLower, eachUpper } from './letter-case.ts'
import { decimalNumber, int, numberOf, strval } from './conversions.ts'
import { connected, pascal } from './name-case.ts'

const maxRepeat = 268_435_456

type Text = string
const s = (value: GoValue): Text => value as string

/** Part of a text, counted in bytes. */
function bytes(text: string, start: number, end?: number): string {
  // Most texts are plain, and then a byte is a character.
  // oxlint-disable-next-line no-control-regex -- plain texts have no such characters
  if (/^[\x00-\x7f]*$/.test(text)) return text.slice(start, end)
  return textOf(bytesOf(text).slice(start, end))
}

function byteLength(text: string): number {
  return bytesOf(text).length
}

/** The texts of a list. */
export function texts(value: GoValue): string[] {
  if (isList(value)) return value.filter((item) => item !== undefined && item !== null).map(strval)
  return value === undefined || value === null ? [] : [strval(value)]
}

function repeated(count: number, text: string, context: CallContext): string {
  if (count < 0) throw new FunctionError('strings: negative Repeat count')
  if (count * text.length > maxRepeat) throw new FunctionError(`repeat: more than ${maxRepeat} characters`)
  context.spend(Math.ceil((count * text.length) / 1024))
  return text.repeat(count)
}

function indented(spaces: number, text: string): string {
  if (spaces < 0) throw new FunctionError('strings: negative Repeat count')
  if (spaces > 100_000) throw new FunctionError('indent: more than 100000 blanks')
  const pad = ' '.repeat(spaces)
  return pad + text.replaceAll('\n', `\n${pad}`)
}

/** Cut a set of characters off both ends. */
function trimmed(text: string, cutset: string): string {
  const set = new Set(cutset)
  const characters = Array.from(text)
  let [start, end] = [0, characters.length]
  while (start < end && set.has(characters[start] ?? '')) start++
  while (end > start && set.has(characters[end - 1] ?? '')) end--
  return characters.slice(start, end).join('')
}

/** The first byte of every word, each as a character of its own. */
function initials(text: string): string {
  let result = ''
  let isGap = true
  for (const byte of bytesOf(text)) {
    const character = String.fromCharCode(byte)
    const isBlank = /[\t\n\v\f\r \u0085\u00a0]/.test(character)
    if (!isBlank && isGap) result += character
    isGap = isBlank
  }
  return result
}

const isBlankByte = (byte: number): boolean => (byte >= 9 && byte <= 13) || byte === 0x20 || byte === 0x85 || byte === 0xa0

/** Without blanks. When there were some, every other byte becomes a character of its own. */
function withoutBlanks(text: string): string {
  const raw = bytesOf(text)
  const kept = raw.filter((byte) => !isBlankByte(byte))
  return kept.length === raw.length ? text : Array.from(kept, (byte) => String.fromCharCode(byte)).join('')
}

/** What Go counts as a blank. */
export function trimSpace(text: string): string {
  return text.replace(
    /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g,
    '',
  )
}

/** Upper case at the start of every word, as `strings.Title` has it: signs of ASCII part words, others only when they are blanks. */
function title(text: string): string {
  let result = ''
  let isStart = true
  for (const character of text) {
    result += isStart ? eachUpper(character) : character
    isStart = (character.codePointAt(0) ?? 0) < 0x80 ? !/\w/.test(character) : !/[\p{L}\p{Nd}]/u.test(character) && /\s/.test(character)
  }
  return result
}

function uncapitalized(text: string): string {
  let isStart = true
  let result = ''
  for (const character of text) {
    if (/\s/.test(character)) {
      isStart = true
      result += character
    } else {
      result += isStart ? eachLower(character) : character
      isStart = false
    }
  }
  return result
}

function swapCase(text: string): string {
  let result = ''
  for (const character of text) {
    const lower = eachLower(character)
    result += lower === character ? eachUpper(character) : lower
  }
  return result
}

/** Lines are measured in bytes. */
function wrapped(text: string, width: number, separator: string, isHard: boolean): string {
  const raw = bytesOf(text)
  if (raw.length === text.length) return wrappedBytes(text, width, separator, isHard)
  const binary = (part: string): string => Array.from(bytesOf(part), (byte) => String.fromCharCode(byte)).join('')
  const result = wrappedBytes(binary(text), width, binary(separator), isHard)
  return textOf(Uint8Array.from(result, (character) => character.charCodeAt(0)))
}

function wrappedBytes(text: string, width: number, separator: string, isHard: boolean): string {
  const [size, lineEnd] = [Math.max(1, width), separator === '' ? '\n' : separator]
  let result = ''
  let offset = 0
  while (text.length - offset > size) {
    if (text.charAt(offset) === ' ') {
      offset++
      continue
    }
    const space = text.lastIndexOf(' ', offset + size)
    let end = space
    if (space < offset) {
      end = isHard ? offset + size : text.indexOf(' ', offset + size)
      if (end < 0) return result + text.slice(offset)
    }
    result += text.slice(offset, end) + lineEnd
    offset = isHard && space < offset ? end : end + 1
  }
  return result + text.slice(offset)
}

function abbreviated(left: number, right: number, text: string): string {
  const size = byteLength(text)
  if (right < 4 || (left > 0 && right < 7)) return text
  let offset = left
  if (size <= right) return text
  if (offset > size) offset = size
  if (size - offset < right - 3) offset = size - (right - 3)
  if (offset <= 4) return `${bytes(text, 0, right - 3)}...`
  if (offset + right - 3 < size) return `...${abbreviated(0, right - 3, bytes(text, offset))}`
  return `...${bytes(text, size - (right - 3))}`
}

function parts(separator: string, text: string, limit?: number): string[] {
  if (limit === 0) return []
  const all = separator === '' ? Array.from(text) : text.split(separator)
  if (limit === undefined || limit < 0 || all.length <= limit) return all
  return [...all.slice(0, limit - 1), all.slice(limit - 1).join(separator)]
}

function numbered(list: readonly string[]): GoValue {
  return typed(Object.fromEntries(list.map((part, index) => [`_${index}`, part])), 'map[string]string')
}

export const stringFunctions: FunctionMap = {
  hello: fn('', () => 'Hello!'),
  abbrev: fn('int string', ([width, text]) => (numberOf(width) < 4 ? text : abbreviated(0, numberOf(width), s(text)))),
  abbrevboth: fn('int int string', ([left, right, text]) => abbreviated(numberOf(left), numberOf(right), s(text))),
  trunc: fn('int string', ([count, text]) => {
    const [limit, size] = [numberOf(count), byteLength(s(text))]
    if (limit < 0 && size + limit > 0) return bytes(s(text), size + limit)
    return limit >= 0 && size > limit ? bytes(s(text), 0, limit) : text
  }),
  trim: fn('string', ([text]) => trimSpace(s(text))),
  upper: fn('string', ([text]) => eachUpper(s(text))),
  lower: fn('string', ([text]) => eachLower(s(text))),
  title: fn('string', ([text]) => title(s(text))),
  untitle: fn('string', ([text]) => uncapitalized(s(text))),
  substr: fn('int int string', ([start, end, text]) => {
    const [from, to, size] = [numberOf(start), numberOf(end), byteLength(s(text))]
    if (from < 0) {
      if (to < 0 || to > size) throw new FunctionError(`runtime error: slice bounds out of range [:${to}]${to < 0 ? '' : ` with length ${size}`}`)
      return bytes(s(text), 0, to)
    }
    const last = to < 0 || to > size ? size : to
    if (from > last) throw new FunctionError(`runtime error: slice bounds out of range [${from}:${last}]`)
    if (last === size) return bytes(s(text), from)
    return bytes(s(text), from, to)
  }),
  repeat: fn('int string', ([count, text], context) => repeated(numberOf(count), s(text), context)),
  trimall: fn('string string', ([cutset, text]) => trimmed(s(text), s(cutset))),
  trimAll: fn('string string', ([cutset, text]) => trimmed(s(text), s(cutset))),
  trimSuffix: fn('string string', ([suffix, text]) => (s(suffix) !== '' && s(text).endsWith(s(suffix)) ? s(text).slice(0, -s(suffix).length) : text)),
  trimPrefix: fn('string string', ([prefix, text]) => (s(text).startsWith(s(prefix)) ? s(text).slice(s(prefix).length) : text)),
  nospace: fn('string', ([text]) => withoutBlanks(s(text))),
  initials: fn('string', ([text]) => initials(s(text))),
  swapcase: fn('string', ([text]) => swapCase(s(text))),
  snakecase: fn('string', ([text]) => connected(s(text), '_')),
  kebabcase: fn('string', ([text]) => connected(s(text), '-')),
  camelcase: fn('string', ([text]) => pascal(s(text))),
  wrap: fn('int string', ([width, text]) => wrapped(s(text), numberOf(width), '\n', false)),
  wrapWith: fn('int string string', ([width, separator, text]) => wrapped(s(text), numberOf(width), s(separator), true)),
  contains: fn('string string', ([part, text]) => s(text).includes(s(part))),
  hasPrefix: fn('string string', ([part, text]) => s(text).startsWith(s(part))),
  hasSuffix: fn('string string', ([part, text]) => s(text).endsWith(s(part))),
  quote: fn('any...', (args) =>
    args
      .filter((value) => value !== undefined && value !== null)
      .map((value) => quoted(strval(value)))
      .join(' '),
  ),
  squote: fn('any...', (args) =>
    args
      .filter((value) => value !== undefined && value !== null)
      .map((value) => `'${valueText(value)}'`)
      .join(' '),
  ),
  cat: fn('any...', (args) =>
    args
      .filter((value) => value !== undefined && value !== null)
      .map((value) => valueText(value))
      .join(' '),
  ),
  indent: fn('int string', ([spaces, text]) => indented(numberOf(spaces), s(text))),
  nindent: fn('int string', ([spaces, text]) => `\n${indented(numberOf(spaces), s(text))}`),
  replace: fn('string string string', ([old, next, text]) => s(text).replaceAll(s(old), () => s(next))),
  plural: fn('string string int', ([one, many, count]) => (numberOf(count) === 1 ? one : many)),
  toString: fn('any', ([value]) => strval(value)),
  join: fn('string any', ([separator, list]) => texts(list).join(s(separator))),
  sortAlpha: fn('any', ([list]) => {
    if (!isList(list)) return typed([strval(list)], '[]string')
    return typed(texts(list).sort(compareUtf8), '[]string')
  }),
  split: fn('string string', ([separator, text]) => numbered(parts(s(separator), s(text)))),
  splitn: fn('string int string', ([separator, limit, text]) => numbered(parts(s(separator), s(text), numberOf(limit)))),
  splitList: fn('string string', ([separator, text]) => typed(parts(s(separator), s(text)), '[]string')),
  toStrings: fn('any', ([list]) => (isNilList(list) && typeName(list) === '[]string' ? list : typed(texts(list), '[]string'))),
  fail: fn('string', ([message]) => {
    throw new FunctionError(s(message))
  }),
  atoi: fn('string', ([text]) => int(decimalNumber(s(text)))),
}

function compareUtf8(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
