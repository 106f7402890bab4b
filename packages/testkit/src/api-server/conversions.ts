// Versions of one kind that differ in shape: the same object read through another version.
// Follows kubernetes `pkg/apis/autoscaling/v1/conversion.go` and `pkg/apis/events/v1/conversion.go`.
import { withZeroMembers } from '@plumbline/schema'
import type { ResourceType } from './resource-type.ts'
import { isObject, objectOf, objectsOf } from './types.ts'
import type { JsonObject, KubeObject } from './types.ts'

type Conversion = (object: KubeObject) => KubeObject

const conversions: Readonly<Record<string, Conversion>> = {
  'HorizontalPodAutoscaler autoscaling/v1 autoscaling/v2': autoscalerToV2,
  'HorizontalPodAutoscaler autoscaling/v2 autoscaling/v1': autoscalerToV1,
  'Event v1 events.k8s.io/v1': (event) => renamed(event, eventNames),
  'Event events.k8s.io/v1 v1': (event) => renamed(event, Object.fromEntries(Object.entries(eventNames).map(([core, other]) => [other, core]))),
}

/** The object in another version of its kind. Kinds without a known conversion differ in name only. */
export function convertObject(object: KubeObject, type: ResourceType, apiVersion: string = type.apiVersion): KubeObject {
  if (object.apiVersion === apiVersion) return object
  const convert = conversions[`${type.kind} ${object.apiVersion} ${apiVersion}`]
  const converted = { ...(convert === undefined ? object : convert(object)), apiVersion }
  return convert === undefined || apiVersion !== type.apiVersion || type.schema === undefined
    ? converted
    : (withZeroMembers(converted, type.schema) as KubeObject)
}

/** Names of an Event's members: in the core group, in events.k8s.io. */
const eventNames: Readonly<Record<string, string>> = {
  message: 'note',
  involvedObject: 'regarding',
  source: 'deprecatedSource',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
  reportingComponent: 'reportingController',
}

function renamed(object: KubeObject, names: Readonly<Record<string, string>>): KubeObject {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [names[name] ?? name, value])) as KubeObject
}

const metricsAnnotation = 'autoscaling.alpha.kubernetes.io/metrics'
const currentMetricsAnnotation = 'autoscaling.alpha.kubernetes.io/current-metrics'
const conditionsAnnotation = 'autoscaling.alpha.kubernetes.io/conditions'
const behaviorAnnotation = 'autoscaling.alpha.kubernetes.io/behavior'

/** v1 knows a CPU target only; everything else travels in annotations. */
function autoscalerToV1(object: KubeObject): KubeObject {
  const { metrics, behavior, ...spec } = objectOf(object['spec'])
  const { currentMetrics, conditions, ...status } = objectOf(object['status'])
  const target = objectsOf(metrics).find(isCpuUtilization)
  const others = objectsOf(metrics).filter((metric) => metric !== target)
  const current = objectsOf(currentMetrics).find(isCpuCurrent)
  const otherCurrent = objectsOf(currentMetrics).filter((metric) => metric !== current)
  const annotations: Record<string, string> = { ...object.metadata.annotations }
  if (others.length > 0) annotations[metricsAnnotation] = JSON.stringify(others.map((metric) => oldMetric(metric, 'target')))
  if (otherCurrent.length > 0) annotations[currentMetricsAnnotation] = JSON.stringify(otherCurrent.map((metric) => oldMetric(metric, 'current')))
  if (isObject(behavior)) annotations[behaviorAnnotation] = JSON.stringify(behavior)
  if (objectsOf(conditions).length > 0) annotations[conditionsAnnotation] = JSON.stringify(conditions)
  const utilization = objectOf(objectOf(target?.['resource'])['target'])['averageUtilization']
  const used = objectOf(objectOf(current?.['resource'])['current'])['averageUtilization']
  return {
    ...object,
    metadata: { ...object.metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: { ...spec, ...(utilization === undefined ? {} : { targetCPUUtilizationPercentage: utilization }) },
    status: { ...status, ...(used === undefined ? {} : { currentCPUUtilizationPercentage: used }) },
  }
}

function isCpuUtilization({ type, resource }: JsonObject): boolean {
  return type === 'Resource' && objectOf(resource)['name'] === 'cpu' && objectOf(objectOf(resource)['target'])['averageUtilization'] !== undefined
}

function isCpuCurrent({ type, resource }: JsonObject): boolean {
  return type === 'Resource' && objectOf(resource)['name'] === 'cpu' && objectOf(objectOf(resource)['current'])['averageUtilization'] !== undefined
}

const sourceNames: Readonly<Record<string, string>> = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
  External: 'external',
}

