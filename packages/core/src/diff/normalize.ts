// Brings an object into the form in which two objects can be compared: typed, defaulted, canonical quantities, Secrets as data.
// Follows argo-cd `gitops-engine/pkg/diff/diff.go` (Normalize).
import { canonicalizeQuantities, defaultObject, itemSchema, memberSchema, typeSchemaOf, withZeroMembers } from '@plumbline/schema'
import type { TypeSchema } from '@plumbline/schema'
import { encodeBase64 } from './base64.ts'
import { isRecord, valueAt } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { groupOf, versionOf } from '../model/resource-id.ts'

/** Choices of a comparison that reach into the form of objects. */
export interface FormOptions {
  /** Rules of aggregated roles stay. */
  readonly keepsAggregatedRules: boolean
}

/** Groups that kinds have left, and where they went. */
const formerGroups: Readonly<Record<string, readonly string[]>> = { extensions: ['apps', 'networking.k8s.io', 'policy'] }
/** Versions of built-in groups that are no longer served have, where they have a successor, its form. */
const successors = ['v1', 'v2', 'v1beta1']

/** Schema of a built-in kind, also of one in a version that is no longer served; undefined for custom resources. */
export function schemaOfObject(object: KubernetesObject): TypeSchema | undefined {
  const [group, version, { kind }] = [groupOf(object.apiVersion), versionOf(object.apiVersion), object]
  const own = typeSchemaOf({ group, version, kind })
  if (own !== undefined || !/^v\d+(?:alpha|beta)\d+$/.test(version)) return own
  for (const candidate of formerGroups[group] ?? [group])
    for (const successor of successors) {
      const schema = typeSchemaOf({ group: candidate, version: successor, kind })
      if (schema !== undefined) return schema
    }
  return undefined
}

const standardForm: FormOptions = { keepsAggregatedRules: false }

/** The desired object as the API server would read it: typed, with canonical quantities, Secrets as data; nothing is defaulted. */
export function canonicalObject(object: KubernetesObject, options: FormOptions = standardForm): KubernetesObject {
  let canonical = withoutEmptyMetadata(object)
  const group = groupOf(object.apiVersion)
  if (group === '' && object.kind === 'Secret') canonical = withStringDataEncoded(canonical)
  if (group === '' && (object.kind === 'ConfigMap' || object.kind === 'Secret')) canonical = withoutNullTexts(canonical)
  if (group === 'rbac.authorization.k8s.io') canonical = withoutAggregatedRules(canonical, options)
  const schema = schemaOfObject(canonical)
  return schema === undefined ? canonical : (withoutEmptyTexts(canonicalizeQuantities(canonical, schema), schema) as KubernetesObject)
}

/** Texts that Go holds as pointers: empty ones say something. */
const pointerTexts = new Set(['storageClassName', 'ingressClassName', 'loadBalancerClass', 'runtimeClassName', 'volumeAttributesClassName', 'volumeName'])

/** Go leaves empty texts out when it writes a typed object. */
function withoutEmptyTexts(value: unknown, schema: TypeSchema): unknown {
  if (Array.isArray(value)) {
    const inner = itemSchema(schema)
    if (inner?.kind !== 'object' && inner?.kind !== 'list') return value
    let list: unknown[] | undefined
    for (const [index, item] of (value as unknown[]).entries()) {
      const next = withoutEmptyTexts(item, inner)
      if (next !== item) (list ??= [...(value as unknown[])])[index] = next
    }
    return list ?? value
  }
  if (!isRecord(value) || schema.kind === 'scalar' || schema.kind === 'any') return value
  let copy: Record<string, unknown> | undefined
  for (const name of Object.keys(value)) {
    const member = value[name]
    if (member === '') {
      const isOmitted =
        schema.kind === 'object' &&
        schema.fields.get(name)?.kind === 'scalar' &&
        !pointerTexts.has(name) &&
        !Object.hasOwn(schema.zero.scalars, name) &&
        !schema.required.includes(name)
      if (isOmitted) delete (copy ??= { ...value })[name]
    } else if (typeof member === 'object' && member !== null) {
      const inner = memberSchema(schema, name)
      const next = inner === undefined ? member : withoutEmptyTexts(member, inner)
      if (next !== member) (copy ??= { ...value })[name] = next
    }
  }
  return copy ?? value
}

