// How patches and applies fail.
import { describeManager, printed } from '@plumbline/schema'
import type { ApplyOutcome } from '@plumbline/schema'
import { StatusError } from './status-errors.ts'
import type { Status } from './status-errors.ts'
import { isObject } from './types.ts'

/**
 * What a patch makes that cannot be read is the patch's fault. Of strategic patches the patch itself is shown, as Go prints maps;
 * of others the result.
 */
export function invalidPatch(result: unknown, patch: unknown, isStrategic: boolean, problem: string): StatusError {
  const shown = isStrategic ? printGo(patch) : JSON.stringify(result, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))
  const message = `Invalid value: ${JSON.stringify(shown)}: ${problem}`
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: ` "" is invalid: patch: ${message}`,
    reason: 'Invalid',
    details: { causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }] },
    code: 422,
  })
}

/**
 * What Go's converter of unstructured objects says where its JSON decoder says something else. apimachinery `pkg/runtime/converter.go`
 * @param problem in the words of the decoder
 */
export function converterProblem(problem: string): string {
  const found = /^json: cannot unmarshal (array|object|string|bool|number)(?: (\S+))? into Go (?:struct field \S+|value) of type (.+)$/.exec(problem)
  if (found === null) return problem
  const [, given = '', number = '', type = ''] = found
  const isFraction = number.includes('.') || number.includes('e')
  const kind = { array: 'slice', object: 'map', number: isFraction ? 'float64' : 'int64' }[given] ?? given
  if (type.startsWith('[]')) return `cannot restore slice from ${kind}`
  if (type.startsWith('map[')) return `cannot restore map from ${kind}`
  if (given === 'number' && /^(?:u?int\d*|float64|string)$/.test(type)) return `cannot convert ${kind} to ${type}`
  if (/^(?:u?int\d*|float64|string|bool)$/.test(type)) return `unrecognized type: ${type}`
  return `cannot restore struct from: ${kind}`
}

/** Fields that others own, one cause each. */
export function conflictError(outcome: Extract<ApplyOutcome, { kind: 'conflict' }>): StatusError {
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: outcome.message,
    reason: 'Conflict',
    details: {
      causes: outcome.conflicts.map((entry) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${describeManager(entry)}`,
        field: entry.path,
      })),
    },
    code: 409,
  }
  return new StatusError(status)
}

/** A JSON value as Go's `%+v` prints it: keys in order, no quotes. */
function printGo(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(printGo).join(' ')}]`
  if (!isObject(value)) return printed(value)
  const members = Object.keys(value)
    .sort()
    .map((key) => `${key}:${printGo(value[key])}`)
  return `map[${members.join(' ')}]`
}
