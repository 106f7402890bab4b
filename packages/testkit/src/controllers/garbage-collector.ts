// Dependents follow their owners: in the background, in the foreground, or left behind. Follows kubernetes `pkg/controller/garbagecollector`.
import type { ClusterApi, ResourceRef } from '../api-server/cluster-api.ts'
import { StatusError } from '../api-server/status-errors.ts'
import type { Clock, KubeObject, OwnerReference } from '../api-server/types.ts'

const foreground = 'foregroundDeletion'
const orphan = 'orphan'

interface Node {
  readonly resource: ResourceRef
  object: KubeObject
}

export function startGarbageCollector(api: ClusterApi, clock: Clock): () => void {
  const byUid = new Map<string, Node>()
  const dependents = new Map<string, Set<string>>()
  const waiting = new Set<string>()
  let isScheduled = false
  let isStopped = false

  const refOf = (object: KubeObject): ResourceRef | undefined => {
    const type = api.resourceOf(object)
    return type === undefined ? undefined : { group: type.group, plural: type.plural }
  }

  function index(object: KubeObject): void {
    const uid = object.metadata.uid
    const resource = refOf(object)
    if (uid === undefined || resource === undefined) return
    for (const { uid: owner } of byUid.get(uid)?.object.metadata.ownerReferences ?? []) dependents.get(owner)?.delete(uid)
    byUid.set(uid, { resource, object })
    for (const { uid: owner } of object.metadata.ownerReferences ?? []) {
      const set = dependents.get(owner) ?? new Set<string>()
      set.add(uid)
      dependents.set(owner, set)
    }
  }

  function forget(object: KubeObject): void {
    const uid = object.metadata.uid
    if (uid === undefined) return
    for (const { uid: owner } of object.metadata.ownerReferences ?? []) {
      dependents.get(owner)?.delete(uid)
      enqueue(owner)
    }
    byUid.delete(uid)
    for (const dependent of dependents.get(uid) ?? []) enqueue(dependent)
  }

  function enqueue(uid: string): void {
    waiting.add(uid)
    if (isScheduled || isStopped) return
    isScheduled = true
    setImmediate(() => {
      isScheduled = false
      if (isStopped) return
      const uids = [...waiting]
      waiting.clear()
      for (const next of uids) attempt(next)
    })
  }

  function attempt(uid: string): void {
    try {
      process(uid)
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      clock.setTimeout(() => enqueue(uid), 50)
    }
  }

  function process(uid: string): void {
    const node = byUid.get(uid)
    if (node === undefined) return
    const { namespace = '', name = '' } = node.object.metadata
    const object = api.get(node.resource, namespace, name)
    if (object === undefined || object.metadata.uid !== uid) return
    const finalizers = object.metadata.finalizers ?? []
    if (object.metadata.deletionTimestamp !== undefined) {
      if (finalizers.includes(orphan)) return orphanDependents(object)
      if (finalizers.includes(foreground)) return deleteDependents(node.resource, object)
      return
    }
    collect(node.resource, object)
  }

  /** An object all of whose owners are gone goes too; one that still has an owner loses the references to the others. */
  function collect(resource: ResourceRef, object: KubeObject): void {
    const references = object.metadata.ownerReferences ?? []
    if (references.length === 0) return
    const { namespace = '', name = '', uid } = object.metadata
    const solid = references.filter((reference) => isThere(reference, namespace))
    const goingInForeground = solid.filter(({ uid: owner }) => isGoingInForeground(owner))
    if (solid.length === 0) {
      const policy = (object.metadata.finalizers ?? []).includes(orphan)
        ? 'Orphan'
        : (object.metadata.finalizers ?? []).includes(foreground)
          ? 'Foreground'
          : 'Background'
      api.delete(resource, namespace, name, { propagationPolicy: policy, ...(uid === undefined ? {} : { uid }) })
    } else if (goingInForeground.length === solid.length) {
      api.delete(resource, namespace, name, {
        propagationPolicy: (dependents.get(uid ?? '')?.size ?? 0) > 0 ? 'Foreground' : 'Background',
        ...(uid === undefined ? {} : { uid }),
      })
    } else if (solid.length < references.length) api.store({ ...object, metadata: { ...object.metadata, ownerReferences: solid } })
  }

  function isThere(reference: OwnerReference, namespace: string): boolean {
    const owner = byUid.get(reference.uid)
    if (owner === undefined) return false
    // An owner in another namespace counts as missing.
    const home = owner.object.metadata.namespace ?? ''
    return (home === '' || home === namespace) && owner.object.metadata.name === reference.name
  }

  function isGoingInForeground(uid: string): boolean {
    const metadata = byUid.get(uid)?.object.metadata
    return metadata?.deletionTimestamp !== undefined && (metadata.finalizers ?? []).includes(foreground)
  }

  function orphanDependents(owner: KubeObject): void {
    for (const uid of dependents.get(owner.metadata.uid ?? '') ?? []) {
      const node = byUid.get(uid)
      if (node === undefined) continue
      const current = api.get(node.resource, node.object.metadata.namespace ?? '', node.object.metadata.name ?? '')
      if (current === undefined) continue
      const rest = (current.metadata.ownerReferences ?? []).filter(({ uid: other }) => other !== owner.metadata.uid)
      const { ownerReferences: _references, ...metadata } = current.metadata
      api.store({ ...current, metadata: rest.length === 0 ? metadata : { ...metadata, ownerReferences: rest } })
    }
    removeFinalizer(owner, orphan)
  }

  function deleteDependents(resource: ResourceRef, owner: KubeObject): void {
    const remaining = [...(dependents.get(owner.metadata.uid ?? '') ?? [])].filter((uid) => byUid.has(uid))
    for (const uid of remaining) enqueue(uid)
    const blocking = remaining.filter((uid) =>
      (byUid.get(uid)?.object.metadata.ownerReferences ?? []).some(
        ({ uid: reference, blockOwnerDeletion }) => reference === owner.metadata.uid && blockOwnerDeletion === true,
      ),
    )
    if (blocking.length === 0) removeFinalizer(owner, foreground)
    void resource
  }

  function removeFinalizer(object: KubeObject, finalizer: string): void {
    const rest = (object.metadata.finalizers ?? []).filter((entry) => entry !== finalizer)
    const { finalizers: _finalizers, ...metadata } = object.metadata
    api.store({ ...object, metadata: rest.length === 0 ? metadata : { ...metadata, finalizers: rest } })
  }

  const stop = api.watch(undefined, ({ type, object }) => {
    if (type === 'DELETED') {
      forget(object)
      return
    }
    index(object)
    const { uid, ownerReferences = [], deletionTimestamp } = object.metadata
    if (uid !== undefined && (ownerReferences.length > 0 || deletionTimestamp !== undefined)) enqueue(uid)
    if (deletionTimestamp !== undefined) for (const dependent of dependents.get(uid ?? '') ?? []) enqueue(dependent)
  })
  const seen = new Set<string>()
  for (const type of api.resources()) {
    if (seen.has(type.storage)) continue
    seen.add(type.storage)
    for (const object of api.list({ group: type.group, plural: type.plural })) index(object)
  }
  for (const [uid, { object }] of byUid) if ((object.metadata.ownerReferences ?? []).length > 0 || object.metadata.deletionTimestamp !== undefined) enqueue(uid)
  return () => {
    isStopped = true
    stop()
  }
}
