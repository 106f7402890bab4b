// What the two sides of a rendering thread say to each other. Everything here can be cloned between threads.
import { isPlumblineError, RenderError, SourceError } from '@plumbline/core'
import type { ErrorCode, RenderRequest, RenderResult, SourceTree } from '@plumbline/core'

/** A request without what only the other side has: its trees are numbers, 0 its own. */
export interface PlainRequest extends Omit<RenderRequest, 'tree' | 'references' | 'remotes' | 'signal'> {
  readonly tree: PlainTree
  readonly references: readonly (readonly [name: string, tree: PlainTree])[]
  /** Whether single files are served by URL; undefined when nothing elsewhere is read. */
  readonly servesFiles?: boolean
}

/** A tree that the other side has. */
export interface PlainTree {
  readonly number: number
  readonly revision: string
}

/** What a thread asks of the side that has the trees. */
export type Question =
  | { readonly ask: keyof Pick<SourceTree, 'read' | 'list' | 'entry'>; readonly tree: number; readonly path: string }
  | { readonly ask: 'repository'; readonly repoURL: string; readonly targetRevision: string }
  | { readonly ask: 'file'; readonly url: string }

/** To a thread. */
export type ToThread =
  | { readonly type: 'render'; readonly job: number; readonly renderer: number; readonly request: PlainRequest }
  | { readonly type: 'answer'; readonly number: number; readonly outcome: Outcome<unknown> }
  | { readonly type: 'abort' }

/** From a thread. A rendering that failed may have left questions: `job` tells whose they were. */
export type FromThread =
  | { readonly type: 'question'; readonly job: number; readonly number: number; readonly question: Question }
  | { readonly type: 'done'; readonly outcome: Outcome<RenderResult> }
  | { readonly type: 'ready' }

/** A value, or what went wrong. */
export type Outcome<T> = { readonly value: T } | { readonly error: PlainError }

interface PlainError {
  readonly kind: 'render' | 'source' | 'other'
  readonly message: string
  readonly code?: ErrorCode
  readonly subject?: string
  readonly retryable?: boolean
}

/** The outcome of work. */
export async function outcomeOf<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work() }
  } catch (error) {
    return { error: plainErrorOf(error) }
  }
}

/** @throws what went wrong on the other side */
export function valueOf<T>(outcome: Outcome<T>): T {
  if ('value' in outcome) return outcome.value
  const { kind, message, code, subject, retryable } = outcome.error
  const details = { ...(subject === undefined ? {} : { subject }), ...(retryable === undefined ? {} : { retryable }) }
  if (kind === 'source') throw new SourceError(code ?? 'SOURCE_UNREACHABLE', message, details)
  if (kind === 'render') throw new RenderError(code ?? 'RENDER_FAILED', message, details)
  throw new Error(message)
}

function plainErrorOf(error: unknown): PlainError {
  if (!isPlumblineError(error)) return { kind: 'other', message: error instanceof Error ? error.message : String(error) }
  const { code, message, subject, retryable } = error
  return { kind: code.startsWith('SOURCE_') ? 'source' : 'render', code, message, retryable, ...(subject === undefined ? {} : { subject }) }
}
