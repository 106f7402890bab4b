// One look at an application: resolve, render, compare; what goes wrong becomes conditions.
import { compareWithCluster } from './gather.ts'
import type { ComparisonSettings, GatheredComparison, DiffCaches } from './gather.ts'
import type { RefreshLevel } from './refresh-request.ts'
import type { RefreshOutcome } from './status.ts'
import { messageOf } from '../errors.ts'
import { isSourcePermitted, projectConditions } from '../model/app-project.ts'
import { sourcesOf } from '../model/application.ts'
import type { Application } from '../model/application.ts'
import type { Condition } from '../model/application-status.ts'
import { specConditions } from '../model/parse-application.ts'
import type { Diagnostic } from '../model/manifest.ts'
import type { Cluster } from '../ports/cluster.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import type { ApplicationRenderer, RenderedSource } from '../render/render-application.ts'

/** A look at an application. */
export interface Refreshed {
  readonly outcome: RefreshOutcome
  /** Absent when the spec or the project forbids any comparison. */
  readonly gathered?: GatheredComparison
  readonly rendered?: readonly RenderedSource[]
  readonly diagnostics: readonly Diagnostic[]
}

/** What a look needs. */
export interface RefreshContext {
  readonly cluster: Cluster
  readonly renderer: ApplicationRenderer
  readonly settings: ComparisonSettings
  readonly cache: DiffCaches
  /** Whether files may name addresses that the project does not allow, as they may for Argo CD. */
  readonly readsAnywhere: boolean
  project(name: string): KubernetesObject | undefined
  /** Whether there is an application of a tracking name. */
  isApplication(trackingName: string): boolean
  readonly signal?: AbortSignal
}

/**
 * Look at an application.
 * @param revisions pinned revisions, one a source, in place of resolving
 * @throws {ClusterError} when the cluster cannot be asked; everything else is told in the outcome's conditions
 */
export async function refreshApplication(
  application: Application,
  { level, since }: { readonly level: RefreshLevel; readonly since?: number },
  context: RefreshContext,
  revisions?: readonly string[],
): Promise<Refreshed> {
  const invalid = [...specConditions(application)]
  if (invalid.length === 0) invalid.push(...projectConditions(application, context.project(application.spec.project)))
  if (invalid.length > 0) return { outcome: { comparison: undefined, revisions: [], sourceTypes: [], conditions: invalid }, diagnostics: [] }

  const project = context.project(application.spec.project)
  const pinned = revisions ?? (level === 'recent' ? recentRevisions(application) : undefined)
  const { rendered, condition } = await renderOrExplain(application, level, since, context, pinned)
  const manifests = rendered?.flatMap((source) => source.manifests)
  const gathered = await compareWithCluster(
    {
      application,
      manifests,
      cluster: context.cluster,
      cache: context.cache,
      isApplication: (name) => context.isApplication(name),
      ...(project === undefined ? {} : { project }),
      ...(context.signal === undefined ? {} : { signal: context.signal }),
    },
    context.settings,
  )
  return {
    outcome: {
      comparison: gathered.comparison,
      revisions: rendered?.map(({ revision }) => revision) ?? [],
      sourceTypes: rendered?.map(({ sourceType }) => sourceType) ?? [],
      conditions: condition === undefined ? gathered.conditions : [condition],
    },
    gathered,
    ...(rendered === undefined ? {} : { rendered }),
    diagnostics: rendered?.flatMap(({ diagnostics }) => diagnostics) ?? [],
  }
}

async function renderOrExplain(
  application: Application,
  level: RefreshLevel,
  since: number | undefined,
  context: RefreshContext,
  revisions: readonly string[] | undefined,
): Promise<{ readonly rendered?: readonly RenderedSource[]; readonly condition?: Omit<Condition, 'lastTransitionTime'> }> {
  try {
    const clusterFacts = await context.cluster.facts(context.signal)
    const project = context.readsAnywhere ? undefined : context.project(application.spec.project)
    return {
      rendered: await context.renderer.render({
        application,
        clusterFacts,
        ...(since === undefined ? {} : { since }),
        ignoreCache: level === 'hard',
        ...(revisions === undefined ? {} : { revisions }),
        ...(project === undefined ? {} : { isRemotePermitted: (address) => isSourcePermitted(project, address) }),
        ...(context.signal === undefined ? {} : { signal: context.signal }),
      }),
    }
  } catch (error) {
    if (context.signal?.aborted === true) throw error
    const count = sourcesOf(application.spec).length
    return {
      condition: { type: 'ComparisonError', message: `Failed to load target state: failed to generate manifest for source 1 of ${count}: ${messageOf(error)}` },
    }
  }
}

/** Revisions of the last comparison, when every source has one; a failed comparison recorded only what was asked for. */
function recentRevisions({ status }: Application): readonly string[] | undefined {
  const sync = status?.sync
  if (sync === undefined || sync.status === 'Unknown') return undefined
  const revisions = sync.revisions ?? (sync.revision === undefined ? [] : [sync.revision])
  return revisions.length > 0 && revisions.every((revision) => revision !== '') ? revisions : undefined
}
