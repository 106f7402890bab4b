// Arrays. Follows go-jsonnet v0.21 `builtins.go`, and its `std.jsonnet` for what is written in Jsonnet there.
import { toText } from '../manifest.ts'
import { arrayValueOf, booleanOf, compare, element, equals, functionOf, integerOf, numberOf, plus, textOf, typeError } from '../operators.ts'
import type { Run } from '../run.ts'
import { slice } from '../slice.ts'
import { ArrayValue, arrayOf, FunctionValue, ready, typeOf } from '../values.ts'
import type { Thunk, Value } from '../values.ts'
import { binaryDefinition, define, elementsOf, forced, later, ternaryDefinition, unaryDefinition } from './definition.ts'
import type { Definition } from './definition.ts'
import { keyBy } from './key.ts'
import { indexOfValue, isMember } from './member.ts'

function makeArray(run: Run, size: Value, func: Value): Value {
  const length = integerOf(run, size)
  const make = functionOf(run, func)
  run.elements(Math.max(0, length) * 4)
  return new ArrayValue(Array.from({ length: Math.max(0, length) }, (_, index) => later(run, () => run.apply(make, ready(index)))))
}

function range(run: Run, from: Value, to: Value): Value {
  const start = integerOf(run, from)
  const length = Math.max(0, integerOf(run, to) - start + 1)
  run.elements(length * 4)
  return new ArrayValue(Array.from({ length }, (_, index) => ready(start + index)))
}

/** Elements that are each computed by a function when they are needed. */
function mapped(run: Run, name: string, func: Value, list: Value, call: (target: FunctionValue, item: Thunk, index: number) => Value): Value {
  if (!(func instanceof FunctionValue)) throw run.error(`std.${name} first param must be function, got ${typeOf(func)}`)
  const elements = elementsOf(run, list)
  if (elements === undefined) {
    const expected = name === 'mapWithIndex' ? 'array' : 'array / string'
    throw run.error(`std.${name} second param must be ${expected}, got ${typeOf(list)}`)
  }
  run.elements(elements.length * 4)
  return new ArrayValue(elements.map((item, index) => later(run, () => call(func, item, index))))
}

function flatMap(run: Run, func: Value, list: Value): Value {
  const target = functionOf(run, func)
  if (typeof list === 'string') {
    let text = ''
    for (const character of list) text = plus(run, text, textOf(run, run.apply(target, ready(character)))) as string
    return text
  }
  if (!(list instanceof ArrayValue)) throw run.error(`std.flatMap second param must be array / string, got ${typeOf(list)}`)
  const elements: Thunk[] = []
  for (const item of list.elements) {
    const found = arrayValueOf(run, run.apply(target, item)).elements
    run.elements(found.length)
    for (const inner of found) elements.push(inner)
  }
  return new ArrayValue(elements)
}

export function filter(run: Run, func: Value, list: Value): ArrayValue {
  const { elements } = arrayValueOf(run, list)
  const test = functionOf(run, func)
  run.elements(elements.length)
  return new ArrayValue(elements.filter((item) => booleanOf(run, run.apply(test, item))))
}

export function join(run: Run, separator: Value, list: Value): Value {
  const array = arrayValueOf(run, list)
  if (typeof separator === 'string') return joinTexts(run, separator, array)
  if (separator instanceof ArrayValue) return joinArrays(run, separator, array)
  throw run.error(`join first parameter should be string or array, got ${typeOf(separator)}`)
}

function joinTexts(run: Run, separator: string, { elements }: ArrayValue): string {
  const parts: string[] = []
  let length = 0
  for (const item of elements) {
    const value = run.force(item)
    if (value === null) continue
    if (typeof value !== 'string') throw typeError(run, value, 'string')
    length += value.length + separator.length
    run.text(value.length)
    parts.push(value)
  }
  run.text(length)
  return parts.join(separator)
}

function joinArrays(run: Run, separator: ArrayValue, { elements }: ArrayValue): ArrayValue {
  const result: Thunk[] = []
  let isFirst = true
  for (const item of elements) {
    const value = run.force(item)
    if (value === null) continue
    const found = arrayValueOf(run, value).elements
    run.elements(found.length + separator.elements.length)
    if (!isFirst) for (const part of separator.elements) result.push(part)
    for (const part of found) result.push(part)
    isFirst = false
  }
  return new ArrayValue(result)
}

