// One node, ready from the start, so that pods have somewhere to be.
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { formatTime } from '../api-server/types.ts'
import type { Clock } from '../api-server/types.ts'

export const nodeName = 'node-0'

export function startNodes(api: ClusterApi, clock: Clock): () => void {
  if (api.get({ group: '', plural: 'nodes' }, '', nodeName) === undefined) {
    const created = api.create(
      {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: nodeName, labels: { 'kubernetes.io/hostname': nodeName, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' } },
      },
      { fieldManager: 'kubelet' },
    )
    const time = formatTime(clock.now())
    const resources = { cpu: '32', memory: '256Gi', pods: '110' }
    api.store({
      ...created,
      status: {
        capacity: resources,
        allocatable: resources,
        conditions: [
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
      },
    })
  }
  return () => undefined
}
