// What of a pod may change. Follows kubernetes `pkg/apis/core/validation` (ValidatePodUpdate, ValidatePodEphemeralContainersUpdate).
import type { FieldError } from '../status-errors.ts'
import { isEqual, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { formsOf } from './immutable.ts'
import { rangeMessage } from './messages.ts'
import { Problems } from './problems.ts'
import { checkTolerations } from './scheduling.ts'

const maxDeadline = 2_147_483_647
const changeable =
  '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'

export function validatePodUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  const problems = new Problems()
  const [old, next] = [objectOf(before['spec']), objectOf(after['spec'])]
  for (const list of ['containers', 'initContainers'])
    if (!checkContainers(objectsOf(old[list]), objectsOf(next[list]), `spec.${list}`, problems)) return problems.errors
  if (!checkDeadline(old['activeDeadlineSeconds'], next['activeDeadlineSeconds'], problems)) return problems.errors
  checkAddedTolerations(old['tolerations'], next['tolerations'], problems)
  checkRemovedGates(objectsOf(old['schedulingGates']), objectsOf(next['schedulingGates']), problems)
  const compared = formsOf('core.PodSpec', old, withoutChangeable(old, next, problems))
  if (!compared.isSame) problems.forbidden('spec', `pod updates may not change fields other than ${changeable}\n${compared.difference()}`)
  return problems.errors
}

/** @returns whether the rest can be looked at */
function checkContainers(old: readonly JsonObject[], next: readonly JsonObject[], path: string, problems: Problems): boolean {
  if (old.length !== next.length) {
    problems.forbidden(path, 'pod updates may not add or remove containers')
    return false
  }
  for (const [index, container] of next.entries()) {
    const image = textOf(container['image'])
    if (image === '') problems.required(`${path}[${index}].image`)
    if (image.trim() !== image) problems.invalid(`${path}[${index}].image`, image, 'must not have leading or trailing whitespace')
  }
  return true
}

/** @returns whether the rest can be looked at */
function checkDeadline(old: unknown, next: unknown, problems: Problems): boolean {
  const path = 'spec.activeDeadlineSeconds'
  if (typeof next !== 'number') {
    if (typeof old === 'number') problems.invalid(path, null, 'must not update from a positive integer to nil value')
    return true
  }
  if (next < 0 || next > maxDeadline) problems.invalid(path, next, rangeMessage(0, maxDeadline))
  else if (typeof old === 'number' && old < next) problems.invalid(path, next, 'must be less than or equal to previous value')
  else return true
  return false
}

function checkAddedTolerations(old: unknown, next: unknown, problems: Problems): void {
  const timeless = ({ tolerationSeconds: _seconds, ...toleration }: JsonObject): JsonObject => toleration
  const tolerations = objectsOf(next).map(timeless)
  if (objectsOf(old).some((toleration) => !tolerations.some((candidate) => isEqual(candidate, timeless(toleration)))))
    problems.forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')
  else checkTolerations(next, 'spec.tolerations', problems)
}

function checkRemovedGates(old: readonly JsonObject[], next: readonly JsonObject[], problems: Problems): void {
  for (const [index, gate] of next.entries())
    if (!old.some(({ name }) => name === gate['name']))
      problems.forbidden(`spec.schedulingGates[${index}].name`, `only deletion is allowed, but found new scheduling gate '${textOf(gate['name'])}'`)
}

/** The new spec with everything that may change, or has been judged already, as it was. */
function withoutChangeable(old: JsonObject, next: JsonObject, problems: Problems): JsonObject {
  const kept: JsonObject = { ...next }
  for (const list of ['containers', 'initContainers']) {
    const containers = objectsOf(old[list])
    if (next[list] !== undefined) kept[list] = objectsOf(next[list]).map((container, index) => ({ ...container, image: containers[index]?.['image'] }))
  }
  for (const name of ['activeDeadlineSeconds', 'schedulingGates', 'tolerations']) kept[name] = old[name]
  const grace = old['terminationGracePeriodSeconds']
  if (typeof grace === 'number' && grace < 0 && next['terminationGracePeriodSeconds'] === 1) kept['terminationGracePeriodSeconds'] = grace
  if (objectsOf(old['schedulingGates']).length > 0) keepPlaces(old, kept, problems)
  return kept
}

