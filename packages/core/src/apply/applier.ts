// Executes plans for callers without Applications: a stream of events whose last one carries the result.
import { runSync } from './sync-run.ts'
import type { SyncEvent } from '../events.ts'
import { builtInHealthChecks } from '../health/built-in.ts'
import { createHealthRegistry } from '../health/health.ts'
import type { HealthRegistry } from '../health/health.ts'
import type { ResourceResult } from '../model/application-status.ts'
import type { PlanGuards } from '../plan/guards.ts'
import type { SyncPlan } from '../plan/sync-plan.ts'
import type { Clock } from '../ports/clock.ts'
import type { Cluster } from '../ports/cluster.ts'

/** How to execute. */
export interface ApplyOptions {
  /** Results of an earlier run of the same plan, to go on from. */
  readonly results?: readonly ResourceResult[]
  /** Longest wait for one wave. Default: 30 minutes. */
  readonly waitTimeoutMs?: number
  /** Limits that the plan has to keep. */
  readonly guards?: PlanGuards
  /** Whether every object is written as a dry run before the first write. Default: no. */
  readonly validates?: boolean
  /** Ends the run between two steps; what was written stays. */
  readonly signal?: AbortSignal
}

/** Executes plans on one cluster. */
export interface Applier {
  /** Events in order; the last is `sync.finished`. A failed sync is told, not thrown. */
  apply(plan: SyncPlan, options?: ApplyOptions): AsyncIterable<SyncEvent>
}

/** Create an applier. */
export function createApplier({ cluster, clock, health }: { readonly cluster: Cluster; readonly clock: Clock; readonly health?: HealthRegistry }): Applier {
  return {
    async *apply(plan, options = {}) {
      const waiting: SyncEvent[] = []
      let wake = (): void => undefined
      const push = (event: SyncEvent): void => {
        waiting.push(event)
        wake()
      }
      const stamp = { at: clock.now(), application: plan.application }
      push({ ...stamp, type: 'sync.started', revisions: plan.revisions, steps: plan.steps.length })
      let failure: { readonly error: unknown } | undefined
      let isOver = false
      const run = runSync({
        plan,
        cluster,
        clock,
        health: health ?? createHealthRegistry(builtInHealthChecks),
        emit: (event) => push({ ...event, at: clock.now(), application: plan.application } as SyncEvent),
        ...options,
      })
        .then(({ phase, message, results }) => push({ at: clock.now(), application: plan.application, type: 'sync.finished', phase, message, results }))
        .catch((error: unknown) => {
          failure = { error }
        })
        .finally(() => {
          isOver = true
          wake()
        })
      while (!isOver || waiting.length > 0) {
        const event = waiting.shift()
        if (event !== undefined) yield event
        else
          await new Promise<void>((resolve) => {
            wake = resolve
          })
      }
      await run
      if (failure !== undefined) throw failure.error
    },
  }
}
