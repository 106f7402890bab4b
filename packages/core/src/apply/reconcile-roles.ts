// Roles and bindings as `kubectl auth reconcile` treats them, which Argo CD runs before it applies them: permissions are only added here, and a
// binding that names another role is made anew. Follows kubectl v1.34 `pkg/cmd/auth/reconcile.go` and component-helpers `auth/rbac/reconciliation`.
import { joined, kubectlNameOf } from './kubectl-words.ts'
import { ClusterError } from '../errors.ts'
import { isEqual } from '../diff/equal.ts'
import { isRecord } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { resourceIdOf, versionOf } from '../model/resource-id.ts'
import type { Cluster, WriteOptions } from '../ports/cluster.ts'

/** What lives afterwards, and what was said. */
export interface Reconciled {
  /** Undefined for a dry run of an object that does not live yet. */
  readonly object: KubernetesObject | undefined
  readonly message: string
}

type Operation = 'create' | 'update' | 'recreate'

interface Verdict {
  readonly operation?: Operation
  /** What is to be written. */
  readonly next: KubernetesObject
  readonly title?: string
  readonly missing: readonly string[]
}

const protectedAnnotation = 'rbac.authorization.kubernetes.io/autoupdate'
const roleKinds = new Set(['Role', 'ClusterRole'])
const bindingKinds = new Set(['RoleBinding', 'ClusterRoleBinding'])

/**
 * Reconcile a role or a binding; objects of other kinds are passed over.
 * @param live the whole live object, or undefined when there is none
 * @throws {ClusterError} as the API server answered
 */
export async function reconcileRoles(
  cluster: Cluster,
  object: KubernetesObject,
  live: KubernetesObject | undefined,
  options: WriteOptions,
): Promise<Reconciled> {
  const isRole = roleKinds.has(object.kind)
  if (!isRole && !bindingKinds.has(object.kind)) return { object: live, message: '' }
  const verdict = isRole ? roleVerdict(object, live) : bindingVerdict(object, live)
  const isProtected = live?.metadata.annotations?.[protectedAnnotation] === 'false'
  const suffix = options.dryRun === true ? ' (dry run)' : ''
  const message = joined(`${kubectlNameOf(object)} reconciled${suffix}`, report(verdict, isProtected))
  if (isProtected || options.dryRun === true) return { object: live, message }
  try {
    return { object: await write(cluster, verdict, live, options), message }
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error
    throw new ClusterError(`error running kubectl auth reconcile: ${error.message}`, error.status, error.reason, { cause: error })
  }
}

function report({ operation, title, missing }: Verdict, isProtected: boolean): string | undefined {
  if (operation === undefined) return undefined
  const caveat = isProtected ? `, but object opted out (${protectedAnnotation}: false)` : ''
  const lines = missing.length === 0 ? [] : [`\tmissing ${title ?? ''} added:`, ...missing.map((entry) => `\t\t${entry}`)]
  return [`reconciliation required ${operation}${caveat}`, ...lines].join('\n')
}

async function write(
  cluster: Cluster,
  { operation, next }: Verdict,
  live: KubernetesObject | undefined,
  options: WriteOptions,
): Promise<KubernetesObject | undefined> {
  if (operation === undefined) return live
  if (operation === 'update') return cluster.replace(next, options)
  if (operation === 'recreate') {
    const uid = live?.metadata.uid
    await cluster.delete({ ...resourceIdOf(next), version: versionOf(next.apiVersion) }, uid === undefined ? {} : { uid })
  }
  return cluster.create(next, options)
}

function roleVerdict(object: KubernetesObject, live: KubernetesObject | undefined): Verdict {
  const wanted = rulesOf(object)
  if (live === undefined) return { operation: 'create', next: object, title: 'rules', missing: wanted.map(formatRule) }
  const existing = rulesOf(live)
  const missing = wanted.flatMap(brokenDown).filter((rule) => !existing.some((owner) => covers(owner, rule)))
  const merged = mergedMetadata(object, live)
  const selectors = missingSelectors(object, live)
  const hasLostAggregation = object['aggregationRule'] === undefined && isRecord(live['aggregationRule'])
  const isChanged = merged !== live || missing.length > 0 || selectors.length > 0 || hasLostAggregation
  const { aggregationRule: _rule, ...rest } = merged
  const kept = hasLostAggregation ? (rest as KubernetesObject) : merged
  const next: KubernetesObject = {
    ...kept,
    ...(missing.length === 0 ? {} : { rules: [...existing, ...missing] }),
    ...(selectors.length === 0 ? {} : { aggregationRule: { clusterRoleSelectors: [...selectorsOf(live), ...selectors] } }),
  }
  return { ...(isChanged ? { operation: 'update' as const } : {}), next, title: 'rules', missing: missing.map(formatRule) }
}

function bindingVerdict(object: KubernetesObject, live: KubernetesObject | undefined): Verdict {
  const wanted = listOf(object['subjects']).map(completeSubject)
  if (live === undefined) return { operation: 'create', next: object, title: 'subjects', missing: wanted.map(formatSubject) }
  if (!isEqual(roleRefOf(object), roleRefOf(live))) return { operation: 'recreate', next: object, missing: [] }
  const existing = listOf(live['subjects']).map(completeSubject)
  const missing = wanted.filter(
    (subject, index) => !existing.some((other) => isEqual(other, subject)) && wanted.findIndex((other) => isEqual(other, subject)) === index,
  )
  const merged = mergedMetadata(object, live)
  const isChanged = merged !== live || missing.length > 0
  const next = missing.length === 0 ? merged : { ...merged, subjects: [...listOf(live['subjects']), ...missing] }
  return { ...(isChanged ? { operation: 'update' as const } : {}), next, title: 'subjects', missing: missing.map(formatSubject) }
}

