// The controller as `plumbline run` and the demo use it: everything wired for one cluster.
import { createEngine } from '@plumbline/core'
import type { Engine, Logger, PushAnswer } from '@plumbline/core'
import { createApplicationStore, createCluster, ensureDefaultProject, installDefinitions, systemClock } from '@plumbline/k8s'
import type { ClusterAccess, KubernetesApplicationStore, KubernetesCluster } from '@plumbline/k8s'
import { directory, helm, kustomize } from '@plumbline/renderers'
import { gitSource } from '@plumbline/sources'
import type { GitSource } from '@plumbline/sources'
import { startWebhookReceiver } from './webhook-receiver.ts'
import type { WebhookReceiver } from './webhook-receiver.ts'

/** Options of a controller. */
export interface ControllerOptions {
  readonly access: ClusterAccess
  readonly namespace?: string
  readonly installDefinitions?: boolean
  readonly compatibility?: 'plumbline' | 'argocd'
  readonly webhookPort?: number
  readonly webhookSecret?: string
  readonly gitCacheDir?: string
  readonly gitBackend?: 'auto' | 'native' | 'isomorphic'
  readonly logger: Logger
  onPushHandled?(answer: PushAnswer): void
}

/** A running controller. */
export interface Controller {
  readonly engine: Engine
  readonly cluster: KubernetesCluster
  readonly store: KubernetesApplicationStore
  readonly git: GitSource
  readonly webhook: WebhookReceiver
  /** Orderly stop: a sync under way stays recorded. */
  close(): Promise<void>
}

/** Start a controller; resolves when it watches Applications. */
export async function startController(options: ControllerOptions, signal?: AbortSignal): Promise<Controller> {
  const { logger } = options
  const namespace = options.namespace ?? 'argocd'
  const cluster = createCluster(options.access, { logger })
  const git = gitSource({
    ...(options.gitCacheDir === undefined ? {} : { cacheDir: options.gitCacheDir }),
    ...(options.gitBackend === undefined ? {} : { backend: options.gitBackend }),
  })
  const store = createApplicationStore(cluster, { namespace, logger })
  const engine = createEngine({
    sources: [git],
    renderers: [helm(), kustomize(), directory()],
    cluster,
    store,
    clock: systemClock,
    logger,
    controllerNamespace: namespace,
    ...(options.compatibility === undefined ? {} : { compatibility: options.compatibility }),
  })
  const webhook = await startWebhookReceiver({
    ...(options.webhookPort === undefined ? {} : { port: options.webhookPort }),
    ...(options.webhookSecret === undefined ? {} : { secret: options.webhookSecret }),
    async onPush(push) {
      const answer = await engine.handlePush(push)
      options.onPushHandled?.(answer)
    },
    onError: (message) => logger.log('warning', `a webhook was dropped: ${message}`),
  })
  const close = async (): Promise<void> => {
    await webhook.close()
    await engine.stop()
    await store.flush()
    store.close()
    await git.close()
    await cluster.close()
  }
  try {
    if (options.installDefinitions === true) await installDefinitions(cluster, signal)
    await engine.start(signal)
    await ensureDefaultProject(cluster, namespace, signal)
  } catch (error) {
    await close()
    throw error
  }
  return { engine, cluster, store, git, webhook, close }
}
