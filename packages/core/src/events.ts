// What the engine tells while it works: plain JSON, in order.
import type { OperationPhase, ResourceResult, SyncPhase, SyncStatusCode, HealthStatusCode } from './model/application-status.ts'
import type { ResourceId } from './model/resource-id.ts'

/** Members of every event. */
interface EventBase {
  /** Epoch milliseconds. */
  readonly at: number
  /** `namespace/name` of the application. */
  readonly application: string
}

/** Events of one sync. */
export type SyncEvent =
  | (EventBase & { readonly type: 'sync.started'; readonly revisions: readonly string[]; readonly steps: number })
  | (EventBase & { readonly type: 'wave.started'; readonly phase: SyncPhase; readonly wave: number; readonly steps: number })
  | (EventBase & {
      readonly type: 'resource.applied' | 'resource.pruned' | 'resource.failed' | 'resource.skipped' | 'hook.started' | 'hook.finished'
      readonly id: ResourceId
      readonly message: string
    })
  | (EventBase & { readonly type: 'sync.waiting'; readonly message: string })
  | (EventBase & { readonly type: 'sync.finished'; readonly phase: OperationPhase; readonly message: string; readonly results: readonly ResourceResult[] })

/** A sync event without the members that the caller knows. */
export type SyncEventBody = SyncEvent extends infer Event ? (Event extends SyncEvent ? Omit<Event, 'at' | 'application'> : never) : never

/** Everything an engine tells. */
export type EngineEvent =
  | SyncEvent
  | (EventBase & { readonly type: 'application.rendered'; readonly revisions: readonly string[]; readonly manifests: number; readonly durationMs: number })
  | (EventBase & {
      readonly type: 'application.compared'
      readonly status: SyncStatusCode
      readonly health: HealthStatusCode
      readonly outOfSync: readonly ResourceId[]
    })
  | (EventBase & { readonly type: 'application.refreshed'; readonly reason: string })
  | (EventBase & { readonly type: 'application.unaffected'; readonly reason: string })
  | (EventBase & { readonly type: 'application.failed'; readonly message: string })
