// Numbers of replicas. Follows kustomize v5.7 `api/internal/builtins/ReplicaCountTransformer.go`.
import { KustomizeError } from '../errors.ts'
import { visitField } from '../field-spec.ts'
import type { FieldSpec } from '../field-spec.ts'
import { formatGvk, isSelectedBy } from '../resource-id.ts'
import type { ResourceMap } from '../resource-map.ts'
import { currentIdOf, idsOf } from '../resource.ts'
import type { Resource } from '../resource.ts'

function mayBeMeant(resource: Resource, name: string): boolean {
  return currentIdOf(resource).name === name || resource.previous.some((id) => id.name === name)
}

/** @throws {KustomizeError} when no resource of a kind that has replicas has the name */
export function applyReplicas(map: ResourceMap, name: string, count: number | bigint, fieldSpecs: readonly FieldSpec[]): void {
  let isFound = false
  for (const spec of fieldSpecs)
    for (const resource of map.list) {
      if (!mayBeMeant(resource, name) || !idsOf(resource).some((id) => id.name === name && isSelectedBy(id, spec))) continue
      isFound = true
      visitField(resource.object, spec, () => count, 'scalar')
    }
  if (isFound) return
  const kinds = fieldSpecs.map((spec) => formatGvk({ group: spec.group ?? '', version: spec.version ?? '', kind: spec.kind ?? '' }))
  throw new KustomizeError(`resource with name ${name} does not match a config with the following GVK [${kinds.join(' ')}]`)
}
