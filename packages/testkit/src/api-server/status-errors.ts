// Errors as Status objects, worded as kube-apiserver words them
// (https://github.com/kubernetes/kubernetes/blob/v1.34.4/staging/src/k8s.io/apimachinery/pkg/api/errors/errors.go).
import type { JsonObject } from './types.ts'

export interface StatusCause {
  reason?: string
  message: string
  field?: string
}

export interface Status {
  kind: 'Status'
  apiVersion: 'v1'
  metadata: JsonObject
  status: 'Success' | 'Failure'
  message?: string
  reason?: string
  details?: { name?: string; group?: string; kind?: string; uid?: string; causes?: StatusCause[]; retryAfterSeconds?: number }
  code?: number
}

export interface GroupResource {
  readonly group: string
  /** A plural for most errors, a Kind for validation errors. */
  readonly resource: string
}

/** A refusal of the API server. `status.code` is the HTTP status. */
export class StatusError extends Error {
  /** What the write had to say before it failed. */
  readonly warnings: string[] = []
  readonly status: Status
  constructor(status: Status) {
    super(status.message ?? status.reason ?? 'failure')
    this.name = 'StatusError'
    this.status = status
  }
  get code(): number {
    return this.status.code ?? 500
  }
  get reason(): string {
    return this.status.reason ?? ''
  }
}

/** A refusal that is not a Status: plain text, as unknown paths get. */
export class PlainError extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

/** What unknown paths get. */
export function plainNotFound(): PlainError {
  return new PlainError(404, '404 page not found\n')
}

/** One violated rule of a field, before it becomes a cause. */
export interface FieldError {
  readonly type: 'Required' | 'Invalid' | 'TypeInvalid' | 'NotSupported' | 'TooLong' | 'TooMany' | 'Duplicate' | 'Forbidden' | 'NotFound' | 'Internal'
  readonly path: string
  readonly value?: unknown
  /** Whether the text leaves the value out although errors of the type show it. */
  readonly isValueOmitted?: boolean
  readonly detail: string
}

function failure(code: number, reason: string, message: string, details?: Status['details']): StatusError {
  const status: Status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message }
  if (reason !== '') status.reason = reason
  if (details !== undefined) status.details = details
  status.code = code
  return new StatusError(status)
}

function detailsOf({ group, resource }: GroupResource, name: string): NonNullable<Status['details']> {
  return { ...(name === '' ? {} : { name }), ...(group === '' ? {} : { group }), kind: resource }
}

export function qualifiedName({ group, resource }: GroupResource): string {
  return group === '' ? resource : `${resource}.${group}`
}

export function notFound(resource: GroupResource, name: string): StatusError {
  return failure(404, 'NotFound', `${qualifiedName(resource)} "${name}" not found`, detailsOf(resource, name))
}

export function alreadyExists(resource: GroupResource, name: string, prefix = ''): StatusError {
  return failure(409, 'AlreadyExists', `${prefix}${qualifiedName(resource)} "${name}" already exists`, detailsOf(resource, name))
}

export function conflict(resource: GroupResource, name: string, why: string): StatusError {
  return failure(409, 'Conflict', `Operation cannot be fulfilled on ${qualifiedName(resource)} "${name}": ${why}`, detailsOf(resource, name))
}

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again'

export function forbidden(resource: GroupResource, name: string, why: string): StatusError {
  const message = name === '' ? `${qualifiedName(resource)} is forbidden: ${why}` : `${qualifiedName(resource)} "${name}" is forbidden: ${why}`
  return failure(403, 'Forbidden', message, detailsOf(resource, name))
}

export function badRequest(message: string): StatusError {
  return failure(400, 'BadRequest', message)
}

/** A failure without a reason, as errors the server did not expect come out. */
export function internalFailure(message: string): StatusError {
  return failure(500, '', message)
}

export function internalError(message: string): StatusError {
  return failure(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] })
}

export function unauthorized(): StatusError {
  return failure(401, 'Unauthorized', 'Unauthorized')
}

export function unknownResource(): StatusError {
  return failure(404, 'NotFound', 'the server could not find the requested resource', {})
}

export function methodNotAllowed(): StatusError {
  return failure(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {})
}

export function methodNotSupported(resource: GroupResource, action: string): StatusError {
  return failure(405, 'MethodNotAllowed', `${action} is not supported on resources of kind "${qualifiedName(resource)}"`, detailsOf(resource, ''))
}

