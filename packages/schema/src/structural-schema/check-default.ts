// Whether the default of a schema fits the schema.
import { isSame } from '../values.ts'
import type { JsonMap } from '../values.ts'
import { pruneObject } from './prune.ts'
import { validateStructural } from './validate.ts'
import type { FieldProblem } from './validate.ts'

/** Problems of a default: it has to be valid, and to keep nothing that pruning would drop. */
export function defaultProblems(schema: JsonMap, path: string): FieldProblem[] {
  const value = schema['default']
  if (value === undefined || value === null) return []
  const at = `${path}.default`
  const { default: _default, ...rules } = schema
  const { object } = pruneObject({ value }, { type: 'object', properties: { value: rules } })
  if (!isSame((object as JsonMap)['value'], value)) return [{ type: 'Invalid', path: at, value, detail: 'must not have unknown fields' }]
  // Findings are about the default, which has no name of its own in the texts.
  return validateStructural(value, rules).map((problem) => ({ ...problem, path: problem.path === '' ? at : `${at}.${problem.path}` }))
}
