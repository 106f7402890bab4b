// Keeps the registry in step with stored CustomResourceDefinitions: establishes them, serves their kinds, and clears away what goes with them.
import { definedTypes, establishedStatus } from './crd.ts'
import type { Registry } from './resources.ts'
import type { Storage } from './storage.ts'
import { formatTime, isEqual, objectOf } from './types.ts'
import type { Clock, KubeObject } from './types.ts'
import type { WatchHub } from './watch.ts'
import type { Writer } from './write.ts'

const storageName = 'apiextensions.k8s.io/customresourcedefinitions'
const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io'

/** Begin; definitions that are stored already are taken up at once. */
export function followDefinitions(storage: Storage, registry: Registry, writer: Writer, watches: WatchHub, clock: Clock): void {
  const crdType = registry.findByKind('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition')
  if (crdType === undefined) return

  function establish(definition: KubeObject): void {
    const name = definition.metadata.name ?? ''
    const types = definedTypes(definition)
    const [first] = types
    if (first !== undefined && registry.findAny(first.group, first.plural) === undefined) storage.begin(first.storage)
    registry.define(name, types)
    const status = establishedStatus(definition, formatTime(clock.now()))
    const finalizers = definition.metadata.finalizers ?? []
    const withFinalizer =
      finalizers.includes(cleanupFinalizer) || definition.metadata.deletionTimestamp !== undefined
        ? definition
        : { ...definition, metadata: { ...definition.metadata, finalizers: [...finalizers, cleanupFinalizer] } }
    const next = { ...withFinalizer, status: { ...objectOf(definition['status']), ...status } }
    if (!isEqual(next, definition) && crdType !== undefined) writer.store(crdType, next)
  }

  /** All objects of the definition go, then the definition. */
  function finish(definition: KubeObject): void {
    const name = definition.metadata.name ?? ''
    const finalizers = definition.metadata.finalizers ?? []
    if (!finalizers.includes(cleanupFinalizer) || crdType === undefined) return
    const [type] = definedTypes(definition)
    if (type !== undefined) {
      for (const entry of storage.list(type.storage, undefined)) {
        if (entry.object.metadata.deletionTimestamp === undefined)
          writer.delete(type, entry.namespace, entry.name, { dryRun: false, propagationPolicy: 'Background' })
      }
      // Objects with finalizers of their own hold the definition.
      if (storage.list(type.storage, undefined).length > 0) return
    }
    const current = storage.get(storageName, '', name)?.object
    if (current !== undefined)
      writer.store(crdType, {
        ...current,
        metadata: { ...current.metadata, finalizers: (current.metadata.finalizers ?? []).filter((entry) => entry !== cleanupFinalizer) },
      })
  }

  storage.subscribe(undefined, (event) => {
    if (event.storage !== storageName) {
      if (event.type !== 'DELETED') return
      const owner = registry.ofStorage(event.storage)
      if (owner?.defined?.isTerminating !== true) return
      const definition = storage.get(storageName, '', `${owner.plural}.${owner.group}`)?.object
      if (definition !== undefined) queueMicrotask(() => finish(definition))
      return
    }
    const definition = event.current.object
    if (event.type === 'DELETED') {
      const [type] = definedTypes(definition)
      registry.undefine(definition.metadata.name ?? '')
      if (type !== undefined) watches.closeAll(type.storage)
      return
    }
    queueMicrotask(() => {
      const current = storage.get(storageName, '', definition.metadata.name ?? '')?.object
      if (current === undefined) return
      establish(current)
      if (current.metadata.deletionTimestamp !== undefined) finish(current)
    })
  })
  for (const { object } of storage.list(storageName, undefined)) establish(object)
}