export function notAcceptable(available: readonly string[]): StatusError {
  return failure(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${available.join(', ')}`, {})
}

/** What a form such as `as=Gadget` gets, and any form that a custom resource does not come in. */
export function notTransformable(available: readonly string[]): StatusError {
  return failure(406, 'NotAcceptable', `only the following media types are accepted: ${available.join(', ')}`)
}

export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`
  return failure(415, 'UnsupportedMediaType', message)
}

export function requestTooLarge(limit: number): StatusError {
  return failure(413, 'RequestEntityTooLarge', `Request entity is too large: limit is ${limit}`)
}

export function expired(message: string): StatusError {
  return failure(410, 'Expired', message)
}

export function versionTooLarge(requested: string, current: number): StatusError {
  return failure(504, 'Timeout', `Timeout: Too large resource version: ${requested}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  })
}

export function tooManyRequests(message: string, retryAfterSeconds: number): StatusError {
  return failure(429, 'TooManyRequests', message, retryAfterSeconds > 0 ? { retryAfterSeconds } : {})
}

const REASONS: Readonly<Record<FieldError['type'], readonly [reason: string, text: string]>> = {
  Required: ['FieldValueRequired', 'Required value'],
  Invalid: ['FieldValueInvalid', 'Invalid value'],
  TypeInvalid: ['FieldValueTypeInvalid', 'Invalid value'],
  NotSupported: ['FieldValueNotSupported', 'Unsupported value'],
  TooLong: ['FieldValueTooLong', 'Too long'],
  TooMany: ['FieldValueTooMany', 'Too many'],
  Duplicate: ['FieldValueDuplicate', 'Duplicate value'],
  Forbidden: ['FieldValueForbidden', 'Forbidden'],
  NotFound: ['FieldValueNotFound', 'Not found'],
  Internal: ['InternalError', 'Internal error'],
}

/** A generated name that is taken: another try may have another. */
export function generatedNameConflict(resource: GroupResource, name: string): StatusError {
  const message = `${qualifiedName(resource)} ${JSON.stringify(name)} already exists, the server was not able to generate a unique name for the object`
  return failure(409, 'AlreadyExists', message, { ...detailsOf(resource, name), retryAfterSeconds: 1 })
}

/** 422 with one cause a field. `resource.resource` is the Kind here. */
export function invalid(resource: GroupResource, name: string, errors: readonly FieldError[]): StatusError {
  const causes = errors.map((error) => ({ reason: REASONS[error.type][0], message: bodyOf(error), field: error.path }))
  const texts = [...new Set(errors.map((error) => `${error.path}: ${bodyOf(error)}`))]
  const joined = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`
  const details = { ...detailsOf(resource, name), ...(causes.length > 0 ? { causes } : {}) }
  return failure(422, 'Invalid', `${qualifiedName(resource)} "${name}" is invalid${errors.length === 0 ? '' : `: ${joined}`}`, details)
}

function bodyOf(error: FieldError): string {
  const [, text] = REASONS[error.type]
  const hasValue =
    error.isValueOmitted !== true &&
    !['Required', 'Forbidden', 'TooLong', 'Internal'].includes(error.type) &&
    (error.type !== 'TooMany' || error.value !== undefined)
  const head = hasValue ? `${text}: ${quoteValue(error.value)}` : text
  return error.detail === '' ? head : `${head}: ${error.detail}`
}

// Follows field.Error.ErrorBody: strings quoted, scalars bare, nil as `null`; composite values have Go's own notation, which JSON stands in for.
function quoteValue(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return quoteGo(value)
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  // As Go writes JSON, fit for HTML.
  return JSON.stringify(value).replaceAll(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
}

/** A string as Go's `%q` prints it. */
export function quoteGo(text: string): string {
  let quoted = '"'
  for (const char of text) quoted += quoteChar(char)
  return `${quoted}"`
}

function quoteChar(char: string): string {
  const code = char.codePointAt(0) ?? 0
  if (char === '"' || char === '\\') return `\\${char}`
  if (code === 10) return '\\n'
  if (code === 9) return '\\t'
  if (code === 13) return '\\r'
  if (code === 7) return '\\a'
  if (code === 8) return '\\b'
  if (code === 11) return '\\v'
  if (code === 12) return '\\f'
  if (code < 32 || code === 127) return `\\x${code.toString(16).padStart(2, '0')}`
  return char
}
