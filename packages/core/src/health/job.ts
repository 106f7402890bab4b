// Follows argo-cd `gitops-engine/pkg/health/health_job.go`; deviation: `Suspended=False` on a job that still runs is not healthy,
// unless the original rule is asked for.
import { defineHealthCheck, degraded, healthy, progressing, suspended } from './health.ts'
import type { HealthCheck } from './health.ts'
import { recordsAt, textAt } from './read.ts'
import { inVersions } from './supported-versions.ts'

/** @param isOriginal count any Suspended condition as the end of the job, as Argo CD does */
export function jobHealthCheck(isOriginal: boolean): HealthCheck {
  const check = defineHealthCheck('batch', 'Job', (job) => {
    let [isFailed, isComplete, isSuspended] = [false, false, false]
    let message = ''
    let failure = ''
    for (const condition of recordsAt(job, 'status', 'conditions')) {
      const type = textAt(condition, 'type')
      if (type === 'Failed') [isFailed, isComplete, failure] = [true, true, textAt(condition, 'message')]
      if (type === 'Complete') [isComplete, message] = [true, textAt(condition, 'message')]
      if (type === 'Suspended') {
        if (condition['status'] === 'True') [isComplete, isSuspended, message] = [true, true, textAt(condition, 'message')]
        else if (isOriginal) [isComplete, message] = [true, textAt(condition, 'message')]
      }
    }
    if (!isComplete) return progressing(message)
    if (isFailed) return degraded(failure)
    return isSuspended ? suspended(message) : healthy(message)
  })
  return inVersions(['batch/v1'], check)
}

export const jobHealth: HealthCheck = jobHealthCheck(false)
