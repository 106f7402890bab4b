// Who gets in, and what they may do there.
import { startCluster } from '@plumbline/testkit'
import type { Cluster } from '@plumbline/testkit'
import { request } from 'undici'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const configMaps = '/api/v1/namespaces/default/configmaps'
const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/default'

interface Answer {
  readonly status: number
  readonly body: { readonly message?: string; readonly status?: Record<string, never> & { token?: string; allowed?: boolean; reason?: string } }
}

describe('access', () => {
  let cluster: Cluster
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
    const answer = await request(cluster.url + path, {
      method: method as 'GET',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${cluster.token}`, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: answer.statusCode, body: (await answer.body.json()) as Answer['body'] }
  }
  const role = (name: string, rules: readonly object[]): object => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name },
    rules,
  })
  const bind = (name: string, subject: object): object => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
    subjects: [subject],
  })
  beforeAll(async () => {
    cluster = await startCluster({ controllers: false, authorization: 'rbac' })
  })
  afterAll(() => cluster.close())

  it('is refused without a token, and with a wrong one', async () => {
    expect((await call('GET', configMaps, undefined, { authorization: '' })).body.message).toBe(
      'configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" in API group "" in the namespace "default"',
    )
    expect((await call('GET', configMaps, undefined, { authorization: 'Bearer wrong' })).status).toBe(401)
    expect((await call('GET', '/version', undefined, { authorization: '' })).status).toBe(200)
  })

  it('is open to everyone unless asked for, but a wrong token is wrong all the same', async () => {
    await using open = await startCluster({ controllers: false })
    const status = async (headers: Record<string, string>): Promise<number> => {
      const answer = await request(open.url + configMaps, { headers })
      await answer.body.dump()
      return answer.statusCode
    }
    expect(await status({})).toBe(200)
    expect(await status({ authorization: 'Bearer wrong' })).toBe(401)
    expect(await status({ 'impersonate-user': 'eve' })).toBe(403)
  })

  it('follows roles and bindings, with the reason', async () => {
    await call('POST', `${rbac}/roles`, role('reader', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }]))
    await call('POST', `${rbac}/rolebindings`, bind('reader', { kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'team' }))
    const ann = { 'impersonate-user': 'ann', 'impersonate-group': 'team' }
    expect((await call('GET', configMaps, undefined, ann)).status).toBe(200)
    expect((await call('DELETE', configMaps, undefined, ann)).body.message).toContain('User "ann" cannot deletecollection resource "configmaps"')
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' }
    const asked = { ...review, spec: { resourceAttributes: { namespace: 'default', verb: 'get', resource: 'configmaps' } } }
    expect((await call('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', asked, ann)).body.status).toEqual({
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "reader/default" of Role "reader" to Group "team"',
    })
  })

  it('is not granted by those who lack it', async () => {
    await call('POST', `${rbac}/roles`, role('author', [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['create'] }]))
    await call('POST', `${rbac}/rolebindings`, bind('author', { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'bob' }))
    const more = role('more', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }])
    const { status, body } = await call('POST', `${rbac}/roles`, more, { 'impersonate-user': 'bob' })
    expect(status).toBe(403)
    expect(body.message).toContain('{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}')
  })

  it('is had by service accounts through tokens that end with them', async () => {
    const accounts = '/api/v1/namespaces/default/serviceaccounts'
    await call('POST', accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'bot' } })
    await call('POST', `${rbac}/rolebindings`, { ...bind('reader', { kind: 'ServiceAccount', name: 'bot', namespace: 'default' }), metadata: { name: 'bot' } })
    const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} }
    const { body } = await call('POST', `${accounts}/bot/token`, asked)
    const bot = { authorization: `Bearer ${body.status?.token ?? ''}` }
    expect((await call('GET', configMaps, undefined, bot)).status).toBe(200)
    expect((await call('GET', configMaps, undefined, { ...bot, 'impersonate-user': 'ann' })).body.message).toContain('cannot impersonate resource "users"')
    await call('DELETE', `${accounts}/bot`)
    expect((await call('GET', configMaps, undefined, bot)).status).toBe(401)
  })
})
