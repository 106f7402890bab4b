// Texts. Follows go-jsonnet v0.21 `builtins.go`, and its `std.jsonnet` for what is written in Jsonnet there.
import { toText } from '../manifest.ts'
import { formatFixedNumber, formatMessageNumber } from '../numbers.ts'
import { equals, integerOf, numberOf, textOf, typeError } from '../operators.ts'
import type { Run } from '../run.ts'
import { codePointLength, codePointSlice, isFlat, quoted, wellFormed } from '../text.ts'
import { ArrayValue, arrayOf, ObjectValue, typeOf } from '../values.ts'
import type { Value } from '../values.ts'
import { isMember } from './member.ts'
import { binaryDefinition, later, lengthOf, ternaryDefinition, unaryDefinition } from './definition.ts'
import type { Definition } from './definition.ts'

function made(run: Run, text: string): string {
  run.text(text.length)
  return text
}

function substr(run: Run, text: Value, from: Value, length: Value): Value {
  if (typeof text !== 'string') throw run.error(`substr first parameter should be a string, got ${typeOf(text)}`)
  if (typeof from !== 'number') throw run.error(`substr second parameter should be a number, got ${typeOf(from)}`)
  if (!Number.isInteger(from)) throw run.error(`substr second parameter should be an integer, got ${formatFixedNumber(from)}`)
  if (from < 0) throw run.error(`substr second parameter should be greater than zero, got ${formatFixedNumber(from)}`)
  if (typeof length !== 'number') throw run.error(`substr third parameter should be a number, got ${typeOf(length)}`)
  if ((length | 0) !== length) throw run.error(`substr third parameter should be an integer, got ${formatFixedNumber(length)}`)
  if (length < 0) throw run.error(`substr third parameter should be greater than zero, got ${length}`)
  run.text(text.length)
  return codePointSlice(text, from, from + length)
}

/** Whether a text begins or ends with another, by way of lengths and parts. */
function hasPart(run: Run, text: Value, part: Value, startOf: (length: number, partLength: number) => number): boolean {
  const length = lengthOf(run, text)
  const partLength = lengthOf(run, part)
  if (length < partLength) return false
  return equals(run, substr(run, text, startOf(length, partLength), partLength), part)
}

function strip(run: Run, text: Value, chars: Value, atStart: boolean, atEnd: boolean): string {
  if (typeof text !== 'string') throw run.error(`Unexpected type ${typeOf(text)}, expected string`)
  run.text(text.length)
  const characters = Array.from(text)
  let start = 0
  let end = characters.length
  while (atStart && start < end && isMember(run, chars, characters[start] as string)) start++
  while (atEnd && end > start && isMember(run, chars, characters[end - 1] as string)) end--
  return characters.slice(start, end).join('')
}

function splitLimit(run: Run, name: string, text: Value, separator: Value, limit: Value, fromEnd: boolean): Value {
  const whole = textOf(run, text)
  const by = textOf(run, separator)
  const most = integerOf(run, limit)
  if (most < -1) throw run.error(`std.${name} third parameter should be -1 or non-negative, got ${most}`)
  if (by === '') throw run.error(`std.${name} second parameter should have length 1 or greater, got 0`)
  run.text(whole.length)
  const parts = whole.split(by)
  run.elements(parts.length * 4)
  const count = most === -1 ? parts.length - 1 : Math.min(most, parts.length - 1)
  if (fromEnd) return arrayOf(splitFromEnd(whole, by, count))
  return arrayOf([...parts.slice(0, count), parts.slice(count).join(by)])
}

/** From the end, so where separators overlap the last ones count. */
function splitFromEnd(text: string, by: string, count: number): string[] {
  const parts: string[] = []
  let end = text.length
  while (parts.length < count && end >= by.length) {
    const at = text.lastIndexOf(by, end - by.length)
    if (at < 0) break
    parts.push(text.slice(at + by.length, end))
    end = at
  }
  return [text.slice(0, end), ...parts.reverse()]
}

