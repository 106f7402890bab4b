// What elements are compared by.
import { functionOf } from '../operators.ts'
import type { Run } from '../run.ts'
import type { Thunk, Value } from '../values.ts'

/** The key of an element. */
export type KeyOf = (item: Thunk) => Value

/** What an argument `keyF` says; elements are their own keys where there is none. @throws {JsonnetRuntimeError} if it is no function */
export function keyBy(run: Run, keyFunction: Thunk | undefined): KeyOf {
  const keyOf = lazyKeyBy(run, keyFunction)
  if (keyFunction !== undefined) functionOf(run, run.force(keyFunction))
  return keyOf
}

/** The same, but looked at only when there is an element. */
export function lazyKeyBy(run: Run, keyFunction: Thunk | undefined): KeyOf {
  if (keyFunction === undefined) return (item) => run.force(item)
  return (item) => run.apply(functionOf(run, run.force(keyFunction)), item)
}
