// OpenAPI documents: the recorded ones, and those of defined resources.
import { createHash } from 'node:crypto'
import type { Facts } from './facts.ts'
import type { Registry } from './resources.ts'
import type { ResourceType } from './resource-type.ts'
import type { JsonObject } from './types.ts'
import { isObject, objectOf, objectsOf } from './types.ts'

export interface OpenApi {
  v2(): JsonObject
  /** The index of v3. */
  v3Index(): JsonObject
  /** The document of a group version path such as `apis/apps/v1`. */
  v3(path: string): JsonObject | undefined
  hashOf(path: string): string
}

export function createOpenApi(facts: Facts, registry: Registry): OpenApi {
  const definedTypes = (): ResourceType[] => registry.all().filter(({ defined }) => defined !== undefined)
  const pathOf = ({ group, version }: ResourceType): string => `apis/${group}/${version}`

  let merged: { readonly types: readonly ResourceType[]; readonly document: JsonObject } | undefined

  function standardMembers(): JsonObject {
    const schemas = objectOf(objectOf(facts.openapiV3('api_v1')?.['components'])['schemas'])
    return objectOf(objectOf(schemas['io.k8s.api.core.v1.ConfigMap'])['properties'])
  }

  function definedDocument(path: string): JsonObject | undefined {
    const types = definedTypes().filter((type) => pathOf(type) === path)
    if (types.length === 0) return undefined
    const prefix = '#/components/schemas/'
    const schemas = Object.fromEntries(
      types.flatMap((type) => [
        [schemaName(type), definedSchema(type, prefix, standardMembers())],
        [`${schemaName(type)}List`, listSchema(type, prefix, standardMembers())],
      ]),
    )
    const shared = objectOf(objectOf(facts.openapiV3('apis_apiextensions.k8s.io_v1')?.['components'])['schemas'])
    const metadata: JsonObject = Object.fromEntries(
      Object.entries(shared).filter(([name]) => name.startsWith(metaPrefix) && metaTypes.has(name.slice(metaPrefix.length))),
    )
    const options = objectOf(metadata[`${metaPrefix}DeleteOptions`])
    const kinds = objectsOf(options[kindsMember]).filter(({ group }) => !ownGroups.has(String(group)))
    metadata[`${metaPrefix}DeleteOptions`] = { ...options, [kindsMember]: kinds }
    const paths = Object.fromEntries(types.map((type) => [`/${path}/${type.isNamespaced ? 'namespaces/{namespace}/' : ''}${type.plural}`, pathItem(type)]))
    return { openapi: '3.0.0', info: { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' }, paths, components: { schemas: { ...metadata, ...schemas } } }
  }

  function v3(path: string): JsonObject | undefined {
    return facts.openapiV3(path.replaceAll('/', '_')) ?? definedDocument(path)
  }

  return {
    v2() {
      const document = facts.openapiV2()
      const types = definedTypes()
      if (types.length === 0) return document
      // The types of a definition are made anew when it changes, so they tell whether the document is still right.
      if (merged !== undefined && types.length === merged.types.length && types.every((type, index) => type === merged?.types[index])) return merged.document
      const definitions = Object.fromEntries(types.map((type) => [schemaName(type), definedSchema(type, '#/definitions/', standardMembers())]))
      const paths = Object.fromEntries(
        types.map((type) => [`/${pathOf(type)}/${type.isNamespaced ? 'namespaces/{namespace}/' : ''}${type.plural}`, pathItem(type)]),
      )
      const whole = {
        ...document,
        paths: { ...objectOf(document['paths']), ...paths },
        definitions: { ...objectOf(document['definitions']), ...definitions },
      }
      merged = { types, document: whole }
      return whole
    },
    v3Index() {
      const recorded = objectOf(facts.openapiV3('index')?.['paths'])
      const added = Object.fromEntries(
        [...new Set(definedTypes().map(pathOf))].map((path) => [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hashOf(path)}` }]),
      )
      return { paths: { ...recorded, ...added } }
    },
    v3,
    hashOf,
  }

  function hashOf(path: string): string {
    const recorded = objectOf(objectOf(facts.openapiV3('index')?.['paths'])[path])['serverRelativeURL']
    const known = typeof recorded === 'string' ? /hash=([0-9A-F]+)/.exec(recorded)?.[1] : undefined
    return (
      known ??
      createHash('sha512')
        .update(JSON.stringify(v3(path) ?? {}))
        .digest('hex')
        .toUpperCase()
    )
  }
}

const metaPrefix = 'io.k8s.apimachinery.pkg.apis.meta.v1.'
const kindsMember = 'x-kubernetes-group-version-kind'
/** Groups that the part of the server with custom resources does not know as its own. */
const ownGroups = new Set(['admission.k8s.io', 'imagepolicy.k8s.io', 'apiextensions.k8s.io', 'apiregistration.k8s.io'])
/** What the paths of a custom resource refer to. */
const metaTypes = new Set([
  'DeleteOptions',
  'FieldsV1',
  'ListMeta',
  'ManagedFieldsEntry',
  'ObjectMeta',
  'OwnerReference',
  'Patch',
  'Preconditions',
  'Status',
  'StatusCause',
  'StatusDetails',
  'Time',
])

function reference(prefix: string, name: string): JsonObject {
  // OpenAPI v3 keeps nothing beside a reference.
  return prefix.includes('components') ? { allOf: [{ $ref: `${prefix}${metaPrefix}${name}` }] } : { $ref: `${prefix}${metaPrefix}${name}` }
}

function listSchema(type: ResourceType, prefix: string, standard: JsonObject): JsonObject {
  const conventions = 'https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md'
  return {
    description: `${type.listKind} is a list of ${type.kind}`,
    type: 'object',
    required: ['items'],
    properties: {
      apiVersion: standard['apiVersion'],
      items: { description: `List of ${type.plural}. More info: ${conventions}`, type: 'array', items: { $ref: `${prefix}${schemaName(type)}` } },
      kind: standard['kind'],
      metadata: { description: `Standard list metadata. More info: ${conventions}#types-kinds`, ...reference(prefix, 'ListMeta') },
    },
    'x-kubernetes-group-version-kind': [{ group: type.group, kind: type.listKind, version: type.version }],
  }
}

/** A schema as it is published: what extensions mean is said in plain terms as well. */
function published(schema: JsonObject, prefix: string): JsonObject {
  const isV3 = prefix.includes('components')
  const result: JsonObject = { ...schema }
  const map = (list: unknown): JsonObject =>
    Object.fromEntries(Object.entries(objectOf(list)).map(([name, value]) => [name, published(objectOf(value), prefix)]))
  if (isObject(schema['properties'])) result['properties'] = map(schema['properties'])
  if (isObject(schema['items'])) result['items'] = published(schema['items'], prefix)
  if (isObject(schema['additionalProperties'])) result['additionalProperties'] = published(schema['additionalProperties'], prefix)
  if (isV3 && schema['x-kubernetes-int-or-string'] === true && schema['anyOf'] === undefined && schema['allOf'] === undefined)
    result['anyOf'] = [{ type: 'integer' }, { type: 'string' }]
  if (schema['x-kubernetes-embedded-resource'] === true) {
    const conventions = 'More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#'
    const required = Array.isArray(schema['required']) ? schema['required'] : []
    result['required'] = [...new Set([...required, 'kind', 'apiVersion'])]
    result['properties'] = {
      ...objectOf(result['properties']),
      apiVersion: {
        description: `apiVersion defines the versioned schema of this representation of an object. ${conventions}resources`,
        type: 'string',
      },
      kind: {
        description: `kind is a string value representing the type of this object. In CamelCase. ${conventions}types-kinds`,
        type: 'string',
      },
      metadata: { description: `Standard object's metadata. ${conventions}metadata`, ...reference(prefix, 'ObjectMeta') },
    }
  }
  return result
}

function schemaName(type: ResourceType): string {
  return `${type.group.split('.').toReversed().join('.')}.${type.version}.${type.kind}`
}

/** A custom resource, with the members that every kind has as a built-in kind describes them. */
function definedSchema(type: ResourceType, prefix: string, standard: JsonObject): JsonObject {
  const schema = published(type.defined?.openAPIV3Schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, prefix)
  return {
    ...schema,
    properties: {
      ...objectOf(schema['properties']),
      apiVersion: standard['apiVersion'],
      kind: standard['kind'],
      metadata: { description: objectOf(standard['metadata'])['description'], ...reference(prefix, 'ObjectMeta') },
    },
    'x-kubernetes-group-version-kind': [{ group: type.group, kind: type.kind, version: type.version }],
  }
}

function pathItem(type: ResourceType): JsonObject {
  const kind = { group: type.group, kind: type.kind, version: type.version }
  const patch = {
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': kind,
    parameters: [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }],
    responses: {},
  }
  return {
    get: { 'x-kubernetes-action': 'list', 'x-kubernetes-group-version-kind': kind, responses: {} },
    post: {
      'x-kubernetes-action': 'post',
      'x-kubernetes-group-version-kind': kind,
      parameters: [{ name: 'fieldValidation', in: 'query', schema: { type: 'string' } }],
      responses: {},
    },
    patch,
  }
}
