// The rules of kstatus, for those who measure with it: whether the controllers have done what was asked. Follows cli-utils `pkg/kstatus/status`.
import { isRecord, valueAt } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { groupOf } from '../model/resource-id.ts'
import { numberOr, textOf } from './operators/vocabulary.ts'
import { recordsAt } from './read.ts'

/** As kstatus says it. */
export type KstatusCode = 'Current' | 'InProgress' | 'Failed' | 'Terminating'

/** One of the two standard conditions, as they would be written to the object. */
export interface KstatusCondition {
  readonly type: 'Reconciling' | 'Stalled'
  readonly status: 'True'
  readonly reason: string
  readonly message: string
}

/** The status of an object. */
export interface KstatusResult {
  readonly status: KstatusCode
  readonly message: string
  readonly conditions: readonly KstatusCondition[]
}

type Rule = (object: KubernetesObject, now: number) => KstatusResult

/** Time that a scheduler has before a pod without a place counts as failed. */
const scheduleWindow = 15_000

const current = (message: string): KstatusResult => ({ status: 'Current', message, conditions: [] })
const inProgress = (reason: string, message: string): KstatusResult => ({
  status: 'InProgress',
  message,
  conditions: [{ type: 'Reconciling', status: 'True', reason, message }],
})
const failed = (reason: string, message: string, own = message): KstatusResult => ({
  status: 'Failed',
  message,
  conditions: [{ type: 'Stalled', status: 'True', reason, message: own }],
})

interface Condition {
  readonly type: string
  readonly status: string
  readonly reason: string
  readonly message: string
}

/** @throws {TypeError} when conditions are no list of objects with texts */
function conditionsOf(object: KubernetesObject): readonly Condition[] {
  const list = valueAt(object, 'status', 'conditions') ?? []
  if (!Array.isArray(list)) throw new TypeError('status.conditions: expected a list')
  return list.map((entry: unknown) => {
    if (!isRecord(entry)) throw new TypeError('status.conditions: expected objects')
    const part = (name: string): string => {
      const value = entry[name] ?? ''
      if (typeof value !== 'string') throw new TypeError(`status.conditions: ${name}: expected a text`)
      return value
    }
    return { type: part('type'), status: part('status'), reason: part('reason'), message: part('message') }
  })
}

/** @throws {TypeError} */
function generationAt(object: KubernetesObject, ...path: readonly string[]): number | undefined {
  const value = valueAt(object, ...path)
  if (value !== undefined && !Number.isInteger(value)) throw new TypeError(`${path.join('.')}: expected a whole number`)
  return value as number | undefined
}

const statusNumber = (object: KubernetesObject, field: string): number => numberOr(object, 0, 'status', field)

/** The first of several counts that is behind. */
function firstBehind(counts: readonly (readonly [reason: string, title: string, found: number, wanted: number])[]): KstatusResult | undefined {
  for (const [reason, title, found, wanted] of counts) if (wanted > found) return inProgress(reason, `${title}: ${found}/${wanted}`)
  return undefined
}

