// Deployments roll from one ReplicaSet to the next. Follows kubernetes `pkg/controller/deployment`: `sync.go`, `rolling.go`, `recreate.go`, `progress.go`.
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { StatusError } from '../api-server/status-errors.ts'
import { formatTime, objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject } from '../api-server/types.ts'
import { controllerKeysOf, startControlLoop } from './control-loop.ts'
import {
  desiredAnnotation,
  hasSameTemplate,
  hashLabel,
  isWithinSurge,
  replicasWithin,
  revisionOf,
  setAnnotations,
  surgeOf,
  unavailableOf,
} from './deployment-sets.ts'
import { createRecorder } from './events.ts'
import type { RecordEvent } from './events.ts'
import { conditionOf, controllerReference, numberAt, ownedBy, pods, templateHash } from './objects.ts'
import { claimed, concernedControllers } from './ownership.ts'
import { replicaSets } from './replica-sets.ts'

export const deployments = { group: 'apps', plural: 'deployments' }
const revisionAnnotation = 'deployment.kubernetes.io/revision'
const failedRetryMs = 500
const { isInteger, MAX_SAFE_INTEGER } = Number

export function startDeployments(api: ClusterApi, clock: Clock): () => void {
  const record = createRecorder(api, clock, 'deployment-controller')
  return startControlLoop({
    api,
    clock,
    resource: deployments,
    dependents: [
      { resource: replicaSets, keysOf: concernedControllers(api, deployments, 'Deployment') },
      // A recreation waits for the last of the old pods.
      { resource: pods, keysOf: (pod, type) => (type === 'DELETED' ? deploymentsOf(api, pod) : []) },
    ],
    reconcile: (deployment) => new Rollout(api, clock.now(), record, deployment).sync(),
  })
}

/** One look at one Deployment. */
class Rollout {
  private readonly api: ClusterApi
  private readonly now: number
  private readonly record: RecordEvent
  private deployment: KubeObject

  constructor(api: ClusterApi, now: number, record: RecordEvent, deployment: KubeObject) {
    this.api = api
    this.now = now
    this.record = record
    this.deployment = deployment
  }

  /** Returns after how many milliseconds to look again. */
  sync(): number | undefined {
    const sets = claimed(this.api, replicaSets, this.deployment)
    if (this.deployment.metadata.deletionTimestamp !== undefined) {
      this.storeStatus(this.calculated(sets, this.newestSet(sets)))
      return undefined
    }
    const isPaused = valueAt(this.deployment, 'spec', 'paused') === true
    this.notePause(isPaused)
    if (isPaused || this.isScaling(sets)) return this.rescale(sets, isPaused)
    return valueAt(this.deployment, 'spec', 'strategy', 'type') === 'Recreate' ? this.recreate(sets) : this.roll(sets)
  }

  private get wanted(): number {
    return numberAt(this.deployment, 'spec', 'replicas')
  }

  /** The oldest set with the template of the deployment. */
  private newestSet(sets: readonly KubeObject[]): KubeObject | undefined {
    return byAge(sets).find((set) => hasSameTemplate(set, this.deployment))
  }

  private isScaling(sets: readonly KubeObject[]): boolean {
    return sets
      .filter((set) => numberAt(set, 'spec', 'replicas') > 0)
      .some((set) => {
        const desired = Number(set.metadata.annotations?.[desiredAnnotation] ?? Number.NaN)
        return isInteger(desired) && desired !== this.wanted
      })
  }

  private notePause(isPaused: boolean): void {
    if (!this.hasDeadline) return
    const before = conditionOf(this.deployment, 'Progressing')
    if (before?.['reason'] === 'ProgressDeadlineExceeded') return
    const wasPaused = before?.['reason'] === 'DeploymentPaused'
    if (isPaused === wasPaused) return
    const [reason, message] = isPaused ? ['DeploymentPaused', 'Deployment is paused'] : ['DeploymentResumed', 'Deployment is resumed']
    this.setCondition('Progressing', 'Unknown', reason, message)
  }

