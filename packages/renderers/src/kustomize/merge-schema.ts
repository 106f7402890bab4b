// What strategic merges have to know of types: which lists merge, and by which keys. Follows kustomize v5.7 `kyaml/openapi`.
import { typeSchemaNamed, typeSchemaOf } from '@plumbline/schema'
import type { TypeSchema } from '@plumbline/schema'
import type { Gvk } from './resource-id.ts'
import { isMap } from './resource.ts'
import type { JsonMap } from './resource.ts'

/** A type as far as merging needs it. */
export interface MergeSchema {
  field(name: string): MergeSchema | undefined
  elements(): MergeSchema | undefined
  /** Keys by which a list merges; an empty list for lists of scalars that merge; undefined for lists that are replaced. */
  readonly mergeKeys: readonly string[] | undefined
}

/** Finds the type of a kind. */
export type SchemaLookup = (gvk: Gvk) => MergeSchema | undefined

/** Old versions whose lists are those of the current one. */
const successors: Readonly<Record<string, string>> = {
  'batch/v1beta1': 'v1',
  'policy/v1beta1': 'v1',
  'networking.k8s.io/v1beta1': 'v1',
  'admissionregistration.k8s.io/v1beta1': 'v1',
  'apiextensions.k8s.io/v1beta1': 'v1',
  'storage.k8s.io/v1beta1': 'v1',
  'autoscaling/v2beta1': 'v2',
  'autoscaling/v2beta2': 'v2',
}

/** Types of the built-in kinds. */
export const builtInSchemas: SchemaLookup = (gvk) => {
  const found = typeSchemaOf(gvk)
  if (found !== undefined) return wrapped(found)
  const successor = successors[`${gvk.group}/${gvk.version}`]
  const current = successor === undefined ? undefined : typeSchemaOf({ ...gvk, version: successor })
  return current === undefined ? undefined : wrapped(current)
}

/** Lists that came after Kubernetes 1.21, whose types Kustomize carries: it knows nothing of them. */
const laterLists = new Set(['devices', 'matchConditions', 'reservedFor', 'resourceClaimStatuses', 'resourceClaims', 'variables', 'x-kubernetes-validations'])

function wrapped(schema: TypeSchema): MergeSchema {
  return {
    field: (name) => {
      if (laterLists.has(name)) return undefined
      const member = schema.kind === 'object' ? schema.fields.get(name) : schema.kind === 'map' ? schema.values : undefined
      return member === undefined ? undefined : wrapped(member)
    },
    elements: () => (schema.kind === 'list' ? wrapped(schema.items) : undefined),
    mergeKeys: mergeKeysOf(schema),
  }
}

function mergeKeysOf(schema: TypeSchema): readonly string[] | undefined {
  if (schema.kind !== 'list' || schema.patchStrategy?.includes('merge') !== true) return undefined
  if (schema.keys.length > 0) return schema.keys
  return schema.patchMergeKey === undefined ? [] : [schema.patchMergeKey]
}

/** A type by the name that OpenAPI documents give it. */
export type TypeLookup = (name: string) => MergeSchema | undefined

export const builtInTypes: TypeLookup = (name) => {
  const found = typeSchemaNamed(name)
  return found === undefined ? undefined : wrapped(found)
}

/** Types out of an OpenAPI document (`openapi.path`), for custom kinds; `named` knows what the document refers to and does not define. */
export function schemasOf(document: unknown, named: TypeLookup = () => undefined): SchemaLookup {
  const definitions = isMap(document) && isMap(document['definitions']) ? document['definitions'] : {}
  const byKind = new Map<string, JsonMap>()
  for (const definition of Object.values(definitions)) {
    if (!isMap(definition)) continue
    const kinds = definition['x-kubernetes-group-version-kind']
    for (const entry of Array.isArray(kinds) ? kinds : [])
      if (isMap(entry)) byKind.set([entry['group'] ?? '', entry['version'], entry['kind']].join('/'), definition)
  }
  return ({ group, version, kind }) => {
    const definition = byKind.get(`${group}/${version}/${kind}`)
    return definition === undefined ? undefined : fromOpenApi(definition, definitions, named)
  }
}

const maxReferences = 50

function fromOpenApi(schema: JsonMap, definitions: JsonMap, named: TypeLookup): MergeSchema {
  const { resolved, missing } = resolve(schema, definitions)
  const known = missing === undefined ? undefined : named(missing)
  if (known !== undefined) return known
  const properties = isMap(resolved['properties']) ? resolved['properties'] : {}
  const strategy = schema['x-kubernetes-patch-strategy'] ?? resolved['x-kubernetes-patch-strategy']
  const listKeys = schema['x-kubernetes-list-map-keys'] ?? resolved['x-kubernetes-list-map-keys']
  const key = schema['x-kubernetes-patch-merge-key'] ?? resolved['x-kubernetes-patch-merge-key']
  const isMerging = typeof strategy === 'string' && strategy.split(',').includes('merge')
  const keys = Array.isArray(listKeys) ? (listKeys as string[]) : typeof key === 'string' ? [key] : []
  return {
    field: (name) => {
      const member = Object.hasOwn(properties, name) ? properties[name] : resolved['additionalProperties']
      return isMap(member) ? fromOpenApi(member, definitions, named) : undefined
    },
    elements: () => (isMap(resolved['items']) ? fromOpenApi(resolved['items'], definitions, named) : undefined),
    mergeKeys: isMerging ? keys : undefined,
  }
}

/** A schema behind its references, or the name of what is not there. */
function resolve(schema: JsonMap, definitions: JsonMap): { readonly resolved: JsonMap; readonly missing?: string } {
  let current = schema
  for (let count = 0; count < maxReferences && typeof current['$ref'] === 'string'; count++) {
    const name = current['$ref'].replace('#/definitions/', '')
    const target = definitions[name]
    if (!isMap(target)) return { resolved: {}, missing: name }
    current = target
  }
  return { resolved: current }
}
