// Order and sets: sorted arrays without equal elements. Follows go-jsonnet v0.21 `builtins.go` and `std.jsonnet`.
import { arrayValueOf, compare, equals, plus, typeError } from '../operators.ts'
import type { Run } from '../run.ts'
import { slice } from '../slice.ts'
import { ArrayValue, FunctionValue, ObjectValue, ready, typeOf } from '../values.ts'
import type { Thunk, Value } from '../values.ts'
import { binaryDefinition, define, elementsOf, forced, lengthOf } from './definition.ts'
import type { Definition } from './definition.ts'
import { keyBy, lazyKeyBy } from './key.ts'
import type { KeyOf } from './key.ts'

function sorted(run: Run, { elements }: ArrayValue, keyOf: KeyOf): ArrayValue {
  run.elements(elements.length)
  const keyed = elements.map((item) => ({ item, key: keyOf(item) }))
  keyed.sort((a, b) => compare(run, a.key, b.key))
  return new ArrayValue(keyed.map(({ item }) => item))
}

function unique(run: Run, list: Value, keyOf: KeyOf): ArrayValue {
  const elements = elementsOf(run, list)
  if (elements === undefined) throw run.error(`foldl second parameter should be string or array, got ${typeOf(list)}`)
  const result: Thunk[] = []
  let last: Value | undefined
  for (const item of elements) {
    const key = elements.length === 1 ? null : keyOf(item)
    if (last === undefined || !equals(run, last, key)) {
      result.push(item)
      last = key
    }
  }
  return new ArrayValue(result)
}

/** What is done with an element that is only on the left, only on the right, or on both sides. */
interface Merge {
  readonly left: boolean
  readonly right: boolean
  readonly both: boolean
}

function merged(run: Run, a: Value, b: Value, keyOf: KeyOf, keep: Merge): Value {
  const left = listOf(run, a)
  const right = listOf(run, b)
  run.elements(left.length + right.length)
  const result: Thunk[] = []
  let [i, j] = [0, 0]
  while (i < left.length && j < right.length) {
    const [first, second] = [left[i] as Thunk, right[j] as Thunk]
    const [leftKey, rightKey] = [keyOf(first), keyOf(second)]
    if (equals(run, leftKey, rightKey)) {
      if (keep.both) result.push(first)
      i++
      j++
    } else if (compare(run, leftKey, rightKey) < 0) {
      if (keep.left) result.push(first)
      i++
    } else {
      if (keep.right) result.push(second)
      j++
    }
  }
  // What is left is added as it is: a text makes the result one.
  if (keep.left && (i < left.length || !keep.right)) return plus(run, new ArrayValue(result), slice(run, a, i, null, null))
  if (keep.right) return plus(run, new ArrayValue(result), slice(run, b, j, null, null))
  return new ArrayValue(result)
}

/** What has a length and members that are found by number. */
function listOf(run: Run, value: Value): readonly Thunk[] {
  const length = lengthOf(run, value)
  const elements = elementsOf(run, value)
  if (elements !== undefined || length === 0) return elements ?? []
  throw value instanceof ObjectValue ? typeError(run, 0, 'string') : run.error('Value non indexable: *jsonnet.valueFunction')
}

function mergeDefinition(name: string, keep: Merge): Definition {
  return define(name, ['a', 'b', 'keyF?'], (run, [a, b, keyFunction]) => {
    const first = forced(run, a)
    return merged(run, first, forced(run, b), lazyKeyBy(run, keyFunction), keep)
  })
}

function comparison(run: Run, a: Value, b: Value): number {
  if (typeOf(a) !== typeOf(b)) throw run.error(`Comparison requires matching types. Got ${typeOf(a)} and ${typeOf(b)}`)
  if (a instanceof FunctionValue || a instanceof ObjectValue || typeof a === 'boolean') throw run.error(`Values of type ${typeOf(a)} are not comparable.`)
  return compare(run, a, b)
}

export const setDefinitions: readonly Definition[] = [
  define('sort', ['arr', 'keyF?'], (run, [list, keyFunction]) => {
    const array = arrayValueOf(run, forced(run, list))
    return sorted(run, array, keyBy(run, keyFunction))
  }),
  define('uniq', ['arr', 'keyF?'], (run, [list, keyFunction]) => unique(run, forced(run, list), lazyKeyBy(run, keyFunction))),
  define('set', ['arr', 'keyF?'], (run, [list, keyFunction]) => {
    const array = arrayValueOf(run, forced(run, list))
    const keyOf = keyBy(run, keyFunction)
    return unique(run, sorted(run, array, keyOf), keyOf)
  }),
  define('setMember', ['x', 'arr', 'keyF?'], (run, [value, list, keyFunction]) => {
    const single = new ArrayValue([value ?? ready(null)])
    const found = merged(run, single, forced(run, list), lazyKeyBy(run, keyFunction), { left: false, right: false, both: true })
    return lengthOf(run, found) > 0
  }),
  mergeDefinition('setUnion', { left: true, right: true, both: true }),
  mergeDefinition('setInter', { left: false, right: false, both: true }),
  mergeDefinition('setDiff', { left: true, right: false, both: false }),
  binaryDefinition('__compare', ['v1', 'v2'], comparison),
  binaryDefinition('__compare_array', ['arr1', 'arr2'], comparison),
  binaryDefinition('__array_less', ['arr1', 'arr2'], (run, a, b) => comparison(run, a, b) < 0),
  binaryDefinition('__array_greater', ['arr1', 'arr2'], (run, a, b) => comparison(run, a, b) > 0),
  binaryDefinition('__array_less_or_equal', ['arr1', 'arr2'], (run, a, b) => comparison(run, a, b) <= 0),
  binaryDefinition('__array_greater_or_equal', ['arr1', 'arr2'], (run, a, b) => comparison(run, a, b) >= 0),
]
