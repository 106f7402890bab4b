// The git program as backend: a bare repository, fetches that leave large files on the server, one `cat-file` process; never a checkout.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { BackendOptions, GitBackend, RepositoryStore } from './backend.ts'
import { createCatFile } from './cat-file.ts'
import type { CatFile } from './cat-file.ts'
import { authorizationOf } from './credentials.ts'
import { runGit } from './native-process.ts'
import { transportOf } from './repository-address.ts'
import type { RemoteRef, RemoteRefs } from './resolve-revision.ts'

/** Whether a git program new enough for `cat-file --batch-command` (2.36) is there. */
export async function hasNativeGit(): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)('git', ['--version'], { timeout: 5000 })
    const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(stdout) ?? []).slice(1).map(Number)
    return major > 2 || (major === 2 && minor >= 36)
  } catch {
    return false
  }
}

/** Create the backend. */
export function createNativeBackend(options: BackendOptions): GitBackend {
  return { name: 'native', open: (url) => openRepository(url, options) }
}

async function openRepository(url: string, options: BackendOptions): Promise<RepositoryStore> {
  transportOf(url, options.allowFiles)
  const gitDir = join(options.cacheDir, createHash('sha256').update(url).digest('hex').slice(0, 32))
  const authorization = async (): Promise<string | undefined> => authorizationOf(await options.credentials(url))
  let isReady: Promise<void> | undefined
  let objects: CatFile | undefined

  /** A bare repository made by hand: the folders and the three files that git needs, without a process. */
  async function prepare(): Promise<void> {
    await mkdir(join(gitDir, 'refs'), { recursive: true })
    await mkdir(join(gitDir, 'objects', 'pack'), { recursive: true })
    await mkdir(join(gitDir, 'objects', 'info'), { recursive: true })
    await writeFile(join(gitDir, 'HEAD'), 'ref: refs/heads/none\n')
    await writeFile(
      join(gitDir, 'config'),
      `[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tpartialClone = origin\n[remote "origin"]\n\turl = ${quoted(url)}\n\tpromisor = true\n\tpartialclonefilter = blob:limit=${options.blobLimitBytes}\n`,
    )
  }

  async function run(args: readonly string[], signal: AbortSignal | undefined): Promise<string> {
    isReady ??= prepare()
    await isReady
    const header = await authorization()
    return runGit({
      args,
      cwd: gitDir,
      url,
      allowFiles: options.allowFiles,
      timeoutMs: options.timeoutMs,
      ...(header === undefined ? {} : { authorization: header }),
      ...(signal === undefined ? {} : { signal }),
    })
  }

  return {
    async listRefs(signal) {
      return parseRefs(await run(['ls-remote', '--symref', '--', 'origin'], signal))
    },
    // Not by reading: in a repository that may leave things on the server, git fetches what it does not find, object by object.
    has: (commit) =>
      access(join(gitDir, keptRef(commit))).then(
        () => true,
        () => false,
      ),
    async fetch(commit, ref, signal) {
      const base = ['--no-tags', '--no-write-fetch-head', '--no-auto-gc', `--filter=blob:limit=${options.blobLimitBytes}`, 'origin']
      // Fetched objects are kept by a ref of our own, so that nothing takes them for garbage.
      const keep = `${commit}:${keptRef(commit)}`
      try {
        await run(['fetch', ...base, keep], signal)
      } catch (error) {
        // Protocol 0 gives commits away only under a ref; protocol 2 gives any that can be reached.
        if (ref !== undefined && error instanceof Error && 'code' in error && error.code === 'CANCELLED') throw error
        await run(['-c', 'protocol.version=2', 'fetch', ...base, keep], signal)
      }
    },
    async read(id, readOptions) {
      isReady ??= prepare()
      await isReady
      objects ??= createCatFile(gitDir, { authorization: await authorization(), allowFiles: options.allowFiles })
      return objects.read(id, readOptions)
    },
    close() {
      objects?.close()
      objects = undefined
      return Promise.resolve()
    },
  }
}

const keptRef = (commit: string): string => `refs/plumbline/${commit}`

/** A value of git's configuration file. */
function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

function parseRefs(output: string): RemoteRefs {
  let head: string | undefined
  const refs = new Map<string, { id: string; peeled?: string }>()
  for (const line of output.split('\n')) {
    const [left, name] = line.split('\t')
    if (left === undefined || name === undefined) continue
    if (left.startsWith('ref: ')) {
      if (name === 'HEAD') head = left.slice('ref: '.length)
    } else if (name.endsWith('^{}')) {
      const tag = refs.get(name.slice(0, -3))
      if (tag !== undefined) tag.peeled = left
    } else refs.set(name, { id: left })
  }
  const list: RemoteRef[] = [...refs].map(([name, ref]) => ({ name, ...ref }))
  return head === undefined ? { refs: list } : { head, refs: list }
}
