// How patches and applies fail.
import { describeManager } from '@plumbline/schema'
import type { ApplyOutcome } from '@plumbline/schema'
import { StatusError } from './status-errors.ts'
import type { Status } from './status-errors.ts'

/** What a patch makes that cannot be read is the patch's fault. */
export function invalidPatch(result: unknown, problem: string): StatusError {
  const shown = JSON.stringify(result, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value))
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
