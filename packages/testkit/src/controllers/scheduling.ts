// Where a pod may run, and in the scheduler's words why not. Follows kubernetes `pkg/scheduler/framework`: the filters of its plugins in their order.
import { compareQuantities, printed } from '@plumbline/schema'
import { added, amountsOf, count, podAmounts } from '../api-server/admission/amounts.ts'
import type { Amounts } from '../api-server/admission/amounts.ts'
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { JsonObject, KubeObject } from '../api-server/types.ts'
import { isMet, isSelectedBy } from '../api-server/label-selector.ts'
import { isPodActive, pods } from './objects.ts'

/** A node for a pod, or the text that says why there is none. */
export type Placement = { readonly node: string } | { readonly message: string }

export function place(api: ClusterApi, pod: KubeObject): Placement {
  const nodes = api.list({ group: '', plural: 'nodes' })
  const running = api.list(pods).filter((other) => isPodActive(other) && typeof valueAt(other, 'spec', 'nodeName') === 'string')
  const claim = claimFault(api, pod)
  if (claim !== undefined) return { message: refusal(nodes.length, `${claim}.`, nodes.length, false) }
  const faults = new Map<string, number>()
  let isHelpful = false
  let best: { readonly name: string; readonly load: number } | undefined
  for (const node of nodes) {
    const name = node.metadata.name ?? ''
    const there = running.filter((other) => valueAt(other, 'spec', 'nodeName') === name)
    const found = faultsOf(pod, node, there, running, nodes)
    for (const text of found.texts) faults.set(text, (faults.get(text) ?? 0) + 1)
    isHelpful ||= found.texts.length > 0 && found.isResolvable
    if (found.texts.length === 0 && (best === undefined || there.length < best.load)) best = { name, load: there.length }
  }
  if (best !== undefined) return { node: best.name }
  if (nodes.length === 0) return { message: 'no nodes available to schedule pods' }
  const reasons = [...faults].map(([text, times]) => `${times} ${text}`).sort()
  return { message: refusal(nodes.length, `${reasons.join(', ')}.`, nodes.length, isHelpful) }
}

function refusal(total: number, why: string, unhelped: number, isHelpful: boolean): string {
  const preemption = isHelpful ? `${unhelped} No preemption victims found for incoming pod` : `${unhelped} Preemption is not helpful for scheduling`
  return `0/${total} nodes are available: ${why} no new claims to deallocate, preemption: 0/${total} nodes are available: ${preemption}.`
}