const statefulSet: Rule = (set) => {
  if (valueAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return current('StatefulSet is using the ondelete update strategy')
  const wanted = numberOr(set, 1, 'spec', 'replicas')
  const [replicas, updated] = [statusNumber(set, 'replicas'), statusNumber(set, 'updatedReplicas')]
  const behind = firstBehind([
    ['LessReplicas', 'Replicas', replicas, wanted],
    ['LessReady', 'Ready', statusNumber(set, 'readyReplicas'), wanted],
  ])
  if (behind !== undefined) return behind
  if (replicas > wanted) return inProgress('ExtraPods', `Pending termination: ${replicas - wanted}`)
  const partition = numberOr(set, -1, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
  if (partition !== -1)
    return updated < wanted - partition
      ? inProgress('PartitionRollout', `updated: ${updated}/${wanted - partition}`)
      : current(`Partition rollout complete. updated: ${updated}`)
  const stale = firstBehind([['LessCurrent', 'current', statusNumber(set, 'currentReplicas'), wanted]])
  if (stale !== undefined) return stale
  if ((textOf(valueAt(set, 'status', 'currentRevision')) ?? '') !== (textOf(valueAt(set, 'status', 'updateRevision')) ?? ''))
    return inProgress('RevisionMismatch', 'Waiting for updated revision to match current')
  return current(`All replicas scheduled as expected. Replicas: ${replicas}`)
}

const deployment: Rule = (object) => {
  // Without a deadline the controller reports no progress.
  let isProgressing = typeof valueAt(object, 'spec', 'progressDeadlineSeconds') !== 'number'
  let isAvailable = false
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (type === 'Progressing' && reason === 'ProgressDeadlineExceeded') return failed(reason, 'Progress deadline exceeded', message)
    isProgressing ||= type === 'Progressing' && status === 'True' && reason === 'NewReplicaSetAvailable'
    isAvailable ||= type === 'Available' && status === 'True'
  }
  const wanted = numberOr(object, 1, 'spec', 'replicas')
  const [replicas, updated, available] = ['replicas', 'updatedReplicas', 'availableReplicas'].map((field) => statusNumber(object, field)) as [
    number,
    number,
    number,
  ]
  const behind = firstBehind([
    ['LessReplicas', 'Replicas', replicas, wanted],
    ['LessUpdated', 'Updated', updated, wanted],
  ])
  if (behind !== undefined) return behind
  if (replicas > wanted) return inProgress('ExtraPods', `Pending termination: ${replicas - wanted}`)
  const unready = firstBehind([
    ['LessAvailable', 'Available', available, updated],
    ['LessReady', 'Ready', statusNumber(object, 'readyReplicas'), wanted],
  ])
  if (unready !== undefined) return unready
  if (!isProgressing) return inProgress('ReplicaSetNotAvailable', 'ReplicaSet not Available')
  return isAvailable ? current(`Deployment is available. Replicas: ${replicas}`) : inProgress('DeploymentNotAvailable', 'Deployment not Available')
}

const replicaSet: Rule = (set) => {
  if (conditionsOf(set).some(({ type, status }) => type === 'ReplicaFailure' && status === 'True'))
    return inProgress('ReplicaFailure', 'Replica Failure condition. Check Pods')
  const wanted = numberOr(set, 1, 'spec', 'replicas')
  const replicas = statusNumber(set, 'replicas')
  const behind = firstBehind([
    ['LessLabelled', 'Labelled', statusNumber(set, 'fullyLabeledReplicas'), wanted],
    ['LessAvailable', 'Available', statusNumber(set, 'availableReplicas'), wanted],
    ['LessReady', 'Ready', statusNumber(set, 'readyReplicas'), wanted],
  ])
  if (behind !== undefined) return behind
  if (replicas > wanted) return inProgress('ExtraPods', `Pending termination: ${replicas - wanted}`)
  return current(`ReplicaSet is available. Replicas: ${replicas}`)
}

const daemonSet: Rule = (set) => {
  if (generationAt(set, 'metadata', 'generation') === undefined) return inProgress('NoGeneration', `${set.kind} metadata.generation not found`)
  if (generationAt(set, 'status', 'observedGeneration') === undefined)
    return inProgress('NoObservedGeneration', `${set.kind} status.observedGeneration not found`)
  const wanted = numberOr(set, -1, 'status', 'desiredNumberScheduled')
  if (wanted === -1) return inProgress('NoDesiredNumber', 'Missing .status.desiredNumberScheduled')
  const behind = firstBehind([
    ['LessCurrent', 'Current', statusNumber(set, 'currentNumberScheduled'), wanted],
    ['LessUpdated', 'Updated', statusNumber(set, 'updatedNumberScheduled'), wanted],
    ['LessAvailable', 'Available', statusNumber(set, 'numberAvailable'), wanted],
    ['LessReady', 'Ready', statusNumber(set, 'numberReady'), wanted],
  ])
  return behind ?? current(`All replicas scheduled as expected. Replicas: ${wanted}`)
}

const claim: Rule = (object) => {
  const phase = textOf(valueAt(object, 'status', 'phase')) ?? 'unknown'
  return phase === 'Bound' ? current('PVC is Bound') : inProgress('NotBound', `PVC is not Bound. phase: ${phase}`)
}

const pod: Rule = (object, now) => {
  const list = conditionsOf(object)
  const phase = textOf(valueAt(object, 'status', 'phase')) ?? ''
  switch (phase) {
    case 'Succeeded':
      return current('Pod has completed successfully')
    case 'Failed':
      return current('Pod has completed, but not successfully')
    case 'Running': {
      if (list.some(({ type, status }) => type === 'Ready' && status === 'True')) return current('Pod is Ready')
      const looping = recordsAt(object, 'status', 'containerStatuses').filter(
        (container) => valueAt(container, 'state', 'waiting', 'reason') === 'CrashLoopBackOff' && typeof container['name'] === 'string',
      )
      return looping.length > 0
        ? failed('ContainerCrashLooping', `Containers in CrashLoop state: ${looping.map(({ name }) => String(name)).join(',')}`)
        : inProgress('PodRunningNotReady', 'Pod is running but is not Ready')
    }
    case 'Pending': {
      if (list.find(({ type, status }) => type === 'PodScheduled' && status === 'False')?.reason !== 'Unschedulable')
        return inProgress('PodPending', 'Pod is in the Pending phase')
      const created = Date.parse(object.metadata.creationTimestamp ?? '')
      return now - scheduleWindow < created
        ? inProgress('PodNotScheduled', 'Pod has not been scheduled')
        : failed('PodUnschedulable', 'Pod could not be scheduled')
    }
    case '':
      return inProgress('PodNotObserved', 'Pod phase not available')
    default:
      throw new TypeError(`unknown phase ${phase}`)
  }
}

const job: Rule = (object) => {
  const wanted = numberOr(object, numberOr(object, 1, 'spec', 'parallelism'), 'spec', 'completions')
  const [succeeded, active, broken] = ['succeeded', 'active', 'failed'].map((field) => statusNumber(object, field)) as [number, number, number]
  for (const { type, status } of conditionsOf(object)) {
    if (status !== 'True') continue
    if (type === 'Complete') return current(`Job Completed. succeeded: ${succeeded}/${wanted}`)
    if (type === 'Suspended') return current('Job is suspended')
    if (type === 'Failed') return failed('JobFailed', `Job Failed. failed: ${broken}/${wanted}`)
  }
  if ((textOf(valueAt(object, 'status', 'startTime')) ?? '') === '') return inProgress('JobNotStarted', 'Job not started')
  return current(`Job in progress. success:${succeeded}, active: ${active}, failed: ${broken}`)
}

const service: Rule = (object) => {
  const hasAddress = (textOf(valueAt(object, 'spec', 'clusterIP')) ?? '') !== ''
  return valueAt(object, 'spec', 'type') === 'LoadBalancer' && !hasAddress
    ? inProgress('NoIPAssigned', 'ClusterIP not set. Service type: LoadBalancer')
    : current('Service is ready')
}

const definition: Rule = (object) => {
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (type === 'NamesAccepted' && status === 'False') return failed(reason, message)
    if (type !== 'Established') continue
    if (status === 'False' && reason !== 'Installing') return failed(reason, message)
    if (status === 'True') return current('CRD is established')
  }
  return inProgress('Installing', 'Install in progress')
}

