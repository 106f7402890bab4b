// ResourceQuotas: refuses what would exceed them and keeps their status. Follows apiserver `pkg/admission/plugin/resourcequota`.
import { compareQuantities, formatQuantity } from '@plumbline/schema'
import type { ResourceType } from '../resource-type.ts'
import { forbidden } from '../status-errors.ts'
import type { Storage } from '../storage.ts'
import { objectOf } from '../types.ts'
import type { KubeObject } from '../types.ts'
import { added, amountsOf, count, plus } from './amounts.ts'
import type { Amounts } from './amounts.ts'
import { isInScope, unstated, usageOf } from './quota-usage.ts'

const quotas = 'resourcequotas'

/**
 * Check a new or changed object against the quotas of its namespace, and count it in.
 * @throws {StatusError} 403
 */
export function chargeQuotas(
  type: ResourceType,
  object: KubeObject,
  previous: KubeObject | undefined,
  namespace: string,
  dryRun: boolean,
  storage: Storage,
): void {
  const charges: [quota: KubeObject, used: Amounts][] = []
  for (const { object: quota } of storage.list(quotas, namespace)) {
    const hard = amountsOf(objectOf(quota['status'])['hard'])
    if (hard.size === 0 || !isInScope(quota, type.plural, object)) continue
    const refuse = (why: string): never => {
      throw forbidden({ group: type.group, resource: type.plural }, object.metadata.name ?? '', why)
    }
    if (type.kind === 'Pod' && previous === undefined) {
      const open = [...unstated(object, [...hard.keys()].sort())].map(([name, containers]) => `${name} for: ${containers.join(',')}`)
      if (open.length > 0) refuse(`failed quota: ${quota.metadata.name ?? ''}: must specify ${open.join('; ')}`)
    }
    const before = previous === undefined ? new Map() : usageOf(type.group, type.plural, previous)
    const delta = bounded(differences(usageOf(type.group, type.plural, object), before), hard)
    if (delta.size === 0) continue
    const used = amountsOf(objectOf(quota['status'])['used'])
    const next = added(used, delta)
    const exceeded = [...delta.keys()].filter((name) => isExceeded(name, delta, next, hard)).sort()
    if (exceeded.length > 0) {
      const list = (amounts: Amounts): string => exceeded.map((name) => `${name}=${formatQuantity(amounts.get(name) ?? count(0))}`).join(',')
      refuse(`exceeded quota: ${quota.metadata.name ?? ''}, requested: ${list(delta)}, used: ${list(used)}, limited: ${list(hard)}`)
    }
    charges.push([quota, next])
  }
  if (!dryRun) for (const [quota, used] of charges) storage.put(quotas, withUsed(quota, used))
}

function isExceeded(name: string, delta: Amounts, next: Amounts, hard: Amounts): boolean {
  const [more, sum, bound] = [delta.get(name), next.get(name), hard.get(name)]
  return more !== undefined && more.nano > 0n && sum !== undefined && bound !== undefined && compareQuantities(sum, bound) > 0
}

function differences(after: Amounts, before: Amounts): Amounts {
  const delta: Amounts = new Map()
  for (const name of new Set([...after.keys(), ...before.keys()])) {
    const change = plus(after.get(name) ?? count(0), { ...(before.get(name) ?? count(0)), nano: -(before.get(name)?.nano ?? 0n) })
    if (change.nano !== 0n) delta.set(name, change)
  }
  return delta
}

function bounded(amounts: Amounts, hard: Amounts): Amounts {
  return new Map([...amounts].filter(([name]) => hard.has(name)))
}

function withUsed(quota: KubeObject, used: Amounts): KubeObject {
  return { ...quota, status: { ...objectOf(quota['status']), used: formatted(used) } }
}

export function formatted(amounts: Amounts): Record<string, string> {
  return Object.fromEntries([...amounts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => [name, formatQuantity(value)]))
}
