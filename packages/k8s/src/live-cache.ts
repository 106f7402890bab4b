// Live state by watches: whole objects for what is tracked, identity and metadata for the rest.
import { keyOf, kindKeyOf, resourceIdOf, trackedApplicationOf, trackingAnnotation } from '@plumbline/core'
import type { ApiResource, GroupKind, KubernetesObject, LiveChange, LiveState, Logger, ResourceId, TrackingSettings } from '@plumbline/core'
import type { Discovery } from './discovery.ts'
import type { HttpClient } from './http.ts'
import { pathOf } from './paths.ts'
import { startReflector } from './reflector.ts'
import type { Reflector } from './reflector.ts'
import { stripManagedFields } from './strip-managed-fields.ts'

/** What the cache needs. */
export interface LiveCacheOptions {
  readonly http: HttpClient
  readonly discovery: Discovery
  readonly tracking: TrackingSettings
  readonly logger: Logger
  read(id: ResourceId, signal?: AbortSignal): Promise<KubernetesObject | undefined>
}

/** Live state that can be closed. */
export interface LiveCache extends LiveState {
  /** Objects held, and how many of them whole. */
  size(): { readonly objects: number; readonly whole: number }
  close(): void
}

interface Entry {
  readonly object: KubernetesObject
  readonly isWhole: boolean
  readonly application: string | undefined
}

interface KindWatch {
  readonly reflector: Reflector
  readonly keys: Set<string>
}

/** Kinds whose status decides health or images are needed whole only when tracked. */
const slimMembers = ['name', 'namespace', 'uid', 'resourceVersion', 'ownerReferences', 'deletionTimestamp', 'finalizers', 'annotations', 'labels'] as const

