// What the files of an application name elsewhere: bases in other repositories, and single files by URL.
import type { SourceRequest, SourceTree } from './source.ts'

/** Content behind a URL. `id` is equal exactly when the content is. */
export interface RemoteFile {
  readonly id: string
  readonly content: Uint8Array
}

/** Serves single files by URL. Called concurrently. */
export interface FileProvider {
  /** @throws {SourceError} `SOURCE_NOT_FOUND` when the server answers with anything but success, `SOURCE_UNREACHABLE`, `SOURCE_LIMIT` */
  fetch(url: string, request?: SourceRequest): Promise<RemoteFile>
}

/** How one rendering reads what is elsewhere. */
export interface RemoteFiles {
  /** Files of a repository at a branch, a tag or an id; '' is its default branch. @throws {SourceError} */
  repository(repoURL: string, targetRevision: string): Promise<SourceTree>
  /** Absent where single files are not served. @throws {SourceError} */
  file?(url: string): Promise<RemoteFile>
}
