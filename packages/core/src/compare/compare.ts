// Desired against live for a whole application. Pure: no cluster is asked. Follows argo-cd `controller/state.go` (CompareAppState).
import { diffObjects } from '../diff/diff.ts'
import type { DiffSettings, ObjectDiff } from '../diff/diff.ts'
import type { DesiredObject } from './desired-state.ts'
import { externalUrlsOf } from './external-urls.ts'
import { imagesOf } from './images.ts'
import { aggregateHealth } from '../health/health.ts'
import type { Health, HealthRegistry } from '../health/health.ts'
import type { HealthStatus, ResourceStatus, SyncStatusCode } from '../model/application-status.ts'
import { annotationOf } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import type { ManifestOrigin } from '../model/manifest.ts'
import { compareResourceIds, keyOf, resourceIdOf, versionOf } from '../model/resource-id.ts'
import type { ResourceId } from '../model/resource-id.ts'
import { isHook, isSkipped } from '../plan/hooks.ts'
import { isSelfReferenced } from '../plan/tracking.ts'
import type { TrackingSettings } from '../plan/tracking.ts'
import { waveOf } from '../plan/waves.ts'

/** One resource of an application: what git wants, what lives, and how they differ. */
export interface ComparedResource {
  readonly id: ResourceId
  readonly version: string
  readonly desired?: KubernetesObject
  readonly live?: KubernetesObject
  readonly origin?: ManifestOrigin
  /** Absent for hooks and for objects that ask not to be applied. */
  readonly status?: SyncStatusCode
  readonly isHook: boolean
  /** Lives, is the application's, and is not in git any more. */
  readonly requiresPruning: boolean
  readonly wave: number
  readonly health?: Health
  readonly diff: ObjectDiff
}

/** An application compared. */
export interface Comparison {
  /** In order of group, kind, namespace, name. */
  readonly resources: readonly ComparedResource[]
  readonly status: SyncStatusCode
  readonly health: Omit<HealthStatus, 'lastTransitionTime'>
  readonly images: readonly string[]
  /** Where it can be reached from outside, sorted. */
  readonly externalURLs: readonly string[]
  readonly isAppOfApps: boolean
}

/** Input of a comparison. */
export interface CompareRequest {
  /** Undefined when the desired state could not be loaded: then everything is Unknown. */
  readonly desired: readonly DesiredObject[] | undefined
  /** Live counterparts of the desired objects, and everything else that is marked as the application's. */
  readonly live: readonly KubernetesObject[]
  readonly diff: DiffSettings
  readonly health: HealthRegistry
  readonly tracking: TrackingSettings
  /** The application itself: it does not count for its own health. */
  readonly self?: ResourceId
  /** Whether the project forbids the kind of an object; its status is Unknown then. Default: everything is permitted. */
  readonly isForbidden?: (id: ResourceId) => boolean
  /** Keeps results by what was compared; an object unchanged since costs nothing. */
  readonly cache?: DiffCache
}

/** Keeps diffs; the key stands for both sides. */
export interface DiffCache {
  get(desired: KubernetesObject, live: KubernetesObject): ObjectDiff | undefined
  set(desired: KubernetesObject, live: KubernetesObject, diff: ObjectDiff): void
}

const nothing: ObjectDiff = { isModified: false, differences: [] }

/** Compare. Total order and same input, same output. */
export function compare(request: CompareRequest): Comparison {
  const lives = new Map(request.live.map((object) => [keyOf(resourceIdOf(object)), object]))
  const resources: ComparedResource[] = []
  for (const { object, origin } of request.desired ?? []) {
    const id = resourceIdOf(object)
    const live = lives.get(keyOf(id))
    lives.delete(keyOf(id))
    resources.push(comparedResource(request, id, object, live, origin))
  }
  for (const live of lives.values()) resources.push(comparedResource(request, resourceIdOf(live), undefined, live, undefined))
  // Hooks that are not there yet are no resources of the application; objects marked to be skipped are listed all the same.
  const listed = resources.filter(({ isHook: isAnyHook, live, desired }) => !isAnyHook || live !== undefined || (desired !== undefined && isSkipped(desired)))
  listed.sort((a, b) => compareResourceIds(a.id, b.id))
  return {
    resources: listed,
    status: request.desired === undefined ? 'Unknown' : overallStatus(listed),
    health: healthOf(request, listed),
    images: [...new Set(listed.flatMap(({ live }) => (live === undefined ? [] : imagesOf(live))))].toSorted(),
    externalURLs: [...new Set(listed.flatMap(({ live }) => (live === undefined ? [] : externalUrlsOf(live))))].toSorted(),
    isAppOfApps: listed.some(({ id, desired }) => id.group === 'argoproj.io' && id.kind === 'Application' && desired !== undefined),
  }
}

