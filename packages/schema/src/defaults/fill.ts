// Filling in what is absent, without changing the input; what is complete is returned as it is.
import { copyMap, isMap, member, setMember } from '../values.ts'
import type { JsonMap } from '../values.ts'

/** The map with each absent (or null) member set. */
export function fill(map: JsonMap, defaults: JsonMap): JsonMap {
  let copy: Record<string, unknown> | undefined
  for (const name of Object.keys(defaults)) {
    const value = defaults[name]
    if (value === undefined || (member(map, name) ?? undefined) !== undefined) continue
    setMember((copy ??= copyMap(map)), name, value)
  }
  return copy ?? map
}

/** The map with a member changed by a function, where it is a map. */
export function within(map: JsonMap, name: string, change: (inner: JsonMap) => JsonMap): JsonMap {
  const inner = member(map, name)
  if (!isMap(inner)) return map
  const next = change(inner)
  return next === inner ? map : { ...map, [name]: next }
}

/** As `within`, with an empty map where there is none. */
export function withinOrNew(map: JsonMap, name: string, change: (inner: JsonMap) => JsonMap): JsonMap {
  return isMap(member(map, name)) ? within(map, name, change) : { ...map, [name]: change({}) }
}

/** The map with every element of a list changed, where the list's elements are maps. */
export function each(map: JsonMap, name: string, change: (item: JsonMap) => JsonMap): JsonMap {
  const list = member(map, name)
  if (!Array.isArray(list)) return map
  let isChanged = false
  const next = list.map((item: unknown) => {
    if (!isMap(item)) return item
    const changed = change(item)
    isChanged ||= changed !== item
    return changed
  })
  return isChanged ? { ...map, [name]: next } : map
}

/** A text member, or ''. */
export function textOf(map: JsonMap, name: string): string {
  const value = member(map, name)
  return typeof value === 'string' ? value : ''
}

/** Apply several changes in order. */
export function pipe(map: JsonMap, ...changes: readonly ((map: JsonMap) => JsonMap)[]): JsonMap {
  return changes.reduce((current, change) => change(current), map)
}
