// Dropping what a structural schema does not name. Follows apiextensions-apiserver `pkg/apiserver/schema/pruning`.
import { copyMap, isMap, setMember } from '../values.ts'
import type { JsonMap } from '../values.ts'

/** The object without unknown members, and the paths of what was dropped. */
export interface Pruned {
  readonly object: unknown
  readonly unknownFields: readonly string[]
}

/** Prune an object; `metadata`, `apiVersion` and `kind` at its root belong to every object. */
export function pruneObject(object: unknown, schema: JsonMap): Pruned {
  const dropping: Dropping = { paths: [], embedded: [] }
  const pruned = prune(object, schema, '', true, dropping)
  dropping.paths.sort()
  // The server reads the metadata of embedded objects when it has pruned the rest.
  for (const read of dropping.embedded) read()
  return { object: pruned, unknownFields: dropping.paths }
}

interface Dropping {
  readonly paths: string[]
  readonly embedded: (() => void)[]
}

const rootMembers = ['apiVersion', 'kind', 'metadata']

function prune(value: unknown, schema: JsonMap, path: string, isRoot: boolean, dropped: Dropping): unknown {
  if (Array.isArray(value)) {
    const items = schema['items']
    return isMap(items) ? value.map((item, index) => prune(item, items, `${path}[${index}]`, items['x-kubernetes-embedded-resource'] === true, dropped)) : value
  }
  if (!isMap(value)) return value
  const properties = isMap(schema['properties']) ? schema['properties'] : {}
  const additional = schema['additionalProperties']
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true
  const result: Record<string, unknown> = {}
  let hasMetadata = false
  for (const name of Object.keys(value)) {
    const at = path === '' ? name : `${path}.${name}`
    if ((isRoot || isEmbedded) && rootMembers.includes(name)) {
      // The metadata of the object itself has been read already.
      const isInner = isEmbedded && name === 'metadata' && isMap(value[name])
      hasMetadata ||= isInner
      setMember(result, name, value[name])
      continue
    }
    const inner = Object.hasOwn(properties, name) ? properties[name] : additional
    if (isMap(inner)) setMember(result, name, prune(value[name], inner, at, inner['x-kubernetes-embedded-resource'] === true, dropped))
    else if (inner === true || keepsUnknown(schema)) setMember(result, name, value[name])
    else dropped.paths.push(at)
  }
  const kept = Object.keys(result).length === Object.keys(value).length ? result : (copyMap(result) as Record<string, unknown>)
  const at = path === '' ? 'metadata' : `${path}.metadata`
  if (hasMetadata) dropped.embedded.push(() => setMember(kept, 'metadata', knownMetadata(value['metadata'] as JsonMap, at, dropped.paths)))
  return kept
}

const metadataMembers = new Set([
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
])

function knownMetadata(metadata: JsonMap, path: string, dropped: string[]): JsonMap {
  const result: Record<string, unknown> = {}
  for (const name of Object.keys(metadata)) {
    if (metadataMembers.has(name)) setMember(result, name, metadata[name])
    else dropped.push(`${path}.${name}`)
  }
  return result
}

function keepsUnknown(schema: JsonMap): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true
}
