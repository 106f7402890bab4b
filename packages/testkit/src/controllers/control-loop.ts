// What every controller is built on: keys that changed are looked at again, one after the other, until the state is as it should be.
import type { ApiChange, ClusterApi, ResourceRef } from '../api-server/cluster-api.ts'
import { StatusError } from '../api-server/status-errors.ts'
import type { Clock, KubeObject } from '../api-server/types.ts'

/** One controller. */
export interface ControlLoop {
  readonly api: ClusterApi
  readonly clock: Clock
  /** The resource whose objects it looks after. */
  readonly resource: ResourceRef
  /** Other resources whose changes concern objects of it. */
  readonly dependents?: readonly Dependent[]
  /** Bring one object to its state. A number asks to look again after so many milliseconds. */
  reconcile(object: KubeObject, loop: ControlContext): number | undefined | void
  /** The object of a key is gone. */
  onGone?(namespace: string, name: string): void
}

/** Another resource, and the keys of the objects that a change of it concerns. */
export interface Dependent {
  readonly resource: ResourceRef
  keysOf(object: KubeObject, type: ApiChange['type']): readonly string[]
}

/** What a reconciliation may use. */
export interface ControlContext {
  readonly api: ClusterApi
  readonly clock: Clock
  now(): number
}

const retryMs = 20

/** Start a controller; returns a function that stops it. */
export function startControlLoop(loop: ControlLoop): () => void {
  const { api, clock } = loop
  const waiting = new Set<string>()
  const timers = new Map<string, { cancel(): void }>()
  let isScheduled = false
  let isStopped = false
  const context: ControlContext = { api, clock, now: () => clock.now() }

  function enqueue(key: string): void {
    waiting.add(key)
    if (isScheduled || isStopped) return
    isScheduled = true
    // A turn of its own, so that what belongs to one request is seen together.
    setImmediate(drain)
  }

  function drain(): void {
    isScheduled = false
    if (isStopped) return
    const keys = [...waiting]
    waiting.clear()
    for (const key of keys) work(key)
  }

  function work(key: string): void {
    const slash = key.indexOf('/')
    const [namespace, name] = [key.slice(0, slash), key.slice(slash + 1)]
    let again: number | undefined | void
    try {
      const object = api.get(loop.resource, namespace, name)
      if (object === undefined) loop.onGone?.(namespace, name)
      else again = loop.reconcile(object, context)
    } catch (error) {
      // Conflicts and refusals are tried again, as every controller does.
      if (!(error instanceof StatusError)) throw error
      again = retryMs
    }
    if (typeof again !== 'number') return
    timers.get(key)?.cancel()
    timers.set(
      key,
      clock.setTimeout(() => {
        timers.delete(key)
        enqueue(key)
      }, again),
    )
  }

  const stops = [
    api.watch(loop.resource, ({ object }) => enqueue(keyOf(object))),
    ...(loop.dependents ?? []).map((dependent) =>
      api.watch(dependent.resource, ({ type, object, previous }) => {
        for (const changed of [object, previous]) {
          if (changed !== undefined) for (const key of dependent.keysOf(changed, type)) enqueue(key)
        }
      }),
    ),
  ]
  for (const object of api.list(loop.resource)) enqueue(keyOf(object))
  return () => {
    isStopped = true
    for (const stop of stops) stop()
    for (const timer of timers.values()) timer.cancel()
  }
}

/** `namespace/name` */
export function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`
}

/** Key of the controller that owns an object, when it is of a kind. */
export function controllerKeysOf(kind: string): (object: KubeObject) => readonly string[] {
  return ({ metadata }) => {
    const owner = (metadata.ownerReferences ?? []).find((reference) => reference.controller === true && reference.kind === kind)
    return owner === undefined ? [] : [`${metadata.namespace ?? ''}/${owner.name}`]
  }
}
