// An application that is being deleted, step by step: each step is held by a finalizer, and taken up again wherever an earlier process left it.
import { cleanUpDeletionHooks, cleanupFinalizer, runDeletionHooks, runFinalizer } from './delete-hooks.ts'
import type { DeletionPhase } from './delete-hooks.ts'
import { cascadeOf, deleteWave, finalizersWithoutCascade, nextToDelete } from './deletion.ts'
import type { ComparisonSettings } from './gather.ts'
import type { Refreshed } from './refresh.ts'
import { messageOf } from '../errors.ts'
import type { Application } from '../model/application.ts'
import { trackingNameOf } from '../plan/tracking.ts'
import type { ApplicationStore } from '../ports/application-store.ts'
import { formatTime } from '../ports/clock.ts'
import type { Clock } from '../ports/clock.ts'
import type { Cluster } from '../ports/cluster.ts'
import type { Logger } from '../ports/logger.ts'

/** What a deletion needs. */
export interface DeletionContext {
  readonly store: ApplicationStore
  readonly cluster: Cluster
  readonly clock: Clock
  readonly logger: Logger
  readonly settings: ComparisonSettings
  /** Field manager of hooks. */
  readonly hookManager: string
  /** Ask for another look at the application. */
  readonly lookAgain: (key: string, reason: string, delayMs: number) => void
  readonly signal: AbortSignal
}

/** Carries deletions on. */
export interface DeletionSteps {
  /** Take the next step of a deletion, as it stands after a look at the application. */
  finalize(key: string, application: Application, refreshed: Refreshed): Promise<void>
}

const deletionPollMs = 500

/** Create the steps; nothing is kept between two of them. */
export function createDeletionSteps({ store, cluster, clock, logger, settings, hookManager, lookAgain, signal }: DeletionContext): DeletionSteps {
  /** The steps of a deletion, each held by a finalizer: hooks before it, the objects, hooks after it, and what becomes of the hooks. */
  async function finalize(key: string, application: Application, { gathered }: Refreshed): Promise<void> {
    const held = application.metadata.finalizers ?? []
    const goOn = (): void => lookAgain(key, 'deletion goes on', deletionPollMs)
    const drop = async (finalizer: string): Promise<void> => {
      const rest = held.filter((entry) => entry !== finalizer)
      await store.patch(key, { metadata: { finalizers: rest.length === 0 ? null : rest } })
      goOn()
    }
    const ports = { cluster, health: settings.health, fieldManager: hookManager }
    const runHooks = async (phase: DeletionPhase): Promise<void> => {
      // Without its source nobody knows what the hooks are.
      if (gathered?.desired === undefined) return fail(key, application, `hooks of ${phase} cannot be rendered`, goOn)
      try {
        const { isDone, failure } = await runDeletionHooks(application, phase, gathered.desired, ports)
        if (failure !== undefined && phase === 'PreDelete') return await fail(key, application, `PreDelete hook failed: ${failure}`, goOn)
        if (isDone) return await drop(runFinalizer(phase))
        return goOn()
      } catch (error) {
        return fail(key, application, messageOf(error), goOn)
      }
    }
    if (held.includes(runFinalizer('PreDelete'))) return runHooks('PreDelete')
    if (cascadeOf(application) !== undefined) return deleteObjects(key, application, gathered, goOn)
    if (held.includes(runFinalizer('PostDelete'))) return runHooks('PostDelete')
    for (const phase of ['PreDelete', 'PostDelete'] as const) {
      if (!held.includes(cleanupFinalizer(phase))) continue
      const left = await cleanUpDeletionHooks(phase, cluster.live.trackedBy(trackedNameOf(application)), ports)
      return left === 0 ? drop(cleanupFinalizer(phase)) : goOn()
    }
  }

  const trackedNameOf = ({ metadata }: Application): string =>
    trackingNameOf({ name: metadata.name ?? '', namespace: metadata.namespace ?? '' }, settings.controllerNamespace)

  async function fail(key: string, application: Application, message: string, goOn: () => void): Promise<void> {
    const told = application.status?.conditions ?? []
    if (!told.some((condition) => condition.type === 'DeletionError' && condition.message === message)) {
      const failure = { type: 'DeletionError', message, lastTransitionTime: formatTime(clock.now()) }
      await store.patch(key, { status: { conditions: [...told.filter(({ type }) => type !== 'DeletionError'), failure] } })
    }
    goOn()
  }

  async function deleteObjects(key: string, application: Application, gathered: Refreshed['gathered'], goOn: () => void): Promise<void> {
    const cascade = cascadeOf(application)
    if (cascade === undefined) return
    await cluster.live.observe(
      (application.status?.resources ?? []).map(({ group, kind }) => ({ group: group ?? '', kind })),
      signal,
    )
    const next = nextToDelete(cluster.live.trackedBy(trackedNameOf(application)), application, settings.tracking)
    if (next.length > 0) {
      try {
        await deleteWave(cluster, next, cascade)
      } catch (error) {
        return fail(key, application, messageOf(error), goOn)
      }
      // The watch wakes us as the objects go; the timer is for what no watch tells.
      return goOn()
    }
    // The last that people see of an application is that nothing is left of it.
    const seen = (gathered?.comparison.resources ?? []).flatMap(({ live }) => live ?? [])
    if (nextToDelete(seen, application, settings.tracking).length > 0) return lookAgain(key, 'objects are gone', 0)
    const finalizers = finalizersWithoutCascade(application)
    await store.patch(key, { metadata: { finalizers: finalizers.length === 0 ? null : finalizers } })
    if (finalizers.length > 0) goOn()
    logger.log('info', `deleted the objects of ${key}`, { application: key })
  }

  return { finalize }
}
