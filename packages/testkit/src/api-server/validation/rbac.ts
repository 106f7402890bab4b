// Roles and bindings. Follows kubernetes `pkg/apis/rbac/validation`.
import { pathSegmentProblems, subdomainProblems } from '../names.ts'
import type { ResourceType } from '../resource-type.ts'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { checkSelector } from './labels.ts'
import { Problems } from './problems.ts'

const group = 'rbac.authorization.k8s.io'

export function validateRbac({ kind, isNamespaced }: ResourceType, object: KubeObject): FieldError[] {
  const problems = new Problems()
  if (kind === 'Role' || kind === 'ClusterRole') checkRole(object, isNamespaced, problems)
  else checkBinding(object, isNamespaced, problems)
  return problems.errors
}

function checkRole(role: KubeObject, isNamespaced: boolean, problems: Problems): void {
  for (const [index, rule] of objectsOf(role['rules']).entries()) checkRule(rule, isNamespaced, `rules[${index}]`, problems)
  const aggregation = role['aggregationRule']
  if (!isObject(aggregation)) return
  const selectors = objectsOf(aggregation['clusterRoleSelectors'])
  if (selectors.length === 0)
    problems.required('aggregationRule.clusterRoleSelectors', 'at least one clusterRoleSelector required if aggregationRule is non-nil')
  for (const [index, selector] of selectors.entries()) checkAggregation(selector, `aggregationRule.clusterRoleSelectors[${index}]`, problems)
}

/** A selector that the server can make nothing of is refused once more. */
function checkAggregation(selector: JsonObject, path: string, problems: Problems): void {
  const before = problems.errors.length
  checkSelector(selector, path, problems)
  if (problems.errors.length > before) problems.invalid(path, null, 'invalid label selector.')
}

function checkRule(rule: JsonObject, isNamespaced: boolean, path: string, problems: Problems): void {
  const has = (member: string): boolean => arrayOf(rule[member]).length > 0
  if (!has('verbs')) problems.required(`${path}.verbs`, 'verbs must contain at least one value')
  if (has('nonResourceURLs')) {
    const at = `${path}.nonResourceURLs`
    if (isNamespaced) problems.invalid(at, rule['nonResourceURLs'], 'namespaced rules cannot apply to non-resource URLs')
    if (has('apiGroups') || has('resources') || has('resourceNames'))
      problems.invalid(at, rule['nonResourceURLs'], 'rules cannot apply to both regular resources and non-resource URLs')
    return
  }
  if (!has('apiGroups')) problems.required(`${path}.apiGroups`, 'resource rules must supply at least one api group')
  if (!has('resources')) problems.required(`${path}.resources`, 'resource rules must supply at least one resource')
}

function checkBinding(binding: KubeObject, isNamespaced: boolean, problems: Problems): void {
  const reference = objectOf(binding['roleRef'])
  const kinds = isNamespaced ? ['Role', 'ClusterRole'] : ['ClusterRole']
  if (textOf(reference['apiGroup']) !== group) problems.unsupported('roleRef.apiGroup', textOf(reference['apiGroup']), [group])
  if (!kinds.includes(textOf(reference['kind']))) problems.unsupported('roleRef.kind', textOf(reference['kind']), kinds)
  const name = textOf(reference['name'])
  if (name === '') problems.required('roleRef.name')
  else problems.invalidEach('roleRef.name', name, pathSegmentProblems(name))
  for (const [index, subject] of objectsOf(binding['subjects']).entries()) checkSubject(subject, isNamespaced, `subjects[${index}]`, problems)
}

function checkSubject(subject: JsonObject, isNamespaced: boolean, path: string, problems: Problems): void {
  const [kind, name, apiGroup] = [textOf(subject['kind']), textOf(subject['name']), textOf(subject['apiGroup'])]
  if (name === '') problems.required(`${path}.name`)
  if (kind === 'ServiceAccount') {
    if (name !== '') problems.invalidEach(`${path}.name`, name, subdomainProblems(name))
    if (apiGroup !== '') problems.unsupported(`${path}.apiGroup`, apiGroup, [''])
    if (!isNamespaced && textOf(subject['namespace']) === '') problems.required(`${path}.namespace`)
  } else if (kind === 'User' || kind === 'Group') {
    if (apiGroup !== group) problems.unsupported(`${path}.apiGroup`, apiGroup, [group])
  } else problems.unsupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group'])
}
