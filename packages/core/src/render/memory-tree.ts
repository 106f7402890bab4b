// A tree in memory, for tests and for callers that have files from elsewhere.
import type { SourceTree, TreeEntry } from '../ports/source.ts'

/**
 * A tree from texts by path.
 * @param files path → content; directories follow from the paths
 */
export function createMemoryTree(files: Readonly<Record<string, string>>, revision = 'memory'): SourceTree {
  const encoder = new TextEncoder()
  const paths = Object.keys(files).toSorted()
  const listing = (path: string): TreeEntry[] | undefined => {
    const prefix = path === '' ? '' : `${path}/`
    const entries = new Map<string, TreeEntry>()
    for (const file of paths) {
      if (!file.startsWith(prefix)) continue
      const [name = '', ...rest] = file.slice(prefix.length).split('/')
      entries.set(
        name,
        rest.length === 0
          ? { name, kind: 'file', id: `text:${files[file] ?? ''}` }
          : {
              name,
              kind: 'directory',
              id: `tree:${paths
                .filter((other) => other.startsWith(`${prefix}${name}/`))
                .map((other) => `${other}=${files[other] ?? ''}`)
                .join('\0')}`,
            },
      )
    }
    return entries.size === 0 && path !== '' ? undefined : [...entries.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }
  return {
    revision,
    read: async (path) => (Object.hasOwn(files, path) ? encoder.encode(files[path] ?? '') : undefined),
    list: async (path) => (Object.hasOwn(files, path) ? undefined : listing(path)),
    entry: async (path) => {
      if (path === '') return { kind: 'directory', id: `tree:${paths.map((other) => `${other}=${files[other] ?? ''}`).join('\0')}` }
      const slash = path.lastIndexOf('/')
      return listing(slash < 0 ? '' : path.slice(0, slash))?.find(({ name }) => name === path.slice(slash + 1))
    },
  }
}