  private get hasDeadline(): boolean {
    const deadline = valueAt(this.deployment, 'spec', 'progressDeadlineSeconds')
    return typeof deadline === 'number' && deadline < 2_147_483_647
  }

  private setCondition(type: string, status: 'True' | 'False' | 'Unknown', reason: string, message: string): void {
    const held = objectOf(this.deployment['status'])
    this.storeStatus({ ...held, conditions: this.withCondition(objectsOf(held['conditions']), type, status, reason, message) })
  }

  private withCondition(conditions: readonly JsonObject[], type: string, status: string, reason: string, message: string): JsonObject[] {
    const before = conditions.find((condition) => condition['type'] === type)
    if (before !== undefined && before['status'] === status && before['reason'] === reason) return [...conditions]
    const time = formatTime(this.now)
    const lastTransitionTime = before?.['status'] === status ? before['lastTransitionTime'] : time
    return [...conditions.filter((condition) => condition !== before), { type, status, lastUpdateTime: time, lastTransitionTime, reason, message }]
  }

  /** Paused, or another number is wanted: no rollout, but the number is kept in proportion. */
  private rescale(sets: readonly KubeObject[], isPaused: boolean): undefined {
    const current = this.existingSet(sets)
    const old = sets.filter(({ metadata }) => metadata.uid !== current?.metadata.uid)
    this.spread(current, old)
    if (isPaused) this.cleanUp(old)
    const now = this.sets()
    this.storeStatus(this.calculated(now, this.newestSet(now)))
  }

  private spread(current: KubeObject | undefined, old: readonly KubeObject[]): void {
    const all = [...old, ...(current === undefined ? [] : [current])]
    const active = all.filter((set) => numberAt(set, 'spec', 'replicas') > 0)
    const only = active.length === 1 ? active[0] : active.length === 0 ? (current ?? byAge(old).at(-1)) : undefined
    if (only !== undefined) {
      this.scaleTo(only, this.wanted)
      return
    }
    if (current !== undefined && this.isSaturated(current)) {
      for (const set of old.filter((each) => numberAt(each, 'spec', 'replicas') > 0)) this.scaleTo(set, 0)
      return
    }
    if (valueAt(this.deployment, 'spec', 'strategy', 'type') === 'Recreate') return
    const total = sumOf(active, 'spec', 'replicas')
    const allowed = this.wanted > 0 ? this.wanted + surgeOf(this.deployment) : 0
    let left = allowed - total
    // The largest first; of equal ones the newest when there is more to give, the oldest when there is something to take.
    const order = byAge(active).toSorted((a, b) => numberAt(b, 'spec', 'replicas') - numberAt(a, 'spec', 'replicas'))
    const numbers = order.map((set) => {
      const replicas = numberAt(set, 'spec', 'replicas')
      const share = replicasWithin(set, this.wanted + surgeOf(this.deployment), left)
      left -= share
      return Math.max(0, replicas + share)
    })
    if (left !== 0 && numbers.length > 0) numbers[0] = Math.max(0, (numbers[0] ?? 0) + left)
    for (const [index, set] of order.entries()) this.scaleTo(set, numbers[index] ?? 0)
  }

  private isSaturated(set: KubeObject): boolean {
    return (
      Number(set.metadata.annotations?.[desiredAnnotation]) === this.wanted &&
      numberAt(set, 'spec', 'replicas') === this.wanted &&
      numberAt(set, 'status', 'availableReplicas') === this.wanted
    )
  }

  private roll(sets: readonly KubeObject[]): number | undefined {
    const current = this.existingSet(sets) ?? this.createSet(sets)
    if (current === undefined) return this.finish(failedRetryMs)
    const old = sets.filter(({ metadata }) => metadata.uid !== current.metadata.uid)
    const next = this.rolledNumber(current, [...old, current])
    if (!this.scaleTo(current, next) && !this.shrinkOld(current, old)) this.cleanUpWhenComplete(old)
    return this.finish()
  }

