// The store: objects by resource, one counter of versions, and the recent history that watches and pages read.
import type { KubeObject } from './types.ts'

/** One stored version of an object. Never changed after it was stored. */
export interface Stored {
  readonly key: string
  readonly namespace: string
  readonly name: string
  readonly object: KubeObject
  readonly version: number
  /** Serialised forms by apiVersion, filled on first use. */
  readonly json: Map<string, string>
}

export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly storage: string
  readonly version: number
  /** The object after the change; of a deletion its last state with the version of the deletion. */
  readonly current: Stored
  readonly previous: Stored | undefined
}

export interface Storage {
  version(): number
  /** The oldest version from which a watch of this storage can still start. */
  oldestVersion(storage: string): number
  get(storage: string, namespace: string, name: string): Stored | undefined
  /** In key order (namespace, name); `namespace` undefined means all. */
  list(storage: string, namespace: string | undefined): Stored[]
  /** The list as it was at a version, or undefined when history does not reach back so far. */
  listAt(storage: string, namespace: string | undefined, version: number): Stored[] | undefined
  put(storage: string, object: KubeObject): Stored
  remove(storage: string, namespace: string, name: string, last?: KubeObject): Stored | undefined
  /** Events after a version, or undefined when history does not reach back so far. */
  eventsSince(storage: string, version: number): readonly StoreEvent[] | undefined
  /** Forget history: of one resource that begins now, or of all, as after a restart. */
  begin(storage?: string): void
  /** Listeners run within the write, in order of subscription; they must not write themselves. */
  subscribe(storage: string | undefined, listener: (event: StoreEvent) => void): () => void
  storages(): readonly string[]
  /** A copy that no later write changes, for reading. */
  frozen(): Storage
  load(entries: ReadonlyMap<string, readonly KubeObject[]>, version: number): void
}

interface Bucket {
  readonly objects: Map<string, Stored>
  sorted: Stored[] | undefined
}

interface Table {
  readonly buckets: Map<string, Bucket>
  readonly history: StoreEvent[]
  oldest: number
  readonly listeners: Set<(event: StoreEvent) => void>
}

const HISTORY_LIMIT = 8192

