// Brings applications to their desired state, over and over, level-based: what happened does not matter, only what is.
import type { FirstLook } from '../apply/first-look.ts'
import { directManager } from '../apply/write-object.ts'
import { decideAutoSync } from './auto-sync.ts'
import { finalizersForHooks, isHeldByHooks } from './delete-hooks.ts'
import { orphanPolicyOf } from '../compare/orphans.ts'
import { cascadeOf } from './deletion.ts'
import { createDeletionSteps } from './deletion-steps.ts'
import { createDiffCache } from './gather.ts'
import type { ComparisonSettings } from './gather.ts'
import { mergePatchOf } from './merge-patch.ts'
import { historyAfter, specPatchOf } from './operation.ts'
import { refreshApplication } from './refresh.ts'
import type { Refreshed, RefreshContext } from './refresh.ts'
import { isSkipped, mergeRequests, refreshAnnotation, requestOf } from './refresh-request.ts'
import type { RefreshRequest } from './refresh-request.ts'
import { runOperation } from './run-operation.ts'
import { conditionsOf, nextStatus } from './status.ts'
import { transitionEvents } from './transition-events.ts'
import { createWorkQueue } from './work-queue.ts'
import { ClusterError, messageOf } from '../errors.ts'
import type { EngineEvent, SyncEventBody } from '../events.ts'
import { applicationKeyOf, isAutomated } from '../model/application.ts'
import type { Application, Operation } from '../model/application.ts'
import type { ApplicationStatus, OperationState } from '../model/application-status.ts'
import { annotationOf } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { trackedApplicationOf } from '../plan/tracking.ts'
import type { SyncPlan } from '../plan/sync-plan.ts'
import type { ApplicationStore, RecordedEvent } from '../ports/application-store.ts'
import { formatTime } from '../ports/clock.ts'
import type { Clock } from '../ports/clock.ts'
import type { Cluster, LiveChange } from '../ports/cluster.ts'
import type { Logger } from '../ports/logger.ts'
import type { ApplicationRenderer } from '../render/render-application.ts'

/** Timers cannot wait longer. */
const maxDelayMs = 2_000_000_000

/** What a reconciler works with. */
export interface ReconcilerOptions {
  readonly store: ApplicationStore
  readonly cluster: Cluster
  readonly renderer: ApplicationRenderer
  readonly clock: Clock
  readonly logger: Logger
  readonly settings: ComparisonSettings
  /** Whether objects, events and Applications are written as Argo CD writes them. */
  readonly isOriginal: boolean
  /** What plans are held to before they begin. */
  readonly firstLook: FirstLook
  /** Time between two looks at an application without any event, with up to a half more by chance of its name. */
  readonly reconcileIntervalMs: number
  /** Applications worked on at once. */
  readonly concurrency: number
  emit(event: EngineEvent): void
  onPlan?(applicationKey: string, plan: SyncPlan): void
}

/** Reconciles until it is stopped. */
export interface Reconciler {
  start(signal?: AbortSignal): Promise<void>
  /** Ask for a look. */
  request(key: string, request: RefreshRequest): void
  /** Resolves when nothing is under way or due. */
  idle(): Promise<void>
  /** Running operations are left where they are: the next process goes on. */
  stop(): Promise<void>
}

interface RunningOperation {
  readonly done: Promise<void>
  readonly wakes: Set<() => void>
}

const changeDelayMs = 5
const changeDelayInOperationMs = 1000
const failureDelayMs = 1000
const maxFailureDelayMs = 60_000
const orphanDelayMs = 200

