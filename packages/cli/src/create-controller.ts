// The controller as `plumbline run` and the demo use it: everything wired for one cluster.
import { createEngine, messageOf, neverManaged, parseSettings } from '@plumbline/core'
import type { Engine, InstallationSettings, Logger, PlanGuards, PushAnswer, Renderer } from '@plumbline/core'
import {
  createApplicationStore,
  createCluster,
  createHttpClient,
  ensureDefaultProject,
  installDefinitions,
  pause,
  systemClock,
  watchSettings,
} from '@plumbline/k8s'
import type { ClusterAccess, KubernetesApplicationStore, KubernetesCluster } from '@plumbline/k8s'
import { gitSource, httpFiles } from '@plumbline/sources'
import type { GitSource } from '@plumbline/sources'
import { healthCheckOf } from './lua-health.ts'
import { renderersOf } from './renderers.ts'
import { startWebhookReceiver } from './webhook-receiver.ts'
import type { WebhookReceiver } from './webhook-receiver.ts'

/** Options of a controller. */
export interface ControllerOptions {
  readonly access: ClusterAccess
  readonly namespace?: string
  readonly installDefinitions?: boolean
  readonly compatibility?: 'plumbline' | 'argocd'
  /** Limits that every plan has to keep. */
  readonly guards?: PlanGuards
  /** Whether every object of a plan is written as a dry run before the first write. Default: no. */
  readonly validatesPlans?: boolean
  readonly webhookPort?: number
  readonly webhookSecret?: string
  readonly gitCacheDir?: string
  readonly gitBackend?: 'auto' | 'native' | 'isomorphic'
  /** Asked in order. Default: `helm`, `kustomize` and `directory` of this process. */
  readonly renderers?: readonly Renderer[]
  readonly logger: Logger
  /** Follow the ConfigMap `argocd-cm` in the controller's namespace. Default: false. */
  readonly followsSettings?: boolean
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

/** What is made anew when the settings change. */
interface Running {
  readonly engine: Engine
  readonly cluster: KubernetesCluster
  readonly store: KubernetesApplicationStore
  close(): Promise<void>
}

const settingsName = 'argocd-cm'
const restartDelayMs = 1000

/** Start a controller; resolves when it watches Applications. */
export async function startController(options: ControllerOptions, signal?: AbortSignal): Promise<Controller> {
  const { logger } = options
  const namespace = options.namespace ?? 'argocd'
  const git = gitSource({
    ...(options.gitCacheDir === undefined ? {} : { cacheDir: options.gitCacheDir }),
    ...(options.gitBackend === undefined ? {} : { backend: options.gitBackend }),
  })
  const http = createHttpClient(options.access)
  const renderers = options.renderers ?? (await renderersOf())
  let isStarted = false
  let changes: Promise<void> = Promise.resolve()
  const settings =
    options.followsSettings === true
      ? watchSettings(http, { namespace, name: settingsName, logger }, () => {
          if (isStarted) changes = changes.then(restart)
        })
      : undefined
  let running: Running | undefined

  function start(): Running {
    const { settings: chosen, problems } = parseSettings(settings?.current() ?? {})
    for (const problem of problems) logger.log('warning', problem)
    return startEngine({ ...options, renderers }, namespace, git, chosen)
  }

  /** A sync under way stays recorded, and the next engine goes on with it. A cluster that cannot be asked now is asked again. */
  async function restart(): Promise<void> {
    logger.log('info', `${settingsName} has changed: the engine starts again with the new settings`)
    while (isStarted) {
      try {
        await running?.close()
        running = start()
        await running.engine.start(signal)
        return
      } catch (error) {
        logger.log('error', `the engine does not start again: ${messageOf(error)}`)
        await pause(restartDelayMs, signal).catch(() => undefined)
        if (signal?.aborted === true) return
      }
    }
  }

  const webhook = await startWebhookReceiver({
    ...(options.webhookPort === undefined ? {} : { port: options.webhookPort }),
    ...(options.webhookSecret === undefined ? {} : { secret: options.webhookSecret }),
    async onPush(push) {
      await changes
      const answer = await running?.engine.handlePush(push)
      if (answer !== undefined) options.onPushHandled?.(answer)
    },
    onError: (message) => logger.log('warning', `a webhook was dropped: ${message}`),
  })
  const close = async (): Promise<void> => {
    isStarted = false
    settings?.stop()
    await changes
    await webhook.close()
    await running?.close()
    await git.close()
    await http.close()
  }
  try {
    // Who may not read the settings goes on with the standard ones.
    await settings?.synced.catch((error: unknown) => logger.log('warning', `${settingsName} cannot be read: ${messageOf(error)}`))
    const first = start()
    running = first
    if (options.installDefinitions === true) await installDefinitions(first.cluster, signal)
    await first.engine.start(signal)
    await ensureDefaultProject(first.cluster, namespace, signal)
    isStarted = true
  } catch (error) {
    await close()
    throw error
  }
  const current = (): Running => running as Running
  return {
    get engine() {
      return current().engine
    },
    get cluster() {
      return current().cluster
    },
    get store() {
      return current().store
    },
    git,
    webhook,
    close,
  }
}

function startEngine(
  options: ControllerOptions & { readonly renderers: readonly Renderer[] },
  namespace: string,
  git: GitSource,
  settings: InstallationSettings,
): Running {
  const { logger } = options
  const { tracking, exclusions, reconcileIntervalMs } = settings
  const cluster = createCluster(options.access, { logger, ...(tracking === undefined ? {} : { tracking }) })
  const store = createApplicationStore(cluster, { namespace, logger })
  const engine = createEngine({
    sources: [git],
    files: httpFiles({ now: () => systemClock.now() }),
    renderers: options.renderers,
    cluster,
    store,
    clock: systemClock,
    logger,
    controllerNamespace: namespace,
    ...(options.compatibility === undefined ? {} : { compatibility: options.compatibility }),
    ...(options.guards === undefined ? {} : { guards: options.guards }),
    ...(options.validatesPlans === undefined ? {} : { validatesPlans: options.validatesPlans }),
    ...(tracking === undefined ? {} : { tracking }),
    ...(exclusions === undefined ? {} : { exclusions: [...exclusions, ...neverManaged] }),
    ...(reconcileIntervalMs === undefined ? {} : { reconcileIntervalMs }),
    ...(settings.kustomizeBuildOptions === undefined ? {} : { kustomizeBuildOptions: settings.kustomizeBuildOptions }),
    ignoreDifferences: settings.ignoreDifferences,
    knownTypeFields: settings.knownTypeFields,
    comparesStatus: settings.comparesStatus ?? false,
    comparesAggregatedRoles: settings.comparesAggregatedRoles ?? false,
    healthChecks: settings.healthScripts.map(healthCheckOf),
  })
  return {
    engine,
    cluster,
    store,
    async close() {
      await engine.stop()
      await store.flush()
      store.close()
      await cluster.close()
    },
  }
}
