// From an application's sources to its manifests: resolve, open, render, and remember what was read.
import { checkRendererKind, rendererAnnotation, rendererKindOf } from './rendered-by.ts'
import { firstChangedRead, traceReads } from './traced-tree.ts'
import type { ReadSet } from './traced-tree.ts'
import { changedRemoteRead, traceRemotes } from './traced-remotes.ts'
import type { RemoteAccess, RemoteRead } from './traced-remotes.ts'
import { RenderError, SourceError } from '../errors.ts'
import { applicationKeyOf, sourcesOf } from '../model/application.ts'
import type { Application, ApplicationSource } from '../model/application.ts'
import type { Diagnostic, Manifest } from '../model/manifest.ts'
import type { ClusterFacts, RenderedBy, Renderer, RenderRequest } from '../ports/renderer.ts'
import type { FileProvider } from '../ports/remote-files.ts'
import type { SourceProvider, SourceRequest, SourceTree } from '../ports/source.ts'

/** One rendered source. */
export interface RenderedSource {
  readonly revision: string
  readonly sourceType: string
  readonly manifests: readonly Manifest[]
  readonly diagnostics: readonly Diagnostic[]
  readonly reads: ReadSet
  /** What was read of other repositories and by URL, such as remote bases of a kustomization. Absent where nothing was. */
  readonly remoteReads?: readonly RemoteRead[]
  /** Absent for plain files, and for sources that are only referred to. */
  readonly renderedBy?: RenderedBy
  /** Whether the result was kept from an earlier revision because none of its reads changed. */
  readonly isReused: boolean
}

/** What to render, and how. */
export interface RenderApplicationRequest {
  readonly application: Application
  /** Revisions to use in place of resolving, one a source. */
  readonly revisions?: readonly string[]
  readonly clusterFacts?: ClusterFacts
  /** What remotes said before this time does not count. */
  readonly since?: number
  /** Render again even when nothing that was read has changed. Default: false. */
  readonly ignoreCache?: boolean
  /** Whether the application may read from an address that its files name. Default: it may. */
  readonly isRemotePermitted?: (address: string) => boolean
  readonly signal?: AbortSignal
}

/** Renders applications and keeps results by what they read. */
export interface ApplicationRenderer {
  /** Immutable revisions of the sources, in order. @throws {SourceError} */
  resolve(request: RenderApplicationRequest): Promise<readonly string[]>
  /** @throws {SourceError} @throws {RenderError} */
  render(request: RenderApplicationRequest): Promise<readonly RenderedSource[]>
  /** What is known of the last rendering of an application: which reads it made of the source with this number. */
  lastReads(applicationKey: string): readonly ReadSet[] | undefined
  /** What the last rendering of an application read elsewhere. */
  lastRemoteReads(applicationKey: string): readonly RemoteRead[]
  /** Whether a commit changes what an application read, with the read that tells it. */
  isAffected(request: RenderApplicationRequest): Promise<AffectedAnswer>
  forget(applicationKey: string): void
}

/** Whether an application has to be rendered again. */
export interface AffectedAnswer {
  readonly isAffected: boolean
  /** In words: `gitops/apps/monitoring/rules.yaml changed`, or `none of 37 reads changed`. */
  readonly reason: string
}

interface CacheEntry {
  readonly settings: string
  readonly sources: readonly RenderedSource[]
}

