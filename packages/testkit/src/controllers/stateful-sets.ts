// StatefulSets keep pods with names and claims of their own, one after the other. Follows kubernetes `pkg/controller/statefulset/stateful_set_control.go`.
import { printed } from '@plumbline/schema'
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { StatusError } from '../api-server/status-errors.ts'
import { objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject, OwnerReference } from '../api-server/types.ts'
import { startControlLoop } from './control-loop.ts'
import { historyOf, templateOf, truncateHistory } from './controller-revisions.ts'
import { createRecorder } from './events.ts'
import type { RecordEvent } from './events.ts'
import { availabilityOf, controllerReference, isPodReady, numberAt, podFrom, pods, storeStatus } from './objects.ts'
import { claimed, concernedControllers } from './ownership.ts'

const statefulSets = { group: 'apps', plural: 'statefulsets' }
const claims = { group: '', plural: 'persistentvolumeclaims' }
const revisionLabel = 'controller-revision-hash'
const retryMs = 500

export function startStatefulSets(api: ClusterApi, clock: Clock): () => void {
  const record = createRecorder(api, clock, 'statefulset-controller')
  return startControlLoop({
    api,
    clock,
    resource: statefulSets,
    dependents: [{ resource: pods, keysOf: concernedControllers(api, statefulSets, 'StatefulSet') }],
    reconcile(set) {
      const labels = objectOf(valueAt(set, 'spec', 'selector', 'matchLabels')) as Record<string, string>
      const { current: update, all } = historyOf(api, set, labels, 'controller.kubernetes.io/hash')
      const currentName = printed(valueAt(set, 'status', 'currentRevision') ?? '')
      const current = all.find(({ metadata }) => metadata.name === currentName) ?? update
      const view: View = { api, set, record, current, update, now: clock.now() }
      let waitMs: number | undefined
      try {
        if (set.metadata.deletionTimestamp === undefined) waitMs = step(view)
      } catch (error) {
        if (!(error instanceof StatusError)) throw error
        waitMs = retryMs
      }
      report(view)
      const used = new Set([current, update].map(({ metadata }) => metadata.name))
      const running = new Set(membersOf(view).map(revisionOf))
      truncateHistory(api, set, all, ({ metadata }) => used.has(metadata.name) || running.has(metadata.name ?? ''))
      return waitMs
    },
  })
}

/** A set, and the two revisions between which it may be. */
interface View {
  readonly api: ClusterApi
  readonly set: KubeObject
  readonly record: RecordEvent
  readonly current: KubeObject
  readonly update: KubeObject
  readonly now: number
}

function revisionOf({ metadata }: KubeObject): string {
  return metadata.labels?.[revisionLabel] ?? ''
}

function ordinalOf({ metadata }: KubeObject): number {
  return Number((metadata.name ?? '').split('-').at(-1))
}

/** Pods that bear a name of the set. */
function membersOf({ api, set }: View): KubeObject[] {
  const prefix = `${set.metadata.name ?? ''}-`
  return claimed(api, pods, set).filter(({ metadata }) => (metadata.name ?? '').startsWith(prefix) && /^\d+$/.test((metadata.name ?? '').slice(prefix.length)))
}

