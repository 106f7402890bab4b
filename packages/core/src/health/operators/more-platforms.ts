// Storage, policies, tenants and stacks. Follows argo-cd `resource_customizations` of their groups.
import { isRecord, valueAt } from '../../model/kubernetes-object.ts'
import type { KubernetesObject } from '../../model/kubernetes-object.ts'
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

const cephCluster: Check = (object) => {
  if (!hasStatus(object)) return say('Progressing', 'Waiting for status to be reported')
  const [ceph, state, message] = [statusText(object, 'ceph', 'health'), statusText(object, 'state'), statusText(object, 'message')]
  const parts: string[] = []
  let status: 'Healthy' | 'Degraded' | 'Progressing' = 'Progressing'
  if (ceph !== undefined) {
    const details = valueAt(object, 'status', 'ceph', 'details')
    const texts = (isRecord(details) ? Object.keys(details).sort() : []).flatMap((name) => textOf(valueAt(details, name, 'message')) ?? [])
    parts.push(`Ceph health is ${ceph}${texts.length > 0 ? ` (${texts.join('; ')})` : ''}`)
    status = ceph === 'HEALTH_OK' ? 'Healthy' : ceph === 'HEALTH_ERR' || ceph === 'HEALTH_WARN' ? 'Degraded' : 'Progressing'
  }
  if (state !== undefined && status === 'Healthy') {
    parts.push(`Ceph cluster state is ${state}`)
    if (state !== 'Created' && state !== 'Connected') status = state === 'Error' ? 'Degraded' : 'Progressing'
  }
  return say(status, [...parts, message ?? ''].filter((text) => text !== '').join(' - '))
}

/** A phase in a sentence; @param meanings words that are no progress */
function phased(what: string, meanings: Readonly<Record<string, 'Healthy' | 'Degraded'>>): Rule {
  return (object) => {
    const phase = statusText(object, 'phase')
    return phase === undefined ? undefined : say((Object.hasOwn(meanings, phase) ? meanings[phase] : undefined) ?? 'Progressing', `${what} phase is ${phase}`)
  }
}

const objectStorePhase = firstOf(phased('Ceph object store', { Ready: 'Healthy', Failure: 'Degraded' }), waiting('Waiting for status to be reported'))
const cephObjectStore: Check = (object) => {
  const { status, message } = objectStorePhase(object)
  const endpoint = statusText(object, 'info', 'endpoint') ?? ''
  return say(status, `${message ?? ''}${endpoint === '' ? '' : ` - endpoint: ${endpoint}`}`)
}

const bucketClaim = firstOf(
  phased('Object bucket claim', { Bound: 'Healthy', Failed: 'Degraded' }),
  when(hasStatus, waiting('Waiting for phase to be reported')),
  waiting('Waiting for status to be reported'),
)

const veleroFailures = ['FailedValidation', 'Failed', 'PartiallyFailed', 'WaitingForPluginOperationsPartiallyFailed', 'FinalizingPartiallyFailed']
const velero =
  (what: string): Check =>
  (object) => {
    const phase = statusText(object, 'phase')
    if (phase === undefined) return say('Progressing', `Waiting for ${what.toLowerCase()} to be processed`)
    if (phase === 'Completed') return say('Healthy', `${what} completed`)
    return veleroFailures.includes(phase) ? say('Degraded', statusText(object, 'failureReason') ?? phase) : say('Progressing', phase)
  }
const veleroSchedule = firstOf(
  words('phase', { Enabled: say('Healthy', 'Schedule is enabled'), FailedValidation: say('Degraded', 'Schedule failed validation') }),
  (object) => {
    const phase = statusText(object, 'phase')
    return phase === undefined ? undefined : say('Progressing', phase)
  },
  waiting('Waiting for schedule to be processed'),
)

const medusa =
  (unknown: string, isDone: 'first' | 'last'): Check =>
  (object) => {
    const [finished, failed, observed] = ['finished', 'failed', 'observedGeneration'].map((field) => valueAt(object, 'status', field))
    if (!hasStatus(object)) return say('Unknown', 'No status object')
    if (!isPresent(observed)) return say('Unknown', 'No observedGeneration')
    if (observed !== object.metadata.generation) return say('Progressing', 'observedGeneration is not equal to generation')
    if (!isPresent(finished) && !isPresent(failed)) return say('Progressing', unknown)
    if (isPresent(failed) && (isDone === 'last' || !isPresent(finished))) return say('Degraded', 'Failed nodes exist')
    return say(Array.isArray(finished) && finished.length > 0 ? 'Healthy' : 'Progressing')
  }

