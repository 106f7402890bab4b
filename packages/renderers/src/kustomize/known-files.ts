// Objects of files that were read before, by content id: between two builds most files are the same, and a copy costs a third of reading.
import { keepMissing } from './missing-values.ts'
import { isMap, setMember } from './resource.ts'
import type { JsonMap } from './resource.ts'

/** Characters of the files that are kept, together. */
const maxKept = 32 * 2 ** 20
/** Files as large as this are read anew, so that one of them does not push all the others out. */
const largestKept = 2 * 2 ** 20

interface Known {
  readonly objects: readonly JsonMap[]
  readonly size: number
}

/** In order of use. */
const known = new Map<string, Known>()
let kept = 0

/**
 * The objects of a file, for the caller to change.
 * @param id equal exactly when the content is
 * @param read reads the file; what it throws is not kept
 */
export async function knownObjects(id: string, read: () => Promise<{ readonly objects: readonly JsonMap[]; readonly size: number }>): Promise<JsonMap[]> {
  const entry = known.get(id) ?? (await read())
  if (entry.size > largestKept) return [...entry.objects]
  keep(id, entry)
  return entry.objects.map(copied)
}

/** What was used longest ago goes first. */
function keep(id: string, entry: Known): void {
  forget(id)
  known.set(id, entry)
  kept += entry.size
  for (const oldest of known.keys()) {
    if (kept <= maxKept) break
    forget(oldest)
  }
}

function forget(id: string): void {
  kept -= known.get(id)?.size ?? 0
  known.delete(id)
}

function copied<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => copied(item)) as T
  if (!isMap(value)) return value
  const copy: JsonMap = {}
  for (const key of Object.keys(value)) {
    const member = value[key]
    if (key === '__proto__') setMember(copy, key, copied(member))
    else copy[key] = typeof member === 'object' ? copied(member) : member
  }
  keepMissing(copy, value)
  return copy as T
}
