// Functions, models and jobs: Knative, KServe, OpenFaaS, Spin, Camel K, Spark, Flink, Ansible. Follows argo-cd `resource_customizations` of their groups.
import { isRecord, valueAt } from '../../model/kubernetes-object.ts'
import type { KubernetesObject } from '../../model/kubernetes-object.ts'
import { defineHealthCheck } from '../health.ts'
import type { HealthCheck } from '../health.ts'
import {
  conditions,
  conditionsOf,
  firstOf,
  hasStatus,
  isPresent,
  isStale,
  messageOf,
  numberOr,
  on,
  ready,
  reasonOf,
  say,
  statusText,
  textOf,
  waiting,
  words,
} from './vocabulary.ts'
import type { Check, Condition } from './vocabulary.ts'

const part = (condition: Condition, name: string): string => textOf(condition[name]) ?? ''
const listed = (list: readonly Condition[]): string =>
  list.map((condition, at) => `${at + 1}: ${part(condition, 'type')} | ${part(condition, 'status')}\n`).join('')

/** Every type has to be true; a false one of `failing`, and any unknown one, is on its way. */
function knative(kind: string, types: readonly string[], failing: readonly string[]): Check {
  return (object) => {
    if (!isPresent(valueAt(object, 'status', 'conditions'))) return say('Progressing', `Waiting for ${kind}`)
    const list = conditionsOf(object)
    const isTrue = ({ type, status }: Condition): boolean => status === 'True' && types.includes(String(type))
    const isOpen = ({ type, status }: Condition): boolean => status === 'Unknown' || (status === 'False' && failing.includes(String(type)))
    if (list.some(isOpen)) return say('Progressing', listed(list))
    return list.filter(isTrue).length === types.length ? say('Healthy', `${kind} is healthy.`) : say('Degraded', listed(list))
  }
}

const knativeService: Check = (object) => {
  if (!isPresent(valueAt(object, 'status', 'conditions'))) return say('Progressing', 'Waiting for status update.')
  let [isTrue, isFalse, isUnknown, message] = [0, 0, 0, '']
  for (const condition of conditionsOf(object)) {
    const { type, status } = condition
    if (status === 'True' && ['ConfigurationsReady', 'RoutesReady', 'Ready'].includes(String(type))) isTrue++
    if (status !== 'False' && status !== 'Unknown') continue
    const reason = reasonOf(condition) === '' ? '' : `, since ${reasonOf(condition)}.`
    message += `${part(condition, 'type')} is ${status}${reason}${messageOf(condition) === '' ? '' : ` ${messageOf(condition)}`}\n`
    if (status === 'False') isFalse++
    else isUnknown++
  }
  if (isTrue === 3 && isFalse === 0 && isUnknown === 0) return say('Healthy', 'Knative Service is healthy.')
  return say(isFalse > 0 ? 'Degraded' : 'Progressing', message)
}

const inferenceService: Check = (object) => {
  const unreported = say('Progressing', 'Waiting for InferenceService to report status...')
  if (!isPresent(valueAt(object, 'status', 'conditions'))) return unreported
  const transition = statusText(object, 'modelStatus', 'transitionStatus')
  const isChanging = isPresent(valueAt(object, 'status', 'modelStatus')) && transition !== 'UpToDate'
  const isDegraded = isChanging && transition !== 'InProgress'
  let message = isChanging ? `0: transitionStatus | ${transition ?? ''}` : ''
  let isSettled = !isChanging
  for (const [at, condition] of conditionsOf(object).entries()) {
    const { type, status } = condition
    if (type === 'Stopped' && status === 'True') return say('Suspended', 'InferenceService is Stopped')
    if (status === 'Unknown' || (status === 'False' && type !== 'Stopped')) isSettled = false
    if (status === 'True' || type === 'Stopped') continue
    const details = [reasonOf(condition), messageOf(condition)].filter((text) => text !== '').map((text) => ` | ${text}`)
    message += ` | ${at + 1}: ${part(condition, 'type')} | ${part(condition, 'status')}${details.join('')}`
  }
  if (isSettled) return say('Healthy', 'InferenceService is healthy.')
  return say(isDegraded ? 'Degraded' : 'Progressing', message)
}

