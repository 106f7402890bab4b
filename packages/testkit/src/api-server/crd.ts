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

/** Status after a look at the names that other definitions of the group hold. Follows apiextensions-apiserver `pkg/controller/status`. */
export function statusOfDefinition(definition: KubeObject, others: readonly KubeObject[], now: string): JsonObject {
  const before = objectOf(definition['status'])
  const wanted = objectOf(objectOf(definition['spec'])['names'])
  const { accepted, conflict } = acceptNames(wanted, objectOf(before['acceptedNames']), others)
  const isEstablished = conditionOf(before, 'Established')?.['status'] === 'True'
  const names =
    conflict === undefined
      ? condition(before, 'NamesAccepted', 'True', 'NoConflicts', 'no conflicts found', now)
      : condition(before, 'NamesAccepted', 'False', conflict.reason, conflict.message, now)
  const established =
    conflict === undefined || isEstablished
      ? condition(before, 'Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted', now)
      : condition(before, 'Established', 'False', 'NotAccepted', 'not all names are accepted', now)
  const rest = objectsOf(before['conditions']).filter(({ type }) => type !== 'NamesAccepted' && type !== 'Established')
  return { ...before, conditions: [names, established, ...rest], acceptedNames: accepted }
}

/** Status with a condition set; others stay. */
export function withCondition(status: JsonObject, type: string, state: 'True' | 'False', reason: string, message: string, now: string): JsonObject {
  const next = condition(status, type, state, reason, message, now)
  const conditions = objectsOf(status['conditions'])
  const isThere = conditions.some((entry) => entry['type'] === type)
  return { ...status, conditions: isThere ? conditions.map((entry) => (entry['type'] === type ? next : entry)) : [...conditions, next] }
}

/** Whether kinds of a definition are served. */
export function isEstablished(definition: KubeObject): boolean {
  return conditionOf(objectOf(definition['status']), 'Established')?.['status'] === 'True'
}

function conditionOf(status: JsonObject, type: string): JsonObject | undefined {
  return objectsOf(status['conditions']).find((entry) => entry['type'] === type)
}

function condition(status: JsonObject, type: string, state: 'True' | 'False', reason: string, message: string, now: string): JsonObject {
  const before = conditionOf(status, type)
  return { type, status: state, lastTransitionTime: before?.['status'] === state ? before['lastTransitionTime'] : now, reason, message }
}

interface Conflict {
  readonly reason: string
  readonly message: string
}

/** A name that another definition holds is not accepted; the others are. */
function acceptNames(
  wanted: JsonObject,
  held: JsonObject,
  others: readonly KubeObject[],
): { readonly accepted: JsonObject; readonly conflict: Conflict | undefined } {
  const taken = others.map((other) => objectOf(objectOf(other['status'])['acceptedNames']))
  const resources = new Set(taken.flatMap((names) => [names['plural'], names['singular'], ...(Array.isArray(names['shortNames']) ? names['shortNames'] : [])]))
  const kinds = new Set(taken.flatMap((names) => [names['kind'], names['listKind']]))
  const accepted: JsonObject = { plural: '', kind: '', ...held }
  let conflict: Conflict | undefined
  const take = (name: string, reason: string, used: ReadonlySet<unknown>): void => {
    const value = wanted[name]
    if (value === undefined) return
    if (value !== held[name] && used.has(value)) conflict = { reason, message: `${JSON.stringify(value)} is already in use` }
    else accepted[name] = value
  }
  take('plural', 'PluralConflict', resources)
  take('singular', 'SingularConflict', resources)
  const short = Array.isArray(wanted['shortNames']) ? wanted['shortNames'] : []
  const clash = short.find((name) => resources.has(name) && !(Array.isArray(held['shortNames']) && held['shortNames'].includes(name)))
  if (clash !== undefined) conflict = { reason: 'ShortNamesConflict', message: `${JSON.stringify(clash)} is already in use` }
  else if (wanted['shortNames'] !== undefined) accepted['shortNames'] = short
  take('kind', 'KindConflict', kinds)
  take('listKind', 'ListKindConflict', kinds)
  if (wanted['categories'] !== undefined) accepted['categories'] = wanted['categories']
  return { accepted, conflict }
}

/** Versions that objects may be stored in: the present one is added, none goes by itself. */
export function storedVersionsOf(definition: KubeObject, before: unknown): string[] {
  const stored = Array.isArray(before) ? before.map(String) : []
  const present = objectsOf(objectOf(definition['spec'])['versions']).find((version) => version['storage'] === true)?.['name']
  return typeof present === 'string' && !stored.includes(present) ? [...stored, present] : stored
}
