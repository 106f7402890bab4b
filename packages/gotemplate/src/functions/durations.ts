// Spans of time, as Go reads and prints them.
import { FunctionError } from '../errors.ts'

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

const largest = 2n ** 63n

/** A text in quotes as the package `time` writes it: what is no plain character stands as bytes. */
export function timeQuoted(text: string): string {
  let result = '"'
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (character === '"' || character === '\\') result += `\\${character}`
    else if (code < 0x20 || code >= 0x80) for (const byte of new TextEncoder().encode(character)) result += `\\x${byte.toString(16).padStart(2, '0')}`
    else result += character
  }
  return `${result}"`
}

/** Nanoseconds of a duration such as `1h30m`. @throws {FunctionError} in the words of Go */
export function parseDuration(text: string): bigint {
  const refuse = (): never => {
    throw new FunctionError(`time: invalid duration ${timeQuoted(text)}`)
  }
  const [, sign = '', body = ''] = /^([+-]?)(.*)$/s.exec(text) ?? []
  if (body === '0') return 0n
  if (body === '') return refuse()
  let total = 0n
  let position = 0
  while (position < body.length) {
    const match = /^([0-9]*)(?:\.([0-9]*))?([^0-9.]*)/.exec(body.slice(position))
    if (match === null || ((match[1] ?? '') === '' && (match[2] ?? '') === '')) return refuse()
    const [whole, number = '', fraction = '', unit = ''] = match
    if (BigInt(number === '' ? 0 : number) > largest) return refuse()
    if (unit === '') throw new FunctionError(`time: missing unit in duration ${timeQuoted(text)}`)
    const size = Object.hasOwn(units, unit) ? units[unit] : undefined
    if (size === undefined) throw new FunctionError(`time: unknown unit ${timeQuoted(unit)} in duration ${timeQuoted(text)}`)
    total += BigInt(number === '' ? 0 : number) * size
    if (fraction !== '') total += (BigInt(fraction) * size) / 10n ** BigInt(fraction.length)
    if (total > largest) return refuse()
    position += whole.length
  }
  if (sign === '-') return -total
  return total === largest ? refuse() : total
}

/** A duration as Go prints it: `1h2m3.5s`. */
export function durationText(nanoseconds: bigint): string {
  const signed = BigInt.asIntN(64, nanoseconds)
  if (signed === 0n) return '0s'
  const sign = signed < 0n ? '-' : ''
  const size = signed < 0n ? -signed : signed
  const fraction = (value: bigint, unit: bigint): string => {
    const digits = String(value % unit)
      .padStart(String(unit).length - 1, '0')
      .replace(/0+$/, '')
    return `${value / unit}${digits === '' ? '' : `.${digits}`}`
  }
  if (size < 1000n) return `${sign}${size}ns`
  if (size < 1_000_000n) return `${sign}${fraction(size, 1000n)}µs`
  if (size < 1_000_000_000n) return `${sign}${fraction(size, 1_000_000n)}ms`
  const seconds = size % 60_000_000_000n
  const minutes = (size / 60_000_000_000n) % 60n
  const hours = size / 3_600_000_000_000n
  const secondText = `${fraction(seconds, 1_000_000_000n)}s`
  if (hours > 0n) return `${sign}${hours}h${minutes}m${secondText}`
  return minutes > 0n ? `${sign}${minutes}m${secondText}` : `${sign}${secondText}`
}

const spans: readonly (readonly [name: string, size: bigint])[] = [
  ['y', 365n * 24n * 3_600_000_000_000n],
  ['mo', 30n * 24n * 3_600_000_000_000n],
  ['d', 24n * 3_600_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['m', 60_000_000_000n],
  ['s', 1_000_000_000n],
]

/** The largest unit that a duration fills, rounded down, as Sprig names it. */
export function roundedDuration(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  const span = spans.find(([, unit]) => size > unit)
  return span === undefined ? '0s' : `${size / span[1]}${span[0]}`
}
