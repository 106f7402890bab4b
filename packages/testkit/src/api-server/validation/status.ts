// Rules of the status of workloads. Follows kubernetes `pkg/apis/apps/validation/validation.go`.
import type { ResourceType } from '../resource-type.ts'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, objectOf } from '../types.ts'
import type { KubeObject } from '../types.ts'
import { checkBalancer } from './cluster-kinds.ts'
import { Problems } from './problems.ts'

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

/** Problems of a changed status. */
export function validateStatus(type: ResourceType, object: KubeObject): FieldError[] {
  const problems = new Problems()
  if (type.group === 'networking.k8s.io' && type.kind === 'Ingress') checkBalancer(objectOf(object['status'])['loadBalancer'], 'status.loadBalancer', problems)
  if (type.group === '' && type.kind === 'Service') {
    const balancer = objectOf(objectOf(object['status'])['loadBalancer'])
    if (objectOf(object['spec'])['type'] !== 'LoadBalancer' && arrayOf(balancer['ingress']).length > 0)
      problems.forbidden('status.loadBalancer.ingress', "may only be used when `spec.type` is 'LoadBalancer'")
    else checkBalancer(balancer, 'status.loadBalancer', problems)
  }
  if (type.group === '' && type.kind === 'Namespace') {
    const { phase } = objectOf(object['status'])
    const isGoing = object.metadata.deletionTimestamp !== undefined
    if (phase !== (isGoing ? 'Terminating' : 'Active'))
      problems.invalid(
        'status.Phase',
        phase ?? '',
        isGoing ? "may only be 'Terminating' if `deletionTimestamp` is not empty" : "may only be 'Active' if `deletionTimestamp` is empty",
      )
  }
  if (problems.errors.length > 0) return problems.errors
  const found = type.group === 'apps' || type.kind === 'ReplicationController' ? rules[type.kind] : undefined
  if (found === undefined) return []
  const status = objectOf(object['status'])
  const count = (name: string): number => (typeof status[name] === 'number' ? status[name] : 0)
  const errors: FieldError[] = found.counts
    .filter((name) => count(name) < 0)
    .map((name) => ({ type: 'Invalid', path: `status.${name}`, value: count(name), detail: 'must be greater than or equal to 0' }))
  for (const name of found.parts)
    if (count(name) > count('replicas'))
      errors.push({ type: 'Invalid', path: `status.${name}`, value: count(name), detail: 'cannot be greater than status.replicas' })
  if (found.isAvailableReady && count('availableReplicas') > count('readyReplicas'))
    errors.push({
      type: 'Invalid',
      path: 'status.availableReplicas',
      value: count('availableReplicas'),
      detail: `cannot be greater than ${type.kind === 'StatefulSet' ? 'status.' : ''}readyReplicas`,
    })
  return errors
}
