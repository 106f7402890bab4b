// Order of the output. Follows kustomize v5.7 `api/internal/builtins/SortOrderTransformer.go`.
import { KustomizeError } from './errors.ts'
import { compareTexts, kindRanks, ranksOf, sortTextOf } from './resource-id.ts'
import type { Id } from './resource-id.ts'
import type { ResourceMap } from './resource-map.ts'
import { currentIdOf, isMap } from './resource.ts'
import type { JsonMap, Resource } from './resource.ts'

/** `legacy`: by kind, group, version, namespace and name; `fifo`: as they came. */
export type SortOrder = 'legacy' | 'fifo'

/** @param options `order` and `legacySortOptions`, as `sortOptions` has them @throws {KustomizeError} */
export function sortResources(map: ResourceMap, options: JsonMap): void {
  const order = options['order']
  const legacy = options['legacySortOptions']
  if (order !== 'fifo' && order !== 'legacy') throw new KustomizeError("the field 'sortOptions.order' must be one of [fifo, legacy]")
  if (order === 'fifo') {
    if (isMap(legacy)) throw new KustomizeError(`the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'`)
    return
  }
  const ranks = isMap(legacy) ? ranksOf(kindsIn(legacy, 'orderFirst'), kindsIn(legacy, 'orderLast')) : kindRanks
  const keyed = map.list.map((resource) => ({ resource, ...keysOf(currentIdOf(resource), ranks) }))
  keyed.sort((a, b) => a.rank - b.rank || a.kinds(b.id) || compareTexts(a.name, b.name))
  map.replaceAll(keyed.map(({ resource }): Resource => resource))
}

function kindsIn(options: JsonMap, name: string): readonly string[] {
  const list = options[name]
  return Array.isArray(list) ? (list as string[]) : []
}

function keysOf(id: Id, ranks: ReadonlyMap<string, number>): { readonly id: Id; readonly rank: number; readonly name: string; kinds(other: Id): number } {
  const gvk = sortTextOf(id)
  return {
    id,
    rank: ranks.get(id.kind) ?? 0,
    name: `${id.namespace === '' ? '~X' : id.namespace}|${id.name}`,
    kinds: (other) => {
      const difference = compareTexts(gvk, sortTextOf(other))
      // Two namespaces, one of them in a group: Kustomize has the core one first.
      return isCoreNamespace(id) || isCoreNamespace(other) ? (id.kind === 'Namespace' && other.kind === 'Namespace' ? -difference : difference) : difference
    },
  }
}

function isCoreNamespace({ group, kind }: Id): boolean {
  return kind === 'Namespace' && group === ''
}
