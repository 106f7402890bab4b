// What every part of the server works with.
import type { Authorizer } from './access/rbac.ts'
import type { TokenAuthority } from './access/tokens.ts'
import type { ClusterApi } from './cluster-api.ts'
import type { Discovery } from './discovery.ts'
import type { Facts } from './facts.ts'
import type { OpenApi } from './openapi.ts'
import type { Registry } from './resources.ts'
import type { Storage } from './storage.ts'
import type { Clock } from './types.ts'
import type { Writer } from './write.ts'

/** Text of a container's log, by pod; undefined when there is none. */
export type LogProvider = (pod: { readonly namespace: string; readonly name: string; readonly container: string }) => string | undefined

export interface ApiContext {
  readonly storage: Storage
  readonly registry: Registry
  readonly facts: Facts
  readonly writer: Writer
  readonly discovery: Discovery
  readonly openapi: OpenApi
  readonly api: ClusterApi
  readonly clock: Clock
  readonly logs: LogProvider
  readonly authorizer: Authorizer
  readonly tokens: TokenAuthority
  /** Whether a bearer token is the administrator's. */
  readonly isAdministrator: (token: string) => boolean
}
