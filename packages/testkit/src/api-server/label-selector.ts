// Label selectors as the specs of controllers hold them: `matchLabels` and `matchExpressions`.
import { isObject, objectOf, objectsOf } from './types.ts'
import type { JsonObject, KubeObject } from './types.ts'

type Labels = Readonly<Record<string, string>>

/** Whether labels meet a selector. An empty one is met by all, a missing one by none. */
export function isSelectedBy(selector: unknown, labels: Labels = {}): boolean {
  if (!isObject(selector)) return false
  const hasLabels = Object.entries(objectOf(selector['matchLabels'])).every(([key, value]) => labels[key] === value)
  return hasLabels && objectsOf(selector['matchExpressions']).every((expression) => isMet(expression, labels))
}

/** One expression of a selector of labels, or of nodes, which can also compare numbers. */
export function isMet({ key, operator, values }: JsonObject, labels: Labels): boolean {
  const own = labels[String(key)]
  const list: readonly unknown[] = Array.isArray(values) ? values : []
  switch (operator) {
    case 'Exists':
      return own !== undefined
    case 'DoesNotExist':
      return own === undefined
    case 'In':
      return own !== undefined && list.includes(own)
    case 'NotIn':
      return own === undefined || !list.includes(own)
    case 'Gt':
    case 'Lt': {
      const [number, bound] = [Number.parseInt(own ?? '', 10), Number.parseInt(String(list[0]), 10)]
      return operator === 'Gt' ? number > bound : number < bound
    }
    default:
      return false
  }
}

/** Whether a plain map of labels, as Services have it, is met. An empty one selects nothing. */
export function hasAllLabels(selector: JsonObject, { metadata }: KubeObject): boolean {
  const entries = Object.entries(selector)
  return entries.length > 0 && entries.every(([key, value]) => metadata.labels?.[key] === value)
}
