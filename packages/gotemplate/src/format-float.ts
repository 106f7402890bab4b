// Floats as the verbs of Go's `fmt` print them, without flags and width. Follows go `strconv/ftoa.go`.
import { exponentText, formatFloat } from './numbers.ts'

/** @param verb one of `v b g G x X e E f F` */
export function floatText(verb: string, value: number, precision: number | undefined): string {
  if (!Number.isFinite(value)) return formatFloat(value)
  switch (verb) {
    case 'e':
      return exponential(value, precision ?? 6)
    case 'E':
      return exponential(value, precision ?? 6).toUpperCase()
    case 'f':
    case 'F':
      return fixed(value, precision ?? 6)
    case 'b':
      return binary(value)
    case 'x':
      return hexadecimal(value, precision)
    case 'X':
      return hexadecimal(value, precision).toUpperCase()
    default: {
      const text = precision === undefined ? formatFloat(value) : general(value, precision)
      return verb === 'G' ? text.toUpperCase() : text
    }
  }
}

interface Binary {
  readonly sign: string
  /** With the bit that is not stored. */
  readonly mantissa: bigint
  /** Of the last bit of the mantissa. */
  readonly exponent: number
}

function binaryOf(value: number): Binary {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  const bits = view.getBigUint64(0)
  const stored = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xf_ffff_ffff_ffffn
  return { sign: bits >> 63n === 1n ? '-' : '', mantissa: stored === 0 ? fraction : fraction | (1n << 52n), exponent: (stored === 0 ? 1 : stored) - 1075 }
}

function binary(value: number): string {
  const { sign, mantissa, exponent } = binaryOf(value)
  return `${sign}${mantissa}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
}

function hexadecimal(value: number, precision: number | undefined): string {
  const parts = binaryOf(value)
  let { mantissa } = parts
  let exponent = mantissa === 0n ? 0 : parts.exponent + 52
  while (mantissa !== 0n && mantissa < 1n << 52n) {
    mantissa <<= 1n
    exponent--
  }
  if (precision !== undefined && precision < 13) {
    const cut = BigInt(52 - 4 * precision)
    const [half, rest] = [1n << (cut - 1n), mantissa & ((1n << cut) - 1n)]
    mantissa >>= cut
    if (rest > half || (rest === half && mantissa % 2n === 1n)) mantissa++
    mantissa <<= cut
    if (mantissa >= 1n << 53n) {
      mantissa >>= 1n
      exponent++
    }
  }
  const digits = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, '0')
  const shown = precision === undefined ? digits.replace(/0+$/, '') : digits.slice(0, precision).padEnd(precision, '0')
  return `${parts.sign}0x${mantissa === 0n ? '0' : '1'}${shown === '' ? '' : `.${shown}`}p${exponentText(exponent)}`
}

function exponential(value: number, precision: number): string {
  const [mantissa = '', exponent = '0'] = value.toExponential(Math.min(precision, 100)).split('e')
  return `${mantissa}e${exponentText(Number(exponent))}`
}

function fixed(value: number, precision: number): string {
  // toFixed switches to exponents for large values; those are whole, and BigInt has all their digits.
  if (Math.abs(value) < 1e21) {
    const digits = Math.min(precision, 100)
    return isTieToEven(value, digits) ? roundedDown(value, digits) : value.toFixed(digits)
  }
  return `${BigInt(value)}${precision === 0 ? '' : `.${'0'.repeat(precision)}`}`
}

/** Whether a value lies exactly between two texts of so many digits, and the one nearer to zero ends in an even digit: Go takes that one. */
function isTieToEven(value: number, digits: number): boolean {
  const [, whole = '', fraction = ''] = /^-?(\d+)\.?(\d*)$/.exec(value.toFixed(Math.min(100, digits + 40))) ?? []
  if (!/^50*$/.test(fraction.slice(digits))) return false
  const last = digits === 0 ? whole.at(-1) : fraction.charAt(digits - 1)
  return '02468'.includes(last ?? '')
}

function roundedDown(value: number, digits: number): string {
  const exact = value.toFixed(Math.min(100, digits + 40))
  const point = exact.indexOf('.')
  return exact.slice(0, digits === 0 ? point : point + 1 + digits)
}

function general(value: number, precision: number): string {
  if (value === 0) return '0'
  const digits = precision === 0 ? 1 : precision
  const [mantissa = '', exponentPart = '0'] = value.toExponential(Math.min(digits - 1, 100)).split('e')
  const exponent = Number(exponentPart)
  const trimmed = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa
  if (exponent < -4 || exponent >= digits) return `${trimmed}e${exponentText(exponent)}`
  const text = value.toFixed(Math.max(0, Math.min(100, digits - 1 - exponent)))
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}
