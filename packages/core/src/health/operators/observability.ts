// Metrics, logs, traces and dashboards. Follows argo-cd `resource_customizations` of their groups.
import { valueAt } from '../../model/kubernetes-object.ts'
import { defineHealthCheck } from '../health.ts'
import type { HealthCheck } from '../health.ts'
import {
  always,
  conditions,
  conditionsOf,
  firstOf,
  hasStatus,
  isPresent,
  isStale,
  messageOf,
  on,
  reasonOf,
  say,
  statusText,
  textOf,
  waiting,
  words,
} from './vocabulary.ts'
import type { Check } from './vocabulary.ts'

const grafana: Check = (object) => {
  const [stage, state] = [statusText(object, 'stage'), statusText(object, 'stageStatus')]
  if (state === undefined) return say('Progressing', 'Waiting for Grafana status info')
  if (state === 'failed') return say('Degraded', `Failed at stage ${stage ?? ''}`)
  return stage === 'complete' && state === 'success' ? say('Healthy') : say('Progressing', stage)
}

const grafanaContent: Check = (object) => {
  let message = ''
  let isHealthy = false
  for (const condition of conditionsOf(object)) {
    const status = textOf(condition['status'])
    if (status === undefined) continue
    if (message !== '') message += ', '
    if (isPresent(condition['reason'])) {
      message += reasonOf(condition)
      const type = textOf(condition['type'])
      if (type !== undefined) message += ` for ${type}${isPresent(condition['message']) ? ` because ${messageOf(condition)}` : ''}`
    }
    // The only condition that is good when it is false.
    const isWrong = condition['type'] === 'FolderUIDMismatch' && object.kind === 'GrafanaFolder' ? 'True' : 'False'
    if (status === isWrong) return say('Degraded', message)
    isHealthy ||= status === 'True'
  }
  return say(isHealthy ? 'Healthy' : 'Progressing', message)
}

const grafanaDatasource: Check = (object) => {
  if (!hasStatus(object) || valueAt(object, 'status', 'uid') === '') return say('Progressing')
  const unmatched = valueAt(object, 'status', 'NoMatchingInstances')
  return isPresent(unmatched) && unmatched !== false ? say('Degraded', "can't find matching grafana instance") : say('Healthy')
}

const humioStates: Parameters<typeof words>[1] = {
  Exists: say('Healthy', 'Component state: Exists.'),
  NotFound: say('Missing', 'Component state: NotFound.'),
  ConfigError: say('Degraded', 'Component state: ConfigError.'),
  Unknown: say('Unknown', 'Component state: Unknown.'),
}
const humio = firstOf(words('state', humioStates), waiting('Update in progress'))

const humioClusterStates = words('state', {
  Running: say('Healthy', 'Cluster is in a healthy running state'),
  Restarting: say('Progressing', 'Cluster pods are being restarted'),
  Upgrading: say('Progressing', 'Cluster pods are being upgraded'),
  ConfigError: say('Degraded', 'User-provided cluster specification resulted in a configuration error'),
  Pending: say('Progressing', 'Cluster is waiting on resources to be provisioned'),
  Unknown: say('Unknown', 'Component state: Unknown.'),
})
const humioCluster: Check = (object) => {
  const known = humioClusterStates(object)
  return known === undefined ? say('Progressing', 'Update in progress') : say(known.status, statusText(object, 'message') ?? known.message)
}

const coralogix = firstOf(
  conditions(on('RemoteSynced', 'True', 'Healthy', 'Resource is ready'), on('RemoteSynced', 'False', 'Degraded')),
  waiting('Waiting for status to be updated'),
)

const datadogMetric = firstOf(
  conditions(
    on('Error', 'True', 'Degraded', (condition) => {
      const message = textOf(condition['message']) ?? 'DatadogMetric reported an error'
      return reasonOf(condition) === '' ? message : `${reasonOf(condition)}: ${message}`
    }),
  ),
  conditions(on('Valid', 'False', 'Degraded', { orElse: 'DatadogMetric is not valid' })),
  always('Healthy', 'DatadogMetric is healthy'),
)

