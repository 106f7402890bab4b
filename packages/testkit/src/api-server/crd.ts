// CustomResourceDefinitions: from a definition to served resource types, and their conditions.
import { typeSchemaOfCrd, printed } from '@plumbline/schema'
import { apiVersionOf } from './resource-type.ts'
import type { DefinedColumn, ResourceType, Subresource } from './resource-type.ts'
import { isObject, objectOf, objectsOf, valueAt } from './types.ts'
import type { JsonObject, KubeObject } from './types.ts'

const verbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']

/** Served types of a definition, one a version; empty while its names are not accepted. */
export function definedTypes(definition: KubeObject): ResourceType[] {
  const spec = objectOf(definition['spec'])
  const names = objectOf(spec['names'])
  const group = printed(spec['group'] ?? '')
  const plural = printed(names['plural'] ?? '')
  const versions = objectsOf(spec['versions'])
  const stored = printed(versions.find((version) => version['storage'] === true)?.['name'] ?? versions[0]?.['name'] ?? '')
  const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
  return [...versions]
    .filter((version) => version['served'] === true)
    .sort((a, b) => compareVersions(String(b['name']), String(a['name'])))
    .map((version) => {
      const name = String(version['name'])
      const kind = printed(names['kind'] ?? '')
      const schema = valueAt(version, 'schema', 'openAPIV3Schema')
      const subresources = objectOf(version['subresources'])
      return {
        group,
        version: name,
        kind,
        plural,
        singular: printed(names['singular'] ?? kind.toLowerCase()),
        shortNames: textsOf(names['shortNames']),
        categories: textsOf(names['categories']),
        isNamespaced: spec['scope'] === 'Namespaced',
        verbs,
        subresources: subresourcesOf(subresources, group, name, kind),
        storageVersionHash: '',
        storage: `${group}/${plural}`,
        apiVersion: apiVersionOf(group, name),
        storedApiVersion: apiVersionOf(group, stored),
        listKind: printed(names['listKind'] ?? `${kind}List`),
        schema: typeSchemaOfCrd(schema),
        defined: {
          openAPIV3Schema: isObject(schema) ? schema : undefined,
          columns: columnsOf(version),
          selectableFields: objectsOf(version['selectableFields']).map((field) => printed(field['jsonPath'] ?? '').replace(/^\./, '')),
          scale: isObject(subresources['scale']) ? subresources['scale'] : undefined,
          deprecationWarning:
            version['deprecated'] === true ? printed(version['deprecationWarning'] ?? `${apiVersionOf(group, name)} ${kind} is deprecated`) : undefined,
          isTerminating: definition.metadata.deletionTimestamp !== undefined,
        },
      }
    })
}

function subresourcesOf(declared: JsonObject, group: string, version: string, kind: string): Map<string, Subresource> {
  const found = new Map<string, Subresource>()
  if (declared['status'] !== undefined) found.set('status', { name: 'status', group, version, kind, verbs: ['get', 'patch', 'update'] })
  if (declared['scale'] !== undefined)
    found.set('scale', { name: 'scale', group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] })
  return found
}

/** Columns of tables: those of the definition, or the age where it has none. */
function columnsOf(version: JsonObject): DefinedColumn[] {
  const declared = version['additionalPrinterColumns']
  const columns = Array.isArray(declared)
    ? objectsOf(declared)
    : [
        {
          name: 'Age',
          type: 'date',
          jsonPath: '.metadata.creationTimestamp',
          description:
            'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
        },
      ]
  return columns.map((column) => ({
    name: printed(column['name'] ?? ''),
    type: printed(column['type'] ?? 'string'),
    format: printed(column['format'] ?? ''),
    description: printed(column['description'] ?? `Custom resource definition column (in JSONPath format): ${printed(column['jsonPath'] ?? '')}`),
    priority: Number(column['priority'] ?? 0),
    jsonPath: printed(column['jsonPath'] ?? ''),
  }))
}

/** Kubernetes' order of versions: v2 > v1 > v1beta2 > v1beta1 > v1alpha1 > anything else by name. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [rankOf(a), rankOf(b)]
  if (left === undefined || right === undefined) return left === undefined ? (right === undefined ? (a < b ? 1 : a > b ? -1 : 0) : -1) : 1
  return left.stage - right.stage || left.major - right.major || left.minor - right.minor
}

function rankOf(version: string): { stage: number; major: number; minor: number } | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version)
  if (match === null) return undefined
  return { stage: match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0, major: Number(match[1]), minor: Number(match[3] ?? 0) }
}

/** Status of a definition whose names are free. */
export function establishedStatus(definition: KubeObject, now: string): JsonObject {
  const spec = objectOf(definition['spec'])
  const stored = objectsOf(spec['versions']).find((version) => version['storage'] === true)?.['name']
  const before = objectOf(definition['status'])
  const versions = Array.isArray(before['storedVersions']) ? before['storedVersions'].map(String) : []
  const condition = (type: string, reason: string, message: string): JsonObject => ({
    type,
    status: 'True',
    lastTransitionTime: timeOf(before, type, now),
    reason,
    message,
  })
  return {
    conditions: [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    acceptedNames: spec['names'] ?? {},
    storedVersions: typeof stored === 'string' && !versions.includes(stored) ? [...versions, stored] : versions,
  }
}

function timeOf(status: JsonObject, type: string, now: string): string {
  const found = objectsOf(status['conditions']).find((condition) => condition['type'] === type && condition['status'] === 'True')
  return printed(found?.['lastTransitionTime'] ?? now)
}
