// OpenAPI documents: the recorded ones, and those of defined resources.
import { createHash } from 'node:crypto'
import type { Facts } from './facts.ts'
import type { Registry } from './resources.ts'
import type { ResourceType } from './resource-type.ts'
import type { JsonObject } from './types.ts'
import { objectOf } from './types.ts'

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
    const schemas = Object.fromEntries(types.map((type) => [schemaName(type), definedSchema(type, '#/components/schemas/', standardMembers())]))
    const shared = objectOf(objectOf(facts.openapiV3('api_v1')?.['components'])['schemas'])
    const metadata = Object.fromEntries(Object.entries(shared).filter(([name]) => name.startsWith('io.k8s.apimachinery.pkg.apis.meta.v1.')))
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

function schemaName(type: ResourceType): string {
  return `${type.group.split('.').toReversed().join('.')}.${type.version}.${type.kind}`
}

/** A custom resource, with the members that every kind has as a built-in kind describes them. */
function definedSchema(type: ResourceType, prefix: string, standard: JsonObject): JsonObject {
  const schema = type.defined?.openAPIV3Schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
  const properties = objectOf(schema['properties'])
  return {
    ...schema,
    properties: {
      ...properties,
      apiVersion: standard['apiVersion'],
      kind: standard['kind'],
      metadata: {
        description: objectOf(standard['metadata'])['description'],
        ...(prefix.includes('components')
          ? { allOf: [{ $ref: `${prefix}io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta` }] }
          : { $ref: `${prefix}io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta` }),
      },
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
