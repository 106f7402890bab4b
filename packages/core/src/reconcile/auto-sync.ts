// Whether an application syncs by itself now. Pure. Follows argo-cd `controller/appcontroller.go` (autoSync).
import type { Comparison } from '../compare/compare.ts'
import { hasMultipleSources, isAutomated } from '../model/application.ts'
import type { Application, Operation, RetryStrategy } from '../model/application.ts'
import type { Condition, OperationState } from '../model/application-status.ts'
import { isCompleted } from '../model/application-status.ts'
import { isEqual } from '../diff/equal.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { syncPermission } from '../model/sync-windows.ts'
import { parseTime } from '../ports/clock.ts'

/** The decision. */
export type AutoSyncDecision =
  | { readonly kind: 'nothing'; readonly reason: string }
  | { readonly kind: 'blocked'; readonly condition: Omit<Condition, 'lastTransitionTime'> }
  | { readonly kind: 'later'; readonly delayMs: number; readonly reason: string }
  | { readonly kind: 'sync'; readonly operation: Operation; readonly isPartial: boolean }

/** First heal at once, then 2 s, growing threefold to 5 minutes. */
const healBackoff = { baseMs: 2000, factor: 3, capMs: 300_000 }
const defaultRetryLimit = 5

/** Decide. `now` is epoch ms. */
export function decideAutoSync(
  application: Application,
  comparison: Comparison,
  revisions: readonly string[],
  now: number,
  project?: KubernetesObject,
): AutoSyncDecision {
  const { spec, status } = application
  if (!isAutomated(spec)) return { kind: 'nothing', reason: 'automated sync is off' }
  if (application.operation !== undefined) return { kind: 'nothing', reason: 'another operation is in progress' }
  if (application.metadata.deletionTimestamp !== undefined) return { kind: 'nothing', reason: 'deletion in progress' }
  if (comparison.status !== 'OutOfSync') return { kind: 'nothing', reason: `application status is ${comparison.status}` }
  const permission = syncPermission(project, application, false, now)
  if (!permission.isPermitted) {
    const reason = permission.reason ?? ''
    return permission.changesAt === undefined ? { kind: 'nothing', reason } : { kind: 'later', delayMs: permission.changesAt - now, reason }
  }
  const automated = spec.syncPolicy?.automated ?? {}
  const changed = comparison.resources.filter(({ status: resourceStatus }) => resourceStatus !== 'Synced')
  if (automated.prune !== true && changed.every((resource) => resource.requiresPruning))
    return { kind: 'nothing', reason: 'need to prune extra resources only but automated prune is disabled' }

  const shown = `[${revisions.join(' ')}]`
  const attempt = lastAttempt(status?.operationState, spec, revisions)
  let operation = automatedOperation(application, revisions, automated.prune === true)
  let isPartial = false
  if (attempt !== undefined) {
    if (attempt.phase !== 'Succeeded')
      return { kind: 'blocked', condition: { type: 'SyncError', message: `Failed last sync attempt to ${shown}: ${attempt.message ?? ''}` } }
    if (automated.selfHeal !== true) return { kind: 'nothing', reason: `most recent sync already to ${revisions.join(' ')}` }
    const attempts = attempt.operation.sync?.autoHealAttemptsCount ?? 0
    const wait = healDelay(attempts) - (now - (parseTime(attempt.finishedAt) ?? 0))
    if (wait > 0) return { kind: 'later', delayMs: wait, reason: 'self-heal after back-off' }
    const resources = changed.map(({ id }) => ({ ...(id.group === '' ? {} : { group: id.group }), kind: id.kind, name: id.name }))
    operation = { ...operation, sync: { ...operation.sync, autoHealAttemptsCount: attempts + 1, resources } }
    isPartial = true
  }
  const counted = comparison.resources.filter(({ isHook }) => !isHook)
  if (automated.prune === true && automated.allowEmpty !== true && counted.length > 0 && counted.every((resource) => resource.requiresPruning)) {
    return { kind: 'blocked', condition: { type: 'SyncError', message: `Skipping sync attempt to ${shown}: auto-sync will wipe out all resources` } }
  }
  return { kind: 'sync', operation, isPartial }
}

function healDelay(attempts: number): number {
  return attempts === 0 ? 0 : Math.min(healBackoff.capMs, healBackoff.baseMs * healBackoff.factor ** (attempts - 1))
}

/** The last operation, when it was for the same revisions and sources. */
function lastAttempt(state: OperationState | undefined, spec: Application['spec'], revisions: readonly string[]): OperationState | undefined {
  if (state === undefined || !isCompleted(state.phase)) return undefined
  const result = state.syncResult ?? state.operation.sync
  if (result === undefined) return undefined
  const isMultiple = hasMultipleSources(spec)
  const isSameRevision = isMultiple ? isEqual(result.revisions ?? [], revisions) : result.revision === revisions[0]
  const isSameSource = isMultiple ? isEqual(result.sources ?? [], spec.sources) : isEqual(result.source, spec.source)
  return isSameRevision && isSameSource ? state : undefined
}

/** A limit of none is not written, as Go does not. */
function retryOf(retry: RetryStrategy | undefined): RetryStrategy {
  if (retry === undefined) return { limit: defaultRetryLimit }
  const { limit, ...rest } = retry
  return limit === undefined || limit === 0 ? rest : retry
}

function automatedOperation(application: Application, revisions: readonly string[], prune: boolean): Operation {
  const { spec } = application
  const isMultiple = hasMultipleSources(spec)
  const options = spec.syncPolicy?.syncOptions
  return {
    initiatedBy: { automated: true },
    retry: retryOf(spec.syncPolicy?.retry),
    sync: {
      ...(prune ? { prune } : {}),
      ...(isMultiple ? { revisions } : { revision: revisions[0] ?? '' }),
      ...(isMultiple ? { sources: spec.sources ?? [] } : spec.source === undefined ? {} : { source: spec.source }),
      ...(options === undefined ? {} : { syncOptions: options }),
    },
  }
}
