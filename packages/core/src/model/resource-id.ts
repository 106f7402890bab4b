// The identity of a resource: group, kind, namespace and name, without a version.
import type { KubernetesObject } from './kubernetes-object.ts'

/** Group and kind. */
export interface GroupKind {
  readonly group: string
  readonly kind: string
}

/** Identity of a resource; `namespace` is empty for cluster-scoped kinds. */
export interface ResourceId extends GroupKind {
  readonly namespace: string
  readonly name: string
}

/** Group of an `apiVersion`; empty for the core group. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/')
  return slash < 0 ? '' : apiVersion.slice(0, slash)
}

/** Version of an `apiVersion`. */
export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1)
}

/** Identity of an object as it stands. */
export function resourceIdOf(object: KubernetesObject): ResourceId {
  return { group: groupOf(object.apiVersion), kind: object.kind, namespace: object.metadata.namespace ?? '', name: object.metadata.name ?? '' }
}

/** A text that is equal exactly for equal ids. */
export function keyOf(id: ResourceId): string {
  return `${id.group}/${id.kind}/${id.namespace}/${id.name}`
}

/** A text that is equal exactly for equal groups and kinds. */
export function kindKeyOf(kind: GroupKind): string {
  return `${kind.group}/${kind.kind}`
}

/** For people: `kind/namespace/name`, or `kind/name` without a namespace. */
export function formatResourceId(id: ResourceId): string {
  return id.namespace === '' ? `${id.kind}/${id.name}` : `${id.kind}/${id.namespace}/${id.name}`
}

/** Total order by group, kind, namespace, name. */
export function compareResourceIds(a: ResourceId, b: ResourceId): number {
  return compareTexts(a.group, b.group) || compareTexts(a.kind, b.kind) || compareTexts(a.namespace, b.namespace) || compareTexts(a.name, b.name)
}

/** Order of two texts by code units, as Go compares strings of ASCII. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
