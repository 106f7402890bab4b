// Watches: from a version on, with selectors, bookmarks and initial events; slow readers are cut off.
import { compareText } from './storage.ts'
import { zeroValueOf } from '@plumbline/schema'
import type { Storage, Stored, StoreEvent } from './storage.ts'
import type { ResourceType } from './resource-type.ts'
import { expired } from './status-errors.ts'
import type { StatusError } from './status-errors.ts'
import { isObject } from './types.ts'
import type { Clock, JsonObject, KubeObject } from './types.ts'

/** What is watched. */
export interface WatchRequest {
  readonly type: ResourceType
  /** Undefined for all namespaces. */
  readonly namespace: string | undefined
  readonly selects: (object: KubeObject) => boolean
  readonly resourceVersion: string
  readonly allowBookmarks: boolean
  readonly sendInitialEvents: boolean
  readonly timeoutMs: number | undefined
}

/** Receives lines of a watch. */
export interface WatchSink {
  /** `object` is stored and shared; answers false when the reader cannot keep up. */
  event(type: 'ADDED' | 'MODIFIED' | 'DELETED', stored: Stored): boolean
  bookmark(object: JsonObject): void
  error(status: StatusError): void
  end(): void
}

/** Open watches. */
export interface WatchHub {
  open(request: WatchRequest, sink: WatchSink): () => void
  /** End every watch, or those of a storage, as a restart would. */
  closeAll(storage?: string): void
}

const bookmarkIntervalMs = 60_000
const initialEventsEnd = 'k8s.io/initial-events-end'

export function createWatchHub(storage: Storage, clock: Clock): WatchHub {
  const open = new Map<() => void, string>()

  return {
    open(request, sink) {
      const { type, selects } = request
      const isIn = (entry: Stored): boolean => (request.namespace === undefined || entry.namespace === request.namespace) && selects(entry.object)
      let unsubscribe = (): void => undefined
      const timers: { cancel(): void }[] = []
      let isOver = false
      const close = (): void => {
        if (isOver) return
        isOver = true
        unsubscribe()
        for (const timer of timers) timer.cancel()
        open.delete(close)
        sink.end()
      }
      const send = (event: StoreEvent): void => {
        const was = event.previous !== undefined && isIn(event.previous)
        const is = event.type !== 'DELETED' && isIn(event.current)
        if (!was && !is) return
        const kind = was && is ? 'MODIFIED' : is ? 'ADDED' : 'DELETED'
        // An object that leaves the selection is deleted with its old content and the new version.
        const shown = kind === 'DELETED' && event.type !== 'DELETED' && event.previous !== undefined ? versioned(event.previous, event.version) : event.current
        if (!sink.event(kind, shown)) close()
      }
      const bookmark = (annotations?: JsonObject): void =>
        sink.bookmark({
          kind: type.kind,
          apiVersion: type.apiVersion,
          // Typed bookmarks come with everything that an empty object of the kind has.
          ...(type.defined === undefined && type.schema?.kind === 'object' ? emptyObjectOf(type) : {}),
          metadata: { resourceVersion: String(storage.version()), ...(annotations === undefined ? {} : { annotations }) },
        })

      open.set(close, type.storage)
      const isFromNow = request.resourceVersion === '' || request.resourceVersion === '0'
      const withInitial = request.sendInitialEvents || isFromNow
      if (withInitial) {
        for (const entry of storage.list(type.storage, request.namespace)) if (isIn(entry) && !sink.event('ADDED', entry)) close()
        if (request.allowBookmarks && (request.sendInitialEvents || isFromNow)) bookmark({ [initialEventsEnd]: 'true' })
      } else {
        const events = storage.eventsSince(type.storage, Number(request.resourceVersion))
        if (events === undefined) {
          sink.error(expired(`too old resource version: ${request.resourceVersion} (${storage.oldestVersion(type.storage)})`))
          close()
          return close
        }
        for (const event of [...events].sort((a, b) => a.version - b.version)) send(event)
      }
      if (isOver) return close
      unsubscribe = storage.subscribe(type.storage, (event) => {
        if (Number(request.resourceVersion) < event.version) send(event)
      })
      if (request.timeoutMs !== undefined) timers.push(clock.setTimeout(close, request.timeoutMs))
      if (request.allowBookmarks) {
        const again = (): void => {
          if (isOver) return
          bookmark()
          timers.push(clock.setTimeout(again, bookmarkIntervalMs))
        }
        timers.push(clock.setTimeout(again, bookmarkIntervalMs))
      }
      return close
    },
    closeAll(only) {
      for (const [close, name] of [...open].sort(([, a], [, b]) => compareText(a, b))) if (only === undefined || name === only) close()
    },
  }
}

function versioned(stored: Stored, version: number): Stored {
  return { ...stored, object: { ...stored.object, metadata: { ...stored.object.metadata, resourceVersion: String(version) } }, version, json: new Map() }
}

const selectingKinds = new Set(['apps/Deployment', 'apps/ReplicaSet', 'apps/StatefulSet', 'apps/DaemonSet'])
const counting = new Set(['apps/Deployment', 'apps/ReplicaSet', 'apps/StatefulSet', '/ReplicationController'])

/** An empty object as the server writes it. Numbers that its own form holds as such come out as zero, though their schema calls them optional. */
function emptyObjectOf(type: ResourceType): JsonObject {
  const empty = type.schema?.kind === 'object' ? (zeroValueOf(type.schema) as JsonObject) : {}
  const key = `${type.group}/${type.kind}`
  if (!isObject(empty['spec'])) return empty
  const spec = { ...empty['spec'], ...(counting.has(key) ? { replicas: 0 } : {}), ...(selectingKinds.has(key) ? { selector: null } : {}) }
  return { ...empty, spec }
}
