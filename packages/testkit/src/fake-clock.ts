// Time that a test drives.
import type { Clock } from '@plumbline/core'

/** A clock that stands still until it is advanced. Serves core and the embedded cluster. */
export interface FakeClock extends Clock {
  setTimeout(callback: () => void, delayMs: number): { cancel(): void }
  /** Let time pass, running timers in order; what they start is awaited between them. */
  advance(ms: number): Promise<void>
}

/** Create a clock. @param startMs epoch ms. Default: 2025-01-01T00:00:00Z */
export function createFakeClock(startMs: number = Date.UTC(2025, 0, 1)): FakeClock {
  let now = startMs
  let sequence = 0
  const timers = new Map<number, { readonly at: number; readonly callback: () => void }>()
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
  }
  const after = (delayMs: number, callback: () => void): (() => void) => {
    const id = sequence++
    timers.set(id, { at: now + Math.max(0, delayMs), callback })
    return () => void timers.delete(id)
  }
  return {
    now: () => now,
    after,
    setTimeout: (callback, delayMs) => ({ cancel: after(delayMs, callback) }),
    async advance(ms) {
      const until = now + ms
      for (;;) {
        await settle()
        const [next] = [...timers].filter(([, { at }]) => at <= until).sort(([a, { at: x }], [b, { at: y }]) => x - y || a - b)
        if (next === undefined) break
        timers.delete(next[0])
        now = Math.max(now, next[1].at)
        next[1].callback()
      }
      now = until
      await settle()
    },
  }
}

/** The real time, off by so much: a server whose clock is wrong. @param skewMs positive is ahead */
export function skewedClock(skewMs: number): { now(): number; setTimeout(callback: () => void, delayMs: number): { cancel(): void } } {
  return {
    now: () => Date.now() + skewMs,
    setTimeout(callback, delayMs) {
      const timer = setTimeout(callback, delayMs)
      timer.unref()
      return { cancel: () => clearTimeout(timer) }
    },
  }
}
