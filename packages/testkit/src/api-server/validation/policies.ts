// Disruption budgets and priority classes. Follows kubernetes `pkg/apis/{policy,scheduling}/validation`.
import { internalForm, printed } from '@plumbline/schema'
import type { FieldError } from '../status-errors.ts'
import { objectOf } from '../types.ts'
import type { KubeObject } from '../types.ts'
import { checkSelector } from './labels.ts'
import { Problems } from './problems.ts'
import { checkShare } from './workloads.ts'

const highestUserPriority = 1_000_000_000
const systemPriorities: Readonly<Record<string, number>> = { 'system-node-critical': 2_000_001_000, 'system-cluster-critical': 2_000_000_000 }
const evictionPolicies = ['AlwaysAllow', 'IfHealthyBudget']

export function validateBudget(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  const { minAvailable, maxUnavailable, unhealthyPodEvictionPolicy: policy, selector } = spec
  if (minAvailable !== undefined && maxUnavailable !== undefined)
    problems.invalid('spec', internalForm(spec, 'policy.PodDisruptionBudgetSpec'), 'minAvailable and maxUnavailable cannot be both set')
  checkShare(minAvailable, 'spec.minAvailable', problems)
  checkShare(maxUnavailable, 'spec.maxUnavailable', problems)
  checkSelector(selector, 'spec.selector', problems)
  if (policy !== undefined && !evictionPolicies.includes(printed(policy))) problems.unsupported('spec.unhealthyPodEvictionPolicy', policy, evictionPolicies)
  return problems.errors
}

export function validatePriorityClass(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const name = object.metadata.name ?? ''
  const value = typeof object['value'] === 'number' ? object['value'] : 0
  if (name.startsWith('system-')) {
    const known = systemPriorities[name]
    if (known !== value)
      problems.forbidden(
        'metadata.name',
        `priority class names with 'system-' prefix are reserved for system use only. error: ${known === undefined ? `${name} is not a known system priority class` : `value of ${name} PriorityClass must be ${known}`}`,
      )
  } else if (value > highestUserPriority) problems.forbidden('value', `maximum allowed value of a user defined priority is ${highestUserPriority}`)
  const preemption = object['preemptionPolicy']
  if (preemption !== undefined && !['PreemptLowerPriority', 'Never'].includes(printed(preemption)))
    problems.unsupported('preemptionPolicy', preemption, ['PreemptLowerPriority', 'Never'])
  return problems.errors
}

export function validatePriorityClassUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  const preemption = ({ preemptionPolicy = 'PreemptLowerPriority' }: KubeObject): unknown => preemptionPolicy
  return [
    ...(before['value'] === after['value'] ? [] : [{ type: 'Forbidden' as const, path: 'value', detail: 'may not be changed in an update.' }]),
    ...(preemption(before) === preemption(after)
      ? []
      : [{ type: 'Invalid' as const, path: 'preemptionPolicy', value: preemption(after), detail: 'field is immutable' }]),
  ]
}
