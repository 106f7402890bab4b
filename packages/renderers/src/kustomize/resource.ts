// One resource of a build, and what is remembered of it between the layers. Follows kustomize v5.7 `api/resource`.
import { resolvePlain } from '@plumbline/yaml'
import { KustomizeError } from './errors.ts'
import { keepMissing } from './missing-values.ts'
import type { Origin } from './origin.ts'
import { effectiveNamespace, gvkFor } from './resource-id.ts'
import type { Gvk, Id } from './resource-id.ts'

/** Maps of JSON values; changed in place by the transformers of one build. */
export type JsonMap = Record<string, unknown>

/** What a generator said about a name that exists already. */
export type Behavior = 'create' | 'merge' | 'replace'

/** A resource. */
export interface Resource {
  object: JsonMap
  /** Names it had in lower layers, oldest first: references may be written against any of them. */
  previous: readonly Id[]
  prefixes: readonly string[]
  suffixes: readonly string[]
  needsHash: boolean
  behavior: Behavior
  allowsNameChange: boolean
  allowsKindChange: boolean
  /** Variables whose value is in it. */
  variables: readonly string[]
  /** Where it comes from, and what has changed it: kept only where `buildMetadata` asks. */
  origin?: Origin
  transformations: readonly Origin[]
  /** The id that was last made, and of what: it is asked for again and again. */
  known?: { readonly gvk: Gvk; readonly id: Id }
}

/** Names in which Kustomize keeps notes while it builds. Its functions write them, so they may be in what is read. */
const notePrefix = 'internal.config.kubernetes.io/'
const noteNames = [
  'previousKinds',
  'previousNames',
  'previousNamespaces',
  'prefixes',
  'suffixes',
  'refBy',
  'generatorBehavior',
  'needsHashSuffix',
  'allowNameChange',
  'allowKindChange',
]

/** Take the notes out of the annotations. @throws {KustomizeError} when they do not fit each other */
function takeNotes(object: JsonMap): Pick<Resource, 'previous' | 'prefixes' | 'suffixes'> {
  const annotations = memberOf(metadataOf(object), 'annotations')
  const listOf = (name: string): readonly string[] => {
    const text = isMap(annotations) ? textOf(memberOf(annotations, notePrefix + name)) : ''
    return text === '' ? [] : text.split(',')
  }
  if (!isMap(annotations) || !noteNames.some((name) => Object.hasOwn(annotations, notePrefix + name))) return { previous: [], prefixes: [], suffixes: [] }
  const [names, namespaces, kinds] = [listOf('previousNames'), listOf('previousNamespaces'), listOf('previousKinds')]
  if (names.length > 0 && (names.length !== namespaces.length || names.length !== kinds.length))
    throw new KustomizeError('number of previous names, number of previous namespaces, number of previous kinds not equal')
  const { group, version } = gvkOf(object)
  const previous = names.map((name, at) => ({ group, version, kind: kinds[at] ?? '', name, namespace: namespaces[at] ?? '' }))
  const notes = { previous, prefixes: listOf('prefixes'), suffixes: listOf('suffixes') }
  for (const name of noteNames) delete annotations[notePrefix + name]
  return notes
}

/** A resource that was just read. @throws {KustomizeError} */
export function resourceOf(object: JsonMap): Resource {
  return {
    object,
    ...takeNotes(object),
    needsHash: false,
    behavior: 'create',
    allowsNameChange: false,
    allowsKindChange: false,
    variables: [],
    transformations: [],
  }
}

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Deep copy of JSON values. */
export function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => copyOf(item)) as T
  if (!isMap(value)) return value
  const copy: JsonMap = {}
  for (const key of Object.keys(value)) setMember(copy, key, copyOf(value[key]))
  keepMissing(copy, value)
  return copy as T
}

/** Sets a member of any name: `__proto__` is one like others. */
export function setMember(map: JsonMap, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(map, name, { value, enumerable: true, configurable: true, writable: true })
  else map[name] = value
}

export function memberOf(map: JsonMap, name: string): unknown {
  return Object.hasOwn(map, name) ? map[name] : undefined
}

/** A scalar as it is written. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value as number)
}

export function metadataOf(object: JsonMap): JsonMap {
  const metadata = memberOf(object, 'metadata')
  return isMap(metadata) ? metadata : {}
}

export function gvkOf(object: JsonMap): Gvk {
  return gvkFor(textOf(memberOf(object, 'apiVersion')), textOf(memberOf(object, 'kind')))
}

export function currentIdOf(resource: Resource): Id {
  const { object, known } = resource
  const gvk = gvkOf(object)
  const metadata = metadataOf(object)
  const name = textOf(memberOf(metadata, 'name'))
  const namespace = textOf(memberOf(metadata, 'namespace'))
  if (known !== undefined && known.gvk === gvk && known.id.name === name && known.id.namespace === namespace) return known.id
  const id: Id = { group: gvk.group, version: gvk.version, kind: gvk.kind, name, namespace }
  resource.known = { gvk, id }
  return id
}

export function originalIdOf(resource: Resource): Id {
  return resource.previous[0] ?? currentIdOf(resource)
}

/** Every id that it has or had, oldest first. */
export function idsOf(resource: Resource): readonly Id[] {
  const current = currentIdOf(resource)
  return resource.previous.length === 0 ? [current] : [...resource.previous, current]
}

/** To be called before the name, the namespace or the kind may change. */
export function rememberId(resource: Resource): void {
  const id = currentIdOf(resource)
  const { group, version, kind, name } = id
  resource.previous = [...resource.previous, { group, version, kind, name, namespace: effectiveNamespace(id) }]
}

/** Members of `metadata.labels` or `metadata.annotations`, as texts. */
export function textsAt(object: JsonMap, member: 'labels' | 'annotations'): Record<string, string> {
  const map = memberOf(metadataOf(object), member)
  return isMap(map) ? Object.fromEntries(Object.entries(map).map(([name, value]) => [name, textOf(value)])) : {}
}

/** Sets labels or annotations; an empty map removes the member. */
export function setTexts(object: JsonMap, member: 'labels' | 'annotations', texts: Readonly<Record<string, string>>): void {
  const metadata = isMap(object['metadata']) ? object['metadata'] : (object['metadata'] = {})
  if (Object.keys(texts).length === 0) delete (metadata as JsonMap)[member]
  else (metadata as JsonMap)[member] = { ...texts }
}

export function setName(object: JsonMap, name: string): void {
  ;(isMap(object['metadata']) ? object['metadata'] : ((object['metadata'] = {}) as JsonMap))['name'] = name
}

/** An empty namespace removes the member. */
export function setNamespace(object: JsonMap, namespace: string): void {
  const metadata = isMap(object['metadata']) ? object['metadata'] : ((object['metadata'] = {}) as JsonMap)
  if (namespace === '') delete metadata['namespace']
  else metadata['namespace'] = namespace
}

/**
 * Refuses names that YAML reads as numbers or booleans: Kustomize writes them without quotes and then cannot read them.
 * @throws {KustomizeError}
 */
export function checkKey(name: string): void {
  if (typeof resolvePlain(name, 'kyaml') !== 'string')
    throw new KustomizeError(`the key ${name} is no text: json: unsupported type: map[interface {}]interface {}`)
}
