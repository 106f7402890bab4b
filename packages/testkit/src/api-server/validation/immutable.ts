// What may not change is compared, and told, in the form that all versions of a kind convert to. Follows apimachinery
// `pkg/api/equality` and `pkg/util/diff`.
import { internalForm } from '@plumbline/schema'
import { isObject } from '../types.ts'
import { differenceOf } from '../unified-diff.ts'

/** A value in both states. */
export interface Forms {
  readonly isSame: boolean
  readonly before: unknown
  readonly after: unknown
  /** As the server tells it, line by line. */
  difference(): string
}

/** @param type such as `core.PodSpec` */
export function formsOf(type: string, before: unknown, after: unknown): Forms {
  const [old, next] = [internalForm(before, type), internalForm(after, type)]
  return { before: old, after: next, isSame: isAlike(old, next), difference: () => differenceOf(old, next) }
}

/** Nothing, an empty list and an empty map are the same. */
function isAlike(a: unknown, b: unknown): boolean {
  if (a === b) return true
  const [isNoneA, isNoneB] = [isNone(a), isNone(b)]
  if (isNoneA || isNoneB) return isNoneA && isNoneB
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => isAlike(item, b[index]))
  if (!isObject(a) || !isObject(b) || Array.isArray(b)) return false
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && isAlike(a[name], b[name]))
}

function isNone(value: unknown): boolean {
  if (value === null || value === undefined) return true
  return Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0
}
