// Go's integers. A JavaScript number is a float64; whole numbers that Go keeps apart from it are wrapped.

export type IntKind = 'int' | 'int64' | 'int32' | 'uint8' | 'uint16' | 'uint32' | 'uint64' | 'uint'

/** An integer of Go. */
export class GoInt {
  readonly value: bigint
  readonly kind: IntKind
  constructor(value: bigint, kind: IntKind) {
    this.value = value
    this.kind = kind
  }
  toString(): string {
    return String(this.value)
  }
  /** As JSON writes it. */
  toJSON(): number {
    return Number(this.value)
  }
}

/** A float as Go's syntax has it: hexadecimal ones carry an exponent of two. NaN for what is none. */
export function floatOf(text: string): number {
  const hex = /^([+-]?)0x([0-9a-f]*)(?:\.([0-9a-f]*))?p([+-]?[0-9]+)$/i.exec(text)
  if (hex === null) return Number(text)
  const [, sign, whole = '', fraction = '', exponent = '0'] = hex
  if (whole + fraction === '') return Number.NaN
  const size = Number(BigInt(`0x${whole}${fraction}`)) * 2 ** (Number(exponent) - 4 * fraction.length)
  return sign === '-' ? -size : size
}

export function goInt(value: number | bigint, kind: IntKind = 'int'): GoInt {
  return new GoInt(BigInt.asIntN(64, typeof value === 'bigint' ? value : BigInt(Math.trunc(value))), kind)
}

/** Decimal digits and exponent of the shortest text that reads back as the same float64. */
function shortest(value: number): { readonly digits: string; readonly exponent: number } {
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential().split('e')
  return { digits: mantissa.replace('.', ''), exponent: Number(exponent) }
}

/** A float as Go's `%v` prints it: with an exponent below 1e-04 and from 1e+06 (or `limit`) on. */
export function formatFloat(value: number, limit = 6): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (value === 0) return `${sign}0`
  const { digits, exponent } = shortest(value)
  if (exponent < -4 || exponent >= limit) return `${sign}${withPoint(digits)}e${exponentText(exponent)}`
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  if (digits.length <= exponent + 1) return `${sign}${digits}${'0'.repeat(exponent + 1 - digits.length)}`
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`
}

function withPoint(digits: string): string {
  return digits.length === 1 ? digits : `${digits.charAt(0)}.${digits.slice(1)}`
}

/** At least two digits, and always a sign. */
export function exponentText(exponent: number): string {
  const size = String(Math.abs(exponent))
  return `${exponent < 0 ? '-' : '+'}${size.length < 2 ? `0${size}` : size}`
}
