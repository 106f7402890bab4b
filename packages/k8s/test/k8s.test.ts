import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createCluster, createHttpClient, ensureDefaultProject, installDefinitions, loadKubeconfig, parseKubeconfig } from '@plumbline/k8s'
import { startCluster } from '@plumbline/testkit'
import type { Cluster } from '@plumbline/testkit'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

const config = (changes: object = {}): string =>
  JSON.stringify({
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
    clusters: [{ name: 'k', cluster: { server: 'https://k.example.com/' } }],
    users: [{ name: 'u', user: { token: 't' } }],
    ...changes,
  })

describe('a kubeconfig', () => {
  it('says where and how', async () => {
    const access = await parseKubeconfig(config())
    expect(access.server).toBe('https://k.example.com')
    expect(await access.headers()).toEqual({ authorization: 'Bearer t' })
  })

  it.each<[what: string, text: string, message: RegExp]>([
    ['no map', '- a', /expected a map/],
    ['broken', 'a: [', /kubeconfig/],
    ['without a context', config({ 'current-context': undefined }), /no current-context is set/],
    ['with a context that is not there', config({ 'current-context': 'x' }), /there is no context named x/],
    ['with a cluster that is not there', config({ clusters: [] }), /there is no cluster named k/],
    ['with a user that is not there', config({ users: [] }), /there is no user named u/],
    ['without a server', config({ clusters: [{ name: 'k', cluster: {} }] }), /cluster k has no server/],
    [
      'with a certificate that is not there',
      config({ clusters: [{ name: 'k', cluster: { server: 'https://k', 'certificate-authority': '/nowhere/ca.pem' } }] }),
      /certificate-authority/,
    ],
  ])('%s is refused, and named', async (_what, text, message) => {
    await expect(parseKubeconfig(text, { file: 'my.kubeconfig' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message) as string,
    })
    await expect(parseKubeconfig(text, { file: 'my.kubeconfig' })).rejects.toThrow(/my\.kubeconfig/)
  })

  it('that cannot be read is named', async () => {
    await expect(loadKubeconfig('/nowhere/kubeconfig')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('/nowhere/kubeconfig') as string,
    })
  })

  it('finds files beside it', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'plumbline-k8s-'))
    await writeFile(join(dir, 'token'), 'from-file\n')
    await writeFile(join(dir, 'kubeconfig'), config({ users: [{ name: 'u', user: { tokenFile: 'token' } }] }))
    expect(await (await loadKubeconfig(join(dir, 'kubeconfig'))).headers()).toEqual({ authorization: 'Bearer from-file' })
    await rm(dir, { recursive: true })
  })
})

describe('a cluster', () => {
  let embedded: Cluster
  beforeAll(async () => {
    embedded = await startCluster({ controllers: false })
  })
  afterAll(() => embedded.close())
  const configMap = (name: string, value: string): { apiVersion: string; kind: string; metadata: { name: string; namespace: string }; data: object } => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data: { value },
  })
  const id = (name: string): { group: string; kind: string; namespace: string; name: string } => ({ group: '', kind: 'ConfigMap', namespace: 'default', name })

  it('is written and read', async () => {
    const cluster = createCluster(await parseKubeconfig(embedded.kubeconfig()))
    await cluster.apply(configMap('a', '1'), { fieldManager: 'test', force: true })
    expect(await cluster.get(id('a'))).toMatchObject({ data: { value: '1' } })
    expect(await cluster.get(id('none'))).toBeUndefined()
    expect(await cluster.delete(id('a'))).toBe(true)
    expect(await cluster.delete(id('a'))).toBe(false)
    await expect(cluster.create({ ...configMap('Bad', '1') }, { fieldManager: 'test' })).rejects.toMatchObject({ status: 422, reason: 'Invalid' })
    expect(await cluster.resourceOf({ group: 'apps', kind: 'Deployment' })).toMatchObject({ plural: 'deployments', isNamespaced: true })
    expect(await cluster.resourceOf({ group: 'x', kind: 'Y' })).toBeUndefined()
    expect((await cluster.facts()).apiVersions).toContain('apps/v1/Deployment')
    await cluster.close()
  })

  it('is watched: what changes is known without asking, also after the connection was lost', async () => {
    const cluster = createCluster(await parseKubeconfig(embedded.kubeconfig()))
    await cluster.live.observe([{ group: '', kind: 'ConfigMap' }])
    embedded.api.create(configMap('w', '1'))
    await vi.waitFor(() => expect(cluster.live.get(id('w'))).toBeDefined())
    embedded.dropConnections()
    embedded.api.create(configMap('x', '1'))
    embedded.api.delete({ group: '', plural: 'configmaps' }, 'default', 'w')
    await vi.waitFor(
      () => {
        expect(cluster.live.get(id('x'))).toBeDefined()
        expect(cluster.live.get(id('w'))).toBeUndefined()
      },
      { timeout: 10_000 },
    )
    await cluster.close()
  })

  it('gets its definitions once', async () => {
    const cluster = createCluster(await parseKubeconfig(embedded.kubeconfig()))
    await installDefinitions(cluster)
    await installDefinitions(cluster)
    await ensureDefaultProject(cluster, 'argocd')
    expect(embedded.api.get({ group: 'argoproj.io', plural: 'appprojects' }, 'argocd', 'default')).toBeDefined()
    await cluster.close()
  })

  it('is asked again for what it was too busy for, and not for what would be done twice', async () => {
    const http = createHttpClient(await parseKubeconfig(embedded.kubeconfig()))
    embedded.faults.add({ times: 2, status: 429, retryAfterSeconds: 0 })
    await http.json({ method: 'GET', path: '/api/v1/namespaces/default/configmaps' })
    embedded.faults.add({ times: 1, drop: 'before' })
    await http.json({ method: 'GET', path: '/api/v1/namespaces/default/configmaps' })
    embedded.faults.add({ times: 1, drop: 'after', matches: ({ method }) => method === 'POST' })
    await expect(
      http.json({ method: 'POST', path: '/api/v1/namespaces/default/configmaps', body: JSON.stringify(configMap('once', '1')) }),
    ).rejects.toMatchObject({ reason: 'Unreachable' })
    await http.close()
  })

  it('that is not there is said to be unreachable', async () => {
    const http = createHttpClient(await parseKubeconfig(config({ clusters: [{ name: 'k', cluster: { server: 'http://127.0.0.1:1' } }] })))
    await expect(http.json({ method: 'GET', path: '/version' })).rejects.toThrow(/the API server at http:\/\/127\.0\.0\.1:1 cannot be reached/)
    await http.close()
  })
})
