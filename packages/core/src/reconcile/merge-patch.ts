// The smallest JSON merge patch (RFC 7386) from one object to another.
import { isEqual } from '../diff/equal.ts'
import { isRecord } from '../model/kubernetes-object.ts'

/** A patch that turns `from` into `to`; undefined when they are equal. Members that are undefined count as absent. */
export function mergePatchOf(from: unknown, to: unknown): unknown {
  if (isEqual(from, to)) return undefined
  if (!isRecord(from) || !isRecord(to)) return to ?? null
  const patch: Record<string, unknown> = {}
  for (const name of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const [before, after] = [from[name], to[name]]
    if (after === undefined || after === null) {
      if (before !== undefined && before !== null) patch[name] = null
      continue
    }
    const part = before === undefined || before === null ? after : mergePatchOf(before, after)
    if (part !== undefined) patch[name] = part
  }
  return Object.keys(patch).length === 0 ? undefined : patch
}
