// A folder on disk as a tree, for tools and tests. Ids are digests of content, so they hold across folders and runs.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { SourceError } from '@plumbline/core/errors'
import type { SourceTree, TreeEntry } from '@plumbline/core'

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

  async function entry(path: string): Promise<Identified | undefined> {
    const place = await locate(path)
    if (place === undefined) return undefined
    const found = await stat(place)
    return identified(found.isDirectory() ? 'directory' : found.isFile() ? 'file' : undefined, place)
  }

  async function list(path: string): Promise<readonly TreeEntry[] | undefined> {
    const place = await locate(path)
    if (place === undefined || !(await stat(place)).isDirectory()) return undefined
    const entries: TreeEntry[] = []
    for (const found of (await readdir(place, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const { name } = found
      // Links are followed, with the care of `entry`.
      const known = found.isSymbolicLink()
        ? await entry(path === '' ? name : `${path}/${name}`)
        : identified(found.isDirectory() ? 'directory' : found.isFile() ? 'file' : undefined, join(place, name))
      if (known !== undefined) entries.push(named(name, known))
    }
    return entries
  }

  return { revision: 'local', read, list, entry }
}

type Identified = Pick<TreeEntry, 'kind' | 'id'>

/** An entry whose content is read when its id is asked for: few callers ask. */
function identified(kind: 'directory' | 'file' | undefined, place: string): Identified | undefined {
  if (kind === undefined) return undefined
  let id: string | undefined
  return {
    kind,
    get id() {
      return (id ??= kind === 'file' ? digest(readFileSync(place)) : folderDigest(place))
    },
  }
}

function named(name: string, entry: Identified): TreeEntry {
  return {
    name,
    kind: entry.kind,
    get id() {
      return entry.id
    },
  }
}

/** Of the names and contents of everything below; links count by where they lead. */
function folderDigest(place: string): string {
  const lines = readdirSync(place, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((found) => {
      const inner = join(place, found.name)
      if (found.isDirectory()) return `directory ${folderDigest(inner)} ${found.name}`
      if (found.isSymbolicLink()) return `symlink ${digest(readlinkSync(inner))} ${found.name}`
      return `file ${found.isFile() ? digest(readFileSync(inner)) : ''} ${found.name}`
    })
  return digest(lines.join('\n'))
}

function digest(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex')
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}
