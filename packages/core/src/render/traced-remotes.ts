// What a rendering read elsewhere is part of what it depends on: it is noted, and asked for again before a result is kept.
import { firstChangedRead, traceReads } from './traced-tree.ts'
import type { ReadSet, TracedTree } from './traced-tree.ts'
import { SourceError } from '../errors.ts'
import type { ApplicationSource } from '../model/application.ts'
import type { FileProvider, RemoteFiles } from '../ports/remote-files.ts'
import type { SourceProvider, SourceRequest } from '../ports/source.ts'

/** One thing that was read elsewhere. */
export type RemoteRead =
  | { readonly kind: 'repository'; readonly repoURL: string; readonly targetRevision: string; readonly revision: string; readonly reads: ReadSet }
  | { readonly kind: 'file'; readonly url: string; readonly id: string }

/** Where remote files come from, and whether they may. */
export interface RemoteAccess {
  providerOf(source: ApplicationSource): SourceProvider
  readonly files?: FileProvider
  readonly request: SourceRequest
  /** Whether the application may read from an address. Default: it may. */
  readonly isPermitted?: (address: string) => boolean
}

/** Remote files that note what is read of them. */
export interface TracedRemotes {
  readonly remotes: RemoteFiles
  reads(): readonly RemoteRead[]
}

interface OpenRepository {
  readonly repoURL: string
  readonly targetRevision: string
  readonly traced: TracedTree
}

/** Watch what is read elsewhere. A repository is resolved once a rendering, however often it is named. */
export function traceRemotes(access: RemoteAccess): TracedRemotes {
  const repositories = new Map<string, Promise<OpenRepository>>()
  const files = new Map<string, string>()
  const opened: OpenRepository[] = []
  const { files: fileProvider } = access

  async function openRepository(repoURL: string, targetRevision: string): Promise<OpenRepository> {
    checkPermitted(access, repoURL)
    const source = { repoURL, targetRevision }
    const provider = access.providerOf(source)
    const tree = await provider.open(source, await provider.resolve(source, access.request), access.request)
    const repository = { traced: traceReads(tree), repoURL, targetRevision }
    opened.push(repository)
    return repository
  }

  return {
    remotes: {
      async repository(repoURL, targetRevision) {
        const key = `${repoURL} ${targetRevision}`
        const known = repositories.get(key) ?? openRepository(repoURL, targetRevision)
        repositories.set(key, known)
        return (await known).traced.tree
      },
      ...(fileProvider === undefined
        ? {}
        : {
            async file(url: string) {
              checkPermitted(access, url)
              const found = await fileProvider.fetch(url, access.request)
              files.set(url, found.id)
              return found
            },
          }),
    },
    reads: () => [
      ...opened.map(({ traced, repoURL, targetRevision }) => ({
        kind: 'repository' as const,
        repoURL,
        targetRevision,
        revision: traced.tree.revision,
        reads: traced.reads(),
      })),
      ...[...files].map(([url, id]) => ({ kind: 'file' as const, url, id })),
    ],
  }
}

/**
 * What of it would be read differently now, in words; undefined when nothing would.
 * Costs what resolving costs: an answer about refs is shared by all who ask within its age.
 * @throws {SourceError} when that cannot be told
 */
export async function changedRemoteRead(reads: readonly RemoteRead[], access: RemoteAccess): Promise<string | undefined> {
  for (const read of reads) {
    const address = read.kind === 'file' ? read.url : read.repoURL
    checkPermitted(access, address)
    if (read.kind === 'file') {
      if ((await access.files?.fetch(address, access.request))?.id !== read.id) return `${address} changed`
      continue
    }
    const source = { repoURL: address, targetRevision: read.targetRevision }
    const provider = access.providerOf(source)
    const revision = await provider.resolve(source, access.request)
    if (revision === read.revision) continue
    const changed = await firstChangedRead(read.reads, await provider.open(source, revision, access.request))
    if (changed !== undefined) return `${changed.path === '' ? 'the root' : changed.path} of ${address} changed`
  }
  return undefined
}

function checkPermitted({ isPermitted }: RemoteAccess, address: string): void {
  if (isPermitted?.(address) === false)
    throw new SourceError('SOURCE_AUTH', `${address} is not permitted by the project: add it to the project's sourceRepos`, { subject: address })
}
