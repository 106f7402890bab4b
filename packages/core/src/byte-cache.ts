// Keeps what was used last, up to a number of bytes.

/** A bounded cache. */
export interface ByteCache<Value> {
  get(key: string): Value | undefined
  /** What is there already is replaced. @param bytes rough size of the value */
  set(key: string, value: Value, bytes: number): void
}

/** Create a cache; a value larger than a quarter of the bound is not kept. */
export function createByteCache<Value>(maxBytes: number): ByteCache<Value> {
  const entries = new Map<string, { readonly value: Value; readonly bytes: number }>()
  let total = 0
  return {
    get(key) {
      const entry = entries.get(key)
      if (entry === undefined) return undefined
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    set(key, value, bytes) {
      total -= entries.get(key)?.bytes ?? 0
      entries.delete(key)
      if (bytes > maxBytes / 4) return
      entries.set(key, { value, bytes })
      total += bytes
      for (const [oldest, entry] of entries) {
        if (total <= maxBytes) break
        entries.delete(oldest)
        total -= entry.bytes
      }
    },
  }
}