function fold(run: Run, name: 'foldl' | 'foldr', func: Value, list: Value, start: Value): Value {
  const target = functionOf(run, func)
  const elements = elementsOf(run, list)
  if (elements === undefined) throw run.error(`${name} second parameter should be string or array, got ${typeOf(list)}`)
  let result = start
  for (let at = 0; at < elements.length; at++) {
    const item = (name === 'foldl' ? elements[at] : elements[elements.length - 1 - at]) as Thunk
    result = name === 'foldl' ? run.apply(target, ready(result), item) : run.apply(target, item, ready(result))
  }
  return result
}

function flattenArrays(run: Run, list: Value): Value {
  const lists = elementsOf(run, list)
  if (lists === undefined) throw run.error(`foldl second parameter should be string or array, got ${typeOf(list)}`)
  let flat: Thunk[] | undefined = []
  let result: Value = null
  for (const item of lists) {
    const value = run.force(item)
    if (flat !== undefined && value instanceof ArrayValue) {
      run.elements(value.elements.length)
      for (const inner of value.elements) flat.push(inner)
      continue
    }
    // What is no array is added as `+` adds it.
    result = plus(run, flat === undefined ? result : new ArrayValue(flat), value)
    flat = undefined
  }
  return flat === undefined ? result : new ArrayValue(flat)
}

function flattenDeep(run: Run, value: Value, into: Thunk[]): void {
  run.step()
  if (value instanceof ArrayValue) for (const item of value.elements) flattenDeep(run, run.force(item), into)
  else into.push(ready(value))
}

function removeAt(run: Run, { elements }: ArrayValue, at: number): ArrayValue {
  if (at < 0 || at >= elements.length) throw run.error(`Index ${at} out of bounds, not within [0, ${elements.length})`)
  run.elements(elements.length)
  return new ArrayValue(elements.toSpliced(at, 1))
}

function every(run: Run, name: 'all' | 'any', list: Value): boolean {
  if (!(list instanceof ArrayValue)) throw run.error(`${name}() parameter should be an array, got ${typeOf(list)}`)
  for (const item of list.elements) {
    const value = run.force(item)
    if (typeof value !== 'boolean') throw run.error(`element "${toText(run, value)}" of type ${typeOf(value)} is not a boolean`)
    if (value === (name === 'any')) return value
  }
  return name === 'all'
}

function sum(run: Run, list: Value): number {
  return arrayValueOf(run, list).elements.reduce((total, item) => total + numberOf(run, run.force(item)), 0)
}

function deepJoin(run: Run, value: Value): string {
  run.step()
  if (typeof value === 'string') return value
  if (!(value instanceof ArrayValue)) throw run.error(`Expected string or array, got ${typeOf(value)}`)
  let text = ''
  for (const item of value.elements) text = plus(run, text, deepJoin(run, run.force(item))) as string
  return text
}

