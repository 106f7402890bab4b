// The row of a pod: what its containers are doing, in one word. Follows kubernetes `pkg/printers/internalversion/printers.go` (printPod).
import { printed } from '@plumbline/schema'
import { arrayOf, objectOf, objectsOf, valueAt } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { ageOf, humanDuration } from './age.ts'

export function podCells(pod: KubeObject, now: number): unknown[] {
  const spec = objectOf(pod['spec'])
  const status = objectOf(pod['status'])
  const containers = objectsOf(status['containerStatuses'])
  const total = objectsOf(spec['containers']).length + objectsOf(spec['initContainers']).filter((container) => container['restartPolicy'] === 'Always').length
  const ready = [...containers, ...sidecars(pod)].filter(
    (container) => container['ready'] === true && valueAt(container, 'state', 'running') !== undefined,
  ).length
  const restarts = [...containers, ...objectsOf(status['initContainerStatuses'])].reduce((sum, container) => sum + Number(container['restartCount'] ?? 0), 0)
  const ips = arrayOf(status['podIPs'])
  const gates = objectsOf(spec['readinessGates'])
  const met = gates.filter((gate) =>
    objectsOf(status['conditions']).some((condition) => condition['type'] === gate['conditionType'] && condition['status'] === 'True'),
  ).length
  return [
    pod.metadata.name ?? '',
    `${ready}/${total}`,
    statusText(pod),
    restartsText(restarts, containers, now),
    ageOf(pod.metadata.creationTimestamp, now),
    printed(objectOf(ips[0])['ip'] ?? status['podIP'] ?? '<none>'),
    printed(spec['nodeName'] ?? '') || '<none>',
    printed(status['nominatedNodeName'] ?? '') || '<none>',
    gates.length === 0 ? '<none>' : `${met}/${gates.length}`,
  ]
}

function sidecars(pod: KubeObject): readonly JsonObject[] {
  const names = new Set(
    objectsOf(valueAt(pod, 'spec', 'initContainers'))
      .filter((container) => container['restartPolicy'] === 'Always')
      .map((container) => container['name']),
  )
  return objectsOf(valueAt(pod, 'status', 'initContainerStatuses')).filter((container) => names.has(container['name']))
}

function restartsText(restarts: number, containers: readonly JsonObject[], now: number): unknown {
  const ends = containers
    .map((container) => valueAt(container, 'lastState', 'terminated', 'finishedAt'))
    .filter((time): time is string => typeof time === 'string')
  if (restarts === 0 || ends.length === 0) return String(restarts)
  const last = Math.max(...ends.map((time) => Date.parse(time)))
  return `${restarts} (${humanDuration(now - last)} ago)`
}

function statusText(pod: KubeObject): string {
  const status = objectOf(pod['status'])
  let reason = printed(status['reason'] ?? '') || printed(status['phase'] ?? '')
  if (objectsOf(status['conditions']).some((condition) => condition['type'] === 'PodScheduled' && condition['reason'] === 'SchedulingGated'))
    reason = 'SchedulingGated'
  const initial = initReason(pod)
  if (initial !== undefined) reason = initial
  else {
    let hasRunning = false
    for (const container of objectsOf(status['containerStatuses']).toReversed()) {
      const [waiting, terminated] = [valueAt(container, 'state', 'waiting'), valueAt(container, 'state', 'terminated')]
      if (waiting !== undefined && printed(objectOf(waiting)['reason'] ?? '') !== '') reason = String(objectOf(waiting)['reason'])
      else if (terminated !== undefined) reason = terminatedReason(objectOf(terminated))
      else if (container['ready'] === true && valueAt(container, 'state', 'running') !== undefined) hasRunning = true
    }
    if (reason === 'Completed' && hasRunning) reason = isReady(pod) ? 'Running' : 'NotReady'
  }
  if (pod.metadata.deletionTimestamp === undefined) return reason
  if (status['reason'] === 'NodeLost') return 'Unknown'
  return status['phase'] === 'Failed' || status['phase'] === 'Succeeded' ? reason : 'Terminating'
}

function terminatedReason(terminated: JsonObject): string {
  const reason = printed(terminated['reason'] ?? '')
  if (reason !== '') return reason
  return Number(terminated['signal'] ?? 0) !== 0 ? `Signal:${String(terminated['signal'])}` : `ExitCode:${printed(terminated['exitCode'] ?? 0)}`
}

function isReady(pod: KubeObject): boolean {
  return objectsOf(valueAt(pod, 'status', 'conditions')).some((condition) => condition['type'] === 'Ready' && condition['status'] === 'True')
}

/** What the first init container that has not ended well is doing. */
function initReason(pod: KubeObject): string | undefined {
  const statuses = objectsOf(valueAt(pod, 'status', 'initContainerStatuses'))
  const declared = objectsOf(valueAt(pod, 'spec', 'initContainers'))
  for (const [index, container] of statuses.entries()) {
    const [waiting, terminated] = [valueAt(container, 'state', 'waiting'), valueAt(container, 'state', 'terminated')]
    const isSidecar = declared.find((entry) => entry['name'] === container['name'])?.['restartPolicy'] === 'Always'
    if (terminated !== undefined && Number(objectOf(terminated)['exitCode'] ?? 0) === 0) continue
    if (isSidecar && container['started'] === true) continue
    if (terminated !== undefined) return `Init:${terminatedReason(objectOf(terminated))}`
    const reason = printed(objectOf(waiting)['reason'] ?? '')
    if (reason !== '' && reason !== 'PodInitializing') return `Init:${reason}`
    return `Init:${index}/${declared.length}`
  }
  return undefined
}
