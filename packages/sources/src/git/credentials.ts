// Credentials of repositories, given by the caller for a URL.

/** Username and password, or a bearer token. */
export interface GitCredentials {
  readonly username?: string
  readonly password?: string
  readonly bearerToken?: string
}

/** Asked once for each remote request. */
export type CredentialsOf = (url: string) => GitCredentials | undefined | Promise<GitCredentials | undefined>

/** The `Authorization` header, or undefined. */
export function authorizationOf(credentials: GitCredentials | undefined): string | undefined {
  if (credentials?.bearerToken !== undefined) return `Bearer ${credentials.bearerToken}`
  if (credentials?.username === undefined && credentials?.password === undefined) return undefined
  return `Basic ${Buffer.from(`${credentials.username ?? ''}:${credentials.password ?? ''}`).toString('base64')}`
}
