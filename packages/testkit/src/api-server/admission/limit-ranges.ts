// LimitRanges: defaults for containers, and bounds. Follows kubernetes `plugin/pkg/admission/limitranger`.
import { compareQuantities, formatQuantity } from '@plumbline/schema'
import type { Quantity } from '@plumbline/schema'
import { forbidden } from '../status-errors.ts'
import type { Storage } from '../storage.ts'
import { objectOf, objectsOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { amountsOf, podAmounts } from './amounts.ts'
import type { Amounts } from './amounts.ts'

const annotation = 'kubernetes.io/limit-ranger'

function limitsIn(namespace: string, storage: Storage): readonly JsonObject[][] {
  return storage.list('limitranges', namespace).map(({ object }) => [...objectsOf(objectOf(object['spec'])['limits'])])
}

/** The pod with what it left open filled in. */
export function withLimitDefaults(pod: KubeObject, namespace: string, storage: Storage): KubeObject {
  let result = pod
  for (const limits of limitsIn(namespace, storage)) {
    const own = limits.filter(({ type }) => type === 'Container')
    const requests = Object.assign({}, ...own.map(({ defaultRequest }) => objectOf(defaultRequest))) as JsonObject
    const maxima = Object.assign({}, ...own.map((limit) => objectOf(limit['default']))) as JsonObject
    const notes: string[] = []
    const filled = (container: JsonObject, what: string): JsonObject => {
      const resources = objectOf(container['resources'])
      const next: JsonObject = { ...resources }
      for (const [list, defaults, word] of [
        ['requests', requests, 'request'],
        ['limits', maxima, 'limit'],
      ] as const) {
        const given = objectOf(resources[list])
        const missing = Object.keys(defaults)
          .filter((name) => !Object.hasOwn(given, name))
          .sort()
        if (missing.length === 0) continue
        next[list] = { ...given, ...Object.fromEntries(missing.map((name) => [name, defaults[name]])) }
        notes.push(`${missing.join(', ')} ${word} for ${what} ${String(container['name'])}`)
      }
      return { ...container, resources: next }
    }
    const spec = objectOf(result['spec'])
    const containers = objectsOf(spec['containers']).map((container) => filled(container, 'container'))
    const initial = objectsOf(spec['initContainers']).map((container) => filled(container, 'init container'))
    if (notes.length === 0) continue
    result = {
      ...result,
      metadata: { ...result.metadata, annotations: { ...result.metadata.annotations, [annotation]: `LimitRanger plugin set: ${notes.join('; ')}` } },
      spec: { ...spec, containers, ...(initial.length === 0 ? {} : { initContainers: initial }) },
    }
  }
  return result
}

/** @throws {StatusError} 403 naming the bounds that are left */
export function checkLimits(resource: string, object: KubeObject, namespace: string, storage: Storage): void {
  const faults: string[] = []
  const spec = objectOf(object['spec'])
  for (const limit of limitsIn(namespace, storage).flat()) {
    if (resource === 'persistentvolumeclaims') {
      if (limit['type'] === 'PersistentVolumeClaim') faults.push(...claimFaults(limit, amountsOf(objectOf(spec['resources'])['requests'])))
    } else if (limit['type'] === 'Container') {
      for (const container of [...objectsOf(spec['containers']), ...objectsOf(spec['initContainers'])]) {
        const resources = objectOf(container['resources'])
        faults.push(...boundFaults(limit, amountsOf(resources['requests']), amountsOf(resources['limits'])))
      }
    } else if (limit['type'] === 'Pod') faults.push(...boundFaults(limit, podAmounts(spec, 'requests'), podAmounts(spec, 'limits')))
  }
  const unique = [...new Set(faults)]
  if (unique.length === 0) return
  throw forbidden({ group: '', resource }, object.metadata.name ?? '', unique.length === 1 ? unique.join('') : `[${unique.join(', ')}]`)
}

const isLess = (a: Quantity, b: Quantity): boolean => compareQuantities(a, b) < 0

function boundFaults(limit: JsonObject, requests: Amounts, limits: Amounts): string[] {
  const type = String(limit['type'])
  const faults: string[] = []
  for (const [name, bound] of amountsOf(limit['min'])) {
    const head = `minimum ${name} usage per ${type} is ${formatQuantity(bound)}`
    const [request, most] = [requests.get(name), limits.get(name)]
    if (request === undefined) faults.push(`${head}.  No request is specified`)
    else if (isLess(request, bound)) faults.push(`${head}, but request is ${formatQuantity(request)}`)
    else if (most !== undefined && isLess(most, bound)) faults.push(`${head}, but limit is ${formatQuantity(most)}`)
  }
  for (const [name, bound] of amountsOf(limit['max'])) {
    const head = `maximum ${name} usage per ${type} is ${formatQuantity(bound)}`
    const [request, most] = [requests.get(name), limits.get(name)]
    if (most === undefined) faults.push(`${head}.  No limit is specified`)
    else if (isLess(bound, most)) faults.push(`${head}, but limit is ${formatQuantity(most)}`)
    else if (request !== undefined && isLess(bound, request)) faults.push(`${head}, but request is ${formatQuantity(request)}`)
  }
  for (const [name, bound] of amountsOf(limit['maxLimitRequestRatio'])) {
    const head = `${name} max limit to request ratio per ${type} is ${formatQuantity(bound)}`
    const [request, most] = [requests.get(name), limits.get(name)]
    if (request === undefined || request.nano === 0n) faults.push(`${head}, but no request is specified or request is 0`)
    else if (most === undefined || most.nano === 0n) faults.push(`${head}, but no limit is specified or limit is 0`)
    else {
      const ratio = Number(most.nano) / Number(request.nano)
      if (ratio > Number(bound.nano) / 1e9) faults.push(`${head}, but provided ratio is ${ratio.toFixed(6)}`)
    }
  }
  return faults
}

function claimFaults(limit: JsonObject, requests: Amounts): string[] {
  const faults: string[] = []
  for (const [list, word, isOut] of [
    ['min', 'minimum', isLess],
    ['max', 'maximum', (value: Quantity, bound: Quantity) => isLess(bound, value)],
  ] as const)
    for (const [name, bound] of amountsOf(limit[list])) {
      const head = `${word} ${name} usage per PersistentVolumeClaim is ${formatQuantity(bound)}`
      const request = requests.get(name)
      if (request === undefined) faults.push(`${head}.  No request is specified`)
      else if (isOut(request, bound)) faults.push(`${head}, but request is ${formatQuantity(request)}`)
    }
  return faults
}