const faasFunction = firstOf(
  conditions(on('Ready', 'False', 'Degraded'), on('Stalled', 'True', 'Degraded'), {
    isMet: ({ type, status }) => type === 'Ready' && status === 'True',
    answer: (condition, object) =>
      numberOr(object, 0, 'status', 'replicas') > 0 ? say('Healthy', messageOf(condition)) : say('Suspended', 'No replicas available'),
  }),
  waiting('Waiting for Function'),
)

const spinApp: Check = (object) => {
  if (!hasStatus(object)) return say('Progressing', 'Waiting for status to be available')
  let [isAvailable, isProgressing, availability, progress] = [false, false, '', '']
  for (const condition of conditionsOf(object)) {
    const { type, status } = condition
    const message = textOf(condition['message'])
    if (type === 'Progressing' && status === 'False') {
      const text = (message ?? '').toLowerCase()
      if (reasonOf(condition) === 'ProgressDeadlineExceeded' || text.includes('timeout') || text.includes('failed'))
        return say('Degraded', message ?? 'Application deployment has failed')
    } else if (type === 'Progressing' && status === 'True') [isProgressing, progress] = [true, message ?? 'Application progress status']
    else if (type === 'Available') {
      isAvailable = status === 'True'
      availability = message ?? (isAvailable ? 'Application availability status' : 'Application is not available')
    }
  }
  const [readyReplicas, wanted] = [numberOr(object, 0, 'status', 'readyReplicas'), numberOr(object, 1, 'spec', 'replicas')]
  if (!isAvailable) return say('Degraded', availability)
  if (readyReplicas < wanted) return say('Progressing', `Waiting for replicas to be ready (${readyReplicas}/${wanted})`)
  if (isProgressing) return say('Progressing', progress)
  return say('Healthy', `Application is healthy with ${readyReplicas}/${wanted} replicas ready`)
}

/** Least and most executors, where they may change. */
function executorRange(object: KubernetesObject): readonly [number, number] | undefined {
  const dynamic = valueAt(object, 'spec', 'dynamicAllocation')
  if (valueAt(dynamic, 'enabled') === true) return [numberOr(dynamic, 0, 'minExecutors'), numberOr(dynamic, Infinity, 'maxExecutors')]
  const settings = valueAt(object, 'spec', 'sparkConf')
  for (const prefix of ['spark.streaming.dynamicAllocation', 'spark.dynamicAllocation']) {
    if (valueAt(settings, `${prefix}.enabled`) !== 'true') continue
    const limit = (name: string, missing: number): number => Number(textOf(valueAt(settings, `${prefix}.${name}`)) ?? missing)
    return [limit('minExecutors', 0), limit('maxExecutors', Infinity)]
  }
  return undefined
}

function areExecutorsRunning(object: KubernetesObject): boolean {
  const states = valueAt(object, 'status', 'executorState')
  if (!isRecord(states)) return false
  const running = Object.values(states).filter((state) => state === 'RUNNING').length
  const wanted = valueAt(object, 'spec', 'executor', 'instances')
  if (isPresent(wanted) && wanted === running) return true
  const range = executorRange(object)
  if (range !== undefined) return running >= range[0] && running <= range[1]
  return !isPresent(valueAt(object, 'spec', 'dynamicAllocation')) && !isPresent(wanted) && running >= 1
}

