// Deployments roll from one ReplicaSet to the next. Follows kubernetes `pkg/controller/deployment`.
import { printed } from '@plumbline/schema'
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { isEqual, objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject } from '../api-server/types.ts'
import { controllerKeyOf, startControlLoop } from './control-loop.ts'
import { conditionOf, controllerReference, numberAt, ownedBy, storeStatus, templateHash, withCondition } from './objects.ts'
import { replicaSets } from './replica-sets.ts'

export const deployments = { group: 'apps', plural: 'deployments' }
const revisionAnnotation = 'deployment.kubernetes.io/revision'
const hashLabel = 'pod-template-hash'

export function startDeployments(api: ClusterApi, clock: Clock): () => void {
  return startControlLoop({
    api,
    clock,
    resource: deployments,
    dependents: [{ resource: replicaSets, keyOf: controllerKeyOf('Deployment') }],
    reconcile(deployment) {
      if (deployment.metadata.deletionTimestamp !== undefined) return undefined
      const isPaused = valueAt(deployment, 'spec', 'paused') === true
      const sets = ownedBy(api, replicaSets, deployment)
      const current =
        sets.find((set) => isEqual(withoutHash(valueAt(set, 'spec', 'template')), withoutHash(valueAt(deployment, 'spec', 'template')))) ??
        (isPaused ? undefined : createSet(api, deployment, sets))
      const old = sets.filter((set) => set.metadata.uid !== current?.metadata.uid)
      if (current !== undefined && !isPaused) {
        scale(api, deployment, current, old)
        markRevision(api, deployment, current, sets)
        cleanUp(api, deployment, old)
      }
      return updateStatus(api, deployment, clock.now())
    },
  })
}

function withoutHash(template: unknown): unknown {
  const metadata = objectOf(objectOf(template)['metadata'])
  const { [hashLabel]: _hash, ...labels } = objectOf(metadata['labels'])
  return { ...objectOf(template), metadata: { ...metadata, labels } }
}

function revisionOf({ metadata }: KubeObject): number {
  return Number(metadata.annotations?.[revisionAnnotation] ?? 0)
}

function createSet(api: ClusterApi, deployment: KubeObject, sets: readonly KubeObject[]): KubeObject {
  const template = objectOf(valueAt(deployment, 'spec', 'template'))
  const hash = templateHash(template)
  const { name = '', namespace = '' } = deployment.metadata
  const existing = api.get(replicaSets, namespace, `${name}-${hash}`)
  if (existing !== undefined) return existing
  const metadata = objectOf(template['metadata'])
  const labels = { ...objectOf(metadata['labels']), [hashLabel]: hash }
  const selector = objectOf(valueAt(deployment, 'spec', 'selector'))
  return api.create({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: labels as Record<string, string>,
      annotations: {
        ...copiedAnnotations(deployment),
        'deployment.kubernetes.io/desired-replicas': String(numberAt(deployment, 'spec', 'replicas')),
        'deployment.kubernetes.io/max-replicas': String(numberAt(deployment, 'spec', 'replicas') + surge(deployment)),
        [revisionAnnotation]: String(Math.max(0, ...sets.map(revisionOf)) + 1),
      },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: 0,
      selector: { ...selector, matchLabels: { ...objectOf(selector['matchLabels']), [hashLabel]: hash } },
      template: { ...template, metadata: { ...metadata, labels } },
    },
  })
}

/** Annotations of the deployment go to its sets, except those that kubectl and the controller keep for themselves. */
function copiedAnnotations({ metadata }: KubeObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(
      ([name]) => name !== 'kubectl.kubernetes.io/last-applied-configuration' && !name.startsWith('deployment.kubernetes.io/'),
    ),
  )
}

function share(value: unknown, total: number, roundUp: boolean): number {
  if (typeof value === 'number') return value
  const percent = Number.parseFloat(printed(value ?? '0'))
  return roundUp ? Math.ceil((total * percent) / 100) : Math.floor((total * percent) / 100)
}

function surge(deployment: KubeObject): number {
  if (valueAt(deployment, 'spec', 'strategy', 'type') === 'Recreate') return 0
  return share(valueAt(deployment, 'spec', 'strategy', 'rollingUpdate', 'maxSurge'), numberAt(deployment, 'spec', 'replicas'), true)
}

/** How many may be missing; at least one of surge and unavailable is not zero. */
function unavailable(deployment: KubeObject): number {
  const wanted = numberAt(deployment, 'spec', 'replicas')
  const allowed = share(valueAt(deployment, 'spec', 'strategy', 'rollingUpdate', 'maxUnavailable'), wanted, false)
  return allowed === 0 && surge(deployment) === 0 ? 1 : allowed
}

function setReplicas(api: ClusterApi, set: KubeObject, replicas: number): void {
  const current = api.get(replicaSets, set.metadata.namespace ?? '', set.metadata.name ?? '')
  if (current === undefined || numberAt(current, 'spec', 'replicas') === replicas) return
  const generation = (current.metadata.generation ?? 1) + 1
  api.store({ ...current, metadata: { ...current.metadata, generation }, spec: { ...objectOf(current['spec']), replicas } })
}

