// Labels and annotations, in resources and in the pods that they make. Follows kustomize v5.7 `api/filters/labels` and `api/filters/annotations`.
import { KustomizeError } from '../errors.ts'
import { specsFor, visitField } from '../field-spec.ts'
import type { FieldSpec } from '../field-spec.ts'
import type { ResourceMap } from '../resource-map.ts'
import { checkKey, isMap } from '../resource.ts'
import type { JsonMap } from '../resource.ts'
import { sharedSetter } from '../shared-scalars.ts'

/** Set the members in every map that the paths lead to. */
export function applyEntries(map: ResourceMap, entries: Readonly<Record<string, string>>, fieldSpecs: readonly FieldSpec[]): void {
  if (Object.keys(entries).length === 0) return
  Object.keys(entries).forEach(checkKey)
  for (const { object } of map.list) setEntries(object, entries, fieldSpecs)
}

/** The same in one object. */
export function setEntries(object: JsonMap, entries: Readonly<Record<string, string>>, fieldSpecs: readonly FieldSpec[]): void {
  const setters = Object.keys(entries)
    .sort()
    .map((key) => [key, sharedSetter(entries[key])] as const)
  for (const spec of specsFor(fieldSpecs, object))
    visitField(
      object,
      spec,
      (value) => {
        if (!isMap(value)) throw new KustomizeError(`expected a map at ${spec.path}`)
        for (const [key, set] of setters) set(value, key)
        return undefined
      },
      'map',
    )
}
