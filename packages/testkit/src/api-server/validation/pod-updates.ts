// What of a pod may change. Follows kubernetes `pkg/apis/core/validation` (ValidatePodUpdate, ValidatePodEphemeralContainersUpdate).
import type { FieldError } from '../status-errors.ts'
import { isEqual, objectOf, objectsOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { Problems } from './problems.ts'

const maxDeadline = 2_147_483_647
const changeable =
  '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

export function validatePodUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  const problems = new Problems()
  const [old, next] = [objectOf(before['spec']), objectOf(after['spec'])]
  for (const list of ['containers', 'initContainers'])
    if (objectsOf(old[list]).length !== objectsOf(next[list]).length) {
      problems.forbidden(`spec.${list}`, 'pod updates may not add or remove containers')
      return problems.errors
    }
  checkDeadline(old['activeDeadlineSeconds'], next['activeDeadlineSeconds'], problems)
  const tolerations = objectsOf(next['tolerations'])
  if (objectsOf(old['tolerations']).some((toleration) => !tolerations.some((candidate) => isEqual(candidate, toleration))))
    problems.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')
  if (problems.errors.length > 0) return problems.errors
  if (!isEqual(comparable(old), comparable({ ...next, ...schedulingOf(old, next) })))
    problems.forbidden('spec', `pod updates may not change fields other than ${changeable}\n${differences(old, next)}`)
  return problems.errors
}

function checkDeadline(old: unknown, next: unknown, problems: Problems): void {
  const path = 'spec.activeDeadlineSeconds'
  if (typeof next === 'number') {
    if (next < 0 || next > maxDeadline) problems.invalid(path, next, `must be between 0 and ${maxDeadline}, inclusive`)
    if (typeof old === 'number' && old < next) problems.invalid(path, next, 'must be less than or equal to previous value')
  } else if (typeof old === 'number') problems.invalid(path, null, 'must not update from a positive integer to nil value')
}

/** Images, deadline, tolerations and gates have rules of their own. */
function comparable(spec: JsonObject): JsonObject {
  const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, schedulingGates: _gates, ...rest } = spec
  const imageless = (list: string): JsonObject[] => objectsOf(rest[list]).map(({ image: _image, ...container }) => container)
  return { ...rest, containers: imageless('containers'), initContainers: imageless('initContainers') }
}

/** Where a pod that is held back may run can still be narrowed down. */
function schedulingOf(old: JsonObject, next: JsonObject): JsonObject {
  if (objectsOf(old['schedulingGates']).length === 0) return {}
  const { nodeAffinity: _affinity, ...others } = objectOf(next['affinity'])
  const held = objectOf(old['affinity'])['nodeAffinity']
  const affinity = { ...others, ...(held === undefined ? {} : { nodeAffinity: held }) }
  return { nodeSelector: old['nodeSelector'], affinity: Object.keys(affinity).length === 0 ? old['affinity'] : affinity }
}

function differences(old: JsonObject, next: JsonObject): string {
  return [...new Set([...Object.keys(old), ...Object.keys(next)])]
    .filter((name) => !isEqual(old[name], next[name]))
    .map((name) => `-${name}: ${JSON.stringify(old[name] ?? null)}\n+${name}: ${JSON.stringify(next[name] ?? null)}`)
    .join('\n')
}

export function validateEphemeralContainersUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  const problems = new Problems()
  const next = objectsOf(objectOf(after['spec'])['ephemeralContainers'])
  for (const container of objectsOf(objectOf(before['spec'])['ephemeralContainers'])) {
    const name = JSON.stringify(container['name'])
    const kept = next.find((candidate) => candidate['name'] === container['name'])
    if (kept === undefined) problems.forbidden('spec.ephemeralContainers', `existing ephemeral containers ${name} may not be removed\n`)
    else if (!isEqual(kept, container)) problems.forbidden('spec.ephemeralContainers', `existing ephemeral containers ${name} may not be changed\n`)
  }
  return problems.errors
}
