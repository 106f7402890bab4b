// The commands about one application: against a cluster, and between two commits.
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { installDefinitions, createCluster, ensureDefaultProject, loadKubeconfig } from '@plumbline/k8s'
import { startCluster, startGitServer } from '@plumbline/testkit'
import type { Cluster, GitServer } from '@plumbline/testkit'
import '@plumbline/testkit/vitest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from './lib/run.ts'

const web = (replicas: number): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1"}]}
`
const secret = (value: string): string => `apiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {password: ${value}}\n`
const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: "1"}\n'
const application = (repoURL: string, more = ''): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  project: default
  source: {repoURL: "${repoURL}", targetRevision: main, path: shop}
  destination: {server: "https://kubernetes.default.svc", namespace: shop}
  syncPolicy: {syncOptions: [CreateNamespace=true]}
${more}`

describe('an application of a cluster', () => {
  let cluster: Cluster
  let git: GitServer
  let dir: string
  let repoURL: string
  const of = (command: string, ...rest: string[]): Promise<Awaited<ReturnType<typeof run>>> =>
    run(command, 'shop', ...rest, '--kubeconfig', cluster.kubeconfigFile ?? '')
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'plumbline-inspect-'))
    cluster = await startCluster({ dir })
    git = await startGitServer()
    repoURL = await git.createRepository('shop')
    await git.commit('shop', { 'shop/web.yaml': web(1), 'shop/settings.yaml': config, 'shop/key.yaml': secret('first') })
    const client = createCluster(await loadKubeconfig(cluster.kubeconfigFile ?? ''))
    await installDefinitions(client)
    await ensureDefaultProject(client, 'argocd')
    await client.close()
    await cluster.apply({ yaml: application(repoURL, '  ignoreDifferences: [{kind: Deployment, group: apps, jsonPointers: [/spec/minReadySeconds]}]\n') })
  })
  afterAll(async () => {
    await git.close()
    await cluster.close()
    await rm(dir, { recursive: true })
  })

  it('is planned, synced, and then in sync', async () => {
    expect(await of('diff')).toMatchObject({ status: 1, out: expect.stringContaining('=== Deployment/shop/web (new)') as string })
    expect((await of('plan')).out).toMatch(/create Namespace\/shop[\s\S]*create Deployment\/shop\/web/)
    // The server would refuse what is to live in a namespace that is not there, so it is not asked, and nothing is made.
    expect(await of('sync', '--dry-run')).toMatchObject({
      status: 0,
      out: expect.stringContaining('Deployment/shop/web: would be created (dry run): nobody can be asked before there is the namespace shop') as string,
    })
    expect(cluster).not.toHaveResource('ns', 'shop')
    const synced = await of('sync')
    expect(synced.out).toMatch(/Sync, wave 0[\s\S]*Deployment\/shop\/web: deployment\.apps\/web created[\s\S]*Succeeded: /)
    expect(synced.status).toBe(0)
    expect(cluster).toHaveResource('deploy', 'web', { namespace: 'shop' })
    expect(await of('diff')).toMatchObject({ status: 0, out: '' })
  })

  it('differs from a work tree, and says why', async () => {
    await mkdir(join(dir, 'tree', 'shop'), { recursive: true })
    await writeFile(join(dir, 'tree', 'shop', 'web.yaml'), web(3))
    await writeFile(join(dir, 'tree', 'shop', 'key.yaml'), secret('second'))
    const local = ['--local', join(dir, 'tree')]
    const { out, status } = await of('diff', ...local)
    expect(status).toBe(1)
    expect(out).toContain('~ spec.replicas: 1 → 3')
    expect(out).toContain('=== ConfigMap/shop/settings (no longer in git)')
    expect(out).not.toContain('second')
    const explained = await of('explain', 'deployment/web', ...local)
    expect(explained.out).toContain('Deployment/shop/web: OutOfSync: one field differs')
    expect(explained.out).toMatch(/\.spec\.replicas\n {4}git {7}3\n {4}live {6}1\n {4}applied {3}1\n {4}owner {5}argocd-controller \(Update, /)
    expect(explained.out).toContain('rule without use: {"kind":"Deployment"')
    const secretOut = (await of('explain', 'Secret/key', '--output', 'json', ...local)).out
    expect(secretOut).toContain('(masked)')
    expect(secretOut).not.toContain(Buffer.from('second').toString('base64'))
    expect((await of('explain', 'deployment/nothing')).err).toContain('shop has no resource deployment/nothing; it has')
  })

  it('tells what rules pass over', async () => {
    await mkdir(join(dir, 'ignored', 'shop'), { recursive: true })
    await writeFile(join(dir, 'ignored', 'shop', 'web.yaml'), web(1).replace('replicas: 1', 'replicas: 1\n  minReadySeconds: 5'))
    const { out } = await of('explain', 'deployment/web', '--local', join(dir, 'ignored'))
    expect(out).toContain('Synced: nothing differs but what rules pass over (1)')
    expect(out).toContain('passed over by {"kind":"Deployment"')
  })

  it('is synced by a stored plan, unless the cluster has moved on', async () => {
    await git.commit('shop', { 'shop/web.yaml': web(2) })
    const file = join(dir, 'plan.json')
    await writeFile(file, (await of('plan', '--output', 'json')).out)
    await cluster.apply({ yaml: web(1).replace('name: web}', 'name: web, namespace: shop, labels: {touched: "yes"}}') })
    expect(await of('sync', '--plan', file)).toMatchObject({ status: 2, err: expect.stringContaining('Deployment/shop/web has changed') as string })
    await writeFile(file, (await of('plan', '--output', 'json')).out)
    expect(await of('sync', '--dry-run')).toMatchObject({ status: 0 })
    expect(cluster).toHaveResource('deploy', 'web', { namespace: 'shop', matching: { spec: { replicas: 1 } } })
    expect(await of('sync', '--plan', file)).toMatchObject({ status: 0 })
    expect(cluster).toHaveResource('deploy', 'web', { namespace: 'shop', matching: { spec: { replicas: 2 } } })
    await writeFile(file, '{"planVersion":7}')
    expect(await of('sync', '--plan', file)).toMatchObject({ status: 2, err: expect.stringContaining('is no plan of version 1') as string })
  })
})