  /** How many the new set may have now. */
  private rolledNumber(current: KubeObject, all: readonly KubeObject[]): number {
    const own = numberAt(current, 'spec', 'replicas')
    if (own > this.wanted) return this.wanted
    if (valueAt(this.deployment, 'spec', 'strategy', 'type') === 'Recreate') return this.wanted
    return own + Math.max(0, Math.min(this.wanted + surgeOf(this.deployment) - sumOf(all, 'spec', 'replicas'), this.wanted - own))
  }

  /** Old pods go as far as enough are available without them; those that are broken go first. */
  private shrinkOld(current: KubeObject, old: readonly KubeObject[]): boolean {
    const held = byAge(old.filter((set) => numberAt(set, 'spec', 'replicas') > 0))
    if (held.length === 0) return false
    const least = this.wanted - unavailableOf(this.deployment)
    const total = sumOf(held, 'spec', 'replicas') + numberAt(current, 'spec', 'replicas')
    const pending = numberAt(current, 'spec', 'replicas') - numberAt(current, 'status', 'availableReplicas')
    let room = total - least - pending
    if (room <= 0) return false
    const numbers = new Map(held.map((set) => [set, numberAt(set, 'spec', 'replicas')]))
    for (const [set, replicas] of numbers) {
      const broken = Math.min(room, replicas - numberAt(set, 'status', 'availableReplicas'))
      if (broken <= 0) continue
      room -= broken
      numbers.set(set, replicas - broken)
    }
    let spare = sumOf(held, 'status', 'availableReplicas') + numberAt(current, 'status', 'availableReplicas') - least
    for (const [set, replicas] of numbers) {
      const going = Math.max(0, Math.min(replicas, spare))
      spare -= going
      numbers.set(set, replicas - going)
    }
    return [...numbers].map(([set, replicas]) => this.scaleTo(set, replicas)).includes(true)
  }

  private recreate(sets: readonly KubeObject[]): number | undefined {
    const existing = this.existingSet(sets)
    const old = sets.filter(({ metadata }) => metadata.uid !== existing?.metadata.uid)
    const isShrinking = old.filter((set) => numberAt(set, 'spec', 'replicas') > 0).map((set) => this.scaleTo(set, 0)).length > 0
    const isOldRunning = old.some((set) =>
      ownedBy(this.api, pods, set).some((pod) => !['Failed', 'Succeeded'].includes(String(valueAt(pod, 'status', 'phase')))),
    )
    if (isShrinking || isOldRunning) return this.finish()
    const current = existing ?? this.createSet(sets)
    if (current === undefined) return this.finish(failedRetryMs)
    this.scaleTo(current, this.wanted)
    this.cleanUpWhenComplete(old)
    return this.finish()
  }

  /** The set of the present template, with what the deployment says of it. */
  private existingSet(sets: readonly KubeObject[]): KubeObject | undefined {
    const found = this.newestSet(sets)
    if (found === undefined) return undefined
    const revision = this.nextRevision(sets, found)
    const annotations = setAnnotations(this.deployment, found, revision)
    const minReadySeconds = valueAt(this.deployment, 'spec', 'minReadySeconds')
    const isSame =
      JSON.stringify(annotations) === JSON.stringify(found.metadata.annotations ?? {}) &&
      numberAt(found, 'spec', 'minReadySeconds') === numberAt(this.deployment, 'spec', 'minReadySeconds')
    const set = isSame
      ? found
      : this.api.store({
          ...found,
          metadata: { ...found.metadata, annotations },
          spec: { ...objectOf(found['spec']), ...(typeof minReadySeconds === 'number' && minReadySeconds > 0 ? { minReadySeconds } : {}) },
        })
    this.markRevision(set.metadata.annotations?.[revisionAnnotation] ?? String(revision))
    if (this.hasDeadline && conditionOf(this.deployment, 'Progressing') === undefined)
      this.setCondition('Progressing', 'True', 'FoundNewReplicaSet', `Found new replica set "${set.metadata.name ?? ''}"`)
    return set
  }