const spark: Check = (object) => {
  const error = statusText(object, 'applicationState', 'errorMessage')
  switch (statusText(object, 'applicationState', 'state')) {
    case '':
      return say('Progressing', 'SparkApplication was added, enqueuing it for submission')
    case 'RUNNING':
      return areExecutorsRunning(object) ? say('Healthy', 'SparkApplication is Running') : say('Progressing', 'Waiting for Executor pods')
    case 'SUBMITTED':
      return say('Progressing', 'SparkApplication was submitted successfully')
    case 'COMPLETED':
      return say('Healthy', 'SparkApplication was Completed')
    case 'FAILED':
    case 'SUBMISSION_FAILED':
    case 'FAILING':
      return say('Degraded', error)
    case 'PENDING_RERUN':
      return say('Progressing', 'SparkApplication is Pending Rerun')
    case 'INVALIDATING':
      return say('Missing', 'SparkApplication is in InvalidatingState')
    case 'SUCCEEDING':
      return say('Progressing', sparkSucceeding)
    case 'UNKNOWN':
      return say('Progressing', 'SparkApplication is in UnknownState because either driver pod or one or all executor pods in unknown state  ')
    default:
      return say('Progressing', 'Waiting for Executor pods')
  }
}

/** Broken over two lines, with the indentation that it has in Argo CD. */
const sparkSucceeding = [
  'The driver pod has been completed successfully. The executor pods terminate and are cleaned up.',
  'Under this circumstances, we assume the executor pod are completed.',
].join(`\n${' '.repeat(32)}`)

/** A job that was never started rests as it is told to. */
function isRestingJob(object: KubernetesObject): boolean {
  return valueAt(object, 'spec', 'job', 'state') === 'suspended' && !isPresent(valueAt(object, 'status', 'reconciliationStatus', 'lastReconciledSpec'))
}

const flink: Check = (object) => {
  const success = valueAt(object, 'status', 'reconciliationStatus', 'success')
  if ((isPresent(success) && success !== false) || statusText(object, 'reconciliationStatus', 'state') === 'DEPLOYED') return say('Healthy')
  const manager = statusText(object, 'jobManagerDeploymentStatus')
  if (manager === 'DEPLOYED_NOT_READY' || manager === 'DEPLOYING') return say('Progressing', 'Waiting for deploying')
  if (manager === 'ERROR') return say('Degraded', statusText(object, 'reconciliationStatus', 'error'))
  return isRestingJob(object) ? say('Healthy', 'Job is suspended') : say('Progressing', 'Waiting for Flink operator')
}

const flinkSession = firstOf(
  words(['jobStatus', 'state'], {
    RUNNING: 'Healthy',
    FINISHED: 'Healthy',
    RECONCILING: 'Progressing',
    CREATED: 'Progressing',
    SUSPENDED: 'Suspended',
    CANCELED: 'Suspended',
  }),
  (object) => {
    const error = statusText(object, 'error')
    if (statusText(object, 'jobStatus', 'state') === 'FAILED') return say('Degraded', error ?? 'FlinkSessionJob failed')
    return error === undefined ? undefined : say('Degraded', error)
  },
  waiting('Waiting for FlinkSessionJob to be reconciled'),
)

const tektonRun = firstOf(
  conditions(
    on('Succeeded', 'True', 'Healthy', (condition) => textOf(condition['message']) ?? reasonOf(condition)),
    on('Succeeded', 'False', 'Degraded', (condition) => textOf(condition['message']) ?? reasonOf(condition)),
    on('Succeeded', '', 'Progressing', (condition) => textOf(condition['message']) ?? reasonOf(condition)),
  ),
  waiting('Waiting for run to start'),
)

const languageModel: Check = (object) => {
  const list = conditionsOf(object)
  const readiness = list.findLast(({ type }) => type === 'Ready')
  if (isStale(object) || (readiness !== undefined && isStale(object, readiness)))
    return say('Progressing', 'Waiting for LLMInferenceService reconciliation (generation mismatch)')
  if (list.some(({ reason }) => reason === 'Stopped')) return say('Suspended', 'LLMInferenceService is Stopped')
  if (readiness?.['status'] === 'True') return say('Healthy', 'LLMInferenceService is healthy.')
  const open = list
    .filter(({ type, status }) => type !== 'Ready' && status !== 'True')
    .map((condition) =>
      [`${part(condition, 'type')}: ${part(condition, 'status')}`, reasonOf(condition), messageOf(condition)].filter((text) => text !== '').join(' | '),
    )
  const message = open.length > 0 ? open.join('; ') : readiness === undefined ? '' : messageOf(readiness)
  return say(readiness?.['status'] === 'False' ? 'Degraded' : 'Progressing', message || 'Waiting for LLMInferenceService to report status...')
}

