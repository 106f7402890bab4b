// Jobs run pods to completion. Follows kubernetes `pkg/controller/job`.
import { printed } from '@plumbline/schema'
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { formatTime, objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject } from '../api-server/types.ts'
import { controllerKeyOf, startControlLoop } from './control-loop.ts'
import { conditionOf, isPodActive, isPodReady, numberAt, ownedBy, podFrom, pods, storeStatus } from './objects.ts'

const jobs = { group: 'batch', plural: 'jobs' }

export function startJobs(api: ClusterApi, clock: Clock): () => void {
  return startControlLoop({
    api,
    clock,
    resource: jobs,
    dependents: [{ resource: pods, keyOf: controllerKeyOf('Job') }],
    reconcile(job) {
      if (job.metadata.deletionTimestamp !== undefined) return undefined
      if (isOver(job)) return expire(api, job, clock.now())
      run(api, job, clock.now())
      return undefined
    },
  })
}

function isOver(job: KubeObject): boolean {
  return ['Complete', 'Failed'].some((type) => conditionOf(job, type)?.['status'] === 'True')
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

function run(api: ClusterApi, job: KubeObject, now: number): void {
  const all = ownedBy(api, pods, job)
  const phaseOf = (pod: KubeObject): unknown => valueAt(pod, 'status', 'phase')
  const succeeded = all.filter((pod) => phaseOf(pod) === 'Succeeded').length
  const failed = all.filter((pod) => phaseOf(pod) === 'Failed').length
  const completions = valueAt(job, 'spec', 'completions')
  const wanted = typeof completions === 'number' ? completions : 1
  const status = objectOf(job['status'])
  const isSuspended = valueAt(job, 'spec', 'suspend') === true
  let conditions = [...objectsOf(status['conditions'])]
  const time = formatTime(now)
  const add = (type: string, reason: string, message: string): void => {
    conditions = [...conditions, { type, status: 'True', lastProbeTime: time, lastTransitionTime: time, reason, message }]
  }
  const deadline = valueAt(job, 'spec', 'activeDeadlineSeconds')
  const started = status['startTime']
  const isLate = typeof deadline === 'number' && typeof started === 'string' && now - Date.parse(started) >= deadline * 1000
  const isFailed = failed > numberAt(job, 'spec', 'backoffLimit') || isLate
  const isComplete = succeeded >= wanted
  if (isComplete) {
    add('SuccessCriteriaMet', 'CompletionsReached', 'Reached expected number of succeeded pods')
    add('Complete', 'CompletionsReached', 'Reached expected number of succeeded pods')
  } else if (isFailed) {
    const [reason, message] = isLate
      ? ['DeadlineExceeded', 'Job was active longer than specified deadline']
      : ['BackoffLimitExceeded', 'Job has reached the specified backoff limit']
    add('FailureTarget', reason, message)
    add('Failed', reason, message)
  } else conditions = suspension(conditions, isSuspended, time)
  let active = all.filter(isPodActive)
  if (isComplete || isFailed || isSuspended) {
    for (const pod of active) api.delete(pods, pod.metadata.namespace ?? '', pod.metadata.name ?? '')
    active = []
  } else {
    const parallel = Math.min(numberAt(job, 'spec', 'parallelism'), wanted - succeeded)
    for (let count = active.length; count < parallel; count++) api.create(podFrom(job, valueAt(job, 'spec', 'template'), {}))
    active = ownedBy(api, pods, job).filter(isPodActive)
  }
  const current = api.get(jobs, job.metadata.namespace ?? '', job.metadata.name ?? '')
  if (current === undefined) return
  const next: JsonObject = {
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(isSuspended ? {} : { startTime: started ?? time }),
    ...(isComplete ? { completionTime: time } : {}),
    ...(active.length === 0 ? {} : { active: active.length }),
    ...(succeeded === 0 ? {} : { succeeded }),
    ...(failed === 0 ? {} : { failed }),
    ready: active.filter(isPodReady).length,
    terminating: 0,
    uncountedTerminatedPods: {},
  }
  storeStatus(api, current, next)
}

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