  private nextRevision(sets: readonly KubeObject[], current: KubeObject | undefined): number {
    return Math.max(0, ...sets.filter(({ metadata }) => metadata.uid !== current?.metadata.uid).map(revisionOf)) + 1
  }

  private createSet(sets: readonly KubeObject[]): KubeObject | undefined {
    const { name = '', namespace = '' } = this.deployment.metadata
    const template = objectOf(valueAt(this.deployment, 'spec', 'template'))
    const collisions = numberAt(this.deployment, 'status', 'collisionCount')
    const hash = templateHash(collisions === 0 ? template : { template, collisions })
    const metadata = objectOf(template['metadata'])
    const labels = { ...objectOf(metadata['labels']), [hashLabel]: hash }
    const selector = objectOf(valueAt(this.deployment, 'spec', 'selector'))
    const minReadySeconds = numberAt(this.deployment, 'spec', 'minReadySeconds')
    const revision = this.nextRevision(sets, undefined)
    const replicas = this.rolledNumber({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: {} }, sets)
    try {
      const bare: KubeObject = {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: { name: `${name}-${hash}`, namespace, labels: labels as Record<string, string>, ownerReferences: [controllerReference(this.deployment)] },
        spec: {
          replicas,
          selector: { ...selector, matchLabels: { ...objectOf(selector['matchLabels']), [hashLabel]: hash } },
          template: { ...template, metadata: { ...metadata, labels } },
          ...(minReadySeconds === 0 ? {} : { minReadySeconds }),
        },
      }
      const created = this.api.create({ ...bare, metadata: { ...bare.metadata, annotations: setAnnotations(this.deployment, bare, revision) } })
      if (replicas > 0)
        this.record(this.deployment, 'Normal', 'ScalingReplicaSet', `Scaled up replica set ${created.metadata.name ?? ''} from 0 to ${replicas}`)
      this.markRevision(String(revision))
      if (this.hasDeadline) this.setCondition('Progressing', 'True', 'NewReplicaSetCreated', `Created new replica set "${created.metadata.name ?? ''}"`)
      return created
    } catch (error) {
      if (!(error instanceof StatusError)) throw error
      if (error.status.reason === 'AlreadyExists') {
        // The name of another set: the next attempt takes another one.
        this.storeStatus({ ...objectOf(this.deployment['status']), collisionCount: collisions + 1 })
        return undefined
      }
      const message = `Failed to create new replica set "${name}-${hash}": ${error.status.message ?? ''}`
      if (this.hasDeadline) this.setCondition('Progressing', 'False', 'ReplicaSetCreateError', message)
      this.record(this.deployment, 'Warning', 'ReplicaSetCreateError', message)
      return undefined
    }
  }

  private markRevision(revision: string): void {
    const { annotations } = this.deployment.metadata
    if (annotations?.[revisionAnnotation] === revision) return
    // As status: an annotation written to the Deployment itself would count as a change of its spec.
    this.deployment = this.api.updateStatus({
      ...this.deployment,
      metadata: { ...this.deployment.metadata, annotations: { ...annotations, [revisionAnnotation]: revision } },
    })
  }

  /** Whether the number changed. */
  private scaleTo(stale: KubeObject, replicas: number): boolean {
    const set = this.api.get(replicaSets, stale.metadata.namespace ?? '', stale.metadata.name ?? '')
    if (set === undefined) return false
    const before = numberAt(set, 'spec', 'replicas')
    const annotations = isWithinSurge(set, this.deployment) ? set.metadata.annotations : setAnnotations(this.deployment, set, undefined)
    if (before === replicas && annotations === set.metadata.annotations) return false
    const generation = (set.metadata.generation ?? 1) + (before === replicas ? 0 : 1)
    this.api.store({
      ...set,
      metadata: { ...set.metadata, generation, ...(annotations === undefined ? {} : { annotations }) },
      spec: { ...objectOf(set['spec']), replicas },
    })
    if (before === replicas) return false
    const direction = before < replicas ? 'up' : 'down'
    this.record(this.deployment, 'Normal', 'ScalingReplicaSet', `Scaled ${direction} replica set ${set.metadata.name ?? ''} from ${before} to ${replicas}`)
    return true
  }