/** Canonical form for comparing: canonical, without what only the API server writes, and with the defaults of its kind. */
export function normalizeObject(object: KubernetesObject, options: FormOptions = standardForm): KubernetesObject {
  const canonical = withoutEmptyRules(withoutServerMembers(canonicalObject(object, options)))
  const schema = schemaOfObject(canonical)
  if (schema === undefined) return canonical
  const complete = withZeroMembers(defaultObject(withoutNulls(canonical) as KubernetesObject), schema) as KubernetesObject
  return complete.kind === 'Endpoints' && complete.apiVersion === 'v1' ? withSortedSubsets(complete) : complete
}

/** Addresses and ports of endpoints have no order of their own. */
function withSortedSubsets(endpoints: KubernetesObject): KubernetesObject {
  const subsets = endpoints['subsets']
  if (!Array.isArray(subsets)) return endpoints
  const sorted = (list: unknown): unknown => (Array.isArray(list) ? list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : list)
  const ordered = subsets.map((subset: unknown) =>
    isRecord(subset) ? Object.fromEntries(Object.entries(subset).map(([name, list]) => [name, sorted(list)])) : subset,
  )
  return { ...endpoints, subsets: sorted(ordered) }
}

/** Typed objects have no nulls: a member is there or not. What has none is not copied. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    let list: unknown[] | undefined
    for (const [index, item] of (value as unknown[]).entries()) {
      const next = withoutNulls(item)
      if (next !== item) (list ??= [...(value as unknown[])])[index] = next
    }
    return list ?? value
  }
  const map = value as Readonly<Record<string, unknown>>
  let copy: Record<string, unknown> | undefined
  for (const name of Object.keys(map)) {
    const member = map[name]
    if (member === null) delete (copy ??= { ...map })[name]
    else if (typeof member === 'object') {
      const next = withoutNulls(member)
      if (next !== member) (copy ??= { ...map })[name] = next
    }
  }
  return copy ?? value
}

/** Members that only the API server writes. */
function withoutServerMembers(object: KubernetesObject): KubernetesObject {
  const metadata: Record<string, unknown> = { ...object.metadata }
  for (const name of ['managedFields', 'resourceVersion', 'uid', 'generation', 'creationTimestamp', 'selfLink']) delete metadata[name]
  return { ...object, metadata: metadata as KubernetesObject['metadata'] }
}

/** Empty and null labels, annotations and finalizers are the same as none. */
function withoutEmptyMetadata(object: KubernetesObject): KubernetesObject {
  const metadata: Record<string, unknown> = { ...object.metadata }
  for (const name of ['labels', 'annotations', 'finalizers']) if (isEmpty(metadata[name])) delete metadata[name]
  return { ...object, metadata: metadata as KubernetesObject['metadata'] }
}

/** Go reads a null text of a map as the empty text. */
function withoutNullTexts(object: KubernetesObject): KubernetesObject {
  const data = object['data']
  if (!isRecord(data) || !Object.values(data).includes(null)) return object
  return { ...object, data: Object.fromEntries(Object.entries(data).map(([name, value]) => [name, value ?? ''])) }
}

function isEmpty(value: unknown): boolean {
  return value === null || (Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0)
}

/** `stringData` wins over `data`, as on the API server. */
export function withStringDataEncoded(secret: KubernetesObject): KubernetesObject {
  const { stringData, ...rest } = secret
  const data: Record<string, unknown> = isRecord(rest['data']) ? { ...rest['data'] } : {}
  if (isRecord(stringData)) for (const [name, value] of Object.entries(stringData)) data[name] = typeof value === 'string' ? encodeBase64(value) : value
  const { data: _data, ...bare } = rest
  return Object.keys(data).length === 0 ? (bare as KubernetesObject) : ({ ...bare, data } as KubernetesObject)
}

function isRole({ apiVersion, kind }: KubernetesObject): boolean {
  return groupOf(apiVersion) === 'rbac.authorization.k8s.io' && (kind === 'Role' || kind === 'ClusterRole')
}

/** Rules of aggregated roles are the control plane's. */
function withoutAggregatedRules(role: KubernetesObject, { keepsAggregatedRules }: FormOptions): KubernetesObject {
  return isRole(role) && !keepsAggregatedRules && valueAt(role, 'aggregationRule') !== undefined ? withoutRules(role) : role
}

/** Absent, null and empty rules are equal. */
function withoutEmptyRules(role: KubernetesObject): KubernetesObject {
  const rules = role['rules']
  return isRole(role) && (rules === null || (Array.isArray(rules) && rules.length === 0)) ? withoutRules(role) : role
}

function withoutRules({ rules: _rules, ...rest }: KubernetesObject): KubernetesObject {
  return rest as KubernetesObject
}
