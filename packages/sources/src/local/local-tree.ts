// A folder on disk as a tree, for tools and tests. Ids are digests of content, so they hold across folders and runs.
import { createHash } from 'node:crypto'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { SourceError } from '@plumbline/core'
import type { SourceTree, TreeEntry, TreeEntryKind } from '@plumbline/core'

/** Options of a local tree. */
export interface LocalTreeOptions {
  /** Bytes of one file at most. Default: 32 MiB. */
  readonly maxFileBytes?: number
}

const defaultMaxFileBytes = 32 * 2 ** 20

/** The files below a folder, as they are when they are asked for. */
export function localTree(root: string, options: LocalTreeOptions = {}): SourceTree {
  const limit = options.maxFileBytes ?? defaultMaxFileBytes
  let realRoot: Promise<string> | undefined

  /** The place on disk; undefined when there is nothing. Links that leave the folder are refused. */
  async function locate(path: string): Promise<string | undefined> {
    realRoot ??= realpath(root)
    const base = await realRoot
    try {
      const target = await realpath(join(base, path))
      if (target !== base && !target.startsWith(base + sep)) throw new SourceError('SOURCE_PATH', `${path} leads out of ${root}`, { subject: path })
      return target
    } catch (error) {
      if (isMissing(error)) return undefined
      throw error
    }
  }

  async function read(path: string): Promise<Uint8Array | undefined> {
    const place = await locate(path)
    if (place === undefined) return undefined
    const found = await stat(place)
    if (!found.isFile()) return undefined
    if (found.size > limit) throw new SourceError('SOURCE_LIMIT', `${path} is larger than the limit of ${limit} bytes`, { subject: path })
    return new Uint8Array(await readFile(place))
  }

  async function entry(path: string): Promise<{ readonly kind: TreeEntryKind; readonly id: string } | undefined> {
    const place = await locate(path)
    if (place === undefined) return undefined
    const found = await stat(place)
    if (found.isDirectory()) return { kind: 'directory', id: await folderId(path) }
    const content = await read(path)
    return content === undefined ? undefined : { kind: 'file', id: digest(content) }
  }

  async function folderId(path: string): Promise<string> {
    const names = ((await list(path)) ?? []).map(({ name, kind, id }) => `${kind} ${id} ${name}`)
    return digest(names.join('\n'))
  }

  async function list(path: string): Promise<readonly TreeEntry[] | undefined> {
    const place = await locate(path)
    if (place === undefined || !(await stat(place)).isDirectory()) return undefined
    const entries: TreeEntry[] = []
    for (const name of (await readdir(place)).sort()) {
      const found = await entry(path === '' ? name : `${path}/${name}`)
      if (found !== undefined) entries.push({ name, ...found })
    }
    return entries
  }

  return { revision: 'local', read, list, entry }
}

function digest(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
