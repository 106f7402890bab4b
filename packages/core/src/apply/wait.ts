// Waits for the watch to say that something has changed, within a deadline.
import { keyOf } from '../model/resource-id.ts'
import type { ResourceId } from '../model/resource-id.ts'
import type { Clock } from '../ports/clock.ts'
import type { Cluster } from '../ports/cluster.ts'

/** What to wait for. */
export interface WaitRequest {
  readonly cluster: Cluster
  readonly clock: Clock
  readonly ids: readonly ResourceId[]
  /** Epoch ms. */
  readonly untilMs: number
  readonly onWake?: (wake: () => void) => () => void
  readonly signal?: AbortSignal
}

/**
 * Resolve when one of the objects changes, or somebody wakes the waiter.
 * @returns false when the time was over first
 * @throws the signal's reason
 */
export function waitForChange({ cluster, clock, ids, untilMs, onWake, signal }: WaitRequest): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const keys = new Set(ids.map(keyOf))
    const cancels: (() => void)[] = []
    const settle = (finish: () => void): void => {
      for (const cancel of cancels.splice(0)) cancel()
      finish()
    }
    const abort = (): void => settle(() => reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted')))
    cancels.push(clock.after(Math.max(0, untilMs - clock.now()), () => settle(() => resolve(false))))
    cancels.push(
      cluster.live.subscribe((change) => {
        if (keys.has(keyOf(change.id))) settle(() => resolve(true))
      }),
    )
    if (onWake !== undefined) cancels.push(onWake(() => settle(() => resolve(true))))
    if (signal?.aborted === true) abort()
    signal?.addEventListener('abort', abort, { once: true })
    cancels.push(() => signal?.removeEventListener('abort', abort))
  })
}