/** @param historyLimit events kept per resource. Default: 8192 */
export function createStorage(historyLimit: number = HISTORY_LIMIT): Storage {
  let version = 1
  let base = 0
  const tables = new Map<string, Table>()
  const listenersOfAll = new Set<(event: StoreEvent) => void>()

  function tableOf(storage: string): Table {
    let table = tables.get(storage)
    if (table === undefined) {
      table = { buckets: new Map(), history: [], oldest: base, listeners: new Set() }
      tables.set(storage, table)
    }
    return table
  }

  function bucketOf(table: Table, namespace: string): Bucket {
    let bucket = table.buckets.get(namespace)
    if (bucket === undefined) {
      bucket = { objects: new Map(), sorted: [] }
      table.buckets.set(namespace, bucket)
    }
    return bucket
  }

  function record(table: Table, event: StoreEvent): void {
    table.history.push(event)
    // Cut in halves, so that a full history costs nothing per write.
    if (table.history.length > historyLimit * 2) {
      const dropped = table.history.splice(0, table.history.length - historyLimit)
      table.oldest = dropped.at(-1)?.version ?? table.oldest
    }
    for (const listener of table.listeners) listener(event)
    for (const listener of listenersOfAll) listener(event)
  }

  function eventsSince(storage: string, since: number): readonly StoreEvent[] | undefined {
    const table = tableOf(storage)
    if (since < table.oldest) return undefined
    return table.history.slice(firstAfter(table.history, since))
  }

  function list(storage: string, namespace: string | undefined): Stored[] {
    const table = tables.get(storage)
    if (table === undefined) return []
    if (namespace !== undefined) {
      const bucket = table.buckets.get(namespace)
      return bucket === undefined ? [] : [...sortedOf(bucket)]
    }
    return [...table.buckets.keys()].sort(compareText).flatMap((name) => sortedOf(bucketOf(table, name)))
  }

  return {
    version: () => version,
    oldestVersion: (storage) => tableOf(storage).oldest,
    get: (storage, namespace, name) => tables.get(storage)?.buckets.get(namespace)?.objects.get(name),
    list,
    listAt(storage, namespace, at) {
      const events = eventsSince(storage, at)
      if (events === undefined) return undefined
      if (events.length === 0) return list(storage, namespace)
      const entries = new Map(list(storage, namespace).map((entry) => [entry.key, entry]))
      for (const event of events.toReversed()) {
        if (namespace !== undefined && event.current.namespace !== namespace) continue
        if (event.previous === undefined) entries.delete(event.current.key)
        else entries.set(event.current.key, event.previous)
      }
      return [...entries.values()].sort((a, b) => compareText(a.namespace, b.namespace) || compareText(a.name, b.name))
    },
    put(storage, object) {
      const table = tableOf(storage)
      const namespace = object.metadata.namespace ?? ''
      const name = object.metadata.name ?? ''
      const bucket = bucketOf(table, namespace)
      const previous = bucket.objects.get(name)
      version += 1
      const stored = storedOf({ ...object, metadata: { ...object.metadata, resourceVersion: String(version) } }, version)
      bucket.objects.set(name, stored)
      if (bucket.sorted !== undefined) place(bucket, previous, stored)
      record(table, { type: previous === undefined ? 'ADDED' : 'MODIFIED', storage, version, current: stored, previous })
      return stored
    },
    remove(storage, namespace, name, last) {
      const table = tableOf(storage)
      const bucket = table.buckets.get(namespace)
      const previous = bucket?.objects.get(name)
      if (bucket === undefined || previous === undefined) return undefined
      version += 1
      bucket.objects.delete(name)
      bucket.sorted = undefined
      if (bucket.objects.size === 0) table.buckets.delete(namespace)
      const object = last ?? previous.object
      const stored = storedOf({ ...object, metadata: { ...object.metadata, resourceVersion: String(version) } }, version)
      record(table, { type: 'DELETED', storage, version, current: stored, previous })
      return stored
    },
    eventsSince,
    begin(storage) {
      if (storage === undefined) base = version
      for (const table of storage === undefined ? tables.values() : [tableOf(storage)]) {
        table.history.length = 0
        table.oldest = version
      }
    },
    subscribe(storage, listener) {
      const listeners = storage === undefined ? listenersOfAll : tableOf(storage).listeners
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    storages: () => [...tables.keys()].sort(compareText),
    frozen() {
      const copy = createStorage(historyLimit)
      const objects = (table: Table): KubeObject[] => [...table.buckets.values()].flatMap((bucket) => sortedOf(bucket).map(({ object }) => object))
      copy.load(new Map([...tables].map(([storage, table]) => [storage, objects(table)])), version)
      return copy
    },
    load(entries, newVersion) {
      version = Math.max(version, newVersion)
      for (const table of tables.values()) {
        table.buckets.clear()
        table.history.length = 0
        table.oldest = version
      }
      for (const [storage, objects] of entries) {
        const table = tableOf(storage)
        table.oldest = version
        for (const object of objects) {
          const bucket = bucketOf(table, object.metadata.namespace ?? '')
          bucket.objects.set(object.metadata.name ?? '', storedOf(object, Number(object.metadata.resourceVersion ?? 0)))
          bucket.sorted = undefined
        }
      }
    },
  }
}

/** Order of UTF-16 code units, which for names (ASCII) is the order of etcd's keys. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function storedOf(object: KubeObject, version: number): Stored {
  const namespace = object.metadata.namespace ?? ''
  const name = object.metadata.name ?? ''
  return { key: `${namespace}/${name}`, namespace, name, object, version, json: new Map() }
}

function sortedOf(bucket: Bucket): Stored[] {
  bucket.sorted ??= [...bucket.objects.values()].sort((a, b) => compareText(a.name, b.name))
  return bucket.sorted
}

// Appending in order is the usual case of bulk creation; anything else sorts again on the next list.
function place(bucket: Bucket, previous: Stored | undefined, stored: Stored): void {
  const last = bucket.sorted?.at(-1)
  if (previous === undefined && (last === undefined || compareText(last.name, stored.name) < 0)) bucket.sorted?.push(stored)
  else bucket.sorted = undefined
}

function firstAfter(history: readonly StoreEvent[], version: number): number {
  let low = 0
  let high = history.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((history[middle]?.version ?? 0) <= version) low = middle + 1
    else high = middle
  }
  return low
}
