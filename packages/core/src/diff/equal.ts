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
  let count = 0
  for (const name in left) {
    const other = memberOf(right, name)
    if (other === undefined || (left[name] !== other && !isEqual(left[name], other))) return false
    count++
  }
  for (const _name in right) count--
  return count === 0
}

/** A member of any name: what every object inherits is no member of JSON. */
function memberOf(map: Record<string, unknown>, name: string): unknown {
  const value = map[name]
  // Only functions are inherited, and the prototype itself.
  return (typeof value === 'function' || name === '__proto__') && !Object.hasOwn(map, name) ? undefined : value
}

/** Every difference between two values, in order of the first value's members, then the second's. */
export function differencesOf(from: unknown, to: unknown): ValueDifference[] {
  const found: FoundDifference[] = []
  if (from === to) return found
  if (isContainerPair(from, to)) walk(from, to, 0, found)
  else if (!isSameNumber(from, to)) found.push({ path: [], from, to })
  return found
}

interface FoundDifference extends ValueDifference {
  readonly path: (string | number)[]
}

function isContainerPair(from: unknown, to: unknown): from is object {
  return typeof from === 'object' && typeof to === 'object' && from !== null && to !== null && Array.isArray(from) === Array.isArray(to)
}

/** One walk over both. Paths are filled on the way back, so that what is equal costs nothing but the walk. */
function walk(from: object, to: unknown, depth: number, found: FoundDifference[]): void {
  if (Array.isArray(from)) {
    const [left, right] = [from as readonly unknown[], to as readonly unknown[]]
    const length = Math.max(left.length, right.length)
    for (let index = 0; index < length; index++) if (left[index] !== right[index]) member(left[index], right[index], index, depth, found)
    return
  }
  const [left, right] = [from as Record<string, unknown>, to as Record<string, unknown>]
  let unshared = 0
  for (const name in left) {
    const other = memberOf(right, name)
    if (other !== undefined) unshared--
    if (left[name] !== other) member(left[name], other, name, depth, found)
  }
  for (const _name in right) unshared++
  if (unshared === 0) return
  for (const name in right) if (right[name] !== undefined && memberOf(left, name) === undefined) member(undefined, right[name], name, depth, found)
}

function member(from: unknown, to: unknown, key: string | number, depth: number, found: FoundDifference[]): void {
  if (isContainerPair(from, to)) {
    const start = found.length
    walk(from, to, depth + 1, found)
    for (let at = start; at < found.length; at++) (found[at] as FoundDifference).path[depth] = key
    return
  }
  if (isSameNumber(from, to)) return
  const path = new Array<string | number>(depth + 1)
  path[depth] = key
  found.push({ path, from, to })
}

function isSameNumber(a: unknown, b: unknown): boolean {
  return (typeof a === 'bigint' || typeof a === 'number') && (typeof b === 'bigint' || typeof b === 'number') && a == b
}
