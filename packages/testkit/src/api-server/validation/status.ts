// Rules of statuses. Follows kubernetes `pkg/apis/*/validation`.
import type { ResourceType } from '../resource-type.ts'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { checkPolicyStatus } from './admission-policies.ts'
import { checkAutoscalerStatus } from './autoscalers.ts'
import { checkClaimStatus } from './claims.ts'
import { checkBalancer } from './cluster-kinds.ts'
import { checkConditions, checkConditionTypes } from './conditions.ts'
import { formProblems } from './custom-resource-definition.ts'
import { validateNodeUpdate } from './nodes.ts'
import { Problems } from './problems.ts'
import { checkQuotaStatus } from './quotas.ts'
import { validateRequestStatus } from './signing-requests.ts'
import { checkJobStatus } from './status-jobs.ts'
import { checkPodStatus } from './status-pods.ts'

interface Rules {
  /** Numbers that are never negative. */
  readonly counts: readonly string[]
  /** Numbers that `replicas` bounds. */
  readonly parts: readonly string[]
  /** Whether available replicas are ready ones. */
  readonly isAvailableReady: boolean
}

const rules: Readonly<Record<string, Rules>> = {
  Deployment: {
    counts: ['observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas', 'collisionCount'],
    parts: ['updatedReplicas', 'readyReplicas', 'availableReplicas'],
    isAvailableReady: true,
  },
  ReplicaSet: {
    counts: ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'],
    parts: ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'],
    isAvailableReady: true,
  },
  StatefulSet: {
    counts: ['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas', 'observedGeneration', 'collisionCount'],
    parts: ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'],
    isAvailableReady: true,
  },
  ReplicationController: {
    counts: ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'],
    parts: ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'],
    isAvailableReady: true,
  },
  DaemonSet: {
    counts: [
      'currentNumberScheduled',
      'numberMisscheduled',
      'desiredNumberScheduled',
      'numberReady',
      'observedGeneration',
      'updatedNumberScheduled',
      'numberAvailable',
      'numberUnavailable',
    ],
    parts: [],
    isAvailableReady: false,
  },
}

type Check = (after: KubeObject, problems: Problems, before: KubeObject) => void

const statusOf = (object: KubeObject): JsonObject => objectOf(object['status'])

/** Rules of kinds by group and kind. */
const checks: Readonly<Record<string, Check>> = {
  'networking.k8s.io/Ingress': (ingress, problems) => checkBalancer(statusOf(ingress)['loadBalancer'], 'status.loadBalancer', problems),
  '/Service': checkServiceStatus,
  '/Namespace': checkPhase,
  '/Node': (node, problems, before) => problems.add(validateNodeUpdate(before, node)),
  '/PersistentVolumeClaim': (claim, problems) => checkClaimStatus(statusOf(claim), problems),
  '/ResourceQuota': (quota, problems) => checkQuotaStatus(statusOf(quota), problems),
  '/Pod': (pod, problems, before) => checkPodStatus(before, pod, problems),
  'batch/Job': (job, problems, before) => checkJobStatus(before, job, problems),
  'autoscaling/HorizontalPodAutoscaler': (autoscaler, problems) => checkAutoscalerStatus(statusOf(autoscaler), problems),
  'policy/PodDisruptionBudget'(budget, problems) {
    checkConditions(statusOf(budget)['conditions'], 'status.conditions', problems)
    for (const member of ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'])
      problems.nonNegative(`status.${member}`, statusOf(budget)[member])
  },
  'flowcontrol.apiserver.k8s.io/FlowSchema': checkFlowStatus,
  'flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration': checkFlowStatus,
  'admissionregistration.k8s.io/ValidatingAdmissionPolicy': checkPolicyStatus,
  'apiregistration.k8s.io/APIService'(service, problems) {
    for (const [index, { status }] of objectsOf(statusOf(service)['conditions']).entries())
      if (!serviceStatuses.includes(textOf(status))) problems.unsupported(`status.conditions[${index}].status`, textOf(status), serviceStatuses)
  },
  'apiextensions.k8s.io/CustomResourceDefinition': (definition, problems) =>
    problems.add(formProblems(objectOf(statusOf(definition)['acceptedNames']), 'status.acceptedNames')),
}

const serviceStatuses = ['True', 'False', 'Unknown']

function checkFlowStatus(object: KubeObject, problems: Problems): void {
  checkConditionTypes(statusOf(object)['conditions'], 'status.conditions', problems)
}

function checkServiceStatus(service: KubeObject, problems: Problems): void {
  const balancer = objectOf(statusOf(service)['loadBalancer'])
  if (objectOf(service['spec'])['type'] !== 'LoadBalancer' && arrayOf(balancer['ingress']).length > 0)
    problems.forbidden('status.loadBalancer.ingress', "may only be used when `spec.type` is 'LoadBalancer'")
  else checkBalancer(balancer, 'status.loadBalancer', problems)
}

function checkPhase(namespace: KubeObject, problems: Problems): void {
  const { phase } = statusOf(namespace)
  const isGoing = namespace.metadata.deletionTimestamp !== undefined
  if (phase === (isGoing ? 'Terminating' : 'Active')) return
  problems.invalid(
    'status.Phase',
    phase ?? '',
    isGoing ? "may only be 'Terminating' if `deletionTimestamp` is not empty" : "may only be 'Active' if `deletionTimestamp` is empty",
  )
}

/** Problems of a changed status, or another part that has an endpoint of its own. */
export function validateStatus(type: ResourceType, before: KubeObject, after: KubeObject, subresource: string): FieldError[] {
  const problems = new Problems()
  const name = `${type.group}/${type.kind}`
  if (name === 'certificates.k8s.io/CertificateSigningRequest') return validateRequestStatus(before, after, subresource)
  if (subresource !== 'status') return []
  checks[name]?.(after, problems, before)
  if (type.group === 'apps' || type.kind === 'ReplicationController') checkCounts(type.kind, statusOf(after), problems)
  return problems.errors
}

function checkCounts(kind: string, status: JsonObject, problems: Problems): void {
  const found = rules[kind]
  if (found === undefined) return
  const count = (name: string): number => (typeof status[name] === 'number' ? status[name] : 0)
  for (const name of found.counts) problems.nonNegative(`status.${name}`, count(name))
  for (const name of found.parts) if (count(name) > count('replicas')) problems.invalid(`status.${name}`, count(name), 'cannot be greater than status.replicas')
  if (found.isAvailableReady && count('availableReplicas') > count('readyReplicas'))
    problems.invalid('status.availableReplicas', count('availableReplicas'), `cannot be greater than ${kind === 'StatefulSet' ? 'status.' : ''}readyReplicas`)
}
