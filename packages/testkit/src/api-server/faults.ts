// Failure on demand: latency, refusals and dropped connections, by request.

/** A request as faults see it. */
export interface FaultRequest {
  readonly method: string
  readonly path: string
}

/** What to do with matching requests. */
export interface Fault {
  /** Default: every request. */
  readonly matches?: (request: FaultRequest) => boolean
  /** How many requests it hits before it is over. Default: until it is removed. */
  readonly times?: number
  readonly latencyMs?: number
  /** Answer with this status instead of working. */
  readonly status?: number
  /** With status 429. */
  readonly retryAfterSeconds?: number
  /** Drop the connection: before the request is carried out, or after it, before the answer. */
  readonly drop?: 'before' | 'after'
}

/** Faults that are in force. */
export interface Faults {
  add(fault: Fault): () => void
  clear(): void
  /** The first fault that hits a request, counted as used. */
  take(request: FaultRequest): Fault | undefined
}

export function createFaults(): Faults {
  const active = new Map<Fault, number>()
  return {
    add(fault) {
      active.set(fault, fault.times ?? Infinity)
      return () => void active.delete(fault)
    },
    clear: () => active.clear(),
    take(request) {
      for (const [fault, left] of active) {
        if (fault.matches?.(request) === false) continue
        if (left <= 1) active.delete(fault)
        else active.set(fault, left - 1)
        return fault
      }
      return undefined
    },
  }
}
