// isomorphic-git for the wire, where no git program is found; objects are read from its packs by our own reader, which is 30 times faster.
import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { SourceError } from '@plumbline/core'
import type { BackendOptions, GitBackend, RepositoryStore } from './backend.ts'
import { authorizationOf } from './credentials.ts'
import { createPackReader } from './pack-reader.ts'
import { transportOf, withoutPassword } from './repository-address.ts'
import type { RemoteRef } from './resolve-revision.ts'

/** Create the backend. It speaks http and https only. */
export function createIsomorphicBackend(options: BackendOptions): GitBackend {
  return { name: 'isomorphic', open: (url) => openRepository(url, options) }
}

async function openRepository(url: string, options: BackendOptions): Promise<RepositoryStore> {
  if (transportOf(url, false) !== 'http')
    throw new SourceError('SOURCE_NOT_FOUND', `${withoutPassword(url)}: only http and https can be fetched without a git program`, {
      subject: withoutPassword(url),
    })
  const [git, { default: http }] = await Promise.all([import('isomorphic-git'), import('isomorphic-git/http/node')])
  const gitdir = join(options.cacheDir, `${createHash('sha256').update(url).digest('hex').slice(0, 32)}-iso`)
  const reader = createPackReader(join(gitdir, 'objects'))
  let isReady: Promise<void> | undefined

  async function headers(): Promise<Record<string, string>> {
    const authorization = authorizationOf(await options.credentials(url))
    return authorization === undefined ? {} : { authorization }
  }

  async function guarded<Value>(work: () => Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
    let timer: NodeJS.Timeout | undefined
    const shown = withoutPassword(url)
    const deadline = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () =>
          reject(
            new SourceError('SOURCE_UNREACHABLE', `the repository did not answer within ${options.timeoutMs} ms: ${shown}`, {
              subject: shown,
              retryable: true,
            }),
          ),
        options.timeoutMs,
      )
      signal?.addEventListener('abort', () => reject(new SourceError('CANCELLED', `cancelled: ${shown}`, { subject: shown })), { once: true })
    })
    try {
      return await Promise.race([work(), deadline])
    } catch (error) {
      throw error instanceof SourceError ? error : explain(error, shown)
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    listRefs: (signal) =>
      guarded(async () => {
        const found = await git.listServerRefs({ http, url, headers: await headers(), symrefs: true, peelTags: true, protocolVersion: 2 })
        const head = found.find(({ ref }) => ref === 'HEAD')?.target
        const refs: RemoteRef[] = found.map(({ ref, oid, peeled }) => (peeled === undefined ? { name: ref, id: oid } : { name: ref, id: oid, peeled }))
        return head === undefined ? { refs } : { head, refs }
      }, signal),
    has: async (commit) => (await reader.read(commit)) !== undefined,
    fetch: (commit, _ref, signal) =>
      guarded(async () => {
        // The library looks for where fetched refs go before it fetches anything.
        isReady ??= git.init({ fs, gitdir, bare: true }).then(() => git.addRemote({ fs, gitdir, remote: 'origin', url: withoutPassword(url), force: true }))
        await isReady
        await git.fetch({ fs, http, gitdir, url, headers: await headers(), ref: commit, remoteRef: commit, singleBranch: true, tags: false, depth: 1 })
      }, signal),
    read: (id, readOptions) => reader.read(id, readOptions),
    close: () => reader.close(),
  }
}

function explain(error: unknown, shown: string): SourceError {
  const message = error instanceof Error ? error.message : String(error)
  if (/401|403/.test(message)) return new SourceError('SOURCE_AUTH', `failed to list refs: authentication required: ${shown}`, { subject: shown, cause: error })
  if (/404|NotFound/.test(message))
    return new SourceError('SOURCE_NOT_FOUND', `failed to list refs: repository not found: ${shown}`, { subject: shown, cause: error })
  return new SourceError('SOURCE_UNREACHABLE', `failed to list refs: ${message}`, { subject: shown, retryable: true, cause: error })
}
