import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startCluster } from '@plumbline/testkit'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { run } from './lib/run.ts'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installDefinitions, createCluster, ensureDefaultProject, loadKubeconfig } from '@plumbline/k8s'

const program = fileURLToPath(new URL('../bin/plumbline.mjs', import.meta.url))
const isBuilt = existsSync(fileURLToPath(new URL('../dist/index.js', import.meta.url)))

afterEach(() => vi.restoreAllMocks())

describe('the command line', () => {
  it('explains itself', async () => {
    expect(await run('--help')).toMatchObject({ status: 0, out: expect.stringContaining('usage: plumbline') as string })
    for (const command of ['demo', 'cluster', 'run', 'apps', 'app', 'render', 'diff', 'plan', 'sync', 'explain'])
      expect(await run(command, '--help')).toMatchObject({ status: 0, out: expect.stringContaining(`plumbline ${command}`) as string })
  })

  it.each([
    [['fly'], 'there is no command "fly"'],
    [['run', '--colour'], '--help lists the options'],
    [['cluster', '--port', 'many'], '--port is a port between 0 and 65535'],
    [['run', '--kubeconfig', '/nowhere/kubeconfig'], '/nowhere/kubeconfig cannot be read'],
    [['run', '--kubeconfig', '/nowhere', '--compatibility', 'flux'], '--compatibility is plumbline or argocd'],
    [['app'], 'name an Application'],
    [['demo', '--setup', '/nowhere'], 'there is no root-app.yaml in /nowhere'],
  ])('refuses %j in one line', async (args, message) => {
    const { status, err } = await run(...args)
    expect(status).toBe(2)
    expect(err).toContain(message)
    expect(err).not.toContain('    at ')
  })

  it('takes programs that render, with their exact versions', async () => {
    expect(await run('render', '.', '--helm-tool', '/opt/helm')).toMatchObject({
      status: 2,
      err: expect.stringContaining('--helm-tool is VERSION=PATH, such as 3.12.3=/opt/helm/helm, not /opt/helm'),
    })
    expect(await run('render', '.', '--kustomize-tool', '5.7=/opt/kustomize')).toMatchObject({
      status: 2,
      err: expect.stringContaining('expected an exact version'),
    })
  })

  it('lists Applications and shows one', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'plumbline-cli-'))
    await using cluster = await startCluster({ dir })
    const kubeconfig = cluster.kubeconfigFile ?? ''
    const client = createCluster(await loadKubeconfig(kubeconfig))
    await installDefinitions(client)
    await ensureDefaultProject(client, 'argocd')
    await client.close()
    cluster.api.create({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'shop', namespace: 'argocd' },
      spec: { project: 'default', source: { repoURL: 'https://git.test/a', path: 'a' }, destination: { server: 'https://kubernetes.default.svc' } },
      status: { sync: { status: 'Synced', revision: 'abc' }, health: { status: 'Healthy' } },
    })
    expect((await run('apps', '--kubeconfig', kubeconfig)).out).toBe('NAME   SYNC STATUS   HEALTH STATUS\nshop   Synced        Healthy\n')
    expect((await run('apps', '--kubeconfig', kubeconfig, '--wide')).out).toContain('abc')
    expect((await run('app', 'shop', '--kubeconfig', kubeconfig)).out).toContain('Sync status:  Synced abc')
    expect(await run('app', 'none', '--kubeconfig', kubeconfig)).toMatchObject({
      status: 2,
      err: expect.stringContaining('there is no Application none') as string,
    })
    await rm(dir, { recursive: true })
  })
})

describe.skipIf(!isBuilt)('programs', () => {
  it('the demo plays to its end', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, 'demo'], { env: { ...process.env, NO_COLOR: '1' }, timeout: 60_000 })
    for (const text of [
      '3 applications Synced and Healthy',
      'not affected: root-app',
      'the ConfigMap is as in git again',
      'PrometheusRule checkout is gone',
      'ComparisonError',
      'Synced and Healthy again',
    ])
      expect(stdout).toContain(text)
  }, 70_000)

  it('the cluster says where it is, and ends at a signal', async () => {
    const child = spawn(process.execPath, [program, 'cluster', '--no-controllers'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const line = await new Promise<string>((resolve) => child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString())))
    const ready = JSON.parse(line) as { url: string; token: string; kubeconfig: string; version: string }
    expect(ready).toMatchObject({
      url: expect.stringMatching(/^http:/) as string,
      version: 'v1.34.4',
      kubeconfig: expect.stringContaining('kubeconfig') as string,
    })
    expect((await fetch(`${ready.url}/readyz`)).status).toBe(200)
    child.kill('SIGTERM')
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0)
  })
})
