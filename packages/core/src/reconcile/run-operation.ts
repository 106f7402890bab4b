// Carries one operation of one application from its request, or from where an earlier process left it, to its final state.
import type { FirstLook } from '../apply/first-look.ts'
import { runSync } from '../apply/sync-run.ts'
import type { SyncProgress } from '../apply/sync-run.ts'
import { messageOf } from '../errors.ts'
import type { SyncEventBody } from '../events.ts'
import type { Application, Operation } from '../model/application.ts'
import { applicationKeyOf } from '../model/application.ts'
import { whyForbidden } from '../model/app-project.ts'
import type { OperationState, SyncResult } from '../model/application-status.ts'
import { annotationOf } from '../model/kubernetes-object.ts'
import { syncPermission } from '../model/sync-windows.ts'
import { planSync } from '../plan/plan-sync.ts'
import type { SyncPlan } from '../plan/sync-plan.ts'
import { trackingNameOf } from '../plan/tracking.ts'
import type { ApplicationStore } from '../ports/application-store.ts'
import { formatTime } from '../ports/clock.ts'
import type { Clock } from '../ports/clock.ts'
import { clockTimeOf, operationSourceOf, retryDelayOf, specPatchOf, startedAtOf } from './operation.ts'
import { refreshApplication } from './refresh.ts'
import type { Refreshed, RefreshContext } from './refresh.ts'

/** What an operation needs besides the application. */
export interface OperationContext extends RefreshContext {
  readonly store: ApplicationStore
  readonly clock: Clock
  /** Whether objects and the Application are written as Argo CD writes them. */
  readonly isOriginal: boolean
  /** What plans are held to before they begin. */
  readonly firstLook: FirstLook
  emit(event: SyncEventBody): void
  onPlan(plan: SyncPlan): void
  /** Wake the operation when its Application changes. */
  readonly onWake: (wake: () => void) => () => void
}

/**
 * Run an operation to its end.
 * @param state recorded state to go on from; absent for a new operation, whose start is then recorded first
 * @param known a comparison at the operation's revision, when there is one already
 * @returns the final state, not yet recorded
 * @throws the signal's reason; the recorded state is then where the next process goes on
 */
export async function runOperation(
  application: Application,
  operation: Operation,
  state: OperationState | undefined,
  known: Refreshed | undefined,
  context: OperationContext,
): Promise<OperationState> {
  const key = applicationKeyOf(application)
  let current: OperationState = state ?? { operation, phase: 'Running', startedAt: formatTime(context.clock.now()) }
  if (state === undefined)
    await context.store.patch(key, {
      status: { operationState: { ...emptied(application), ...current } },
      ...(context.isOriginal ? specPatchOf(application) : {}),
    })
  let comparison = known
  for (;;) {
    if (!(await isLetThrough(application, current, context)))
      return { ...current, phase: 'Failed', message: 'Operation terminated', finishedAt: formatTime(context.clock.now()) }
    const outcome = await attempt(application, current, comparison, context)
    comparison = undefined
    const retries = current.retryCount ?? 0
    const isFailed = outcome.phase === 'Failed' || outcome.phase === 'Error'
    const delay = isFailed && outcome.message !== 'Operation terminated' ? retryDelayOf(operation.retry, retries) : undefined
    if (delay === undefined) {
      const message = retries > 0 ? `${outcome.message ?? ''} (retried ${retries} times).` : outcome.message
      return { ...outcome, ...(message === undefined ? {} : { message }), finishedAt: formatTime(context.clock.now()) }
    }
    const now = context.clock.now()
    current = {
      ...outcome,
      phase: 'Running',
      finishedAt: formatTime(now),
      retryCount: retries + 1,
      message: `${outcome.message ?? ''}. Retrying attempt #${retries + 1} at ${clockTimeOf(now + delay)}.`,
    }
    await record(key, current, context)
    await sleepOrWake(delay, context, () => isTerminating(key, context))
    if (isTerminating(key, context)) return { ...current, phase: 'Failed', message: 'Operation terminated', finishedAt: formatTime(context.clock.now()) }
    // A retry starts over: hooks run again.
    const { syncResult: _result, finishedAt: _finished, ...fresh } = current
    current = fresh
    await context.store.patch(key, { status: { operationState: { syncResult: null, finishedAt: null } } })
  }
}

/** How long a closed window is believed in: projects may be changed meanwhile. */
const maxWindowWaitMs = 60_000

