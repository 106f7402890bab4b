// The resources of one layer, in order, no two with the same id. Follows kustomize v5.7 `api/resmap`.
import { KustomizeError } from './errors.ts'
import { formatId, keyOf } from './resource-id.ts'
import type { Id } from './resource-id.ts'
import { currentIdOf, idsOf, isMap, memberOf, setName, setNamespace, setTexts, textsAt } from './resource.ts'
import type { JsonMap, Resource } from './resource.ts'

/** Ordered resources. Ids change under the transformers, so indexes are made when they are asked for and dropped by `touch`. */
export interface ResourceMap {
  readonly list: readonly Resource[]
  /** @throws {KustomizeError} when the id is taken */
  append(resource: Resource): void
  /** Generated resources: create, merge or replace. @throws {KustomizeError} */
  absorb(resource: Resource): void
  /** Resources that have or had an id. */
  byAnyId(id: Id): readonly Resource[]
  /** The only one that has or had an id. @throws {KustomizeError} */
  getById(id: Id): Resource
  replaceAll(list: readonly Resource[]): void
  /** To be called after ids may have changed. */
  touch(): void
}

export function createResourceMap(): ResourceMap {
  let list: Resource[] = []
  let current: Set<string> | undefined
  let anyIds: Map<string, Resource[]> | undefined

  const currentKeys = (): Set<string> => (current ??= new Set(list.map((resource) => keyOf(currentIdOf(resource)))))

  function indexed(): Map<string, Resource[]> {
    if (anyIds !== undefined) return anyIds
    anyIds = new Map()
    for (const resource of list) index(anyIds, resource)
    return anyIds
  }

  function index(into: Map<string, Resource[]>, resource: Resource): void {
    for (const key of new Set(idsOf(resource).map(keyOf))) {
      const found = into.get(key)
      if (found === undefined) into.set(key, [resource])
      else found.push(resource)
    }
  }

  const byAnyId = (id: Id): readonly Resource[] => indexed().get(keyOf(id)) ?? []

  function append(resource: Resource): void {
    const id = currentIdOf(resource)
    const key = keyOf(id)
    if (currentKeys().has(key)) throw new KustomizeError(`may not add resource with an already registered id: ${formatId(id)}`)
    currentKeys().add(key)
    list.push(resource)
    if (anyIds !== undefined) index(anyIds, resource)
  }

  function touch(): void {
    current = undefined
    anyIds = undefined
  }

  return {
    get list() {
      return list
    },
    append,
    absorb(resource) {
      const id = currentIdOf(resource)
      const [old, second] = byAnyId(id)
      if (second !== undefined) throw new KustomizeError(`found multiple objects that could accept merge of ${formatId(id)}`)
      if (old === undefined) {
        if (resource.behavior !== 'create') throw new KustomizeError(`id ${formatId(id)} does not exist; cannot merge or replace`)
        return append(resource)
      }
      if (resource.behavior === 'create') throw new KustomizeError(`id ${formatId(id)} exists; behavior must be merge or replace`)
      list[list.indexOf(old)] = overlaid(old, resource)
      touch()
    },
    byAnyId,
    getById(id) {
      const found = byAnyId(id)
      const [only, second] = found
      if (only === undefined || second !== undefined)
        throw new KustomizeError(
          `${second === undefined ? 'no' : 'multiple'} matches for Id ${formatId(id)}; failed to find unique target for patch ${formatId(id)}`,
        )
      return only
    },
    replaceAll(next) {
      list = [...next]
      touch()
    },
    touch,
  }
}

/** A generated resource over one that is there: its name, labels and annotations stay, and on `merge` its data. */
function overlaid(old: Resource, fresh: Resource): Resource {
  const { object } = fresh
  setTexts(object, 'labels', { ...textsAt(old.object, 'labels'), ...textsAt(object, 'labels') })
  setTexts(object, 'annotations', { ...textsAt(old.object, 'annotations'), ...textsAt(object, 'annotations') })
  const id = currentIdOf(old)
  setName(object, id.name)
  setNamespace(object, id.namespace)
  if (fresh.behavior === 'merge')
    for (const member of ['data', 'binaryData']) {
      const merged = { ...mapAt(old.object, member), ...mapAt(object, member) }
      if (Object.keys(merged).length > 0) object[member] = merged
    }
  // What the old one has been called stays known; whether it has a hash is what both say.
  return {
    ...fresh,
    previous: old.previous,
    prefixes: old.prefixes,
    suffixes: old.suffixes,
    variables: old.variables,
    needsHash: fresh.needsHash && old.needsHash,
    behavior: old.behavior,
    ...(fresh.behavior === 'merge' && old.origin !== undefined ? { origin: old.origin } : {}),
    transformations: old.transformations,
  }
}

function mapAt(object: JsonMap, member: string): JsonMap {
  const value = memberOf(object, member)
  return isMap(value) ? value : {}
}

/** What was renamed must not meet another. @throws {KustomizeError} */
export function checkDistinct(map: ResourceMap): void {
  const seen = new Set<string>()
  for (const id of map.list.map(currentIdOf)) {
    const key = keyOf(id)
    if (seen.has(key)) throw new KustomizeError(`may not add resource with an already registered id: ${formatId(id)}`)
    seen.add(key)
  }
}
