// Whether something is in a list or a text.
import { element, equals, textOf } from '../operators.ts'
import type { Run } from '../run.ts'
import { ArrayValue } from '../values.ts'
import type { Value } from '../values.ts'

/** @throws {JsonnetRuntimeError} */
export function isMember(run: Run, list: Value, value: Value): boolean {
  if (typeof list === 'string') {
    run.text(list.length)
    return list.includes(textOf(run, value))
  }
  if (!(list instanceof ArrayValue)) throw run.error('std.member first argument must be an array or a string')
  return indexOfValue(run, list, value) >= 0
}

/** The first place of a value in an array, or -1. */
export function indexOfValue(run: Run, array: ArrayValue, value: Value): number {
  for (let at = 0; at < array.elements.length; at++) if (equals(run, element(run, array, at), value)) return at
  return -1
}
