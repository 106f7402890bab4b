// Who calls: by bearer token, by client certificate, or nobody in particular.
import { timingSafeEqual } from 'node:crypto'
import { unauthorized } from '../status-errors.ts'
import type { UserInfo } from '../types.ts'
import type { TokenAuthority } from './tokens.ts'
import { administrator, anonymous, authenticated } from './users.ts'

/** Subject of a client certificate by the cluster's authority. */
export interface CertificateSubject {
  readonly commonName: string
  readonly organizations: readonly string[]
}

export interface AuthenticationOptions {
  /** Bearer token of the administrator. */
  readonly token: string
  readonly tokens: TokenAuthority
  /** Whether a caller without credentials is the administrator. */
  readonly isOpen: boolean
}

/** @throws {StatusError} 401 for credentials that are wrong */
export function authenticate(authorization: string | undefined, certificate: CertificateSubject | undefined, options: AuthenticationOptions): UserInfo {
  if (certificate !== undefined) return { name: certificate.commonName, groups: [...certificate.organizations, authenticated] }
  const token = /^bearer +(\S+)/i.exec(authorization ?? '')?.[1]
  if (token === undefined) return options.isOpen ? administrator : anonymous
  if (isSame(token, options.token)) return administrator
  const user = options.tokens.userOf(token)
  if (user === undefined) throw unauthorized()
  return user
}

function isSame(given: string, expected: string): boolean {
  const a = Buffer.from(given)
  const b = Buffer.from(expected)
  return a.length === b.length && timingSafeEqual(a, b)
}
