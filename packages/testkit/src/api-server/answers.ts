// Requests and answers without their transport.
import type { AnswerForm } from './accept.ts'
import type { ResourceType } from './resource-type.ts'
import type { UserInfo } from './types.ts'

/** A request without its transport. */
export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
  /** Who calls, or the user the caller acts as. */
  readonly user: UserInfo
}

/** An answer. `body` is a value to serialise, or a text with its own type. */
export interface ApiAnswer {
  readonly status: number
  readonly body?: unknown
  readonly text?: { readonly content: string | Buffer; readonly type: string }
  readonly form?: AnswerForm
  readonly headers?: Readonly<Record<string, string>>
  readonly warnings?: readonly string[]
}

/** A watch that the transport has to open. */
export interface WatchAnswer {
  readonly watch: { readonly type: ResourceType; readonly namespace: string | undefined; readonly form: AnswerForm; readonly query: URLSearchParams }
}
