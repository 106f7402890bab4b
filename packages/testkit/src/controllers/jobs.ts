// Jobs run pods to completion. Follows kubernetes `pkg/controller/job`.
import { printed } from '@plumbline/schema'
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { StatusError } from '../api-server/status-errors.ts'
import { formatTime, isEqual, objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject } from '../api-server/types.ts'
import { controllerKeysOf, startControlLoop } from './control-loop.ts'
import { createRecorder } from './events.ts'
import type { RecordEvent } from './events.ts'
import { formatIndexes, indexOf, parseIndexes, withIndex } from './job-indexes.ts'
import { conditionOf, isPodActive, isPodReady, numberAt, ownedBy, podFrom, pods } from './objects.ts'

const jobs = { group: 'batch', plural: 'jobs' }
const tracking = 'batch.kubernetes.io/job-tracking'
const retryMs = 500
/** Failed pods are replaced after so long, doubled with each failure. */
const backoffMs = 10_000
const maxBackoffMs = 600_000

export function startJobs(api: ClusterApi, clock: Clock): () => void {
  const record = createRecorder(api, clock, 'job-controller')
  const stopJobs = startControlLoop({
    api,
    clock,
    resource: jobs,
    dependents: [{ resource: pods, keysOf: controllerKeysOf('Job') }],
    reconcile(job) {
      if (job.metadata.deletionTimestamp !== undefined) return undefined
      if (isOver(job)) return expire(api, job, clock.now())
      return run(api, job, clock.now(), record)
    },
  })
  // Pods of jobs that are gone, or on their way, are not tracked any longer.
  const stopOrphans = startControlLoop({
    api,
    clock,
    resource: pods,
    dependents: [{ resource: jobs, keysOf: (job, type) => (type === 'DELETED' || isEnding(job) ? ownedBy(api, pods, job).map(keyOfPod) : []) }],
    reconcile(pod) {
      if (!(pod.metadata.finalizers ?? []).includes(tracking)) return
      const owner = (pod.metadata.ownerReferences ?? []).find(({ controller }) => controller === true)
      const job = owner?.kind === 'Job' ? api.get(jobs, pod.metadata.namespace ?? '', owner.name) : undefined
      if (job === undefined || job.metadata.uid !== owner?.uid || isEnding(job)) untrack(api, pod)
    },
  })
  return () => {
    stopJobs()
    stopOrphans()
  }
}

