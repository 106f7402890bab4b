// Some nodes, so that pods have somewhere to be; and every node, made here or by a user, is kept ready by a kubelet that never fails.
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { formatTime, objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject } from '../api-server/types.ts'
import { startControlLoop } from './control-loop.ts'
import { conditionOf } from './objects.ts'

const nodes = { group: '', plural: 'nodes' }
const customStatus = 'kwok.x-k8s.io/status'
const notReady = 'node.kubernetes.io/not-ready'
const unschedulable = 'node.kubernetes.io/unschedulable'
const resources = { cpu: '64', memory: '256Gi', pods: '1000' }

export function startNodes(api: ClusterApi, clock: Clock, count: number): () => void {
  for (let index = 0; index < count; index++) {
    const name = `node-${index}`
    if (api.get(nodes, '', name) !== undefined) continue
    const labels = { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' }
    keep(api, clock, api.create({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels } }, { fieldManager: 'kubelet' }))
  }
  return startControlLoop({ api, clock, resource: nodes, reconcile: (node) => keep(api, clock, node) })
}

function keep(api: ClusterApi, clock: Clock, node: KubeObject): void {
  if (node.metadata.deletionTimestamp !== undefined || node.metadata.annotations?.[customStatus] === 'custom') return
  const isReady = conditionOf(node, 'Ready')?.['status'] === 'True'
  const status = isReady ? objectOf(node['status']) : readyStatus(objectOf(node['status']), formatTime(clock.now()))
  const taints = taintsOf(node)
  const isSame = isReady && JSON.stringify(taints) === JSON.stringify(objectsOf(valueAt(node, 'spec', 'taints')))
  if (isSame) return
  const { taints: _taints, ...spec } = objectOf(node['spec'])
  api.store({ ...node, spec: taints.length === 0 ? spec : { ...spec, taints }, status })
}

/** The taints that conditions and the spec call for, beside those of users. */
function taintsOf(node: KubeObject): JsonObject[] {
  const others = objectsOf(valueAt(node, 'spec', 'taints')).filter(({ key }) => key !== notReady && key !== unschedulable)
  return valueAt(node, 'spec', 'unschedulable') === true ? [...others, { key: unschedulable, effect: 'NoSchedule' }] : others
}

function readyStatus(status: JsonObject, time: string): JsonObject {
  const capacity = Object.keys(objectOf(status['capacity'])).length > 0 ? status['capacity'] : resources
  return {
    ...status,
    capacity,
    allocatable: Object.keys(objectOf(status['allocatable'])).length > 0 ? status['allocatable'] : capacity,
    conditions: [
      ...objectsOf(status['conditions']).filter(({ type }) => type !== 'Ready'),
      {
        type: 'Ready',
        status: 'True',
        lastHeartbeatTime: time,
        lastTransitionTime: time,
        reason: 'KubeletReady',
        message: 'kubelet is posting ready status',
      },
    ],
    addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
    nodeInfo: {
      kubeletVersion: 'v1.34.4',
      operatingSystem: 'linux',
      architecture: 'amd64',
      containerRuntimeVersion: 'none://',
      kernelVersion: '',
      osImage: '',
      bootID: '',
      machineID: '',
      systemUUID: '',
      kubeProxyVersion: '',
    },
    daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
  }
}