const ansibleJob: Check = (object) => {
  const status = statusText(object, 'ansibleJobResult', 'status') ?? ''
  const message = `${status} job - ${statusText(object, 'ansibleJobResult', 'url') ?? ''}`
  if (status === 'successful') return say('Healthy', message)
  if (['failed', 'error', 'canceled'].includes(status)) return say('Degraded', message)
  return say('Progressing', ['new', 'pending', 'waiting', 'running'].includes(status) ? message : 'Waiting for AnsibleJob')
}

const keptn = (kind: string, field = 'status'): Check =>
  firstOf(words(field, { Succeeded: say('Healthy', `${kind} is healthy`), Failed: say('Degraded', `${kind} is degraded`) }), waiting(`${kind} is progressing`))

const keptnAnalysis: Check = (object) => {
  const pass = valueAt(object, 'status', 'pass')
  if (pass === true) return say('Healthy', 'Analysis is healthy')
  if (valueAt(object, 'status', 'warning') === true) return say('Healthy', 'Analysis is healthy with warnings')
  return pass === false ? say('Degraded', 'Analysis is degraded') : say('Progressing', 'Analysis is progressing')
}

const keptnMetric: Check = (object) => {
  if ((statusText(object, 'errMsg') ?? '') !== '') return say('Degraded', 'KeptnMetric is degraded')
  return isPresent(valueAt(object, 'status', 'value')) ? say('Healthy', 'KeptnMetric is healthy') : say('Progressing', 'KeptnMetric is progressing')
}

export const serverlessHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck('operator.knative.dev', 'KnativeEventing', knative('KnativeEventing', ['Ready', 'InstallSucceeded'], ['Ready'])),
  defineHealthCheck(
    'operator.knative.dev',
    'KnativeServing',
    knative('KnativeServing', ['Ready', 'InstallSucceeded', 'DependenciesInstalled', 'DeploymentsAvailable'], ['Ready', 'DeploymentsAvailable']),
  ),
  defineHealthCheck('serving.knative.dev', 'Service', knativeService),
  defineHealthCheck('serving.kserve.io', 'InferenceService', inferenceService),
  defineHealthCheck('serving.kserve.io', 'LLMInferenceService', languageModel),
  defineHealthCheck('tekton.dev', 'PipelineRun', tektonRun),
  defineHealthCheck('tekton.dev', 'TaskRun', tektonRun),
  defineHealthCheck('flink.apache.org', 'FlinkSessionJob', flinkSession),
  defineHealthCheck('openfaas.com', 'Function', faasFunction),
  defineHealthCheck('core.spinkube.dev', 'SpinApp', spinApp),
  defineHealthCheck('camel.apache.org', 'Integration', ready('Waiting for Integration')),
  defineHealthCheck('sparkoperator.k8s.io', 'SparkApplication', spark),
  defineHealthCheck('flink.apache.org', 'FlinkDeployment', flink),
  defineHealthCheck('tower.ansible.com', 'AnsibleJob', ansibleJob),
  ...['KeptnAppVersion', 'KeptnTask', 'KeptnWorkloadInstance', 'KeptnWorkloadVersion'].map((kind) =>
    defineHealthCheck('lifecycle.keptn.sh', kind, keptn(kind)),
  ),
  defineHealthCheck('lifecycle.keptn.sh', 'KeptnEvaluation', keptn('KeptnEvaluation', 'overallStatus')),
  defineHealthCheck('metrics.keptn.sh', 'Analysis', keptnAnalysis),
  defineHealthCheck('metrics.keptn.sh', 'KeptnMetric', keptnMetric),
]
