// CronJobs make Jobs when their time has come. Follows kubernetes `pkg/controller/cronjob`.
import { localTime, nextAfter, parseSchedule } from '@plumbline/core'
import type { LocalTime, Schedule } from '@plumbline/core'
import { printed } from '@plumbline/schema'
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { formatTime, objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject } from '../api-server/types.ts'
import { controllerKeysOf, startControlLoop } from './control-loop.ts'
import { createRecorder } from './events.ts'
import type { RecordEvent } from './events.ts'
import { conditionOf, controllerReference, ownedBy, storeStatus } from './objects.ts'

const cronJobs = { group: 'batch', plural: 'cronjobs' }
const jobs = { group: 'batch', plural: 'jobs' }
const scheduledAnnotation = 'batch.kubernetes.io/cronjob-scheduled-timestamp'
const minuteMs = 60_000
/** More missed times than these are not looked through: the latest counts anyway. */
const maxMissed = 100
/** Timers cannot wait longer. */
const maxWaitMs = 2_000_000_000

export function startCronJobs(api: ClusterApi, clock: Clock): () => void {
  const record = createRecorder(api, clock, 'cronjob-controller')
  return startControlLoop({
    api,
    clock,
    resource: cronJobs,
    dependents: [{ resource: jobs, keysOf: controllerKeysOf('CronJob') }],
    reconcile: (cron) => reconcile(api, cron, clock.now(), record),
  })
}

function reconcile(api: ClusterApi, cron: KubeObject, now: number, record: RecordEvent): number | undefined {
  if (cron.metadata.deletionTimestamp !== undefined) return undefined
  const mine = ownedBy(api, jobs, cron)
  forget(api, cron, mine)
  let status = statusOf(cron, mine)
  if (valueAt(cron, 'spec', 'suspend') === true) {
    storeStatus(api, cron, status)
    return undefined
  }
  let schedule: Schedule
  try {
    schedule = parseSchedule(String(valueAt(cron, 'spec', 'schedule')))
  } catch (error) {
    record(cron, 'Warning', 'UnparseableSchedule', `unparseable schedule: ${error instanceof Error ? error.message : ''}`)
    return undefined
  }
  const zone = valueAt(cron, 'spec', 'timeZone')
  const local = localTime(typeof zone === 'string' ? zone : 'UTC')
  const since = Date.parse(printed(status['lastScheduleTime'] ?? cron.metadata.creationTimestamp ?? ''))
  const due = lastBetween(schedule, local, earliest(cron, since, now), now)
  if (due !== undefined && isStartable(cron, due, now, mine, record)) {
    for (const old of valueAt(cron, 'spec', 'concurrencyPolicy') === 'Replace' ? mine.filter((job) => !isOver(job)) : [])
      api.delete(jobs, old.metadata.namespace ?? '', old.metadata.name ?? '', { propagationPolicy: 'Background' })
    const job = jobOf(cron, due)
    if (api.get(jobs, cron.metadata.namespace ?? '', job.metadata.name ?? '') === undefined) {
      api.create(job)
      record(cron, 'Normal', 'SuccessfulCreate', `Created job ${job.metadata.name ?? ''}`)
    }
    status = { ...statusOf(cron, ownedBy(api, jobs, cron)), lastScheduleTime: formatTime(due) }
  }
  storeStatus(api, cron, status)
  const next = nextAfter(schedule, local, now)
  return next === undefined ? undefined : Math.min(maxWaitMs, Math.max(1, next - now))
}

function earliest(cron: KubeObject, since: number, now: number): number {
  const deadline = valueAt(cron, 'spec', 'startingDeadlineSeconds')
  return typeof deadline === 'number' ? Math.max(since, now - deadline * 1000) : since
}

