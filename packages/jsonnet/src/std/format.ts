// `std.format` and `%`. Follows go-jsonnet v0.21 `std.jsonnet`: digits come from arithmetic on doubles, as there.
import { toText } from '../manifest.ts'
import { formatMessageNumber, powerOf } from '../numbers.ts'
import { fieldOf, hasField } from '../objects.ts'
import { checkedNumber, element, modulo, numberOf } from '../operators.ts'
import type { Run } from '../run.ts'
import { codePointLength } from '../text.ts'
import { ArrayValue, arrayOf, ObjectValue, typeOf } from '../values.ts'
import type { Value } from '../values.ts'
import { binaryDefinition } from './definition.ts'
import type { Definition } from './definition.ts'
import { parseFormat } from './format-codes.ts'
import type { FormatCode } from './format-codes.ts'

/** `a % b`: the rest of a division, or a text with values put into it. @throws {JsonnetRuntimeError} */
export function mod(run: Run, left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return modulo(run, left, right)
  if (typeof left === 'string') return format(run, left, right)
  throw run.error(`Operator % cannot be used on types ${typeOf(left)} and ${typeOf(right)}.`)
}

/** @throws {JsonnetRuntimeError} */
export function format(run: Run, template: string, values: Value): string {
  run.text(template.length)
  const codes = parseFormat(template, (reason) => run.error(reason))
  const text = values instanceof ObjectValue ? ofObject(run, codes, values) : ofArray(run, codes, values instanceof ArrayValue ? values : arrayOf([values]))
  run.text(text.length)
  return text
}

function ofArray(run: Run, codes: readonly (string | FormatCode)[], values: ArrayValue): string {
  const { length } = values.elements
  let next = 0
  let text = ''
  const takeBound = (bound: number | '*' | undefined): number | undefined => {
    if (bound !== '*') return bound
    if (next >= length) throw run.error(`Not enough values to format: ${length}, expected at least ${next}`)
    return numberOf(run, element(run, values, next++))
  }
  for (const code of codes) {
    if (typeof code === 'string') {
      text += code
      continue
    }
    const width = takeBound(code.width) ?? 0
    const precision = takeBound(code.precision)
    if (code.conversion === '%') {
      text += padded(run, '%', width, code)
      continue
    }
    if (next >= length) throw run.error(`Not enough values to format: ${length}, expected more than ${next}`)
    text += padded(run, formatted(run, element(run, values, next), code, width, precision, next), width, code)
    next++
  }
  if (next < length) throw run.error(`Too many values to format: ${length}, expected ${next}`)
  return text
}

function ofObject(run: Run, codes: readonly (string | FormatCode)[], values: ObjectValue): string {
  let text = ''
  for (const code of codes) {
    if (typeof code === 'string') {
      text += code
      continue
    }
    if (code.width === '*') throw run.error('Cannot use * field width with object.')
    const width = code.width ?? 0
    if (code.conversion === '%') {
      text += padded(run, '%', width, code)
      continue
    }
    const { key } = code
    if (code.precision === '*') throw run.error('Cannot use * precision with object.')
    if (key === undefined) throw run.error('Mapping keys required.')
    if (!hasField(values, key)) throw run.error(`No such field: ${key}`)
    text += padded(run, formatted(run, fieldOf(run, values, key), code, width, code.precision, key), width, code)
  }
  return text
}

function padded(run: Run, text: string, width: number, { flags }: FormatCode): string {
  const missing = Math.ceil(width - codePointLength(text))
  if (missing <= 0) return text
  run.text(missing)
  return flags.has('-') ? text + ' '.repeat(missing) : ' '.repeat(missing) + text
}

function formatted(run: Run, value: Value, code: FormatCode, width: number, precision: number | undefined, at: number | string): string {
  const { conversion } = code
  if (conversion === 's') return toText(run, value)
  if (conversion === 'c') return character(run, value)
  if (typeof value !== 'number') throw run.error(`Format required number at ${at}, got ${typeOf(value)}`)
  run.text(Math.max(width, precision ?? 0, 0))
  return new NumberFormat(run, code, code.flags.has('0') && !code.flags.has('-') ? width : 0).format(value, precision)
}

function character(run: Run, value: Value): string {
  if (typeof value === 'number') return String.fromCodePoint(checkedCode(run, value))
  if (typeof value !== 'string') throw run.error(`%c expected number / string, got: ${typeOf(value)}`)
  const length = codePointLength(value)
  if (length !== 1) throw run.error(`%c expected 1-sized string got: ${length}`)
  return value
}

function checkedCode(run: Run, value: number): number {
  if (value > 0x10ffff) throw run.error(`Invalid unicode codepoint, got ${formatMessageNumber(value)}`)
  if (value < 0) throw run.error(`Codepoints must be >= 0, got ${formatMessageNumber(value)}`)
  return value >= 0xd800 && value < 0xe000 ? 0xfffd : Math.trunc(value)
}

