// Tokens of service accounts: JSON web tokens signed with a key of this cluster.
import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Storage } from '../storage.ts'
import { isObject, objectOf } from '../types.ts'
import type { Clock, JsonObject, KubeObject, UserInfo } from '../types.ts'
import { authenticated, serviceAccountGroups } from './users.ts'

export const defaultAudience = 'https://kubernetes.default.svc'

/** Issues and reads tokens. */
export interface TokenAuthority {
  issue(account: KubeObject, seconds: number, audiences: readonly string[], boundTo?: JsonObject): string
  /** The user of a token that is signed, current, and whose account is still the one it was made for. */
  userOf(token: string): UserInfo | undefined
}

export function createTokenAuthority(storage: Storage, clock: Clock): TokenAuthority {
  const key = randomBytes(32)
  const sign = (text: string): Buffer => createHmac('sha256', key).update(text).digest()
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return {
    issue({ metadata: { name = '', namespace = '', uid } }, seconds, audiences, boundTo) {
      const issuedAt = Math.floor(clock.now() / 1000)
      const claims = {
        aud: audiences,
        exp: issuedAt + seconds,
        iat: issuedAt,
        iss: defaultAudience,
        jti: randomUUID(),
        'kubernetes.io': { namespace, serviceaccount: { name, uid }, ...boundClaim(boundTo) },
        nbf: issuedAt,
        sub: `system:serviceaccount:${namespace}:${name}`,
      }
      const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`
      return `${text}.${sign(text).toString('base64url')}`
    },
    userOf(token) {
      const end = token.lastIndexOf('.')
      const signature = Buffer.from(token.slice(end + 1), 'base64url')
      const expected = sign(token.slice(0, Math.max(end, 0)))
      if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return undefined
      const claims = objectOf(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()))
      if (Number(claims['exp']) * 1000 <= clock.now()) return undefined
      const facts = objectOf(claims['kubernetes.io'])
      const { name, uid } = objectOf(facts['serviceaccount'])
      const { namespace } = facts
      if (typeof namespace !== 'string' || typeof name !== 'string' || typeof uid !== 'string') return undefined
      if (storage.get('serviceaccounts', namespace, name)?.object.metadata.uid !== uid) return undefined
      if (!isHeld(facts, namespace)) return undefined
      return {
        name: `system:serviceaccount:${namespace}:${name}`,
        uid,
        groups: [...serviceAccountGroups(namespace), authenticated],
        extra: { 'authentication.kubernetes.io/credential-id': [`JTI=${String(claims['jti'])}`] },
      }
    },
  }

  /** A token bound to an object ends with it. */
  function isHeld(facts: JsonObject, namespace: string): boolean {
    return (['pod', 'secret'] as const).every((kind) => {
      const bound = facts[kind]
      return !isObject(bound) || storage.get(`${kind}s`, namespace, String(bound['name']))?.object.metadata.uid === bound['uid']
    })
  }
}

function boundClaim(reference: JsonObject | undefined): JsonObject {
  if (reference === undefined) return {}
  return { [String(reference['kind']).toLowerCase()]: { name: reference['name'], uid: reference['uid'] } }
}
