// Policies, budgets and tenants. Follows argo-cd `resource_customizations` of their groups.
import { isRecord, valueAt } from '../../model/kubernetes-object.ts'
import type { KubernetesObject } from '../../model/kubernetes-object.ts'
import { defineHealthCheck } from '../health.ts'
import type { HealthCheck } from '../health.ts'
import { recordsAt } from '../read.ts'
import {
  always,
  conditions,
  conditionsOf,
  firstOf,
  isPresent,
  isStale,
  messageOf,
  on,
  provided,
  ready,
  reasonOf,
  say,
  statusText,
  textOf,
  waiting,
  when,
} from './vocabulary.ts'
import type { Check, Rule } from './vocabulary.ts'

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

const kyverno = firstOf(
  conditions(
    provided(on('Ready', 'True', 'Healthy', 'Policy is ready'), (condition) => reasonOf(condition) === 'Succeeded' && messageOf(condition) === 'Ready'),
  ),
  waiting('Waiting for Policy to be ready'),
)

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

export const policyHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck('policy.open-cluster-management.io', 'CertificatePolicy', certificatePolicy),
  defineHealthCheck('policy.open-cluster-management.io', 'ConfigurationPolicy', configurationPolicy),
  defineHealthCheck('policy.open-cluster-management.io', 'OperatorPolicy', operatorPolicy),
  defineHealthCheck('policy.open-cluster-management.io', 'Policy', policy),
  defineHealthCheck('policy', 'PodDisruptionBudget', disruptionBudget),
  defineHealthCheck('kyverno.io', 'Policy', kyverno),
  defineHealthCheck('nmstate.io', 'NodeNetworkConfigurationPolicy', nodeNetwork),
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
]
