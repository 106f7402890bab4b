// Brings together what a comparison needs: rendered manifests, discovery, live objects.
import { compare } from '../compare/compare.ts'
import type { Comparison, DiffCache } from '../compare/compare.ts'
import { desiredStateOf } from '../compare/desired-state.ts'
import type { DesiredObject } from '../compare/desired-state.ts'
import { isExcluded } from '../compare/exclusions.ts'
import type { Exclusion } from '../compare/exclusions.ts'
import { orphanPolicyOf, orphansOf } from '../compare/orphans.ts'
import type { DiffSettings } from '../diff/diff.ts'
import { createIgnoreRules } from '../diff/ignore.ts'
import type { IgnoreRules } from '../diff/ignore.ts'
import { messageOf } from '../errors.ts'
import type { Prediction } from '../diff/predict.ts'
import type { HealthRegistry } from '../health/health.ts'
import type { Application, IgnoreDifference } from '../model/application.ts'
import type { Condition } from '../model/application-status.ts'
import { valueAt } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import type { Manifest } from '../model/manifest.ts'
import { groupOf, keyOf, kindKeyOf, resourceIdOf, versionOf } from '../model/resource-id.ts'
import type { GroupKind, ResourceId } from '../model/resource-id.ts'
import { isKindPermitted } from '../model/app-project.ts'
import { isNamespaceOutdated } from './namespace-metadata.ts'
import { askServer, serverSideChoiceOf } from './server-side-diffs.ts'
import { trackedApplicationOf, trackingNameOf } from '../plan/tracking.ts'
import type { TrackingSettings } from '../plan/tracking.ts'
import type { Cluster } from '../ports/cluster.ts'

/** Settings that hold for every application of an engine. */
export interface ComparisonSettings {
  readonly tracking: TrackingSettings
  readonly exclusions: readonly Exclusion[]
  readonly health: HealthRegistry
  readonly prediction: Prediction
  readonly controllerNamespace: string
  /** Rules for every application. */
  readonly ignoreDifferences?: readonly IgnoreDifference[]
  /** Choices of comparison for every application. */
  readonly diff?: Pick<DiffSettings, 'knownTypes' | 'comparesStatus' | 'comparesAggregatedRoles'>
}

/** A comparison with the desired objects it was made from. */
export interface GatheredComparison {
  readonly comparison: Comparison
  readonly desired: readonly DesiredObject[]
  /** What the comparison passed over. */
  readonly ignore: IgnoreRules
  readonly conditions: readonly Omit<Condition, 'lastTransitionTime'>[]
}

/**
 * Compare an application with the cluster.
 * @param manifests rendered, or undefined when they could not be: then only what lives is listed
 * @throws {ClusterError} when the cluster cannot be asked
 */
export async function compareWithCluster(
  request: {
    readonly application: Application
    readonly manifests: readonly Manifest[] | undefined
    readonly cluster: Cluster
    /** Default: everything is permitted. */
    readonly project?: KubernetesObject
    /** Whether there is an application of a tracking name. Default: no. */
    readonly isApplication?: (trackingName: string) => boolean
    readonly cache?: DiffCaches
    readonly signal?: AbortSignal
  },
  settings: ComparisonSettings,
): Promise<GatheredComparison> {
  const { application, cluster, project, signal } = request
  const { rules, key: rulesKey, problem } = rulesOf(application, settings)
  // Without the rules nobody knows what differs.
  const manifests = problem === undefined ? request.manifests : undefined
  const trackingName = trackingNameOf({ name: application.metadata.name ?? '', namespace: application.metadata.namespace ?? '' }, settings.controllerNamespace)
  const scopes = await scopesOf(cluster, manifests ?? [], signal)
  const destinationNamespace = application.spec.destination.namespace ?? ''
  const state = desiredStateOf(manifests ?? [], {
    trackingName,
    destinationNamespace,
    tracking: settings.tracking,
    exclusions: settings.exclusions,
    isNamespaced: (kind) => scopes.get(`${kind.group}/${kind.version}/${kind.kind}`),
  })
  await cluster.live.observe(kindsOf(application, state.objects), signal)
  const live = await liveObjectsOf(cluster, trackingName, state.objects, signal)
  const asked = await serverSide(request, settings, { rules, rulesKey, desired: manifests === undefined ? [] : state.objects, live })
  const comparison = compare({
    desired: manifests === undefined || asked?.problem !== undefined ? undefined : state.objects,
    live,
    diff: {
      prediction: settings.prediction,
      ...settings.diff,
      ignore: rules,
    },
    health: settings.health,
    ...(project === undefined ? {} : { isForbidden: (id: ResourceId) => !isKindPermitted(project, id, id.namespace !== '') }),
    tracking: settings.tracking,
    self: resourceIdOf(application),
    ...(asked === undefined ? (request.cache === undefined ? {} : { cache: request.cache.under(rulesKey) }) : { cache: asked.cache }),
  })
  const managed = new Set(comparison.resources.map(({ id }) => keyOf(id)))
  return {
    // The namespace is no object of git, yet what the spec says of it has to be applied.
    comparison: isNamespaceOutdated(application) && comparison.status === 'Synced' ? { ...comparison, status: 'OutOfSync' } : comparison,
    desired: state.objects,
    ignore: rules,
    conditions: [
      ...(problem === undefined ? [] : [{ type: 'ComparisonError' as const, message: problem }]),
      ...(asked?.problem === undefined ? [] : [{ type: 'ComparisonError' as const, message: asked.problem }]),
      ...state.conditions,
      ...sharedConditions(live, state.objects, trackingName, application, settings.tracking),
      ...(await orphanConditions(request, settings, trackingName, managed)),
    ],
  }
}