/** Claims have to be there and bound, unless their class waits for the first pod. */
function claimFault(api: ClusterApi, pod: KubeObject): string | undefined {
  const namespace = pod.metadata.namespace ?? ''
  for (const volume of objectsOf(valueAt(pod, 'spec', 'volumes'))) {
    const name = valueAt(volume, 'persistentVolumeClaim', 'claimName')
    if (typeof name !== 'string') continue
    const claim = api.get({ group: '', plural: 'persistentvolumeclaims' }, namespace, name)
    if (claim === undefined) return `persistentvolumeclaim "${name}" not found`
    if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`
    if (valueAt(claim, 'status', 'phase') === 'Bound') continue
    const className = valueAt(claim, 'spec', 'storageClassName')
    const storageClass = typeof className === 'string' ? api.get({ group: 'storage.k8s.io', plural: 'storageclasses' }, '', className) : undefined
    if (storageClass?.['volumeBindingMode'] !== 'WaitForFirstConsumer') return 'pod has unbound immediate PersistentVolumeClaims'
  }
  return undefined
}

interface Faults {
  readonly texts: readonly string[]
  /** Whether the node would do if other pods gave way. */
  readonly isResolvable: boolean
}

function faultsOf(pod: KubeObject, node: KubeObject, there: readonly KubeObject[], running: readonly KubeObject[], nodes: readonly KubeObject[]): Faults {
  const final = (text: string): Faults => ({ texts: [text], isResolvable: false })
  const tolerations = objectsOf(valueAt(pod, 'spec', 'tolerations'))
  if (valueAt(node, 'spec', 'unschedulable') === true && !isTolerated({ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }, tolerations))
    return final('node(s) were unschedulable')
  const taint = untoleratedTaint(pod, node)
  if (taint !== undefined) return final(`node(s) had untolerated taint {${String(taint['key'])}: ${printed(taint['value'] ?? '')}}`)
  if (!isWantedNode(pod, node)) return final("node(s) didn't match Pod's node affinity/selector")
  if (arePortsTaken(pod, there)) return { texts: ["node(s) didn't have free ports for the requested pod ports"], isResolvable: true }
  const short = shortages(pod, node, there)
  if (short.length > 0) return { texts: short, isResolvable: true }
  const social = socialFault(pod, node, running, nodes)
  return social === undefined ? { texts: [], isResolvable: false } : { texts: [social], isResolvable: social.includes('anti-affinity') }
}

/** The first taint that keeps a pod away. */
export function untoleratedTaint(pod: KubeObject, node: KubeObject): JsonObject | undefined {
  const tolerations = objectsOf(valueAt(pod, 'spec', 'tolerations'))
  return objectsOf(valueAt(node, 'spec', 'taints')).find(
    (taint) => ['NoSchedule', 'NoExecute'].includes(String(taint['effect'])) && !isTolerated(taint, tolerations),
  )
}

function isTolerated(taint: JsonObject, tolerations: readonly JsonObject[]): boolean {
  return tolerations.some(({ key, operator, value, effect }) => {
    if (effect !== undefined && effect !== '' && effect !== taint['effect']) return false
    if (key !== undefined && key !== '' && key !== taint['key']) return false
    return operator === 'Exists' || (value ?? '') === (taint['value'] ?? '')
  })
}

/** Node selector and required node affinity. */
export function isWantedNode(pod: KubeObject, node: KubeObject): boolean {
  const labels = node.metadata.labels ?? {}
  const selector = Object.entries(objectOf(valueAt(pod, 'spec', 'nodeSelector')))
  if (!selector.every(([key, value]) => labels[key] === value)) return false
  const required = valueAt(pod, 'spec', 'affinity', 'nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution')
  if (required === undefined) return true
  const fields = { 'metadata.name': node.metadata.name ?? '' }
  return objectsOf(objectOf(required)['nodeSelectorTerms']).some((term) => {
    const [expressions, fieldExpressions] = [objectsOf(term['matchExpressions']), objectsOf(term['matchFields'])]
    if (expressions.length + fieldExpressions.length === 0) return false
    return expressions.every((expression) => isMet(expression, labels)) && fieldExpressions.every((expression) => isMet(expression, fields))
  })
}

function hostPorts(pod: KubeObject): string[] {
  return objectsOf(valueAt(pod, 'spec', 'containers'))
    .flatMap((container) => objectsOf(container['ports']))
    .flatMap((port) => (typeof port['hostPort'] === 'number' && port['hostPort'] > 0 ? [`${printed(port['protocol'] ?? 'TCP')}/${port['hostPort']}`] : []))
}

function arePortsTaken(pod: KubeObject, there: readonly KubeObject[]): boolean {
  const wanted = hostPorts(pod)
  return wanted.length > 0 && there.some((other) => hostPorts(other).some((port) => wanted.includes(port)))
}

function shortages(pod: KubeObject, node: KubeObject, there: readonly KubeObject[]): string[] {
  const allocatable = amountsOf(valueAt(node, 'status', 'allocatable'))
  const texts: string[] = []
  const most = allocatable.get('pods')
  if (most !== undefined && compareQuantities(count(there.length + 1), most) > 0) texts.push('Too many pods')
  const wanted = podAmounts(objectOf(pod['spec']), 'requests')
  if (wanted.size === 0) return texts
  const used = there.map((other) => podAmounts(objectOf(other['spec']), 'requests')).reduce<Amounts>(added, new Map())
  for (const [name, amount] of added(wanted, new Map([...used].filter(([key]) => wanted.has(key))))) {
    const free = allocatable.get(name) ?? count(0)
    if (amount.nano > 0n && compareQuantities(amount, free) > 0) texts.push(`Insufficient ${name}`)
  }
  return texts
}

/** Required affinity and anti-affinity between pods. */
function socialFault(pod: KubeObject, node: KubeObject, running: readonly KubeObject[], nodes: readonly KubeObject[]): string | undefined {
  const domainOf = (name: unknown, key: string): string | undefined => nodes.find(({ metadata }) => metadata.name === name)?.metadata.labels?.[key]
  const isNear = (term: JsonObject, other: KubeObject): boolean => {
    const key = String(term['topologyKey'])
    const own = node.metadata.labels?.[key]
    return own !== undefined && domainOf(valueAt(other, 'spec', 'nodeName'), key) === own
  }
  const isMeant = (term: JsonObject, owner: KubeObject, other: KubeObject): boolean => {
    const namespaces = Array.isArray(term['namespaces']) && term['namespaces'].length > 0 ? term['namespaces'] : [owner.metadata.namespace]
    return namespaces.includes(other.metadata.namespace) && isSelectedBy(term['labelSelector'], other.metadata.labels)
  }
  const termsOf = (of: KubeObject, kind: string): readonly JsonObject[] =>
    objectsOf(valueAt(of, 'spec', 'affinity', kind, 'requiredDuringSchedulingIgnoredDuringExecution'))
  for (const term of termsOf(pod, 'podAffinity')) {
    const candidates = running.filter((other) => isMeant(term, pod, other))
    // The first pod of a group that wants to be near itself may go anywhere.
    if (candidates.length === 0 && isMeant(term, pod, pod)) continue
    if (!candidates.some((other) => isNear(term, other))) return "node(s) didn't match pod affinity rules"
  }
  if (termsOf(pod, 'podAntiAffinity').some((term) => running.some((other) => isMeant(term, pod, other) && isNear(term, other))))
    return "node(s) didn't match pod anti-affinity rules"
  if (running.some((other) => termsOf(other, 'podAntiAffinity').some((term) => isMeant(term, other, pod) && isNear(term, other))))
    return "node(s) didn't satisfy existing pods anti-affinity rules"
  return undefined
}
