// What people are told of a change of an Application, as events. Pure.
import type { Application, Operation } from '../model/application.ts'
import type { ApplicationStatus, OperationState } from '../model/application-status.ts'
import type { RecordedEvent } from '../ports/application-store.ts'

/** What has changed in one write. */
export interface Transition {
  readonly before: Application
  readonly status: ApplicationStatus
  /** An operation that has ended. */
  readonly done: OperationState | undefined
  /** One that begins by itself. */
  readonly begun: Operation | undefined
  readonly revisions: readonly string[]
  /** Events of their own for sync status and health that change in one write, as Argo CD has it; else one event a write. */
  readonly isOriginal: boolean
}

/** Events in the order in which they are to be recorded. */
export function transitionEvents({ before, status, done, begun, revisions, isOriginal }: Transition): RecordedEvent[] {
  const events: RecordedEvent[] = []
  if (done !== undefined) events.push(completionEvent(done, isOriginal))
  if (begun !== undefined) events.push({ type: 'Normal', reason: 'OperationStarted', message: `Initiated automated sync to '${revisions.join(', ')}'` })
  const [sync, health] = [status.sync?.status, status.health]
  const changes: string[] = []
  if (sync !== before.status?.sync?.status) changes.push(`Updated sync status: ${before.status?.sync?.status ?? ''} -> ${sync ?? ''}`)
  if (health !== undefined && health.status !== before.status?.health?.status)
    changes.push(
      `Updated health status: ${before.status?.health?.status ?? ''} -> ${health.status}${health.message === undefined ? '' : ` (${health.message})`}`,
    )
  for (const message of isOriginal ? changes : [changes.join('; ')].filter((text) => text !== ''))
    events.push({ type: 'Normal', reason: 'ResourceUpdated', message })
  return events
}

/** Argo CD names one revision, and of several none. */
function completionEvent(done: OperationState, isOriginal: boolean): RecordedEvent {
  const { revision, revisions } = done.syncResult ?? done.operation.sync ?? {}
  const isPartial = (done.operation.sync?.resources ?? []).length > 0
  const subject = `${isPartial ? 'Partial sync operation' : 'Sync operation'} to ${isOriginal ? (revision ?? '') : (revisions?.join(', ') ?? revision ?? '')}`
  return done.phase === 'Succeeded'
    ? { type: 'Normal', reason: 'OperationCompleted', message: `${subject} succeeded` }
    : { type: 'Warning', reason: 'OperationCompleted', message: `${subject} failed: ${done.message ?? ''}` }
}
