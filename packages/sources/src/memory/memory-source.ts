// Files in memory as a source: for tests, and for callers that have them from elsewhere.
import { createMemoryTree, SourceError } from '@plumbline/core'
import type { SourceProvider } from '@plumbline/core'

/** A repository in memory that can be changed. */
export interface MemorySource extends SourceProvider {
  /** Replace the files; the revision moves on. */
  commit(files: Readonly<Record<string, string>>): string
}

/** Serve one URL from memory; every target revision means the newest commit, a revision means itself. */
export function memorySource(url: string, files: Readonly<Record<string, string>>): MemorySource {
  const commits = new Map<string, Readonly<Record<string, string>>>()
  let head = ''
  const commit = (next: Readonly<Record<string, string>>): string => {
    head = (commits.size + 1).toString(16).padStart(40, '0')
    commits.set(head, { ...next })
    return head
  }
  commit(files)
  return {
    name: 'memory',
    commit,
    supports: (source) => source.repoURL === url,
    resolve: (source) => Promise.resolve(commits.has(source.targetRevision ?? '') ? (source.targetRevision ?? head) : head),
    open(_source, revision) {
      const found = commits.get(revision)
      if (found === undefined)
        return Promise.reject(new SourceError('SOURCE_REVISION', `unable to resolve '${revision}' to a commit SHA: revision not found`, { subject: revision }))
      return Promise.resolve(createMemoryTree(found, revision))
    },
  }
}