const keyOfPod = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`

function isOver(job: KubeObject): boolean {
  return ['Complete', 'Failed'].some((type) => conditionOf(job, type)?.['status'] === 'True')
}

/** Whether nobody waits for its pods any longer. */
function isEnding(job: KubeObject): boolean {
  return isOver(job) || job.metadata.deletionTimestamp !== undefined
}

function untrack(api: ClusterApi, pod: KubeObject): void {
  const current = api.get(pods, pod.metadata.namespace ?? '', pod.metadata.name ?? '')
  if (current === undefined) return
  const finalizers = (current.metadata.finalizers ?? []).filter((name) => name !== tracking)
  const { finalizers: _finalizers, ...metadata } = current.metadata
  api.store({ ...current, metadata: finalizers.length === 0 ? metadata : { ...metadata, finalizers } })
}

/** Finished jobs go after their time to live. */
function expire(api: ClusterApi, job: KubeObject, now: number): number | undefined {
  const seconds = valueAt(job, 'spec', 'ttlSecondsAfterFinished')
  if (typeof seconds !== 'number') return undefined
  const ended = objectsOf(valueAt(job, 'status', 'conditions')).find((condition) => ['Complete', 'Failed'].includes(String(condition['type'])))
  const left = Date.parse(printed(ended?.['lastTransitionTime'] ?? '')) + seconds * 1000 - now
  if (left > 0) return left
  api.delete(jobs, job.metadata.namespace ?? '', job.metadata.name ?? '', { propagationPolicy: 'Foreground' })
  return undefined
}

const phaseOf = (pod: KubeObject): unknown => valueAt(pod, 'status', 'phase')
const isTracked = ({ metadata }: KubeObject): boolean => (metadata.finalizers ?? []).includes(tracking)
const isIndexed = (job: KubeObject): boolean => valueAt(job, 'spec', 'completionMode') === 'Indexed'

interface Tally {
  readonly succeeded: number
  readonly failed: number
  readonly completedIndexes: ReadonlySet<number>
  /** Pods that are counted now, and need not be held any longer. */
  readonly counted: readonly KubeObject[]
}

/** What has ended, with those that the status knows already. A pod that is being removed counts as failed, unless only ended ones shall. */
function tallyOf(job: KubeObject, all: readonly KubeObject[]): Tally {
  const onlyEnded = valueAt(job, 'spec', 'podReplacementPolicy') === 'Failed'
  const fresh = all.filter(isTracked)
  const isFailed = (pod: KubeObject): boolean =>
    phaseOf(pod) === 'Failed' || (!onlyEnded && pod.metadata.deletionTimestamp !== undefined && phaseOf(pod) !== 'Succeeded')
  const failed = fresh.filter(isFailed)
  const succeeded = fresh.filter((pod) => phaseOf(pod) === 'Succeeded')
  const indexes = parseIndexes(printed(valueAt(job, 'status', 'completedIndexes') ?? ''))
  for (const pod of succeeded) {
    const index = indexOf(pod)
    if (index !== undefined) indexes.add(index)
  }
  return {
    succeeded: isIndexed(job) ? indexes.size : numberAt(job, 'status', 'succeeded') + succeeded.length,
    failed: numberAt(job, 'status', 'failed') + failed.length,
    completedIndexes: indexes,
    counted: [...failed, ...succeeded],
  }
}

interface Verdict {
  readonly type: 'SuccessCriteriaMet' | 'FailureTarget'
  readonly reason: string
  readonly message: string
}

function verdictOf(job: KubeObject, tally: Tally, active: number, started: unknown, now: number): Verdict | undefined {
  const known = ['SuccessCriteriaMet', 'FailureTarget'].map((type) => conditionOf(job, type)).find((condition) => condition?.['status'] === 'True')
  if (known !== undefined) return { type: known['type'] as Verdict['type'], reason: printed(known['reason'] ?? ''), message: printed(known['message'] ?? '') }
  const deadline = valueAt(job, 'spec', 'activeDeadlineSeconds')
  if (tally.failed > numberAt(job, 'spec', 'backoffLimit'))
    return { type: 'FailureTarget', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' }
  if (typeof deadline === 'number' && typeof started === 'string' && now - Date.parse(started) >= deadline * 1000)
    return { type: 'FailureTarget', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' }
  const completions = valueAt(job, 'spec', 'completions')
  // Without a number of completions one success is the sign for all, and the others run to their end.
  const isComplete = typeof completions === 'number' ? tally.succeeded >= completions : tally.succeeded > 0 && active === 0
  return isComplete ? { type: 'SuccessCriteriaMet', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' } : undefined
}

function run(api: ClusterApi, job: KubeObject, now: number, record: RecordEvent): number | undefined {
  const all = ownedBy(api, pods, job)
  const tally = tallyOf(job, all)
  const time = formatTime(now)
  const isSuspended = valueAt(job, 'spec', 'suspend') === true
  const held = objectOf(job['status'])
  const started = isSuspended ? undefined : (held['startTime'] ?? time)
  let active = all.filter(isPodActive)
  const verdict = verdictOf(job, tally, active.length, started, now)
  let conditions = [...objectsOf(held['conditions'])]
  const add = (type: string, reason: string, message: string): void => {
    if (!conditions.some((condition) => condition['type'] === type))
      conditions = [...conditions, { type, status: 'True', lastProbeTime: time, lastTransitionTime: time, reason, message }]
  }
  let waitMs: number | undefined
  if (verdict !== undefined || isSuspended) {
    for (const pod of active) removePod(api, job, pod, record)
    active = []
  } else if (job.metadata.deletionTimestamp === undefined) waitMs = adjust(api, job, all, active, tally, now, record)
  if (verdict === undefined) conditions = suspension(conditions, isSuspended, time)
  else {
    add(verdict.type, verdict.reason, verdict.message)
    const isEnded = ownedBy(api, pods, job).every((pod) => phaseOf(pod) === 'Succeeded' || phaseOf(pod) === 'Failed')
    if (isEnded) {
      add(verdict.type === 'FailureTarget' ? 'Failed' : 'Complete', verdict.reason, verdict.message)
      if (verdict.type === 'FailureTarget') record(job, 'Warning', verdict.reason, verdict.message)
      else record(job, 'Normal', 'Completed', 'Job completed')
    }
  }
  const left = ownedBy(api, pods, job)
  active = left.filter(isPodActive)
  const current = api.get(jobs, job.metadata.namespace ?? '', job.metadata.name ?? '')
  if (current === undefined) return undefined
  const isComplete = conditions.some((condition) => condition['type'] === 'Complete')
  const indexes = formatIndexes(tally.completedIndexes)
  const next: JsonObject = {
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(started === undefined ? {} : { startTime: started }),
    ...(isComplete ? { completionTime: held['completionTime'] ?? time } : {}),
    ...(active.length === 0 ? {} : { active: active.length }),
    ...(tally.succeeded === 0 ? {} : { succeeded: tally.succeeded }),
    ...(tally.failed === 0 ? {} : { failed: tally.failed }),
    ...(indexes === '' ? {} : { completedIndexes: indexes }),
    ready: active.filter(isPodReady).length,
    terminating: left.filter((pod) => pod.metadata.deletionTimestamp !== undefined && !['Succeeded', 'Failed'].includes(String(phaseOf(pod)))).length,
    uncountedTerminatedPods: {},
  }
  if (!isEqual(held, next)) api.store({ ...current, status: next })
  // Only what the status has counted is let go.
  for (const pod of tally.counted) untrack(api, pod)
  return waitMs ?? msToDeadline(job, started, now)
}

function msToDeadline(job: KubeObject, started: unknown, now: number): number | undefined {
  const deadline = valueAt(job, 'spec', 'activeDeadlineSeconds')
  if (typeof deadline !== 'number' || typeof started !== 'string') return undefined
  const left = Date.parse(started) + deadline * 1000 - now
  return left > 0 ? left : undefined
}

function removePod(api: ClusterApi, job: KubeObject, pod: KubeObject, record: RecordEvent): void {
  api.delete(pods, pod.metadata.namespace ?? '', pod.metadata.name ?? '')
  record(job, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name ?? ''}`)
}

