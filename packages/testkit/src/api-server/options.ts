// Query parameters of writes.
import { invalid } from './status-errors.ts'
import { applyPatch } from './patch.ts'
import type { FieldValidation, WriteOptions } from './types.ts'
import type { ApiRequest } from './answers.ts'

const maxManagerBytes = 128

/** @throws {StatusError} 422 about CreateOptions, UpdateOptions or PatchOptions */
export function writeOptionsOf(
  { query, headers, user }: Pick<ApiRequest, 'query' | 'headers' | 'user'>,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  contentType = '',
): WriteOptions {
  const given = query.get('fieldManager') ?? ''
  const fieldValidation = query.get('fieldValidation') ?? ''
  const refuse = (path: string, type: 'Required' | 'Invalid' | 'TooLong' | 'NotSupported' | 'Forbidden', value: unknown, detail: string): never => {
    throw invalid({ group: 'meta.k8s.io', resource: kind }, '', [{ type, path, value, detail }])
  }
  if (contentType === applyPatch && given === '') refuse('fieldManager', 'Required', '', 'is required for apply patch')
  if (given.length > maxManagerBytes) refuse('fieldManager', 'TooLong', given, `may not be more than ${maxManagerBytes} bytes`)
  const odd = Array.from(given).findIndex((character) => !/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character))
  if (odd >= 0)
    refuse(
      'fieldManager',
      'Invalid',
      given,
      `invalid character U+${(Array.from(given)[odd]?.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')} (at position ${odd})`,
    )
  if (!['', 'Ignore', 'Strict', 'Warn'].includes(fieldValidation))
    refuse('fieldValidation', 'NotSupported', fieldValidation, 'supported values: "", "Ignore", "Strict", "Warn"')
  const dryRun = query.getAll('dryRun')
  const bad = dryRun.find((value) => value !== 'All')
  if (bad !== undefined) refuse('dryRun', 'NotSupported', bad === '' ? '' : dryRun, 'supported values: "All"')
  if (kind === 'PatchOptions' && query.has('force') && contentType !== applyPatch) refuse('force', 'Forbidden', '', 'may not be specified for non-apply patch')
  return {
    fieldManager: given === '' ? defaultManager(headers['user-agent']) : given,
    isManagerExplicit: given !== '',
    dryRun: dryRun.includes('All'),
    fieldValidation: (fieldValidation === '' ? 'Warn' : fieldValidation) as FieldValidation,
    force: query.get('force') === 'true',
    user,
    warnings: [],
  }
}

/** The part of the user agent before the first slash. */
function defaultManager(userAgent: string | undefined): string {
  const name = (userAgent ?? '').split('/')[0] ?? ''
  return name === '' ? 'unknown' : name.slice(0, maxManagerBytes)
}
