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

/** A wait that has begun: what happens from now on counts, also before anybody asks. */
export interface Waiting {
  /**
   * Resolve when one of the objects has changed, or somebody has woken the waiter.
   * @returns false when the time was over first
   * @throws the signal's reason
   */
  changed(): Promise<boolean>
  /** Nobody will ask. */
  stop(): void
}

/**
 * Begin to wait. To be called before the look at what is waited for: a change between a look and the beginning of a wait would be waited for in vain.
 */
export function beginWaiting({ cluster, clock, ids, untilMs, onWake, signal }: WaitRequest): Waiting {
  const keys = new Set(ids.map(keyOf))
  const cancels: (() => void)[] = []
  const stop = (): void => {
    for (const cancel of cancels.splice(0)) cancel()
  }
  const promise = new Promise<boolean>((resolve, reject) => {
    const settle = (finish: () => void): void => {
      stop()
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
  // A reason to end is told to whoever asks, and to nobody else.
  promise.catch(() => undefined)
  return { changed: () => promise, stop }
}
