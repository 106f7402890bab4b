// Types of plain scalars, as Go's YAML libraries give them. Follows go-yaml v2 and v3 `resolve.go`.
import type { ScalarRules } from './options.ts'

/** Thrown for numbers that JSON has no form for; the reader adds the place. */
export class UnsupportedScalar extends Error {}

const nulls: ReadonlySet<string> = new Set(['', '~', 'null', 'Null', 'NULL'])
const coreBooleans: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, false] as const),
])
const oldBooleans: ReadonlyMap<string, boolean> = new Map([
  ...coreBooleans,
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
])
const infinite = /^[-+]?\.(?:inf|Inf|INF)$|^\.(?:nan|NaN|NAN)$/
const float = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/
const integer = /^[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|0|[1-9]\d*)$/
const date = /^\d{4}-\d{1,2}-\d{1,2}(?:(?:[Tt]|[ \t]+)\d{1,2}:\d{2}:\d{2}(?:\.\d+)?(?:[ \t]*(?:Z|[-+]\d{2}:?\d{2}|[-+]\d{1,2}))?)?$/

/** First characters that can begin something other than text: digits, signs, a dot, `~`, and the first letters of true, false, null, yes, no, on, off. */
const mayBeSpecial = new Uint8Array(128)
for (const character of '0123456789+-.~yYnNtTfFoO') mayBeSpecial[character.charCodeAt(0)] = 1

/** Longest of the words, `false`. */
const longestWord = 5

/** The value of a plain scalar. @throws {UnsupportedScalar} for infinities and what is none */
export function resolvePlain(text: string, rules: ScalarRules): unknown {
  const first = text.charCodeAt(0)
  if (first >= 128 || (mayBeSpecial[first] !== 1 && text !== '')) return text
  // Letters: one of few words, or text.
  if (first > 57 && first !== 126) {
    if (text.length > longestWord) return text
    const known = (rules === 'sigs' ? oldBooleans : coreBooleans).get(text)
    if (known !== undefined) return known
    return nulls.has(text) ? null : text
  }
  return nulls.has(text) ? null : resolveNumber(text, rules)
}

function resolveNumber(text: string, rules: ScalarRules): unknown {
  if (infinite.test(text)) throw new UnsupportedScalar(`${text} is no number that JSON can hold`)
  if (rules === 'kyaml' && date.test(text)) return rfc3339(text)
  const plain = text.includes('_') ? text.replaceAll('_', '') : text
  if (integer.test(plain)) return integerOf(plain)
  if (!float.test(plain)) return text
  const value = Number(plain)
  if (!Number.isFinite(value)) throw new UnsupportedScalar(`${text} is no number that JSON can hold`)
  return value
}

/** Exact up to 64 bits: what a double cannot hold becomes a bigint; what 64 bits cannot hold becomes a double, as in Go. */
function integerOf(plain: string): number | bigint {
  const sign = plain.charCodeAt(0)
  const isNegative = sign === 45
  const digits = isNegative || sign === 43 ? plain.slice(1) : plain
  // Go reads a leading zero as octal.
  const modern = /^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.replace(/^0O/, '0o')
  const value = Number(modern)
  if (value <= Number.MAX_SAFE_INTEGER) return isNegative ? (value === 0 ? 0 : -value) : value
  const exact = BigInt(modern)
  if (isNegative ? exact <= 2n ** 63n : exact < 2n ** 64n) return isNegative ? -exact : exact
  return isNegative ? -value : value
}

/** `2001-12-14` becomes `2001-12-14T00:00:00Z`; offsets are kept as they are written, in hours and minutes. */
function rfc3339(text: string): string {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]|[ \t]+)(\d{1,2}):(\d{2}):(\d{2})(\.\d+)?[ \t]*(Z|[-+]\d{1,2}(?::?\d{2})?)?)?$/.exec(text)
  if (match === null) return text
  const [, year = '', month = '', day = '', hour = '0', minute = '00', second = '00', fraction = '', zone = 'Z'] = match
  const two = (part: string): string => part.padStart(2, '0')
  const offset =
    zone === 'Z'
      ? 'Z'
      : zone.replace(
          /^([-+])(\d{1,2}):?(\d{2})?$/,
          (_whole, sign: string, hours: string, minutes: string | undefined) => `${sign}${two(hours)}:${minutes ?? '00'}`,
        )
  return `${year}-${two(month)}-${two(day)}T${two(hour)}:${minute}:${second}${fraction.replace(/0+$/, '').replace(/^\.$/, '')}${offset === '+00:00' ? 'Z' : offset}`
}

/** A key as JSON has it: a text. Booleans and numbers are written as Go writes them. */
export function resolveKey(text: string, rules: ScalarRules): string {
  if (rules === 'kyaml') {
    if (typeof resolvePlain(text, rules) !== 'string')
      throw new UnsupportedScalar(`the key ${text} is no text: json: unsupported type: map[interface {}]interface {}`)
    return text
  }
  const first = text.charCodeAt(0)
  if (first >= 128 || mayBeSpecial[first] !== 1) return text
  // `.` alone is the usual key of managed fields.
  if (text === '.' || (first > 57 && first !== 126 && text.length > longestWord)) return text
  const value = resolvePlain(text, rules)
  return typeof value === 'string' ? value : String(value)
}
