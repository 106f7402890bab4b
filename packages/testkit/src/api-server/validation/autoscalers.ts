// Autoscalers. Follows kubernetes `pkg/apis/autoscaling/validation`.
import { formatQuantity, isQuantity, parseQuantity, printed } from '@plumbline/schema'
import { labelProblems, pathSegmentProblems } from '../names.ts'
import type { FieldError } from '../status-errors.ts'
import { isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { checkResourceName } from './container-resources.ts'
import { nonNegativeMessage } from './messages.ts'
import { Problems } from './problems.ts'

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
  // Nothing can be measured on no pods.
  const isMeasurable = objectsOf(spec['metrics']).some(({ type }) => type === 'Object' || type === 'External')
  if (min === 0 && !isMeasurable) problems.forbidden('spec.metrics', 'must specify at least one Object or External metric to support scaling to zero replicas')
  const behavior = objectOf(spec['behavior'])
  for (const name of ['scaleUp', 'scaleDown']) if (isObject(behavior[name])) checkScaling(behavior[name], `spec.behavior.${name}`, problems)
  return problems.errors
}

/** What autoscalers report is never negative. */
export function checkAutoscalerStatus(status: JsonObject, problems: Problems): void {
  for (const member of ['currentReplicas', 'desiredReplicas']) problems.nonNegative(`status.${member}`, status[member])
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
  if (first !== undefined) sourceChecks[first]?.(objectOf(metric[first]), `${path}.${first}`, problems)
  if (member === undefined) problems.unsupported(`${path}.type`, type, Object.keys(metricMembers).sort())
  else if (!isObject(metric[member])) problems.required(`${path}.${member}`, 'must populate information for the given metric source')
  if (present.length > 1) for (const name of present) if (name !== member) problems.forbidden(`${path}.${name}`, 'must populate the given metric source only')
}

const sourceChecks: Readonly<Record<string, (source: JsonObject, path: string, problems: Problems) => void>> = {
  object(source, path, problems) {
    checkReference(objectOf(source['describedObject']), `${path}.describedObject`, problems, true)
    checkIdentifier(source, path, problems)
    const { value, averageValue } = checkTarget(source, path, problems)
    if (value === undefined && averageValue === undefined) problems.required(`${path}.target.averageValue`, 'must set either a target value or averageValue')
  },
  external(source, path, problems) {
    checkIdentifier(source, path, problems)
    const { value, averageValue } = checkTarget(source, path, problems)
    if (value === undefined && averageValue === undefined)
      problems.required(`${path}.target.averageValue`, 'must set either a target value for metric or a per-pod target')
    if (value !== undefined && averageValue !== undefined)
      problems.forbidden(`${path}.target.value`, 'may not set both a target value for metric and a per-pod target')
  },
  pods(source, path, problems) {
    checkIdentifier(source, path, problems)
    if (checkTarget(source, path, problems)['averageValue'] === undefined)
      problems.required(`${path}.target.averageValue`, 'must specify a positive target averageValue')
  },
  resource(source, path, problems) {
    if (textOf(source['name']) === '') problems.required(`${path}.name`, 'must specify a resource name')
    checkUsage(source, path, problems)
  },
  containerResource(source, path, problems) {
    const [name, container] = [textOf(source['name']), textOf(source['container'])]
    if (name === '') problems.required(`${path}.name`, 'must specify a resource name')
    else checkResourceName(name, `${path}.name`, true, problems)
    if (container === '') problems.required(`${path}.container`, 'must specify a container')
    else problems.invalidEach(`${path}.container`, container, labelProblems(container))
    checkUsage(source, path, problems)
  },
}

/** A share of what was requested, or an amount. */
function checkUsage(source: JsonObject, path: string, problems: Problems): void {
  const { averageUtilization: share, averageValue: amount } = checkTarget(source, path, problems)
  if (share === undefined && amount === undefined)
    problems.required(`${path}.target.averageUtilization`, 'must set either a target raw value or a target utilization')
  if (share !== undefined && amount !== undefined)
    problems.forbidden(`${path}.target.averageValue`, 'may not set both a target raw value and a target utilization')
}

function checkIdentifier(source: JsonObject, path: string, problems: Problems): void {
  const name = textOf(objectOf(source['metric'])['name'])
  if (name === '') problems.required(`${path}.metric.name`, 'must specify a metric name')
  else problems.invalidEach(`${path}.metric.name`, name, pathSegmentProblems(name))
}

/** Check what a metric is to come to. @returns the target */
function checkTarget(source: JsonObject, path: string, problems: Problems): JsonObject {
  const target = objectOf(source['target'])
  const [type, utilization] = [textOf(target['type']), target['averageUtilization']]
  if (type === '') problems.required(`${path}.target.type`, 'must specify a metric target type')
  if (!['Utilization', 'Value', 'AverageValue'].includes(type))
    problems.invalid(`${path}.target.type`, type, 'must be either Utilization, Value, or AverageValue')
  for (const member of ['value', 'averageValue']) {
    const amount = target[member]
    if (isQuantity(amount) && parseQuantity(amount).nano <= 0n)
      problems.invalid(`${path}.target.${member}`, formatQuantity(parseQuantity(amount)), 'must be positive')
  }
  if (typeof utilization === 'number' && utilization < 1) problems.invalid(`${path}.target.averageUtilization`, utilization, 'must be greater than 0')
  return target
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
  const { tolerance } = rules
  if (isQuantity(tolerance) && parseQuantity(tolerance).nano < 0n)
    problems.invalid(`${path}.tolerance`, formatQuantity(parseQuantity(tolerance)), nonNegativeMessage)
}
