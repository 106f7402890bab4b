// From rendered manifests to the set of objects that should exist: namespaces filled in, doubles and excluded kinds taken out, each marked.
import { isExcluded } from './exclusions.ts'
import type { Exclusion } from './exclusions.ts'
import type { Condition } from '../model/application-status.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import type { Manifest, ManifestOrigin } from '../model/manifest.ts'
import { compareResourceIds, groupOf, keyOf, resourceIdOf, versionOf } from '../model/resource-id.ts'
import type { GroupKind } from '../model/resource-id.ts'
import { withTracking } from '../plan/tracking.ts'
import type { TrackingSettings } from '../plan/tracking.ts'

/** A desired object, ready to be compared. */
export interface DesiredObject {
  readonly object: KubernetesObject
  readonly origin?: ManifestOrigin
}

/** Everything desired, in order of identity, and what was noticed on the way. */
export interface DesiredState {
  readonly objects: readonly DesiredObject[]
  readonly conditions: readonly Condition[]
}

/** Facts that the preparation needs. */
export interface DesiredStateOptions {
  /** Name of the application in tracking marks. */
  readonly trackingName: string
  readonly destinationNamespace: string
  readonly tracking: TrackingSettings
  readonly exclusions: readonly Exclusion[]
  /** Whether a kind is namespaced; undefined when the cluster does not know the kind. */
  isNamespaced(kind: GroupKind & { readonly version: string }): boolean | undefined
}

/** Pure: same manifests and facts, same state. */
export function desiredStateOf(manifests: readonly Manifest[], options: DesiredStateOptions): DesiredState {
  const conditions: Condition[] = []
  const byKey = new Map<string, { desired: DesiredObject; count: number }>()
  for (const [index, { object, origin }] of manifests.entries()) {
    const kind = { group: groupOf(object.apiVersion), version: versionOf(object.apiVersion), kind: object.kind }
    const placed = withNamespace(object, options.isNamespaced(kind), options.destinationNamespace)
    const id = resourceIdOf(placed)
    if (isExcluded(kind, options.exclusions)) {
      conditions.push({ type: 'ExcludedResourceWarning', message: `Resource ${kind.group}/${kind.kind} ${id.name} is excluded in the settings` })
      continue
    }
    if (options.isNamespaced(kind) === true && id.namespace === '') {
      conditions.push({ type: 'InvalidSpecError', message: `Namespace for ${id.name} ${object.apiVersion}, Kind=${kind.kind} is missing.` })
      continue
    }
    // Generated names are given at sync time, so such objects are never the same.
    const key = id.name === '' ? `${keyOf(id)}#${index}` : keyOf(id)
    const marked = withTracking(placed, options.trackingName, options.destinationNamespace, options.tracking)
    byKey.set(key, { desired: origin === undefined ? { object: marked } : { object: marked, origin }, count: (byKey.get(key)?.count ?? 0) + 1 })
  }
  for (const { desired, count } of byKey.values()) {
    if (count === 1) continue
    const id = resourceIdOf(desired.object)
    conditions.push({
      type: 'RepeatedResourceWarning',
      message: `Resource ${id.group}/${id.kind}/${id.namespace}/${id.name} appeared ${count} times among application resources.`,
    })
  }
  const objects = [...byKey.values()].map(({ desired }) => desired).toSorted((a, b) => compareResourceIds(resourceIdOf(a.object), resourceIdOf(b.object)))
  return { objects, conditions }
}

function withNamespace(object: KubernetesObject, isNamespaced: boolean | undefined, destination: string): KubernetesObject {
  if (isNamespaced === false && object.metadata.namespace !== undefined) {
    const { namespace: _namespace, ...metadata } = object.metadata
    return { ...object, metadata }
  }
  // A kind that nobody knows yet is taken as namespaced.
  if (isNamespaced === false || (object.metadata.namespace ?? '') !== '' || destination === '') return object
  return { ...object, metadata: { ...object.metadata, namespace: destination } }
}
