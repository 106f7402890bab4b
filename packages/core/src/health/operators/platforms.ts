// Clouds, virtual machines, scaling and delivery. Follows argo-cd `resource_customizations` of their groups.
import { valueAt } from '../../model/kubernetes-object.ts'
import type { KubernetesObject } from '../../model/kubernetes-object.ts'
import { defineHealthCheck } from '../health.ts'
import type { HealthCheck } from '../health.ts'
import { recordsAt } from '../read.ts'
import {
  always,
  because,
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
  when,
  words,
} from './vocabulary.ts'
import type { Check, Rule } from './vocabulary.ts'

/** The connector itself says whether it is healthy; of its resources the reasons say everything. */
const configConnector = firstOf(
  (object) => {
    const isHealthy = valueAt(object, 'status', 'healthy')
    const isOwn = ['ConfigConnector', 'ConfigConnectorContext'].includes(object.kind) || object.apiVersion.startsWith('customize.core.cnrm.cloud.google.com/')
    if (!isOwn || !isPresent(isHealthy) || isStale(object)) return undefined
    return isHealthy === true ? say('Healthy', `${object.kind} is healthy`) : say('Degraded', `${object.kind} is not healthy`)
  },
  when((object) => isStale(object), waiting('Update in progress')),
  conditions(
    because('UpToDate', 'True', 'Healthy'),
    because('UpdateFailed', '', 'Degraded'),
    because('DependencyNotFound', '', 'Degraded'),
    because('DependencyNotReady', '', 'Suspended'),
  ),
  waiting('Update in progress'),
)

const virtualMachine: Check = (object) => {
  let health = say('Progressing', 'No status available')
  for (const { type, status } of conditionsOf(object)) {
    if (type === 'Paused' && status === 'True') return say('Suspended', 'Paused')
    if (type !== 'Ready') continue
    const created = valueAt(object, 'status', 'created')
    if (status === 'True') health = say('Healthy', 'Running')
    else health = isPresent(created) && created !== false ? say(health.status, 'Starting') : say('Suspended', 'Stopped')
  }
  return say(health.status, statusText(object, 'printableStatus') ?? health.message)
}

const virtualMachineInstance: Check = (object) => {
  const phase = statusText(object, 'phase')
  const decided = words('phase', {
    Failed: 'Degraded',
    Pending: 'Progressing',
    Scheduling: 'Progressing',
    Scheduled: 'Progressing',
    Succeeded: 'Suspended',
    Unknown: 'Unknown',
  })(object)
  if (decided !== undefined) return decided
  let health = say('Progressing', phase ?? 'No status available')
  for (const condition of conditionsOf(object)) {
    if (condition['type'] === 'Ready') health = condition['status'] === 'True' ? say('Healthy', 'Running') : say('Degraded', messageOf(condition))
    else if (condition['type'] === 'Paused' && condition['status'] === 'True') return say('Suspended', messageOf(condition))
  }
  return health
}

const deploymentConfig: Check = (object) => {
  const waitingForPods = say('Progressing', 'replication controller is waiting for pods to run')
  const replicas = valueAt(object, 'status', 'replicas')
  if (!isPresent(valueAt(object, 'status', 'conditions')) || !isPresent(replicas)) return waitingForPods
  const met = conditionsOf(object).filter(
    ({ type, status, reason }) => status === 'True' && (type === 'Available' || (type === 'Progressing' && reason === 'NewReplicationControllerAvailable')),
  ).length
  if (met === 2 || replicas === 0) return say('Healthy', 'replication controller successfully rolled out')
  return met === 1 ? waitingForPods : say('Degraded', 'Deployment config is degraded')
}

const declaredStopped = (object: KubernetesObject): boolean => {
  const isStopped = valueAt(object, 'spec', 'running') === false || valueAt(object, 'spec', 'runStrategy') === 'Halted'
  return isStopped && valueAt(object, 'status', 'created') !== true
}