function parseDigits(run: Run, text: string, base: number): number {
  let result = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    const digit = code >= 97 ? code - 87 : code >= 65 ? code - 55 : code - 48
    if (digit < 0 || digit >= base) throw run.error(`${text} is not a base ${base} integer`)
    result = base * result + digit
  }
  return result
}

function parserOf(name: string, base: number, empty: string): Definition {
  return unaryDefinition(name, 'str', (run, text) => {
    if (typeof text !== 'string') throw run.error(`Expected string, got ${typeOf(text)}`)
    if (text === '') throw run.error(empty)
    return parseDigits(run, text, base)
  })
}

function changeCase(name: string, pattern: RegExp, offset: number): Definition {
  return unaryDefinition(name, 'str', (run, text) => {
    // Arrays of characters will do.
    const whole =
      typeof text === 'string'
        ? text
        : charactersOf(run, text)
            .elements.map((item) => singleCharacter(run, run.force(item)))
            .join('')
    return made(
      run,
      whole.replace(pattern, (letter) => String.fromCharCode(letter.charCodeAt(0) + offset)),
    )
  })
}

function singleCharacter(run: Run, value: Value): string {
  codepoint(run, value)
  return value as string
}

/** `std.stringChars`, for texts and what else has a length and members that are found by number. */
function charactersOf(run: Run, text: Value): ArrayValue {
  if (text instanceof ArrayValue) return text
  const length = lengthOf(run, text)
  if (typeof text !== 'string') {
    const failing = (): Value => {
      throw text instanceof ObjectValue ? typeError(run, 0, 'string') : run.error('Value non indexable: *jsonnet.valueFunction')
    }
    return new ArrayValue(Array.from({ length }, () => later(run, failing)))
  }
  const characters = Array.from(text)
  run.elements(characters.length * 4)
  return arrayOf(characters)
}

function char(run: Run, value: Value): string {
  const code = numberOf(run, value)
  if (code > 0x10ffff) throw run.error(`Invalid unicode codepoint, got ${formatMessageNumber(code)}`)
  if (code < 0) throw run.error(`Codepoints must be >= 0, got ${formatMessageNumber(code)}`)
  return wellFormed(String.fromCodePoint(Math.trunc(code)))
}

export function codepoint(run: Run, value: Value): number {
  const text = textOf(run, value)
  const length = codePointLength(text)
  if (length !== 1) throw run.error(`codepoint takes a string of length 1, got length ${length}`)
  return text.codePointAt(0) ?? 0
}

function findSubstr(run: Run, pattern: Value, text: Value): Value {
  if (typeof pattern !== 'string') throw run.error(`findSubstr first parameter should be a string, got ${typeOf(pattern)}`)
  if (typeof text !== 'string') throw run.error(`findSubstr second parameter should be a string, got ${typeOf(text)}`)
  run.text(text.length)
  const isPlain = isFlat(text)
  const found: number[] = []
  if (pattern === '') return arrayOf(found)
  let index = 0
  let counted = 0
  for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + 1)) {
    index += isPlain ? at - counted : codePointLength(text.slice(counted, at))
    counted = at
    found.push(index)
  }
  run.elements(found.length * 4)
  return arrayOf(found)
}

const xmlEscapes: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&apos;' }

function escaper(name: string, parameter: string, escape: (text: string) => string): Definition {
  return unaryDefinition(name, parameter, (run, value) => made(run, escape(toText(run, value))))
}

/** What Unicode calls space, without the byte order mark that the host counts too. */
const space = '[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const leadingSpace = new RegExp(`^${space}+`)
const trailingCharacter = new RegExp(space)

function trimmed(text: string): string {
  let end = text.length
  while (end > 0 && trailingCharacter.test(text[end - 1] ?? '')) end--
  return text.slice(0, end).replace(leadingSpace, '')
}

function parseInteger(run: Run, text: Value): number {
  const digits = textOf(run, text)
  const value = /^[+-]?[0-9]+$/.test(digits) ? BigInt(digits.replace(/^\+/, '')) : undefined
  if (value === undefined || value !== BigInt.asIntN(64, value)) throw run.error(`${digits} is not a base 10 integer`)
  return Number(value)
}