/** Labels and annotations that are there win over wanted ones; the very same object when nothing is added. */
function mergedMetadata(object: KubernetesObject, live: KubernetesObject): KubernetesObject {
  const { labels, annotations } = object.metadata
  const added = (wanted: Readonly<Record<string, string>> | undefined, there: Readonly<Record<string, string>> | undefined): boolean =>
    Object.keys(wanted ?? {}).some((name) => !Object.hasOwn(there ?? {}, name))
  const [withLabels, withAnnotations] = [added(labels, live.metadata.labels), added(annotations, live.metadata.annotations)]
  if (!withLabels && !withAnnotations) return live
  return {
    ...live,
    metadata: {
      ...live.metadata,
      ...(withLabels ? { labels: { ...labels, ...live.metadata.labels } } : {}),
      ...(withAnnotations ? { annotations: { ...annotations, ...live.metadata.annotations } } : {}),
    },
  }
}

interface Rule {
  readonly verbs: readonly string[]
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
  readonly nonResourceURLs: readonly string[]
}

function rulesOf(object: KubernetesObject): Rule[] {
  return listOf(object['rules']).map((rule) => ({
    verbs: textsOf(rule['verbs']),
    apiGroups: textsOf(rule['apiGroups']),
    resources: textsOf(rule['resources']),
    resourceNames: textsOf(rule['resourceNames']),
    nonResourceURLs: textsOf(rule['nonResourceURLs']),
  }))
}

/** A rule as rules of one verb, one resource and one name each. */
function brokenDown({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: Rule): Rule[] {
  const none = { apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] }
  const names = resourceNames.length === 0 ? [[]] : resourceNames.map((name) => [name])
  return [
    ...apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) => names.map((name) => ({ ...none, verbs: [verb], apiGroups: [group], resources: [resource], resourceNames: name }))),
      ),
    ),
    ...nonResourceURLs.flatMap((url) => verbs.map((verb) => ({ ...none, verbs: [verb], nonResourceURLs: [url] }))),
  ]
}

/** Whether one rule permits all that a broken-down one does. */
function covers(owner: Rule, rule: Rule): boolean {
  const has = (list: readonly string[], wanted: readonly string[]): boolean => list.includes('*') || wanted.every((entry) => list.includes(entry))
  return (
    has(owner.verbs, rule.verbs) &&
    has(owner.apiGroups, rule.apiGroups) &&
    rule.resources.every((resource) => {
      const slash = resource.indexOf('/')
      return has(owner.resources, [resource]) || (slash >= 0 && owner.resources.includes(`*${resource.slice(slash)}`))
    }) &&
    (owner.resourceNames.length === 0 || (rule.resourceNames.length > 0 && rule.resourceNames.every((name) => owner.resourceNames.includes(name)))) &&
    rule.nonResourceURLs.every((url) =>
      owner.nonResourceURLs.some((pattern) => pattern === '*' || pattern === url || (pattern.endsWith('*') && url.startsWith(pattern.slice(0, -1)))),
    )
  )
}

function selectorsOf(object: KubernetesObject): unknown[] {
  const rule = object['aggregationRule']
  return isRecord(rule) ? listOf(rule['clusterRoleSelectors']) : []
}

function missingSelectors(object: KubernetesObject, live: KubernetesObject): unknown[] {
  const existing = selectorsOf(live)
  return selectorsOf(object).filter((selector) => !existing.some((other) => isEqual(other, selector)))
}

interface Subject {
  readonly kind: string
  readonly apiGroup: string
  readonly name: string
  readonly namespace: string
}

/** kubectl reads a subject with the defaults of its kind. */
function completeSubject(subject: Readonly<Record<string, unknown>>): Subject {
  const kind = textOf(subject['kind'])
  const apiGroup = textOf(subject['apiGroup'])
  return {
    kind,
    apiGroup: apiGroup === '' && (kind === 'User' || kind === 'Group') ? 'rbac.authorization.k8s.io' : apiGroup,
    name: textOf(subject['name']),
    namespace: textOf(subject['namespace']),
  }
}

function roleRefOf(object: KubernetesObject): Readonly<Record<string, string>> {
  const ref = isRecord(object['roleRef']) ? object['roleRef'] : {}
  const apiGroup = textOf(ref['apiGroup'])
  return { apiGroup: apiGroup === '' ? 'rbac.authorization.k8s.io' : apiGroup, kind: textOf(ref['kind']), name: textOf(ref['name']) }
}

/** As Go prints the struct. */
function formatRule({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: Rule): string {
  const list = (texts: readonly string[]): string => `[${texts.join(' ')}]`
  return `{Verbs:${list(verbs)} APIGroups:${list(apiGroups)} Resources:${list(resources)} ResourceNames:${list(resourceNames)} NonResourceURLs:${list(nonResourceURLs)}}`
}

function formatSubject({ kind, apiGroup, name, namespace }: Subject): string {
  return `{Kind:${kind} APIGroup:${apiGroup} Name:${name} Namespace:${namespace}}`
}

function listOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(textOf) : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
