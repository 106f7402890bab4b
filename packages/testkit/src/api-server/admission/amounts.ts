// Sums of quantities by resource name, and what a pod asks for in all.
import { compareQuantities, isQuantity, parseQuantity } from '@plumbline/schema'
import type { Quantity } from '@plumbline/schema'
import { objectOf, objectsOf } from '../types.ts'
import type { JsonObject } from '../types.ts'

export type Amounts = Map<string, Quantity>

export function amountsOf(list: unknown): Amounts {
  return new Map(Object.entries(objectOf(list)).flatMap(([name, value]) => (isQuantity(value) ? [[name, parseQuantity(value)] as const] : [])))
}

export function count(number: number): Quantity {
  return { nano: BigInt(number) * 1_000_000_000n, format: 'DecimalSI' }
}

export function plus(a: Quantity | undefined, b: Quantity): Quantity {
  return a === undefined ? b : { nano: a.nano + b.nano, format: a.nano === 0n ? b.format : a.format }
}

export function added(a: Amounts, b: Amounts): Amounts {
  const sum = new Map(a)
  for (const [name, value] of b) sum.set(name, plus(sum.get(name), value))
  return sum
}

function larger(a: Amounts, b: Amounts): Amounts {
  const most = new Map(a)
  for (const [name, value] of b) {
    const other = most.get(name)
    if (other === undefined || compareQuantities(other, value) < 0) most.set(name, value)
  }
  return most
}

/** Requests or limits of a pod: containers run together, init containers one after another, sidecars beside everything that follows. */
export function podAmounts(spec: JsonObject, list: 'requests' | 'limits'): Amounts {
  const of = (container: JsonObject): Amounts => amountsOf(objectOf(container['resources'])[list])
  let running = objectsOf(spec['containers']).map(of).reduce(added, new Map())
  let sidecars: Amounts = new Map()
  let starting: Amounts = new Map()
  for (const container of objectsOf(spec['initContainers'])) {
    if (container['restartPolicy'] === 'Always') {
      running = added(running, of(container))
      sidecars = added(sidecars, of(container))
      starting = larger(starting, sidecars)
    } else starting = larger(starting, added(of(container), sidecars))
  }
  return larger(running, starting)
}