const subscription: Check = (object) => {
  if (!isPresent(valueAt(object, 'status', 'conditions'))) return say('Progressing', 'An install plan for a subscription is pending installation')
  let [degraded, pending, message] = [0, 0, '']
  const isAwaitingPeople =
    valueAt(object, 'spec', 'installPlanApproval') === 'Manual' &&
    statusText(object, 'installedCSV') !== undefined &&
    conditionsOf(object).some(({ type, status, reason }) => type === 'InstallPlanPending' && status === 'True' && reason === 'RequiresApproval')
  for (const [at, condition] of conditionsOf(object).entries()) {
    const { type, status } = condition
    if (isAwaitingPeople && type === 'InstallPlanPending') continue
    message += `${at + 1}: ${textOf(type) ?? ''} | ${textOf(status) ?? ''}\n`
    if (type === 'InstallPlanPending' && status === 'True') pending++
    else if (type === 'InstallPlanMissing' && reasonOf(condition) !== 'ReferencedInstallPlanNotFound') degraded++
    else if (['CatalogSourcesUnhealthy', 'InstallPlanFailed', 'ResolutionFailed'].includes(String(type)) && status === 'True') degraded++
  }
  const state = statusText(object, 'state')
  const isExcused = isAwaitingPeople && state === 'UpgradePending'
  const excuse = isExcused ? ' (manual InstallPlan approval pending; treated as healthy)' : ''
  message += state === undefined ? '.status.state not yet known\n' : `.status.state is '${state}'${excuse}\n`
  if (state === undefined || (['', 'UpgradeAvailable', 'UpgradePending'].includes(state) && !isExcused)) pending++
  if (state === 'UpgradeFailed') degraded++
  return say(degraded > 0 ? 'Degraded' : pending > 0 ? 'Progressing' : 'Healthy', message)
}

const canaryPhases: Readonly<Record<string, 'Degraded' | 'Progressing' | 'Healthy'>> = {
  Failed: 'Degraded',
  Progressing: 'Progressing',
  Finalising: 'Progressing',
  Promoting: 'Progressing',
  Succeeded: 'Healthy',
  Initialized: 'Healthy',
}
const canary: Check = (object) => {
  if (!hasStatus(object)) return say('Unknown', 'No status')
  const [phase, weight] = [statusText(object, 'phase') ?? '', statusText(object, 'canaryWeight') ?? '']
  const parts = [...(Number(weight) > 0 ? [`Canary Weight: ${weight} %`] : []), ...conditionsOf(object).map(messageOf)]
  return say((Object.hasOwn(canaryPhases, phase) ? canaryPhases[phase] : undefined) ?? 'Unknown', `${phase} --- ${parts.join(' --- ')}`)
}

/** ScaledObjects, and ScaledJobs, to which not knowing is a fault. */
const scaledObject: Check = (object) => {
  const isJob = object.kind === 'ScaledJob'
  let [isDegraded, isHealthy, isPaused, message] = [false, false, false, '']
  for (const condition of conditionsOf(object)) {
    const { type, status } = condition
    const isReady = type === 'Ready' && status === 'True'
    const isBroken = (type === 'Ready' && (status === 'False' || (isJob && status === 'Unknown'))) || (!isJob && type === 'Fallback' && status === 'True')
    const isResting = type === 'Paused' && status === 'True'
    if (isReady || isBroken || isResting) message = messageOf(condition)
    isHealthy ||= isReady
    isDegraded ||= isBroken
    isPaused ||= isResting
  }
  if (isDegraded) return say('Degraded', message)
  if (!isHealthy) return say('Progressing', isJob ? 'Waiting for ScaledJob' : 'Creating HorizontalPodAutoscaler Object')
  return say(isPaused ? 'Suspended' : 'Healthy', message)
}

const iamRole: Check = (object) => {
  const named = (field: string): string => statusText(object, field) ?? '<none>'
  const [role, arn, id] = [named('roleName'), named('roleARN'), named('roleID')]
  const state = statusText(object, 'state') ?? ''
  if (state === 'Ready') return say('Healthy', `Role '${role}' exists with ARN '${arn}' and ID '${id}'.`)
  if (!['Error', 'RolesMaxLimitReached', 'PolicyNotAllowed', 'RoleNameNotAvailable'].includes(state))
    return say('Progressing', 'Waiting for Iamrole to be reconciled')
  const retries = numberOr(object, 0, 'status', 'retryCount')
  const error = statusText(object, 'errorDescription')
  return say(
    'Degraded',
    `Failed to reconcile the Iamrole ${retries > 0 ? `(retry ${retries}) ` : ''}for role '${role}' with ARN '${arn}' and ID '${id}'.${error === undefined ? '' : ` Reconciliation error was: ${error}`}`,
  )
}

