// Where Applications and their projects are kept. On Kubernetes: the custom resources themselves.
import type { Application } from '../model/application.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'

/** A change of an Application. */
export interface StoreChange {
  readonly type: 'added' | 'modified' | 'deleted'
  readonly key: string
  readonly application: Application
}

/** An event about an Application, for people. */
export interface RecordedEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: 'StatusRefreshed' | 'ResourceCreated' | 'ResourceUpdated' | 'ResourceDeleted' | 'OperationStarted' | 'OperationCompleted'
  readonly message: string
}

/** One operation of a JSON patch (RFC 6902). */
export interface PatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'test'
  readonly path: string
  readonly value?: unknown
}

/**
 * Applications, current by watch. `patch` answers the stored object; 404 answers undefined. Patches are either a merge patch (an object)
 * or a JSON patch (a list), whose failing `test` throws `ClusterError` with status 422.
 */
export interface ApplicationStore {
  /** Begin to watch; resolves when everything has been listed. */
  start(signal?: AbortSignal): Promise<void>
  list(): readonly Application[]
  get(key: string): Application | undefined
  /** @param at a resource version: the project as it was then, as far as that is still known. Default: as it is now */
  project(name: string, at?: string): KubernetesObject | undefined
  subscribe(listener: (change: StoreChange) => void): () => void
  patch(key: string, patch: Readonly<Record<string, unknown>> | readonly PatchOperation[]): Promise<Application | undefined>
  recordEvent(application: Application, event: RecordedEvent): Promise<void>
}
