// Files of a tree on disk, for as long as a program needs them.
import { chmod, mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { RenderError, SourceError } from '@plumbline/core'
import type { SourceTree, TreeEntry } from '@plumbline/core'

/** Bounds of what is written for one rendering. */
export interface DirectoryLimits {
  /** Default: 50,000. */
  readonly maxFiles: number
  /** Bytes, together. Default: 512 MiB. */
  readonly maxBytes: number
}

/** A folder that only this process can read. */
export interface WorkDirectory {
  /** Absolute, without links. */
  readonly path: string
  /** Write one file, with the folders above it. Files that are there are written anew. @throws {RenderError} `RENDER_LIMIT` */
  write(path: string, content: Uint8Array | string): Promise<void>
  /**
   * Write a folder of a tree with everything below it. Links are not made: what they lead to stands in their place. Links that lead out of the
   * tree, nowhere or in circles are left out, as are submodules and `.git`.
   * @throws {RenderError} `RENDER_LIMIT`
   */
  writeTree(request: { readonly tree: SourceTree; readonly folder: string; readonly into: string; readonly signal?: AbortSignal }): Promise<void>
}

export const defaultDirectoryLimits: DirectoryLimits = Object.freeze({ maxFiles: 50_000, maxBytes: 512 * 2 ** 20 })

/** Less than the 40 links that operating systems follow, so that circles end here. */
const maxDepth = 40
const filesAtOnce = 16

/** Make a folder, use it, and remove it in every case. */
export async function withWorkDirectory<T>(name: string, limits: DirectoryLimits, use: (directory: WorkDirectory) => Promise<T>): Promise<T> {
  // mkdtemp makes it for its owner alone. Kustomize resolves links, so that a link in the path would turn up in its messages.
  const path = await realpath(await mkdtemp(join(tmpdir(), `plumbline-tool-${name}-`)))
  try {
    return await use(createWorkDirectory(path, limits))
  } finally {
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
  }
}

function createWorkDirectory(root: string, limits: DirectoryLimits): WorkDirectory {
  let files = 0
  let bytes = 0
  const made = new Map<string, Promise<unknown>>()

  async function makeFolder(path: string): Promise<void> {
    const known = made.get(path) ?? mkdir(path, { recursive: true, mode: 0o700 })
    made.set(path, known)
    await known
  }

  function count(path: string, content: Uint8Array | string): void {
    files += 1
    bytes += content.length
    const found = files > limits.maxFiles ? `more than ${limits.maxFiles} files (limit maxFiles)` : `more than ${limits.maxBytes} bytes (limit maxBytes)`
    if (files > limits.maxFiles || bytes > limits.maxBytes)
      throw new RenderError('RENDER_LIMIT', `${path}: what the program may need has ${found}`, { subject: path })
  }

  async function write(path: string, content: Uint8Array | string, mode = 0o600): Promise<void> {
    count(path, content)
    const place = join(root, path)
    await makeFolder(dirname(place))
    await writeFile(place, content, { mode })
    if (mode !== 0o600) await chmod(place, mode)
  }

  return {
    path: root,
    write: (path, content) => write(path, content),
    async writeTree({ tree, folder, into, signal }) {
      await makeFolder(join(root, into))
      const found = await filesBelow(tree, folder, { maxFiles: limits.maxFiles, ...(signal === undefined ? {} : { signal }) })
      for (let at = 0; at < found.length; at += filesAtOnce) {
        endIfAborted(signal)
        await Promise.all(
          found.slice(at, at + filesAtOnce).map(async ({ path, isExecutable }) => {
            const content = await tree.read(path)
            if (content !== undefined) await write(join(into, path.slice(folder === '' ? 0 : folder.length + 1)), content, isExecutable ? 0o700 : 0o600)
          }),
        )
      }
    },
  }
}

interface FoundFile {
  readonly path: string
  readonly isExecutable: boolean
}

async function filesBelow(tree: SourceTree, root: string, { maxFiles, signal }: { maxFiles: number; signal?: AbortSignal }): Promise<readonly FoundFile[]> {
  const found: FoundFile[] = []
  const visit = async (folder: string, above: readonly Pick<TreeEntry, 'id'>[]): Promise<void> => {
    endIfAborted(signal)
    if (above.length > maxDepth) throw new RenderError('RENDER_LIMIT', `${folder}: folders are nested deeper than ${maxDepth}`, { subject: folder })
    for (const entry of (await tree.list(folder)) ?? []) {
      if (!isPlainName(entry.name) || entry.name === '.git') continue
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      const target = entry.kind === 'symlink' ? await targetOf(tree, path, above) : entry
      if (target?.kind === 'directory') await visit(path, [...above, target])
      else if (target?.kind === 'file' || target?.kind === 'executable') found.push({ path, isExecutable: target.kind === 'executable' })
      if (found.length > maxFiles)
        throw new RenderError('RENDER_LIMIT', `${root === '' ? 'the repository' : root}: more than ${maxFiles} files (limit maxFiles)`, { subject: root })
    }
  }
  const start = root === '' ? undefined : await tree.entry(root)
  await visit(root, start === undefined ? [] : [start])
  return found
}

function endIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new RenderError('CANCELLED', 'cancelled: files were being written for a program', { cause: signal.reason })
}

/** Where a link leads, unless that is out of the tree, nowhere, or a folder that it stands in. */
async function targetOf(tree: SourceTree, path: string, above: readonly Pick<TreeEntry, 'id'>[]): Promise<Pick<TreeEntry, 'kind' | 'id'> | undefined> {
  try {
    const target = await tree.entry(path)
    return target?.kind === 'directory' && above.some(({ id }) => id === target.id) ? undefined : target
  } catch (error) {
    if (error instanceof SourceError && error.code === 'SOURCE_PATH') return undefined
    throw error
  }
}

/** Names in a Git tree are bytes of whoever wrote it. */
function isPlainName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\\\0]/.test(name)
}
