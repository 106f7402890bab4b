// Test a GitOps repository as one tests code: sync it to the embedded cluster, then look at what came out.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startController } from '@plumbline/cli'
import type { Application } from '@plumbline/core'
import { parseKubeconfig } from '@plumbline/k8s'
import { startCluster, startGitServer } from '@plumbline/testkit'
import type { Cluster, GitServer } from '@plumbline/testkit'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'

const folder = fileURLToPath(new URL('gitops', import.meta.url))
let cluster: Cluster
let git: GitServer
let controller: Awaited<ReturnType<typeof startController>>

beforeAll(async () => {
  cluster = await startCluster()
  git = await startGitServer()
  const repoURL = await git.createRepository('shop')
  const names = await readdir(folder)
  await git.commit('shop', Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const))))
  controller = await startController({
    access: await parseKubeconfig(cluster.kubeconfig()),
    installDefinitions: true,
    logger: { log: () => undefined },
  })
  cluster.api.create({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'shop', namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL, targetRevision: 'main', path: '.' },
      destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
      syncPolicy: { automated: {}, syncOptions: ['CreateNamespace=true'] },
    },
  })
  await vi.waitFor(() => expect(status()).toMatchObject({ sync: { status: 'Synced' }, health: { status: 'Healthy' } }), { timeout: 20_000 })
})

afterAll(async () => {
  await controller.close()
  await git.close()
  await cluster.close()
})

const status = (): Application['status'] => controller.store.get('argocd/shop')?.status

it('brings up every replica', () => {
  expect(cluster.api.get({ group: 'apps', plural: 'deployments' }, 'shop', 'web')).toMatchObject({ status: { readyReplicas: 2 } })
})

it('routes the Service to them', () => {
  const [slice] = cluster.api.list({ group: 'discovery.k8s.io', plural: 'endpointslices' }, 'shop')
  expect(slice).toMatchObject({ endpoints: [{ conditions: { ready: true } }, { conditions: { ready: true } }] })
})

it('asks for resources in every container', () => {
  for (const pod of cluster.api.list({ group: '', plural: 'pods' }, 'shop')) {
    const { containers } = pod['spec'] as { containers: { name: string; resources?: { requests?: object } }[] }
    for (const container of containers) expect(container.resources?.requests, container.name).toBeDefined()
  }
})