function comparedResource(
  request: CompareRequest,
  id: ResourceId,
  desired: KubernetesObject | undefined,
  live: KubernetesObject | undefined,
  origin: ManifestOrigin | undefined,
): ComparedResource {
  const object = desired ?? live
  const isAnyHook = object !== undefined && isHook(object)
  const isOwn = live === undefined || isSelfReferenced(live, request.tracking)
  const diff = desired === undefined || live === undefined || isAnyHook ? nothing : diffOf(request, desired, live)
  const hasStatus = object !== undefined && !isAnyHook && !isSkipped(object) && isOwn
  const isOutOfSync = desired === undefined || live === undefined || diff.isModified
  const isUnknown = request.desired === undefined || (hasStatus && request.isForbidden?.(id) === true)
  const status = isUnknown ? 'Unknown' : isOutOfSync ? 'OutOfSync' : 'Synced'
  const health = live === undefined ? undefined : request.health(live)
  return {
    id,
    version: versionOf(object?.apiVersion ?? ''),
    ...(desired === undefined ? {} : { desired }),
    ...(live === undefined ? {} : { live }),
    ...(origin === undefined ? {} : { origin }),
    ...(hasStatus ? { status } : {}),
    isHook: isAnyHook,
    // Hooks are no part of what git wants to be there, so what is left of them counts as surplus.
    requiresPruning: (desired === undefined || isAnyHook) && live !== undefined && isOwn,
    wave: object === undefined ? 0 : waveOf(object),
    ...(health === undefined ? {} : { health }),
    diff,
  }
}

function diffOf(request: CompareRequest, desired: KubernetesObject, live: KubernetesObject): ObjectDiff {
  const kept = request.cache?.get(desired, live)
  if (kept !== undefined) return kept
  const diff = diffObjects(desired, live, request.diff)
  request.cache?.set(desired, live, diff)
  return diff
}

function overallStatus(resources: readonly ComparedResource[]): SyncStatusCode {
  const isOutOfSync = resources.some(
    ({ status, desired, live }) =>
      status === 'OutOfSync' && !(desired === undefined && (annotationOf(live, 'argocd.argoproj.io/compare-options') ?? '').includes('IgnoreExtraneous')),
  )
  return isOutOfSync ? 'OutOfSync' : 'Synced'
}

function healthOf(request: CompareRequest, resources: readonly ComparedResource[]): Comparison['health'] {
  const self = request.self === undefined ? undefined : keyOf(request.self)
  return aggregateHealth(
    resources
      .filter(
        ({ isHook: isAnyHook, id, desired, live }) =>
          !isAnyHook && keyOf(id) !== self && !((desired ?? live) !== undefined && isSkipped((desired ?? live) as KubernetesObject)),
      )
      .map(({ id, live, health }) => ({ id, live, health })),
  )
}

/** The entries of `status.resources`. */
export function resourceStatusesOf(comparison: Comparison): ResourceStatus[] {
  return comparison.resources.map(({ id, version, status, isHook: isAnyHook, live, desired, requiresPruning, wave }) => ({
    ...(id.group === '' ? {} : { group: id.group }),
    ...(isAnyHook ? { hook: true } : {}),
    kind: id.kind,
    name: id.name,
    ...(id.namespace === '' ? {} : { namespace: id.namespace }),
    ...(needsConfirmation(desired ?? live) ? { requiresDeletionConfirmation: true } : {}),
    ...(requiresPruning ? { requiresPruning: true } : {}),
    ...(status === undefined ? {} : { status }),
    // What git no longer has is in no wave; hooks that are left over keep theirs.
    ...(wave === 0 || (requiresPruning && !isAnyHook) ? {} : { syncWave: wave }),
    version,
  }))
}

function needsConfirmation(object: KubernetesObject | undefined): boolean {
  const options = annotationOf(object, 'argocd.argoproj.io/sync-options') ?? ''
  return options.includes('Prune=confirm') || options.includes('Delete=confirm')
}