function scale(api: ClusterApi, deployment: KubeObject, current: KubeObject, old: readonly KubeObject[]): void {
  const wanted = numberAt(deployment, 'spec', 'replicas')
  const running = (set: KubeObject): number => numberAt(set, 'spec', 'replicas')
  const oldTotal = old.reduce((sum, set) => sum + running(set), 0)
  if (valueAt(deployment, 'spec', 'strategy', 'type') === 'Recreate') {
    for (const set of old) setReplicas(api, set, 0)
    if (old.every((set) => numberAt(set, 'status', 'replicas') === 0)) setReplicas(api, current, wanted)
    return
  }
  const room = wanted + surge(deployment) - oldTotal
  setReplicas(api, current, Math.max(running(current) > wanted ? wanted : running(current), Math.min(wanted, room)))
  // Old pods go as far as enough are available without them.
  const available = [...old, current].reduce((sum, set) => sum + numberAt(set, 'status', 'availableReplicas'), 0)
  let spare = available - (wanted - unavailable(deployment))
  for (const set of old) {
    const broken = Math.max(0, running(set) - numberAt(set, 'status', 'availableReplicas'))
    const removable = Math.min(running(set), broken + Math.max(0, spare))
    if (removable === 0) continue
    spare -= Math.max(0, removable - broken)
    setReplicas(api, set, running(set) - removable)
  }
}

function markRevision(api: ClusterApi, deployment: KubeObject, current: KubeObject, sets: readonly KubeObject[]): void {
  const highest = Math.max(0, ...sets.map(revisionOf))
  let revision = revisionOf(current)
  if (revision < highest) {
    revision = highest + 1
    const set = api.get(replicaSets, current.metadata.namespace ?? '', current.metadata.name ?? '')
    if (set !== undefined)
      api.store({ ...set, metadata: { ...set.metadata, annotations: { ...set.metadata.annotations, [revisionAnnotation]: String(revision) } } })
  }
  const held = api.get(deployments, deployment.metadata.namespace ?? '', deployment.metadata.name ?? '')
  if (held !== undefined && held.metadata.annotations?.[revisionAnnotation] !== String(revision)) {
    // As status: an annotation written to the Deployment itself would count as a change of its spec.
    api.updateStatus({ ...held, metadata: { ...held.metadata, annotations: { ...held.metadata.annotations, [revisionAnnotation]: String(revision) } } })
  }
}

function cleanUp(api: ClusterApi, deployment: KubeObject, old: readonly KubeObject[]): void {
  const limit = numberAt(deployment, 'spec', 'revisionHistoryLimit')
  const empty = old
    .filter((set) => numberAt(set, 'spec', 'replicas') === 0 && numberAt(set, 'status', 'replicas') === 0)
    .toSorted((a, b) => revisionOf(a) - revisionOf(b))
  for (const set of empty.slice(0, Math.max(0, empty.length - limit)))
    api.delete(replicaSets, set.metadata.namespace ?? '', set.metadata.name ?? '', { propagationPolicy: 'Background' })
}

function updateStatus(api: ClusterApi, stale: KubeObject, now: number): number | undefined {
  const deployment = api.get(deployments, stale.metadata.namespace ?? '', stale.metadata.name ?? '')
  if (deployment === undefined) return undefined
  const sets = ownedBy(api, replicaSets, deployment)
  const total = (field: string): number => sets.reduce((sum, set) => sum + numberAt(set, 'status', field), 0)
  const current = sets.find((set) => isEqual(withoutHash(valueAt(set, 'spec', 'template')), withoutHash(valueAt(deployment, 'spec', 'template'))))
  const [wanted, replicas, ready, available] = [numberAt(deployment, 'spec', 'replicas'), total('replicas'), total('readyReplicas'), total('availableReplicas')]
  const updated = current === undefined ? 0 : numberAt(current, 'status', 'replicas')
  const { name = '' } = current?.metadata ?? {}
  let conditions = [...objectsOf(valueAt(deployment, 'status', 'conditions'))]
  const isAvailable = available >= wanted - unavailable(deployment)
  conditions = withCondition(
    conditions,
    'Available',
    isAvailable ? 'True' : 'False',
    isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    isAvailable ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
    now,
    true,
  )
  const isComplete = updated === wanted && replicas === wanted && available === wanted && deployment.metadata.generation !== undefined
  const deadlineMs = numberAt(deployment, 'spec', 'progressDeadlineSeconds') * 1000
  const before = conditionOf(deployment, 'Progressing')
  const sinceMs = before === undefined ? 0 : now - Date.parse(printed(before['lastUpdateTime'] ?? ''))
  const isNewSet = before === undefined || !printed(before['message'] ?? '').includes(`"${name}"`)
  if (isComplete)
    conditions = withCondition(conditions, 'Progressing', 'True', 'NewReplicaSetAvailable', `ReplicaSet "${name}" has successfully progressed.`, now, true)
  else if (isNewSet || before['reason'] === 'NewReplicaSetAvailable')
    conditions = withCondition(conditions, 'Progressing', 'True', 'ReplicaSetUpdated', `ReplicaSet "${name}" is progressing.`, now, true)
  else if (deadlineMs > 0 && sinceMs >= deadlineMs)
    conditions = withCondition(conditions, 'Progressing', 'False', 'ProgressDeadlineExceeded', `ReplicaSet "${name}" has timed out progressing.`, now, true)
  const status: JsonObject = {
    observedGeneration: deployment.metadata.generation ?? 1,
    ...(replicas === 0 ? {} : { replicas }),
    ...(updated === 0 ? {} : { updatedReplicas: updated }),
    ...(ready === 0 ? {} : { readyReplicas: ready }),
    ...(available === 0 ? {} : { availableReplicas: available }),
    ...(wanted - available > 0 ? { unavailableReplicas: wanted - available } : {}),
    conditions,
  }
  storeStatus(api, deployment, status)
  return isComplete || deadlineMs === 0 ? undefined : Math.max(100, deadlineMs - sinceMs)
}
