// A SourceTree straight from the object store: nothing is checked out.
import { createByteCache, SourceError } from '@plumbline/core'
import type { ByteCache, SourceTree, TreeEntry } from '@plumbline/core'
import { parseTreeObject, targetOfTag, treeOfCommit } from './objects.ts'
import type { ObjectReader } from './objects.ts'

/** Caches shared by all trees of a provider; ids are content hashes, so entries never go stale. */
export interface ObjectCaches {
  readonly trees: ByteCache<readonly TreeEntry[]>
  readonly blobs: ByteCache<Uint8Array>
}

const maxLinks = 40
const maxTagDepth = 10
const bytesPerEntry = 120

/** Default bounds: 16 MiB of directories, 64 MiB of files. */
export function createObjectCaches(): ObjectCaches {
  return { trees: createByteCache(16 * 2 ** 20), blobs: createByteCache(64 * 2 ** 20) }
}

/**
 * The tree of a commit.
 * @throws {SourceError} `SOURCE_REVISION` when the commit is not in the store
 */
export async function openObjectTree(
  reader: ObjectReader,
  revision: string,
  caches: ObjectCaches,
  limits: { readonly maxFileBytes: number },
): Promise<SourceTree> {
  const root = await rootTreeOf(reader, revision)
  const idBytes = root.length / 2

  async function entriesOf(id: string): Promise<readonly TreeEntry[]> {
    const kept = caches.trees.get(id)
    if (kept !== undefined) return kept
    const object = await reader.read(id)
    if (object?.type !== 'tree') throw new SourceError('SOURCE_NOT_FOUND', `directory object ${id} is missing from the repository`, { retryable: true })
    const entries = parseTreeObject(object.content, idBytes)
    caches.trees.set(id, entries, entries.length * bytesPerEntry)
    return entries
  }

  async function contentOf(id: string, path: string): Promise<Uint8Array> {
    const kept = caches.blobs.get(id)
    if (kept !== undefined) return kept
    const object = await reader.read(id, { maxBytes: limits.maxFileBytes })
    if (object?.type !== 'blob')
      throw new SourceError('SOURCE_NOT_FOUND', `${path}: file object ${id} is missing from the repository`, { retryable: true, subject: path })
    caches.blobs.set(id, object.content, object.content.byteLength)
    return object.content
  }

  /** Walk to a path, following links. The final link is followed too. */
  async function find(path: string): Promise<TreeEntry | undefined> {
    let parts = path.split('/').filter((part) => part !== '')
    let links = 0
    for (;;) {
      let at: TreeEntry = { name: '', kind: 'directory', id: root }
      let index = 0
      let target: string[] | undefined
      for (; index < parts.length; index++) {
        if (at.kind !== 'directory') return undefined
        const next: TreeEntry | undefined = (await entriesOf(at.id)).find(({ name }) => name === parts[index])
        if (next === undefined) return undefined
        if (next.kind === 'symlink') {
          if (++links > maxLinks) throw new SourceError('SOURCE_PATH', `${path}: too many levels of symbolic links`, { subject: path })
          target = resolveLink(parts.slice(0, index), new TextDecoder().decode(await contentOf(next.id, path)), path)
          break
        }
        at = next
      }
      if (target === undefined) return at
      parts = [...target, ...parts.slice(index + 1)]
    }
  }

  return {
    revision,
    async read(path) {
      const found = await find(path)
      return found?.kind === 'file' || found?.kind === 'executable' ? contentOf(found.id, path) : undefined
    },
    async list(path) {
      const found = await find(path)
      return found?.kind === 'directory' ? entriesOf(found.id) : undefined
    },
    async entry(path) {
      const found = await find(path)
      return found === undefined ? undefined : { kind: found.kind, id: found.id }
    },
  }
}

/** @throws {SourceError} `SOURCE_PATH` for a link that is absolute or leaves the repository */
function resolveLink(folder: readonly string[], target: string, path: string): string[] {
  const refuse = (): never => {
    throw new SourceError('SOURCE_PATH', `${path}: symbolic link to ${target} leaves the repository`, { subject: path })
  }
  if (target.startsWith('/') || target.includes('\0')) refuse()
  const parts = [...folder]
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) refuse()
  }
  return parts
}

async function rootTreeOf(reader: ObjectReader, revision: string): Promise<string> {
  let id = revision
  for (let depth = 0; depth < maxTagDepth; depth++) {
    const object = await reader.read(id)
    if (object?.type === 'commit') return treeOfCommit(object.content)
    if (object?.type === 'tree') return id
    if (object?.type !== 'tag') break
    id = targetOfTag(object.content)
  }
  throw new SourceError('SOURCE_REVISION', `commit ${revision} is not in the repository`, { subject: revision, retryable: true })
}
