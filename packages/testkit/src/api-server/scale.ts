// The scale subresource: a small view of replicas and selector, over workloads and custom resources.
import { printed } from '@plumbline/schema'
import { conflict, internalError, invalid, MODIFIED } from './status-errors.ts'
import { decodeScaleError } from './scale-error.ts'
import type { ResourceType } from './resource-type.ts'
import { arrayOf, isObject, objectOf, objectsOf, valueAt } from './types.ts'
import type { JsonObject, KubeObject } from './types.ts'

const paths = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas', labelSelectorPath: '' }

function pathsOf(type: ResourceType): { specReplicasPath: string; statusReplicasPath: string; labelSelectorPath: string } {
  const declared = type.defined?.scale
  if (declared === undefined) return paths
  return {
    specReplicasPath: printed(declared['specReplicasPath'] ?? ''),
    statusReplicasPath: printed(declared['statusReplicasPath'] ?? ''),
    labelSelectorPath: printed(declared['labelSelectorPath'] ?? ''),
  }
}

const partsOf = (path: string): string[] => path.split('.').filter((part) => part !== '')

/** The Scale of an object. @throws {StatusError} 500 when the object says no number, unless it is about to be given one */
export function readScale(type: ResourceType, object: KubeObject, isStrict = true): KubeObject {
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = pathsOf(type)
  const wanted = valueAt(object, ...partsOf(specReplicasPath))
  if (isStrict && type.defined !== undefined && wanted === undefined)
    throw internalError(`the spec replicas field ${JSON.stringify(specReplicasPath)} does not exist`)
  const selector =
    type.defined === undefined
      ? selectorText(valueAt(object, 'spec', 'selector'))
      : labelSelectorPath === ''
        ? ''
        : printed(valueAt(object, ...partsOf(labelSelectorPath)) ?? '')
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp } as KubeObject['metadata'],
    spec: typeof wanted === 'number' && wanted !== 0 ? { replicas: wanted } : {},
    status: { replicas: Number(valueAt(object, ...partsOf(statusReplicasPath)) ?? 0), ...(selector === '' ? {} : { selector }) },
  }
}

/** Take a Scale over into the object it is of. @throws {StatusError} */
export function writeScale(type: ResourceType, live: KubeObject, body: unknown, finish: (live: KubeObject, next: KubeObject) => KubeObject): KubeObject {
  const replicas = valueAt(body, 'spec', 'replicas')
  if (!isObject(body)) throw decodeScaleError()
  const name = live.metadata.name ?? ''
  const version = valueAt(body, 'metadata', 'resourceVersion')
  if (typeof version === 'string' && version !== '' && version !== '0' && version !== live.metadata.resourceVersion)
    throw conflict({ group: type.group, resource: type.plural }, name, MODIFIED)
  if (typeof replicas === 'number' && replicas < 0)
    throw invalid({ group: 'autoscaling', resource: 'Scale' }, name, [
      { type: 'Invalid', path: 'spec.replicas', value: replicas, detail: 'must be greater than or equal to 0' },
    ])
  const path = partsOf(pathsOf(type).specReplicasPath)
  return readScale(type, finish(live, withValue(live, path, typeof replicas === 'number' ? replicas : 0) as KubeObject))
}

/** The configuration of the whole object that an applied Scale stands for. */
export function scaleConfiguration(type: ResourceType, live: KubeObject, scale: unknown): KubeObject {
  const replicas = valueAt(scale, 'spec', 'replicas')
  const { name, namespace } = live.metadata
  const bare = { apiVersion: type.apiVersion, kind: type.kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) } } as KubeObject
  return replicas === undefined ? bare : (withValue(bare, partsOf(pathsOf(type).specReplicasPath), replicas) as KubeObject)
}

function withValue(object: JsonObject, path: readonly string[], value: unknown): JsonObject {
  const [first = '', ...rest] = path
  return { ...object, [first]: rest.length === 0 ? value : withValue(objectOf(object[first]), rest, value) }
}

/** A selector in one line, as it may be given to a list. */
function selectorText(selector: unknown): string {
  if (!isObject(selector)) return ''
  const isPlain = selector['matchLabels'] === undefined && selector['matchExpressions'] === undefined
  const labels = isPlain ? selector : objectOf(selector['matchLabels'])
  const terms = [
    ...Object.entries(labels).map(([key, value]) => ({ key, text: `${key}=${String(value)}` })),
    ...(isPlain ? [] : objectsOf(selector['matchExpressions']).map((expression) => ({ key: String(expression['key']), text: expressionText(expression) }))),
  ]
  return terms
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ text }) => text)
    .join(',')
}

function expressionText({ key, operator, values }: JsonObject): string {
  const list = arrayOf(values).map(String).sort().join(',')
  switch (operator) {
    case 'In':
      return `${String(key)} in (${list})`
    case 'NotIn':
      return `${String(key)} notin (${list})`
    case 'Exists':
      return String(key)
    default:
      return `!${String(key)}`
  }
}
