// DaemonSets keep one pod on each node that will have it. Follows kubernetes `pkg/controller/daemon`.
import { printed } from '@plumbline/schema'
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { StatusError } from '../api-server/status-errors.ts'
import { objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject } from '../api-server/types.ts'
import { startControlLoop } from './control-loop.ts'
import { historyOf, truncateHistory } from './controller-revisions.ts'
import { createRecorder } from './events.ts'
import type { RecordEvent } from './events.ts'
import { availabilityOf, isPodReady, numberAt, podFrom, pods, storeStatus } from './objects.ts'
import { claimed, concernedControllers } from './ownership.ts'
import { isWantedNode, untoleratedTaint } from './scheduling.ts'

const daemonSets = { group: 'apps', plural: 'daemonsets' }
const nodes = { group: '', plural: 'nodes' }
const revisionLabel = 'controller-revision-hash'
const retryMs = 500

/** What keeps other pods away does not keep daemons away. */
const ownTolerations: readonly JsonObject[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
]
const hostNetworkToleration: JsonObject = { key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' }

export function startDaemonSets(api: ClusterApi, clock: Clock): () => void {
  const record = createRecorder(api, clock, 'daemonset-controller')
  return startControlLoop({
    api,
    clock,
    resource: daemonSets,
    dependents: [
      { resource: pods, keysOf: concernedControllers(api, daemonSets, 'DaemonSet') },
      { resource: nodes, keysOf: () => api.list(daemonSets).map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`) },
    ],
    reconcile(set) {
      const labels = objectOf(valueAt(set, 'spec', 'template', 'metadata', 'labels')) as Record<string, string>
      const { current, all } = historyOf(api, set, labels, revisionLabel)
      const hash = current.metadata.labels?.[revisionLabel] ?? ''
      let waitMs: number | undefined
      try {
        if (set.metadata.deletionTimestamp === undefined) waitMs = manage(api, set, hash, clock.now(), record)
      } catch (error) {
        if (!(error instanceof StatusError)) throw error
        record(set, 'Warning', 'FailedCreate', `Error creating: ${error.status.message ?? ''}`)
        waitMs = retryMs
      }
      report(api, set, hash, clock.now())
      const running = new Set(claimed(api, pods, set).map(({ metadata }) => metadata.labels?.[revisionLabel]))
      truncateHistory(api, set, all, (revision) => revision === current || running.has(revision.metadata.labels?.[revisionLabel]))
      return waitMs
    },
  })
}

/** The pod as it would be on a node. */
function podFor(set: KubeObject, node: string, hash: string): KubeObject {
  const template = valueAt(set, 'spec', 'template')
  const affinity = objectOf(valueAt(template, 'spec', 'affinity'))
  const nodeAffinity = objectOf(affinity['nodeAffinity'])
  const required = objectOf(nodeAffinity['requiredDuringSchedulingIgnoredDuringExecution'])
  const field = { key: 'metadata.name', operator: 'In', values: [node] }
  const terms = objectsOf(required['nodeSelectorTerms'])
  const own = [{ matchFields: [field] }]
  const held = objectsOf(valueAt(template, 'spec', 'tolerations'))
  const added = [...ownTolerations, ...(valueAt(template, 'spec', 'hostNetwork') === true ? [hostNetworkToleration] : [])]
  const missing = added.filter((toleration) => !held.some((other) => other['key'] === toleration['key'] && other['effect'] === toleration['effect']))
  return podFrom(set, template, {
    labels: { [revisionLabel]: hash, 'pod-template-generation': String(set.metadata.generation ?? 1) },
    spec: {
      affinity: {
        ...affinity,
        nodeAffinity: {
          ...nodeAffinity,
          requiredDuringSchedulingIgnoredDuringExecution: {
            ...required,
            nodeSelectorTerms: terms.length === 0 ? own : terms.map(({ matchFields: _fields, ...term }) => ({ ...term, matchFields: [field] })),
          },
        },
      },
      tolerations: [...held, ...missing],
    },
  })
}

function isEligible(set: KubeObject, node: KubeObject): boolean {
  const pod = podFor(set, node.metadata.name ?? '', '')
  return isWantedNode(pod, node) && untoleratedTaint(pod, node) === undefined
}

/** The node that a pod is on, or is meant for. */
function nodeOf(pod: KubeObject): string {
  const placed = valueAt(pod, 'spec', 'nodeName')
  if (typeof placed === 'string' && placed !== '') return placed
  const [term] = objectsOf(valueAt(pod, 'spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms'))
  const values = objectsOf(term?.['matchFields'])[0]?.['values']
  return Array.isArray(values) ? String(values[0]) : ''
}

function manage(api: ClusterApi, set: KubeObject, hash: string, now: number, record: RecordEvent): number | undefined {
  const all = claimed(api, pods, set)
  const remove = (pod: KubeObject): void => {
    api.delete(pods, pod.metadata.namespace ?? '', pod.metadata.name ?? '')
    record(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name ?? ''}`)
  }
  const known = new Set<string>()
  for (const node of api.list(nodes)) {
    const name = node.metadata.name ?? ''
    known.add(name)
    const there = all.filter((pod) => nodeOf(pod) === name)
    const ended = there.filter(
      (pod) => pod.metadata.deletionTimestamp === undefined && ['Failed', 'Succeeded'].includes(String(valueAt(pod, 'status', 'phase'))),
    )
    for (const pod of ended) {
      record(
        set,
        'Warning',
        'FailedDaemonPod',
        `Found failed daemon pod ${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''} on node ${name}, will try to kill it`,
      )
      remove(pod)
    }
    if (!isEligible(set, node)) {
      for (const pod of there) if (pod.metadata.deletionTimestamp === undefined && !ended.includes(pod)) remove(pod)
    } else if (there.length === 0) {
      const pod = api.create(podFor(set, name, hash))
      record(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name ?? ''}`)
    }
  }
  for (const pod of all) if (!known.has(nodeOf(pod)) && pod.metadata.deletionTimestamp === undefined) remove(pod)
  if (valueAt(set, 'spec', 'updateStrategy', 'type') !== 'OnDelete') roll(api, set, hash, now, remove)
  const waits = all.map((pod) => availabilityOf(pod, numberAt(set, 'spec', 'minReadySeconds'), now)).filter((state) => typeof state === 'number')
  return waits.length === 0 ? undefined : Math.min(...waits)
}

/** Outdated pods go as far as no more are missing than allowed; those that are not available anyway go at once. */
function roll(api: ClusterApi, set: KubeObject, hash: string, now: number, remove: (pod: KubeObject) => void): void {
  const minReadySeconds = numberAt(set, 'spec', 'minReadySeconds')
  const wanted = api.list(nodes).filter((node) => isEligible(set, node))
  const allowed = valueAt(set, 'spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable') ?? 1
  const most = typeof allowed === 'number' ? allowed : Math.ceil((wanted.length * Number.parseInt(printed(allowed), 10)) / 100)
  const all = claimed(api, pods, set)
  const outdated: KubeObject[] = []
  let unavailable = 0
  for (const node of wanted) {
    const there = all.filter((pod) => nodeOf(pod) === node.metadata.name && pod.metadata.deletionTimestamp === undefined)
    const pod = there[0]
    const isAvailable = pod !== undefined && availabilityOf(pod, minReadySeconds, now) === true
    const isOld = pod !== undefined && pod.metadata.labels?.[revisionLabel] !== hash
    if (isOld && !isAvailable) remove(pod)
    if (!isAvailable) unavailable++
    else if (isOld) outdated.push(pod)
  }
  for (const pod of outdated.slice(0, Math.max(0, most - unavailable))) remove(pod)
}

function report(api: ClusterApi, stale: KubeObject, hash: string, now: number): void {
  const set = api.get(daemonSets, stale.metadata.namespace ?? '', stale.metadata.name ?? '')
  if (set === undefined) return
  const all = claimed(api, pods, set)
  let [desired, scheduled, ready, available, misscheduled, updated] = [0, 0, 0, 0, 0, 0]
  for (const node of api.list(nodes)) {
    const pod = all.filter((each) => nodeOf(each) === node.metadata.name).toSorted((a, b) => Number(isPodReady(b)) - Number(isPodReady(a)))[0]
    if (!isEligible(set, node)) {
      if (pod !== undefined) misscheduled++
      continue
    }
    desired++
    if (pod === undefined) continue
    scheduled++
    if (isPodReady(pod)) ready++
    if (availabilityOf(pod, numberAt(set, 'spec', 'minReadySeconds'), now) === true) available++
    if (pod.metadata.labels?.[revisionLabel] === hash) updated++
  }
  storeStatus(api, set, {
    currentNumberScheduled: scheduled,
    numberMisscheduled: misscheduled,
    desiredNumberScheduled: desired,
    numberReady: ready,
    observedGeneration: set.metadata.generation ?? 1,
    ...(updated === 0 ? {} : { updatedNumberScheduled: updated }),
    ...(available === 0 ? {} : { numberAvailable: available }),
    ...(desired - available === 0 ? {} : { numberUnavailable: desired - available }),
  })
}
