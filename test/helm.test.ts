// Real Helm against the embedded cluster, where there is one.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startCluster } from '@plumbline/testkit'
import type { Cluster } from '@plumbline/testkit'
import '@plumbline/testkit/vitest'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const helms = [process.env['PLUMBLINE_HELM3'], process.env['PLUMBLINE_HELM4']].filter((path) => path !== undefined && existsSync(path)) as string[]
const reason = 'skipped: set PLUMBLINE_HELM3 or PLUMBLINE_HELM4 to the path of a helm'
if (helms.length === 0) console.log(reason)

const files: Readonly<Record<string, string>> = {
  'Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 0.1.0\n',
  'values.yaml': 'replicas: 1\n',
  'templates/web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }}-web, labels: { app: web } }
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:1" }] }
---
apiVersion: v1
kind: Service
metadata: { name: {{ .Release.Name }}-web }
spec: { selector: { app: web }, ports: [{ port: 80 }] }
`,
  'templates/hook.yaml': `apiVersion: batch/v1
kind: Job
metadata: { name: {{ .Release.Name }}-migrate, annotations: { helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-delete-policy: before-hook-creation } }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: migrate, image: "migrate:1" }] } } }
`,
}

describe.skipIf(helms.length === 0).each(helms.length === 0 ? [reason] : helms)('%s', (program) => {
  let cluster: Cluster
  let dir: string
  const helm = async (...args: string[]): Promise<string> => {
    const environment = { ...process.env, KUBECONFIG: join(dir, 'kubeconfig'), HELM_CACHE_HOME: dir, HELM_CONFIG_HOME: dir, HELM_DATA_HOME: dir }
    return (await promisify(execFile)(program, args, { timeout: 60_000, env: environment })).stdout
  }
  beforeAll(async () => {
    cluster = await startCluster()
    dir = await mkdtemp(join(tmpdir(), 'plumbline-helm-'))
    await writeFile(join(dir, 'kubeconfig'), cluster.kubeconfig(), { mode: 0o600 })
    for (const [path, text] of Object.entries(files)) {
      await mkdir(join(dir, 'shop', path, '..'), { recursive: true })
      await writeFile(join(dir, 'shop', path), text)
    }
  })
  afterAll(async () => {
    await cluster.close()
    await rm(dir, { recursive: true, force: true })
  })

  it('installs, upgrades, rolls back and uninstalls, waiting for what it made', async () => {
    const chart = join(dir, 'shop')
    expect(await helm('install', 'x', chart, '--wait', '--timeout', '30s')).toContain('STATUS: deployed')
    expect(cluster).toHaveResource('deploy', 'x-web', { matching: { spec: { replicas: 1 }, status: { readyReplicas: 1 } } })
    expect(cluster).toHaveResource('job', 'x-migrate', { matching: { status: { succeeded: 1 } } })
    await helm('upgrade', 'x', chart, '--set', 'replicas=3', '--wait', '--timeout', '30s')
    expect(cluster).toHaveResource('deploy', 'x-web', { matching: { status: { readyReplicas: 3 } } })
    await helm('rollback', 'x', '1', '--wait', '--timeout', '30s')
    expect(cluster).toHaveResource('deploy', 'x-web', { matching: { spec: { replicas: 1 } } })
    expect((JSON.parse(await helm('history', 'x', '-o', 'json')) as { status: string }[]).map(({ status }) => status)).toEqual([
      'superseded',
      'superseded',
      'deployed',
    ])
    await helm('uninstall', 'x', '--wait', '--timeout', '30s')
    expect(cluster).not.toHaveResource('deploy', 'x-web')
    expect(cluster).not.toHaveResource('service', 'x-web')
  })
})
