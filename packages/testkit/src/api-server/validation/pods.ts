// Pods and the kinds with pod templates. Follows kubernetes `pkg/apis/core/validation/validation.go` and `pkg/apis/apps/validation`.
import { printed } from '@plumbline/schema'
import { labelProblems } from '../names.ts'
import type { ResourceType } from '../resource-type.ts'
import type { FieldError } from '../status-errors.ts'
import { isObject, objectOf, objectsOf, valueAt } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'

/** Where the pod spec of a kind is. */
function podSpecPath({ kind }: ResourceType): readonly string[] {
  if (kind === 'Pod') return ['spec']
  return kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec', 'template', 'spec'] : ['spec', 'template', 'spec']
}

export function validatePodTemplateOwner(type: ResourceType, object: KubeObject): FieldError[] {
  const path = podSpecPath(type)
  const errors: FieldError[] = []
  const isWorkload = type.group === 'apps'
  const selector = valueAt(object, 'spec', 'selector')
  const replicas = valueAt(object, 'spec', 'replicas')
  if (typeof replicas === 'number' && replicas < 0)
    errors.push({ type: 'Invalid', path: 'spec.replicas', value: replicas, detail: 'must be greater than or equal to 0' })
  if (isWorkload) errors.push(...validateSelector(selector, object))
  const spec = valueAt(object, ...path)
  if (isObject(spec)) errors.push(...validatePodSpec(spec, path.join('.'), type))
  else if (type.kind !== 'ReplicationController') errors.push({ type: 'Required', path: `${path.join('.')}.containers`, detail: '' })
  return errors
}

function validateSelector(selector: unknown, object: KubeObject): FieldError[] {
  if (!isObject(selector)) return [{ type: 'Required', path: 'spec.selector', detail: '' }]
  const wanted = objectOf(selector['matchLabels'])
  if (Object.keys(wanted).length === 0 && objectsOf(selector['matchExpressions']).length === 0)
    return [{ type: 'Invalid', path: 'spec.selector', value: selector, detail: `empty selector is invalid for ${object.kind.toLowerCase()}` }]
  const labels = objectOf(valueAt(object, 'spec', 'template', 'metadata', 'labels'))
  const isMatch =
    Object.entries(wanted).every(([key, value]) => labels[key] === value) &&
    objectsOf(selector['matchExpressions']).every((expression) => matchesExpression(expression, labels))
  return isMatch ? [] : [{ type: 'Invalid', path: 'spec.template.metadata.labels', value: labels, detail: '`selector` does not match template `labels`' }]
}

function matchesExpression(expression: JsonObject, labels: JsonObject): boolean {
  const value = labels[String(expression['key'])]
  const values = Array.isArray(expression['values']) ? expression['values'] : []
  switch (expression['operator']) {
    case 'In':
      return values.includes(value)
    case 'NotIn':
      return !values.includes(value)
    case 'Exists':
      return value !== undefined
    default:
      return value === undefined
  }
}

function validatePodSpec(spec: JsonObject, path: string, type: ResourceType): FieldError[] {
  const errors: FieldError[] = []
  const containers = objectsOf(spec['containers'])
  const volumes = objectsOf(spec['volumes'])
  const volumeNames = new Set<unknown>()
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}.volumes[${index}].name`
    const name = printed(volume['name'] ?? '')
    if (name === '') errors.push({ type: 'Required', path: at, detail: '' })
    else {
      for (const detail of labelProblems(name)) errors.push({ type: 'Invalid', path: at, value: name, detail })
      if (volumeNames.has(name)) errors.push({ type: 'Duplicate', path: at, value: name, detail: '' })
    }
    volumeNames.add(name)
  }
  if (containers.length === 0) errors.push({ type: 'Required', path: `${path}.containers`, detail: '' })
  const seen = new Set<string>()
  for (const list of ['initContainers', 'containers']) {
    for (const [index, container] of objectsOf(spec[list]).entries())
      errors.push(...validateContainer(container, `${path}.${list}[${index}]`, seen, volumeNames))
  }
  const policy = spec['restartPolicy']
  if (type.group === 'apps' && policy !== 'Always')
    errors.push({ type: 'NotSupported', path: `${path}.restartPolicy`, value: policy, detail: 'supported values: "Always"' })
  else if (type.group === 'batch' && policy === 'Always')
    errors.push({ type: 'Required', path: `${path}.restartPolicy`, detail: 'valid values: "OnFailure", "Never"' })
  else if (!['Always', 'OnFailure', 'Never'].includes(String(policy)))
    errors.push({ type: 'NotSupported', path: `${path}.restartPolicy`, value: policy, detail: 'supported values: "Always", "OnFailure", "Never"' })
  return errors
}

function validateContainer(container: JsonObject, path: string, seen: Set<string>, volumes: ReadonlySet<unknown>): FieldError[] {
  const errors: FieldError[] = []
  const name = printed(container['name'] ?? '')
  if (name === '') errors.push({ type: 'Required', path: `${path}.name`, detail: '' })
  else {
    for (const detail of labelProblems(name)) errors.push({ type: 'Invalid', path: `${path}.name`, value: name, detail })
    if (seen.has(name)) errors.push({ type: 'Duplicate', path: `${path}.name`, value: name, detail: '' })
    seen.add(name)
  }
  if (printed(container['image'] ?? '') === '') errors.push({ type: 'Required', path: `${path}.image`, detail: '' })
  for (const [index, port] of objectsOf(container['ports']).entries()) {
    const number = port['containerPort']
    if (number === undefined || number === 0) errors.push({ type: 'Required', path: `${path}.ports[${index}].containerPort`, detail: '' })
    else if (typeof number === 'number' && (number < 1 || number > 65_535))
      errors.push({ type: 'Invalid', path: `${path}.ports[${index}].containerPort`, value: number, detail: 'must be between 1 and 65535, inclusive' })
  }
  for (const [index, mount] of objectsOf(container['volumeMounts']).entries()) {
    if (!volumes.has(mount['name'])) errors.push({ type: 'NotFound', path: `${path}.volumeMounts[${index}].name`, value: mount['name'], detail: '' })
  }
  return errors
}
