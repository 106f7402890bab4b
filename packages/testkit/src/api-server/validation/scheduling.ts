// Where pods may run: affinity, spreading, tolerations, taints. Follows kubernetes `pkg/apis/core/validation`.
import { labelProblems, labelValueProblems, qualifiedNameProblems } from '../names.ts'
import { arrayOf, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { checkExpression, checkSelector } from './labels.ts'
import type { Problems } from './problems.ts'

const required = 'requiredDuringSchedulingIgnoredDuringExecution'
const preferred = 'preferredDuringSchedulingIgnoredDuringExecution'
const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

export function checkAffinity(affinity: unknown, path: string, problems: Problems): void {
  if (!isObject(affinity)) return
  if (isObject(affinity['nodeAffinity'])) checkNodeAffinity(affinity['nodeAffinity'], `${path}.nodeAffinity`, problems)
  for (const name of ['podAffinity', 'podAntiAffinity']) {
    const given = affinity[name]
    if (!isObject(given)) continue
    for (const [index, term] of objectsOf(given[required]).entries()) checkPodTerm(term, `${path}.${name}.${required}[${index}]`, problems)
    for (const [index, weighted] of objectsOf(given[preferred]).entries()) {
      const at = `${path}.${name}.${preferred}[${index}]`
      checkWeight(weighted, at, problems)
      checkPodTerm(objectOf(weighted['podAffinityTerm']), `${at}.podAffinityTerm`, problems)
    }
  }
}

function checkNodeAffinity(affinity: JsonObject, path: string, problems: Problems): void {
  if (isObject(affinity[required])) checkNodeSelector(affinity[required], `${path}.${required}`, problems)
  for (const [index, term] of objectsOf(affinity[preferred]).entries()) {
    const at = `${path}.${preferred}[${index}]`
    checkWeight(term, at, problems)
    checkNodeTerm(objectOf(term['preference']), `${at}.preference`, problems)
  }
}

export function checkNodeSelector(selector: JsonObject, path: string, problems: Problems): void {
  const terms = objectsOf(selector['nodeSelectorTerms'])
  if (terms.length === 0) problems.required(`${path}.nodeSelectorTerms`, 'must have at least one node selector term')
  for (const [index, term] of terms.entries()) checkNodeTerm(term, `${path}.nodeSelectorTerms[${index}]`, problems)
}

function checkNodeTerm(term: JsonObject, path: string, problems: Problems): void {
  for (const [index, expression] of objectsOf(term['matchExpressions']).entries())
    checkExpression(expression, `${path}.matchExpressions[${index}]`, problems, true)
  for (const [index, field] of objectsOf(term['matchFields']).entries()) {
    const at = `${path}.matchFields[${index}]`
    if (field['operator'] !== 'In' && field['operator'] !== 'NotIn')
      problems.invalid(`${at}.operator`, field['operator'] ?? '', 'not a valid selector operator')
    else if (arrayOf(field['values']).length !== 1)
      problems.required(`${at}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector")
    if (field['key'] !== 'metadata.name') problems.invalid(`${at}.key`, field['key'] ?? '', 'not a valid field selector key')
  }
}

function checkWeight(term: JsonObject, path: string, problems: Problems): void {
  const weight = typeof term['weight'] === 'number' ? term['weight'] : 0
  if (weight <= 0 || weight > 100) problems.invalid(`${path}.weight`, weight, 'must be in the range 1-100')
}

function checkPodTerm(term: JsonObject, path: string, problems: Problems): void {
  checkSelector(term['labelSelector'], `${path}.labelSelector`, problems)
  checkSelector(term['namespaceSelector'], `${path}.namespaceSelector`, problems)
  for (const name of arrayOf(term['namespaces'])) problems.invalidEach(`${path}.namespace`, name, labelProblems(String(name)))
  for (const member of ['matchLabelKeys', 'mismatchLabelKeys']) checkLabelKeys(term, member, path, problems)
  const key = textOf(term['topologyKey'])
  if (key === '') problems.required(`${path}.topologyKey`, 'can not be empty')
  problems.invalidEach(`${path}.topologyKey`, key, qualifiedNameProblems(key))
}

export function checkSpread(constraints: unknown, path: string, problems: Problems): void {
  const all = objectsOf(constraints)
  for (const [index, constraint] of all.entries()) {
    const at = `${path}[${index}]`
    const skew = typeof constraint['maxSkew'] === 'number' ? constraint['maxSkew'] : 0
    if (skew <= 0) problems.invalid(`${at}.maxSkew`, skew, 'must be greater than zero')
    if (textOf(constraint['topologyKey']) === '') problems.required(`${at}.topologyKey`, 'can not be empty')
    const { whenUnsatisfiable, minDomains } = constraint
    if (!['DoNotSchedule', 'ScheduleAnyway'].includes(String(whenUnsatisfiable)))
      problems.unsupported(`${at}.whenUnsatisfiable`, whenUnsatisfiable ?? '', ['DoNotSchedule', 'ScheduleAnyway'])
    const isSame = (other: JsonObject): boolean => other['topologyKey'] === constraint['topologyKey'] && other['whenUnsatisfiable'] === whenUnsatisfiable
    if (all.slice(index + 1).some(isSame))
      problems.duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${textOf(constraint['topologyKey'])}, ${textOf(whenUnsatisfiable)}}`)
    if (typeof minDomains === 'number') {
      if (minDomains <= 0) problems.invalid(`${at}.minDomains`, minDomains, 'must be greater than zero')
      if (whenUnsatisfiable !== 'DoNotSchedule')
        problems.invalid(`${at}.minDomains`, minDomains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${textOf(whenUnsatisfiable)}`)
    }
    for (const member of ['nodeAffinityPolicy', 'nodeTaintsPolicy'])
      if (constraint[member] !== undefined) problems.oneOf(`${at}.${member}`, constraint[member], ['Honor', 'Ignore'])
    checkLabelKeys(constraint, 'matchLabelKeys', at, problems)
    checkSelector(constraint['labelSelector'], `${at}.labelSelector`, problems)
  }
}

/** Keys whose values come from the pod itself. */
function checkLabelKeys(term: JsonObject, member: string, path: string, problems: Problems): void {
  const keys = arrayOf(term[member])
  if (keys.length > 0 && !isObject(term['labelSelector'])) problems.forbidden(`${path}.${member}`, 'must not be specified when labelSelector is not set')
  else for (const [index, key] of keys.entries()) problems.invalidEach(`${path}.${member}[${index}]`, key, qualifiedNameProblems(String(key)))
}

export function checkTolerations(tolerations: unknown, path: string, problems: Problems): void {
  for (const [index, toleration] of objectsOf(tolerations).entries()) {
    const at = `${path}[${index}]`
    const [key, operator, value, effect] = ['key', 'operator', 'value', 'effect'].map((name) => textOf(toleration[name])) as [string, string, string, string]
    if (key !== '') problems.invalidEach(`${at}.key`, key, qualifiedNameProblems(key))
    if (key === '' && operator !== 'Exists')
      problems.invalid(`${at}.operator`, operator, 'operator must be Exists when `key` is empty, which means "match all values and all keys"')
    if (toleration['tolerationSeconds'] !== undefined && effect !== 'NoExecute')
      problems.invalid(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")
    if (operator === 'Equal' || operator === '') {
      const faults = labelValueProblems(value)
      if (faults.length > 0) problems.invalid(`${at}.operator`, value, faults.join(';'))
    } else if (operator === 'Exists') {
      if (value !== '') problems.invalid(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'")
    } else problems.unsupported(`${at}.operator`, operator, ['Equal', 'Exists'])
    if (effect !== '' && !effects.includes(effect)) problems.unsupported(`${at}.effect`, effect, effects)
  }
}

export function checkTaints(taints: unknown, path: string, problems: Problems): void {
  const seen = new Set<string>()
  for (const [index, taint] of objectsOf(taints).entries()) {
    const at = `${path}[${index}]`
    const [key, value, effect] = ['key', 'value', 'effect'].map((name) => textOf(taint[name])) as [string, string, string]
    problems.invalidEach(`${at}.key`, key, qualifiedNameProblems(key))
    const faults = labelValueProblems(value)
    if (faults.length > 0) problems.invalid(`${at}.value`, value, faults.join(';'))
    if (effect === '') problems.required(`${at}.effect`)
    else if (!effects.includes(effect)) problems.unsupported(`${at}.effect`, effect, effects)
    if (seen.has(`${effect}/${key}`))
      problems.duplicate(at, { key, ...(value === '' ? {} : { value }), effect }, 'taints must be unique by key and effect pair')
    seen.add(`${effect}/${key}`)
  }
}
