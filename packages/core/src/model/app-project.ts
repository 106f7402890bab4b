// What a project permits. Follows argo-cd `pkg/apis/application/v1alpha1/app_project_types.go`.
import { printed } from '@plumbline/schema'
import type { Application, ApplicationSpec } from './application.ts'
import { sourcesOf } from './application.ts'
import type { Condition } from './application-status.ts'
import { matchesGlob } from './glob.ts'
import { inCluster } from './parse-application.ts'
import { isRecord, valueAt } from './kubernetes-object.ts'
import type { KubernetesObject } from './kubernetes-object.ts'
import type { GroupKind, ResourceId } from './resource-id.ts'

/** Conditions for what the application asks for and its project does not permit; empty when all is permitted. */
export function projectConditions(application: Application, project: KubernetesObject | undefined): Condition[] {
  const { spec } = application
  if (project === undefined) return [{ type: 'InvalidSpecError', message: `Application referencing project ${spec.project} which does not exist` }]
  const conditions: Condition[] = []
  for (const source of sourcesOf(spec)) {
    if (!isSourcePermitted(project, source.repoURL))
      conditions.push({ type: 'InvalidSpecError', message: `application repo ${source.repoURL} is not permitted in project '${spec.project}'` })
  }
  const server = serverOf(spec)
  const namespace = spec.destination.namespace ?? ''
  if (!isDestinationPermitted(project, server, spec.destination.name ?? inCluster.name, namespace)) {
    conditions.push({
      type: 'InvalidSpecError',
      message: `application destination server '${server}' and namespace '${namespace}' do not match any of the allowed destinations in project '${spec.project}'`,
    })
  }
  return conditions
}

/** Why a project forbids an object, in the words of Argo CD; undefined when it is permitted. */
export function whyForbidden(project: KubernetesObject, id: ResourceId, spec: ApplicationSpec): string | undefined {
  const destination = { server: serverOf(spec), name: spec.destination.name ?? inCluster.name }
  const name = project.metadata.name ?? ''
  if (!isKindPermitted(project, id, id.namespace !== '')) return `resource ${id.group}:${id.kind} is not permitted in project ${name}`
  if (id.namespace === '' || isDestinationPermitted(project, destination.server, destination.name, id.namespace)) return undefined
  return `namespace ${id.namespace} is not permitted in project '${name}'`
}

function serverOf({ destination }: ApplicationSpec): string {
  return destination.server ?? (destination.name === inCluster.name ? inCluster.server : '')
}

/** Whether objects of a kind may be managed: cluster-scoped kinds need a white list, namespaced ones do not. */
export function isKindPermitted(project: KubernetesObject, kind: GroupKind, isNamespaced: boolean): boolean {
  const lists = isNamespaced
    ? (['namespaceResourceWhitelist', 'namespaceResourceBlacklist'] as const)
    : (['clusterResourceWhitelist', 'clusterResourceBlacklist'] as const)
  const [white, black] = lists.map((list) => valueAt(project, 'spec', list))
  const matches = (list: unknown): boolean =>
    Array.isArray(list) &&
    list.some(
      (entry) => isRecord(entry) && matchesGlob(printed(entry['group'] ?? ''), kind.group, '/') && matchesGlob(printed(entry['kind'] ?? ''), kind.kind, '/'),
    )
  const isWhite = isNamespaced && white === undefined ? true : matches(white)
  return isWhite && !matches(black)
}

/** Whether `sourceRepos` of a project allow an address. */
export function isSourcePermitted(project: KubernetesObject, url: string): boolean {
  const patterns = valueAt(project, 'spec', 'sourceRepos')
  return isListPermitting(
    Array.isArray(patterns) ? patterns.map(String) : [],
    (pattern) => matchesGlob(normalUrl(pattern), normalUrl(url), '/') || pattern === '*',
  )
}

function isListPermitting(patterns: readonly string[], matches: (pattern: string) => boolean): boolean {
  const denials = patterns.filter((pattern) => pattern.startsWith('!'))
  if (denials.some((pattern) => matches(pattern.slice(1)))) return false
  const allowed = patterns.filter((pattern) => !pattern.startsWith('!'))
  // A list with only denials allows everything else.
  return allowed.length === 0 ? denials.length > 0 : allowed.some(matches)
}

function normalUrl(url: string): string {
  return url.toLowerCase().replace(/\.git$/, '')
}

function isDestinationPermitted(project: KubernetesObject, server: string, name: string, namespace: string): boolean {
  const list = valueAt(project, 'spec', 'destinations')
  let isAllowed = false
  for (const entry of Array.isArray(list) ? list.filter(isRecord) : []) {
    const text = (field: string): string => printed(entry[field] ?? '')
    const isDenied = [text('server'), text('name'), text('namespace')].some((pattern) => pattern.startsWith('!'))
    const matchesOne = (pattern: string, value: string): boolean => pattern !== '' && matchesGlob(pattern.replace(/^!/, ''), value)
    const isMatch = (matchesOne(text('server'), server) || matchesOne(text('name'), name)) && matchesOne(text('namespace'), namespace)
    if (isMatch && isDenied) return false
    if (isMatch) isAllowed = true
  }
  return isAllowed
}
