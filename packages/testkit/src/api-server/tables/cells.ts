// What the printers of rows share.
import { printed } from '@plumbline/schema'
import { arrayOf, objectOf, objectsOf, valueAt } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { ageOf } from './age.ts'

/** Cells of one object, in order of the kind's columns. */
export type RowPrinter = (object: KubeObject, now: number) => unknown[]

export const nameOf = ({ metadata }: KubeObject): string => metadata.name ?? ''
export const age = ({ metadata }: KubeObject, now: number): string => ageOf(metadata.creationTimestamp, now)
export const numberAt = (object: unknown, ...path: string[]): number => Number(valueAt(object, ...path) ?? 0)
export const textAt = (object: unknown, ...path: string[]): string => printed(valueAt(object, ...path) ?? '')

/** Labels as a selector text. */
export function labelsText(labels: unknown): string {
  const entries = Object.entries(objectOf(labels))
  return entries.length === 0
    ? '<none>'
    : entries
        .map(([key, value]) => `${key}=${String(value)}`)
        .sort()
        .join(',')
}

export function selectorText(selector: unknown): string {
  const { matchLabels, matchExpressions } = objectOf(selector)
  const labels = Object.entries(objectOf(matchLabels))
    .map(([key, value]) => `${key}=${String(value)}`)
    .sort()
  const expressions = objectsOf(matchExpressions).map(expressionText)
  const all = [...labels, ...expressions]
  return all.length === 0 ? '<none>' : all.join(',')
}

function expressionText(expression: JsonObject): string {
  const [key, values] = [String(expression['key']), arrayOf(expression['values']).map(String).sort().join(',')]
  switch (expression['operator']) {
    case 'In':
      return `${key} in (${values})`
    case 'NotIn':
      return `${key} notin (${values})`
    case 'Exists':
      return key
    default:
      return `!${key}`
  }
}
