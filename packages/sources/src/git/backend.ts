// The port between the Git source and whatever speaks to remotes and keeps objects.
import type { ObjectReader } from './objects.ts'
import type { RemoteRefs } from './resolve-revision.ts'
import type { CredentialsOf } from './credentials.ts'

/** Bounds and facts of a backend. */
export interface BackendOptions {
  /** Folder for object stores; made when it is not there. */
  readonly cacheDir: string
  readonly credentials: CredentialsOf
  readonly allowFiles: boolean
  /** Longest remote operation. */
  readonly timeoutMs: number
  /** Files above this size are left on the server until they are read, where the server can do that. */
  readonly blobLimitBytes: number
}

/** One repository. Calls of `listRefs` and `fetch` do not overlap; reads may. */
export interface RepositoryStore extends ObjectReader {
  /** One question to the remote. @throws {SourceError} */
  listRefs(signal?: AbortSignal): Promise<RemoteRefs>
  /** Whether a commit and its files were fetched. Asks nobody. */
  has(commit: string): Promise<boolean>
  /** Bring a commit and its files here. `ref` is the name it was resolved from, where there is one. @throws {SourceError} */
  fetch(commit: string, ref: string | undefined, signal?: AbortSignal): Promise<void>
  close(): Promise<void>
}

/** Makes stores. */
export interface GitBackend {
  readonly name: 'native' | 'isomorphic'
  open(url: string): Promise<RepositoryStore>
}
