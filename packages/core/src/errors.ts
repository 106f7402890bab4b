// Coded errors: one base, one subclass per stage. `docs/errors.md` has a row for each code.

/** Every code an error of Plumbline can carry. */
export type ErrorCode =
  | 'CANCELLED'
  | 'CONFIG_INVALID'
  | 'SOURCE_AUTH'
  | 'SOURCE_NOT_FOUND'
  | 'SOURCE_REVISION'
  | 'SOURCE_PATH'
  | 'SOURCE_LIMIT'
  | 'SOURCE_UNREACHABLE'
  | 'RENDER_FAILED'
  | 'RENDER_LIMIT'
  | 'PLAN_INVALID'
  | 'PLAN_STALE'
  | 'APPLY_CONFLICT'
  | 'APPLY_REFUSED'
  | 'APPLY_TIMEOUT'
  | 'CLUSTER_UNREACHABLE'
  | 'CLUSTER_REFUSED'

/** Details shared by every error. */
export interface ErrorDetails {
  /** What it is about: an application, a file, a resource. */
  readonly subject?: string
  /** Whether trying again later can help. Default: false. */
  readonly retryable?: boolean
  readonly cause?: unknown
}

const brand = Symbol.for('plumbline.error')

/** Base of all errors thrown by Plumbline. */
export class PlumblineError extends Error {
  readonly code: ErrorCode
  readonly subject: string | undefined
  readonly retryable: boolean

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.code = code
    this.subject = details.subject
    this.retryable = details.retryable ?? false
    Object.defineProperty(this, brand, { value: true })
  }
}

/** A source could not be resolved or read. */
export class SourceError extends PlumblineError {}
/** Files could not be turned into manifests. */
export class RenderError extends PlumblineError {}
/** A plan could not be made or is out of date. */
export class PlanError extends PlumblineError {}
/** A plan could not be carried out. */
export class ApplyError extends PlumblineError {}
/** Settings, kubeconfigs or resources that are not what they should be. */
export class ConfigError extends PlumblineError {}

/** The API server refused a request; `status` is its HTTP status, `reason` the reason of its Status object. */
export class ClusterError extends PlumblineError {
  readonly status: number
  readonly reason: string

  constructor(message: string, status: number, reason: string, details: ErrorDetails = {}) {
    const isReachable = status > 0
    super(isReachable ? 'CLUSTER_REFUSED' : 'CLUSTER_UNREACHABLE', message, { retryable: !isReachable || status >= 500 || status === 429, ...details })
    this.status = status
    this.reason = reason
  }
}

/** Whether a value is an error of Plumbline, also when two copies of the package are loaded. */
export function isPlumblineError(value: unknown): value is PlumblineError {
  return typeof value === 'object' && value !== null && (value as { [brand]?: unknown })[brand] === true
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