const alwaysReady: Rule = () => current('Resource is always ready')

const rules: Readonly<Record<string, Rule>> = {
  '/Service': service,
  '/Pod': pod,
  '/Secret': alwaysReady,
  '/ConfigMap': alwaysReady,
  '/PersistentVolumeClaim': claim,
  'apps/StatefulSet': statefulSet,
  'apps/DaemonSet': daemonSet,
  'extensions/DaemonSet': daemonSet,
  'apps/Deployment': deployment,
  'extensions/Deployment': deployment,
  'apps/ReplicaSet': replicaSet,
  'extensions/ReplicaSet': replicaSet,
  'policy/PodDisruptionBudget': () => current('AllowedDisruptions has been computed.'),
  'batch/CronJob': alwaysReady,
  'batch/Job': job,
  'apiextensions.k8s.io/CustomResourceDefinition': definition,
}

/** What holds for every kind. */
function generic(object: KubernetesObject): KstatusResult | undefined {
  if ((object.metadata.deletionTimestamp ?? '') !== '') return { status: 'Terminating', message: 'Resource scheduled for deletion', conditions: [] }
  const generation = generationAt(object, 'metadata', 'generation')
  const observed = generation === undefined ? undefined : generationAt(object, 'status', 'observedGeneration')
  if (observed !== undefined && observed !== generation)
    return inProgress('LatestGenerationNotObserved', `${object.kind} generation is ${generation}, but latest observed generation is ${observed}`)
  for (const { type, status, reason, message } of conditionsOf(object)) {
    if (status !== 'True') continue
    if (type === 'Reconciling') return inProgress(reason, message)
    if (type === 'Stalled') return failed(reason, message)
  }
  return undefined
}

function byReadyCondition(object: KubernetesObject): KstatusResult | undefined {
  const condition = conditionsOf(object).find(({ type }) => type === 'Ready')
  if (condition === undefined) return undefined
  if (condition.status === 'True') return current('Resource is Ready')
  return condition.status === 'False' || condition.status === 'Unknown' ? inProgress(condition.reason, condition.message) : undefined
}

/**
 * Compute the status of an object.
 * @param now milliseconds since the epoch, for pods without a place
 * @throws {TypeError} when the object is not as its kind says
 */
export function kstatusOf(object: KubernetesObject, now: number): KstatusResult {
  const found = generic(object)
  if (found !== undefined) return found
  const key = `${groupOf(object.apiVersion)}/${object.kind}`
  const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
  return rule?.(object, now) ?? byReadyCondition(object) ?? current('Resource is current')
}
