// Operators on values. Follows go-jsonnet v0.21 `builtins.go`.
import { toText } from './manifest.ts'
import { formatMessageNumber, toInt64 } from './numbers.ts'
import { fieldNames, fieldOf } from './objects.ts'
import type { Run } from './run.ts'
import { compareTexts } from './text.ts'
import { ArrayValue, FunctionValue, ObjectValue, typeOf } from './values.ts'
import type { Value } from './values.ts'

/** What is thrown for a value of another type than needed. */
export function typeError(run: Run, found: Value, expected?: string): Error {
  return run.error(`Unexpected type ${typeOf(found)}${expected === undefined ? '' : `, expected ${expected}`}`)
}

export function numberOf(run: Run, value: Value): number {
  if (typeof value === 'number') return value
  throw typeError(run, value, 'number')
}

export function textOf(run: Run, value: Value): string {
  if (typeof value === 'string') return value
  throw typeError(run, value, 'string')
}

export function booleanOf(run: Run, value: Value): boolean {
  if (typeof value === 'boolean') return value
  throw typeError(run, value, 'boolean')
}

export function arrayValueOf(run: Run, value: Value): ArrayValue {
  if (value instanceof ArrayValue) return value
  throw typeError(run, value, 'array')
}

export function objectValueOf(run: Run, value: Value): ObjectValue {
  if (value instanceof ObjectValue) return value
  throw typeError(run, value, 'object')
}

export function functionOf(run: Run, value: Value): FunctionValue {
  if (value instanceof FunctionValue) return value
  throw typeError(run, value, 'function')
}

/** A whole number of 32 bits. @throws {JsonnetRuntimeError} */
export function integerOf(run: Run, value: Value): number {
  const number = numberOf(run, value)
  if ((number | 0) === number) return number
  throw run.error(`Expected an integer, but got ${formatMessageNumber(number)}`)
}

/** A number that a double holds. @throws {JsonnetRuntimeError} */
export function checkedNumber(run: Run, value: number): number {
  if (Number.isNaN(value)) throw run.error('Not a number')
  if (!Number.isFinite(value)) throw run.error('Overflow')
  return value
}

/** @throws {JsonnetRuntimeError} */
export function plus(run: Run, left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return checkedNumber(run, left + right)
  if (typeof right === 'string') return joinedText(run, toText(run, left), right)
  if (typeof left === 'string') return joinedText(run, left, toText(run, right))
  if (typeof left === 'number') throw typeError(run, right, 'number')
  if (left instanceof ObjectValue) {
    if (right instanceof ObjectValue) return ObjectValue.merged(left, right)
    throw typeError(run, right, 'object')
  }
  if (!(left instanceof ArrayValue)) throw typeError(run, left)
  const more = arrayValueOf(run, right)
  run.elements(left.elements.length + more.elements.length)
  return new ArrayValue(left.elements.concat(more.elements))
}

/** Texts behind each other share their characters until they are read, so a long one costs little here. */
function joinedText(run: Run, left: string, right: string): string {
  const length = left.length + right.length
  run.text(length < 1024 ? length : 1024)
  if (length > run.limits.maxTextLength) run.text(length)
  return left + right
}

/** @throws {JsonnetRuntimeError} */
export function binary(run: Run, operator: string, left: Value, right: Value): Value {
  switch (operator) {
    case '+':
      return plus(run, left, right)
    case '-':
      return checkedNumber(run, numberOf(run, left) - numberOf(run, right))
    case '*':
      return checkedNumber(run, numberOf(run, left) * numberOf(run, right))
    case '/':
      return checkedNumber(run, numberOf(run, left) / divisor(run, left, right))
    case '==':
      return equals(run, left, right)
    case '!=':
      return !equals(run, left, right)
    case '<':
      return compare(run, left, right) < 0
    case '<=':
      return compare(run, left, right) <= 0
    case '>':
      return compare(run, left, right) > 0
    case '>=':
      return compare(run, left, right) >= 0
    default:
      return bitwise(run, operator, numberOf(run, left), numberOf(run, right))
  }
}

