// Git objects, as the trees are built from them, and the door through which backends hand them out.
import { SourceError } from '@plumbline/core'
import type { TreeEntry, TreeEntryKind } from '@plumbline/core'

/** Types of objects that are read. */
export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag'

/** An object's content. */
export interface GitObject {
  readonly type: ObjectType
  readonly content: Uint8Array
}

/** Reads objects by id. Called concurrently. */
export interface ObjectReader {
  /** The object, or undefined when the store has none. @throws {SourceError} `SOURCE_LIMIT` when it is larger than allowed */
  read(id: string, options?: { readonly maxBytes?: number }): Promise<GitObject | undefined>
}

const kinds: Readonly<Record<string, TreeEntryKind>> = {
  '40000': 'directory',
  '100644': 'file',
  '100664': 'file',
  '100755': 'executable',
  '120000': 'symlink',
  '160000': 'submodule',
}
const decoder = new TextDecoder()

/** Entries of a tree object, in order of name. `format`: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
export function parseTreeObject(content: Uint8Array, idBytes: number): TreeEntry[] {
  const entries: TreeEntry[] = []
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at)
    const end = bytes.indexOf(0, space)
    if (space < 0 || end < 0 || end + idBytes >= bytes.length + 1) throw new SourceError('SOURCE_NOT_FOUND', 'a tree object is damaged')
    const kind = kinds[bytes.toString('latin1', at, space)] ?? 'file'
    entries.push({ name: decoder.decode(bytes.subarray(space + 1, end)), kind, id: bytes.toString('hex', end + 1, end + 1 + idBytes) })
    at = end + 1 + idBytes
  }
  // Git orders directories as if their names ended in a slash; callers expect plain order of names.
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Id of a commit's tree. */
export function treeOfCommit(content: Uint8Array): string {
  const match = /^tree ([0-9a-f]{40,64})\n/.exec(Buffer.from(content).toString('latin1', 0, 80))
  if (match?.[1] === undefined) throw new SourceError('SOURCE_NOT_FOUND', 'a commit object is damaged')
  return match[1]
}

/** Id that an annotated tag points to. */
export function targetOfTag(content: Uint8Array): string {
  const match = /^object ([0-9a-f]{40,64})\n/.exec(Buffer.from(content).toString('latin1', 0, 80))
  if (match?.[1] === undefined) throw new SourceError('SOURCE_NOT_FOUND', 'a tag object is damaged')
  return match[1]
}
