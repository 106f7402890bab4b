// Small tools of controllers: owners, conditions, templates.
import { createHash } from 'node:crypto'
import type { ClusterApi, ResourceRef } from '../api-server/cluster-api.ts'
import { formatTime, isEqual, isObject, objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { JsonObject, KubeObject, OwnerReference } from '../api-server/types.ts'

export const pods: ResourceRef = { group: '', plural: 'pods' }

/** The reference of a controller to what it makes. */
export function controllerReference(owner: KubeObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name ?? '',
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  }
}

/** Objects that a controller made. */
export function ownedBy(api: ClusterApi, resource: ResourceRef, owner: KubeObject): KubeObject[] {
  return api
    .list(resource, owner.metadata.namespace)
    .filter(({ metadata }) => (metadata.ownerReferences ?? []).some((reference) => reference.controller === true && reference.uid === owner.metadata.uid))
}

/** Whether a pod counts as ready. */
export function isPodReady(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp === undefined && conditionOf(pod, 'Ready')?.['status'] === 'True'
}

/** Whether a pod has been ready for long enough; a number says in how many milliseconds it will have been. */
export function availabilityOf(pod: KubeObject, minReadySeconds: number, now: number): boolean | number {
  if (!isPodReady(pod)) return false
  if (minReadySeconds === 0) return true
  const left = Date.parse(String(conditionOf(pod, 'Ready')?.['lastTransitionTime'])) + minReadySeconds * 1000 - now
  return left <= 0 ? true : left
}

/** Whether a pod has neither ended nor is being deleted. */
export function isPodActive(pod: KubeObject): boolean {
  const phase = valueAt(pod, 'status', 'phase')
  return pod.metadata.deletionTimestamp === undefined && phase !== 'Succeeded' && phase !== 'Failed'
}

export function conditionOf(object: KubeObject, type: string): JsonObject | undefined {
  return objectsOf(valueAt(object, 'status', 'conditions')).find((condition) => condition['type'] === type)
}

/** Conditions with one set; its time moves only when its status does. */
export function withCondition(
  conditions: readonly JsonObject[],
  type: string,
  status: 'True' | 'False' | 'Unknown',
  reason: string,
  message: string,
  now: number,
  hasUpdateTime = false,
): JsonObject[] {
  const before = conditions.find((condition) => condition['type'] === type)
  const time = formatTime(now)
  if (before !== undefined && before['status'] === status && before['reason'] === reason && before['message'] === message) return [...conditions]
  const next: JsonObject = {
    type,
    status,
    ...(hasUpdateTime ? { lastUpdateTime: time } : {}),
    lastTransitionTime: before?.['status'] === status ? before['lastTransitionTime'] : time,
    reason,
    message,
  }
  return before === undefined ? [...conditions, next] : conditions.map((condition) => (condition === before ? next : condition))
}

/** Store a status when it differs. */
export function storeStatus(api: ClusterApi, object: KubeObject, status: JsonObject): void {
  if (!isEqual(object['status'] ?? {}, status)) api.store({ ...object, status })
}

/** A short text that is equal exactly for equal templates, as in the names of replica sets. */
export function templateHash(template: unknown): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789'
  const digest = createHash('sha256')
    .update(JSON.stringify(sorted(template)))
    .digest()
  return [...digest.subarray(0, 10)].map((byte) => alphabet.charAt(byte % alphabet.length)).join('')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  )
}

/** A pod from a template. */
export function podFrom(
  owner: KubeObject,
  template: unknown,
  extra: {
    readonly name?: string
    readonly generateName?: string
    readonly labels?: JsonObject
    readonly annotations?: JsonObject
    readonly spec?: JsonObject
  },
): KubeObject {
  const metadata = objectOf(objectOf(template)['metadata'])
  const labels = { ...objectOf(metadata['labels']), ...extra.labels }
  const annotations = { ...objectOf(metadata['annotations']), ...extra.annotations }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...(extra.name === undefined ? { generateName: extra.generateName ?? `${owner.metadata.name ?? ''}-` } : { name: extra.name }),
      namespace: owner.metadata.namespace ?? '',
      ...(Object.keys(labels).length === 0 ? {} : { labels: labels as Record<string, string> }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations: annotations as Record<string, string> }),
      ...(Array.isArray(metadata['finalizers']) ? { finalizers: metadata['finalizers'] as string[] } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    spec: { ...objectOf(objectOf(template)['spec']), ...extra.spec },
  }
}

export function numberAt(object: unknown, ...path: string[]): number {
  const value = valueAt(object, ...path)
  return typeof value === 'number' ? value : 0
}
