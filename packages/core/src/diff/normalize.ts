// Brings an object into the form in which two objects can be compared: typed, defaulted, canonical quantities, Secrets as data.
// Follows argo-cd `gitops-engine/pkg/diff/diff.go` (Normalize).
import { canonicalizeQuantities, defaultObject, typeSchemaOf, withZeroMembers } from '@plumbline/schema'
import type { TypeSchema } from '@plumbline/schema'
import { encodeBase64 } from './base64.ts'
import { isRecord, valueAt } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { groupOf, versionOf } from '../model/resource-id.ts'

/** Schema of a built-in kind; undefined for custom resources. */
export function schemaOfObject(object: KubernetesObject): TypeSchema | undefined {
  return typeSchemaOf({ group: groupOf(object.apiVersion), version: versionOf(object.apiVersion), kind: object.kind })
}

/** The desired object as the API server would read it: typed, with canonical quantities, Secrets as data; nothing is defaulted. */
export function canonicalObject(object: KubernetesObject): KubernetesObject {
  let canonical = withoutEmptyMetadata(object)
  const group = groupOf(object.apiVersion)
  if (group === '' && object.kind === 'Secret') canonical = withStringDataEncoded(canonical)
  if (group === '' && (object.kind === 'ConfigMap' || object.kind === 'Secret')) canonical = withoutNullTexts(canonical)
  if (group === 'rbac.authorization.k8s.io') canonical = withoutEmptyRules(canonical)
  const schema = schemaOfObject(canonical)
  return schema === undefined ? canonical : (canonicalizeQuantities(canonical, schema) as KubernetesObject)
}

/** Canonical form for comparing: canonical, without what only the API server writes, and with the defaults of its kind. */
export function normalizeObject(object: KubernetesObject): KubernetesObject {
  const canonical = withoutServerMembers(canonicalObject(object))
  const schema = schemaOfObject(canonical)
  return schema === undefined ? canonical : (withZeroMembers(defaultObject(withoutNulls(canonical) as KubernetesObject), schema) as KubernetesObject)
}

/** Typed objects have no nulls: a member is there or not. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).flatMap(([name, member]) => (member === null ? [] : [[name, withoutNulls(member)]])))
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

/** Absent, null and empty rules are equal; rules of aggregated roles are the server's. */
function withoutEmptyRules(role: KubernetesObject): KubernetesObject {
  const rules = role['rules']
  if (rules !== undefined && rules !== null && !(Array.isArray(rules) && rules.length === 0) && valueAt(role, 'aggregationRule') === undefined) return role
  if (role.kind !== 'Role' && role.kind !== 'ClusterRole') return role
  const { rules: _rules, ...rest } = role
  return rest as KubernetesObject
}