function isStartable(cron: KubeObject, due: number, now: number, mine: readonly KubeObject[], record: RecordEvent): boolean {
  const deadline = valueAt(cron, 'spec', 'startingDeadlineSeconds')
  if (typeof deadline === 'number' && due + deadline * 1000 < now) {
    record(cron, 'Warning', 'MissSchedule', `Missed scheduled time to start a job: ${new Date(due).toUTCString()}`)
    return false
  }
  if (valueAt(cron, 'spec', 'concurrencyPolicy') !== 'Forbid' || mine.every(isOver)) return true
  record(cron, 'Normal', 'JobAlreadyActive', 'Not starting job because prior execution is running and concurrency policy is Forbid')
  return false
}

function isOver(job: KubeObject): boolean {
  return endingOf(job) !== undefined
}

function endingOf(job: KubeObject): 'Complete' | 'Failed' | undefined {
  return (['Complete', 'Failed'] as const).find((type) => conditionOf(job, type)?.['status'] === 'True')
}

function statusOf(cron: KubeObject, mine: readonly KubeObject[]): JsonObject {
  const held = objectOf(cron['status'])
  const active = mine
    .filter((job) => !isOver(job))
    .map(({ metadata }) => ({
      kind: 'Job',
      namespace: metadata.namespace,
      name: metadata.name,
      uid: metadata.uid,
      apiVersion: 'batch/v1',
      resourceVersion: metadata.resourceVersion,
    }))
  const completed = mine.map((job) => valueAt(job, 'status', 'completionTime')).filter((time) => typeof time === 'string')
  const last = [held['lastSuccessfulTime'], ...completed]
    .filter((time) => typeof time === 'string')
    .sort()
    .at(-1)
  const known = objectsOf(held['active'])
  return {
    // A reference keeps the version at which its job was seen first.
    ...(active.length === 0 ? {} : { active: active.map((reference) => known.find((other) => other['uid'] === reference.uid) ?? reference) }),
    ...(held['lastScheduleTime'] === undefined ? {} : { lastScheduleTime: held['lastScheduleTime'] }),
    ...(last === undefined ? {} : { lastSuccessfulTime: last }),
  }
}

/** Of those that ended, only the last few stay. */
function forget(api: ClusterApi, cron: KubeObject, mine: readonly KubeObject[]): void {
  for (const [ending, field, standard] of [
    ['Complete', 'successfulJobsHistoryLimit', 3],
    ['Failed', 'failedJobsHistoryLimit', 1],
  ] as const) {
    const limit = valueAt(cron, 'spec', field)
    const ended = mine
      .filter((job) => endingOf(job) === ending)
      .toSorted((a, b) => (String(valueAt(a, 'status', 'startTime')) < String(valueAt(b, 'status', 'startTime')) ? -1 : 1))
    for (const job of ended.slice(0, Math.max(0, ended.length - (typeof limit === 'number' ? limit : standard))))
      api.delete(jobs, job.metadata.namespace ?? '', job.metadata.name ?? '', { propagationPolicy: 'Background' })
  }
}

function jobOf(cron: KubeObject, due: number): KubeObject {
  const template = objectOf(valueAt(cron, 'spec', 'jobTemplate'))
  const metadata = objectOf(template['metadata'])
  const labels = objectOf(metadata['labels']) as Record<string, string>
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${cron.metadata.name ?? ''}-${Math.floor(due / minuteMs)}`,
      namespace: cron.metadata.namespace ?? '',
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      annotations: { ...(objectOf(metadata['annotations']) as Record<string, string>), [scheduledAnnotation]: formatTime(due) },
      ownerReferences: [controllerReference(cron)],
    },
    spec: objectOf(template['spec']),
  }
}

function lastBetween(schedule: Schedule, local: (time: number) => LocalTime, since: number, now: number): number | undefined {
  let found: number | undefined
  let from = since
  for (let missed = 0; missed < maxMissed; missed++) {
    const next = nextAfter(schedule, local, from)
    if (next === undefined || next > now) return found
    found = next
    from = next
  }
  // Too many were missed: the latest is looked for from near the end.
  for (let back = minuteMs; back < now - since; back *= 2) {
    const next = nextAfter(schedule, local, now - back)
    if (next !== undefined && next <= now) return next
  }
  return found
}