const insufficient: Rule = (object) => {
  const clusters = valueAt(object, 'spec', 'clusters')
  const statuses = valueAt(object, 'status', 'aggregatedStatus')
  const isPlaced = Array.isArray(clusters) ? clusters.length > 0 : object.kind === 'ResourceBinding'
  const isReported = isPlaced && Array.isArray(statuses) && statuses.length > 0 && (!Array.isArray(clusters) || statuses.length === clusters.length)
  return hasStatus(object) && isReported ? undefined : say('Progressing', 'Current resource status is insufficient')
}
const karmada = firstOf(
  insufficient,
  when(
    (object) =>
      recordsAt(object, 'status', 'aggregatedStatus').some(({ health, applied }) => health === 'Unhealthy' || (health === 'Unknown' && applied !== true)),
    always('Degraded', 'Current resource status is unhealthy'),
  ),
  always('Healthy'),
)

const serviceInstance: Check = (object) => {
  const last = (type: string): Readonly<Record<string, unknown>> => conditionsOf(object).findLast((condition) => condition['type'] === type) ?? {}
  const [adopted, advertised, discovered] = [last('Adopted'), last('Advertised'), last('Discoverable')]
  if (adopted['status'] === 'False') return say('Degraded', messageOf(adopted))
  if (['AdvertiseError', 'UnadvertiseError'].includes(reasonOf(advertised))) return say('Degraded', messageOf(advertised))
  if (reasonOf(discovered) === 'DiscoveryError') return say('Unknown', messageOf(discovered))
  return say(discovered['status'] === 'True' ? 'Healthy' : 'Progressing', messageOf(discovered))
}

const nodeClaim = firstOf(
  when((object) => isStale(object), waiting('Waiting for NodeClaim spec to be reconciled')),
  conditions(on('Disrupting', 'True', 'Suspended')),
  conditions(on('Ready', 'True', 'Healthy'), on('Ready', 'False', 'Degraded')),
  conditions(on('Initialized', 'True', 'Progressing', 'Node initialized, waiting for Ready')),
  conditions(on('Registered', 'True', 'Progressing', 'Node registered, waiting for initialization')),
  conditions(on('Launched', 'True', 'Progressing', 'Node launched, waiting for registration')),
  waiting('Waiting for NodeClaim to be launched'),
)

const awsController = firstOf(
  conditions(on('ACK.Terminal', 'True', 'Degraded'), on('Ready', 'False', 'Progressing'), on('Ready', 'True', 'Healthy', '')),
  waiting('Waiting for resource to be ready'),
)

const pulumi = firstOf(
  when(
    (object) => !hasStatus(object) || valueAt(object, 'status', 'observedGeneration') !== object.metadata.generation,
    waiting('Waiting for the operator to observe the latest spec change'),
  ),
  conditions(on('Stalled', 'True', 'Degraded'), on('Reconciling', 'True', 'Progressing'), on('Ready', 'True', 'Healthy')),
  waiting('Waiting for the stack to be reconciled'),
)

const sapService: Check = (object) => {
  if (!Array.isArray(valueAt(object, 'status', 'conditions'))) return say('Progressing', 'Waiting for status')
  for (const condition of conditionsOf(object)) {
    const { type, status } = condition
    if (isStale(object, condition)) return say('Progressing', 'Waiting for spec update to be observed')
    if ((type === 'Succeeded' && status === 'False') || (type === 'Failed' && status === 'True')) return say('Degraded', messageOf(condition))
  }
  return say('Healthy', 'Ready to use')
}

const shootStates: Readonly<Record<string, ReturnType<Check>>> = {
  healthy: say('Healthy', 'Component state: Healthy'),
  progressing: say('Progressing', 'Component state: Update in progress'),
  unhealthy: say('Degraded', 'Component state: Unhealthy'),
  unknown: say('Unknown', 'Component state: Unknown'),
}
const shoot: Check = (object) => {
  const state = object.metadata.labels?.['shoot.gardener.cloud/status'] ?? ''
  return (Object.hasOwn(shootStates, state) ? shootStates[state] : undefined) ?? say('Progressing', 'Update in progress')
}