  private sets(): KubeObject[] {
    return ownedBy(this.api, replicaSets, this.deployment)
  }

  private cleanUpWhenComplete(old: readonly KubeObject[]): void {
    const sets = this.sets()
    if (this.isComplete(this.calculated(sets, this.newestSet(sets)))) this.cleanUp(old)
  }

  private cleanUp(old: readonly KubeObject[]): void {
    const limit = valueAt(this.deployment, 'spec', 'revisionHistoryLimit')
    const kept = typeof limit === 'number' ? limit : MAX_SAFE_INTEGER
    const alive = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined).toSorted((a, b) => revisionOf(a) - revisionOf(b))
    for (const set of alive.slice(0, Math.max(0, alive.length - kept))) {
      const isBusy = numberAt(set, 'status', 'replicas') !== 0 || numberAt(set, 'spec', 'replicas') !== 0
      if (isBusy || (set.metadata.generation ?? 0) > numberAt(set, 'status', 'observedGeneration')) continue
      this.api.delete(replicaSets, set.metadata.namespace ?? '', set.metadata.name ?? '', { propagationPolicy: 'Background' })
    }
  }

  private calculated(sets: readonly KubeObject[], current: KubeObject | undefined): JsonObject {
    const status = objectOf(this.deployment['status'])
    const available = sumOf(sets, 'status', 'availableReplicas')
    const [replicas, ready] = [sumOf(sets, 'status', 'replicas'), sumOf(sets, 'status', 'readyReplicas')]
    const unavailable = Math.max(0, sumOf(sets, 'spec', 'replicas') - available)
    const updated = current === undefined ? 0 : numberAt(current, 'status', 'replicas')
    const hasEnough = available >= this.wanted - unavailableOf(this.deployment)
    const conditions = this.withCondition(
      objectsOf(status['conditions']),
      'Available',
      hasEnough ? 'True' : 'False',
      hasEnough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
      hasEnough ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
    )
    return {
      observedGeneration: this.deployment.metadata.generation ?? 1,
      ...(replicas === 0 ? {} : { replicas }),
      ...(updated === 0 ? {} : { updatedReplicas: updated }),
      ...(ready === 0 ? {} : { readyReplicas: ready }),
      ...(available === 0 ? {} : { availableReplicas: available }),
      ...(unavailable === 0 ? {} : { unavailableReplicas: unavailable }),
      ...(status['collisionCount'] === undefined ? {} : { collisionCount: status['collisionCount'] }),
      conditions,
    }
  }

  private isComplete(status: JsonObject): boolean {
    const { wanted } = this
    return numberAt(status, 'updatedReplicas') === wanted && numberAt(status, 'replicas') === wanted && numberAt(status, 'availableReplicas') === wanted
  }

  /** The status at the end of a rollout's step, with its progress. */
  private finish(retryMs?: number): number | undefined {
    const sets = this.sets()
    const current = this.newestSet(sets)
    const next = this.calculated(sets, current)
    let conditions = objectsOf(next['conditions'])
    if (!this.hasDeadline) conditions = conditions.filter((condition) => condition['type'] !== 'Progressing')
    const before = conditionOf(this.deployment, 'Progressing')
    const wasComplete = numberAt(next, 'replicas') === numberAt(next, 'updatedReplicas') && before?.['reason'] === 'NewReplicaSetAvailable'
    const what = current === undefined ? `Deployment "${this.deployment.metadata.name ?? ''}"` : `ReplicaSet "${current.metadata.name ?? ''}"`
    if (this.hasDeadline && !wasComplete) {
      if (this.isComplete(next))
        conditions = this.withCondition(conditions, 'Progressing', 'True', 'NewReplicaSetAvailable', `${what} has successfully progressed.`)
      else if (this.isProgressing(next)) {
        const lastTransitionTime = before?.['status'] === 'True' ? before['lastTransitionTime'] : formatTime(this.now)
        const progress = { type: 'Progressing', status: 'True', lastUpdateTime: formatTime(this.now), lastTransitionTime, reason: 'ReplicaSetUpdated' }
        conditions = [...conditions.filter((condition) => condition['type'] !== 'Progressing'), { ...progress, message: `${what} is progressing.` }]
      } else if (this.isTimedOut(before))
        conditions = this.withCondition(conditions, 'Progressing', 'False', 'ProgressDeadlineExceeded', `${what} has timed out progressing.`)
    }
    const failure = [...(current === undefined ? [] : [current]), ...sets]
      .map((set) => conditionOf(set, 'ReplicaFailure'))
      .find((condition) => condition !== undefined)
    if (failure === undefined) conditions = conditions.filter((condition) => condition['type'] !== 'ReplicaFailure')
    else conditions = this.withCondition(conditions, 'ReplicaFailure', String(failure['status']), String(failure['reason']), String(failure['message']))
    this.storeStatus({ ...next, conditions })
    return retryMs ?? this.msToDeadline(next, conditions)
  }

  private isProgressing(next: JsonObject): boolean {
    const held = this.deployment['status']
    const oldOnes = (status: unknown): number => numberAt(status, 'replicas') - numberAt(status, 'updatedReplicas')
    return (
      numberAt(next, 'updatedReplicas') > numberAt(held, 'updatedReplicas') ||
      oldOnes(next) < oldOnes(held) ||
      numberAt(next, 'readyReplicas') > numberAt(held, 'readyReplicas') ||
      numberAt(next, 'availableReplicas') > numberAt(held, 'availableReplicas')
    )
  }

  private isTimedOut(before: JsonObject | undefined): boolean {
    if (before === undefined || before['reason'] === 'NewReplicaSetAvailable') return false
    if (before['reason'] === 'ProgressDeadlineExceeded') return true
    return this.now >= Date.parse(String(before['lastUpdateTime'])) + numberAt(this.deployment, 'spec', 'progressDeadlineSeconds') * 1000
  }

  private msToDeadline(status: JsonObject, conditions: readonly JsonObject[]): number | undefined {
    const progress = conditions.find((condition) => condition['type'] === 'Progressing')
    const isDone = this.isComplete(status) || progress === undefined || progress['reason'] === 'ProgressDeadlineExceeded'
    if (isDone) return undefined
    return Math.max(100, Date.parse(String(progress['lastUpdateTime'])) + numberAt(this.deployment, 'spec', 'progressDeadlineSeconds') * 1000 - this.now)
  }

  private storeStatus(status: JsonObject): void {
    const { namespace = '', name = '' } = this.deployment.metadata
    const held = this.api.get(deployments, namespace, name)
    if (held === undefined) return
    const isSame = JSON.stringify(held['status']) === JSON.stringify(status)
    this.deployment = isSame ? held : this.api.store({ ...held, status })
  }
}

function deploymentsOf(api: ClusterApi, pod: KubeObject): string[] {
  const namespace = pod.metadata.namespace ?? ''
  return controllerKeysOf('ReplicaSet')(pod).flatMap((key) => {
    const set = api.get(replicaSets, namespace, key.slice(key.indexOf('/') + 1))
    return set === undefined ? [] : [...controllerKeysOf('Deployment')(set)]
  })
}

function sumOf(sets: readonly KubeObject[], part: 'spec' | 'status', field: string): number {
  return sets.reduce((sum, set) => sum + numberAt(set, part, field), 0)
}

function byAge(sets: readonly KubeObject[]): KubeObject[] {
  const age = ({ metadata }: KubeObject): number => Date.parse(String(metadata.creationTimestamp))
  return sets.toSorted((a, b) => age(a) - age(b) || ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1))
}