/** Wait until the windows of the project let the operation through; false when it is terminated meanwhile. */
async function isLetThrough(application: Application, state: OperationState, context: OperationContext): Promise<boolean> {
  const key = applicationKeyOf(application)
  const isManual = state.operation.initiatedBy?.automated !== true
  let isTold = false
  for (;;) {
    const now = context.clock.now()
    const { isPermitted, changesAt } = syncPermission(context.project(application.spec.project), application, isManual, now)
    if (isPermitted) return true
    if (!isTold) await record(key, { ...state, message: 'Sync operation blocked by sync window' }, context)
    isTold = true
    await sleepOrWake(Math.min(maxWindowWaitMs, Math.max(1, (changesAt ?? now + maxWindowWaitMs) - now)), context, () => isTerminating(key, context))
    if (isTerminating(key, context)) return false
  }
}

async function attempt(application: Application, state: OperationState, known: Refreshed | undefined, context: OperationContext): Promise<OperationState> {
  const { operation } = state
  const sync = operation.sync
  if (sync === undefined) return { ...state, phase: 'Failed', message: 'Invalid operation request: no operation specified' }
  // `retry.refresh`: what failed may have been mended by a later commit.
  const isAnew = operation.retry?.refresh === true && (state.retryCount ?? 0) > 0
  const asked = isAnew ? undefined : (sync.revisions ?? (sync.revision === undefined || sync.revision === '' ? undefined : [sync.revision]))
  const pinned = state.syncResult?.revisions ?? (state.syncResult?.revision === undefined ? asked : [state.syncResult.revision])
  const target = withSources(application, operation)
  try {
    const refreshed =
      known ??
      (isAnew && pinned === undefined
        ? await refreshApplication(target, { level: 'force', since: context.clock.now() }, context)
        : await refreshAt(target, pinned, context))
    const errors = refreshed.outcome.conditions.filter(({ type }) => type === 'ComparisonError' || type === 'InvalidSpecError')
    if (errors.length > 0 || refreshed.gathered === undefined) {
      return {
        ...state,
        phase: 'Error',
        // A destination that is wrong is found before anything is compared, and named without a type.
        message: errors
          .map(({ type, message }) => (/^(?:application destination (?:can't|must)|error getting cluster)/.test(message) ? message : `${type}: ${message}`))
          .join(';'),
        syncResult: { ...operationSourceOf(application, operation, refreshed.outcome.revisions.length > 0 ? refreshed.outcome.revisions : (pinned ?? [])) },
      }
    }
    const options = sync.syncOptions ?? application.spec.syncPolicy?.syncOptions ?? []
    const shared = options.includes('FailOnSharedResource=true') ? refreshed.outcome.conditions.find(({ type }) => type === 'SharedResourceWarning') : undefined
    if (shared !== undefined)
      return {
        ...state,
        phase: 'Failed',
        message: `Shared resource found: ${shared.message}`,
        syncResult: { ...operationSourceOf(application, operation, refreshed.outcome.revisions) },
      }
    const metadata = application.spec.syncPolicy?.managedNamespaceMetadata
    const source = {
      ...operationSourceOf(application, operation, refreshed.outcome.revisions),
      ...(metadata === undefined ? {} : { managedNamespaceMetadata: metadata }),
    }
    const plan = await planOf(target, state, refreshed, context)
    context.onPlan(plan)
    context.emit({ type: 'sync.started', revisions: plan.revisions, steps: plan.steps.length })
    const key = applicationKeyOf(application)
    const progress = await runSync({
      ...context.firstLook,
      plan,
      cluster: context.cluster,
      clock: context.clock,
      health: context.settings.health,
      results: state.syncResult?.resources ?? [],
      persist: (now) => record(key, stateFrom(state, source, now), context),
      emit: (event) => context.emit(event),
      isTerminating: () => isTerminating(key, context),
      isPruneConfirmed: () => isDeletionApproved(key, state, context),
      onWake: context.onWake,
      ...(context.signal === undefined ? {} : { signal: context.signal }),
    })
    context.emit({ type: 'sync.finished', phase: progress.phase, message: progress.message, results: progress.results })
    return stateFrom(state, source, progress)
  } catch (error) {
    if (context.signal?.aborted === true) throw error
    return { ...state, phase: 'Error', message: messageOf(error) }
  }
}

/** Compare at pinned revisions, which may be names when a person wrote the operation. */
async function refreshAt(application: Application, pinned: readonly string[] | undefined, context: OperationContext): Promise<Refreshed> {
  if (pinned === undefined || pinned.every((revision) => /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(revision)))
    return refreshApplication(application, { level: 'latest' }, context, pinned)
  const { spec } = application
  const named: Application = {
    ...application,
    spec: {
      ...spec,
      ...(spec.source === undefined ? {} : { source: { ...spec.source, targetRevision: pinned[0] ?? '' } }),
      ...(spec.sources === undefined
        ? {}
        : { sources: spec.sources.map((source, index) => ({ ...source, targetRevision: pinned[index] ?? source.targetRevision ?? '' })) }),
    },
  }
  return refreshApplication(named, { level: 'force', since: context.clock.now() }, context)
}

/** An operation may name its own sources: a rollback does. */
function withSources(application: Application, { sync }: Operation): Application {
  if (sync?.source === undefined && sync?.sources === undefined) return application
  return {
    ...application,
    spec: { ...application.spec, ...(sync.sources === undefined ? (sync.source === undefined ? {} : { source: sync.source }) : { sources: sync.sources }) },
  }
}

async function planOf(application: Application, state: OperationState, refreshed: Refreshed, context: OperationContext): Promise<SyncPlan> {
  const { operation } = state
  const { spec } = application
  const gathered = refreshed.gathered
  const project = context.project(spec.project)
  const options = operation.sync?.syncOptions ?? spec.syncPolicy?.syncOptions
  const namespace = spec.destination.namespace ?? ''
  if (options?.includes('CreateNamespace=true') === true && namespace !== '') {
    await context.cluster.live.observe([{ group: '', kind: 'Namespace' }], context.signal)
  }
  const metadata = spec.syncPolicy?.managedNamespaceMetadata
  return planSync({
    application: trackingNameOf(
      { name: application.metadata.name ?? '', namespace: application.metadata.namespace ?? '' },
      context.settings.controllerNamespace,
    ),
    destinationNamespace: namespace,
    revisions: refreshed.outcome.revisions,
    ...(refreshed.rendered === undefined ? {} : { rendered: refreshed.rendered }),
    resources: gathered?.comparison.resources ?? [],
    desired: gathered?.desired ?? [],
    liveHook: (id) => context.cluster.live.get(id),
    ...(gathered === undefined ? {} : { ignore: gathered.ignore }),
    tracking: context.settings.tracking,
    startedAt: startedAtOf(state),
    ...(project === undefined ? {} : { whyForbidden: (id) => whyForbidden(project, id, spec) }),
    policy: {
      prune: operation.sync?.prune ?? false,
      dryRun: operation.sync?.dryRun ?? false,
      serverSideByDefault: !context.isOriginal,
      ...(context.isOriginal ? { compatibility: 'argocd' as const } : {}),
      skipHooks: operation.sync?.syncStrategy?.apply !== undefined,
      force: operation.sync?.syncStrategy?.apply?.force ?? operation.sync?.syncStrategy?.hook?.force ?? false,
      fieldManager: context.settings.prediction.fieldManager,
      ...(options === undefined ? {} : { options }),
      ...(operation.sync?.resources === undefined ? {} : { resources: operation.sync.resources }),
      ...(metadata === undefined ? {} : { managedNamespaceMetadata: metadata }),
    },
  })
}

function stateFrom(state: OperationState, source: Omit<SyncResult, 'resources'>, progress: SyncProgress): OperationState {
  return {
    ...state,
    phase: progress.phase,
    message: progress.message,
    syncResult: { ...(progress.results.length === 0 ? {} : { resources: progress.results }), ...source },
  }
}

/** `phase` is left alone while the operation runs: a person may have set it to Terminating. */
async function record(key: string, state: OperationState, context: OperationContext): Promise<void> {
  const { phase: _phase, ...shown } = state
  await context.store.patch(key, { status: { operationState: shown } })
}

/** Somebody has agreed to deletions since the operation began. */
function isDeletionApproved(key: string, { startedAt }: OperationState, context: OperationContext): boolean {
  const application = context.store.get(key)
  const approved = application === undefined ? undefined : annotationOf(application, 'argocd.argoproj.io/deletion-approved')
  return approved !== undefined && Date.parse(approved) >= Date.parse(startedAt)
}

function isTerminating(key: string, context: OperationContext): boolean {
  return context.store.get(key)?.status?.operationState?.phase === 'Terminating'
}

/** Nulls for what an earlier operation left in the state, so that a merge patch replaces it. */
function emptied(application: Application): Record<string, null> {
  return Object.fromEntries(Object.keys(application.status?.operationState ?? {}).map((name) => [name, null]))
}

function sleepOrWake(delayMs: number, context: OperationContext, isOver: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const cancels: (() => void)[] = []
    const settle = (finish: () => void): void => {
      for (const cancel of cancels.splice(0)) cancel()
      finish()
    }
    cancels.push(context.clock.after(delayMs, () => settle(resolve)))
    cancels.push(
      context.onWake(() => {
        if (isOver()) settle(resolve)
      }),
    )
    const abort = (): void => settle(() => reject(context.signal?.reason instanceof Error ? context.signal.reason : new Error('aborted')))
    context.signal?.addEventListener('abort', abort, { once: true })
    cancels.push(() => context.signal?.removeEventListener('abort', abort))
  })
}
