// The controller is killed (SIGKILL) at random points of syncs, fifty times. It has to end Synced, with no hook run twice and no history lost.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createApplicationStore, createCluster, ensureDefaultProject, installDefinitions, loadKubeconfig } from '@plumbline/k8s'
import { startCluster, startGitServer } from '@plumbline/testkit'
import type { KubeObject } from '@plumbline/testkit'
import { expect, it, vi } from 'vitest'
import { configMap } from './lib/world.ts'

const kills = 50
const objects = 8
const program = fileURLToPath(new URL('../packages/cli/bin/plumbline.mjs', import.meta.url))
const built = fileURLToPath(new URL('../packages/cli/dist/index.js', import.meta.url))

const hook = (revision: number): string => `apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations:
    argocd.argoproj.io/hook: PreSync
    argocd.argoproj.io/hook-delete-policy: BeforeHookCreation
    example.com/revision: "${revision}"
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: migrate
          image: registry.test/migrate:1
`
const filesOf = (revision: number): Record<string, string> => ({
  'shop/hook.yaml': hook(revision),
  ...Object.fromEntries(Array.from({ length: objects }, (_, index) => [`shop/c${index}.yaml`, configMap(`c${index}`, String(revision))])),
})

it.skipIf(!existsSync(built))(
  `survives ${kills} kills`,
  async () => {
    const dir = await mkdtemp(join(tmpdir(), 'plumbline-kill-'))
    await using cluster = await startCluster({ dir })
    await using git = await startGitServer()
    const kubeconfig = cluster.kubeconfigFile ?? ''
    const client = createCluster(await loadKubeconfig(kubeconfig))
    await installDefinitions(client)
    await ensureDefaultProject(client, 'argocd')
    const runs = new Map<string, number>()
    const finished = new Set<string>()
    cluster.api.watch(undefined, ({ type, object }) => {
      if (object.kind === 'Job' && type === 'ADDED') {
        const revision = object.metadata.annotations?.['example.com/revision'] ?? ''
        runs.set(revision, (runs.get(revision) ?? 0) + 1)
      }
      const state = stateOf(object)
      if (object.kind === 'Application' && state?.phase === 'Succeeded') finished.add(String(state.syncResult?.revision))
    })
    // Every write takes a moment, so that there is a middle to be killed in.
    cluster.faults.add({ matches: ({ method }) => method !== 'GET', latencyMs: 8 })
    const repoURL = await git.createRepository('shop')
    let revision = 0
    let commit = await git.commit('shop', filesOf(revision))
    cluster.api.create({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'shop', namespace: 'argocd' },
      spec: {
        project: 'default',
        source: { repoURL, targetRevision: 'main', path: 'shop' },
        destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
        syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
        revisionHistoryLimit: 100,
      },
    })
    const start = (): ChildProcess => spawn(process.execPath, [program, 'run', '--kubeconfig', kubeconfig, '--quiet'], { stdio: 'ignore' })
    try {
      for (let round = 0; round < kills; round++) {
        const controller = start()
        // Starting takes about a third of a second; a sync lasts about as long.
        await new Promise((resolve) => setTimeout(resolve, 300 + Math.random() * 700))
        controller.kill('SIGKILL')
        await new Promise((resolve) => controller.once('exit', resolve))
        if (round % 2 === 1) commit = await git.commit('shop', filesOf(++revision))
      }
      const last = start()
      await vi.waitFor(
        () => {
          const application = cluster.api.get({ group: 'argoproj.io', plural: 'applications' }, 'argocd', 'shop')
          expect(application).toMatchObject({ status: { sync: { status: 'Synced', revision: commit }, operationState: { phase: 'Succeeded' } } })
          expect(application?.['operation']).toBeUndefined()
        },
        { timeout: 60_000, interval: 20 },
      )
      last.kill()
      await new Promise((resolve) => last.once('exit', resolve))
    } finally {
      createApplicationStore(client, { namespace: 'argocd' }).close()
      await client.close()
      await rm(dir, { recursive: true, force: true })
    }
    for (let index = 0; index < objects; index++)
      expect(cluster.api.get({ group: '', plural: 'configmaps' }, 'shop', `c${index}`)?.['data']).toEqual({ value: String(revision) })
    expect([...runs].filter(([, count]) => count > 1)).toEqual([])
    expect(runs.get(String(revision))).toBe(1)
    const application = cluster.api.get({ group: 'argoproj.io', plural: 'applications' }, 'argocd', 'shop')
    const { history } = (application?.['status'] ?? {}) as { history: { id: number; revision: string }[] }
    expect(history.map(({ id }) => id)).toEqual(history.map((_, index) => index))
    expect(history.at(-1)?.revision).toBe(commit)
    const revisions = history.map((entry) => entry.revision)
    expect(new Set(revisions).size).toBe(revisions.length)
    for (const done of finished) expect(revisions).toContain(done)
  },
  180_000,
)

function stateOf(object: KubeObject): { phase: string; startedAt: string; syncResult?: { revision?: string } } | undefined {
  return (object['status'] as { operationState?: { phase: string; startedAt: string; syncResult?: { revision?: string } } } | undefined)?.operationState
}