/** Create the renderer of applications over given source providers and renderers; both are asked in order. */
export function createApplicationRenderer(options: {
  readonly sources: readonly SourceProvider[]
  readonly renderers: readonly Renderer[]
  /** Options of `kustomize build` for every application. Default: none. */
  readonly kustomizeBuildOptions?: readonly string[]
  /** Serve repositories that files name by URL, such as bases of kustomizations. Default: `sources`. */
  readonly remotes?: readonly SourceProvider[]
  /** Serves single files by URL. Default: only repositories are served. */
  readonly files?: FileProvider
  onRender?(applicationKey: string): void
}): ApplicationRenderer {
  const cache = new Map<string, CacheEntry>()
  const failed = new Set<string>()

  function providerOf(source: ApplicationSource, providers = options.sources): SourceProvider {
    const provider = providers.find((candidate) => candidate.supports(source))
    if (provider === undefined) throw new SourceError('SOURCE_NOT_FOUND', `no source provider serves ${source.repoURL}`, { subject: source.repoURL })
    return provider
  }

  const requestOptions = (request: RenderApplicationRequest): SourceRequest => ({
    ...(request.since === undefined ? {} : { since: request.since }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  })

  const remoteAccess = (request: RenderApplicationRequest): RemoteAccess => ({
    providerOf: (source) => providerOf(source, options.remotes),
    request: requestOptions(request),
    ...(options.files === undefined ? {} : { files: options.files }),
    ...(request.isRemotePermitted === undefined ? {} : { isPermitted: request.isRemotePermitted }),
  })

  async function changedRemote(entry: CacheEntry, request: RenderApplicationRequest): Promise<string | undefined> {
    // Whoever pins revisions wants what was there then, elsewhere too.
    if (request.revisions !== undefined) return undefined
    for (const { remoteReads } of entry.sources) {
      const changed = remoteReads === undefined ? undefined : await changedRemoteRead(remoteReads, remoteAccess(request))
      if (changed !== undefined) return changed
    }
    return undefined
  }

  async function resolve(request: RenderApplicationRequest): Promise<readonly string[]> {
    return Promise.all(
      sourcesOf(request.application.spec).map(
        async (source, index) => request.revisions?.[index] ?? providerOf(source).resolve(source, requestOptions(request)),
      ),
    )
  }

  async function openTrees(request: RenderApplicationRequest, revisions: readonly string[]): Promise<readonly SourceTree[]> {
    return Promise.all(
      sourcesOf(request.application.spec).map((source, index) => providerOf(source).open(source, revisions[index] ?? '', requestOptions(request))),
    )
  }

  async function changedRead(entry: CacheEntry, trees: readonly SourceTree[]): Promise<string | undefined> {
    for (const [index, tree] of trees.entries()) {
      const rendered = entry.sources[index]
      if (rendered === undefined) return 'a source was added'
      if (rendered.revision === tree.revision) continue
      const read = await firstChangedRead(rendered.reads, tree)
      if (read !== undefined) return `${read.path === '' ? 'the root' : read.path} changed`
    }
    return undefined
  }

  async function render(request: RenderApplicationRequest): Promise<readonly RenderedSource[]> {
    const key = applicationKeyOf(request.application)
    try {
      const sources = await renderSources(request)
      failed.delete(key)
      return sources
    } catch (error) {
      failed.add(key)
      throw error
    }
  }

  async function renderSources(request: RenderApplicationRequest): Promise<readonly RenderedSource[]> {
    const key = applicationKeyOf(request.application)
    const settings = settingsOf(request)
    const kept = cache.get(key)
    const revisions = await resolve(request)
    const isUsable = kept !== undefined && kept.settings === settings && request.ignoreCache !== true && (await changedRemote(kept, request)) === undefined
    if (isUsable && revisions.every((revision, index) => kept.sources[index]?.revision === revision))
      return kept.sources.map((source) => ({ ...source, isReused: true }))
    const trees = await openTrees(request, revisions)
    if (isUsable && (await changedRead(kept, trees)) === undefined) {
      const reused = kept.sources.map((source, index) => ({ ...source, revision: revisions[index] ?? source.revision, isReused: true }))
      cache.set(key, { settings, sources: reused })
      return reused
    }
    options.onRender?.(key)
    const sources: Omit<RenderedSource, 'reads'>[] = []
    const specs = sourcesOf(request.application.spec)
    const traced = trees.map(traceReads)
    const remotes = trees.map(() => traceRemotes(remoteAccess(request)))
    const references = new Map(specs.flatMap(({ ref }, index) => (ref === undefined || traced[index] === undefined ? [] : [[ref, traced[index].tree]])))
    for (const [index, source] of specs.entries()) {
      const [view, elsewhere] = [traced[index], remotes[index]?.remotes]
      if (view !== undefined && elsewhere !== undefined)
        sources.push(await renderSource(request, source, { tree: view.tree, references, remotes: elsewhere }, index))
    }
    // What other sources read of a source they refer to counts as a read of that source.
    const complete = sources.map((source, index) => {
      const remoteReads = remotes[index]?.reads() ?? []
      return { ...source, reads: traced[index]?.reads() ?? [], ...(remoteReads.length === 0 ? {} : { remoteReads }) }
    })
    cache.set(key, { settings, sources: complete })
    return complete
  }

  async function renderSource(
    request: RenderApplicationRequest,
    source: ApplicationSource,
    { tree, references, remotes }: Required<Pick<RenderRequest, 'tree' | 'references' | 'remotes'>>,
    index: number,
  ): Promise<Omit<RenderedSource, 'reads'>> {
    const { application } = request
    const base = { revision: tree.revision, isReused: false }
    const path = normalizePath(source.path ?? '', application.metadata.name ?? '')
    // A source that is only there to be referred to brings no manifests.
    if (source.ref !== undefined && source.path === undefined && source.chart === undefined) return { ...base, sourceType: '', manifests: [], diagnostics: [] }
    const asked = rendererKindOf(application)
    const renderRequest: RenderRequest = {
      tree,
      path,
      source,
      application: {
        name: application.metadata.name ?? '',
        namespace: application.metadata.namespace ?? '',
        project: application.spec.project,
        destinationNamespace: application.spec.destination.namespace ?? '',
        ...(asked === undefined ? {} : { renderer: asked }),
      },
      ...(references.size === 0 ? {} : { references }),
      remotes,
      ...(request.clusterFacts === undefined ? {} : { cluster: request.clusterFacts }),
      ...(options.kustomizeBuildOptions === undefined ? {} : { kustomizeBuildOptions: options.kustomizeBuildOptions }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    }
    const found = await tree.entry(path)
    if (found?.kind !== 'directory') throw new RenderError('RENDER_FAILED', `${source.path ?? ''}: app path does not exist`, { subject: source.path ?? '' })
    const tools = explicitToolsOf(source)
    if (tools.length > 1) throw new RenderError('RENDER_FAILED', `error getting app source type: multiple application sources defined: ${tools.join(',')}`)
    const renderer = await firstMatching(options.renderers, renderRequest)
    const result = await renderer.render(renderRequest)
    checkRendererKind(asked, result.renderedBy, path)
    const manifests = result.manifests.map((manifest) =>
      manifest.origin === undefined ? manifest : { ...manifest, origin: { ...manifest.origin, source: index } },
    )
    const { diagnostics, renderedBy } = result
    return { ...base, sourceType: renderer.sourceType, manifests, diagnostics, ...(renderedBy === undefined ? {} : { renderedBy }) }
  }

  return {
    resolve,
    render,
    lastReads: (key) => cache.get(key)?.sources.map(({ reads }) => reads),
    lastRemoteReads: (key) => cache.get(key)?.sources.flatMap(({ remoteReads }) => remoteReads ?? []) ?? [],
    forget(key) {
      cache.delete(key)
      failed.delete(key)
    },
    async isAffected(request) {
      const key = applicationKeyOf(request.application)
      // What is kept is older than the failure: that nothing it read has changed since says nothing.
      if (failed.has(key)) return { isAffected: true, reason: 'its last rendering failed' }
      const kept = cache.get(key)
      if (kept === undefined) return { isAffected: true, reason: 'it was not rendered before' }
      if (kept.settings !== settingsOf(request)) return { isAffected: true, reason: 'its source settings changed' }
      const changed = (await changedRead(kept, await openTrees(request, await resolve(request)))) ?? (await changedRemote(kept, request))
      const count = kept.sources.reduce((sum, { reads }) => sum + reads.length, 0)
      return changed === undefined ? { isAffected: false, reason: `none of ${count} reads changed` } : { isAffected: true, reason: changed }
    },
  }
}

async function firstMatching(renderers: readonly Renderer[], request: RenderRequest): Promise<Renderer> {
  for (const renderer of renderers) if (await renderer.matches(request)) return renderer
  throw new RenderError('RENDER_FAILED', `${request.path === '' ? '.' : request.path}: no renderer is configured for this kind of source`, {
    subject: request.path,
  })
}

/** Argo CD's order of names in the message of a source that names several tools. */
function explicitToolsOf(source: ApplicationSource): string[] {
  const isSet = (block: unknown): boolean => typeof block === 'object' && block !== null && Object.keys(block).length > 0
  return (
    [
      ['kustomize', 'Kustomize'],
      ['helm', 'Helm'],
      ['directory', 'Directory'],
      ['plugin', 'Plugin'],
    ] as const
  )
    .filter(([field]) => isSet(source[field]))
    .map(([, name]) => name)
}

/** What, besides the files, decides the result. */
function settingsOf({ application, clusterFacts }: RenderApplicationRequest): string {
  const sources = sourcesOf(application.spec).map(({ targetRevision: _revision, ...rest }) => rest)
  return JSON.stringify([
    sources,
    application.metadata.name,
    application.spec.destination,
    clusterFacts?.kubeVersion,
    application.metadata.annotations?.[rendererAnnotation],
  ])
}

/** @throws {SourceError} `SOURCE_PATH` when the path leaves the repository */
function normalizePath(path: string, subject: string): string {
  if (path.startsWith('/')) throw new SourceError('SOURCE_PATH', `${path}: app path is absolute`, { subject })
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) throw new SourceError('SOURCE_PATH', `${path}: app path outside root`, { subject })
  }
  return parts.join('/')
}
