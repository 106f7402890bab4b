// What values are, and whether two are the same through and through.
import { fn } from '../functions.ts'
import type { FunctionMap } from '../functions.ts'
import { GoInt } from '../numbers.ts'
import { isMap, kindName, typeName } from '../values.ts'
import type { GoValue } from '../values.ts'

/** As `reflect.DeepEqual`: an int is never a float, nor another int. */
export function deepEqual(a: GoValue, b: GoValue): boolean {
  if (a === b) return true
  if (a === undefined || a === null || b === undefined || b === null) return (a ?? null) === (b ?? null)
  if (a instanceof GoInt || b instanceof GoInt) return a instanceof GoInt && b instanceof GoInt && a.kind === b.kind && a.value === b.value
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => deepEqual(item, b[index]))
  if (!isMap(a) || !isMap(b)) return false
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && deepEqual(a[key], b[key]))
}

export const reflectionFunctions: FunctionMap = {
  typeOf: fn('any', ([value]) => typeName(value)),
  typeIs: fn('string any', ([name, value]) => typeName(value) === name),
  typeIsLike: fn('string any', ([name, value]) => typeName(value) === name || typeName(value) === `*${String(name)}`),
  kindOf: fn('any', ([value]) => kindName(value)),
  kindIs: fn('string any', ([name, value]) => kindName(value) === name),
  deepEqual: fn('any any', ([a, b]) => deepEqual(a, b)),
}