const jaeger = firstOf(
  words('phase', { Running: say('Healthy', 'Jaeger is Running'), Failed: say('Degraded', 'Jaeger Failed For Some Reason') }),
  waiting('Waiting for Jaeger'),
)

const kiali = firstOf(
  conditions(on('Successful', 'True', 'Healthy'), on('Failure', 'True', 'Degraded'), {
    isMet: ({ type, reason }) => type === 'Running' && reason === 'Running',
    answer: (condition) => say('Progressing', messageOf(condition)),
  }),
  waiting('Waiting for Kiali'),
)

const openTelemetry: Check = (object) => {
  if (!hasStatus(object)) return say('Progressing', 'Waiting for OpenTelemetry Collector status')
  const replicas = statusText(object, 'scale', 'statusReplicas')
  if (replicas === undefined) {
    const isSidecar = valueAt(object, 'spec', 'mode') === 'sidecar'
    return isSidecar ? say('Healthy', 'Collector is running in sidecar mode') : say('Progressing', 'Scale status not available')
  }
  const [, readyText, wantedText] = /(\d+)\/(\d+)/.exec(replicas) ?? []
  if (readyText === undefined || wantedText === undefined) return say('Progressing', `Unable to parse replica status: ${replicas}`)
  if (Number(readyText) === 0) {
    const isUnneeded = valueAt(object, 'spec', 'mode') === 'daemonset' && Number(wantedText) === 0
    return isUnneeded ? say('Healthy', 'DaemonSet has no eligible nodes (0/0)') : say('Degraded', 'No replicas are ready')
  }
  return Number(readyText) === Number(wantedText) ? say('Healthy', 'All replicas are ready') : say('Progressing', 'Replicas are starting up')
}

const victoriaMetrics: Check = (object) => {
  const state = statusText(object, 'updateStatus')
  const reason = statusText(object, 'reason') || undefined
  if (!hasStatus(object) || isStale(object)) return say('Progressing', 'Waiting for the operator to reconcile')
  if (state === 'operational') return say('Healthy', 'All components are operational')
  if (state === 'ignored') return say('Healthy', 'Resource was not picked by any parent object')
  if (state === 'expanding') return say('Progressing', reason ?? 'Reconciliation in progress')
  if (state === 'paused') return say('Suspended', reason ?? 'Reconciliation is paused')
  return state === 'failed' ? say('Degraded', reason ?? 'Reconciliation failed') : say('Progressing', 'Waiting for the operator to report status')
}

export const observabilityHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck('grafana.integreatly.org', 'Grafana', grafana),
  defineHealthCheck('grafana.integreatly.org', 'GrafanaDashboard', grafanaContent),
  defineHealthCheck('grafana.integreatly.org', 'GrafanaFolder', grafanaContent),
  defineHealthCheck('grafana.integreatly.org', 'GrafanaDatasource', grafanaDatasource),
  ...['HumioAction', 'HumioAlert', 'HumioIngestToken', 'HumioParser', 'HumioRepository', 'HumioView'].map((kind) =>
    defineHealthCheck('core.humio.com', kind, humio),
  ),
  defineHealthCheck('core.humio.com', 'HumioCluster', humioCluster),
  defineHealthCheck('coralogix.com', 'Alert', coralogix),
  defineHealthCheck('coralogix.com', 'RecordingRuleGroupSet', coralogix),
  defineHealthCheck('datadoghq.com', 'DatadogMetric', datadogMetric),
  defineHealthCheck('jaegertracing.io', 'Jaeger', jaeger),
  defineHealthCheck('kiali.io', 'Kiali', kiali),
  defineHealthCheck('operator.victoriametrics.com', '*', victoriaMetrics),
  defineHealthCheck('opentelemetry.io', 'OpenTelemetryCollector', openTelemetry),
]
