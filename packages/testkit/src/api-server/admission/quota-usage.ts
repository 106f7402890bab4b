// What objects count against quotas. Follows kubernetes `pkg/quota/v1/evaluator/core`.
import { isQuantity, parseQuantity } from '@plumbline/schema'
import { arrayOf, isObject, objectOf, objectsOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { amountsOf, count, podAmounts } from './amounts.ts'
import type { Amounts } from './amounts.ts'

/** Core resources that are counted by their plain name as well. */
const countedByName = new Set(['configmaps', 'secrets', 'services', 'replicationcontrollers', 'resourcequotas', 'persistentvolumeclaims', 'pods'])
const storageClassAnnotation = 'volume.beta.kubernetes.io/storage-class'

/** What one object uses. */
export function usageOf(group: string, plural: string, object: KubeObject): Amounts {
  const usage: Amounts = new Map()
  usage.set(group === '' ? `count/${plural}` : `count/${plural}.${group}`, count(1))
  if (group !== '') return usage
  if (plural === 'pods') return podUsage(object, usage)
  if (countedByName.has(plural)) usage.set(plural, count(1))
  const spec = objectOf(object['spec'])
  if (plural === 'services') {
    const ports = objectsOf(spec['ports']).length
    if (spec['type'] === 'LoadBalancer') usage.set('services.loadbalancers', count(1))
    if (spec['type'] === 'NodePort' || (spec['type'] === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false))
      usage.set('services.nodeports', count(ports))
  } else if (plural === 'persistentvolumeclaims') {
    const size = objectOf(objectOf(spec['resources'])['requests'])['storage']
    const className = object.metadata.annotations?.[storageClassAnnotation] ?? spec['storageClassName']
    const prefixes = typeof className === 'string' && className !== '' ? [`${className}.storageclass.storage.k8s.io/`] : []
    for (const prefix of ['', ...prefixes]) {
      usage.set(`${prefix}persistentvolumeclaims`, count(1))
      if (isQuantity(size)) usage.set(`${prefix}requests.storage`, parseQuantity(size))
    }
  }
  return usage
}

/** Pods that have ended are only counted as objects. */
function podUsage(pod: KubeObject, usage: Amounts): Amounts {
  const phase = objectOf(pod['status'])['phase']
  if (phase === 'Succeeded' || phase === 'Failed') return usage
  usage.set('pods', count(1))
  const spec = objectOf(pod['spec'])
  for (const [name, value] of podAmounts(spec, 'requests')) {
    usage.set(`requests.${name}`, value)
    if (['cpu', 'memory', 'ephemeral-storage'].includes(name)) usage.set(name, value)
  }
  for (const [name, value] of podAmounts(spec, 'limits')) if (!name.includes('/')) usage.set(`limits.${name}`, value)
  return usage
}

/** Whether a quota looks at an object at all. */
export function isInScope(quota: KubeObject, plural: string, object: KubeObject): boolean {
  const spec = objectOf(quota['spec'])
  const plain = arrayOf(spec['scopes']).map((scope) => ({ scopeName: scope, operator: 'Exists', values: [] as unknown }))
  const selected = objectsOf(objectOf(spec['scopeSelector'])['matchExpressions'])
  const all = [...plain, ...selected] as readonly JsonObject[]
  return all.length === 0 || (plural === 'pods' && all.every((scope) => matchesScope(scope, object)))
}

function matchesScope({ scopeName, operator, values }: JsonObject, pod: KubeObject): boolean {
  const spec = objectOf(pod['spec'])
  switch (scopeName) {
    case 'Terminating':
      return typeof spec['activeDeadlineSeconds'] === 'number'
    case 'NotTerminating':
      return typeof spec['activeDeadlineSeconds'] !== 'number'
    case 'BestEffort':
      return isBestEffort(spec)
    case 'NotBestEffort':
      return !isBestEffort(spec)
    case 'PriorityClass': {
      const className = spec['priorityClassName'] ?? ''
      if (operator === 'Exists') return className !== ''
      if (operator === 'DoesNotExist') return className === ''
      return arrayOf(values).includes(className) === (operator === 'In')
    }
    case 'CrossNamespacePodAffinity':
      return JSON.stringify(spec['affinity'] ?? {}).includes('"namespace')
    default:
      return false
  }
}

function isBestEffort(spec: JsonObject): boolean {
  return [...objectsOf(spec['containers']), ...objectsOf(spec['initContainers'])].every((container) => {
    const resources = objectOf(container['resources'])
    return ['requests', 'limits'].every((list) => !['cpu', 'memory'].some((name) => amountsOf(resources[list]).has(name)))
  })
}

/** Compute resources that a quota bounds and containers of a pod leave open, with the containers. */
export function unstated(pod: KubeObject, names: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const open = new Map<string, string[]>()
  const spec = objectOf(pod['spec'])
  for (const name of names) {
    const [, list, resource] = /^(?:(requests|limits)\.)?(cpu|memory)$/.exec(name) ?? []
    if (resource === undefined) continue
    for (const container of [...objectsOf(spec['containers']), ...objectsOf(spec['initContainers'])]) {
      const resources = objectOf(container['resources'])[list ?? 'requests']
      if (isObject(resources) && Object.hasOwn(resources, resource)) continue
      open.set(name, [...(open.get(name) ?? []), String(container['name'])])
    }
  }
  return open
}
