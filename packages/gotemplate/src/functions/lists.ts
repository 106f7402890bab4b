// Sprig's list functions.
import { FunctionError } from '../errors.ts'
import { fn } from '../functions.ts'
import type { FunctionMap, TemplateFunction } from '../functions.ts'
import { HostObject, isList, isTrue, kindName, nilList, sameType, typed } from '../values.ts'
import type { GoValue } from '../values.ts'
import { int, numberOf } from './conversions.ts'
import { deepEqual } from './reflection.ts'

const maxRange = 10_000_000

function listOf(value: GoValue, what: string, isWhole = false): readonly GoValue[] {
  const plain = value instanceof HostObject && value.kindName === 'slice' ? value.plain() : value
  if (isList(plain)) return plain
  if (plain === undefined || plain === null) throw new FunctionError('runtime error: invalid memory address or nil pointer dereference')
  throw new FunctionError(isWhole ? what.replace('%s', kindName(plain)) : `Cannot find ${what} on type ${kindName(plain)}`)
}

function counted(start: number, stop: number, step: number): number[] {
  const numbers: number[] = []
  if (Math.abs((stop - start) / (step || 1)) > maxRange) throw new FunctionError(`more than ${maxRange} numbers`)
  if (stop < start) {
    if (step < 0) for (let value = start; value > stop; value += step) numbers.push(value)
  } else if (step > 0) for (let value = start; value < stop; value += step) numbers.push(value)
  return numbers
}

const ints = (numbers: readonly number[]): GoValue => typed(numbers.map(int), '[]int')

function sequence(params: readonly number[]): string {
  const [first = 0, second = 0, third = 0] = params
  switch (params.length) {
    case 1: {
      const step = first < 1 ? -1 : 1
      return counted(1, first + step, step).join(' ')
    }
    case 2: {
      const step = second < first ? -1 : 1
      return counted(first, second + step, step).join(' ')
    }
    case 3: {
      const isDown = third < first
      if (isDown && second > 0) return ''
      return counted(first, third + (isDown ? -1 : 1), second).join(' ')
    }
    default:
      return ''
  }
}

function unique(list: readonly GoValue[]): GoValue[] {
  const result: GoValue[] = []
  // Texts are the usual case, and found at once.
  const seen = new Set<string>()
  for (const item of list) {
    if (typeof item === 'string') {
      if (seen.has(item)) continue
      seen.add(item)
    } else if (result.some((other) => deepEqual(other, item))) continue
    result.push(item)
  }
  return result
}

const isEmptyValue = (value: GoValue): boolean => !isTrue(value)

/** The same function under its own name and with `must` before it: what panics there fails here all the same. */
function both(name: string, declared: TemplateFunction): FunctionMap {
  return { [name]: declared, [`must${name.charAt(0).toUpperCase()}${name.slice(1)}`]: declared }
}

const push = fn('any any', ([list, item]) => [...listOf(list, 'Cannot push on type %s', true), item])

export const listFunctions: FunctionMap = {
  list: fn('any...', (args) => [...args]),
  tuple: fn('any...', (args) => [...args]),
  ...both('append', push),
  ...both('push', push),
  ...both(
    'prepend',
    fn('any any', ([list, item]) => [item, ...listOf(list, 'Cannot prepend on type %s', true)]),
  ),
  ...both(
    'first',
    fn('any', ([list]) => listOf(list, 'first')[0]),
  ),
  ...both(
    'last',
    fn('any', ([list]) => listOf(list, 'last').at(-1)),
  ),
  ...both(
    'rest',
    fn('any', ([list]) => (listOf(list, 'rest').length === 0 ? nilList() : listOf(list, 'rest').slice(1))),
  ),
  ...both(
    'initial',
    fn('any', ([list]) => (listOf(list, 'initial').length === 0 ? nilList() : listOf(list, 'initial').slice(0, -1))),
  ),
  ...both(
    'reverse',
    fn('any', ([list]) => [...listOf(list, 'reverse')].reverse()),
  ),
  ...both(
    'compact',
    fn('any', ([list]) => listOf(list, 'Cannot compact on type %s', true).filter(isTrue)),
  ),
  ...both(
    'uniq',
    fn('any', ([list]) => unique(listOf(list, 'uniq'))),
  ),
  ...both(
    'without',
    fn('any any...', ([list, ...omitted]) => listOf(list, 'without').filter((item) => !omitted.some((other) => deepEqual(other, item)))),
  ),
  ...both(
    'has',
    fn('any any', ([needle, list]) => list !== undefined && list !== null && listOf(list, 'has').some((item) => deepEqual(item, needle))),
  ),
  ...both(
    'slice',
    fn('any any...', ([value, ...bounds]) => {
      const list = listOf(value, 'list should be type of slice or array but %s', true)
      if (list.length === 0) return undefined
      const [start = 0, end = list.length] = bounds.map(numberOf)
      if (start < 0 || end > list.length || start > end) throw new FunctionError('reflect.Value.Slice: slice index out of bounds')
      return sameType(list, list.slice(start, end))
    }),
  ),
  ...both(
    'chunk',
    fn('int any', ([size, value]) => {
      const [list, length] = [listOf(value, 'Cannot chunk type %s', true), numberOf(size)]
      const count = Math.floor((list.length - 1) / length) + 1
      // Sprig reckons with any size, and Go refuses to make what comes out of that.
      const last = list.length % length || length
      if (!Number.isFinite(count) || count < 0 || (count > 1 && length < 0) || (count === 1 && last < 0))
        throw new FunctionError('runtime error: makeslice: len out of range')
      return typed(
        Array.from({ length: count }, (_, index) => list.slice(index * length, index === count - 1 ? list.length : (index + 1) * length)),
        '[][]interface {}',
      )
    }),
  ),
  concat: fn('any...', (lists) => {
    const all = lists.flatMap((list) => [...listOf(list, 'Cannot concat type %s as list', true)])
    return all.length === 0 ? nilList() : all
  }),
  until: fn('int', ([count], context) => {
    context.spend(Math.abs(numberOf(count)))
    return ints(counted(0, numberOf(count), numberOf(count) < 0 ? -1 : 1))
  }),
  untilStep: fn('int int int', ([start, stop, step], context) => {
    const numbers = counted(numberOf(start), numberOf(stop), numberOf(step))
    context.spend(numbers.length)
    return ints(numbers)
  }),
  seq: fn('int...', (params, context) => {
    const text = sequence(params.map(numberOf))
    context.spend(text.length)
    return text
  }),
  all: fn('any...', (args) => !args.some(isEmptyValue)),
  any: fn('any...', (args) => args.some(isTrue)),
}
