// Targets of an autoscaler in one cell. Follows kubernetes `pkg/printers/internalversion/printers.go` (formatHPAMetrics).
import { autoscalerToV2 } from '../conversions.ts'
import { printed } from '@plumbline/schema'
import { objectOf, objectsOf, valueAt } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'

const shown = 2
const members: Readonly<Record<string, string>> = {
  External: 'external',
  Pods: 'pods',
  Object: 'object',
  Resource: 'resource',
  ContainerResource: 'containerResource',
}

export function metricsText(given: KubeObject): string {
  const autoscaler = given.apiVersion === 'autoscaling/v1' ? autoscalerToV2(given) : given
  const metrics = objectsOf(valueAt(autoscaler, 'spec', 'metrics'))
  const current = objectsOf(valueAt(autoscaler, 'status', 'currentMetrics'))
  if (metrics.length === 0) return '<none>'
  const texts = metrics.map((metric, index) => metricText(metric, current[index]))
  return texts.length > shown ? `${texts.slice(0, shown).join(', ')} + ${texts.length - shown} more...` : texts.join(', ')
}

function metricText(metric: JsonObject, status: JsonObject | undefined): string {
  const member = members[String(metric['type'])]
  if (member === undefined) return '<unknown type>'
  const source = objectOf(metric[member])
  const target = objectOf(source['target'])
  const now = objectOf(objectOf(status?.[member])['current'])
  const text = (value: unknown, unit = ''): string => (value === undefined ? '<unknown>' : `${printed(value)}${unit}`)
  const isResource = member === 'resource' || member === 'containerResource'
  const name = isResource ? `${printed(source['name'])}: ` : ''
  if (target['averageValue'] !== undefined)
    return `${name}${text(now['averageValue'])}/${printed(target['averageValue'])}${isResource || member === 'pods' ? '' : ' (avg)'}`
  if (!isResource) return `${text(now['value'])}/${printed(target['value'] ?? '')}`
  const wanted = target['averageUtilization'] === undefined ? '<auto>' : `${printed(target['averageUtilization'])}%`
  return `${name}${text(now['averageUtilization'], '%')}/${wanted}`
}
