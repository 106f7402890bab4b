// Real kubectl against the embedded cluster, where there is one.
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configMap, createWorld } from './lib/world.ts'
import type { World } from './lib/world.ts'

const hasKubectl = spawnSync('kubectl', ['version', '--client'], { stdio: 'ignore' }).status === 0
if (!hasKubectl) console.log('skipped: no kubectl is installed')

const web = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1"}]}
`

describe.skipIf(!hasKubectl)('kubectl', () => {
  let world: World
  let dir: string
  const kubectl = async (...args: string[]): Promise<string> => {
    const { stdout } = await promisify(execFile)('kubectl', ['--kubeconfig', join(dir, 'kubeconfig'), '--cache-dir', join(dir, 'cache'), ...args], {
      timeout: 30_000,
    })
    return stdout
  }
  beforeAll(async () => {
    world = await createWorld({ 'shop/a.yaml': configMap('a', '1') })
    world.cluster.setLogs(({ name }) => `log of ${name}\n`)
    dir = await mkdtemp(join(tmpdir(), 'plumbline-kubectl-'))
    await writeFile(join(dir, 'kubeconfig'), world.cluster.kubeconfig())
    await writeFile(join(dir, 'web.yaml'), web)
    world.apply('shop')
    await world.untilSynced('shop')
  })
  afterAll(async () => {
    await world[Symbol.asyncDispose]()
    await rm(dir, { recursive: true, force: true })
  })

  it('shows Applications', async () => {
    expect(await kubectl('get', 'applications', '-n', 'argocd')).toBe('NAME   SYNC STATUS   HEALTH STATUS\nshop   Synced        Healthy\n')
    expect(await kubectl('get', 'applications', '-n', 'argocd', '-o', 'wide')).toMatch(
      /NAME +SYNC STATUS +HEALTH STATUS +REVISION +PROJECT\nshop +Synced +Healthy +[0-9a-f]{40} +default/,
    )
    expect(await kubectl('describe', 'application', 'shop', '-n', 'argocd')).toContain('OperationCompleted')
    expect(await kubectl('get', 'events', '-n', 'argocd')).toContain('application/shop')
    await kubectl('wait', '--for=jsonpath={.status.sync.status}=Synced', 'application/shop', '-n', 'argocd', '--timeout=10s')
  })

  it('applies, on either side, and says when nothing changed', async () => {
    expect(await kubectl('apply', '-f', join(dir, 'web.yaml'))).toBe('deployment.apps/web created\n')
    expect(await kubectl('apply', '-f', join(dir, 'web.yaml'))).toBe('deployment.apps/web unchanged\n')
    expect(await kubectl('apply', '--server-side', '--force-conflicts', '-f', join(dir, 'web.yaml'))).toBe('deployment.apps/web serverside-applied\n')
    await kubectl('wait', '--for=condition=Available', 'deploy/web', '-n', 'shop', '--timeout=10s')
    expect(await kubectl('rollout', 'status', 'deploy/web', '-n', 'shop')).toContain('successfully rolled out')
    expect(await kubectl('get', 'deploy,pods', '-n', 'shop')).toContain('2/2')
    expect(await kubectl('logs', 'deploy/web', '-n', 'shop')).toContain('log of web-')
    expect(await kubectl('scale', 'deploy/web', '-n', 'shop', '--replicas=1')).toBe('deployment.apps/web scaled\n')
    expect(await kubectl('delete', '-f', join(dir, 'web.yaml'))).toContain('deployment.apps "web" deleted')
  })

  it('creates what its typed clients send in protobuf', async () => {
    expect(await kubectl('create', 'namespace', 'typed')).toBe('namespace/typed created\n')
    expect(await kubectl('create', 'deployment', 'web', '--image=web:1', '--replicas=2', '-n', 'typed')).toBe('deployment.apps/web created\n')
    expect(await kubectl('get', 'deploy', 'web', '-n', 'typed', '-o', 'jsonpath={.spec.replicas} {.spec.template.spec.containers[0].image}')).toBe('2 web:1')
    expect(await kubectl('auth', 'can-i', 'create', 'pods')).toBe('yes\n')
  })

  it('explains', async () => {
    expect(await kubectl('explain', 'deployment.spec.replicas')).toContain('FIELD: replicas <integer>')
    expect(await kubectl('explain', 'application.spec.source')).toContain('repoURL')
    expect(await kubectl('api-resources', '--api-group=argoproj.io', '-o', 'name')).toContain('applications.argoproj.io')
  })
})