/** A metric of v2 in the form that annotations keep. */
function oldMetric(metric: JsonObject, kind: 'target' | 'current'): JsonObject {
  const name = sourceNames[String(metric['type'])] ?? ''
  const source = objectOf(metric[name])
  const value = objectOf(source[kind])
  const named = objectOf(source['metric'])
  const average = kind === 'target' ? 'targetAverage' : 'currentAverage'
  const isNamed = name === 'pods' || name === 'object' || name === 'external'
  const kept: JsonObject = {
    ...(isNamed ? { metricName: named['name'] } : { name: source['name'] }),
    ...(source['container'] === undefined ? {} : { container: source['container'] }),
    ...(name === 'object' ? { target: source['describedObject'] } : {}),
    ...(named['selector'] === undefined ? {} : { [name === 'external' ? 'metricSelector' : 'selector']: named['selector'] }),
    ...(value['averageUtilization'] === undefined ? {} : { [`${average}Utilization`]: value['averageUtilization'] }),
    ...(value['averageValue'] === undefined ? {} : { [name === 'object' ? 'averageValue' : `${average}Value`]: value['averageValue'] }),
    ...(value['value'] === undefined ? {} : { [kind === 'target' ? 'targetValue' : 'currentValue']: value['value'] }),
  }
  return { type: metric['type'], [name]: kept }
}

export function autoscalerToV2(object: KubeObject): KubeObject {
  const { targetCPUUtilizationPercentage: target, ...spec } = objectOf(object['spec'])
  const { currentCPUUtilizationPercentage: used, currentReplicas, ...status } = objectOf(object['status'])
  const {
    [metricsAnnotation]: others,
    [currentMetricsAnnotation]: otherCurrent,
    [behaviorAnnotation]: behavior,
    [conditionsAnnotation]: conditions,
    ...annotations
  } = object.metadata.annotations ?? {}
  const cpu = (kind: string, value: unknown): JsonObject => ({
    type: 'Resource',
    resource: { name: 'cpu', [kind]: kind === 'target' ? { type: 'Utilization', averageUtilization: value } : { averageUtilization: value } },
  })
  const metrics = [...(target === undefined ? [] : [cpu('target', target)]), ...objectsOf(parsed(others)).map((metric) => newMetric(metric, 'target'))]
  const current = [...(used === undefined ? [] : [cpu('current', used)]), ...objectsOf(parsed(otherCurrent)).map((metric) => newMetric(metric, 'current'))]
  const kept = parsed(behavior)
  const { annotations: _annotations, ...metadata } = object.metadata
  return {
    ...object,
    metadata: { ...metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: { ...spec, ...(metrics.length === 0 ? {} : { metrics }), ...(isObject(kept) ? { behavior: kept } : {}) },
    status: {
      ...status,
      ...(currentReplicas === undefined || currentReplicas === 0 ? {} : { currentReplicas }),
      currentMetrics: current.length === 0 ? null : current,
      ...(objectsOf(parsed(conditions)).length === 0 ? {} : { conditions: parsed(conditions) }),
    },
  }
}

function newMetric(metric: JsonObject, kind: 'target' | 'current'): JsonObject {
  const name = sourceNames[String(metric['type'])] ?? ''
  const source = objectOf(metric[name])
  const average = kind === 'target' ? 'targetAverage' : 'currentAverage'
  const utilization = source[`${average}Utilization`]
  const averageValue = source[name === 'object' ? 'averageValue' : `${average}Value`]
  const value = source[kind === 'target' ? 'targetValue' : 'currentValue']
  const type = utilization !== undefined ? 'Utilization' : averageValue !== undefined ? 'AverageValue' : 'Value'
  const selector = source[name === 'external' ? 'metricSelector' : 'selector']
  return {
    type: metric['type'],
    [name]: {
      ...(source['metricName'] === undefined
        ? { name: source['name'] }
        : { metric: { name: source['metricName'], ...(selector === undefined ? {} : { selector }) } }),
      ...(source['container'] === undefined ? {} : { container: source['container'] }),
      ...(name === 'object' ? { describedObject: source['target'] } : {}),
      [kind]: {
        ...(kind === 'target' ? { type } : {}),
        ...(utilization === undefined ? {} : { averageUtilization: utilization }),
        ...(averageValue === undefined ? {} : { averageValue }),
        ...(value === undefined ? {} : { value }),
      },
    },
  }
}

/** Annotations are anybody's to write; what is no JSON says nothing. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
