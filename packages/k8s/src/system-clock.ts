// The host's clock as core's port.
import type { Clock } from '@plumbline/core'

// Longer timers fire at once in Node.
const maxTimerMs = 2 ** 31 - 1

/** Real time. Timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, delayMs), maxTimerMs))
    timer.unref()
    return () => clearTimeout(timer)
  },
}