/** Create a reconciler. */
export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { store, cluster, clock, logger, settings } = options
  const cache = createDiffCache()
  const stopping = new AbortController()
  const operations = new Map<string, RunningOperation>()
  const finished = new Map<string, OperationState>()
  const failures = new Map<string, number>()
  const unsubscribes: (() => void)[] = []

  const queue = createWorkQueue<RefreshRequest>({
    clock,
    concurrency: options.concurrency,
    merge: mergeRequests,
    work: reconcile,
    onError(key, error) {
      if (stopping.signal.aborted) return
      const count = (failures.get(key) ?? 0) + 1
      failures.set(key, count)
      logger.log('warning', `reconciliation of ${key} failed: ${messageOf(error)}`, { application: key })
      options.emit({ type: 'application.failed', at: clock.now(), application: key, message: messageOf(error) })
      queue.add(key, { level: 'latest', reason: 'the last reconciliation failed' }, Math.min(maxFailureDelayMs, failureDelayMs * 2 ** Math.min(count - 1, 10)))
    },
  })

  const deletion = createDeletionSteps({
    store,
    cluster,
    clock,
    logger,
    settings,
    hookManager: options.isOriginal ? directManager : settings.prediction.fieldManager,
    lookAgain: (key, reason, delayMs) => queue.add(key, { level: 'recent', reason }, delayMs),
    signal: stopping.signal,
  })

  const refreshContext = (): RefreshContext => ({
    readsAnywhere: options.isOriginal,
    cluster,
    renderer: options.renderer,
    settings,
    cache,
    project: (name) => store.project(name),
    isApplication: (name) => store.get(keyOfTracked(name)) !== undefined,
    signal: stopping.signal,
  })

  async function reconcile(key: string, request: RefreshRequest): Promise<void> {
    const application = store.get(key)
    if (application === undefined) {
      options.renderer.forget(key)
      finished.delete(key)
      return
    }
    if (isSkipped(application)) return
    if (application.metadata.deletionTimestamp !== undefined) {
      if (cascadeOf(application) === undefined && !isHeldByHooks(application)) return
      // What is left is shown while it goes.
      const refreshed = await refresh(key, application, request)
      return deletion.finalize(key, application, refreshed)
    }
    if (takeUpOperation(key, application)) return
    const asked = requestOf(application)
    await refresh(key, application, asked === undefined ? request : mergeRequests(asked, request))
    failures.delete(key)
  }

  /** Start an operation that is asked for, or that an earlier process left running. Its end looks at the application again. */
  function takeUpOperation(key: string, application: Application): boolean {
    if (operations.has(key) || finished.has(key)) return false
    const state = application.status?.operationState
    const isRunning = state?.phase === 'Running' || state?.phase === 'Terminating'
    const operation = application.operation ?? (isRunning ? state.operation : undefined)
    if (operation === undefined) return false
    startOperation(key, application, operation, isRunning ? state : undefined, undefined)
    return !isRunning && annotationOf(application, refreshAnnotation) === undefined && application.status?.sync !== undefined
  }

  function startOperation(key: string, application: Application, operation: Operation, state: OperationState | undefined, known: Refreshed | undefined): void {
    const wakes = new Set<() => void>()
    const judge = projectsAsked.get(key)
    projectsAsked.delete(key)
    const context = {
      ...refreshContext(),
      project: (name: string) => (judge?.metadata.name === name ? judge : store.project(name)),
      store,
      clock,
      isOriginal: options.isOriginal,
      firstLook: options.firstLook,
      emit: (event: SyncEventBody) => options.emit({ ...event, at: clock.now(), application: key } as EngineEvent),
      onPlan: (plan: SyncPlan) => options.onPlan?.(key, plan),
      onWake(wake: () => void) {
        wakes.add(wake)
        return () => wakes.delete(wake)
      },
    }
    const work = async (): Promise<void> => {
      try {
        finished.set(key, await runOperation(application, operation, state, known, context))
      } catch (error) {
        if (stopping.signal.aborted) return
        logger.log('error', `operation of ${key} was interrupted: ${messageOf(error)}`, { application: key })
      } finally {
        operations.delete(key)
      }
      queue.add(key, { level: operation.initiatedBy?.automated === true ? 'recent' : 'latest', reason: 'operation finished' })
    }
    operations.set(key, { wakes, done: Promise.resolve() })
    operations.set(key, { wakes, done: work() })
  }

  async function refresh(key: string, application: Application, request: RefreshRequest): Promise<Refreshed> {
    const started = clock.now()
    options.emit({ type: 'application.refreshed', at: started, application: key, reason: request.reason })
    const isForced = request.level === 'force' || request.level === 'hard'
    const ended = finished.get(key)
    const refreshed = await refreshApplication(
      // What has just ended is not recorded yet, and counts all the same.
      ended === undefined ? application : { ...application, status: { ...application.status, operationState: ended } },
      { level: request.level, ...(request.at === undefined && !isForced ? {} : { since: request.at ?? started }) },
      refreshContext(),
    )
    emitFindings(key, refreshed, started)
    watchOrphans(key, application)
    const now = formatTime(clock.now())
    const current = store.get(key) ?? application
    const done = finished.get(key)
    let status = nextStatus(current, refreshed.outcome, now, settings.controllerNamespace)
    if (done !== undefined) status = withOperation(status, done, historyAfter(current, done, now))
    const decision =
      refreshed.outcome.comparison === undefined || hasErrors(refreshed)
        ? undefined
        : decideAutoSync(
            { ...withoutFinished(current, done), status },
            refreshed.outcome.comparison,
            refreshed.outcome.revisions,
            clock.now(),
            store.project(current.spec.project),
          )
    let started_: { operation: Operation; state: OperationState } | undefined
    if (decision?.kind === 'blocked')
      status = withConditions(status, conditionsOf(current.status?.conditions ?? [], [...refreshed.outcome.conditions, decision.condition], now))
    if (decision?.kind === 'later') queue.add(key, { level: 'recent', reason: decision.reason }, Math.min(decision.delayMs, maxDelayMs))
    if (decision?.kind === 'sync' && !operations.has(key)) {
      started_ = { operation: decision.operation, state: { operation: decision.operation, phase: 'Running', startedAt: now } }
      status = { ...status, operationState: started_.state }
    }
    const isWritten = await writeStatus(key, current, status, { done, operation: started_?.operation, isForced })
    if (!isWritten) return refreshed
    record(
      current,
      transitionEvents({
        before: current,
        status,
        done,
        begun: started_?.operation,
        revisions: refreshed.outcome.revisions,
        isOriginal: options.isOriginal,
      }),
    )
    if (done !== undefined) finished.delete(key)
    const written = store.get(key)
    if (started_ !== undefined && written !== undefined) startOperation(key, written, started_.operation, started_.state, refreshed)
    if (current.metadata.deletionTimestamp === undefined) {
      if (refreshed.rendered !== undefined) await holdForHooks(key, refreshed)
      queue.add(key, { level: 'latest', reason: 'comparison expired' }, options.reconcileIntervalMs + jitterOf(key, options.reconcileIntervalMs / 2))
    }
    return refreshed
  }

  function watchOrphans(key: string, { spec }: Application): void {
    for (const [namespace, keys] of orphanWatchers) if (keys.delete(key) && keys.size === 0) orphanWatchers.delete(namespace)
    const namespace = spec.destination.namespace ?? ''
    if (namespace === '' || orphanPolicyOf(store.project(spec.project)) === undefined) return
    orphanWatchers.set(namespace, (orphanWatchers.get(namespace) ?? new Set()).add(key))
  }

  function emitFindings(key: string, refreshed: Refreshed, started: number): void {
    const at = clock.now()
    const { rendered, outcome } = refreshed
    if (rendered?.some(({ isReused }) => !isReused) === true) {
      options.emit({
        type: 'application.rendered',
        at,
        application: key,
        revisions: outcome.revisions,
        manifests: rendered.reduce((sum, { manifests }) => sum + manifests.length, 0),
        durationMs: at - started,
      })
    }
    for (const condition of outcome.conditions.filter(({ type }) => type.endsWith('Error')))
      options.emit({ type: 'application.failed', at, application: key, message: condition.message })
    if (outcome.comparison === undefined) return
    const outOfSync = outcome.comparison.resources.filter(({ status }) => status === 'OutOfSync').map(({ id }) => id)
    options.emit({ type: 'application.compared', at, application: key, status: outcome.comparison.status, health: outcome.comparison.health.status, outOfSync })
  }

  /**
   * One patch for everything. A consumed refresh request is taken away only when nobody asked again meanwhile: the patch then names the version
   * it was read at, and is made anew when the API server says that it has moved.
   */
  async function writeStatus(
    key: string,
    current: Application,
    status: ApplicationStatus,
    extra: { readonly done: OperationState | undefined; readonly operation: Operation | undefined; readonly isForced: boolean },
  ): Promise<boolean> {
    let from = current
    const asked = annotationOf(current, refreshAnnotation)
    const askedAt = annotationOf(current, `${refreshAnnotation}-timestamp`)
    for (let attempt = 0; ; attempt++) {
      const statusPatch = patchOfStatus(from.status ?? {}, status, extra.isForced || asked !== undefined)
      const isAskedStill =
        asked !== undefined && annotationOf(from, refreshAnnotation) === asked && annotationOf(from, `${refreshAnnotation}-timestamp`) === askedAt
      const annotations = isAskedStill ? { [refreshAnnotation]: null, ...(askedAt === undefined ? {} : { [`${refreshAnnotation}-timestamp`]: null }) } : {}
      const metadata = {
        ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
        ...(isAskedStill ? { resourceVersion: from.metadata.resourceVersion ?? '' } : {}),
      }
      const operation = extra.operation ?? (extra.done !== undefined && from.operation !== undefined ? null : undefined)
      const patch = {
        ...(statusPatch === undefined ? {} : { status: statusPatch }),
        ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
        ...(operation === undefined ? {} : { operation }),
        ...(extra.operation === undefined || !options.isOriginal ? {} : specPatchOf(from)),
      }
      if (Object.keys(patch).length === 0) return true
      try {
        return (await store.patch(key, patch)) !== undefined
      } catch (error) {
        if (!(error instanceof ClusterError) || error.status !== 409 || attempt >= 5) throw error
        await cluster.pause(10 * 2 ** attempt, stopping.signal)
        const newer = store.get(key)
        if (newer === undefined) return false
        from = newer
      }
    }
  }

  function record(application: Application, events: readonly RecordedEvent[]): void {
    for (const event of events)
      store
        .recordEvent(application, event)
        .catch((error: unknown) => logger.log('warning', `event of ${applicationKeyOf(application)} was not recorded: ${messageOf(error)}`))
  }

  /** Applications with hooks for their deletion are held until those have run. */
  async function holdForHooks(key: string, { gathered }: Refreshed): Promise<void> {
    const application = store.get(key)
    if (application === undefined || gathered === undefined) return
    const finalizers = finalizersForHooks(application, gathered.desired)
    if (finalizers !== undefined) await store.patch(key, { metadata: { finalizers: finalizers.length === 0 ? null : finalizers } })
  }

  function onStoreChange(key: string, application: Application, type: 'added' | 'modified' | 'deleted'): void {
    for (const wake of operations.get(key)?.wakes ?? []) wake()
    // Who took back what was asked for may ask again under another project.
    if (application.operation === undefined) projectsAsked.delete(key)
    if (type === 'deleted') {
      queue.remove(key)
      projectsAsked.delete(key)
      for (const keys of orphanWatchers.values()) keys.delete(key)
      options.renderer.forget(key)
      return
    }
    if (isSkipped(application)) return
    const isAsking = application.operation !== undefined && !operations.has(key) && !finished.has(key)
    if (isAsking && !projectsAsked.has(key)) projectsAsked.set(key, store.project(application.spec.project, application.metadata.resourceVersion))
    const request = requestOf(application)
    if (request !== undefined) queue.add(key, { ...request, at: clock.now() })
    else if (application.metadata.deletionTimestamp !== undefined) queue.add(key, { level: 'recent', reason: 'deletion requested' })
    else if (isAsking) queue.add(key, { level: 'latest', reason: 'operation requested' })
    else if (type === 'added') queue.add(key, { level: 'latest', reason: 'controller started' })
    else if (isAutomated(application.spec) && automated.get(key) === false) queue.add(key, { level: 'latest', reason: 'automated sync was switched on' })
    automated.set(key, isAutomated(application.spec))
  }

  const automated = new Map<string, boolean>()
  /** Applications whose projects want to know of orphans, by destination namespace. */
  const orphanWatchers = new Map<string, Set<string>>()
  /** What is asked for is judged by the project as it was then. */
  const projectsAsked = new Map<string, KubernetesObject | undefined>()

  /** The key of the application that a tracking name means. */
  function keyOfTracked(name: string): string {
    const underscore = name.indexOf('_')
    return underscore < 0 ? `${settings.controllerNamespace}/${name}` : `${name.slice(0, underscore)}/${name.slice(underscore + 1)}`
  }

  /** Something came or went that is nobody's: applications that count such things in its namespace look again. */
  function onOrphanChange({ type, object }: LiveChange): void {
    if (type === 'modified' || trackedApplicationOf(object, settings.tracking) !== undefined) return
    for (const key of orphanWatchers.get(object.metadata.namespace ?? '') ?? [])
      queue.add(key, { level: 'recent', reason: `${object.kind} ${object.metadata.name ?? ''} ${type}` }, orphanDelayMs)
  }

  function onLiveChange(object: Parameters<typeof trackedApplicationOf>[0]): void {
    const name = trackedApplicationOf(object, settings.tracking)
    if (name === undefined) return
    const key = keyOfTracked(name)
    const owner = store.get(key)
    if (owner === undefined || isSkipped(owner)) return
    const isDeleting = owner.metadata.deletionTimestamp !== undefined
    queue.add(
      key,
      { level: 'recent', reason: `${object.kind} ${object.metadata.name ?? ''} changed` },
      isDeleting ? 0 : operations.has(key) ? changeDelayInOperationMs : changeDelayMs,
    )
  }

  return {
    async start(signal) {
      await store.start(signal)
      unsubscribes.push(
        store.subscribe(({ key, application, type }) => onStoreChange(key, application, type)),
        cluster.live.subscribe((change) => {
          onLiveChange(change.object)
          onOrphanChange(change)
          if (
            change.previous !== undefined &&
            trackedApplicationOf(change.previous, settings.tracking) !== trackedApplicationOf(change.object, settings.tracking)
          )
            onLiveChange(change.previous)
        }),
      )
      for (const application of store.list()) onStoreChange(applicationKeyOf(application), application, 'added')
    },
    request: (key, request) => queue.add(key, request),
    async idle() {
      do {
        await queue.idle()
        await Promise.all([...operations.values()].map(({ done }) => done))
        await queue.idle()
      } while (operations.size > 0)
    },
    async stop() {
      for (const unsubscribe of unsubscribes.splice(0)) unsubscribe()
      stopping.abort(new Error('the engine is stopping'))
      await Promise.all([queue.stop(), ...[...operations.values()].map(({ done }) => done)])
    },
  }
}

