// Who wrote a field last, by the server's bookkeeping: `metadata.managedFields`.
import { isRecord } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'

/** An owner of a field. */
export interface FieldOwner {
  readonly manager: string
  readonly operation: string
  /** RFC 3339; absent where the server keeps none. */
  readonly time?: string
  readonly subresource?: string
}

/** Owners of the value at a path, the latest first; none where nobody wrote it, as for defaults. */
export function fieldOwners(object: KubernetesObject, path: readonly (string | number)[]): FieldOwner[] {
  const entries: unknown = object.metadata.managedFields
  if (!Array.isArray(entries)) return []
  const owners = entries.filter(isRecord).filter((entry) => isOwned(entry['fieldsV1'], object, path))
  return owners
    .map(({ manager, operation, time, subresource }) => ({
      manager: textOf(manager),
      operation: textOf(operation),
      ...(typeof time === 'string' ? { time } : {}),
      ...(typeof subresource === 'string' ? { subresource } : {}),
    }))
    .toSorted((a, b) => ((a.time ?? '') > (b.time ?? '') ? -1 : 1))
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Follows a path through `fieldsV1`; who owns a whole owns its parts. */
function isOwned(fields: unknown, value: unknown, path: readonly (string | number)[]): boolean {
  if (!isRecord(fields)) return false
  const [step, ...rest] = path
  // An empty set of members is a leaf: the value is owned as a whole.
  if (Object.keys(fields).every((key) => key === '.')) return true
  if (step === undefined) return true
  if (typeof step === 'string') return Object.hasOwn(fields, `f:${step}`) && isOwned(fields[`f:${step}`], isRecord(value) ? value[step] : undefined, rest)
  const element: unknown = Array.isArray(value) ? value[step] : undefined
  const key = Object.keys(fields).find((name) => isKeyOf(name, element, step))
  return key !== undefined && isOwned(fields[key], element, rest)
}

function isKeyOf(name: string, element: unknown, index: number): boolean {
  if (name === `i:${index}`) return true
  const text = name.slice(2)
  if (name.startsWith('v:')) return JSON.stringify(element) === text
  if (!name.startsWith('k:') || !isRecord(element)) return false
  try {
    const key: unknown = JSON.parse(text)
    return isRecord(key) && Object.entries(key).every(([member, value]) => element[member] === value)
  } catch {
    return false
  }
}
