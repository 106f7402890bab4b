// Requests and limits of containers. Follows kubernetes `pkg/apis/core/validation` and `pkg/apis/core/helper`.
import { compareQuantities, formatQuantity, isQuantity, parseQuantity } from '@plumbline/schema'
import { qualifiedNameProblems } from '../names.ts'
import { isObject, objectOf } from '../types.ts'
import { nonNegativeMessage } from './messages.ts'
import type { Problems } from './problems.ts'

const standardContainer = new Set(['cpu', 'memory', 'ephemeral-storage'])
/** Resources that are counted. */
export const countedNames: ReadonlySet<string> = new Set([
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
])
const standard = new Set([
  ...standardContainer,
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  ...countedNames,
  'storage',
  'requests.storage',
])
const hugePages = 'hugepages-'
const nanosPerUnit = 1_000_000_000n

function isNative(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/')
}

/** Resources that nodes announce under names of their own. */
function isExtended(name: string): boolean {
  return !isNative(name) && !name.startsWith('requests.') && qualifiedNameProblems(`requests.${name}`).length === 0
}

/** Whether amounts of a resource are whole numbers. */
function isCounted(name: string): boolean {
  return countedNames.has(name) || isExtended(name)
}

/** Whether a request may be smaller than the limit. */
function mayOvercommit(name: string): boolean {
  return isNative(name) && !name.startsWith(hugePages)
}

/** @param isOfContainer whether it has to be one that containers ask for */
export function checkResourceName(name: string, path: string, isOfContainer: boolean, problems: Problems): void {
  const faults = qualifiedNameProblems(name)
  problems.invalidEach(path, name, faults)
  const isPlain = !name.includes('/')
  if (faults.length === 0 && isPlain && !standard.has(name) && !name.startsWith(hugePages) && !name.startsWith(`requests.${hugePages}`))
    problems.invalid(path, name, 'must be a standard resource type or fully qualified')
  if (!isOfContainer) return
  if (isPlain) {
    if (!standardContainer.has(name) && !name.startsWith(hugePages)) problems.invalid(path, name, 'must be a standard resource for containers')
  } else if (!isNative(name) && !isExtended(name)) problems.invalid(path, name, "doesn't follow extended resource name standard")
}

/** Amounts are never negative, and whole where the resource is counted. */
export function checkAmount(name: string, value: unknown, path: string, problems: Problems, isWhole: boolean = isCounted(name)): void {
  if (!isQuantity(value)) return
  const quantity = parseQuantity(value)
  if (quantity.nano < 0n) problems.invalid(path, formatQuantity(quantity), nonNegativeMessage)
  if (isWhole && quantity.nano % nanosPerUnit !== 0n) problems.invalid(path, formatQuantity(quantity), 'must be an integer')
}

function checkHugePages(name: string, value: unknown, path: string, problems: Problems): void {
  if (!name.startsWith(hugePages) || !isQuantity(value)) return
  const size = name.slice(hugePages.length)
  const quantity = parseQuantity(value)
  const page = isQuantity(size) ? parseQuantity(size).nano : 0n
  if (page > 0n && quantity.nano > 0n && quantity.nano % page === 0n) return
  problems.invalid(path, formatQuantity(quantity), `${formatQuantity(quantity)} is not positive integer multiple of ${name}`)
}

type NameCheck = (name: string, path: string, problems: Problems) => void

function checkContainerResourceName(name: string, path: string, problems: Problems): void {
  checkResourceName(name, path, true, problems)
}

/** Limits and requests. @param checkName which names they may have, of containers unless said otherwise */
export function checkResources(resources: unknown, path: string, problems: Problems, checkName: NameCheck = checkContainerResourceName): void {
  if (!isObject(resources)) return
  const [limits, requests] = [objectOf(resources['limits']), objectOf(resources['requests'])]
  for (const [name, value] of Object.entries(limits)) {
    const at = `${path}.limits[${name}]`
    checkName(name, at, problems)
    checkAmount(name, value, at, problems)
    checkHugePages(name, value, at, problems)
  }
  for (const [name, value] of Object.entries(requests)) {
    const at = `${path}.requests[${name}]`
    checkName(name, at, problems)
    checkAmount(name, value, at, problems)
    const limit = limits[name]
    if (isQuantity(limit) && isQuantity(value)) {
      const [asked, most] = [parseQuantity(value), parseQuantity(limit)]
      const order = compareQuantities(asked, most)
      if (order !== 0 && !mayOvercommit(name))
        problems.invalid(`${path}.requests`, formatQuantity(asked), `must be equal to ${name} limit of ${formatQuantity(most)}`)
      else if (order > 0) problems.invalid(`${path}.requests`, formatQuantity(asked), `must be less than or equal to ${name} limit of ${formatQuantity(most)}`)
    } else if (!mayOvercommit(name)) problems.required(`${path}.limits`, 'Limit must be set for non overcommitable resources')
    checkHugePages(name, value, at, problems)
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)]
  if (names.some((name) => name.startsWith(hugePages)) && !names.includes('cpu') && !names.includes('memory'))
    problems.forbidden(path, 'HugePages require cpu or memory')
}
