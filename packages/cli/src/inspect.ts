// What the commands about one application share: render it, compare it, plan it. Each step is one public function.
import {
  ClusterError,
  applicationApiVersion,
  builtInHealthChecks,
  compareSnapshots,
  compareWithCluster,
  ConfigError,
  createApplicationRenderer,
  createHealthRegistry,
  defaultExclusions,
  defaultFieldManager,
  defaultTracking,
  isExcluded,
  jobHealthCheck,
  keyOf,
  parseApplication,
  planSync,
  trackedApplicationOf,
  trackingNameOf,
  valueAt,
  whyForbidden,
} from '@plumbline/core'
import type {
  Application,
  ClusterFacts,
  ComparisonSettings,
  GatheredComparison,
  GroupKind,
  HealthRegistry,
  KubernetesObject,
  Manifest,
  RenderedSource,
  Renderer,
  SourceProvider,
  SyncPlan,
  SyncRequestPolicy,
} from '@plumbline/core'
import { createCluster, createHttpClient, loadKubeconfig } from '@plumbline/k8s'
import type { HttpClient, KubernetesCluster } from '@plumbline/k8s'
import { builtInResources } from '@plumbline/schema'
import { cloneSource, gitSource, httpFiles } from '@plumbline/sources'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { parseYamlDocuments } from '@plumbline/yaml'
import { localSource } from './local-source.ts'
import { readApplications } from './read-applications.ts'
import { renderersOf } from './renderers.ts'

/** Options that the commands share. */
export const inspectOptions = {
  kubeconfig: { type: 'string' },
  namespace: { type: 'string', default: 'argocd' },
  local: { type: 'string' },
  revision: { type: 'string' },
  compatibility: { type: 'string', default: 'argocd' },
  'helm-tool': { type: 'string' },
  'kustomize-tool': { type: 'string' },
} as const

/** An application with the cluster it belongs to. */
export interface Inspection {
  readonly application: Application
  readonly rendered: readonly RenderedSource[]
  readonly gathered: GatheredComparison
  readonly cluster: KubernetesCluster
  readonly settings: ComparisonSettings
  readonly health: HealthRegistry
  plan(policy?: SyncRequestPolicy): SyncPlan
  close(): Promise<void>
}

type Values = Readonly<Record<string, string | boolean | undefined>>

const text = (values: Values, name: string): string | undefined => (typeof values[name] === 'string' ? values[name] : undefined)

