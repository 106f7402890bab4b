// Labels and selectors. Follows apimachinery `pkg/apis/meta/v1/validation`.
import { inGoOrder, typeSchemaNamed, untypedSchema } from '@plumbline/schema'
import { labelValueProblems, qualifiedNameProblems } from '../names.ts'
import { arrayOf, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import type { Problems } from './problems.ts'

export const mismatchMessage = '`selector` does not match template `labels`'

export function checkLabels(labels: unknown, path: string, problems: Problems): void {
  for (const [key, value] of Object.entries(objectOf(labels))) {
    problems.invalidEach(path, key, qualifiedNameProblems(key))
    problems.invalidEach(path, value, labelValueProblems(String(value)))
  }
}

/** A selector as errors show it. */
export function shownSelector(selector: unknown): unknown {
  return inGoOrder(selector, typeSchemaNamed('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector') ?? untypedSchema)
}

export function checkSelector(selector: unknown, path: string, problems: Problems): void {
  if (!isObject(selector)) return
  checkLabels(selector['matchLabels'], `${path}.matchLabels`, problems)
  for (const [index, expression] of objectsOf(selector['matchExpressions']).entries())
    checkExpression(expression, `${path}.matchExpressions[${index}]`, problems)
}

/** @param hasOrder whether values may be compared, as node selectors do */
export function checkExpression(expression: JsonObject, path: string, problems: Problems, hasOrder = false): void {
  const { operator, key } = expression
  const values = arrayOf(expression['values'])
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) problems.required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) problems.forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
  } else if (hasOrder && (operator === 'Gt' || operator === 'Lt')) {
    if (values.length !== 1) problems.required(`${path}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'")
  } else problems.invalid(`${path}.operator`, operator ?? '', 'not a valid selector operator')
  problems.invalidEach(`${path}.key`, key ?? '', qualifiedNameProblems(typeof key === 'string' ? key : ''))
  for (const [index, value] of values.entries()) problems.invalidEach(`${path}.values[${index}]`, value, labelValueProblems(String(value)))
}

/** Whether a selector says nothing. */
export function isEmptySelector(selector: JsonObject): boolean {
  return Object.keys(objectOf(selector['matchLabels'])).length === 0 && objectsOf(selector['matchExpressions']).length === 0
}

/** Whether the server could make something of a selector at all. */
export function isUsable(selector: JsonObject): boolean {
  const isLabel = (key: unknown, values: readonly unknown[]): boolean =>
    qualifiedNameProblems(textOf(key)).length === 0 && values.every((value) => labelValueProblems(String(value)).length === 0)
  if (!Object.entries(objectOf(selector['matchLabels'])).every(([key, value]) => isLabel(key, [value]))) return false
  return objectsOf(selector['matchExpressions']).every((expression) => {
    const values = arrayOf(expression['values'])
    const count = values.length
    if (!isLabel(expression['key'], values)) return false
    switch (expression['operator']) {
      case 'In':
      case 'NotIn':
        return count > 0
      case 'Exists':
      case 'DoesNotExist':
        return count === 0
      default:
        return false
    }
  })
}

export function selects(selector: JsonObject, labels: JsonObject): boolean {
  return (
    Object.entries(objectOf(selector['matchLabels'])).every(([key, value]) => labels[key] === value) &&
    objectsOf(selector['matchExpressions']).every((expression) => {
      const value = labels[String(expression['key'])]
      const values = arrayOf(expression['values'])
      switch (expression['operator']) {
        case 'In':
          return value !== undefined && values.includes(value)
        case 'NotIn':
          return value === undefined || !values.includes(value)
        case 'Exists':
          return value !== undefined
        default:
          return value === undefined
      }
    })
  )
}
