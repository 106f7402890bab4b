// Small things that every function here needs: JSON values are compared and changed without touching their prototypes.

/** A map (and no list). */
export type JsonMap = Readonly<Record<string, unknown>>

/** Whether a value is a map. */
export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A member of its own, never of a prototype. */
export function member(map: JsonMap, name: string): unknown {
  return Object.hasOwn(map, name) ? map[name] : undefined
}

/** Assign without reaching a prototype's setter. */
export function setMember(map: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(map, name, { value, writable: true, enumerable: true, configurable: true })
  else map[name] = value
}

/** A shallow copy with own members only. */
export function copyMap(map: JsonMap): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  for (const name of Object.keys(map)) setMember(copy, name, map[name])
  return copy
}

/** Structural equality; order of members does not count, 1 and 1n are equal. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) {
    return (typeof a === 'bigint' || typeof a === 'number') && (typeof b === 'bigint' || typeof b === 'number') && a == b
  }
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => isSame(item, b[index]))
  if (Array.isArray(b)) return false
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && isSame((a as JsonMap)[name], (b as JsonMap)[name]))
}

/** A text that is equal exactly for equal values. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  if (isMap(value))
    return `{${Object.keys(value)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${canonicalText(value[name])}`)
      .join(',')}}`
  return typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'null')
}

/** A value within a sentence: text as it is, nothing for nothing, anything nested as JSON. */
export function printed(value: unknown): string {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  return typeof value === 'object'
    ? (JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item)) ?? '')
    : String(value as number | bigint | boolean)
}

/** A JSON value as Go's `%v` prints it: members in order, no quotes. */
export function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (isMap(value))
    return `map[${Object.keys(value)
      .toSorted()
      .map((name) => `${name}:${goText(value[name])}`)
      .join(' ')}]`
  return value === null || value === undefined ? '<nil>' : printed(value)
}
