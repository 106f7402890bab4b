// Resources of pods as a whole. Follows kubernetes `pkg/apis/core/v1/defaults.go` and component-helpers `resource/helpers.go`.
import { formatQuantity, isQuantity, parseQuantity } from '../quantity.ts'
import type { Quantity } from '../quantity.ts'
import { isMap, member } from '../values.ts'
import type { JsonMap } from '../values.ts'
import { fill, pipe, textOf, within, withinOrNew } from './fill.ts'

type Amounts = Map<string, Quantity>
const hugePages = 'hugepages-'

function isOfPods(name: string): boolean {
  return name === 'cpu' || name === 'memory' || name.startsWith(hugePages)
}

/**
 * What the containers of a pod ask for together: one after the other starts first, and those that stay run beside the rest.
 * @param pod the spec of the pod
 */
export function containerResources(pod: JsonMap, list: 'requests' | 'limits'): ReadonlyMap<string, Quantity> {
  const running: Amounts = new Map()
  const staying: Amounts = new Map()
  const starting: Amounts = new Map()
  for (const container of itemsOf(pod, 'containers')) addTo(running, amountsOf(container, list))
  for (const container of itemsOf(pod, 'initContainers')) {
    const own = amountsOf(container, list)
    const isStaying = textOf(container, 'restartPolicy') === 'Always'
    if (isStaying) addTo(running, own)
    if (isStaying) addTo(staying, own)
    else addTo(own, staying)
    raiseTo(starting, isStaying ? staying : own)
  }
  raiseTo(running, starting)
  return running
}

/** Requests of a pod that has limits, and limits of huge pages, where they are not given. */
export function defaultPodResources(pod: JsonMap): JsonMap {
  return within(pod, 'resources', (resources) =>
    pipe(
      resources,
      (map) => defaultLimits(map, pod),
      (map) => defaultRequests(map, pod),
    ),
  )
}

function defaultLimits(resources: JsonMap, pod: JsonMap): JsonMap {
  const [requests, limits] = [mapOf(resources, 'requests'), mapOf(resources, 'limits')]
  if (Object.keys(requests).length === 0 && Object.keys(limits).length === 0) return resources
  const pages = [...containerResources(pod, 'limits')].filter(([name]) => name.startsWith(hugePages) && requests[name] === undefined)
  return filled(resources, 'limits', textsOf(pages))
}

function defaultRequests(resources: JsonMap, pod: JsonMap): JsonMap {
  const limits = mapOf(resources, 'limits')
  if (Object.keys(limits).length === 0) return resources
  const asked = [...containerResources(pod, 'requests')].filter(([name]) => isOfPods(name) && !name.startsWith(hugePages))
  const most = Object.entries(limits).filter(([name]) => isOfPods(name))
  return filled(resources, 'requests', { ...Object.fromEntries(most), ...textsOf(asked) })
}

function filled(resources: JsonMap, list: string, amounts: JsonMap): JsonMap {
  return Object.keys(amounts).length === 0 ? resources : withinOrNew(resources, list, (map) => fill(map, amounts))
}

function textsOf(amounts: Iterable<readonly [string, Quantity]>): JsonMap {
  return Object.fromEntries([...amounts].map(([name, quantity]) => [name, formatQuantity(quantity)]))
}

function itemsOf(pod: JsonMap, list: string): readonly JsonMap[] {
  const items = member(pod, list)
  return Array.isArray(items) ? items.filter((item: unknown) => isMap(item)) : []
}

function mapOf(map: JsonMap, name: string): JsonMap {
  const value = member(map, name)
  return isMap(value) ? value : {}
}

function amountsOf(container: JsonMap, list: string): Amounts {
  const amounts: Amounts = new Map()
  for (const [name, value] of Object.entries(mapOf(mapOf(container, 'resources'), list))) if (isQuantity(value)) amounts.set(name, parseQuantity(value))
  return amounts
}

function addTo(amounts: Amounts, more: Amounts): void {
  for (const [name, quantity] of more) {
    const had = amounts.get(name)
    amounts.set(name, had === undefined ? quantity : { nano: had.nano + quantity.nano, format: had.nano === 0n ? quantity.format : had.format })
  }
}

function raiseTo(amounts: Amounts, least: Amounts): void {
  for (const [name, quantity] of least) if ((amounts.get(name)?.nano ?? -1n) < quantity.nano) amounts.set(name, quantity)
}
