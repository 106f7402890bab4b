// Sprig's arithmetic: int64 that wraps around, and decimal fractions.
import { FunctionError } from '../errors.ts'
import { sprint } from '../format.ts'
import { fn } from '../functions.ts'
import type { FunctionMap } from '../functions.ts'
import { formatFloat } from '../numbers.ts'
import type { GoValue } from '../values.ts'
import { int, int64, numberOf, toFloat64, toInt64 } from './conversions.ts'

const wrap = (value: bigint): GoValue => int64(BigInt.asIntN(64, value))

function nonZero(value: bigint): bigint {
  if (value === 0n) throw new FunctionError('runtime error: integer divide by zero')
  return value
}

interface Decimal {
  readonly digits: bigint
  /** Digits behind the point. */
  readonly scale: number
}

const divisionDigits = 16

function decimalOf(value: GoValue): Decimal {
  const number = toFloat64(value)
  if (!Number.isFinite(number)) throw new FunctionError(`Cannot create a Decimal from ${formatFloat(number)}`)
  const [mantissa = '0', exponent = '0'] = number.toExponential().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const scale = fraction.length - Number(exponent)
  const digits = BigInt(whole + fraction)
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 }
}

function aligned(a: Decimal, b: Decimal): readonly [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale)
  return [a.digits * 10n ** BigInt(scale - a.scale), b.digits * 10n ** BigInt(scale - b.scale), scale]
}

function divided(a: Decimal, b: Decimal): Decimal {
  if (b.digits === 0n) throw new FunctionError('decimal division by 0')
  const [x, y] = aligned(a, b)
  const scaled = x * 10n ** BigInt(divisionDigits)
  const isNegative = scaled < 0n !== y < 0n
  const [top, bottom] = [scaled < 0n ? -scaled : scaled, y < 0n ? -y : y]
  const rounded = (2n * top + bottom) / (2n * bottom)
  return { digits: isNegative ? -rounded : rounded, scale: divisionDigits }
}

function numberOfDecimal({ digits, scale }: Decimal): number {
  const sign = digits < 0n ? '-' : ''
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  return Number(`${sign}${text.slice(0, text.length - scale)}.${text.slice(text.length - scale)}`)
}

function folded(first: GoValue, rest: readonly GoValue[], combine: (a: Decimal, b: Decimal) => Decimal): number {
  return numberOfDecimal(rest.reduce<Decimal>((sum, value) => combine(sum, decimalOf(value)), decimalOf(first)))
}

const sum = (a: Decimal, b: Decimal): Decimal => {
  const [x, y, scale] = aligned(a, b)
  return { digits: x + y, scale }
}
const difference = (a: Decimal, b: Decimal): Decimal => sum(a, { ...b, digits: -b.digits })
const product = (a: Decimal, b: Decimal): Decimal => ({ digits: a.digits * b.digits, scale: a.scale + b.scale })

/** As Go's `math.Pow` has it: squared again and again, with all that is lost on the way. */
function powerOfTen(places: number): number {
  let [result, exponent] = [1, 0]
  // 10 is 0.625 times 2 to the fourth.
  let [base, baseExponent] = [0.625, 4]
  for (let left = Math.abs(places); left > 0 && Math.abs(baseExponent) <= 4096; left = Math.floor(left / 2)) {
    if (left % 2 === 1) {
      result *= base
      exponent += baseExponent
    }
    base *= base
    baseExponent *= 2
    if (base < 0.5) {
      base += base
      baseExponent--
    }
  }
  if (places < 0) [result, exponent] = [1 / result, -exponent]
  const half = Math.trunc(exponent / 2)
  return result * 2 ** half * 2 ** (exponent - half)
}

function rounded(value: number, places: number, roundOn: number): number {
  const power = powerOfTen(places)
  const digit = power * value
  const fraction = digit - Math.trunc(digit)
  return (fraction >= roundOn ? Math.ceil(digit) : Math.floor(digit)) / power
}

const extreme = (args: readonly GoValue[], isBetter: (a: bigint, b: bigint) => boolean): GoValue =>
  int64(args.map(toInt64).reduce((best, value) => (isBetter(value, best) ? value : best)))

const max = fn('any any...', (args) => extreme(args, (a, b) => a > b))

export const mathFunctions: FunctionMap = {
  int: fn('any', ([value]) => int(toInt64(value))),
  int64: fn('any', ([value]) => int64(toInt64(value))),
  float64: fn('any', ([value]) => toFloat64(value)),
  toDecimal: fn('any', ([value]) => {
    const text = sprint([value])
    if (!/^[+-]?[0-7]+$/.test(text)) return int64(0n)
    const size = BigInt(`0o${text.replace(/^[+-]/, '')}`)
    const number = text.startsWith('-') ? -size : size
    return int64(number === BigInt.asIntN(64, number) ? number : 0n)
  }),
  add1: fn('any', ([value]) => wrap(toInt64(value) + 1n)),
  add: fn('any...', (args) => wrap(args.reduce<bigint>((total, value) => total + toInt64(value), 0n))),
  sub: fn('any any', ([a, b]) => wrap(toInt64(a) - toInt64(b))),
  div: fn('any any', ([a, b]) => wrap(toInt64(a) / nonZero(toInt64(b)))),
  mod: fn('any any', ([a, b]) => wrap(toInt64(a) % nonZero(toInt64(b)))),
  mul: fn('any any...', (args) => wrap(args.reduce<bigint>((total, value) => BigInt.asIntN(64, total * toInt64(value)), 1n))),
  add1f: fn('any', ([value]) => folded(value, [1], sum)),
  addf: fn('any...', (args) => folded(0, args, sum)),
  subf: fn('any any...', ([first, ...rest]) => folded(first, rest, difference)),
  divf: fn('any any...', ([first, ...rest]) => folded(first, rest, divided)),
  mulf: fn('any any...', ([first, ...rest]) => folded(first, rest, product)),
  max,
  biggest: max,
  min: fn('any any...', (args) => extreme(args, (a, b) => a < b)),
  maxf: fn('any any...', (args) => Math.max(...args.map(toFloat64))),
  minf: fn('any any...', (args) => Math.min(...args.map(toFloat64))),
  ceil: fn('any', ([value]) => Math.ceil(toFloat64(value))),
  floor: fn('any', ([value]) => Math.floor(toFloat64(value))),
  round: fn('any int float64...', ([value, places, roundOn]) => rounded(toFloat64(value), numberOf(places), typeof roundOn === 'number' ? roundOn : 0.5)),
}
