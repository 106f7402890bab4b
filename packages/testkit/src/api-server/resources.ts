// The registry: which resources exist, built in and defined, and how each is stored.
import { typeSchemaOf, printed } from '@plumbline/schema'
import type { Facts } from './facts.ts'
import { apiVersionOf } from './resource-type.ts'
import type { ResourceType, Subresource } from './resource-type.ts'
import { isObject, objectsOf, type JsonObject } from './types.ts'

export interface Registry {
  find(group: string, version: string, plural: string): ResourceType | undefined
  findByKind(group: string, version: string, kind: string): ResourceType | undefined
  /** The version objects of a storage are kept in, or any other served one. */
  ofStorage(storage: string): ResourceType | undefined
  /** Any version of the resource; the preferred one first. */
  findAny(group: string, plural: string): ResourceType | undefined
  hasGroup(group: string): boolean
  hasGroupVersion(group: string, version: string): boolean
  /** Whether nothing but definitions serves the group. */
  isDefinedGroup(group: string): boolean
  isKindKnown(group: string, version: string, kind: string): boolean
  all(): readonly ResourceType[]
  define(definition: string, types: readonly ResourceType[]): void
  undefine(definition: string): void
  onChange(listener: () => void): () => void
}

// Resources that two groups serve, or whose versions differ in shape: where they are kept and in which form.
const SHARED_STORAGE: Readonly<Record<string, { storage: string; apiVersion: string }>> = {
  'events.k8s.io/events': { storage: 'events', apiVersion: 'v1' },
  'autoscaling/horizontalpodautoscalers': { storage: 'autoscaling/horizontalpodautoscalers', apiVersion: 'autoscaling/v2' },
}

/** A registry that knows the built-in resources. */
export function createRegistry(facts: Facts): Registry {
  const builtIn = builtInTypes(facts)
  const defined = new Map<string, readonly ResourceType[]>()
  const listeners = new Set<() => void>()
  let index = indexOf(builtIn)

  function rebuild(): void {
    index = indexOf([...builtIn, ...[...defined.values()].flat()])
    for (const listener of listeners) listener()
  }

  return {
    find: (group, version, plural) => index.byPlural.get(`${group}/${version}/${plural}`),
    findByKind: (group, version, kind) => index.byKind.get(`${group}/${version}/${kind}`),
    ofStorage: (storage) => index.byStorage.get(storage),
    findAny: (group, plural) => index.all.find((type) => type.group === group && type.plural === plural),
    hasGroup: (group) => index.groups.has(group),
    hasGroupVersion: (group, version) => index.groupVersions.has(`${group}/${version}`),
    isDefinedGroup: (group) => index.all.every((type) => type.group !== group || type.defined !== undefined),
    isKindKnown: (group, version, kind) => index.kinds.has(`${group}/${version}/${kind}`),
    all: () => index.all,
    define(definition, types) {
      defined.set(definition, types)
      rebuild()
    },
    undefine(definition) {
      if (defined.delete(definition)) rebuild()
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Split `apps/v1` into group and version. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/')
  return slash === -1 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

interface Index {
  readonly all: readonly ResourceType[]
  readonly byPlural: ReadonlyMap<string, ResourceType>
  readonly byKind: ReadonlyMap<string, ResourceType>
  readonly byStorage: ReadonlyMap<string, ResourceType>
  readonly groups: ReadonlySet<string>
  readonly groupVersions: ReadonlySet<string>
  readonly kinds: ReadonlySet<string>
}

function indexOf(all: readonly ResourceType[]): Index {
  const byStorage = new Map<string, ResourceType>()
  for (const type of all) {
    if (!byStorage.has(type.storage) || type.apiVersion === type.storedApiVersion) byStorage.set(type.storage, type)
  }
  return {
    all,
    byPlural: new Map(all.map((type) => [`${type.group}/${type.version}/${type.plural}`, type])),
    byKind: new Map(all.map((type) => [`${type.group}/${type.version}/${type.kind}`, type])),
    byStorage,
    groups: new Set(all.map((type) => type.group)),
    groupVersions: new Set(all.map((type) => `${type.group}/${type.version}`)),
    kinds: new Set(all.map((type) => `${type.group}/${type.version}/${type.kind}`)),
  }
}

function builtInTypes(facts: Facts): ResourceType[] {
  const { legacy } = facts.discovery()
  return Object.values(legacy)
    .filter((document) => document['kind'] === 'APIResourceList')
    .flatMap((document) => typesOfGroupVersion(document))
}

function typesOfGroupVersion(document: JsonObject): ResourceType[] {
  const { group, version } = parseApiVersion(String(document['groupVersion']))
  const rows = objectsOf(document['resources'])
  return rows.filter((row) => !String(row['name']).includes('/')).map((row) => typeOf(group, version, row, rows))
}

function typeOf(group: string, version: string, row: JsonObject, rows: readonly JsonObject[]): ResourceType {
  const plural = String(row['name'])
  const kind = String(row['kind'])
  const apiVersion = apiVersionOf(group, version)
  const shared = SHARED_STORAGE[`${group}/${plural}`]
  return {
    group,
    version,
    kind,
    plural,
    singular: String(row['singularName']),
    shortNames: (row['shortNames'] as string[] | undefined) ?? [],
    categories: (row['categories'] as string[] | undefined) ?? [],
    isNamespaced: row['namespaced'] === true,
    verbs: row['verbs'] as string[],
    subresources: new Map(rows.filter((other) => String(other['name']).startsWith(`${plural}/`)).map((other) => [nameAfterSlash(other), subresourceOf(other)])),
    storageVersionHash: printed(row['storageVersionHash'] ?? ''),
    storage: shared?.storage ?? (group === '' ? plural : `${group}/${plural}`),
    apiVersion,
    storedApiVersion: shared?.apiVersion ?? apiVersion,
    listKind: `${kind}List`,
    schema: typeSchemaOf({ group, version, kind }),
  }
}

function nameAfterSlash(row: JsonObject): string {
  const name = String(row['name'])
  return name.slice(name.indexOf('/') + 1)
}

function subresourceOf(row: JsonObject): Subresource {
  return {
    name: nameAfterSlash(row),
    kind: String(row['kind']),
    group: typeof row['group'] === 'string' ? row['group'] : '',
    version: typeof row['version'] === 'string' ? row['version'] : '',
    verbs: Array.isArray(row['verbs']) ? row['verbs'].map(String) : [],
  }
}

/** Whether a value looks like an object with kind and metadata. */
export function hasMetadata(value: unknown): value is JsonObject & { metadata: JsonObject } {
  return isObject(value) && isObject(value['metadata'])
}