/** Create the cache; it watches nothing until `observe`. */
export function createLiveCache(options: LiveCacheOptions): LiveCache {
  const entries = new Map<string, Entry>()
  const byApplication = new Map<string, Map<string, KubernetesObject>>()
  const byNamespace = new Map<string, Map<string, KubernetesObject>>()
  const watches = new Map<string, Promise<KindWatch | undefined>>()
  const listeners = new Set<(change: LiveChange) => void>()
  const keepMark = options.tracking.method === 'label' ? options.tracking.labelKey : trackingAnnotation

  function store(key: string, entry: Entry | undefined): Entry | undefined {
    const before = entries.get(key)
    if (before?.application !== undefined) byApplication.get(before.application)?.delete(key)
    place(byNamespace, (entry ?? before)?.object.metadata.namespace, key, entry?.object)
    if (entry === undefined) entries.delete(key)
    else {
      entries.set(key, entry)
      place(byApplication, entry.application, key, entry.object)
    }
    return before
  }

  function entryOf(object: KubernetesObject): Entry {
    const application = trackedApplicationOf(object, options.tracking)
    return application === undefined ? { object: slim(object), isWhole: false, application } : { object, isWhole: true, application }
  }

  function put(object: KubernetesObject, keys: Set<string> | undefined): void {
    const id = resourceIdOf(object)
    const key = keyOf(id)
    keys?.add(key)
    const held = entries.get(key)
    // The watch may be behind an answer that was accepted before it.
    if (held !== undefined && held.object.metadata.uid === object.metadata.uid && isNotNewer(object, held.object)) return
    const entry = entryOf(object)
    const before = store(key, entry)
    notify({ type: before === undefined ? 'added' : 'modified', id, object: entry.object, ...(before === undefined ? {} : { previous: before.object }) })
  }

  function remove(object: KubernetesObject, keys: Set<string>): void {
    const id = resourceIdOf(object)
    const key = keyOf(id)
    keys.delete(key)
    const held = entries.get(key)
    // A deletion that is told late must not remove an object made anew under the same name.
    if (held === undefined || (held.object.metadata.uid !== undefined && object.metadata.uid !== undefined && held.object.metadata.uid !== object.metadata.uid))
      return
    store(key, undefined)
    notify({ type: 'deleted', id, object: held.object, previous: held.object })
  }

  function notify(change: LiveChange): void {
    for (const listener of listeners) listener(change)
  }

  async function watch(kind: GroupKind): Promise<KindWatch | undefined> {
    const resource = await options.discovery.resourceOf(kind)
    if (resource === undefined || !resource.verbs.includes('list') || !resource.verbs.includes('watch')) return undefined
    const keys = new Set<string>()
    const reflector = startReflector(
      {
        http: options.http,
        path: pathOf(resource, ''),
        apiVersion: apiVersionOf(resource),
        kind: resource.kind,
        logger: options.logger,
        prepare: (text) => stripManagedFields(text, keepMark),
      },
      {
        replace(objects) {
          const gone = new Set(keys)
          for (const object of objects) {
            gone.delete(keyOf(resourceIdOf(object)))
            put(object, keys)
          }
          for (const key of gone) {
            const entry = entries.get(key)
            if (entry !== undefined) remove(entry.object, keys)
          }
        },
        apply: (type, object) => (type === 'DELETED' ? remove(object, keys) : put(object, keys)),
      },
    )
    await reflector.synced
    return { reflector, keys }
  }

  return {
    async observe(kinds) {
      await Promise.all(
        kinds.map(async (kind) => {
          const key = kindKeyOf(kind)
          let watching = watches.get(key)
          if (watching === undefined) {
            watching = watch(kind)
            watches.set(key, watching)
            // An unknown or refused kind is looked for again the next time.
            watching.then(
              (found) => found ?? watches.delete(key),
              () => watches.delete(key),
            )
          }
          await watching.catch((error: unknown) =>
            options.logger.log('warning', `${key} is not watched: ${error instanceof Error ? error.message : String(error)}`),
          )
        }),
      )
    },
    get: (id) => entries.get(keyOf(id))?.object,
    async load(id, signal) {
      const held = entries.get(keyOf(id))
      if (held?.isWhole === true) return held.object
      if (held === undefined && watches.has(kindKeyOf(id))) return undefined
      return options.read(id, signal)
    },
    trackedBy: (application) => [...(byApplication.get(application)?.values() ?? [])],
    inNamespace: (namespace) => [...(byNamespace.get(namespace)?.values() ?? [])],
    accept(object) {
      if (object.metadata.uid === undefined || object.metadata.resourceVersion === undefined) return
      const key = keyOf(resourceIdOf(object))
      const held = entries.get(key)
      if (held !== undefined && held.object.metadata.uid === object.metadata.uid && isNotNewer(object, held.object)) return
      if (watches.has(kindKeyOf(resourceIdOf(object)))) put(object, undefined)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    size() {
      let whole = 0
      for (const { isWhole } of entries.values()) if (isWhole) whole++
      return { objects: entries.size, whole }
    },
    close() {
      for (const watching of watches.values()) void watching.then((found) => found?.reflector.stop()).catch(() => undefined)
      watches.clear()
      listeners.clear()
    },
  }
}

/** Put an object into an index, or take it out. */
function place(index: Map<string, Map<string, KubernetesObject>>, name: string | undefined, key: string, object: KubernetesObject | undefined): void {
  if (name === undefined) return
  const objects = index.get(name) ?? new Map<string, KubernetesObject>()
  if (object === undefined) objects.delete(key)
  else objects.set(key, object)
  if (objects.size === 0) index.delete(name)
  else index.set(name, objects)
}

/** Versions are opaque, but in every server so far they are numbers that grow; anything else counts as newer. */
function isNotNewer(a: KubernetesObject, b: KubernetesObject): boolean {
  const [left, right] = [Number(a.metadata.resourceVersion), Number(b.metadata.resourceVersion)]
  return Number.isFinite(left) && Number.isFinite(right) && left <= right
}

function slim(object: KubernetesObject): KubernetesObject {
  const metadata = Object.fromEntries(slimMembers.flatMap((member) => (object.metadata[member] === undefined ? [] : [[member, object.metadata[member]]])))
  return { apiVersion: object.apiVersion, kind: object.kind, metadata }
}

function apiVersionOf({ group, version }: ApiResource): string {
  return group === '' ? version : `${group}/${version}`
}
