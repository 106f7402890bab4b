// ResourceQuotas. Follows kubernetes `pkg/apis/core/validation`.
import { printed } from '@plumbline/schema'
import { qualifiedNameProblems } from '../names.ts'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, isEqual, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { checkAmount } from './container-resources.ts'
import { Problems } from './problems.ts'

const compute = ['cpu', 'memory', 'ephemeral-storage']
const computeNames = [...compute, ...compute.flatMap((name) => [`requests.${name}`, `limits.${name}`])]
const counted = [
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
]
const standard = new Set([...computeNames, ...counted, 'requests.storage'])
const scopes = new Set(['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'PriorityClass', 'CrossNamespacePodAffinity'])
const existing = new Set(['Terminating', 'NotTerminating', 'BestEffort', 'NotBestEffort', 'CrossNamespacePodAffinity'])
const selectable = new Set([...scopes, 'VolumeAttributesClass'])
const contradictions = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const

export function validateQuota(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  const hard = objectOf(spec['hard'])
  for (const [name, value] of Object.entries(hard)) {
    const at = `spec.hard[${name}]`
    const faults = qualifiedNameProblems(name)
    problems.invalidEach(at, name, faults)
    if (faults.length === 0 && !name.includes('/') && !isStandard(name)) {
      problems.invalid(at, name, 'must be a standard resource type or fully qualified')
      problems.invalid(at, name, 'must be a standard resource for quota')
    }
    checkAmount(name, value, at, problems, counted.includes(name) || name.startsWith('count/'))
  }
  checkScopes(arrayOf(spec['scopes']), Object.keys(hard).sort(), problems)
  if (isObject(spec['scopeSelector'])) checkScopeSelector(spec, Object.keys(hard).sort(), problems)
  return problems.errors
}

function isStandard(name: string): boolean {
  return standard.has(name) || name === 'storage' || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-')
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
    if (!selectable.has(scope)) problems.invalid(`${path}.scopeName`, scope, 'unsupported scope')
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
  return name === 'pods' || computeNames.includes(name) || name.startsWith('requests.hugepages-')
}

export function validateQuotaUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  const scopesOf = (quota: KubeObject): readonly string[] => [...new Set(arrayOf(objectOf(quota['spec'])['scopes']).map(printed))].sort()
  if (isEqual(scopesOf(before), scopesOf(after))) return []
  return [{ type: 'Invalid', path: 'spec.scopes', value: objectOf(after['spec'])['scopes'] ?? null, detail: 'field is immutable' }]
}
