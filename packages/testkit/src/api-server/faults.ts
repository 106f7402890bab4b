// Failure on demand: latency, refusals, dropped connections and stale reads, by request.

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
  /** Which share of the matching requests it hits, from 0 to 1, by the cluster's seed. Default: all. */
  readonly share?: number
  readonly latencyMs?: number
  /** Answer with this status instead of working. */
  readonly status?: number
  /** With status 429. */
  readonly retryAfterSeconds?: number
  /** Drop the connection: before the request is carried out, or after it, before the answer. */
  readonly drop?: 'before' | 'after'
  /** Answer reads from the state at the time this fault was added, as a server does whose cache has fallen behind. */
  readonly isStale?: boolean
}

/** A fault that hits a request, and the state that stale reads see. */
export interface ActiveFault extends Fault {
  readonly state: unknown
}

/** Faults that are in force. */
export interface Faults {
  add(fault: Fault): () => void
  clear(): void
  /** The first fault that hits a request, counted as used. */
  take(request: FaultRequest): ActiveFault | undefined
}

/**
 * @param stateNow what stale reads will see
 * @param seed decides which requests a share hits
 */
export function createFaults(stateNow: () => unknown, seed: number): Faults {
  const active = new Map<ActiveFault, number>()
  let random = seed >>> 0
  /** A number in [0, 1) (xorshift). */
  function next(): number {
    random ^= random << 13
    random ^= random >>> 17
    random = (random ^ (random << 5)) >>> 0
    return random / 2 ** 32
  }
  return {
    add(fault) {
      const entry = { ...fault, state: fault.isStale === true ? stateNow() : undefined }
      active.set(entry, fault.times ?? Infinity)
      return () => void active.delete(entry)
    },
    clear: () => active.clear(),
    take(request) {
      for (const [fault, left] of active) {
        if (fault.matches?.(request) === false || (fault.share !== undefined && next() >= fault.share)) continue
        if (left <= 1) active.delete(fault)
        else active.set(fault, left - 1)
        return fault
      }
      return undefined
    },
  }
}