const grafanaOrganization = firstOf(
  conditions(on('Ready', 'False', 'Degraded'), on('Ready', 'True', 'Healthy'), on('Ready', '', 'Progressing')),
  waiting('Waiting ...'),
)

/** kro: only what was said of the current spec counts. */
function kro(
  active: string,
  pending: string,
  types: readonly string[],
  judge: (object: KubernetesObject, text: string | undefined, type: string) => ReturnType<Rule>,
): Check {
  return (object) => {
    if (!isPresent(valueAt(object, 'status', 'conditions'))) return say('Progressing', 'Waiting for KRO to report status')
    for (const condition of conditionsOf(object)) {
      const { type, status, observedGeneration } = condition
      if (object.metadata.generation === undefined || observedGeneration !== object.metadata.generation) continue
      if (type === 'Ready' && status === 'True') return say('Healthy', active)
      const health = types.includes(String(type)) && status === 'False' ? judge(object, textOf(condition['message']), String(type)) : undefined
      if (health !== undefined) return health
    }
    return say('Progressing', pending)
  }
}
const resourceGraph = kro(
  'ResourceGraphDefinition is active and serving instances',
  'Waiting for ResourceGraphDefinition to become ready',
  ['GraphRevisionsResolved', 'GraphAccepted', 'KindReady', 'ControllerReady', 'Ready'],
  (_object, message, type) => say('Degraded', message ?? `${type} is False`),
)
const graphInstance = kro(
  'Instance is active and running',
  'Waiting for instance to become ready',
  ['InstanceManaged', 'GraphResolved', 'ResourcesReady', 'Ready'],
  (object, message, type) => {
    const state = statusText(object, 'state')
    if (state === 'FAILED' || state === 'ERROR') return say('Degraded', message ?? `${type} is False`)
    return state === 'IN_PROGRESS' ? say('Progressing', message ?? `${type} is in progress`) : undefined
  },
)

export const platformHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck('*.cnrm.cloud.google.com', '*', configConnector),
  defineHealthCheck('kubevirt.io', 'VirtualMachine', firstOf(when(declaredStopped, always('Healthy', 'Stopped as declared')), virtualMachine)),
  defineHealthCheck('kubevirt.io', 'VirtualMachineInstance', virtualMachineInstance),
  defineHealthCheck('apps.openshift.io', 'DeploymentConfig', deploymentConfig),
  defineHealthCheck('operators.coreos.com', 'Subscription', subscription),
  defineHealthCheck('flagger.app', 'Canary', canary),
  defineHealthCheck('keda.sh', 'ScaledObject', scaledObject),
  defineHealthCheck('keda.sh', 'ScaledJob', scaledObject),
  defineHealthCheck('iammanager.keikoproj.io', 'Iamrole', iamRole),
  defineHealthCheck(
    'karpenter.k8s.aws',
    'EC2NodeClass',
    firstOf(
      conditions(on('Ready', 'False', 'Degraded'), on('Ready', 'True', 'Healthy', 'EC2NodeClass is ready')),
      waiting('Waiting for EC2NodeClass to be ready'),
    ),
  ),
  defineHealthCheck('karpenter.sh', 'NodePool', ready('Waiting for NodePool to be ready')),
  defineHealthCheck('karpenter.sh', 'NodeClaim', nodeClaim),
  defineHealthCheck('*.services.k8s.aws', '*', awsController),
  defineHealthCheck('work.karmada.io', 'ClusterResourceBinding', karmada),
  defineHealthCheck('work.karmada.io', 'ResourceBinding', karmada),
  defineHealthCheck('proclaim.dogmatiq.io', 'DNSSDServiceInstance', serviceInstance),
  defineHealthCheck('pulumi.com', 'Stack', pulumi),
  defineHealthCheck('services.cloud.sap.com', 'ServiceBinding', sapService),
  defineHealthCheck('services.cloud.sap.com', 'ServiceInstance', sapService),
  defineHealthCheck('core.gardener.cloud', 'Shoot', shoot),
  defineHealthCheck('grafana-org-operator.kubitus-project.gitlab.io', '*', grafanaOrganization),
  defineHealthCheck('kro.run', 'ResourceGraphDefinition', resourceGraph),
  defineHealthCheck('kro.run', '*', graphInstance),
]
