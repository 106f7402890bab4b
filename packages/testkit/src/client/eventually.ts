// Waits for a cluster to come to a state: looks whenever something is stored, never by a timer of its own.
import type { Storage } from '../api-server/storage.ts'

/** How long to wait. */
export interface EventuallyOptions {
  /** Milliseconds of real time; default 5000. */
  readonly timeoutMs?: number
}

const defaultTimeoutMs = 5000

/**
 * Resolve with the first value of `check` that is neither `false`, `null` nor undefined; a check that throws is asked again.
 * @throws {Error} after the time, with the last failure as its cause
 */
export function eventually<T>(
  storage: Storage,
  check: () => T | Promise<T>,
  { timeoutMs = defaultTimeoutMs }: EventuallyOptions = {},
): Promise<NonNullable<T>> {
  return new Promise((resolve, reject) => {
    let failure: unknown
    let isRunning = false
    let isStale = false
    let isOver = false
    const end = (act: () => void): void => {
      if (isOver) return
      isOver = true
      unsubscribe()
      clearTimeout(timer)
      act()
    }
    async function look(): Promise<void> {
      if (isOver) return
      // What changes during a check is looked at after it.
      if (isRunning) {
        isStale = true
        return
      }
      isRunning = true
      try {
        const value = await check()
        failure = new Error(`the check gave ${JSON.stringify(value)}`)
        if (value !== false && value !== null && value !== undefined) end(() => resolve(value))
      } catch (error) {
        failure = error
      }
      isRunning = false
      if (isStale) {
        isStale = false
        setImmediate(() => void look())
      }
    }
    const unsubscribe = storage.subscribe(undefined, () => setImmediate(() => void look()))
    const timer = setTimeout(() => {
      const reason = failure instanceof Error ? failure.message : 'the check did not end'
      end(() => reject(new Error(`not within ${timeoutMs} ms: ${reason}`, { cause: failure })))
    }, timeoutMs)
    void look()
  })
}
