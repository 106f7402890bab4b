// Counts what is used of quotas, from the start and whenever something goes.
import { added, amountsOf, count } from '../api-server/admission/amounts.ts'
import type { Amounts } from '../api-server/admission/amounts.ts'
import { isInScope, usageOf } from '../api-server/admission/quota-usage.ts'
import { formatted } from '../api-server/admission/resource-quotas.ts'
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { objectOf } from '../api-server/types.ts'
import type { Clock, KubeObject } from '../api-server/types.ts'
import { startControlLoop } from './control-loop.ts'
import { storeStatus } from './objects.ts'

const quotas = { group: '', plural: 'resourcequotas' }

export function startResourceQuotas(api: ClusterApi, clock: Clock): () => void {
  const stopLoop = startControlLoop({ api, clock, resource: quotas, dependents: [], reconcile: (quota) => recount(api, quota) })
  // What goes is given back; what comes was counted when it was admitted.
  const stopWatch = api.watch(undefined, ({ type, object }) => {
    const namespace = object.metadata.namespace
    if (type !== 'DELETED' || namespace === undefined) return
    for (const quota of api.list(quotas, namespace)) recount(api, quota)
  })
  return () => {
    stopLoop()
    stopWatch()
  }
}

function recount(api: ClusterApi, quota: KubeObject): void {
  const namespace = quota.metadata.namespace ?? ''
  const hard = objectOf(objectOf(quota['spec'])['hard'])
  let sum: Amounts = new Map()
  for (const { group, plural, isNamespaced, verbs } of api.resources()) {
    if (!isNamespaced || !verbs.includes('list') || !Object.keys(hard).some((name) => concerns(name, group, plural))) continue
    for (const object of api.list({ group, plural }, namespace)) {
      if (isInScope(quota, plural, object)) sum = added(sum, usageOf(group, plural, object))
    }
  }
  const used: Amounts = new Map(Object.keys(hard).map((name) => [name, sum.get(name) ?? count(0)]))
  storeStatus(api, quota, { hard: formatted(amountsOf(hard)), used: formatted(used) })
}

/** Whether objects of a resource can count under a name. */
function concerns(name: string, group: string, plural: string): boolean {
  if (name.startsWith('count/')) return name === (group === '' ? `count/${plural}` : `count/${plural}.${group}`)
  if (group !== '') return false
  const base = name.replace(/^.*\.storageclass\.storage\.k8s\.io\//, '')
  if (base === plural || (plural === 'services' && base.startsWith('services.'))) return true
  return base === 'requests.storage'
    ? plural === 'persistentvolumeclaims'
    : plural === 'pods' && /^(?:requests\.|limits\.|cpu$|memory$|ephemeral-storage$)/.test(base)
}
