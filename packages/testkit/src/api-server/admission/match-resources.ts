// Which requests a webhook or a policy is asked about. Follows apiserver `pkg/admission/plugin/webhook/predicates` and `policy/matching`.
import { printed } from '@plumbline/schema'
import { isSelectedBy } from '../label-selector.ts'
import type { Storage } from '../storage.ts'
import { arrayOf, objectsOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import type { AdmissionRequest } from './admission-request.ts'

/** Rules and selectors of a webhook, a policy or a binding. */
export interface MatchCriteria {
  /** None at all match everything where `isOpen`. */
  readonly rules: readonly JsonObject[]
  readonly isOpen?: boolean
  readonly excluded?: readonly JsonObject[]
  readonly namespaceSelector?: unknown
  readonly objectSelector?: unknown
  /** Default: Equivalent. */
  readonly matchPolicy?: unknown
}

export function isMatched(criteria: MatchCriteria, request: AdmissionRequest, storage: Storage): boolean {
  const isExact = criteria.matchPolicy === 'Exact'
  const isNamed = (rules: readonly JsonObject[]): boolean => rules.some((rule) => isRuled(rule, request, isExact))
  return (
    (isNamed(criteria.rules) || (criteria.isOpen === true && criteria.rules.length === 0)) &&
    !isNamed(criteria.excluded ?? []) &&
    isNamespaceSelected(criteria.namespaceSelector, request, storage) &&
    isObjectSelected(criteria.objectSelector, request)
  )
}

/** Criteria as a policy or a binding writes them. */
export function criteriaOf(match: JsonObject): MatchCriteria {
  return {
    rules: objectsOf(match['resourceRules']),
    isOpen: true,
    excluded: objectsOf(match['excludeResourceRules']),
    namespaceSelector: match['namespaceSelector'],
    objectSelector: match['objectSelector'],
    matchPolicy: match['matchPolicy'],
  }
}

function isRuled(rule: JsonObject, { operation, type, subresource, name }: AdmissionRequest, isExact: boolean): boolean {
  const has = (list: string, value: string): boolean => arrayOf(rule[list]).some((entry) => entry === '*' || entry === value)
  const isResource = arrayOf(rule['resources']).some((entry) => {
    const [plural = '', inner = ''] = printed(entry).split('/')
    return (plural === '*' || plural === type.plural) && (inner === '*' || inner === subresource)
  })
  const scope = rule['scope'] ?? '*'
  const isInScope = scope === '*' || (scope === 'Namespaced') === type.isNamespaced
  const names = arrayOf(rule['resourceNames'])
  return (
    has('operations', operation) &&
    has('apiGroups', type.group) &&
    // Versions of a group are forms of one object, so a rule for one of them means all, unless it is said to be exact.
    (!isExact || has('apiVersions', type.version)) &&
    isResource &&
    isInScope &&
    (names.length === 0 || names.includes(name))
  )
}

function isNamespaceSelected(selector: unknown, { type, namespace, object }: AdmissionRequest, storage: Storage): boolean {
  const isNamespace = type.kind === 'Namespace' && type.group === ''
  if (selector === undefined || (!type.isNamespaced && !isNamespace)) return true
  const found = isNamespace && object !== undefined ? object : storage.get('namespaces', '', namespace)?.object
  return isSelectedBy(selector, found?.metadata.labels)
}

function isObjectSelected(selector: unknown, { object, previous }: AdmissionRequest): boolean {
  return selector === undefined || [object, previous].some((found) => found !== undefined && isSelectedBy(selector, found.metadata.labels))
}
