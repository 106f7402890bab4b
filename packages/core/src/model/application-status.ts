// `status` of an Application; field names and texts are those of Argo CD, so that existing tools keep working.
import type { ApplicationDestination, ApplicationSource, IgnoreDifference, Operation, SyncOperationSource } from './application-spec.ts'

export type { SyncOperationSource } from './application-spec.ts'

/** Whether desired and live state agree. */
export type SyncStatusCode = 'Synced' | 'OutOfSync' | 'Unknown'
/** Health, from best to worst: Healthy, Suspended, Progressing, Missing, Degraded, Unknown. */
export type HealthStatusCode = 'Healthy' | 'Suspended' | 'Progressing' | 'Missing' | 'Degraded' | 'Unknown'
/** Phase of an operation. */
export type OperationPhase = 'Running' | 'Terminating' | 'Succeeded' | 'Failed' | 'Error'
/** What became of one resource in a sync. */
export type ResultCode = 'Synced' | 'SyncFailed' | 'Pruned' | 'PruneSkipped'
/** Phases of a sync, in order. */
export type SyncPhase = 'PreSync' | 'Sync' | 'PostSync' | 'SyncFail'
/** Types of hooks; PreDelete and PostDelete run when the application is deleted. */
export type HookType = SyncPhase | 'Skip' | 'PreDelete' | 'PostDelete'
/** Types of conditions; those that end in `Error` are errors. */
export type ConditionType =
  | 'DeletionError'
  | 'InvalidSpecError'
  | 'ComparisonError'
  | 'SyncError'
  | 'UnknownError'
  | 'SharedResourceWarning'
  | 'RepeatedResourceWarning'
  | 'ExcludedResourceWarning'
  | 'OrphanedResourceWarning'

/** One entry of `status.conditions`. */
export interface Condition {
  readonly type: ConditionType
  readonly message: string
  readonly lastTransitionTime?: string
}

/** Health with the reason in words. */
export interface HealthStatus {
  readonly status: HealthStatusCode
  readonly message?: string
  readonly lastTransitionTime?: string
}

/** One entry of `status.resources`. */
export interface ResourceStatus {
  readonly group?: string
  readonly version: string
  readonly kind: string
  readonly namespace?: string
  readonly name: string
  readonly status?: SyncStatusCode
  readonly health?: HealthStatus
  readonly hook?: boolean
  readonly requiresPruning?: boolean
  readonly requiresDeletionConfirmation?: boolean
  readonly syncWave?: number
}

/** One entry of `operationState.syncResult.resources`. */
export interface ResourceResult {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
  readonly status?: ResultCode
  readonly message?: string
  readonly hookType?: HookType
  readonly hookPhase?: OperationPhase
  readonly syncPhase?: SyncPhase
  readonly images?: readonly string[]
}

/** `operationState.syncResult`. */
export interface SyncResult extends SyncOperationSource {
  readonly resources?: readonly ResourceResult[]
  readonly managedNamespaceMetadata?: unknown
}

/** `status.operationState`: the running or the last operation. */
export interface OperationState {
  readonly operation: Operation
  readonly phase: OperationPhase
  readonly message?: string
  readonly syncResult?: SyncResult
  readonly startedAt: string
  readonly finishedAt?: string
  readonly retryCount?: number
}

/** One entry of `status.history`, newest last. */
export interface HistoryEntry extends SyncOperationSource {
  readonly id: number
  readonly deployedAt: string
  readonly deployStartedAt?: string
  readonly initiatedBy?: { readonly username?: string; readonly automated?: boolean }
}

/** What a comparison was made of. */
export interface ComparedTo {
  readonly source?: ApplicationSource
  readonly sources?: readonly ApplicationSource[]
  readonly destination: ApplicationDestination
  readonly ignoreDifferences?: readonly IgnoreDifference[]
}

/** `status`. */
export interface ApplicationStatus {
  readonly sync?: { readonly status: SyncStatusCode; readonly comparedTo?: ComparedTo; readonly revision?: string; readonly revisions?: readonly string[] }
  readonly health?: HealthStatus
  readonly resources?: readonly ResourceStatus[]
  readonly resourceHealthSource?: string
  readonly operationState?: OperationState
  readonly history?: readonly HistoryEntry[]
  readonly conditions?: readonly Condition[]
  readonly reconciledAt?: string
  readonly sourceType?: string
  readonly sourceTypes?: readonly string[]
  readonly summary?: { readonly images?: readonly string[]; readonly externalURLs?: readonly string[]; readonly isAppOfApps?: boolean }
  readonly controllerNamespace?: string
}

/** Whether a phase is final. */
export function isCompleted(phase: OperationPhase | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Error'
}
