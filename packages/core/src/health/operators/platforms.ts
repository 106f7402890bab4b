// Clouds, storage, virtual machines, policies and delivery. Follows argo-cd `resource_customizations` of their groups.
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
  provided,
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

const noStatus = waiting('No status available')

const astraVault: Check = (object) => {
  const state = statusText(object, 'state')?.toLowerCase()
  if (state === 'available') return say('Healthy', `${object.kind} Available`)
  return state === 'failed' ? say('Degraded', `${object.kind} Failed`) : noStatus(object)
}
const astraRun: Check = (object) => {
  const state = statusText(object, 'state')
  if (state === undefined) return noStatus(object)
  if (state === 'Completed') return say('Healthy', `${object.kind} Completed`)
  return state === 'Running' ? say('Progressing', `${object.kind} Running`) : say('Degraded', state)
}
const astraApplication = firstOf(
  conditions(
    on('Ready', 'True', 'Healthy', (_condition, object) => `Astra Application Ready, protectionState: ${statusText(object, 'protectionState') ?? ''}`),
    on('Ready', 'False', 'Degraded', (condition) => `Astra Application Degraded, message: ${messageOf(condition)}`),
  ),
  noStatus,
)
const astraHook: Check = (object) => {
  const enabled = valueAt(object, 'spec', 'enabled')
  if (enabled === true) return say('Healthy', `${object.kind} enabled`)
  return enabled === false ? say('Suspended', `${object.kind} disabled`) : noStatus(object)
}
const astraSchedule: Check = (object) => {
  const last = statusText(object, 'lastScheduleTime')
  return say('Healthy', last === undefined ? 'Protection policy not yet executed' : `Protection policy lastScheduleTime: ${last}`)
}

const tridentBackend: Check = (object) => {
  const [phase, operation, message] = [statusText(object, 'phase'), statusText(object, 'lastOperationStatus'), statusText(object, 'message')]
  if (phase === 'Bound' && operation === 'Success') return say('Healthy', message)
  return operation === 'Failed' ? say('Degraded', message) : say('Progressing', 'Waiting for backend creation')
}
const tridentOrchestrator: Check = (object) => {
  const [status, message] = [statusText(object, 'status'), statusText(object, 'message')]
  if (status === 'Installed') return say('Healthy', message)
  return status === 'Failed' || status === 'Error' ? say('Degraded', message) : say('Progressing', 'Waiting for trident installation')
}

const volumeSnapshot: Check = (object) => {
  if (valueAt(object, 'status', 'readyToUse') === true) return say('Healthy', 'Ready to use')
  if (isPresent(valueAt(object, 'status', 'error'))) return say('Degraded', statusText(object, 'error', 'message'))
  return say('Progressing', 'Waiting for status')
}

const dataVolume: Check = (object) => {
  const phase = statusText(object, 'phase')
  if (phase === 'Succeeded') return say('Healthy', phase)
  if (phase === 'Paused') return say('Suspended', phase)
  const failed = conditionsOf(object).find(({ type, status, reason }) => type === 'Running' && status === 'False' && reason === 'Error')
  if (failed !== undefined) return say('Degraded', messageOf(failed))
  return say(phase === 'Failed' || phase === 'Unknown' ? 'Degraded' : 'Progressing', phase ?? 'No status available')
}

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

