// `Impersonate-*` headers: acting as somebody else, for those who may.
import { PlainError } from '../status-errors.ts'
import type { UserInfo } from '../types.ts'
import type { AccessAttributes } from './attributes.ts'
import type { Authorizer } from './rbac.ts'
import { requireAccess } from './refusals.ts'
import { anonymous, authenticated, serviceAccountGroups, serviceAccountOf, unauthenticated } from './users.ts'

/** Every value of each header, names in lower case. */
export type HeaderValues = Readonly<Record<string, readonly string[] | undefined>>

interface Persona {
  readonly kind: 'User' | 'ServiceAccount' | 'Group' | 'UserExtra' | 'UID'
  readonly namespace: string
  readonly name: string
  /** Key of an extra. */
  readonly key: string
}

const extraPrefix = 'impersonate-extra-'
const authenticationGroup = 'authentication.k8s.io'

/**
 * The user a request is carried out as.
 * @throws {StatusError} 403 when the caller may not act as that user, {PlainError} 500 when no user is named
 */
export function impersonated(caller: UserInfo, headers: HeaderValues, path: string, authorizer: Authorizer): UserInfo {
  const personas = personasOf(headers)
  if (personas.length === 0) return caller
  const name = headers['impersonate-user']?.[0] ?? ''
  if (name === '')
    throw new PlainError(
      500,
      `Internal Server Error: ${JSON.stringify(path)}: requested [${personas.map(referenceText).join(' ')}] without impersonating a user\n`,
    )
  for (const persona of personas) requireAccess(authorizer, { user: caller, verb: 'impersonate', path, resource: resourceOf(persona) })
  const extras = personas.filter(({ kind }) => kind === 'UserExtra')
  const uid = headers['impersonate-uid']?.[0]
  return {
    name,
    groups: groupsOf(
      name,
      personas.filter(({ kind }) => kind === 'Group').map((group) => group.name),
    ),
    ...(uid === undefined ? {} : { uid }),
    ...(extras.length === 0
      ? {}
      : {
          extra: Object.fromEntries(
            [...new Set(extras.map(({ key }) => key))].map((key) => [key, extras.filter((extra) => extra.key === key).map((extra) => extra.name)]),
          ),
        }),
  }
}

function personasOf(headers: HeaderValues): readonly Persona[] {
  const personas: Persona[] = []
  const user = headers['impersonate-user']?.[0] ?? ''
  const account = serviceAccountOf(user)
  if (account !== undefined) personas.push({ kind: 'ServiceAccount', ...account, key: '' })
  else if (user !== '') personas.push({ kind: 'User', namespace: '', name: user, key: '' })
  for (const name of headers['impersonate-group'] ?? []) personas.push({ kind: 'Group', namespace: '', name, key: '' })
  for (const [header, values] of Object.entries(headers)) {
    if (!header.startsWith(extraPrefix)) continue
    for (const name of values ?? []) personas.push({ kind: 'UserExtra', namespace: '', name, key: decoded(header.slice(extraPrefix.length)) })
  }
  for (const name of headers['impersonate-uid'] ?? []) personas.push({ kind: 'UID', namespace: '', name, key: '' })
  return personas
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}

function resourceOf({ kind, namespace, name, key }: Persona): NonNullable<AccessAttributes['resource']> {
  const inCore = (plural: string): NonNullable<AccessAttributes['resource']> => ({ group: '', plural, subresource: '', namespace, name })
  switch (kind) {
    case 'User':
      return inCore('users')
    case 'ServiceAccount':
      return inCore('serviceaccounts')
    case 'Group':
      return inCore('groups')
    case 'UserExtra':
      return { group: authenticationGroup, plural: 'userextras', subresource: key, namespace: '', name }
    case 'UID':
      return { group: authenticationGroup, plural: 'uids', subresource: '', namespace: '', name }
  }
}

/** The seven members of an ObjectReference, as Go prints a struct. */
function referenceText({ kind, namespace, name, key }: Persona): string {
  const apiVersion = kind === 'UserExtra' || kind === 'UID' ? `${authenticationGroup}/v1` : ''
  return `{${[kind, namespace, name, '', apiVersion, '', key].join(' ')}}`
}

function groupsOf(name: string, asked: readonly string[]): readonly string[] {
  const account = serviceAccountOf(name)
  const groups = asked.length === 0 && account !== undefined ? [...serviceAccountGroups(account.namespace)] : [...asked]
  if (groups.includes(authenticated) || groups.includes(unauthenticated)) return groups
  return [...groups, name === anonymous.name ? unauthenticated : authenticated]
}
