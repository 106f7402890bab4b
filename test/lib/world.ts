// The whole way in one process: an embedded cluster, a Git server, a controller between them.
import { startController } from '@plumbline/cli'
import type { Controller, ControllerOptions } from '@plumbline/cli'
import type { Application, EngineEvent } from '@plumbline/core'
import { parseKubeconfig } from '@plumbline/k8s'
import { startCluster, startGitServer } from '@plumbline/testkit'
import type { Cluster, GitServer, KubeObject } from '@plumbline/testkit'
import { vi } from 'vitest'

export interface World extends AsyncDisposable {
  readonly cluster: Cluster
  readonly git: GitServer
  readonly controller: Controller
  readonly events: readonly EngineEvent[]
  readonly logs: readonly string[]
  readonly repoURL: string
  commit(files: Readonly<Record<string, string | null>>): Promise<string>
  apply(name: string, changes?: Readonly<Record<string, unknown>>): KubeObject
  application(name: string): Application | undefined
  /** Resolves when the assertion holds. */
  until(assertion: () => void): Promise<void>
  untilSynced(name: string, revision?: string): Promise<void>
}

/** Start a world. `files` is the first commit of its repository. */
export async function createWorld(files: Readonly<Record<string, string>>, options: Partial<ControllerOptions> = {}): Promise<World> {
  const cluster = await startCluster()
  const git = await startGitServer()
  const repoURL = await git.createRepository('app')
  await git.commit('app', files)
  const logs: string[] = []
  const events: EngineEvent[] = []
  const controller = await startController({
    access: await parseKubeconfig(cluster.kubeconfig()),
    installDefinitions: true,
    logger: { log: (level, message) => void logs.push(`${level} ${message}`) },
    webhookSecret: 'secret',
    ...options,
  })
  controller.engine.subscribe((event) => events.push(event))
  git.setWebhook({ url: controller.webhook.url, secret: 'secret' })
  const application = (name: string): Application | undefined => controller.store.get(`argocd/${name}`)
  const until = async (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 20_000, interval: 10 })
  const close = async (): Promise<void> => {
    await controller.close()
    await git.close()
    await cluster.close()
  }
  return {
    cluster,
    git,
    controller,
    events,
    logs,
    repoURL,
    commit: (changes) => git.commit('app', changes),
    apply: (name, changes = {}) =>
      cluster.api.create({
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Application',
        metadata: { name, namespace: 'argocd' },
        spec: {
          project: 'default',
          source: { repoURL, targetRevision: 'main', path: name },
          destination: { server: 'https://kubernetes.default.svc', namespace: name },
          syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
          ...changes,
        },
      }),
    application,
    until,
    untilSynced: (name, revision) =>
      until(() => {
        const found = application(name)
        const wanted = { sync: { status: 'Synced', ...(revision === undefined ? {} : { revision }) }, operationState: { phase: 'Succeeded' } }
        if (found?.status === undefined || found.operation !== undefined)
          throw new Error(`${name} is not there yet: ${JSON.stringify(found?.status?.conditions ?? [])}`)
        for (const [key, value] of Object.entries(wanted))
          for (const [member, text] of Object.entries(value)) {
            const at = (found.status as unknown as Record<string, Record<string, unknown> | undefined>)[key]?.[member]
            if (at !== text)
              throw new Error(`${name}: ${key}.${member} is ${String(at)}, not ${String(text)}; ${JSON.stringify(found.status?.conditions ?? [])}`)
          }
      }),
    [Symbol.asyncDispose]: close,
  }
}

export function configMap(name: string, value: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  value: ${JSON.stringify(value)}\n`
}

/** The value of such a ConfigMap in the cluster. */
export function valueOf({ cluster }: World, namespace: string, name: string): unknown {
  return (cluster.api.get({ group: '', plural: 'configmaps' }, namespace, name)?.['data'] as Record<string, unknown> | undefined)?.['value']
}
