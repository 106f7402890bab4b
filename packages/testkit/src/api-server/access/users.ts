// Users as the API server knows them, and what is fixed about their names and groups.
import type { UserInfo } from '../types.ts'

export const masters = 'system:masters'
export const authenticated = 'system:authenticated'
export const unauthenticated = 'system:unauthenticated'

export const administrator: UserInfo = { name: 'admin', groups: [masters, authenticated] }
export const anonymous: UserInfo = { name: 'system:anonymous', groups: [unauthenticated] }

/** Whether nothing is refused to a user. */
export function isMaster({ groups }: UserInfo): boolean {
  return groups.includes(masters)
}

/** Name and namespace of the service account behind a user name, or undefined. */
export function serviceAccountOf(user: string): { readonly namespace: string; readonly name: string } | undefined {
  const parts = user.split(':')
  const [system, kind, namespace, name] = parts
  if (parts.length !== 4 || system !== 'system' || kind !== 'serviceaccount' || !namespace || !name) return undefined
  return { namespace, name }
}

/** Groups every service account of a namespace is in. */
export function serviceAccountGroups(namespace: string): readonly string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
}