describe('two commits', () => {
  let dir: string
  const commit = async (files: Record<string, string | undefined>): Promise<void> => {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(dir, path)), { recursive: true })
      if (text === undefined) await rm(join(dir, path))
      else await writeFile(join(dir, path), text)
    }
    const git = (...args: string[]): void =>
      void execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: dir, stdio: 'ignore' })
    git('add', '-A')
    git('commit', '-m', 'change')
  }
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'plumbline-commits-'))
    execFileSync('git', ['init', '-q', '-b', 'main'], { cwd: dir })
    await writeFile(join(dir, 'app.yaml'), application('https://git.example.com/shop.git'))
    await commit({ 'shop/web.yaml': web(1), 'shop/settings.yaml': config, 'shop/key.yaml': secret('first') })
    await commit({
      'shop/web.yaml': web(3),
      'shop/settings.yaml': undefined,
      'shop/key.yaml': secret('second'),
      'shop/more.yaml': config.replace('settings', 'more'),
    })
  })
  afterAll(() => rm(dir, { recursive: true }))

  it('are compared without a cluster', async () => {
    const args = ['plan', '--app', join(dir, 'app.yaml'), '--repo', dir, '--base', 'HEAD~1', '--head', 'HEAD']
    expect((await run(...args)).out.split('\n').slice(1)).toEqual([
      '  Sync, wave 0',
      '    update Secret/shop/key',
      '    create ConfigMap/shop/more',
      '    delete ConfigMap/shop/settings',
      '    update Deployment/shop/web',
      '',
    ])
    const markdown = (await run(...args, '--output', 'markdown')).out
    expect(markdown).toContain('### shop: 1 to create, 2 to update, 1 to delete')
    expect(markdown).toContain('~ spec.replicas: 1 → 3')
    expect(markdown).not.toContain(Buffer.from('second').toString('base64'))
    expect(await run(...args.slice(0, -1), 'nowhere')).toMatchObject({ status: 1, err: expect.stringContaining('nowhere is no commit of') as string })
    expect(await run('plan', '--base', 'a')).toMatchObject({ status: 2, err: expect.stringContaining('--repo REPO --base REV --head REV') as string })
  })

  it('render as they lie on disk', async () => {
    expect((await run('render', join(dir, 'shop'))).out).toContain('replicas: 3')
    const lines = (await run('render', dir, '--app', join(dir, 'app.yaml'), '--output', 'json')).out.trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { kind: string }).kind).toSorted()).toEqual(['ConfigMap', 'Deployment', 'Secret'])
    expect((await run('render', '--app', join(dir, 'shop', 'web.yaml'))).err).toContain('there is no Application in')
    expect(await readFile(join(dir, 'shop', 'web.yaml'), 'utf8')).toBe(web(3))
  })
})
