// The cluster, as core sees it: discovery, watched live state, and the few ways to change it.
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import type { GroupKind, ResourceId } from '../model/resource-id.ts'
import type { ClusterFacts } from './renderer.ts'

/** What discovery says of one kind in one version. */
export interface ApiResource extends GroupKind {
  readonly version: string
  readonly plural: string
  readonly isNamespaced: boolean
  readonly verbs: readonly string[]
}

/** A change seen by the watch. `previous` is what the cache held. */
export interface LiveChange {
  readonly type: 'added' | 'modified' | 'deleted'
  readonly id: ResourceId
  readonly object: KubernetesObject
  readonly previous?: KubernetesObject
}

/**
 * Objects as the cluster holds them, kept current by watches. Objects that carry a tracking mark are held whole (managedFields cut down
 * to the engine's own entry); of all others only identity and metadata, and `load` fetches the rest.
 */
export interface LiveState {
  /** Watch these kinds from now on; resolves when each has been listed. Unknown kinds are passed over. */
  observe(kinds: readonly GroupKind[], signal?: AbortSignal): Promise<void>
  /** What the cache knows of an object. */
  get(id: ResourceId): KubernetesObject | undefined
  /** The whole object: from the cache when it is held, else asked for. */
  load(id: ResourceId, signal?: AbortSignal): Promise<KubernetesObject | undefined>
  /** Objects whose tracking mark names the application. */
  trackedBy(application: string): readonly KubernetesObject[]
  /** What the cache holds in a namespace. */
  inNamespace(namespace: string): readonly KubernetesObject[]
  /** Put the answer of a write into the cache without waiting for its watch event. */
  accept(object: KubernetesObject): void
  subscribe(listener: (change: LiveChange) => void): () => void
}

/** How to write. */
export interface WriteOptions {
  readonly fieldManager: string
  readonly dryRun?: boolean
  /** Server-side apply: take over fields of other managers. */
  readonly force?: boolean
  readonly signal?: AbortSignal
}

/** How to delete. */
export interface DeleteOptions {
  readonly propagationPolicy?: 'Foreground' | 'Background' | 'Orphan'
  /** Only the object with this uid. */
  readonly uid?: string
  readonly gracePeriodSeconds?: number
  readonly dryRun?: boolean
  readonly signal?: AbortSignal
}

/** Media types of patches. */
export type PatchType = 'merge' | 'strategic' | 'json'

/**
 * One cluster. Every method may be called concurrently and retries what the API server asks to retry (429, dropped connections on reads).
 * @throws {ClusterError} with the HTTP status; 404 of a single object is an answer (`undefined`), not an error
 */
export interface Cluster {
  /** Kubernetes version and the versions served. */
  facts(signal?: AbortSignal): Promise<ClusterFacts>
  /** The kind in discovery; asks again when it is not known. Without `version` the preferred one. */
  resourceOf(kind: GroupKind & { readonly version?: string }, signal?: AbortSignal): Promise<ApiResource | undefined>
  /** Every kind that is served, in its preferred version. */
  resources(signal?: AbortSignal): Promise<readonly ApiResource[]>
  readonly live: LiveState
  get(id: ResourceId & { readonly version?: string }, signal?: AbortSignal): Promise<KubernetesObject | undefined>
  create(object: KubernetesObject, options: WriteOptions): Promise<KubernetesObject>
  replace(object: KubernetesObject, options: WriteOptions): Promise<KubernetesObject>
  patch(object: KubernetesObject, type: PatchType, patch: unknown, options: WriteOptions): Promise<KubernetesObject>
  /** Server-side apply. */
  apply(object: KubernetesObject, options: WriteOptions): Promise<KubernetesObject>
  /** Let time pass between two looks at something that no watch covers. */
  pause(delayMs: number, signal?: AbortSignal): Promise<void>
  /** Resolves with false when there was nothing to delete. */
  delete(id: ResourceId & { readonly version?: string }, options?: DeleteOptions): Promise<boolean>
  close?(): Promise<void>
}
