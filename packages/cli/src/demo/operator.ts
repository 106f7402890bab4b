// A stand-in for the Prometheus operator, which the embedded cluster has no image to run: it reports that what was asked for is there.
import { valueAt } from '@plumbline/core'
import type { Cluster, KubeObject } from '@plumbline/testkit'

const group = 'monitoring.coreos.com'
const operated = new Set(['Prometheus', 'Alertmanager'])

/** Report every Prometheus and Alertmanager available. Returns a function that ends it. */
export function standInForOperator({ api }: Cluster): () => void {
  return api.watch(undefined, ({ type, object }) => {
    if (type === 'DELETED' || !operated.has(object.kind) || !object.apiVersion.startsWith(`${group}/`)) return
    if (valueAt(object, 'status', 'observedGeneration') === object.metadata.generation) return
    api.updateStatus({ ...object, status: statusOf(object) } as KubeObject)
  })
}

function statusOf(object: KubeObject): object {
  const replicas = Number(valueAt(object, 'spec', 'replicas') ?? 1)
  const condition = { status: 'True', lastTransitionTime: object.metadata.creationTimestamp, observedGeneration: object.metadata.generation }
  return {
    observedGeneration: object.metadata.generation,
    paused: false,
    replicas,
    updatedReplicas: replicas,
    availableReplicas: replicas,
    unavailableReplicas: 0,
    conditions: [
      { type: 'Available', ...condition },
      { type: 'Reconciled', ...condition },
    ],
  }
}
