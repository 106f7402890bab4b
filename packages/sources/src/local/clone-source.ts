// A clone on disk as a source: every commit it has, by any name that git knows for it, without asking a remote.
import { SourceError } from '@plumbline/core'
import type { SourceProvider } from '@plumbline/core'
import { createCatFile } from '../git/cat-file.ts'
import { runGit } from '../git/native-process.ts'
import { createObjectCaches, openObjectTree } from '../git/object-tree.ts'

const timeoutMs = 30_000
const maxFileBytes = 32 * 2 ** 20

/**
 * Serves every source without a chart from one clone; needs the git program.
 * @param folder the clone, or a folder in it
 */
export function cloneSource(folder: string): SourceProvider & { close(): Promise<void> } {
  const reader = createCatFile(folder, { allowFiles: false })
  const caches = createObjectCaches()
  return {
    name: 'clone',
    supports: (source) => source.chart === undefined || source.chart === '',
    async resolve({ targetRevision = 'HEAD' }, request = {}) {
      // A name that begins with a dash would be an option.
      if (targetRevision.startsWith('-')) throw new SourceError('SOURCE_REVISION', `${targetRevision} is no revision`, { subject: folder })
      try {
        const args = ['rev-parse', '--verify', '--end-of-options', `${targetRevision === '' ? 'HEAD' : targetRevision}^{commit}`]
        const run = { args, cwd: folder, url: folder, allowFiles: false, timeoutMs }
        return (await runGit(request.signal === undefined ? run : { ...run, signal: request.signal })).trim().split('\n').at(-1) ?? ''
      } catch (error) {
        throw new SourceError('SOURCE_REVISION', `${targetRevision} is no commit of ${folder}`, { subject: folder, cause: error })
      }
    },
    open: (_source, revision) => openObjectTree(reader, revision, caches, { maxFileBytes }),
    close() {
      reader.close()
      return Promise.resolve()
    },
  }
}
