// Disruption budgets, autoscalers, priority classes. Follows kubernetes `pkg/apis/{policy,autoscaling,scheduling}/validation`.
import { printed } from '@plumbline/schema'
import { pathSegmentProblems } from '../names.ts'
import type { FieldError } from '../status-errors.ts'
import { isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
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
    problems.invalid(
      'spec',
      { MinAvailable: minAvailable, Selector: selector ?? null, MaxUnavailable: maxUnavailable, UnhealthyPodEvictionPolicy: policy ?? null },
      'minAvailable and maxUnavailable cannot be both set',
    )
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

export function validateAutoscaler(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  const min = typeof spec['minReplicas'] === 'number' ? spec['minReplicas'] : undefined
  const max = typeof spec['maxReplicas'] === 'number' ? spec['maxReplicas'] : 0
  if (min !== undefined && min < 1) problems.invalid('spec.minReplicas', min, 'must be greater than or equal to 1')
  if (max < 1) problems.invalid('spec.maxReplicas', max, 'must be greater than 0')
  if (min !== undefined && max < min) problems.invalid('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`')
  checkReference(objectOf(spec['scaleTargetRef']), 'spec.scaleTargetRef', problems)
  for (const [index, metric] of objectsOf(spec['metrics']).entries()) checkMetric(metric, `spec.metrics[${index}]`, problems)
  const behavior = objectOf(spec['behavior'])
  for (const name of ['scaleUp', 'scaleDown']) if (isObject(behavior[name])) checkScaling(behavior[name], `spec.behavior.${name}`, problems)
  // Nothing can be measured on no pods.
  const isMeasurable = objectsOf(spec['metrics']).some(({ type }) => type === 'Object' || type === 'External')
  if (min === 0 && !isMeasurable) problems.forbidden('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas')
  return problems.errors
}

function checkReference(reference: JsonObject, path: string, problems: Problems, mayBeCore = false): void {
  for (const member of ['kind', 'name']) {
    const value = textOf(reference[member])
    if (value === '') problems.required(`${path}.${member}`)
    else problems.invalidEach(`${path}.${member}`, value, pathSegmentProblems(value))
  }
  const version = textOf(reference['apiVersion'])
  if (version.split('/').length > 2) problems.invalid(`${path}.apiVersion`, version, `unexpected GroupVersion string: ${version}`)
  else if (!mayBeCore && !version.includes('/')) problems.invalid(`${path}.apiVersion`, version, 'apiVersion must specify API group')
}

const metricMembers: Readonly<Record<string, string>> = {
  Object: 'object',
  Pods: 'pods',
  Resource: 'resource',
  External: 'external',
  ContainerResource: 'containerResource',
}
const metricOrder = ['object', 'external', 'pods', 'resource', 'containerResource']

function checkMetric(metric: JsonObject, path: string, problems: Problems): void {
  const type = textOf(metric['type'])
  if (type === '') problems.required(`${path}.type`, 'must specify a metric source type')
  const member = metricMembers[type]
  if (member === undefined) problems.unsupported(`${path}.type`, type, Object.keys(metricMembers).sort())
  const present = metricOrder.filter((name) => isObject(metric[name]))
  const first = present[0]
  if (first !== undefined) checkSource(objectOf(metric[first]), first, `${path}.${first}`, problems)
  if (member !== undefined && !isObject(metric[member])) problems.required(`${path}.${member}`, 'must populate information for the given metric source')
  if (present.length > 1) for (const name of present) if (name !== member) problems.forbidden(`${path}.${name}`, 'must populate the given metric source only')
}

function checkSource(source: JsonObject, kind: string, path: string, problems: Problems): void {
  if (kind === 'resource' || kind === 'containerResource') {
    if (kind === 'containerResource' && textOf(source['container']) === '') problems.required(`${path}.container`, 'must specify a container')
    if (textOf(source['name']) === '') problems.required(`${path}.name`, 'must specify a resource name')
  } else if (textOf(objectOf(source['metric'])['name']) === '') problems.required(`${path}.metric.name`, 'must specify a metric name')
  if (kind === 'object') checkReference(objectOf(source['describedObject']), `${path}.describedObject`, problems, true)
  const target = objectOf(source['target'])
  const type = textOf(target['type'])
  if (type === '') problems.required(`${path}.target.type`, 'must specify a metric target type')
  if (!['Utilization', 'Value', 'AverageValue'].includes(type))
    problems.invalid(`${path}.target.type`, type, 'must be either Utilization, Value, or AverageValue')
  const utilization = target['averageUtilization']
  if (typeof utilization === 'number' && utilization < 1) problems.invalid(`${path}.target.averageUtilization`, utilization, 'must be greater than 0')
}

const maxStabilization = 3600
const maxPeriod = 1800

function checkScaling(rules: JsonObject, path: string, problems: Problems): void {
  const window = rules['stabilizationWindowSeconds']
  if (typeof window === 'number' && window < 0) problems.invalid(`${path}.stabilizationWindowSeconds`, window, 'must be greater than or equal to zero')
  if (typeof window === 'number' && window > maxStabilization)
    problems.invalid(`${path}.stabilizationWindowSeconds`, window, `must be less than or equal to ${maxStabilization}`)
  const select = rules['selectPolicy']
  if (select !== undefined && !['Disabled', 'Max', 'Min'].includes(printed(select)))
    problems.unsupported(`${path}.selectPolicy`, select, ['Disabled', 'Max', 'Min'])
  const policies = objectsOf(rules['policies'])
  if (policies.length === 0) problems.required(`${path}.policies`, 'must specify at least one Policy')
  for (const [index, policy] of policies.entries()) {
    const at = `${path}.policies[${index}]`
    const { type, value = 0, periodSeconds = 0 } = policy as { type?: unknown; value?: number; periodSeconds?: number }
    if (type !== 'Pods' && type !== 'Percent') problems.unsupported(`${at}.type`, type ?? '', ['Percent', 'Pods'])
    if (value <= 0) problems.invalid(`${at}.value`, value, 'must be greater than zero')
    if (periodSeconds <= 0) problems.invalid(`${at}.periodSeconds`, periodSeconds, 'must be greater than zero')
    if (periodSeconds > maxPeriod) problems.invalid(`${at}.periodSeconds`, periodSeconds, `must be less than or equal to ${maxPeriod}`)
  }
}