/** As many pods as are to run beside each other, or fewer where fewer are left to do. */
function adjust(
  api: ClusterApi,
  job: KubeObject,
  all: readonly KubeObject[],
  active: readonly KubeObject[],
  tally: Tally,
  now: number,
  record: RecordEvent,
): number | undefined {
  const parallelism = numberAt(job, 'spec', 'parallelism')
  const completions = valueAt(job, 'spec', 'completions')
  const wanted = typeof completions === 'number' ? Math.min(parallelism, completions - tally.succeeded) : tally.succeeded > 0 ? active.length : parallelism
  for (const pod of active.slice(Math.max(0, wanted))) removePod(api, job, pod, record)
  if (active.length >= wanted) return undefined
  const failedAt = all.filter((pod) => phaseOf(pod) === 'Failed').map((pod) => endOf(pod))
  if (failedAt.length > 0 && tally.failed > 0) {
    const wait = Math.max(...failedAt) + Math.min(maxBackoffMs, backoffMs * 2 ** (tally.failed - 1)) - now
    if (wait > 0) return wait
  }
  const taken = new Set(active.map(indexOf))
  let next = 0
  try {
    for (let count = active.length; count < wanted; count++) {
      let pod = podFrom(job, valueAt(job, 'spec', 'template'), {})
      pod = { ...pod, metadata: { ...pod.metadata, finalizers: [...(pod.metadata.finalizers ?? []), tracking] } }
      if (isIndexed(job)) {
        while (taken.has(next) || tally.completedIndexes.has(next)) next++
        taken.add(next)
        pod = withIndex(pod, job, next)
      }
      const created = api.create(pod)
      record(job, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name ?? ''}`)
    }
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    record(job, 'Warning', 'FailedCreate', `Error creating: ${error.status.message ?? ''}`)
    return retryMs
  }
  return undefined
}

/** When the last container of a pod ended. */
function endOf(pod: KubeObject): number {
  const times = objectsOf(valueAt(pod, 'status', 'containerStatuses')).map((status) => Date.parse(String(valueAt(status, 'state', 'terminated', 'finishedAt'))))
  const known = times.filter((time) => !Number.isNaN(time))
  return known.length === 0 ? Date.parse(String(pod.metadata.creationTimestamp)) : Math.max(...known)
}

/** A job that was never suspended does not mention it. */
function suspension(conditions: JsonObject[], isSuspended: boolean, time: string): JsonObject[] {
  const before = conditions.find((condition) => condition['type'] === 'Suspended')
  if ((before?.['status'] === 'True') === isSuspended) return conditions
  const next = {
    type: 'Suspended',
    status: isSuspended ? 'True' : 'False',
    lastProbeTime: time,
    lastTransitionTime: time,
    reason: isSuspended ? 'JobSuspended' : 'JobResumed',
    message: isSuspended ? 'Job suspended' : 'Job resumed',
  }
  return [...conditions.filter((condition) => condition !== before), next]
}
