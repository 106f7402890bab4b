// Keyed work: a key is worked on by one worker at a time, asked for again while it waits it is merged, asked for while it runs it runs once more.
import type { Clock } from '../ports/clock.ts'

/** A queue of keys with a payload each. */
export interface WorkQueue<Payload> {
  /** Ask for work on a key, at once or after a delay. An earlier time wins; payloads are merged. */
  add(key: string, payload: Payload, delayMs?: number): void
  /** Drop what waits for a key. */
  remove(key: string): void
  /** Resolves when nothing runs and nothing is due; delayed keys do not count. */
  idle(): Promise<void>
  /** Take nothing new; resolves when what runs has ended. */
  stop(): Promise<void>
  readonly size: number
}

/** Options of a queue. */
export interface WorkQueueOptions<Payload> {
  readonly clock: Clock
  readonly concurrency: number
  work(key: string, payload: Payload): Promise<void>
  merge(waiting: Payload, added: Payload): Payload
  onError(key: string, error: unknown): void
}

/** Create a queue: first come, first served across keys. */
export function createWorkQueue<Payload>(options: WorkQueueOptions<Payload>): WorkQueue<Payload> {
  const ready = new Map<string, Payload>()
  const delayed = new Map<string, { payload: Payload; at: number; cancel: () => void }>()
  const running = new Set<string>()
  const idleWaiters = new Set<() => void>()
  let isStopped = false

  function pump(): void {
    if (!isStopped) {
      for (const [key, payload] of ready) {
        if (running.size >= options.concurrency) break
        if (running.has(key)) continue
        ready.delete(key)
        running.add(key)
        void run(key, payload)
      }
    }
    if (running.size === 0 && (isStopped || ready.size === 0)) {
      for (const wake of idleWaiters) wake()
      idleWaiters.clear()
    }
  }

  async function run(key: string, payload: Payload): Promise<void> {
    try {
      await options.work(key, payload)
    } catch (error) {
      options.onError(key, error)
    } finally {
      running.delete(key)
      pump()
    }
  }

  function makeReady(key: string, payload: Payload): void {
    const waiting = ready.get(key)
    ready.set(key, waiting === undefined ? payload : options.merge(waiting, payload))
    pump()
  }

  const idle = (): Promise<void> =>
    new Promise((resolve) => {
      idleWaiters.add(resolve)
      pump()
    })

  return {
    add(key, payload, delayMs = 0) {
      if (isStopped) return
      const waiting = delayed.get(key)
      if (delayMs <= 0) {
        waiting?.cancel()
        delayed.delete(key)
        makeReady(key, waiting === undefined ? payload : options.merge(waiting.payload, payload))
        return
      }
      const at = Math.min(waiting?.at ?? Infinity, options.clock.now() + delayMs)
      waiting?.cancel()
      const merged = waiting === undefined ? payload : options.merge(waiting.payload, payload)
      const cancel = options.clock.after(at - options.clock.now(), () => {
        delayed.delete(key)
        makeReady(key, merged)
      })
      delayed.set(key, { payload: merged, at, cancel })
    },
    remove(key) {
      delayed.get(key)?.cancel()
      delayed.delete(key)
      ready.delete(key)
    },
    idle,
    async stop() {
      isStopped = true
      for (const { cancel } of delayed.values()) cancel()
      delayed.clear()
      ready.clear()
      await idle()
    },
    get size() {
      return ready.size + delayed.size + running.size
    },
  }
}
