// Keeps the registry in step with stored CustomResourceDefinitions: establishes them, serves their kinds, and clears away what goes with them.
import { randomUUID } from 'node:crypto'
import { definedTypes, isEstablished, statusOfDefinition, withCondition } from './crd.ts'
import type { ResourceType } from './resource-type.ts'
import type { Registry } from './resources.ts'
import type { Storage } from './storage.ts'
import { formatTime, isEqual, objectOf } from './types.ts'
import type { Clock, JsonObject, KubeObject } from './types.ts'
import type { WatchHub } from './watch.ts'
import { cleanupFinalizer } from './write.ts'
import type { Writer } from './write.ts'

const storageName = 'apiextensions.k8s.io/customresourcedefinitions'

/** Begin; definitions that are stored already are taken up at once. */
export function followDefinitions(storage: Storage, registry: Registry, writer: Writer, watches: WatchHub, clock: Clock): void {
  const crdType = registry.findByKind('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition')
  if (crdType === undefined) return
  const now = (): string => formatTime(clock.now())
  const options = { fieldManager: 'kube-apiserver', isManagerExplicit: true, dryRun: false, fieldValidation: 'Ignore' } as const

  function updateStatus(definition: KubeObject, status: JsonObject): KubeObject {
    if (crdType === undefined || isEqual(definition['status'] ?? {}, status)) return definition
    const user = { name: 'system:apiserver', groups: [] }
    return writer.update(crdType, '', definition.metadata.name ?? '', 'status', { ...definition, status }, { ...options, user, warnings: [] }).object
  }

  function establish(definition: KubeObject): void {
    const name = definition.metadata.name ?? ''
    const group = objectOf(definition['spec'])['group']
    const others = storage
      .list(storageName, undefined)
      .map(({ object }) => object)
      .filter((other) => other.metadata.name !== name && objectOf(other['spec'])['group'] === group)
    const established = updateStatus(definition, statusOfDefinition(definition, others, now()))
    if (!isEstablished(established)) return
    const types = definedTypes(established)
    const [first] = types
    if (first !== undefined && registry.findAny(first.group, first.plural) === undefined) storage.begin(first.storage)
    registry.define(name, types)
    for (const type of types) announce(type)
  }

  /** The aggregator lists every served group version as an APIService. */
  function announce({ group, version }: ResourceType): void {
    const name = `${version}.${group}`
    const type = registry.findByKind('apiregistration.k8s.io', 'v1', 'APIService')
    if (type === undefined || storage.get(type.storage, '', name) !== undefined) return
    writer.store(type, {
      apiVersion: type.apiVersion,
      kind: type.kind,
      metadata: { name, uid: randomUUID(), creationTimestamp: now(), labels: { 'kube-aggregator.kubernetes.io/automanaged': 'true' } },
      spec: { group, version, groupPriorityMinimum: 1000, versionPriority: 100 },
      status: {
        conditions: [{ type: 'Available', status: 'True', lastTransitionTime: now(), reason: 'Local', message: 'Local APIServices are always available' }],
      },
    })
  }

  function withdraw({ group, version }: ResourceType): void {
    const type = registry.findByKind('apiregistration.k8s.io', 'v1', 'APIService')
    if (type !== undefined && !registry.hasGroupVersion(group, version)) storage.remove(type.storage, '', `${version}.${group}`)
  }

  /** All objects of the definition go, then the definition. */
  function finish(definition: KubeObject): void {
    const name = definition.metadata.name ?? ''
    const finalizers = definition.metadata.finalizers ?? []
    if (!finalizers.includes(cleanupFinalizer) || crdType === undefined) return
    const status = objectOf(definition['status'])
    updateStatus(definition, withCondition(status, 'Terminating', 'True', 'InstanceDeletionInProgress', 'CustomResource deletion is in progress', now()))
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
      const gone = definedTypes(definition)
      queueMicrotask(() => gone.forEach(withdraw))
      if (type !== undefined) watches.closeAll(type.storage)
      // Names that were taken may be free now.
      queueMicrotask(() => {
        for (const { object } of storage.list(storageName, undefined)) if (!isEstablished(object)) establish(object)
      })
      return
    }
    queueMicrotask(() => {
      const current = storage.get(storageName, '', definition.metadata.name ?? '')?.object
      if (current === undefined) return
      establish(current)
      const next = storage.get(storageName, '', definition.metadata.name ?? '')?.object
      if (next?.metadata.deletionTimestamp !== undefined) finish(next)
    })
  })
  for (const { object } of storage.list(storageName, undefined)) establish(object)
}
