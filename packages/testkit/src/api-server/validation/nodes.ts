// Nodes. Follows kubernetes `pkg/apis/core/validation`: ValidateNode, ValidateNodeUpdate.
import type { FieldError } from '../status-errors.ts'
import { isIPv4 } from 'node:net'
import { arrayOf, isEqual, isObject, objectOf, objectsOf, textOf, valueAt } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { checkAmount } from './container-resources.ts'
import { cidrProblems } from './messages.ts'
import { Problems } from './problems.ts'
import { checkTaints } from './scheduling.ts'

// The server says `metadata` of taints, which are in the spec.
const taintsPath = 'metadata.taints'

export function validateNode(node: KubeObject): FieldError[] {
  const problems = new Problems()
  checkTaints(valueAt(node, 'spec', 'taints'), taintsPath, problems)
  checkAmounts(node, problems)
  const swap = objectOf(valueAt(node, 'status', 'nodeInfo', 'swap'))
  if (typeof swap['capacity'] === 'number' && swap['capacity'] < 0)
    problems.invalid('metadata.nodeSwapStatus.capacity', swap['capacity'], 'must be greater than or equal to 0')
  checkRanges(arrayOf(valueAt(node, 'spec', 'podCIDRs')).map(String), problems)
  return problems.errors
}

function checkAmounts(node: KubeObject, problems: Problems): void {
  const status = objectOf(node['status'])
  for (const member of ['capacity', 'allocatable'])
    for (const [name, value] of Object.entries(objectOf(status[member]))) checkAmount(name, value, `status.${member}.${name}`, problems)
}

function checkRanges(ranges: readonly string[], problems: Problems): void {
  const path = 'spec.podCIDRs'
  for (const [index, range] of ranges.entries()) problems.invalidEach(`${path}[${index}]`, range, cidrProblems(range))
  if (ranges.length < 2) return
  const broken = ranges.find((range) => cidrProblems(range).length > 0)
  if (broken !== undefined)
    problems.add([{ type: 'Internal', path, detail: `invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR address: ${broken}` }])
  const families = new Set(ranges.map((range) => isIPv4(range.split('/')[0] ?? '')))
  if (broken !== undefined || families.size < 2 || ranges.length > 2) problems.invalid(path, ranges, 'may specify no more than one CIDR for each IP family')
}

/** What may not change, of the spec and the status alike. */
export function validateNodeUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  const problems = new Problems()
  const [old, next] = [objectOf(before['spec']), objectOf(after['spec'])]
  checkAmounts(after, problems)
  checkAddresses(objectsOf(valueAt(after, 'status', 'addresses')), problems)
  const [oldRanges, ranges] = [arrayOf(old['podCIDRs']), arrayOf(next['podCIDRs'])]
  const forbidRanges = (): void => problems.forbidden('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid')
  if (oldRanges.length > 0) {
    if (oldRanges.length !== ranges.length) forbidRanges()
    else for (const [index, range] of oldRanges.entries()) if (range !== ranges[index]) forbidRanges()
  }
  const provider = textOf(old['providerID'])
  if (provider !== '' && provider !== textOf(next['providerID']))
    problems.forbidden('spec.providerID', 'node updates may not change providerID except from "" to valid')
  checkTaints(next['taints'], taintsPath, problems)
  if (textOf(old['externalID']) !== textOf(next['externalID'])) problems.forbidden('spec.externalID', 'may not be updated')
  return problems.errors
}

function checkAddresses(addresses: readonly JsonObject[], problems: Problems): void {
  for (const [index, address] of addresses.entries())
    if (addresses.slice(0, index).some((other) => isObject(other) && isEqual(shown(other), shown(address))))
      problems.duplicate(`status.addresses[${index}]`, shown(address))
}

function shown({ type, address }: JsonObject): JsonObject {
  return { Type: textOf(type), Address: textOf(address) }
}
