// A tree in memory, for tests and for callers that have files from elsewhere.
import type { SourceTree, TreeEntry } from '../ports/source.ts'

/** What a folder holds, by name: the text of a file, or a folder. */
type Folder = Map<string, string | Folder>

/**
 * A tree from texts by path, as they are now.
 * @param files path → content; directories follow from the paths
 */
export function createMemoryTree(files: Readonly<Record<string, string>>, revision = 'memory'): SourceTree {
  const encoder = new TextEncoder()
  const root = foldersOf(files)
  const listings = new Map<Folder, ReadonlyMap<string, TreeEntry>>()
  const listingOf = (folder: Folder): ReadonlyMap<string, TreeEntry> => {
    const known = listings.get(folder)
    if (known !== undefined) return known
    const listing = new Map(sorted(folder).map(([name, item]) => [name, entryOf(name, item)]))
    listings.set(folder, listing)
    return listing
  }
  const at = (path: string): string | Folder | undefined => {
    let item: string | Folder | undefined = root
    if (path === '') return item
    for (const name of path.split('/')) item = typeof item === 'object' ? item.get(name) : undefined
    return item
  }
  return {
    revision,
    async read(path) {
      const item = at(path)
      return typeof item === 'string' ? encoder.encode(item) : undefined
    },
    async list(path) {
      const item = at(path)
      return typeof item === 'object' ? [...listingOf(item).values()] : undefined
    },
    async entry(path) {
      if (path === '') return { kind: 'directory', id: idOf(root) }
      const slash = path.lastIndexOf('/')
      const parent = at(slash < 0 ? '' : path.slice(0, slash))
      return typeof parent === 'object' ? listingOf(parent).get(path.slice(slash + 1)) : undefined
    },
  }
}

function foldersOf(files: Readonly<Record<string, string>>): Folder {
  const root: Folder = new Map()
  for (const [path, text] of Object.entries(files)) {
    const names = path.split('/')
    const last = names.pop() ?? ''
    let folder = root
    for (const name of names) {
      const next = folder.get(name)
      const inner: Folder = typeof next === 'object' ? next : new Map()
      folder.set(name, inner)
      folder = inner
    }
    folder.set(last, text)
  }
  return root
}

function sorted(folder: Folder): (readonly [string, string | Folder])[] {
  return [...folder].toSorted(([a], [b]) => (a < b ? -1 : 1))
}

function entryOf(name: string, item: string | Folder): TreeEntry {
  return typeof item === 'string' ? { name, kind: 'file', id: `text:${item}` } : { name, kind: 'directory', id: idOf(item) }
}

/** Of folders that were asked for; they do not change once they are made. */
const ids = new WeakMap<Folder, string>()

/** Equal for folders with the same content, wherever they are. */
function idOf(folder: Folder): string {
  const known = ids.get(folder)
  if (known !== undefined) return known
  const id = `tree:${JSON.stringify(sorted(folder).map(([name, item]) => [name, typeof item === 'string' ? item : idOf(item)]))}`
  ids.set(folder, id)
  return id
}
