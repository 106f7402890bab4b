// Follows argo-cd `resource_customizations/batch/CronJob/health.lua`.
import { defineHealthCheck, degraded, healthy, progressing } from './health.ts'
import type { HealthCheck } from './health.ts'
import { recordsAt, textAt } from './read.ts'
import { valueAt } from '../model/kubernetes-object.ts'

export const cronJobHealth: HealthCheck = defineHealthCheck('batch', 'CronJob', (cronJob) => {
  if (valueAt(cronJob, 'spec', 'suspend') === true) return healthy('CronJob is Suspended')
  if (valueAt(cronJob, 'status') === undefined) return progressing('Waiting for CronJob')
  const [scheduled, succeeded] = [textAt(cronJob, 'status', 'lastScheduleTime'), textAt(cronJob, 'status', 'lastSuccessfulTime')]
  if (scheduled === '') return healthy('CronJob has not been scheduled yet')
  if (succeeded === '') return healthy('The CronJob never completed successfully. It may not be healthy')
  if (recordsAt(cronJob, 'status', 'active').length > 0) return healthy('The job is running. Its last execution may not have been successful')
  return succeeded < scheduled
    ? degraded('CronJob has not completed its last execution successfully')
    : healthy('CronJob has completed its last execution successfully')
})
