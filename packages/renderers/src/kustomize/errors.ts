// Problems of a kustomization.

/** What kind of problem. `KUSTOMIZE_LIMIT` is a bound that was reached, `KUSTOMIZE_FETCH` a place elsewhere that could not be read; all others are mistakes in the files. */
export type KustomizeErrorCode = 'KUSTOMIZE_INVALID' | 'KUSTOMIZE_PATH' | 'KUSTOMIZE_LIMIT' | 'KUSTOMIZE_FETCH' | 'KUSTOMIZE_UNSUPPORTED'

/** Thrown by everything in this folder. The message reads like that of Kustomize: outermost step first, cause last. */
export class KustomizeError extends Error {
  readonly code: KustomizeErrorCode

  constructor(message: string, code: KustomizeErrorCode = 'KUSTOMIZE_INVALID', cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'KustomizeError'
    this.code = code
  }
}

/** The same problem, with what was being done in front. */
export function within(step: string, error: unknown): KustomizeError {
  const message = `${step}: ${messageOf(error)}`
  return new KustomizeError(message, error instanceof KustomizeError ? error.code : 'KUSTOMIZE_INVALID', error)
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
