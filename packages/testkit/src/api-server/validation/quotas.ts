// ResourceQuotas. Follows kubernetes `pkg/apis/core/validation`.
import { printed } from '@plumbline/schema'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, isEqual, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { checkAmount, checkResourceName, countedNames } from './container-resources.ts'
import { Problems } from './problems.ts'

const resources = ['cpu', 'memory', 'ephemeral-storage']
const resourceNames = resources.flatMap((name) => [name, `requests.${name}`, `limits.${name}`])
const computeNames = resourceNames.filter((name) => !name.endsWith('ephemeral-storage'))
const standard = new Set([...resourceNames, ...countedNames, 'requests.storage'])
const scopes = new Set(['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass', 'VolumeAttributesClass', 'CrossNamespacePodAffinity'])
const existing = new Set(['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'CrossNamespacePodAffinity'])
const contradictions = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const

export function validateQuota(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  const hard = objectOf(spec['hard'])
  checkAmounts(hard, 'spec.hard', problems)
  checkScopes(arrayOf(spec['scopes']), Object.keys(hard).sort(), problems)
  if (isObject(spec['scopeSelector'])) checkScopeSelector(spec, Object.keys(hard).sort(), problems)
  return problems.errors
}

/** What a quota counts. The server goes over its maps in no order; ours is that of the members. */
function checkAmounts(amounts: JsonObject, path: string, problems: Problems): void {
  for (const [name, value] of Object.entries(amounts)) {
    const at = `${path}[${name}]`
    checkResourceName(name, at, false, problems)
    if (!name.includes('/') && !isStandard(name)) problems.invalid(at, name, 'must be a standard resource for quota')
    checkAmount(name, value, at, problems)
  }
}

/** What is limited, and what is used of it. */
export function checkQuotaStatus(status: JsonObject, problems: Problems): void {
  for (const member of ['hard', 'used']) checkAmounts(objectOf(status[member]), `status.${member}`, problems)
}

function isStandard(name: string): boolean {
  return standard.has(name) || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-')
}

function checkScopes(given: readonly unknown[], names: readonly string[], problems: Problems): void {
  for (const scope of given) {
    if (!scopes.has(String(scope))) problems.invalid('spec.scopes', given, 'unsupported scope')
    for (const name of names)
      if (isStandard(name) && !fits(String(scope), name)) problems.invalid('spec.scopes', given, 'unsupported scope applied to resource')
  }
  for (const pair of contradictions) if (pair.every((scope) => given.includes(scope))) problems.invalid('spec.scopes', given, 'conflicting scopes')
}

function checkScopeSelector(spec: JsonObject, names: readonly string[], problems: Problems): void {
  const path = 'spec.scopeSelector.matchExpressions'
  const expressions = objectsOf(objectOf(spec['scopeSelector'])['matchExpressions'])
  const shown = {
    MatchExpressions: expressions.map(({ scopeName, operator, values }) => ({ ScopeName: scopeName ?? '', Operator: operator ?? '', Values: values ?? null })),
  }
  const given = expressions.map(({ scopeName }) => textOf(scopeName))
  for (const { scopeName, operator, values } of expressions) {
    const [scope, asked] = [textOf(scopeName), arrayOf(values)]
    if (!scopes.has(scope)) problems.invalid(`${path}.scopeName`, scope, 'unsupported scope')
    for (const name of names) if (isStandard(name) && !fits(scope, name)) problems.invalid(path, shown, 'unsupported scope applied to resource')
    if (existing.has(scope) && operator !== 'Exists')
      problems.invalid(
        `${path}.operator`,
        operator ?? '',
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
      )
    if (operator === 'In' || operator === 'NotIn') {
      if (asked.length === 0) problems.required(`${path}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector")
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (asked.length > 0) problems.invalid(`${path}.values`, asked, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector")
    } else problems.invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator')
  }
  for (const pair of contradictions) if (pair.every((scope) => given.includes(scope))) problems.invalid(path, spec['scopes'] ?? null, 'conflicting scopes')
}

/** Scopes choose among pods; those without requests have nothing but their number. */
function fits(scope: string, name: string): boolean {
  if (scope === 'BestEffort') return name === 'pods'
  if (scope === 'VolumeAttributesClass') return name === 'persistentvolumeclaims' || name === 'requests.storage'
  if (!scopes.has(scope)) return true
  return name === 'pods' || computeNames.includes(name)
}

export function validateQuotaUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  const scopesOf = (quota: KubeObject): readonly string[] => [...new Set(arrayOf(objectOf(quota['spec'])['scopes']).map(printed))].sort()
  if (isEqual(scopesOf(before), scopesOf(after))) return []
  return [{ type: 'Invalid', path: 'spec.scopes', value: objectOf(after['spec'])['scopes'] ?? null, detail: 'field is immutable' }]
}