/** @throws {JsonnetRuntimeError} */
export function modulo(run: Run, left: Value, right: Value): number {
  return checkedNumber(run, numberOf(run, left) % divisor(run, left, right))
}

function divisor(run: Run, left: Value, right: Value): number {
  numberOf(run, left)
  const value = numberOf(run, right)
  if (value === 0) throw run.error('Division by zero.')
  return value
}

const int64Range = '[-9223372036854775808, 9223372036854775807]'

function bitwise(run: Run, operator: string, left: number, right: number): number {
  for (const side of [left, right]) {
    if (Math.abs(side) > 2 ** 63) throw run.error(`Bitwise operator argument ${formatMessageNumber(side)} outside of range ${int64Range}`)
  }
  const isShift = operator === '<<' || operator === '>>'
  if (isShift && right < 0) throw run.error('Shift by negative exponent.')
  const [a, b] = [toInt64(left), toInt64(right)]
  return Number(BigInt.asIntN(64, bits(operator, a, b)))
}

function bits(operator: string, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '<<':
      return a << BigInt.asUintN(6, b)
    case '>>':
      return a >> BigInt.asUintN(6, b)
    case '&':
      return a & b
    case '|':
      return a | b
    default:
      return a ^ b
  }
}

/** @throws {JsonnetRuntimeError} */
export function unary(run: Run, operator: string, value: Value): Value {
  switch (operator) {
    case '!':
      return !booleanOf(run, value)
    case '-':
      return -numberOf(run, value)
    case '+':
      return numberOf(run, value)
    default:
      return Number(BigInt.asIntN(64, ~toInt64(numberOf(run, value))))
  }
}

/** -1, 0 or 1 for numbers, texts and arrays of such. @throws {JsonnetRuntimeError} */
export function compare(run: Run, left: Value, right: Value): number {
  run.step()
  if (typeof left === 'number') return Math.sign(left - numberOf(run, right))
  if (typeof left === 'string') {
    const other = textOf(run, right)
    run.text(Math.min(left.length, other.length))
    return compareTexts(left, other)
  }
  if (!(left instanceof ArrayValue)) throw typeError(run, left)
  const { elements } = arrayValueOf(run, right)
  for (let at = 0; at < Math.min(left.elements.length, elements.length); at++) {
    const order = compare(run, element(run, left, at), run.force(elements[at] as (typeof elements)[number]))
    if (order !== 0) return order
  }
  return Math.sign(left.elements.length - elements.length)
}

/** An element that is there. */
export function element(run: Run, { elements }: ArrayValue, at: number): Value {
  return run.force(elements[at] as (typeof elements)[number])
}

/** Deep equality; hidden fields do not count. @throws {JsonnetRuntimeError} for functions */
export function equals(run: Run, left: Value, right: Value): boolean {
  run.step()
  if (typeof left === 'string' && typeof right === 'string') {
    if (left.length !== right.length) return false
    run.text(left.length)
    return left === right
  }
  if (left instanceof ArrayValue && right instanceof ArrayValue) return equalArrays(run, left, right)
  if (left instanceof ObjectValue && right instanceof ObjectValue) return equalObjects(run, left, right)
  if (left instanceof FunctionValue && right instanceof FunctionValue) throw run.error('Cannot test equality of functions')
  return left === right
}

function equalArrays(run: Run, left: ArrayValue, right: ArrayValue): boolean {
  if (left.elements.length !== right.elements.length) return false
  for (let at = 0; at < left.elements.length; at++) if (!equals(run, element(run, left, at), element(run, right, at))) return false
  return true
}

function equalObjects(run: Run, left: ObjectValue, right: ObjectValue): boolean {
  const names = fieldNames(left)
  const others = fieldNames(right)
  run.step(names.length)
  if (names.length !== others.length || names.some((name, at) => name !== others[at])) return false
  return names.every((name) => equals(run, fieldOf(run, left, name), fieldOf(run, right, name)))
}