function isGoing({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined
}

function isHealthy(pod: KubeObject): boolean {
  return valueAt(pod, 'status', 'phase') === 'Running' && isPodReady(pod)
}

/** One step; returns after how many milliseconds a pod will have been ready for long enough. */
function step(view: View): number | undefined {
  const { set } = view
  const wanted = numberAt(set, 'spec', 'replicas')
  const first = numberAt(set, 'spec', 'ordinals', 'start')
  const isOrdered = valueAt(set, 'spec', 'podManagementPolicy') !== 'Parallel'
  const members = membersOf(view)
  const held = new Map(members.map((pod) => [ordinalOf(pod), pod]))
  for (let ordinal = first; ordinal < first + wanted; ordinal++) {
    let pod = held.get(ordinal)
    const phase = valueAt(pod, 'status', 'phase')
    if (pod !== undefined && (phase === 'Failed' || phase === 'Succeeded')) {
      if (!isGoing(pod)) remove(view, pod)
      return undefined
    }
    if (pod === undefined) {
      createPod(view, ordinal)
      if (isOrdered) return undefined
      continue
    }
    pod = withClaims(view, pod)
    if (!isOrdered) continue
    if (isGoing(pod) || !isHealthy(pod)) return undefined
    const availability = availabilityOf(pod, numberAt(set, 'spec', 'minReadySeconds'), view.now)
    if (availability !== true) return typeof availability === 'number' ? availability : undefined
  }
  const inRange = (pod: KubeObject): boolean => ordinalOf(pod) >= first && ordinalOf(pod) < first + wanted
  const condemned = members.filter((pod) => !inRange(pod)).toSorted((a, b) => ordinalOf(b) - ordinalOf(a))
  const firstUnhealthy = [...members].toSorted((a, b) => ordinalOf(a) - ordinalOf(b)).find((pod) => !isHealthy(pod) || isGoing(pod))
  for (const pod of condemned) {
    if (isGoing(pod)) {
      if (isOrdered) return undefined
      continue
    }
    if (isOrdered && !isHealthy(pod) && pod.metadata.uid !== firstUnhealthy?.metadata.uid) return undefined
    remove(view, pod)
    if (isOrdered) return undefined
  }
  if (valueAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return undefined
  const partition = numberAt(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
  const updateName = view.update.metadata.name ?? ''
  for (const pod of members.filter(inRange).toSorted((a, b) => ordinalOf(b) - ordinalOf(a))) {
    if (ordinalOf(pod) < first + partition) break
    if (revisionOf(pod) !== updateName && !isGoing(pod)) {
      remove(view, pod)
      return undefined
    }
    if (!isHealthy(pod) || isGoing(pod)) return undefined
  }
  return undefined
}

function remove({ api, set, record }: View, pod: KubeObject): void {
  const name = pod.metadata.name ?? ''
  api.delete(pods, set.metadata.namespace ?? '', name)
  record(set, 'Normal', 'SuccessfulDelete', `delete Pod ${name} in StatefulSet ${set.metadata.name ?? ''} successful`)
}

/** Below the partition, and while an update is under way below what is current, a new pod is of the old template. */
function revisionFor({ set, current, update }: View, ordinal: number): KubeObject {
  const { type, rollingUpdate } = objectOf(valueAt(set, 'spec', 'updateStrategy'))
  if (type !== 'RollingUpdate') return update
  const first = numberAt(set, 'spec', 'ordinals', 'start')
  const bound = rollingUpdate === undefined ? numberAt(set, 'status', 'currentReplicas') : numberAt(rollingUpdate, 'partition')
  return ordinal < first + bound ? current : update
}

function createPod(view: View, ordinal: number): void {
  const { api, set, record } = view
  const setName = set.metadata.name ?? ''
  const name = `${setName}-${ordinal}`
  const revision = revisionFor(view, ordinal)
  createClaims(view, name)
  const template = templateOf(revision)
  const volumes = claimNames(set, name).map(({ volume, claim }): JsonObject => ({ name: volume, persistentVolumeClaim: { claimName: claim } }))
  const declared = objectsOf(valueAt(template, 'spec', 'volumes')).filter((volume) => !volumes.some((own) => own['name'] === volume['name']))
  const serviceName = valueAt(set, 'spec', 'serviceName')
  const pod = podFrom(set, template, {
    name,
    labels: { 'apps.kubernetes.io/pod-index': String(ordinal), [revisionLabel]: revision.metadata.name ?? '', 'statefulset.kubernetes.io/pod-name': name },
    spec: {
      hostname: name,
      ...(typeof serviceName === 'string' && serviceName !== '' ? { subdomain: serviceName } : {}),
      ...(volumes.length + declared.length === 0 ? {} : { volumes: [...volumes, ...declared] }),
    },
  })
  try {
    api.create({ ...pod, metadata: { ...pod.metadata, generateName: `${setName}-` } })
  } catch (error) {
    if (error instanceof StatusError)
      record(set, 'Warning', 'FailedCreate', `create Pod ${name} in StatefulSet ${setName} failed error: ${error.status.message ?? ''}`)
    throw error
  }
  record(set, 'Normal', 'SuccessfulCreate', `create Pod ${name} in StatefulSet ${setName} successful`)
}

function claimNames(set: KubeObject, pod: string): { volume: string; claim: string; template: JsonObject }[] {
  return objectsOf(valueAt(set, 'spec', 'volumeClaimTemplates')).map((template) => {
    const volume = printed(valueAt(template, 'metadata', 'name') ?? '')
    return { volume, claim: `${volume}-${pod}`, template }
  })
}

function createClaims({ api, set, record }: View, pod: string): void {
  const namespace = set.metadata.namespace ?? ''
  for (const { claim, template } of claimNames(set, pod)) {
    if (api.get(claims, namespace, claim) !== undefined) continue
    const metadata = objectOf(template['metadata'])
    const labels = { ...objectOf(metadata['labels']), ...objectOf(valueAt(set, 'spec', 'selector', 'matchLabels')) } as Record<string, string>
    const annotations = objectOf(metadata['annotations']) as Record<string, string>
    api.create({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: claim, namespace, labels, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
      spec: objectOf(template['spec']),
    })
    record(set, 'Normal', 'SuccessfulCreate', `create Claim ${claim} Pod ${pod} in StatefulSet ${set.metadata.name ?? ''} success`)
  }
}

/** The claims of a pod are there, and belong to whom the retention policy says. */
function withClaims(view: View, pod: KubeObject): KubeObject {
  const { api, set } = view
  const name = pod.metadata.name ?? ''
  createClaims(view, name)
  const { whenDeleted, whenScaled } = objectOf(valueAt(set, 'spec', 'persistentVolumeClaimRetentionPolicy'))
  if (whenDeleted !== 'Delete' && whenScaled !== 'Delete') return pod
  const first = numberAt(set, 'spec', 'ordinals', 'start')
  const isCondemned = ordinalOf(pod) >= first + numberAt(set, 'spec', 'replicas')
  const owner: OwnerReference | undefined =
    isCondemned && whenScaled === 'Delete'
      ? { ...controllerReference(pod), controller: false }
      : whenDeleted === 'Delete'
        ? controllerReference(set)
        : undefined
  for (const { claim: claimName } of claimNames(set, name)) {
    const claim = api.get(claims, set.metadata.namespace ?? '', claimName)
    if (claim === undefined) continue
    const owners = claim.metadata.ownerReferences ?? []
    if (owner === undefined || owners.some(({ uid }) => uid === owner.uid)) continue
    const { blockOwnerDeletion: _block, ...reference } = owner
    api.store({ ...claim, metadata: { ...claim.metadata, ownerReferences: [...owners, { ...reference, controller: true }] } })
  }
  return pod
}

function report(view: View): void {
  const { api, set: stale, current, update, now } = view
  const set = api.get(statefulSets, stale.metadata.namespace ?? '', stale.metadata.name ?? '')
  if (set === undefined) return
  const all = membersOf(view)
  const ready = all.filter((pod) => valueAt(pod, 'status', 'phase') === 'Running' && isPodReady(pod)).length
  const available = all.filter((pod) => availabilityOf(pod, numberAt(set, 'spec', 'minReadySeconds'), now) === true).length
  const staying = all.filter((pod) => !isGoing(pod))
  const [currentName, updateName] = [current.metadata.name ?? '', update.metadata.name ?? '']
  const updated = staying.filter((pod) => revisionOf(pod) === updateName).length
  const isRolling = valueAt(set, 'spec', 'updateStrategy', 'type') === 'RollingUpdate'
  const isDone = isRolling && updated === all.length && ready === all.length && all.length === numberAt(set, 'spec', 'replicas')
  const old = isDone ? updated : staying.filter((pod) => revisionOf(pod) === currentName).length
  storeStatus(api, set, {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: all.length,
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(old === 0 ? {} : { currentReplicas: old }),
    ...(updated === 0 ? {} : { updatedReplicas: updated }),
    currentRevision: isDone ? updateName : currentName,
    updateRevision: updateName,
    collisionCount: 0,
    availableReplicas: available,
  })
}
