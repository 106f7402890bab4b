// Labels and annotations that one step writes at several places of a resource stay one value until the resource is copied: whoever changes it at one place changes it at all.
// Kustomize keeps one YAML node for them (v5.7 `api/filters/filtersutil/setters.go`), and overlays are written against what comes out of that.
import { setMember } from './resource.ts'
import type { JsonMap } from './resource.ts'

interface Place {
  readonly map: JsonMap
  readonly name: string
}

const groups = new WeakMap<JsonMap, Map<string, Place[]>>()

function groupAt(map: JsonMap, name: string): Place[] | undefined {
  return groups.get(map)?.get(name)
}

function note({ map, name }: Place, group: Place[]): void {
  const known = groups.get(map)
  if (known === undefined) groups.set(map, new Map([[name, group]]))
  else known.set(name, group)
}

/** Sets values in one resource, of which the new ones become one value. */
export function sharedSetter(value: unknown): (map: JsonMap, name: string) => void {
  const created: Place[] = []
  return (map, name) => {
    if (Object.hasOwn(map, name)) return overwrite(map, name, value)
    setMember(map, name, value)
    created.push({ map, name })
    // Most values have one place, of which nothing needs to be known.
    if (created.length === 2) for (const place of created) note(place, created)
    else if (created.length > 2) note({ map, name }, created)
  }
}

/** Set a value that is there already, here and wherever else it is. */
export function overwrite(map: JsonMap, name: string, value: unknown): void {
  const group = groupAt(map, name)
  if (group === undefined) setMember(map, name, value)
  else for (const place of group) setMember(place.map, place.name, value)
}

/** A map takes the place of another in its resource: what was shared there is shared here. */
export function takePlace(map: JsonMap, old: JsonMap): void {
  for (const [name, group] of groups.get(old) ?? []) {
    if (!Object.hasOwn(map, name)) continue
    const at = group.findIndex((place) => place.map === old && place.name === name)
    if (at >= 0) group.splice(at, 1)
    group.push({ map, name })
    note({ map, name }, group)
  }
}
