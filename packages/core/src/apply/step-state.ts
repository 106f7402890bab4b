// What is known of each step while a sync runs: kept in `operationState.syncResult.resources`, so that the next process can go on from it.
import { templateImagesOf } from '../compare/images.ts'
import type { OperationPhase, ResourceResult, ResultCode } from '../model/application-status.ts'
import { keyOf } from '../model/resource-id.ts'
import { stepKeyOf } from '../plan/sync-plan.ts'
import type { SyncStep } from '../plan/sync-plan.ts'

/** A step and how far it is. */
export interface StepState {
  readonly step: SyncStep
  /** Result of the write; absent before it. */
  code?: ResultCode
  /** Running until the object is as it should be; absent before the write. A hook that is Running without a code is about to be made. */
  phase?: OperationPhase
  message?: string
  /** Place among the results, in order of first record. */
  rank?: number
  /** The place it will have, while its batch runs. */
  place?: number
}

/** States of a plan's steps, taken up from recorded results. */
export function statesOf(steps: readonly SyncStep[], results: readonly ResourceResult[], destinationNamespace: string): StepState[] {
  const recorded = new Map(results.map((result, rank) => [`${keyOf(result)}:${result.syncPhase ?? 'Sync'}`, { result, rank }]))
  return steps.map((step) => {
    const found = recorded.get(stepKeyOf({ ...step, id: { ...step.id, namespace: shownNamespace(step, destinationNamespace) } }))
    if (found === undefined) return { step }
    const { status, hookPhase, message } = found.result
    return {
      step,
      rank: found.rank,
      ...(status === undefined ? {} : { code: status }),
      ...(hookPhase === undefined ? {} : { phase: hookPhase }),
      ...(message === undefined ? {} : { message }),
    }
  })
}

/** Results to record, in order of first record. */
export function resultsOf(states: readonly StepState[], destinationNamespace: string): ResourceResult[] {
  return states
    .filter(({ rank }) => rank !== undefined)
    .toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
    .map(({ step, code, phase, message }) => {
      const images = step.object === undefined ? (step.images ?? []) : templateImagesOf(step.object)
      return {
        group: step.id.group,
        ...(phase === undefined ? {} : { hookPhase: step.isImplied === true && code === 'Synced' ? 'Running' : phase }),
        ...(step.hookType === undefined ? {} : { hookType: step.hookType }),
        ...(images.length === 0 ? {} : { images }),
        kind: step.id.kind,
        ...(message === undefined ? {} : { message }),
        name: step.id.name,
        namespace: shownNamespace(step, destinationNamespace),
        ...(code === undefined ? {} : { status: code }),
        syncPhase: step.phase,
        version: step.version,
      }
    })
}

/** What is written has the destination's namespace in its result, also where its kind has none; what is pruned has its own. */
function shownNamespace({ action, id, isImplied }: SyncStep, destinationNamespace: string): string {
  return id.namespace === '' && action !== 'prune' && isImplied !== true ? destinationNamespace : id.namespace
}

/** Whether the step has come to an end, good or bad. */
export function isDone({ phase }: StepState): boolean {
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Error'
}

/** Whether the step came to a bad end. */
export function isFailed({ phase }: StepState): boolean {
  return phase === 'Failed' || phase === 'Error'
}
