// ReplicaSets and ReplicationControllers keep their number of pods. Follows kubernetes `pkg/controller/replicaset`.
import { printed } from '@plumbline/schema'
import type { ClusterApi, ResourceRef } from '../api-server/cluster-api.ts'
import { StatusError } from '../api-server/status-errors.ts'
import { formatTime, isObject, objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject } from '../api-server/types.ts'
import { startControlLoop } from './control-loop.ts'
import { createRecorder } from './events.ts'
import type { RecordEvent } from './events.ts'
import { availabilityOf, conditionOf, isPodActive, isPodReady, numberAt, podFrom, pods, storeStatus } from './objects.ts'
import { claimed, concernedControllers } from './ownership.ts'

export const replicaSets = { group: 'apps', plural: 'replicasets' }
const failedRetryMs = 500
const deletionCost = 'controller.kubernetes.io/pod-deletion-cost'

export function startReplicaSets(api: ClusterApi, clock: Clock): () => void {
  const record = createRecorder(api, clock, 'replicaset-controller')
  return startControlLoop({
    api,
    clock,
    resource: replicaSets,
    dependents: [{ resource: pods, keysOf: concernedControllers(api, replicaSets, 'ReplicaSet') }],
    reconcile: (set) => reconcile(api, replicaSets, set, clock.now(), record),
  })
}

function reconcile(api: ClusterApi, resource: ResourceRef, set: KubeObject, now: number, record: RecordEvent): number | undefined {
  const active = claimed(api, pods, set).filter(isPodActive)
  const failure = set.metadata.deletionTimestamp === undefined ? adjust(api, set, active, record) : undefined
  const held = claimed(api, pods, set).filter(isPodActive)
  const current = api.get(resource, set.metadata.namespace ?? '', set.metadata.name ?? '')
  if (current === undefined) return undefined
  const minReadySeconds = numberAt(set, 'spec', 'minReadySeconds')
  const availability = held.map((pod) => availabilityOf(pod, minReadySeconds, now))
  storeStatus(api, current, statusOf(current, held, availability.filter((state) => state === true).length, failure, now))
  const waits = availability.filter((state) => typeof state === 'number')
  if (failure !== undefined) return failedRetryMs
  return waits.length === 0 ? undefined : Math.min(...waits)
}

/** Make what is missing, or remove what is too much; the error that stopped it. */
function adjust(api: ClusterApi, set: KubeObject, active: readonly KubeObject[], record: RecordEvent): StatusError | undefined {
  const wanted = numberAt(set, 'spec', 'replicas')
  try {
    for (let count = active.length; count < wanted; count++) {
      const pod = api.create(podFrom(set, valueAt(set, 'spec', 'template'), {}))
      record(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name ?? ''}`)
    }
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    record(set, 'Warning', 'FailedCreate', `Error creating: ${error.status.message ?? ''}`)
    return error
  }
  for (const pod of surplus(active, active.length - wanted)) {
    api.delete(pods, pod.metadata.namespace ?? '', pod.metadata.name ?? '')
    record(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name ?? ''}`)
  }
  return undefined
}

function statusOf(set: KubeObject, held: readonly KubeObject[], available: number, failure: StatusError | undefined, now: number): JsonObject {
  const templateLabels = Object.entries(objectOf(valueAt(set, 'spec', 'template', 'metadata', 'labels')))
  const labelled = held.filter(({ metadata }) => templateLabels.every(([key, value]) => metadata.labels?.[key] === value)).length
  const ready = held.filter(isPodReady).length
  const before = conditionOf(set, 'ReplicaFailure')
  const others = objectsOf(valueAt(set, 'status', 'conditions')).filter((condition) => condition !== before)
  const failed =
    failure === undefined
      ? undefined
      : (before ?? { type: 'ReplicaFailure', status: 'True', lastTransitionTime: formatTime(now), reason: 'FailedCreate', message: failure.status.message })
  const conditions = failed === undefined ? others : [...others, failed]
  return {
    replicas: held.length,
    ...(labelled === 0 ? {} : { fullyLabeledReplicas: labelled }),
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(available === 0 ? {} : { availableReplicas: available }),
    observedGeneration: set.metadata.generation ?? 1,
    ...(conditions.length === 0 ? {} : { conditions }),
  }
}

/** In the order of `ActivePodsWithRanks`: not placed, pending, not ready, cheap to delete, on a node with many, ready only shortly, restarted, young. */
function surplus(active: readonly KubeObject[], count: number): KubeObject[] {
  if (count <= 0) return []
  const nodeOf = (pod: KubeObject): string => printed(valueAt(pod, 'spec', 'nodeName') ?? '')
  const perNode = new Map<string, number>()
  for (const pod of active) perNode.set(nodeOf(pod), (perNode.get(nodeOf(pod)) ?? 0) + 1)
  const phases = ['Pending', 'Unknown', 'Running']
  const readySince = (pod: KubeObject): number => Date.parse(printed(conditionOf(pod, 'Ready')?.['lastTransitionTime'] ?? '')) || 0
  const restarts = (pod: KubeObject): number =>
    objectsOf(valueAt(pod, 'status', 'containerStatuses')).reduce((sum, container) => Math.max(sum, Number(container['restartCount'] ?? 0)), 0)
  const ranks: readonly ((pod: KubeObject) => number)[] = [
    (pod) => Number(nodeOf(pod) !== ''),
    (pod) => phases.indexOf(String(valueAt(pod, 'status', 'phase'))),
    (pod) => Number(isPodReady(pod)),
    (pod) => Number(pod.metadata.annotations?.[deletionCost] ?? 0),
    (pod) => -(perNode.get(nodeOf(pod)) ?? 0),
    (pod) => -readySince(pod),
    (pod) => -restarts(pod),
    (pod) => -Date.parse(String(pod.metadata.creationTimestamp)),
    (pod) => -Number(pod.metadata.resourceVersion),
  ]
  return active
    .toSorted((a, b) => {
      for (const rank of ranks) {
        const order = rank(a) - rank(b)
        if (order !== 0) return order
      }
      return 0
    })
    .slice(0, count)
}

const replicationControllers = { group: '', plural: 'replicationcontrollers' }

/** The older form, whose selector is a plain map. */
export function startReplicationControllers(api: ClusterApi, clock: Clock): () => void {
  const record = createRecorder(api, clock, 'replication-controller')
  const modern = (controller: KubeObject): KubeObject =>
    isObject(valueAt(controller, 'spec', 'selector'))
      ? { ...controller, spec: { ...objectOf(controller['spec']), selector: { matchLabels: valueAt(controller, 'spec', 'selector') } } }
      : controller
  return startControlLoop({
    api,
    clock,
    resource: replicationControllers,
    dependents: [
      {
        resource: pods,
        keysOf: ({ metadata }) =>
          (metadata.ownerReferences ?? [])
            .filter(({ kind, controller }) => kind === 'ReplicationController' && controller === true)
            .map(({ name }) => `${metadata.namespace ?? ''}/${name}`),
      },
    ],
    reconcile: (controller) => reconcile(api, replicationControllers, modern(controller), clock.now(), record),
  })
}