const nodeNetwork = firstOf(
  conditions(
    ...(
      [
        ['Available', 'Healthy'],
        ['Degraded', 'Degraded'],
        ['Progressing', 'Progressing'],
        ['Ignored', 'Suspended'],
      ] as const
    ).map(([type, health]) =>
      on(type, 'True', health, (condition) => (messageOf(condition) === '' ? reasonOf(condition) : `${reasonOf(condition)}: ${messageOf(condition)}`)),
    ),
  ),
  waiting('Waiting for policy to be applied'),
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

/** Capsule: nothing counts until the current spec was seen. @param first rules that come before readiness */
const capsule = (first: readonly Rule[] = [], isUnknownShown = false): Check => {
  const readiness = isUnknownShown
    ? conditions(on('Ready', 'True', 'Healthy'), on('Ready', 'False', 'Degraded'), on('Ready', 'Unknown', 'Progressing'))
    : ready('Waiting for Ready condition')
  return firstOf(
    when((object) => !isPresent(valueAt(object, 'status', 'conditions')), waiting('Waiting for status')),
    when((object) => isStale(object), waiting('Waiting for reconciliation (generation mismatch)')),
    (object) => {
      for (const rule of [...first, readiness]) {
        const health = rule(object)
        if (health !== undefined) return health
      }
      return undefined
    },
    waiting('Waiting for Ready condition'),
  )
}
const exhausted: Rule = (object) => {
  const exhaustions = valueAt(object, 'status', 'exhaustions')
  const names = isRecord(exhaustions) ? Object.keys(exhaustions).sort() : []
  return names.length === 0 ? undefined : say('Degraded', `Pool exhausted for: ${names.join(', ')}`)
}
const cordoned = firstOf(
  when((object) => valueAt(object, 'spec', 'cordoned') === true, always('Suspended', 'Replication is cordoned')),
  capsule(),
)

/** Policies of Kyverno in their newer form, whose conditions are one level down. @param type the condition whose message is shown */
const kyvernoPolicy =
  (type: string): Check =>
  (object) => {
    const own = valueAt(object, 'status', 'conditionStatus')
    if (!isPresent(own)) return say('Progressing', `Waiting for ${object.kind} status`)
    const list = conditionsOf(own, 'conditions')
    const generation = object.metadata.generation ?? 0
    if (list.some(({ observedGeneration }) => typeof observedGeneration === 'number' && observedGeneration < generation))
      return say('Progressing', `Waiting for ${object.kind} status to reflect latest generation`)
    const message = textOf(valueAt(own, 'message')) || undefined
    if (valueAt(own, 'ready') === true) {
      const met = list.find((condition) => condition['status'] === 'True' && (type === '' || condition['type'] === type))
      return say('Healthy', textOf(met?.['message']) ?? message ?? 'Policy is ready')
    }
    const unmet = list.find(({ status }) => status === 'False')
    return say('Degraded', unmet === undefined ? (message ?? 'Policy is not ready') : `${textOf(unmet['type']) ?? ''}: ${messageOf(unmet)}`)
  }
const clusterPolicy = firstOf(conditions(on('Ready', 'True', 'Healthy'), on('Ready', '', 'Degraded')), waiting('Waiting for ClusterPolicy to become ready'))

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

export const morePlatformHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck('ceph.rook.io', 'CephCluster', cephCluster),
  defineHealthCheck('ceph.rook.io', 'CephObjectStore', cephObjectStore),
  defineHealthCheck('objectbucket.io', 'ObjectBucketClaim', bucketClaim),
  defineHealthCheck('velero.io', 'Backup', velero('Backup')),
  defineHealthCheck('velero.io', 'Restore', velero('Restore')),
  defineHealthCheck('velero.io', 'Schedule', veleroSchedule),
  defineHealthCheck('medusa.k8ssandra.io', 'MedusaBackupJob', medusa('Status not known yet', 'first')),
  defineHealthCheck('medusa.k8ssandra.io', 'MedusaTask', medusa('', 'last')),
  defineHealthCheck('nmstate.io', 'NodeNetworkConfigurationPolicy', nodeNetwork),
  defineHealthCheck('pulumi.com', 'Stack', pulumi),
  defineHealthCheck('services.cloud.sap.com', 'ServiceBinding', sapService),
  defineHealthCheck('services.cloud.sap.com', 'ServiceInstance', sapService),
  defineHealthCheck('core.gardener.cloud', 'Shoot', shoot),
  defineHealthCheck('grafana-org-operator.kubitus-project.gitlab.io', '*', grafanaOrganization),
  ...['GlobalSopsSecret', 'SopsProvider', 'SopsSecret'].map((kind) => defineHealthCheck('addons.projectcapsule.dev', kind, capsule([], true))),
  ...['CapsuleConfiguration', 'CustomQuota', 'GlobalCustomQuota', 'GlobalProxySettings', 'ProxySetting', 'TenantOwner'].map((kind) =>
    defineHealthCheck('capsule.clastix.io', kind, capsule()),
  ),
  defineHealthCheck('capsule.clastix.io', 'GlobalTenantResource', cordoned),
  defineHealthCheck('capsule.clastix.io', 'TenantResource', cordoned),
  defineHealthCheck('capsule.clastix.io', 'ResourcePool', capsule([exhausted])),
  defineHealthCheck('capsule.clastix.io', 'ResourcePoolClaim', capsule([conditions(on('Bound', 'False', 'Suspended'))])),
  defineHealthCheck('capsule.clastix.io', 'Tenant', capsule([conditions(on('Cordoned', 'True', 'Suspended'))])),
  defineHealthCheck('kyverno.io', 'ClusterPolicy', clusterPolicy),
  ...['DeletingPolicy', 'GeneratingPolicy', 'NamespacedDeletingPolicy', 'NamespacedGeneratingPolicy'].map((kind) =>
    defineHealthCheck('policies.kyverno.io', kind, kyvernoPolicy('')),
  ),
  ...[
    'ImageValidatingPolicy',
    'MutatingPolicy',
    'ValidatingPolicy',
    'NamespacedImageValidatingPolicy',
    'NamespacedMutatingPolicy',
    'NamespacedValidatingPolicy',
  ].map((kind) => defineHealthCheck('policies.kyverno.io', kind, kyvernoPolicy('WebhookConfigured'))),
  defineHealthCheck('kro.run', 'ResourceGraphDefinition', resourceGraph),
  defineHealthCheck('kro.run', '*', graphInstance),
]