/** Differences by the server's own word, where the application asks for them. */
async function serverSide(
  { application, cluster, cache = createDiffCache(), signal }: Parameters<typeof compareWithCluster>[0],
  settings: ComparisonSettings,
  {
    rules,
    rulesKey,
    desired,
    live,
  }: {
    readonly rules: IgnoreRules
    readonly rulesKey: string
    readonly desired: readonly DesiredObject[]
    readonly live: readonly KubernetesObject[]
  },
): Promise<{ readonly cache: DiffCache; readonly problem?: string } | undefined> {
  const choice = serverSideChoiceOf(application)
  if (choice === undefined) return undefined
  const own = cache.under(`server-side ${choice.includesMutations} ${rulesKey}`)
  const problem = await askServer(cluster, desired, live, {
    cache: own,
    settings: { ...settings.diff, ignore: rules, fieldManager: settings.prediction.fieldManager, includesMutations: choice.includesMutations },
    ...(signal === undefined ? {} : { signal }),
  })
  return { cache: own, ...(problem === undefined ? {} : { problem }) }
}

async function orphanConditions(
  { application, cluster, project, isApplication, signal }: Parameters<typeof compareWithCluster>[0],
  settings: ComparisonSettings,
  trackingName: string,
  managed: ReadonlySet<string>,
): Promise<Omit<Condition, 'lastTransitionTime'>[]> {
  const policy = orphanPolicyOf(project)
  const namespace = application.spec.destination.namespace ?? ''
  if (project === undefined || policy === undefined || namespace === '') return []
  const kinds = (await cluster.resources(signal)).filter(({ isNamespaced, verbs }) => isNamespaced && verbs.includes('list') && verbs.includes('watch'))
  await cluster.live.observe(
    kinds.filter((kind) => !isExcluded(kind, settings.exclusions)),
    signal,
  )
  const isOfAnother = (object: KubernetesObject): boolean => {
    const owner = trackedApplicationOf(object, settings.tracking)
    return owner !== undefined && owner !== trackingName && isApplication?.(owner) === true
  }
  // Kinds are watched for other reasons too, whatever the exclusions say.
  const objects = cluster.live.inNamespace(namespace).filter((object) => !isExcluded(resourceIdOf(object), settings.exclusions))
  const count = policy.warns ? orphansOf(objects, project, policy, (key) => managed.has(key), isOfAnother).length : 0
  return count === 0 ? [] : [{ type: 'OrphanedResourceWarning', message: `Application has ${count} orphaned resources` }]
}

/** The rules of the installation and of the application, a text that tells them apart from others, and what is wrong with them. */
function rulesOf(application: Application, settings: ComparisonSettings): { readonly rules: IgnoreRules; readonly key: string; readonly problem?: string } {
  const declared = [...(settings.ignoreDifferences ?? []), ...(application.spec.ignoreDifferences ?? [])]
  const key = declared.length === 0 ? '' : JSON.stringify(declared)
  try {
    return { rules: createIgnoreRules(declared), key }
  } catch (error) {
    return { rules: createIgnoreRules([]), key, problem: messageOf(error) }
  }
}

async function scopesOf(cluster: Cluster, manifests: readonly Manifest[], signal: AbortSignal | undefined): Promise<Map<string, boolean>> {
  const scopes = new Map<string, boolean>()
  const kinds = new Map(
    manifests.map(({ object }) => [
      `${object.apiVersion}/${object.kind}`,
      { group: groupOf(object.apiVersion), version: versionOf(object.apiVersion), kind: object.kind },
    ]),
  )
  for (const kind of kinds.values()) {
    const resource = await cluster.resourceOf(kind, signal)
    if (resource !== undefined) scopes.set(`${kind.group}/${kind.version}/${kind.kind}`, resource.isNamespaced)
  }
  for (const { object } of manifests) for (const [kind, isNamespaced] of definedScopesOf(object)) if (!scopes.has(kind)) scopes.set(kind, isNamespaced)
  return scopes
}