/** Read, render and compare an Application of a cluster. @throws {PlumblineError} */
export async function inspectApplication(name: string | undefined, values: Values): Promise<Inspection> {
  if (name === undefined) throw new ConfigError('CONFIG_INVALID', 'name an Application of the cluster')
  const file = text(values, 'kubeconfig') ?? process.env['KUBECONFIG']
  if (file === undefined || file === '') throw new ConfigError('CONFIG_INVALID', 'name a cluster with --kubeconfig FILE or $KUBECONFIG')
  const access = await loadKubeconfig(file)
  const namespace = text(values, 'namespace') ?? 'argocd'
  const http = createHttpClient(access)
  const cluster = createCluster(access)
  const git = gitSource()
  const close = async (): Promise<void> => {
    await git.close()
    await cluster.close()
    await http.close()
  }
  try {
    const found = (await readApplications(http, namespace)).find(({ metadata }) => metadata.name === name)
    if (found === undefined) throw new ConfigError('CONFIG_INVALID', `there is no Application ${name} in namespace ${namespace}`)
    const application = atRevision(found, text(values, 'revision'))
    const project = await http
      .json({
        method: 'GET',
        path: `/apis/argoproj.io/v1alpha1/namespaces/${encodeURIComponent(namespace)}/appprojects/${encodeURIComponent(application.spec.project)}`,
      })
      .then(
        (answer) => answer as unknown as KubernetesObject,
        (error: unknown) => {
          // Whoever may not read the project, or cannot reach it, must not go on as if there were none.
          if (error instanceof ClusterError && error.status === 404) return undefined
          throw error
        },
      )
    const isOriginal = text(values, 'compatibility') !== 'plumbline'
    const health = createHealthRegistry([...builtInHealthChecks, ...(isOriginal ? [jobHealthCheck(true)] : [])])
    const settings: ComparisonSettings = {
      tracking: defaultTracking,
      exclusions: defaultExclusions,
      health,
      prediction: { mode: isOriginal ? 'three-way' : 'ownership', fieldManager: defaultFieldManager },
      controllerNamespace: namespace,
    }
    const local = text(values, 'local')
    const rendered = await renderApplication(application, [...(local === undefined ? [] : [localSource(local)]), git], {
      clusterFacts: await cluster.facts(),
      renderers: await renderersOf(values),
    })
    const manifests = rendered.flatMap((source) => source.manifests)
    // A controller writes down what an application has had; without it, all kinds are looked through for what was left behind.
    if (application.status?.resources === undefined) await cluster.live.observe(await kindsInUse(http, trackingNameOf({ name, namespace }, namespace)))
    const gathered = await compareWithCluster({ application, manifests, cluster, ...(project === undefined ? {} : { project }) }, settings)
    return {
      application,
      rendered,
      gathered,
      cluster,
      settings,
      health,
      close,
      plan: (policy = {}) =>
        planOf(application, gathered, rendered, {
          policy: { serverSideByDefault: !isOriginal, ...(isOriginal && policy.dryRun !== true ? { compatibility: 'argocd' as const } : {}), ...policy },
          controllerNamespace: namespace,
          ...(project === undefined ? {} : { project }),
          liveHook: (id) => cluster.live.get(id),
        }),
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Built-in kinds of which the cluster has objects with the application's mark: what a controller would have written down. */
async function kindsInUse(http: HttpClient, trackingName: string): Promise<GroupKind[]> {
  const candidates = builtInResources().filter(
    ({ group, kind, version, verbs }) =>
      verbs.includes('list') && verbs.includes('watch') && !isExcluded({ group, kind }, defaultExclusions) && /^v\d+$/.test(version),
  )
  const found: GroupKind[] = []
  const queue = [...candidates]
  async function look(): Promise<void> {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { group, version, kind, plural } = next
      const path = `${group === '' ? '/api' : `/apis/${group}`}/${version}/${plural}`
      // What a cluster does not serve, or does not show, cannot have been synced either.
      const answer = await http.json({ method: 'GET', path }).catch(() => undefined)
      const items = valueAt(answer, 'items')
      const isOurs = (item: KubernetesObject): boolean => trackedApplicationOf({ ...item, apiVersion: version, kind }, defaultTracking) === trackingName
      if (Array.isArray(items) && items.some((item: KubernetesObject) => isOurs(item))) found.push({ group, kind })
    }
  }
  await Promise.all(Array.from({ length: listsAtOnce }, look))
  return found
}

const listsAtOnce = 8

function atRevision(application: Application, revision: string | undefined): Application {
  const { spec } = application
  if (revision === undefined || spec.source === undefined) return application
  return { ...application, spec: { ...spec, source: { ...spec.source, targetRevision: revision } } }
}

/** Render every source of an application. `renderers` are asked in order; default: those of this process. @throws {SourceError} @throws {RenderError} */
export async function renderApplication(
  application: Application,
  sources: readonly SourceProvider[],
  options: { readonly clusterFacts?: ClusterFacts; readonly renderers?: readonly Renderer[] } = {},
): Promise<readonly RenderedSource[]> {
  // A clone or a folder stands for the application's own repository, and for no other.
  const elsewhere = gitSource()
  try {
    const renderers = options.renderers ?? (await renderersOf())
    const renderer = createApplicationRenderer({ sources, remotes: [elsewhere], files: httpFiles(), renderers })
    const { clusterFacts } = options
    return await renderer.render({ application, ...(clusterFacts === undefined ? {} : { clusterFacts }) })
  } finally {
    await elsewhere.close()
  }
}

function planOf(
  application: Application,
  { comparison, desired, ignore }: Pick<GatheredComparison, 'comparison' | 'desired'> & Partial<Pick<GatheredComparison, 'ignore'>>,
  rendered: readonly RenderedSource[],
  options: {
    readonly policy: SyncRequestPolicy
    readonly controllerNamespace: string
    readonly project?: KubernetesObject
    readonly liveHook: Parameters<typeof planSync>[0]['liveHook']
  },
): SyncPlan {
  const { spec, metadata } = application
  const { project } = options
  return planSync({
    application: trackingNameOf({ name: metadata.name ?? '', namespace: metadata.namespace ?? '' }, options.controllerNamespace),
    destinationNamespace: spec.destination.namespace ?? '',
    revisions: rendered.map(({ revision }) => revision),
    rendered,
    resources: comparison.resources,
    desired,
    liveHook: options.liveHook,
    ...(ignore === undefined ? {} : { ignore }),
    tracking: defaultTracking,
    startedAt: Date.now(),
    ...(project === undefined ? {} : { whyForbidden: (id) => whyForbidden(project, id, spec) }),
    policy: {
      ...(spec.syncPolicy?.syncOptions === undefined ? {} : { options: spec.syncPolicy.syncOptions }),
      ...(spec.syncPolicy?.managedNamespaceMetadata === undefined ? {} : { managedNamespaceMetadata: spec.syncPolicy.managedNamespaceMetadata }),
      ...options.policy,
    },
  })
}

/** What one commit would change after another, without a cluster. */
export interface Preview {
  readonly plan: SyncPlan
  readonly comparison: GatheredComparison['comparison']
}

/**
 * @param repository a clone on disk, or the address of the repository whose commits are compared
 * @param renderers asked in order. Default: those of this process
 */
export async function previewCommits(
  application: Application,
  repository: string,
  base: string,
  head: string,
  renderers?: readonly Renderer[],
): Promise<Preview> {
  const isClone = existsSync(repository)
  const git = isClone ? cloneSource(repository) : gitSource()
  try {
    const chosen = renderers === undefined ? {} : { renderers }
    const at = (revision: string): Application => ({
      ...application,
      spec: {
        ...application.spec,
        ...(application.spec.source === undefined ? {} : { source: { ...application.spec.source, repoURL: repository, targetRevision: revision } }),
      },
    })
    const [before, after] = [await renderApplication(at(base), [git], chosen), await renderApplication(at(head), [git], chosen)]
    const [old, next] = [before, after].map((sources) => sources.flatMap(({ manifests }) => manifests)) as [Manifest[], Manifest[]]
    const scopes = scopesOf([...old, ...next])
    const { metadata, spec } = application
    const { comparison, desired } = compareSnapshots(old, next, {
      health: createHealthRegistry(builtInHealthChecks),
      state: {
        trackingName: metadata.name ?? '',
        destinationNamespace: spec.destination.namespace ?? '',
        tracking: defaultTracking,
        exclusions: defaultExclusions,
        isNamespaced: ({ group, kind }) => scopes.get(`${group}/${kind}`),
      },
    })
    const lives = new Map(comparison.resources.flatMap(({ id, live }) => (live === undefined ? [] : [[keyOf(id), live] as const])))
    const plan = planOf(application, { comparison, desired }, after, {
      policy: { prune: true },
      controllerNamespace: metadata.namespace ?? '',
      // The earlier commit has been synced, so the namespace of the destination is there.
      liveHook: (id) => lives.get(keyOf(id)) ?? (id.kind === 'Namespace' && id.name === spec.destination.namespace ? namespaceNamed(id.name) : undefined),
    })
    return { plan, comparison }
  } finally {
    await git.close()
  }
}

function namespaceNamed(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid: name, resourceVersion: '1' } }
}

