// Argo Rollouts, Workflows and Events. Follows argo-cd `resource_customizations/{argoproj.io,spot.io}`.
import { valueAt } from '../../model/kubernetes-object.ts'
import type { KubernetesObject } from '../../model/kubernetes-object.ts'
import type { HealthStatusCode } from '../../model/application-status.ts'
import { defineHealthCheck } from '../health.ts'
import type { HealthCheck } from '../health.ts'
import { recordsAt } from '../read.ts'
import {
  always,
  conditions,
  firstOf,
  hasStatus,
  isPresent,
  noAnswer,
  numberOr,
  on,
  provided,
  reasonOf,
  say,
  statusText,
  textOf,
  waiting,
  when,
  words,
} from './vocabulary.ts'
import type { Check, Rule } from './vocabulary.ts'

const analysisPhases: Readonly<Record<string, readonly [HealthStatusCode, string]>> = {
  Successful: ['Healthy', 'Analysis run completed successfully'],
  Failed: ['Degraded', 'Analysis run failed'],
  Error: ['Degraded', 'Analysis run had an error'],
  Inconclusive: ['Unknown', 'Analysis run was inconclusive'],
}

const analysisRun: Check = (run) => {
  if (!hasStatus(run)) return say('Progressing', 'Waiting for analysis run to finish: status has not been reconciled.')
  const phase = statusText(run, 'phase') ?? ''
  if (phase === 'Pending' || phase === 'Running') return say('Progressing', 'Analysis run is running')
  const [status, message] = (Object.hasOwn(analysisPhases, phase) ? analysisPhases[phase] : undefined) ?? []
  return status === undefined ? noAnswer : say(status, statusText(run, 'message') ?? message)
}

const experiment = firstOf(
  words('phase', {
    Pending: say('Progressing', 'Experiment is pending'),
    Running: say('Progressing', 'Experiment is running'),
    Successful: say('Healthy', 'Experiment is successful'),
    Failed: say('Degraded', 'Experiment has failed'),
    Error: say('Degraded', 'Experiment had an error'),
  }),
  when(hasStatus, () => noAnswer),
  waiting('Waiting for experiment to finish: status has not been reconciled.'),
)

const applicationSet = firstOf(
  conditions(on('ErrorOccurred', 'True', 'Degraded')),
  conditions(on('ResourcesUpToDate', 'False', 'Degraded')),
  conditions(on('RolloutProgressing', 'True', 'Progressing')),
  conditions(on('ResourcesUpToDate', 'True', 'Healthy')),
  waiting('Waiting for the status to be reported'),
)

const cronWorkflow = firstOf(
  conditions(on(['SpecError', 'SubmissionError'], 'True', 'Degraded'), on('Completed', 'True', 'Healthy')),
  always('Healthy', 'CronWorkflow is healthy.'),
)

const eventBus = firstOf(
  conditions(
    on('Deployed', 'False', 'Degraded', (condition) => textOf(condition['message']) ?? reasonOf(condition)),
    on('Deployed', 'True', 'Healthy', (condition) => textOf(condition['message']) ?? reasonOf(condition)),
  ),
  waiting('Waiting for initialization'),
)

/** What ends a rollout for good. */
const brokenRollout = [
  on('InvalidSpec', '', 'Degraded'),
  provided(on('Progressing', '', 'Degraded'), (condition) => ['RolloutAborted', 'ProgressDeadlineExceeded'].includes(reasonOf(condition))),
]

function isObserved(rollout: KubernetesObject): boolean {
  if (!hasStatus(rollout)) return false
  // Old controllers wrote a hash here: what is no number is not compared.
  const observed = Number(textOf(valueAt(rollout, 'status', 'observedGeneration')) ?? Number.NaN)
  const generation = rollout.metadata.generation ?? 0
  if (!Number.isNaN(observed) && observed < generation) return false
  const workload = rollout.metadata.annotations?.['rollout.argoproj.io/workload-generation']
  if (!isPresent(valueAt(rollout, 'spec', 'workloadRef')) || rollout.metadata.annotations === undefined) return true
  const observedWorkload = textOf(valueAt(rollout, 'status', 'workloadObservedGeneration'))
  return workload === undefined || observedWorkload === undefined ? workload === observedWorkload : Number(workload) === Number(observedWorkload)
}

const replicasBehind: Rule = (rollout) => {
  const updated = numberOr(rollout, 0, 'status', 'updatedReplicas')
  if (updated < numberOr(rollout, 1, 'spec', 'replicas')) return say('Progressing', 'Waiting for roll out to finish: More replicas need to be updated')
  if (numberOr(rollout, 0, 'status', 'availableReplicas') < updated)
    return say('Progressing', 'Waiting for roll out to finish: updated replicas are still becoming available')
  return undefined
}

const stepsBehind: Rule = (rollout) => {
  const hash = statusText(rollout, 'currentPodHash')
  const stable = statusText(rollout, 'stableRS') ?? statusText(rollout, 'canary', 'stableRS') ?? ''
  if (isPresent(valueAt(rollout, 'spec', 'strategy', 'blueGreen'))) {
    if (statusText(rollout, 'blueGreen', 'activeSelector') !== hash) return say('Progressing', 'active service cutover pending')
    return stable !== '' && stable !== hash ? say('Progressing', 'waiting for analysis to complete') : undefined
  }
  if (!isPresent(valueAt(rollout, 'spec', 'strategy', 'canary'))) return undefined
  if (numberOr(rollout, 0, 'status', 'replicas') > numberOr(rollout, 0, 'status', 'updatedReplicas'))
    return say('Progressing', 'Waiting for roll out to finish: old replicas are pending termination')
  return stable === '' || stable !== hash ? say('Progressing', 'Waiting for rollout to finish steps') : undefined
}

const rollout = firstOf(
  when((object) => !isObserved(object), waiting('Waiting for rollout spec update to be observed')),
  (object) => {
    const phase = statusText(object, 'phase')
    return phase === undefined ? undefined : say(phase === 'Paused' ? 'Suspended' : (phase as HealthStatusCode), statusText(object, 'message'))
  },
  conditions(...brokenRollout),
  when(
    (object) => recordsAt(object, 'status', 'pauseConditions').length > 0 || valueAt(object, 'spec', 'paused') === true,
    always('Suspended', 'Rollout is paused'),
  ),
  when((object) => statusText(object, 'currentPodHash') === undefined, waiting('Waiting for rollout to finish: status has not been reconciled.')),
  replicasBehind,
  stepsBehind,
  always('Healthy'),
)

const spotDeployment = firstOf(
  when(
    (object) => !isPresent(valueAt(object, 'status', 'conditions')),
    () => noAnswer,
  ),
  conditions(...brokenRollout, on('Paused', 'True', 'Suspended', 'Rollout is paused')),
  words('phase', { Progressing: say('Progressing', 'Waiting for rollout to finish steps') }),
  always('Healthy'),
)

export const argoHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck('argoproj.io', 'AnalysisRun', analysisRun),
  defineHealthCheck('argoproj.io', 'ApplicationSet', applicationSet),
  defineHealthCheck('argoproj.io', 'CronWorkflow', cronWorkflow),
  defineHealthCheck('argoproj.io', 'EventBus', eventBus),
  defineHealthCheck('argoproj.io', 'Experiment', experiment),
  defineHealthCheck('argoproj.io', 'Rollout', rollout),
  defineHealthCheck('spot.io', 'SpotDeployment', spotDeployment),
]
