// The life of an operation: its states, retries and what it leaves in the history. Pure.
import type { Application, Operation, RetryStrategy } from '../model/application.ts'
import { hasMultipleSources } from '../model/application.ts'
import type { HistoryEntry, OperationState, SyncOperationSource } from '../model/application-status.ts'
import { withoutZeroValues } from '../model/zero-values.ts'
import { parseDuration, parseTime } from '../ports/clock.ts'
import { mergePatchOf } from './merge-patch.ts'

const defaultBackoff = { durationMs: 5000, factor: 2, maxMs: 180_000 }
const defaultHistoryLimit = 10

/** Whether a failed operation is tried again, and when. `retryCount` counts the retries so far. */
export function retryDelayOf(retry: RetryStrategy | undefined, retryCount: number): number | undefined {
  const limit = retry?.limit ?? 0
  if (limit >= 0 && retryCount >= limit) return undefined
  const base = parseDuration(retry?.backoff?.duration) ?? defaultBackoff.durationMs
  const factor = retry?.backoff?.factor ?? defaultBackoff.factor
  const cap = parseDuration(retry?.backoff?.maxDuration) ?? defaultBackoff.maxMs
  return Math.min(cap, base * factor ** retryCount)
}

/** `3:04PM`, UTC, as the retry message names the time. */
export function clockTimeOf(epochMs: number): string {
  const minutes = Math.floor(epochMs / 60_000) % (24 * 60)
  const hour = Math.floor(minutes / 60)
  return `${hour % 12 === 0 ? 12 : hour % 12}:${String(minutes % 60).padStart(2, '0')}${hour < 12 ? 'AM' : 'PM'}`
}

/** Revision and sources as they stand in a result or history entry. */
export function operationSourceOf(application: Application, operation: Operation, revisions: readonly string[]): SyncOperationSource {
  const { spec } = application
  if (hasMultipleSources(spec) || operation.sync?.sources !== undefined)
    return { revision: '', revisions, sources: operation.sync?.sources ?? spec.sources ?? [] }
  const source = operation.sync?.source ?? spec.source
  return { revision: revisions[0] ?? '', ...(source === undefined ? {} : { source }) }
}

/** The history after a successful whole sync: ids grow by one, the oldest entries go. Unchanged for partial, dry and failed syncs. */
export function historyAfter(application: Application, state: OperationState, deployedAt: string): readonly HistoryEntry[] {
  const history = application.status?.history ?? []
  const sync = state.operation.sync
  const isWhole = sync !== undefined && (sync.resources === undefined || sync.resources.length === 0) && sync.dryRun !== true
  if (state.phase !== 'Succeeded' || !isWhole || state.syncResult === undefined) return history
  const { revision, revisions, source, sources } = state.syncResult
  const entry: HistoryEntry = {
    deployStartedAt: state.startedAt,
    deployedAt,
    id: (history.at(-1)?.id ?? -1) + 1,
    initiatedBy: state.operation.initiatedBy ?? {},
    ...(revision === undefined || revisions !== undefined ? {} : { revision }),
    ...(revisions === undefined ? {} : { revisions }),
    ...(source === undefined ? {} : { source }),
    ...(sources === undefined ? {} : { sources }),
  }
  // An operation that was recorded just before a crash must not be recorded twice.
  if (history.at(-1)?.deployStartedAt === state.startedAt && (history.at(-1)?.revision ?? '') === (revision ?? '')) return history
  const limit = application.spec.revisionHistoryLimit ?? defaultHistoryLimit
  return limit <= 0 ? [] : [...history, entry].slice(-limit)
}

/** What becomes of the spec when Argo CD writes the Application whole: a merge patch, empty when nothing. */
export function specPatchOf({ spec }: Application): { readonly spec?: unknown } {
  const next = withoutZeroValues(spec)
  return next === spec ? {} : { spec: mergePatchOf(spec, next) }
}

/** Epoch ms at which an operation started. */
export function startedAtOf(state: OperationState): number {
  return parseTime(state.startedAt) ?? 0
}
