// DaemonSets keep one pod on each node. Follows kubernetes `pkg/controller/daemon`.
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { valueAt } from '../api-server/types.ts'
import type { Clock, KubeObject } from '../api-server/types.ts'
import { controllerKeyOf, startControlLoop } from './control-loop.ts'
import { isPodActive, isPodReady, ownedBy, podFrom, pods, storeStatus, templateHash } from './objects.ts'

const daemonSets = { group: 'apps', plural: 'daemonsets' }
const revisionLabel = 'controller-revision-hash'

export function startDaemonSets(api: ClusterApi, clock: Clock): () => void {
  return startControlLoop({
    api,
    clock,
    resource: daemonSets,
    dependents: [{ resource: pods, keyOf: controllerKeyOf('DaemonSet') }],
    reconcile(set) {
      const hash = templateHash(valueAt(set, 'spec', 'template'))
      const nodes = api.list({ group: '', plural: 'nodes' }).map(({ metadata }) => metadata.name ?? '')
      if (set.metadata.deletionTimestamp === undefined) {
        const active = ownedBy(api, pods, set).filter(isPodActive)
        for (const node of nodes) {
          const pod = active.find((candidate) => valueAt(candidate, 'spec', 'nodeName') === node)
          if (pod === undefined)
            api.create(
              podFrom(set, valueAt(set, 'spec', 'template'), {
                labels: { [revisionLabel]: hash, 'pod-template-generation': String(set.metadata.generation ?? 1) },
                spec: { nodeName: node },
              }),
            )
          else if (pod.metadata.labels?.[revisionLabel] !== hash && valueAt(set, 'spec', 'updateStrategy', 'type') !== 'OnDelete')
            api.delete(pods, pod.metadata.namespace ?? '', pod.metadata.name ?? '')
        }
      }
      report(api, set, hash, nodes.length)
    },
  })
}

function report(api: ClusterApi, stale: KubeObject, hash: string, wanted: number): void {
  const set = api.get(daemonSets, stale.metadata.namespace ?? '', stale.metadata.name ?? '')
  if (set === undefined) return
  const active = ownedBy(api, pods, set).filter(isPodActive)
  const ready = active.filter(isPodReady).length
  const updated = active.filter((pod) => pod.metadata.labels?.[revisionLabel] === hash).length
  storeStatus(api, set, {
    currentNumberScheduled: active.length,
    numberMisscheduled: 0,
    desiredNumberScheduled: wanted,
    numberReady: ready,
    observedGeneration: set.metadata.generation ?? 1,
    ...(updated === 0 ? {} : { updatedNumberScheduled: updated }),
    ...(ready === 0 ? {} : { numberAvailable: ready }),
    ...(wanted - ready === 0 ? {} : { numberUnavailable: wanted - ready }),
  })
}
