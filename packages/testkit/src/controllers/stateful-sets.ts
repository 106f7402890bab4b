// StatefulSets keep pods with names and claims of their own, one after the other. Follows kubernetes `pkg/controller/statefulset`.
import { printed } from '@plumbline/schema'
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject } from '../api-server/types.ts'
import { controllerKeyOf, startControlLoop } from './control-loop.ts'
import { isPodReady, numberAt, ownedBy, podFrom, pods, storeStatus, templateHash } from './objects.ts'

const statefulSets = { group: 'apps', plural: 'statefulsets' }
const claims = { group: '', plural: 'persistentvolumeclaims' }
const revisionLabel = 'controller-revision-hash'

export function startStatefulSets(api: ClusterApi, clock: Clock): () => void {
  return startControlLoop({
    api,
    clock,
    resource: statefulSets,
    dependents: [{ resource: pods, keyOf: controllerKeyOf('StatefulSet') }],
    reconcile(set) {
      if (set.metadata.deletionTimestamp === undefined) step(api, set)
      report(api, set)
    },
  })
}

const revisionOf = (set: KubeObject): string => `${set.metadata.name ?? ''}-${templateHash(valueAt(set, 'spec', 'template'))}`

/** One step: the first pod that is missing, or the last one that is surplus or outdated. */
function step(api: ClusterApi, set: KubeObject): void {
  const wanted = numberAt(set, 'spec', 'replicas')
  const first = numberAt(set, 'spec', 'ordinals', 'start')
  const isParallel = valueAt(set, 'spec', 'podManagementPolicy') === 'Parallel'
  const revision = revisionOf(set)
  const held = new Map(ownedBy(api, pods, set).map((pod) => [pod.metadata.name ?? '', pod]))
  for (let ordinal = first; ordinal < first + wanted; ordinal++) {
    const name = `${set.metadata.name ?? ''}-${ordinal}`
    const pod = held.get(name)
    held.delete(name)
    const phase = valueAt(pod, 'status', 'phase')
    if (pod !== undefined && (phase === 'Failed' || phase === 'Succeeded') && pod.metadata.deletionTimestamp === undefined) {
      api.delete(pods, set.metadata.namespace ?? '', name)
      return
    }
    if (pod === undefined) createPod(api, set, name, ordinal, revision)
    if (!isParallel && (pod === undefined || !isPodReady(pod))) return
  }
  const surplus = [...held.values()].filter(({ metadata }) => metadata.deletionTimestamp === undefined).toSorted((a, b) => ordinalOf(b) - ordinalOf(a))
  for (const pod of isParallel ? surplus : surplus.slice(0, 1)) api.delete(pods, set.metadata.namespace ?? '', pod.metadata.name ?? '')
  if (surplus.length > 0 || valueAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return
  const partition = numberAt(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
  const outdated = ownedBy(api, pods, set)
    .filter((pod) => pod.metadata.labels?.[revisionLabel] !== revision && ordinalOf(pod) >= partition)
    .toSorted((a, b) => ordinalOf(b) - ordinalOf(a))
  const next = outdated[0]
  if (next !== undefined && next.metadata.deletionTimestamp === undefined) api.delete(pods, set.metadata.namespace ?? '', next.metadata.name ?? '')
}

function ordinalOf({ metadata }: KubeObject): number {
  return Number((metadata.name ?? '').split('-').at(-1))
}

function createPod(api: ClusterApi, set: KubeObject, name: string, ordinal: number, revision: string): void {
  const namespace = set.metadata.namespace ?? ''
  const volumes: JsonObject[] = []
  for (const template of objectsOf(valueAt(set, 'spec', 'volumeClaimTemplates'))) {
    const volume = printed(valueAt(template, 'metadata', 'name') ?? '')
    const claim = `${volume}-${name}`
    volumes.push({ name: volume, persistentVolumeClaim: { claimName: claim } })
    if (api.get(claims, namespace, claim) !== undefined) continue
    const labels = objectOf(valueAt(set, 'spec', 'selector', 'matchLabels')) as Record<string, string>
    api.create({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: claim, namespace, labels }, spec: objectOf(template['spec']) })
  }
  const template = valueAt(set, 'spec', 'template')
  const declared = objectsOf(valueAt(template, 'spec', 'volumes')).filter((volume) => !volumes.some((own) => own['name'] === volume['name']))
  api.create(
    podFrom(set, template, {
      name,
      labels: { 'apps.kubernetes.io/pod-index': String(ordinal), [revisionLabel]: revision, 'statefulset.kubernetes.io/pod-name': name },
      spec: {
        hostname: name,
        ...(valueAt(set, 'spec', 'serviceName') === undefined ? {} : { subdomain: valueAt(set, 'spec', 'serviceName') }),
        ...(volumes.length + declared.length === 0 ? {} : { volumes: [...volumes, ...declared] }),
      },
    }),
  )
}

function report(api: ClusterApi, stale: KubeObject): void {
  const set = api.get(statefulSets, stale.metadata.namespace ?? '', stale.metadata.name ?? '')
  if (set === undefined) return
  const all = ownedBy(api, pods, set).filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const revision = revisionOf(set)
  const ready = all.filter(isPodReady).length
  const updated = all.filter((pod) => pod.metadata.labels?.[revisionLabel] === revision).length
  const before = printed(valueAt(set, 'status', 'currentRevision') ?? revision)
  const isDone = updated === numberAt(set, 'spec', 'replicas') && ready === updated
  const currentRevision = isDone ? revision : before
  const current = all.filter((pod) => pod.metadata.labels?.[revisionLabel] === currentRevision).length
  storeStatus(api, set, {
    observedGeneration: set.metadata.generation ?? 1,
    replicas: all.length,
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(current === 0 ? {} : { currentReplicas: current }),
    ...(updated === 0 ? {} : { updatedReplicas: updated }),
    currentRevision,
    updateRevision: revision,
    collisionCount: 0,
    availableReplicas: ready,
  })
}