export const stringDefinitions: readonly Definition[] = [
  ternaryDefinition('substr', ['str', 'from', 'len'], substr),
  binaryDefinition('startsWith', ['a', 'b'], (run, a, b) => hasPart(run, a, b, () => 0)),
  binaryDefinition('endsWith', ['a', 'b'], (run, a, b) => hasPart(run, a, b, (length, partLength) => length - partLength)),
  binaryDefinition('lstripChars', ['str', 'chars'], (run, text, chars) => strip(run, text, chars, true, false)),
  binaryDefinition('rstripChars', ['str', 'chars'], (run, text, chars) => strip(run, text, chars, false, true)),
  binaryDefinition('stripChars', ['str', 'chars'], (run, text, chars) => strip(run, text, chars, true, true)),
  binaryDefinition('split', ['str', 'c'], (run, text, separator) => {
    if (typeof text !== 'string') throw run.error(`std.split first parameter must be a String, got ${typeOf(text)}`)
    if (typeof separator !== 'string') throw run.error(`std.split second parameter must be a String, got ${typeOf(separator)}`)
    if (separator === '') throw run.error('std.split second parameter must have length 1 or greater, got 0')
    return splitLimit(run, 'split', text, separator, -1, false)
  }),
  ternaryDefinition('splitLimit', ['str', 'c', 'maxsplits'], (run, text, by, most) => splitLimit(run, 'splitLimit', text, by, most, false)),
  ternaryDefinition('splitLimitR', ['str', 'c', 'maxsplits'], (run, text, by, most) => splitLimit(run, 'splitLimitR', text, by, most, true)),
  ternaryDefinition('strReplace', ['str', 'from', 'to'], (run, value, from, to) => {
    const [text, old, replacement] = [textOf(run, value), textOf(run, from), textOf(run, to)]
    if (old === '') throw run.error("'from' string must not be zero length.")
    const parts = text.split(old)
    run.text(text.length + (parts.length - 1) * replacement.length)
    return parts.join(replacement)
  }),
  changeCase('asciiUpper', /[a-z]/g, -32),
  changeCase('asciiLower', /[A-Z]/g, 32),
  unaryDefinition('char', 'n', char),
  unaryDefinition('codepoint', 'str', codepoint),
  unaryDefinition('isEmpty', 'str', (run, text) => textOf(run, text) === ''),
  binaryDefinition('equalsIgnoreCase', ['str1', 'str2'], (run, a, b) => {
    const [left, right] = [textOf(run, a), textOf(run, b)]
    run.text(left.length + right.length)
    return left.toLowerCase() === right.toLowerCase() || left.toUpperCase() === right.toUpperCase()
  }),
  unaryDefinition('trim', 'str', (run, text) => made(run, trimmed(textOf(run, text)))),
  binaryDefinition('findSubstr', ['pat', 'str'], findSubstr),
  unaryDefinition('parseInt', 'str', parseInteger),
  parserOf('parseOctal', 8, 'Not an octal number: ""'),
  parserOf('parseHex', 16, 'Not hexadecimal: ""'),
  escaper('escapeStringJson', 'str_', quoted),
  escaper('escapeStringPython', 'str', quoted),
  escaper('escapeStringBash', 'str_', (text) => `'${text.replaceAll("'", `'"'"'`)}'`),
  escaper('escapeStringDollars', 'str_', (text) => text.replaceAll('$', '$$$$')),
  escaper('escapeStringXML', 'str_', (text) => text.replace(/[<>&"']/g, (character) => xmlEscapes[character] ?? character)),
  binaryDefinition('resolvePath', ['f', 'r'], (run, file, other) => {
    if (typeof file !== 'string') throw run.error(`std.split first parameter must be a String, got ${typeOf(file)}`)
    const folder = file.lastIndexOf('/')
    if (other === null) return file.slice(0, Math.max(0, folder))
    return made(run, `${file.slice(0, folder + 1)}${textOf(run, other)}`)
  }),
  unaryDefinition('stringChars', 'str', charactersOf),
]
