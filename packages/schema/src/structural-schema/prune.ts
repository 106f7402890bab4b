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
  const unknownFields: string[] = []
  return { object: prune(object, schema, '', true, unknownFields), unknownFields }
}

const rootMembers = ['apiVersion', 'kind', 'metadata']

function prune(value: unknown, schema: JsonMap, path: string, isRoot: boolean, dropped: string[]): unknown {
  if (Array.isArray(value)) {
    const items = schema['items']
    return isMap(items) ? value.map((item, index) => prune(item, items, `${path}[${index}]`, items['x-kubernetes-embedded-resource'] === true, dropped)) : value
  }
  if (!isMap(value)) return value
  const properties = isMap(schema['properties']) ? schema['properties'] : {}
  const additional = schema['additionalProperties']
  const isEmbedded = schema['x-kubernetes-embedded-resource'] === true
  const result: Record<string, unknown> = {}
  for (const name of Object.keys(value)) {
    const at = path === '' ? name : `${path}.${name}`
    if ((isRoot || isEmbedded) && rootMembers.includes(name)) {
      setMember(result, name, value[name])
      continue
    }
    const inner = Object.hasOwn(properties, name) ? properties[name] : additional
    if (isMap(inner)) setMember(result, name, prune(value[name], inner, at, inner['x-kubernetes-embedded-resource'] === true, dropped))
    else if (inner === true || keepsUnknown(schema)) setMember(result, name, value[name])
    else dropped.push(at)
  }
  return Object.keys(result).length === Object.keys(value).length ? result : copyMap(result)
}

function keepsUnknown(schema: JsonMap): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true
}
