// Traced reads: what a renderer looked at is kept beside what it made, so that a new commit can be checked against it without rendering.
import type { SourceTree, TreeEntry, TreeEntryKind } from '../ports/source.ts'

/**
 * One thing a rendering depended on.
 * - `file`: content of a file, by id; `missing` when there was none
 * - `listing`: names and kinds in a directory. `id` is the directory's own id, which also changes with anything below it: equal ids are a short cut
 * - `entry`: existence and kind of a path
 */
export type ReadEntry =
  | { readonly kind: 'file'; readonly path: string; readonly id: string | undefined }
  | { readonly kind: 'listing'; readonly path: string; readonly id: string | undefined; readonly names: string | undefined }
  | { readonly kind: 'entry'; readonly path: string; readonly entryKind: TreeEntryKind | undefined }

/** Everything one rendering read, in order of path. */
export type ReadSet = readonly ReadEntry[]

/** A tree that notes what is read from it. */
export interface TracedTree {
  readonly tree: SourceTree
  reads(): ReadSet
}

/** Watch the reads made through a tree. */
export function traceReads(tree: SourceTree): TracedTree {
  const entries = new Map<string, ReadEntry>()
  const note = (entry: ReadEntry): void => {
    entries.set(`${entry.kind} ${entry.path}`, entry)
  }
  return {
    tree: {
      revision: tree.revision,
      async read(path) {
        const [content, found] = await Promise.all([tree.read(path), tree.entry(path)])
        note({ kind: 'file', path, id: content === undefined ? undefined : found?.id })
        return content
      },
      async list(path) {
        const [listed, found] = await Promise.all([tree.list(path), tree.entry(path)])
        note({ kind: 'listing', path, id: found?.id, names: listed === undefined ? undefined : namesOf(listed) })
        return listed
      },
      async entry(path) {
        const found = await tree.entry(path)
        note({ kind: 'entry', path, entryKind: found?.kind })
        return found
      },
    },
    reads: () => [...entries.values()].toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.kind < b.kind ? -1 : 1)),
  }
}

/**
 * The first read that would give something else in another tree, or undefined when rendering would give the same.
 * Costs one look-up of an id per entry, and one listing for each directory below which something changed.
 */
export async function firstChangedRead(reads: ReadSet, tree: SourceTree): Promise<ReadEntry | undefined> {
  for (const read of reads) {
    const found = await tree.entry(read.path)
    if (read.kind === 'entry' ? found?.kind !== read.entryKind : found?.id !== read.id && (read.kind === 'file' || (await isListingChanged(read, tree))))
      return read
  }
  return undefined
}

async function isListingChanged(read: ReadEntry & { readonly kind: 'listing' }, tree: SourceTree): Promise<boolean> {
  const listed = await tree.list(read.path)
  return (listed === undefined ? undefined : namesOf(listed)) !== read.names
}

/** Names cannot hold a slash or a NUL, so the text is equal exactly when the listing is. */
function namesOf(entries: readonly TreeEntry[]): string {
  return entries.map(({ name, kind }) => `${kind}/${name}`).join('\0')
}
