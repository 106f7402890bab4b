// Structural comparison with paths; never clones and never serialises.

/** One place where two values differ. `undefined` stands for an absent member. */
export interface ValueDifference {
  readonly path: readonly (string | number)[]
  readonly from: unknown
  readonly to: unknown
}

/** Whether two JSON values are equal; the order of members does not count, `1` and `1.0` are the same number. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return isSameNumber(a, b)
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => isEqual(item, b[index]))
  if (Array.isArray(b)) return false
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  const names = Object.keys(left)
  if (names.length !== Object.keys(right).length) return false
  for (const name of names) if (!Object.hasOwn(right, name) || !isEqual(left[name], right[name])) return false
  return true
}

/** Every difference between two values, in order of the first value's members, then the second's. */
export function differencesOf(from: unknown, to: unknown): ValueDifference[] {
  const found: ValueDifference[] = []
  collect(from, to, [], found)
  return found
}

function collect(from: unknown, to: unknown, path: readonly (string | number)[], found: ValueDifference[]): void {
  if (isEqual(from, to)) return
  const isContainer = typeof from === 'object' && typeof to === 'object' && from !== null && to !== null && Array.isArray(from) === Array.isArray(to)
  if (!isContainer) {
    found.push({ path, from, to })
    return
  }
  if (Array.isArray(from) && Array.isArray(to)) {
    for (let index = 0; index < Math.max(from.length, to.length); index++) collect(from[index], to[index], [...path, index], found)
    return
  }
  const [left, right] = [from as Record<string, unknown>, to as Record<string, unknown>]
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    collect(Object.hasOwn(left, name) ? left[name] : undefined, Object.hasOwn(right, name) ? right[name] : undefined, [...path, name], found)
  }
}

function isSameNumber(a: unknown, b: unknown): boolean {
  return (typeof a === 'bigint' || typeof a === 'number') && (typeof b === 'bigint' || typeof b === 'number') && a == b
}