/** Where a pod that is held back may run can still be narrowed down. */
function keepPlaces(old: JsonObject, kept: JsonObject, problems: Problems): void {
  const [oldSelector, selector] = [objectOf(old['nodeSelector']), objectOf(kept['nodeSelector'])]
  if (Object.keys(oldSelector).some((key) => oldSelector[key] !== selector[key]))
    problems.invalid('spec.nodeSelector', kept['nodeSelector'] ?? null, 'only additions to spec.nodeSelector are allowed (no mutations or deletions)')
  kept['nodeSelector'] = old['nodeSelector']
  const [oldAffinity, affinity] = [objectOf(old['affinity']), objectOf(kept['affinity'])]
  if (isEqual(oldAffinity['nodeAffinity'] ?? null, affinity['nodeAffinity'] ?? null)) return
  checkNarrowed(objectOf(oldAffinity['nodeAffinity']), objectOf(affinity['nodeAffinity']), problems)
  const { nodeAffinity: _nodes, ...others } = affinity
  if (old['affinity'] === undefined && others['podAffinity'] === undefined && others['podAntiAffinity'] === undefined) delete kept['affinity']
  else kept['affinity'] = { ...others, ...(oldAffinity['nodeAffinity'] === undefined ? {} : { nodeAffinity: oldAffinity['nodeAffinity'] }) }
}

const required = 'requiredDuringSchedulingIgnoredDuringExecution'

function checkNarrowed(old: JsonObject, next: JsonObject, problems: Problems): void {
  if (!isObject(old[required])) return
  const path = `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms`
  const [oldTerms, terms] = [old, next].map((affinity) => objectsOf(objectOf(affinity[required])['nodeSelectorTerms']))
  if (oldTerms === undefined || terms === undefined || oldTerms.length === 0) return
  const shown = (term: JsonObject): unknown => formsOf('core.NodeSelectorTerm', term, term).after
  if (oldTerms.length !== terms.length) {
    problems.invalid(path, terms.length === 0 ? null : terms.map(shown), 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')
    return
  }
  for (const [index, term] of terms.entries())
    if (!hasOnlyAdditions(oldTerms[index] ?? {}, term))
      problems.invalid(`${path}[${index}]`, shown(term), 'only additions are allowed (no mutations or deletions)')
}

function hasOnlyAdditions(old: JsonObject, next: JsonObject): boolean {
  const lists = ['matchExpressions', 'matchFields'].map((name) => [objectsOf(old[name]), objectsOf(next[name])] as const)
  // A term that says nothing selects nothing: more of it would be less.
  if (lists.every(([before]) => before.length === 0) && lists.some(([, after]) => after.length > 0)) return false
  return lists.every(([before, after]) => after.length >= before.length && before.every((expression, index) => isEqual(expression, after[index])))
}

export function validateEphemeralContainersUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  const problems = new Problems()
  const next = objectsOf(objectOf(after['spec'])['ephemeralContainers'])
  for (const container of objectsOf(objectOf(before['spec'])['ephemeralContainers'])) {
    const name = JSON.stringify(container['name'])
    const kept = next.find((candidate) => candidate['name'] === container['name'])
    if (kept === undefined) {
      problems.forbidden('spec.ephemeralContainers', `existing ephemeral containers ${name} may not be removed\n`)
      continue
    }
    const forms = formsOf('core.EphemeralContainer', container, kept)
    if (!forms.isSame) problems.forbidden('spec.ephemeralContainers', `existing ephemeral containers ${name} may not be changed\n${forms.difference()}`)
  }
  return problems.errors
}
