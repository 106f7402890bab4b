// ReplicaSets keep their number of pods. Follows kubernetes `pkg/controller/replicaset`.
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { objectOf, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject } from '../api-server/types.ts'
import { controllerKeyOf, startControlLoop } from './control-loop.ts'
import { isPodActive, isPodReady, numberAt, ownedBy, podFrom, pods, storeStatus } from './objects.ts'

export const replicaSets = { group: 'apps', plural: 'replicasets' }

export function startReplicaSets(api: ClusterApi, clock: Clock): () => void {
  return startControlLoop({
    api,
    clock,
    resource: replicaSets,
    dependents: [{ resource: pods, keyOf: controllerKeyOf('ReplicaSet') }],
    reconcile(set) {
      const active = ownedBy(api, pods, set).filter(isPodActive)
      const wanted = numberAt(set, 'spec', 'replicas')
      if (set.metadata.deletionTimestamp === undefined) {
        for (let count = active.length; count < wanted; count++) api.create(podFrom(set, valueAt(set, 'spec', 'template'), {}))
        for (const pod of surplus(active, active.length - wanted)) api.delete(pods, pod.metadata.namespace ?? '', pod.metadata.name ?? '')
      }
      const now = ownedBy(api, pods, set).filter(isPodActive)
      const ready = now.filter(isPodReady).length
      const status: JsonObject = {
        replicas: now.length,
        ...(now.length === 0 ? {} : { fullyLabeledReplicas: now.length }),
        ...(ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready }),
        observedGeneration: set.metadata.generation ?? 1,
      }
      const current = api.get(replicaSets, set.metadata.namespace ?? '', set.metadata.name ?? '')
      if (current !== undefined) storeStatus(api, current, { ...status, ...keptConditions(current) })
    },
  })
}

function keptConditions(set: KubeObject): JsonObject {
  const conditions = objectOf(set['status'])['conditions']
  return conditions === undefined ? {} : { conditions }
}

/** Pods that are not ready go first, then the youngest. */
function surplus(active: readonly KubeObject[], count: number): KubeObject[] {
  if (count <= 0) return []
  return active
    .toSorted((a, b) => Number(isPodReady(a)) - Number(isPodReady(b)) || Number(b.metadata.resourceVersion) - Number(a.metadata.resourceVersion))
    .slice(0, count)
}
