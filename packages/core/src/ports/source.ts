// Where files come from: revisions are resolved, trees are read; nothing is checked out.
import type { ApplicationSource } from '../model/application.ts'

/** Kind of an entry of a directory. */
export type TreeEntryKind = 'file' | 'executable' | 'directory' | 'symlink' | 'submodule'

/** One entry of a directory. `id` is equal exactly when the content is. */
export interface TreeEntry {
  readonly name: string
  readonly kind: TreeEntryKind
  readonly id: string
}

/**
 * Read-only, content-addressed files of one revision. Paths are relative, with `/`, without `.` or `..`; the root is ''.
 * Called concurrently. Symbolic links are followed inside the tree; one that leaves it makes `read` and `list` throw `SOURCE_PATH`.
 */
export interface SourceTree {
  /** The immutable revision, a commit id for instance. */
  readonly revision: string
  /** Content of a file, or undefined when there is none. @throws {SourceError} `SOURCE_LIMIT` when it is larger than allowed */
  read(path: string): Promise<Uint8Array | undefined>
  /** Entries of a directory in order of name, or undefined when there is none. */
  list(path: string): Promise<readonly TreeEntry[] | undefined>
  /** Id and kind of what is at a path, or undefined. Costs no content. */
  entry(path: string): Promise<{ readonly kind: TreeEntryKind; readonly id: string } | undefined>
}

/** What a source is asked. `signal` ends the request; nothing is left half done. */
export interface SourceRequest {
  readonly signal?: AbortSignal
  /** Answers that the remote gave before this time (milliseconds since the epoch, by the engine's clock) do not count, however recent. */
  readonly since?: number
}

/**
 * A kind of source. Resolving is called once an application and refresh, concurrently; an adapter answers all applications of a repository
 * from one remote question per interval.
 */
export interface SourceProvider {
  readonly name: string
  /** Whether this provider serves the source. */
  supports(source: ApplicationSource): boolean
  /** The immutable revision of `targetRevision`. @throws {SourceError} */
  resolve(source: ApplicationSource, request?: SourceRequest): Promise<string>
  /** The files at a revision. @throws {SourceError} */
  open(source: ApplicationSource, revision: string, request?: SourceRequest): Promise<SourceTree>
  close?(): Promise<void>
}
