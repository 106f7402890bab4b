// A cluster and a Git server in this process, a controller in a process of its own.
import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startCluster, startGitServer } from '@plumbline/testkit'

const here = dirname(fileURLToPath(import.meta.url))

/** Start a world; `ask` talks to the controller, `until` waits for a condition of the cluster. */
export async function createWorld() {
  const dir = await mkdtemp(join(tmpdir(), 'plumbline-bench-'))
  const cluster = await startCluster({ dir })
  const git = await startGitServer()
  const secret = 'bench'
  const child = fork(join(here, 'controller.mjs'), [cluster.kubeconfigFile, secret], { execArgv: ['--expose-gc'] })
  let next = 0
  const waiting = new Map()
  const ready = new Promise((resolve, reject) => {
    child.on('message', (message) => {
      if (message.ready !== undefined) resolve(message.ready)
      else if (message.error !== undefined) console.error(`controller: ${message.error}`)
      else waiting.get(message.id)?.(message)
    })
    child.on('exit', (code) => reject(new Error(`the controller ended with ${code}`)))
  })
  ready.catch(() => undefined)
  git.setWebhook({ url: await ready, secret })
  const ask = (question) =>
    new Promise((resolve) => {
      const id = next++
      waiting.set(id, resolve)
      child.send({ id, ask: question })
    })
  const applications = () => cluster.api.list({ group: 'argoproj.io', plural: 'applications' }, 'argocd')
  return {
    cluster,
    git,
    ask,
    applications,
    requestsOf: () => ({ ...cluster.requests }),
    /** @returns milliseconds until the condition held */
    async until(isTrue, timeoutMs = 300_000) {
      const start = performance.now()
      while (!isTrue()) {
        if (performance.now() - start > timeoutMs) throw new Error('the condition did not come to hold')
        await new Promise((resolve) => setTimeout(resolve, 2))
      }
      return performance.now() - start
    },
    async close() {
      await ask('close')
      await git.close()
      await cluster.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** An Application of one folder. */
export function applicationOf(name, repoURL, path, namespace) {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL, targetRevision: 'main', path },
      destination: { server: 'https://kubernetes.default.svc', namespace },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
    },
  }
}

/** A ConfigMap as a file. */
export function configMap(name, value) {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  value: ${JSON.stringify(value)}\n`
}

export function isSynced(application, revision) {
  const { sync, operationState } = application.status ?? {}
  return (
    sync?.status === 'Synced' &&
    operationState?.phase === 'Succeeded' &&
    application.operation === undefined &&
    (revision === undefined || sync.revision === revision)
  )
}

/** Requests between two counts, by kind of request. */
export function difference(before, after) {
  return Object.fromEntries(
    Object.entries(after)
      .map(([name, count]) => [name, count - (before[name] ?? 0)])
      .filter(([, count]) => count > 0),
  )
}

export const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0)
