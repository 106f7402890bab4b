// Numbers. Follows go-jsonnet v0.21 `builtins.go`, and its `std.jsonnet` for what is written in Jsonnet there.
import { powerOf, roundAway, splitExponent } from '../numbers.ts'
import { checkedNumber, compare, modulo, numberOf } from '../operators.ts'
import { typeOf } from '../values.ts'
import type { Value } from '../values.ts'
import type { Run } from '../run.ts'
import { binaryDefinition, ternaryDefinition, unaryDefinition } from './definition.ts'
import type { Definition } from './definition.ts'

function numeric(name: string, compute: (x: number) => number): Definition {
  return unaryDefinition(name, 'x', (run, x) => checkedNumber(run, compute(numberOf(run, x))))
}

function numeric2(name: string, parameters: readonly [string, string], compute: (x: number, y: number) => number): Definition {
  return binaryDefinition(name, parameters, (run, x, y) => {
    const first = numberOf(run, x)
    return checkedNumber(run, compute(first, numberOf(run, y)))
  })
}

function test(name: string, isTrue: (x: number) => boolean): Definition {
  return unaryDefinition(name, 'x', (run, x) => isTrue(numberOf(run, x)))
}

function expectNumber(run: Run, value: Value, what: string): number {
  if (typeof value === 'number') return value
  throw run.error(`${what} expected number, got ${typeOf(value)}`)
}

export const pi: number = Math.PI

export const mathDefinitions: readonly Definition[] = [
  ...(['ceil', 'floor', 'sqrt', 'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'log', 'exp'] as const).map((name) => numeric(name, (x) => Math[name](x))),
  numeric('round', roundAway),
  numeric('mantissa', (x) => splitExponent(x)[0]),
  numeric('exponent', (x) => splitExponent(x)[1]),
  numeric('log2', (x) => Math.log(x) / Math.log(2)),
  numeric('log10', (x) => Math.log(x) / Math.log(10)),
  numeric('deg2rad', (x) => (x * pi) / 180),
  numeric('rad2deg', (x) => (x * 180) / pi),
  numeric2('hypot', ['x', 'y'], Math.hypot),
  numeric2('atan2', ['y', 'x'], Math.atan2),
  numeric2('pow', ['x', 'n'], powerOf),
  binaryDefinition('modulo', ['x', 'y'], modulo),
  test('isEven', (x) => Math.trunc(x) % 2 === 0),
  test('isOdd', (x) => Math.trunc(x) % 2 !== 0),
  test('isInteger', Number.isInteger),
  test('isDecimal', (x) => !Number.isInteger(x)),
  unaryDefinition('abs', 'n', (run, n) => {
    const x = expectNumber(run, n, 'std.abs')
    return x > 0 ? x : -x
  }),
  unaryDefinition('sign', 'n', (run, n) => {
    const x = expectNumber(run, n, 'std.sign')
    return x > 0 ? 1 : x < 0 ? -1 : 0
  }),
  binaryDefinition('max', ['a', 'b'], (run, a, b) => {
    const first = expectNumber(run, a, 'std.max first param')
    const second = expectNumber(run, b, 'std.max second param')
    return first > second ? first : second
  }),
  binaryDefinition('min', ['a', 'b'], (run, a, b) => {
    const first = expectNumber(run, a, 'std.min first param')
    const second = expectNumber(run, b, 'std.min second param')
    return first < second ? first : second
  }),
  ternaryDefinition('clamp', ['x', 'minVal', 'maxVal'], (run, x, least, most) => {
    if (compare(run, x, least) < 0) return least
    return compare(run, x, most) > 0 ? most : x
  }),
]
