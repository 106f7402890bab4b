// Git as a source: one question to the remote for all applications of a repository, fetches of what is missing, trees from the object store.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import PQueue from 'p-queue'
import { SourceError } from '@plumbline/core'
import type { SourceProvider, SourceRequest } from '@plumbline/core'
import type { BackendOptions, GitBackend, RepositoryStore } from './backend.ts'
import type { CredentialsOf } from './credentials.ts'
import { createIsomorphicBackend } from './isomorphic-backend.ts'
import { createNativeBackend, hasNativeGit } from './native-backend.ts'
import { createObjectCaches, openObjectTree } from './object-tree.ts'
import { transportOf } from './repository-address.ts'
import { isCommitId, resolveRevision } from './resolve-revision.ts'
import type { RemoteRefs } from './resolve-revision.ts'

/** Settings; all have defaults. */
export interface GitSourceOptions {
  /** `auto` takes the git program where it is found (2.36 or newer), isomorphic-git elsewhere. Default: auto. */
  readonly backend?: 'auto' | 'native' | 'isomorphic'
  /** Folder that keeps objects between runs. Default: a temporary folder, removed by `close`. */
  readonly cacheDir?: string
  readonly credentials?: CredentialsOf
  /** Serve `file://` addresses too. Default: false. */
  readonly allowFiles?: boolean
  /** How long an answer about refs is good for those who do not ask for a new one. Default: 10 s. */
  readonly refsMaxAgeMs?: number
  /** Milliseconds since the epoch, by the clock that the engine goes by. Default: `Date.now`. */
  readonly now?: () => number
  /** Longest remote operation. Default: 120 s. */
  readonly timeoutMs?: number
  /** Remote operations at once, over all repositories. Default: 8. */
  readonly concurrency?: number
  /** Largest file that is read. Default: 32 MiB. */
  readonly maxFileBytes?: number
  /** Files above this stay on the server until they are read. Default: 1 MiB. */
  readonly blobLimitBytes?: number
}

/** A Git provider; `requests` counts remote operations. */
export interface GitSource extends SourceProvider {
  readonly requests: { readonly listRefs: number; readonly fetch: number }
  close(): Promise<void>
}

const defaults = { refsMaxAgeMs: 10_000, timeoutMs: 120_000, concurrency: 8, maxFileBytes: 32 * 2 ** 20, blobLimitBytes: 2 ** 20 } as const

interface Repository {
  readonly store: Promise<RepositoryStore>
  refs?: { readonly at: number; readonly answer: RemoteRefs }
  asking?: { readonly promise: Promise<RemoteRefs>; sentAt: number | undefined }
  readonly fetches: Map<string, Promise<void>>
}

/** Create the provider. Serves every source with a repository and without a chart. */
export function gitSource(options: GitSourceOptions = {}): GitSource {
  const repositories = new Map<string, Repository>()
  const remotes = new PQueue({ concurrency: options.concurrency ?? defaults.concurrency })
  const now = options.now ?? Date.now
  const caches = createObjectCaches()
  const counts = { listRefs: 0, fetch: 0 }
  const limits = { maxFileBytes: options.maxFileBytes ?? defaults.maxFileBytes }
  let backend: Promise<GitBackend> | undefined
  let ownFolder: string | undefined

  async function createBackend(): Promise<GitBackend> {
    if (options.cacheDir === undefined) ownFolder = await mkdtemp(join(tmpdir(), 'plumbline-git-'))
    const settings: BackendOptions = {
      cacheDir: options.cacheDir ?? ownFolder ?? '',
      credentials: options.credentials ?? (() => undefined),
      allowFiles: options.allowFiles ?? false,
      timeoutMs: options.timeoutMs ?? defaults.timeoutMs,
      blobLimitBytes: options.blobLimitBytes ?? defaults.blobLimitBytes,
    }
    const wanted = options.backend ?? 'auto'
    const isNative = wanted === 'native' || (wanted === 'auto' && (await hasNativeGit()))
    return isNative ? createNativeBackend(settings) : createIsomorphicBackend(settings)
  }

  function repositoryAt(url: string): Repository {
    let repository = repositories.get(url)
    if (repository === undefined) {
      transportOf(url, options.allowFiles ?? false)
      backend ??= createBackend()
      repository = { store: backend.then((opened) => opened.open(url)), fetches: new Map() }
      repository.store.catch(() => repositories.delete(url))
      repositories.set(url, repository)
    }
    return repository
  }

  /** A question that has not been sent yet serves everyone who asks before it is. */
  function askRefs(repository: Repository, request: SourceRequest): Promise<RemoteRefs> {
    const { asking: current } = repository
    if (current !== undefined && (current.sentAt === undefined || current.sentAt >= (request.since ?? 0))) return current.promise
    const asking: { promise: Promise<RemoteRefs>; sentAt: number | undefined } = { sentAt: undefined, promise: Promise.resolve({ refs: [] }) }
    const work = async (): Promise<RemoteRefs> => {
      const store = await repository.store
      const at = now()
      asking.sentAt = at
      counts.listRefs++
      const answer = await store.listRefs()
      if (repository.refs === undefined || repository.refs.at <= at) repository.refs = { at, answer }
      return answer
    }
    asking.promise = remotes.add(work).finally(() => {
      if (repository.asking === asking) delete repository.asking
    })
    repository.asking = asking
    return asking.promise
  }

  async function refsOf(repository: Repository, request: SourceRequest): Promise<RemoteRefs> {
    const oldest = request.since ?? now() - (options.refsMaxAgeMs ?? defaults.refsMaxAgeMs)
    return repository.refs !== undefined && repository.refs.at >= oldest ? repository.refs.answer : askRefs(repository, request)
  }

  async function ensure(repository: Repository, commit: string, request: SourceRequest): Promise<void> {
    const store = await repository.store
    if (await store.has(commit)) return
    let fetching = repository.fetches.get(commit)
    if (fetching === undefined) {
      const ref = repository.refs?.answer.refs.find(({ id, peeled }) => id === commit || peeled === commit)?.name
      fetching = remotes
        .add(async () => {
          counts.fetch++
          await store.fetch(commit, ref, request.signal)
        })
        .finally(() => repository.fetches.delete(commit))
      repository.fetches.set(commit, fetching)
    }
    await fetching
  }

  return {
    name: 'git',
    requests: counts,
    supports: (source) => source.chart === undefined && !source.repoURL.startsWith('oci://'),
    async resolve(source, request = {}) {
      const revision = source.targetRevision ?? ''
      if (isCommitId(revision)) return revision
      return resolveRevision(revision, await refsOf(repositoryAt(source.repoURL), request))
    },
    async open(source, revision, request = {}) {
      const repository = repositoryAt(source.repoURL)
      const store = await repository.store
      try {
        await ensure(repository, revision, request)
        return await openObjectTree(store, revision, caches, limits)
      } catch (error) {
        if (error instanceof SourceError && error.code === 'SOURCE_NOT_FOUND' && /not our ref|unadvertised/.test(error.message)) {
          throw new SourceError('SOURCE_REVISION', `commit ${revision} is not in the repository`, { subject: revision, cause: error })
        }
        throw error
      }
    },
    async close() {
      remotes.clear()
      await remotes.onIdle()
      for (const { store } of repositories.values()) await store.then((opened) => opened.close()).catch(() => undefined)
      repositories.clear()
      if (ownFolder !== undefined) await rm(ownFolder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
    },
  }
}
