// Pods get a node, or a condition that says why they have none.
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { formatTime, objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject } from '../api-server/types.ts'
import { startControlLoop } from './control-loop.ts'
import { createRecorder } from './events.ts'
import { conditionOf, pods, storeStatus } from './objects.ts'
import { place } from './scheduling.ts'

export function startScheduler(api: ClusterApi, clock: Clock): () => void {
  const record = createRecorder(api, clock, 'default-scheduler', true)
  // Whatever makes room gives those another chance that wait.
  const waiting = (): string[] => api.list(pods).flatMap((pod) => (isWaiting(pod) ? [`${pod.metadata.namespace ?? ''}/${pod.metadata.name ?? ''}`] : []))
  return startControlLoop({
    api,
    clock,
    resource: pods,
    dependents: [
      { resource: { group: '', plural: 'nodes' }, keysOf: waiting },
      { resource: { group: '', plural: 'persistentvolumeclaims' }, keysOf: waiting },
      { resource: pods, keysOf: (_pod, type) => (type === 'DELETED' ? waiting() : []) },
    ],
    reconcile(pod) {
      if (!isWaiting(pod) || valueAt(pod, 'spec', 'schedulerName') !== 'default-scheduler') return
      const time = formatTime(clock.now())
      if (objectsOf(valueAt(pod, 'spec', 'schedulingGates')).length > 0) {
        const message = 'Scheduling is blocked due to non-empty scheduling gates'
        refuse(api, pod, { type: 'PodScheduled', status: 'False', lastProbeTime: null, lastTransitionTime: time, reason: 'SchedulingGated', message })
        return
      }
      const found = place(api, pod)
      if ('node' in found) {
        const { namespace = '', name = '' } = pod.metadata
        bind(api, pod, found.node, time)
        record(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${found.node}`)
        return
      }
      const condition = {
        type: 'PodScheduled',
        status: 'False',
        lastProbeTime: null,
        lastTransitionTime: time,
        reason: 'Unschedulable',
        message: found.message,
      }
      if (refuse(api, pod, condition)) record(pod, 'Warning', 'FailedScheduling', found.message)
    },
  })
}

function isWaiting(pod: KubeObject): boolean {
  const node = valueAt(pod, 'spec', 'nodeName')
  return (
    (node === undefined || node === '') &&
    pod.metadata.deletionTimestamp === undefined &&
    ['Pending', undefined].includes(valueAt(pod, 'status', 'phase') as string)
  )
}

function bind(api: ClusterApi, pod: KubeObject, node: string, time: string): void {
  const status = objectOf(pod['status'])
  const others = objectsOf(status['conditions']).filter((condition) => condition['type'] !== 'PodScheduled')
  const conditions = [...others, { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: time }]
  api.store({ ...pod, spec: { ...objectOf(pod['spec']), nodeName: node }, status: { ...status, conditions } })
}

/** Whether it is news. */
function refuse(api: ClusterApi, pod: KubeObject, condition: JsonObject): boolean {
  const before = conditionOf(pod, 'PodScheduled')
  if (before?.['reason'] === condition['reason'] && before?.['message'] === condition['message']) return false
  const status = objectOf(pod['status'])
  const others = objectsOf(status['conditions']).filter((entry) => entry !== before)
  const lastTransitionTime = before?.['status'] === 'False' ? before['lastTransitionTime'] : condition['lastTransitionTime']
  storeStatus(api, pod, { ...status, conditions: [...others, { ...condition, lastTransitionTime }] })
  return true
}
