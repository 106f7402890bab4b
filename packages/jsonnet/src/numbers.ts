// Numbers as go-jsonnet prints them, and arithmetic as Go has it where that of the host differs.

/** The text of a number in results: whole ones without exponent, others with 17 digits at most. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value)) return wholeNumber(value)
  return shortExponent(value.toPrecision(17), 17)
}

function wholeNumber(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  return BigInt(value).toString()
}

/** `%.17g` of C: trailing zeros go, exponents have two digits and stand where they are below -4 or not below the precision. */
function shortExponent(digits: string, precision: number): string {
  const [mantissa, exponent] = plainOf(digits)
  if (exponent < -4 || exponent >= precision) return `${withoutZeros(placePoint(mantissa, 0))}${exponentText(exponent)}`
  return withoutZeros(placePoint(mantissa, exponent))
}

/** Sign and digits, and the power of ten of the first. */
function plainOf(digits: string): [string, number] {
  const sign = digits.startsWith('-') ? '-' : ''
  const [mantissa = '', exponent = '0'] = digits.slice(sign.length).split('e')
  const point = mantissa.indexOf('.')
  const whole = point < 0 ? mantissa : mantissa.slice(0, point)
  const all = whole + (point < 0 ? '' : mantissa.slice(point + 1))
  const zeros = /^0*/.exec(all)?.[0].length ?? 0
  return [sign + all.slice(zeros), Number(exponent) + whole.length - 1 - zeros]
}

function placePoint(signed: string, exponent: number): string {
  const sign = signed.startsWith('-') ? '-' : ''
  const digits = signed.slice(sign.length)
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0')
  return `${sign}${whole}${digits.length > exponent + 1 ? `.${digits.slice(exponent + 1)}` : ''}`
}

function withoutZeros(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text
}

function exponentText(exponent: number): string {
  return `e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}

/** The shortest text that is the number, never with an exponent: `std.manifestJsonEx` and `std.manifestYamlDoc`. */
export function formatPlainNumber(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [digits, exponent] = plainOf(String(value))
  return withoutZeros(placePoint(digits, exponent))
}

/** A number as it stands in messages: Go's `%v`. */
export function formatMessageNumber(value: number): string {
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [digits, exponent] = plainOf(String(value))
  if (exponent >= -4 && exponent < 6) return withoutZeros(placePoint(digits, exponent))
  return `${withoutZeros(placePoint(digits, 0))}${exponentText(exponent)}`
}

/** A number as it stands in messages: Go's `%f`. */
export function formatFixedNumber(value: number): string {
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`
}

/** Mantissa in [0.5, 1) and power of two. */
export function splitExponent(value: number): [number, number] {
  if (value === 0 || !Number.isFinite(value)) return [value, 0]
  let mantissa = value
  let exponent = 0
  while (Math.abs(mantissa) >= 1) {
    mantissa /= 2
    exponent++
  }
  while (Math.abs(mantissa) < 0.5) {
    mantissa *= 2
    exponent--
  }
  return [mantissa, exponent]
}

function timesPowerOfTwo(value: number, exponent: number): number {
  let result = value
  let left = exponent
  for (; left > 1000; left -= 1000) result *= 2 ** 1000
  for (; left < -1000; left += 1000) result *= 2 ** -1000
  return result * 2 ** left
}

/** Powers by squaring, as Go makes them: the host's differ in the last digit. */
export function powerOf(base: number, exponent: number): number {
  if (exponent === 0 || base === 1) return 1
  if (exponent === 1) return base
  if (exponent === 0.5) return Math.sqrt(base)
  if (exponent === -0.5) return 1 / Math.sqrt(base)
  const whole = Math.trunc(Math.abs(exponent))
  if (base === 0 || !Number.isFinite(base) || !Number.isFinite(exponent) || whole >= 2 ** 52 || (base < 0 && !Number.isInteger(exponent)))
    return base ** exponent
  let steps = whole
  let fraction = Math.abs(exponent) - whole
  let result = 1
  if (fraction !== 0) {
    if (fraction > 0.5) {
      fraction--
      steps++
    }
    result = Math.exp(fraction * Math.log(base))
  }
  let resultExponent = 0
  let [factor, factorExponent] = splitExponent(base)
  for (let left = steps; left !== 0; left = Math.floor(left / 2)) {
    if (Math.abs(factorExponent) > 4096) {
      // Beyond what a double can hold: nothing or too much.
      resultExponent += factorExponent
      break
    }
    if (left % 2 === 1) {
      result *= factor
      resultExponent += factorExponent
    }
    factor *= factor
    factorExponent *= 2
    if (Math.abs(factor) < 0.5) {
      factor += factor
      factorExponent--
    }
  }
  return exponent < 0 ? timesPowerOfTwo(1 / result, -resultExponent) : timesPowerOfTwo(result, resultExponent)
}

/** Halves away from zero. */
export function roundAway(value: number): number {
  const whole = Math.trunc(value)
  return Math.abs(value - whole) >= 0.5 ? whole + Math.sign(value) : whole
}

/** A number as a signed integer of 64 bits, as amd64 converts it. */
export function toInt64(value: number): bigint {
  if (!(Math.abs(value) < 2 ** 63)) return -(2n ** 63n)
  return BigInt(Math.trunc(value))
}
