// Objects of files that were read before, by content id: between two builds most files are the same, and a copy costs a third of reading.
import { createByteCache } from '@plumbline/core'
import { keepMissing } from './missing-values.ts'
import { isMap, setMember } from './resource.ts'
import type { JsonMap } from './resource.ts'

/** Files as large as this are read anew, so that one of them does not push all the others out. */
const largestKept = 2 * 2 ** 20

interface Known {
  readonly objects: readonly JsonMap[]
  readonly size: number
}

const known = createByteCache<Known>(32 * 2 ** 20)

/**
 * The objects of a file, for the caller to change.
 * @param id equal exactly when the content is
 * @param read reads the file; what it throws is not kept
 */
export async function knownObjects(id: string, read: () => Promise<{ readonly objects: readonly JsonMap[]; readonly size: number }>): Promise<JsonMap[]> {
  let entry = known.get(id)
  if (entry === undefined) {
    entry = await read()
    if (entry.size > largestKept) return [...entry.objects]
    known.set(id, entry, entry.size)
  }
  return entry.objects.map(copied)
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