const storageCluster: Check = (object) => {
  for (const [type, status] of [
    ['Degraded', 'Degraded'],
    ['Progressing', 'Progressing'],
    ['Available', 'Healthy'],
  ] as const) {
    const found = conditionsOf(object).findLast((condition) => condition['type'] === type && condition['status'] === 'True')
    if (found !== undefined) return say(status, messageOf(found))
  }
  return say('Unknown', 'StorageCluster is in an unknown state.')
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

const unreported = waiting('Waiting for the status to be reported')
const isCompliant = (object: KubernetesObject): 'Healthy' | 'Degraded' => (statusText(object, 'compliant') === 'Compliant' ? 'Healthy' : 'Degraded')

const certificatePolicy: Check = (object) => {
  if (statusText(object, 'compliant') === undefined) return unreported(object)
  const isGood = isCompliant(object) === 'Healthy'
  return isGood ? say('Healthy', 'All certificates found comply with the policy') : say('Degraded', 'At least once certificate does not comply with the policy')
}

const configurationPolicy: Check = (object) => {
  if (statusText(object, 'compliant') === undefined) return unreported(object)
  if (valueAt(object, 'status', 'lastEvaluatedGeneration') !== object.metadata.generation) return say('Progressing', 'Waiting for the status to be updated')
  if (!isPresent(valueAt(object, 'status', 'compliancyDetails'))) return say('Progressing', 'Waiting for compliance')
  const messages = recordsAt(object, 'status', 'compliancyDetails').flatMap((detail) =>
    conditionsOf(detail, 'conditions').flatMap((condition) => {
      const [type, message] = [textOf(condition['type']), textOf(condition['message'])]
      return type === undefined || message === undefined ? [] : [`${type} - ${message}`]
    }),
  )
  return say(isCompliant(object), messages.join('; '))
}

const operatorPolicy: Check = (object) => {
  if (!isPresent(valueAt(object, 'status', 'conditions'))) return unreported(object)
  const observed = valueAt(object, 'status', 'observedGeneration')
  if (isPresent(observed) && observed !== object.metadata.generation) return say('Progressing', 'Waiting for the status to be updated')
  const found = conditionsOf(object).find(({ type }) => type === 'Compliant')
  if (found === undefined) return say('Progressing', 'Waiting for the compliance condition')
  return say(found['status'] === 'True' ? 'Healthy' : 'Degraded', messageOf(found))
}

const policy: Check = (object) => {
  if (valueAt(object, 'spec', 'disabled') === true) return say('Healthy', 'Policy is disabled')
  const [clusters, details] = [valueAt(object, 'status', 'status'), valueAt(object, 'status', 'details')]
  if (statusText(object, 'compliant') === undefined) {
    const isUnplaced = !isPresent(clusters) && recordsAt(object, 'status', 'placement').length > 0
    return isUnplaced ? say('Healthy', 'No clusters match this policy') : unreported(object)
  }
  const list = (title: string, path: 'status' | 'details', name: (entry: unknown) => unknown): string => {
    const names = recordsAt(object, 'status', path)
      .filter((entry) => entry['compliant'] !== 'Compliant')
      .map((entry) => textOf(name(entry)) ?? '')
    return names.length === 0 ? `All ${title} are compliant` : `NonCompliant ${title}: ${names.join(', ')}`
  }
  if (isPresent(clusters))
    return say(
      isCompliant(object),
      list('clusters', 'status', (entry) => valueAt(entry, 'clustername')),
    )
  return say(isCompliant(object), isPresent(details) ? list('templates', 'details', (entry) => valueAt(entry, 'templateMeta', 'name')) : '')
}

const disruptionBudget: Check = (object) => {
  let health = say('Progressing', 'Waiting for status')
  for (const condition of conditionsOf(object)) {
    const message = `PodDisruptionBudget has ${reasonOf(condition)}`
    if (condition['status'] === 'False' && reasonOf(condition) !== 'InsufficientPods') return say('Degraded', message)
    health = say('Healthy', message)
  }
  return health
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

const kyverno = firstOf(
  conditions(
    provided(on('Ready', 'True', 'Healthy', 'Policy is ready'), (condition) => reasonOf(condition) === 'Succeeded' && messageOf(condition) === 'Ready'),
  ),
  waiting('Waiting for Policy to be ready'),
)

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

export const platformHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck('*.cnrm.cloud.google.com', '*', configConnector),
  defineHealthCheck('astra.netapp.io', 'AppVault', astraVault),
  defineHealthCheck('astra.netapp.io', 'Application', astraApplication),
  ...['Backup', 'ExecHooksRun', 'ResourceBackup', 'ResticVolumeBackup', 'Snapshot'].map((kind) => defineHealthCheck('astra.netapp.io', kind, astraRun)),
  defineHealthCheck('astra.netapp.io', 'ExecHook', astraHook),
  defineHealthCheck('astra.netapp.io', 'Schedule', astraSchedule),
  defineHealthCheck('trident.netapp.io', 'TridentBackendConfig', tridentBackend),
  defineHealthCheck('trident.netapp.io', 'TridentOrchestrator', tridentOrchestrator),
  defineHealthCheck('snapshot.storage.k8s.io', 'VolumeSnapshot', volumeSnapshot),
  defineHealthCheck('snapshot.storage.k8s.io', 'VolumeSnapshotContent', volumeSnapshot),
  defineHealthCheck('cdi.kubevirt.io', 'DataVolume', dataVolume),
  defineHealthCheck('kubevirt.io', 'VirtualMachine', firstOf(when(declaredStopped, always('Healthy', 'Stopped as declared')), virtualMachine)),
  defineHealthCheck('kubevirt.io', 'VirtualMachineInstance', virtualMachineInstance),
  defineHealthCheck('apps.openshift.io', 'DeploymentConfig', deploymentConfig),
  defineHealthCheck('ocs.openshift.io', 'StorageCluster', storageCluster),
  defineHealthCheck('operators.coreos.com', 'Subscription', subscription),
  defineHealthCheck('policy.open-cluster-management.io', 'CertificatePolicy', certificatePolicy),
  defineHealthCheck('policy.open-cluster-management.io', 'ConfigurationPolicy', configurationPolicy),
  defineHealthCheck('policy.open-cluster-management.io', 'OperatorPolicy', operatorPolicy),
  defineHealthCheck('policy.open-cluster-management.io', 'Policy', policy),
  defineHealthCheck('policy', 'PodDisruptionBudget', disruptionBudget),
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
  defineHealthCheck('kyverno.io', 'Policy', kyverno),
]