/** Numbers with one format code. */
class NumberFormat {
  readonly #run: Run
  readonly #code: FormatCode
  /** Width that is filled with zeros. */
  readonly #zeros: number
  readonly #isAlternate: boolean

  constructor(run: Run, code: FormatCode, zeros: number) {
    this.#run = run
    this.#code = code
    this.#zeros = zeros
    this.#isAlternate = code.flags.has('#')
  }

  format(value: number, precision: number | undefined): string {
    switch (this.#code.conversion) {
      case 'd':
        return this.#integer(value <= -1, Math.floor(Math.abs(value)), this.#zeros, precision ?? 0, 10, '')
      case 'o':
        return this.#integer(value <= -1, Math.floor(Math.abs(value)), this.#zeros, precision ?? 0, 8, this.#isAlternate ? '0' : '')
      case 'x':
        return this.#hexadecimal(Math.floor(value), precision ?? 0)
      case 'f':
        return this.#decimal(value, this.#zeros, true, precision ?? 6)
      case 'e':
        return this.#scientific(value, true, precision ?? 6)
      default:
        return this.#general(value, precision ?? 6)
    }
  }

  #sign(isNegative: boolean): string {
    const { flags } = this.#code
    return isNegative ? '-' : flags.has('+') ? '+' : flags.has(' ') ? ' ' : ''
  }

  #digits(magnitude: number, radix: number, prefix: string): string {
    if (magnitude === 0) return '0'
    let digits = ''
    for (let left = magnitude; left !== 0; left = Math.floor(left / radix)) digits = toText(this.#run, left % radix) + digits
    return prefix + digits
  }

  #integer(isNegative: boolean, magnitude: number, width: number, minDigits: number, radix: number, prefix: string): string {
    const sign = this.#sign(isNegative)
    return sign + this.#digits(magnitude, radix, prefix).padStart(Math.max(width - sign.length, minDigits), '0')
  }

  #hexadecimal(value: number, minDigits: number): string {
    const sign = this.#sign(value < 0)
    const numerals = this.#code.isCapital ? '0123456789ABCDEF' : '0123456789abcdef'
    let digits = ''
    for (let left = Math.floor(Math.abs(value)); left !== 0; left = Math.floor(left / 16)) digits = (numerals[left % 16] ?? '') + digits
    const mark = this.#isAlternate ? (this.#code.isCapital ? '0X' : '0x') : ''
    return sign + mark + (digits === '' ? '0' : digits).padStart(Math.max(this.#zeros - sign.length - mark.length, minDigits), '0')
  }

  #decimal(value: number, width: number, keepsZeros: boolean, precision: number): string {
    const denominator = checkedNumber(this.#run, powerOf(10, precision))
    const numerator = checkedNumber(this.#run, Math.abs(value) * denominator) + 0.5
    const whole = Math.sign(Math.abs(value)) * Math.floor(numerator / denominator)
    const fraction = Math.floor(numerator) % denominator
    const pointSize = precision === 0 && !this.#isAlternate ? 0 : 1
    const text = withSign(this.#sign(value < 0), this.#digits(whole, 10, ''), width - precision - pointSize)
    if (precision === 0) return text + (this.#isAlternate ? '.' : '')
    if (!keepsZeros && fraction <= 0) return text
    const digits = this.#digits(fraction, 10, '').padStart(precision, '0')
    return `${text}.${keepsZeros ? digits : digits.replace(/0+$/, '')}`
  }

  #scientific(value: number, keepsZeros: boolean, precision: number): string {
    const exponent = value === 0 ? 0 : Math.floor(Math.log(Math.abs(value)) / Math.log(10))
    const suffix = `${this.#code.isCapital ? 'E' : 'e'}${exponent < 0 ? '-' : '+'}${this.#digits(Math.abs(exponent), 10, '').padStart(2, '0')}`
    // The power of the least exponent is nothing.
    const mantissa = exponent === -324 ? (value * 10) / powerOf(10, exponent + 1) : value / powerOf(10, exponent)
    return this.#decimal(checkedNumber(this.#run, mantissa), this.#zeros - suffix.length, keepsZeros, precision) + suffix
  }

  #general(value: number, precision: number): string {
    const exponent = value === 0 ? 0 : Math.floor(Math.log(Math.abs(value)) / Math.log(10))
    if (exponent < -4 || exponent >= precision) return this.#scientific(value, this.#isAlternate, precision - 1)
    return this.#decimal(value, this.#zeros, this.#isAlternate, precision - Math.max(1, exponent + 1))
  }
}

function withSign(sign: string, digits: string, width: number): string {
  return sign + digits.padStart(width - sign.length, '0')
}

export const formatDefinitions: readonly Definition[] = [
  binaryDefinition('format', ['str', 'vals'], (run, template, values) => {
    if (typeof template === 'string') return format(run, template, values)
    throw run.error(`Unexpected type ${typeOf(template)}`)
  }),
  binaryDefinition('mod', ['a', 'b'], mod),
]