/** Scopes of the kinds that Kubernetes has, and of those that the manifests define. */
function scopesOf(manifests: readonly Manifest[]): ReadonlyMap<string, boolean> {
  const scopes = new Map(builtInResources().map(({ group, kind, isNamespaced }) => [`${group}/${kind}`, isNamespaced]))
  for (const { object } of manifests) {
    const spec = object['spec'] as { group?: string; scope?: string; names?: { kind?: string } } | undefined
    if (object.kind === 'CustomResourceDefinition' && spec?.group !== undefined)
      scopes.set(`${spec.group}/${spec.names?.kind ?? ''}`, spec.scope === 'Namespaced')
  }
  return scopes
}

/** The first Application in a file. @throws {ConfigError} */
export async function readApplicationFile(file: string): Promise<Application> {
  let content: string
  try {
    content = await readFile(file, 'utf8')
  } catch {
    throw new ConfigError('CONFIG_INVALID', `${file} cannot be read`)
  }
  const found = parseYamlDocuments(content)
    .map(({ value }) => value as KubernetesObject | null)
    .find((value) => value?.kind === 'Application' && value.apiVersion === applicationApiVersion)
  if (found === undefined) throw new ConfigError('CONFIG_INVALID', `there is no Application in ${file}`)
  return parseApplication(found)
}
