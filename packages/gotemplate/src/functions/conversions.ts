// From any value to numbers and texts, as `spf13/cast` does it.
import { textOf } from '../bytes.ts'
import { valueText } from '../format.ts'
import { floatOf, GoInt, goInt } from '../numbers.ts'
import type { GoValue } from '../values.ts'

const smallest = -(2n ** 63n)

/** The text that string functions work on. */
export function strval(value: GoValue): string {
  if (typeof value === 'string') return value
  return value instanceof Uint8Array ? textOf(value) : valueText(value)
}

/** A 64-bit integer; what cannot be read is 0, and a float outside the range what processors make of it. */
export function toInt64(value: GoValue): bigint {
  if (value instanceof GoInt) return value.value
  if (typeof value === 'number') return Math.abs(value) < 2 ** 63 ? BigInt(Math.trunc(value)) : smallest
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'string') return parseInteger(withoutZeroDecimal(value)) ?? 0n
  return 0n
}

/** `1.0` is a whole number, `1.5` is none. */
function withoutZeroDecimal(text: string): string {
  const match = /^(.*)\.0+$/s.exec(text)
  return match === null ? text : (match[1] ?? text)
}

/** Digits as Go's Atoi takes them when its error is not looked at: the end of the range where a number lies outside. */
export function decimalNumber(text: string): bigint {
  if (!/^[+-]?[0-9]+$/.test(text)) return 0n
  const value = BigInt(text.replace(/^\+/, ''))
  return value < smallest ? smallest : value > -smallest - 1n ? -smallest - 1n : value
}

/** As Go's ParseInt with base 0. */
export function parseInteger(text: string): bigint | undefined {
  const match = /^([+-]?)(0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+|[0-9][0-9_]*)$/.exec(text)
  if (match === null) return undefined
  const [, sign, body = ''] = match
  const plain = body.replaceAll('_', '')
  let size: bigint
  if (/^0[0-9]/.test(plain)) {
    if (!/^0[0-7]+$/.test(plain)) return undefined
    size = BigInt(`0o${plain.slice(1)}`)
  } else size = BigInt(plain)
  const value = sign === '-' ? -size : size
  return value === BigInt.asIntN(64, value) ? value : undefined
}

export function toFloat64(value: GoValue): number {
  if (typeof value === 'number') return value
  if (value instanceof GoInt) return Number(value.value)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string') return 0
  return parseFloat64(value) ?? 0
}

/** As Go's ParseFloat. */
export function parseFloat64(text: string): number | undefined {
  if (/^[+-]?(?:inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  if (/^[+-]?nan$/i.test(text)) return NaN
  // Underlines part digits, as in the source of Go programs.
  if (
    !/^[+-]?(?:[0-9](?:_?[0-9])*(?:\.(?:[0-9](?:_?[0-9])*)?)?|\.[0-9](?:_?[0-9])*)(?:[eE][+-]?[0-9](?:_?[0-9])*)?$/.test(text) &&
    !/^[+-]?0[xX][0-9a-fA-F_.]+[pP][+-]?[0-9]+$/.test(text)
  )
    return undefined
  const value = floatOf(text.replaceAll('_', ''))
  return Number.isFinite(value) ? value : undefined
}

export const int64 = (value: bigint): GoInt => goInt(value, 'int64')
export const int = (value: number | bigint): GoInt => goInt(value, 'int')
export const numberOf = (value: GoValue): number => (value instanceof GoInt ? Number(value.value) : toFloat64(value))