export const arrayDefinitions: readonly Definition[] = [
  binaryDefinition('makeArray', ['sz', 'func'], makeArray),
  binaryDefinition('range', ['from', 'to'], range),
  binaryDefinition('map', ['func', 'arr'], (run, func, list) => mapped(run, 'map', func, list, (target, item) => run.apply(target, item))),
  binaryDefinition('mapWithIndex', ['func', 'arr'], (run, func, list) =>
    mapped(run, 'mapWithIndex', func, list, (target, item, index) => run.apply(target, ready(index), item)),
  ),
  binaryDefinition('flatMap', ['func', 'arr'], flatMap),
  binaryDefinition('filter', ['func', 'arr'], filter),
  ternaryDefinition('filterMap', ['filter_func', 'map_func', 'arr'], (run, test, func, list) => {
    if (!(test instanceof FunctionValue)) throw run.error(`std.filterMap first param must be function, got ${typeOf(test)}`)
    if (!(func instanceof FunctionValue)) throw run.error(`std.filterMap second param must be function, got ${typeOf(func)}`)
    if (!(list instanceof ArrayValue)) throw run.error(`std.filterMap third param must be array, got ${typeOf(list)}`)
    return mapped(run, 'map', func, filter(run, test, list), (target, item) => run.apply(target, item))
  }),
  binaryDefinition('join', ['sep', 'arr'], join),
  unaryDefinition('deepJoin', 'arr', deepJoin),
  unaryDefinition('lines', 'arr', (run, list) => join(run, '\n', plus(run, list, arrayOf([''])))),
  binaryDefinition('repeat', ['what', 'count'], (run, what, count) => {
    if (typeof what !== 'string' && !(what instanceof ArrayValue)) throw run.error('std.repeat first argument must be an array or a string')
    const times = Math.max(0, integerOf(run, count))
    if (typeof what === 'string') {
      run.text(what.length * times)
      return what.repeat(times)
    }
    run.elements(what.elements.length * times)
    return new ArrayValue(Array.from({ length: times }, () => what.elements).flat())
  }),
  ternaryDefinition('foldl', ['func', 'arr', 'init'], (run, func, list, start) => fold(run, 'foldl', func, list, start)),
  ternaryDefinition('foldr', ['func', 'arr', 'init'], (run, func, list, start) => fold(run, 'foldr', func, list, start)),
  unaryDefinition('reverse', 'arr', (run, list) => {
    const { elements } = arrayValueOf(run, list)
    run.elements(elements.length)
    return new ArrayValue(elements.toReversed())
  }),
  define('slice', ['indexable', 'index', 'end', 'step'], (run, [value, start, end, step]) =>
    slice(run, forced(run, value), forced(run, start), forced(run, end), forced(run, step)),
  ),
  binaryDefinition('member', ['arr', 'x'], isMember),
  binaryDefinition('contains', ['arr', 'elem'], (run, list, value) => indexOfValue(run, arrayValueOf(run, list), value) >= 0),
  define('count', ['arr', 'x'], (run, [list, value]) => {
    const array = arrayValueOf(run, forced(run, list))
    return array.elements.filter((item) => equals(run, run.force(item), forced(run, value))).length
  }),
  define('find', ['value', 'arr'], (run, [value, list]) => {
    const array = forced(run, list)
    if (!(array instanceof ArrayValue)) throw run.error(`find second parameter should be an array, got ${typeOf(array)}`)
    return arrayOf(array.elements.flatMap((item, index) => (equals(run, run.force(item), forced(run, value)) ? [index] : [])))
  }),
  binaryDefinition('remove', ['arr', 'elem'], (run, list, value) => {
    const array = arrayValueOf(run, list)
    const at = indexOfValue(run, array, value)
    return at < 0 ? array : removeAt(run, array, at)
  }),
  binaryDefinition('removeAt', ['arr', 'i'], (run, list, at) => removeAt(run, arrayValueOf(run, list), integerOf(run, at))),
  unaryDefinition('flattenArrays', 'arrs', flattenArrays),
  unaryDefinition('flattenDeepArray', 'value', (run, value) => {
    const flat: Thunk[] = []
    flattenDeep(run, value, flat)
    run.elements(flat.length * 4)
    return new ArrayValue(flat)
  }),
  unaryDefinition('all', 'arr', (run, list) => every(run, 'all', list)),
  unaryDefinition('any', 'arr', (run, list) => every(run, 'any', list)),
  unaryDefinition('sum', 'arr', sum),
  unaryDefinition('avg', 'arr', (run, list) => {
    const { length } = arrayValueOf(run, list).elements
    if (length === 0) throw run.error('Cannot calculate average of an empty array.')
    return sum(run, list) / length
  }),
  ...(['minArray', 'maxArray'] as const).map((name) => extreme(name, name === 'minArray' ? -1 : 1)),
]

function extreme(name: string, wanted: number): Definition {
  return define(name, ['arr', 'keyF?', 'onEmpty?'], (run, [list, keyFunction, onEmpty]) => {
    const array = arrayValueOf(run, forced(run, list))
    const keyOf = keyBy(run, keyFunction)
    const otherwise = onEmpty === undefined ? undefined : run.force(onEmpty)
    if (array.elements.length === 0) {
      if (otherwise === undefined) throw run.error('Expected at least one element in array. Got none')
      return otherwise
    }
    let best = element(run, array, 0)
    let bestKey = keyOf(array.elements[0] as Thunk)
    for (const item of array.elements.slice(1)) {
      const value = run.force(item)
      const key = keyOf(item)
      if (compare(run, key, bestKey) === wanted) {
        best = value
        bestKey = key
      }
    }
    return best
  })
}
