// A sync as a value: what would be done, in which order, and from what it was computed.
import type { HookType, SyncPhase } from '../model/application-status.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import type { ManifestOrigin } from '../model/manifest.ts'
import { keyOf } from '../model/resource-id.ts'
import type { ResourceId } from '../model/resource-id.ts'
import type { RenderedBy } from '../ports/renderer.ts'
import type { HookDeletePolicy } from './hooks.ts'

/** What a step does. */
export type SyncAction = 'apply' | 'hook' | 'prune'

/** One step. Plain data: a plan travels as JSON. */
export interface SyncStep {
  readonly action: SyncAction
  readonly phase: SyncPhase
  readonly wave: number
  readonly id: ResourceId
  readonly version: string
  /** The object to write; absent for prunes. */
  readonly object?: KubernetesObject
  readonly origin?: ManifestOrigin
  readonly hookType?: HookType
  readonly deletePolicies?: readonly HookDeletePolicy[]
  /** Images of what is pruned, for its result. */
  readonly images?: readonly string[]
  /** How the object is written. */
  readonly method?: 'server-side' | 'client-side' | 'replace'
  /** Delete and make again when the object cannot be changed in place. */
  readonly force?: boolean
  /** Not in git: made because an option asks for it. */
  readonly isImplied?: true
  /** Whether people have to agree before it is deleted (`Prune=confirm`). */
  readonly needsConfirmation?: true
  /** The wave that a pruned object asks for. `wave` mirrors it among the prunes of the plan, and again among those that are left as prunes are done. */
  readonly ownWave?: number
  /** A prune that waits until everything else is done. */
  readonly isLast?: boolean
  /** What lived when the plan was made. */
  readonly live?: { readonly uid: string; readonly resourceVersion: string }
  /** Paths that would have to change and never do, such as `spec.selector`. */
  readonly immutable?: readonly string[]
  /** Whether the step changes anything; unchanged objects are applied too unless ApplyOutOfSyncOnly is set. */
  readonly isModified: boolean
  /** Why the project forbids the step: a sync with such a step does nothing at all. */
  readonly forbidden?: string
  /** Why nothing is done, in the words of Argo CD. */
  readonly skip?: string
}

/** A sync, computed and not yet executed. */
export interface SyncPlan {
  readonly planVersion: 1
  /** Tracking name of the application. */
  readonly application: string
  readonly revisions: readonly string[]
  /** Whose rules made the manifests, one a source; null for plain files. Absent when it is not known. */
  readonly renderedBy?: readonly (RenderedBy | null)[]
  /** In order of execution. */
  readonly steps: readonly SyncStep[]
  readonly options: SyncPlanOptions
}

/** What holds for the whole plan. */
export interface SyncPlanOptions {
  readonly prune: boolean
  readonly dryRun: boolean
  readonly propagationPolicy: 'Foreground' | 'Background' | 'Orphan'
  readonly applyOutOfSyncOnly: boolean
  readonly fieldManager: string
  /** Objects are written as Argo CD does, its kubectl included. Absent: as is best. */
  readonly compatibility?: 'argocd'
  /** Stands in results of objects that have no namespace, as Argo CD writes them. */
  readonly destinationNamespace: string
}

/** A text that is equal exactly for the same step of the same plan: the object's key and the phase. */
export function stepKeyOf(step: { readonly id: ResourceId; readonly phase: SyncPhase }): string {
  return `${keyOf(step.id)}:${step.phase}`
}