/** The same status with only its time moved is no reason to write, unless somebody asked for the look. */
function patchOfStatus(before: ApplicationStatus, after: ApplicationStatus, isAsked: boolean): unknown {
  const patch = mergePatchOf(before, after) as Record<string, unknown> | undefined
  if (patch === undefined || (Object.keys(patch).length === 1 && 'reconciledAt' in patch && !isAsked)) return undefined
  return patch
}

function withoutFinished(application: Application, done: OperationState | undefined): Application {
  if (done === undefined) return application
  const { operation: _operation, ...rest } = application
  return rest as Application
}

function withOperation(status: ApplicationStatus, operationState: OperationState, history: NonNullable<ApplicationStatus['history']>): ApplicationStatus {
  const { history: _history, ...rest } = status
  return { ...rest, operationState, ...(history.length === 0 ? {} : { history }) }
}

function withConditions(status: ApplicationStatus, conditions: readonly NonNullable<ApplicationStatus['conditions']>[number][]): ApplicationStatus {
  return { ...status, conditions }
}

function hasErrors({ outcome }: Refreshed): boolean {
  return outcome.conditions.some(({ type }) => type === 'ComparisonError' || type === 'InvalidSpecError')
}

/** A delay that is the same for the same application, and spreads applications over the interval. */
function jitterOf(key: string, rangeMs: number): number {
  let hash = 0
  for (let index = 0; index < key.length; index++) hash = (hash * 31 + key.charCodeAt(index)) >>> 0
  return (hash / 2 ** 32) * rangeMs
}
