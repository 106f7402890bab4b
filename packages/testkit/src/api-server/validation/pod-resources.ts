// Resources of pods as a whole. Follows kubernetes `pkg/apis/core/validation` (validatePodResources).
import { containerResources, formatQuantity, isQuantity, parseQuantity } from '@plumbline/schema'
import type { Quantity } from '@plumbline/schema'
import { isObject, objectOf, objectsOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { checkResourceName, checkResources } from './container-resources.ts'
import { checkClaimReferences } from './resource-claims.ts'
import { Problems } from './problems.ts'

const hugePages = 'hugepages-'

/** @param claims names of the resource claims of the pod */
export function checkPodResources(pod: JsonObject, claims: readonly string[], path: string, problems: Problems): void {
  const { resources } = pod
  if (!isObject(resources)) return
  if (objectOf(pod['os'])['name'] === 'windows') {
    problems.forbidden(path, 'may not be set for a windows pod')
    return
  }
  if (Array.isArray(resources['claims'])) problems.forbidden(`${path}.claims`, 'claims may not be set for Resources at pod-level')
  checkResources(resources, path, problems, checkPodResourceName)
  checkClaimReferences(resources['claims'], claims, `${path}.claims`, problems)
  checkContainersFit(pod, objectOf(resources['requests']), objectOf(resources['limits']), path, problems)
}

function checkPodResourceName(name: string, path: string, problems: Problems): void {
  const found = new Problems()
  checkResourceName(name, path, false, found)
  problems.add(found.errors)
  if (found.errors.length === 0 && name !== 'cpu' && name !== 'memory' && !name.startsWith(hugePages))
    problems.unsupported(path, name, ['cpu', hugePages, 'memory'])
}

function checkContainersFit(pod: JsonObject, requests: JsonObject, limits: JsonObject, path: string, problems: Problems): void {
  for (const [name, sum] of containerResources(pod, 'requests')) {
    const given = quantityOf(requests[name])
    if (given !== undefined && sum.nano > given.nano)
      problems.invalid(
        `${path}.requests[${name}]`,
        formatQuantity(given),
        `must be greater than or equal to aggregate container requests of ${formatQuantity(sum)}`,
      )
  }
  for (const [name, sum] of containerResources(pod, 'limits')) {
    const given = name.startsWith(hugePages) ? quantityOf(limits[name]) : undefined
    if (given !== undefined && sum.nano > given.nano)
      problems.invalid(
        `${path}.limits[${name}]`,
        formatQuantity(given),
        `must be greater than or equal to aggregate container limits of ${formatQuantity(sum)}`,
      )
  }
  for (const [index, container] of objectsOf(pod['containers']).entries())
    for (const [name, value] of Object.entries(objectOf(objectOf(container['resources'])['limits']))) {
      const [own, most] = [quantityOf(value), quantityOf(limits[name])]
      if (own !== undefined && most !== undefined && own.nano > most.nano)
        problems.invalid(
          `${path}.containers[${index}][${name}].limits`,
          formatQuantity(own),
          `must be less than or equal to pod limits of ${formatQuantity(most)}`,
        )
    }
}

function quantityOf(value: unknown): Quantity | undefined {
  return isQuantity(value) ? parseQuantity(value) : undefined
}