/** Kinds that a CustomResourceDefinition among the manifests will bring: known before the cluster knows them. */
function definedScopesOf(object: KubernetesObject): [kind: string, isNamespaced: boolean][] {
  if (object.kind !== 'CustomResourceDefinition') return []
  const [group, kind, scope, versions] = ['group', 'kind', 'scope', 'versions'].map((name) =>
    name === 'kind' ? valueAt(object, 'spec', 'names', 'kind') : valueAt(object, 'spec', name),
  )
  if (typeof group !== 'string' || typeof kind !== 'string' || !Array.isArray(versions)) return []
  return versions.flatMap((version: unknown): [string, boolean][] => {
    const name = valueAt(version, 'name')
    return typeof name === 'string' ? [[`${group}/${name}/${kind}`, scope === 'Namespaced']] : []
  })
}

/** Kinds to watch: what git has, and what the application is known to have had, so that things left behind are found after a restart. */
function kindsOf(application: Application, desired: readonly DesiredObject[]): GroupKind[] {
  const kinds: GroupKind[] = [
    ...desired.map(({ object }) => ({ group: groupOf(object.apiVersion), kind: object.kind })),
    ...(application.status?.resources ?? []).map(({ group, kind }) => ({ group: group ?? '', kind })),
    ...(application.status?.operationState?.syncResult?.resources ?? []).map(({ group, kind }) => ({ group, kind })),
  ]
  return [...new Map(kinds.map((kind) => [kindKeyOf(kind), kind])).values()]
}

async function liveObjectsOf(
  cluster: Cluster,
  trackingName: string,
  desired: readonly DesiredObject[],
  signal: AbortSignal | undefined,
): Promise<KubernetesObject[]> {
  const lives = new Map<string, KubernetesObject>()
  // Objects that controllers made of managed ones carry copies of the mark; they belong to their owners.
  for (const object of cluster.live.trackedBy(trackingName))
    if ((object.metadata.ownerReferences ?? []).length === 0) lives.set(keyOf(resourceIdOf(object)), object)
  const missing = desired
    .map(({ object }) => resourceIdOf(object))
    .filter((id) => id.name !== '' && !lives.has(keyOf(id)) && cluster.live.get(id) !== undefined)
  for (const object of await Promise.all(missing.map((id) => cluster.live.load(id, signal))))
    if (object !== undefined) lives.set(keyOf(resourceIdOf(object)), object)
  return [...lives.values()]
}

/** Objects in git that live under the mark of another application. */
function sharedConditions(
  live: readonly KubernetesObject[],
  desired: readonly DesiredObject[],
  trackingName: string,
  application: Application,
  tracking: TrackingSettings,
): Omit<Condition, 'lastTransitionTime'>[] {
  const wanted = new Set(desired.map(({ object }) => keyOf(resourceIdOf(object))))
  return live.flatMap((object) => {
    const owner = trackedApplicationOf(object, tracking)
    if (owner === undefined || owner === trackingName || !wanted.has(keyOf(resourceIdOf(object)))) return []
    const name = object.metadata.name ?? ''
    return [
      {
        type: 'SharedResourceWarning' as const,
        message: `${object.kind}/${name} is part of applications ${application.metadata.namespace ?? ''}/${application.metadata.name ?? ''} and ${owner}`,
      },
    ]
  })
}

/** Differences that were found, under the rules by which they were found. */
export interface DiffCaches {
  under(rules: string): DiffCache
}

/** A cache of diffs by identity of the desired object, version of the live one, and rules; bounded by forgetting the oldest. */
export function createDiffCache(limit = 50_000): DiffCaches {
  const entries = new Map<string, { desired: KubernetesObject; version: string; rules: string; diff: ReturnType<DiffCache['get']> }>()
  const keyFor = (live: KubernetesObject): string => live.metadata.uid ?? keyOf(resourceIdOf(live))
  return {
    under: (rules) => ({
      get(desired, live) {
        const entry = entries.get(keyFor(live))
        const isSame = entry !== undefined && entry.rules === rules && entry.version === live.metadata.resourceVersion && sameDesired(entry.desired, desired)
        return isSame ? entry.diff : undefined
      },
      set(desired, live, diff) {
        const key = keyFor(live)
        entries.delete(key)
        entries.set(key, { desired, version: live.metadata.resourceVersion ?? '', rules, diff })
        const oldest = entries.keys().next()
        if (entries.size > limit && oldest.done !== true) entries.delete(oldest.value)
      },
    }),
  }
}

/** Rendered objects are kept as long as nothing they were made of changes, so their members are the same values. */
function sameDesired(a: KubernetesObject, b: KubernetesObject): boolean {
  if (a === b) return true
  const [left, right] = [Object.keys(a), Object.keys(b)]
  if (left.length !== right.length) return false
  return (
    left.every((name) => name === 'metadata' || a[name] === b[name]) &&
    a.metadata.name === b.metadata.name &&
    JSON.stringify(a.metadata) === JSON.stringify(b.metadata)
  )
}
