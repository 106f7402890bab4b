// Executes a plan: the only place that changes a cluster. A state machine over recorded step states, so that any process can take it up.
// Follows argo-cd `gitops-engine/pkg/sync/sync_context.go`; deviations: waits are ended by the watch, not by polling, and have a deadline;
// a hook's intent is recorded before it is made, so that no hook runs twice after a crash.
import { firstLook, obstaclesOf } from './first-look.ts'
import type { FirstLook } from './first-look.ts'
import { runBatch } from './run-batch.ts'
import type { BatchContext } from './run-batch.ts'
import { isDone, isFailed, resultsOf, statesOf } from './step-state.ts'
import type { StepState } from './step-state.ts'
import { beginWaiting } from './wait.ts'
import type { Waiting } from './wait.ts'
import type { SyncEventBody } from '../events.ts'
import type { Health, HealthRegistry } from '../health/health.ts'
import type { OperationPhase, ResourceResult, SyncPhase } from '../model/application-status.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { compareTexts } from '../model/resource-id.ts'
import type { ResourceId } from '../model/resource-id.ts'
import { pruneWavesOf } from '../plan/prune.ts'
import type { SyncPlan, SyncStep } from '../plan/sync-plan.ts'
import type { Clock } from '../ports/clock.ts'
import type { Cluster } from '../ports/cluster.ts'
import { removeHookFinalizer } from './hook-objects.ts'

/** Progress of a sync, as it is recorded. */
export interface SyncProgress {
  readonly phase: OperationPhase
  readonly message: string
  readonly results: readonly ResourceResult[]
}

/** What an execution needs. */
export interface SyncRunRequest extends FirstLook {
  readonly plan: SyncPlan
  readonly cluster: Cluster
  readonly clock: Clock
  readonly health: HealthRegistry
  /** Results of an earlier, interrupted run. */
  readonly results?: readonly ResourceResult[]
  /** Store progress; awaited before hooks are made, and whenever the run begins to wait. */
  readonly persist?: (progress: SyncProgress) => Promise<void>
  readonly emit?: (event: SyncEventBody) => void
  /** Asked between steps: whether the operation has been told to end. */
  readonly isTerminating?: () => boolean
  /** Whether people have agreed to the deletions that ask for it. Default: no. */
  readonly isPruneConfirmed?: () => boolean
  /** Wakes a waiting run, for instance when `isTerminating` has changed. */
  readonly onWake?: (wake: () => void) => () => void
  /** Longest wait for one wave. Default: 30 minutes. */
  readonly waitTimeoutMs?: number
  /** Writes at once. Default: 16. */
  readonly concurrency?: number
  readonly signal?: AbortSignal
}

const defaultWaitTimeoutMs = 30 * 60_000
const defaultConcurrency = 16

/**
 * Run a plan to its end.
 * @returns the final progress. Aborting `signal` throws and leaves the recorded state for the next run
 * @throws what `persist` throws, and the reason of `signal`
 */
export async function runSync(request: SyncRunRequest): Promise<SyncProgress> {
  const { plan, cluster } = request
  const states = statesOf(plan.steps, request.results ?? [], plan.options.destinationNamespace)
  const context: BatchContext = {
    plan,
    cluster,
    states,
    concurrency: request.concurrency ?? defaultConcurrency,
    emit: (event) => request.emit?.(event),
    persist: (message) => persist('Running', message),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  }
  const progress = (phase: OperationPhase, message: string): SyncProgress => ({
    phase,
    message,
    results: resultsOf(states, plan.options.destinationNamespace),
  })
  async function persist(phase: OperationPhase, message: string): Promise<void> {
    await request.persist?.(progress(phase, message))
  }
  async function finish(phase: OperationPhase, message: string): Promise<SyncProgress> {
    const isGood = phase === 'Succeeded'
    await deleteHooks(isGood ? 'HookSucceeded' : 'HookFailed')
    return progress(phase, message)
  }
  async function deleteHooks(policy: 'HookSucceeded' | 'HookFailed'): Promise<void> {
    if (plan.options.dryRun) return
    for (const state of states) {
      if (state.step.action !== 'hook' || !isDone(state)) continue
      await removeHookFinalizer(cluster, state.step)
      if (state.step.deletePolicies?.includes(policy) === true) await cluster.delete(state.step.id, { propagationPolicy: 'Foreground' })
    }
  }

  const wait = (ids: readonly ResourceId[], untilMs: number): Waiting => waitFor(request, ids, untilMs)

  async function awaitConfirmation(unconfirmed: readonly StepState[]): Promise<void> {
    const more = unconfirmed.length > 1 ? ` and ${unconfirmed.length - 1} more resources` : ''
    const message = `waiting for pruning confirmation of ${idText(unconfirmed[0]?.step.id)}${more}`
    if (message !== shown) context.emit({ type: 'sync.waiting', message })
    shown = message
    // People may take their time: this only looks again now and then.
    const waiting = wait([], request.clock.now() + defaultWaitTimeoutMs)
    await persist('Running', message)
    if (request.isPruneConfirmed?.() === true) return waiting.stop()
    await waiting.changed()
  }

  let shown: string | undefined
  const isFresh = states.every(({ phase, code }) => phase === undefined && code === undefined)
  if (isFresh) {
    const problem = await firstLook(context, request)
    if (problem !== undefined) return finish('Failed', problem)
  }
  if (plan.options.dryRun) return runDry(context, finish)

  await cluster.live.observe(kindsOf(plan.steps), request.signal)
  const failSteps = states.filter(({ step }) => step.phase === 'SyncFail')
  const ordinary = states.filter(({ step }) => step.phase !== 'SyncFail')
  const [first, last] = [ordinary[0]?.step, ordinary.at(-1)?.step]
  const isMultiStep = first !== undefined && last !== undefined && (first.phase !== last.phase || first.wave !== last.wave)
  let deadline = request.clock.now() + (request.waitTimeoutMs ?? defaultWaitTimeoutMs)

  for (;;) {
    request.signal?.throwIfAborted()
    if (request.isTerminating?.() === true) {
      for (const state of states) if (state.step.action === 'hook' && state.phase === 'Running') await endHook(cluster, state, request)
      return finish('Failed', 'Operation terminated')
    }
    const change = wait(subjectsOf(states), deadline)
    for (const state of states) await refreshState(state, request)

    const unfinished = ordinary.filter((state) => state.phase === 'Running' && state.code !== undefined && (isMultiStep || state.step.action === 'hook'))
    const deleting = ordinary.filter(
      (state) =>
        state.step.action === 'prune' && state.code === 'Pruned' && isMultiStep && cluster.live.get(state.step.id)?.metadata.deletionTimestamp !== undefined,
    )
    const waiting =
      unfinished.length > 0
        ? waitingMessage(unfinished)
        : deleting.length > 0
          ? `waiting for deletion of ${idText(deleting[0]?.step.id)}${deleting.length > 1 ? ` and ${deleting.length - 1} more resources` : ''}`
          : undefined
    if (waiting !== undefined) {
      const standing = `${waiting}\n${states.map(({ phase }) => phase ?? '').join()}`
      if (standing !== shown) {
        if (shown?.startsWith(`${waiting}\n`) !== true) context.emit({ type: 'sync.waiting', message: waiting })
        shown = standing
        await persist('Running', waiting)
      }
      if (!(await change.changed())) {
        for (const state of unfinished) Object.assign(state, { phase: 'Failed', message: `not ready in time: ${state.message ?? ''}` })
        for (const state of deleting) Object.assign(state, { phase: 'Failed', message: 'not deleted in time' })
      }
      continue
    }
    change.stop()

    if (ordinary.some(isFailed))
      return runFailHooks(context, failSteps, request, finish, failureMessage('one or more synchronization tasks completed unsuccessfully', ordinary))
    const pending = ordinary.filter((state) => !isDone(state) && state.code === undefined && !(plan.options.applyOutOfSyncOnly && !state.step.isModified))
    const next = nextOf(pending, states)
    if (next === undefined) return finish('Succeeded', 'successfully synced (no more tasks)')
    const { phase, wave, batch } = next
    const unconfirmed = request.isPruneConfirmed?.() === true ? [] : batch.filter(({ step }) => step.needsConfirmation === true)
    if (unconfirmed.length > 0) {
      await awaitConfirmation(unconfirmed)
      continue
    }
    deadline = request.clock.now() + (request.waitTimeoutMs ?? defaultWaitTimeoutMs)
    context.emit({ type: 'wave.started', phase, wave, steps: batch.length })
    await runBatch(context, batch)
    // Kinds that came with a definition of this very sync are watched from now on.
    await cluster.live.observe(kindsOf(batch.map(({ step }) => step)), request.signal)
    if (batch.some(isFailed)) {
      const isAlone = ordinary.every((state) => batch.includes(state) && isFailed(state))
      const reason = isAlone ? 'one or more objects failed to apply' : 'one or more synchronization tasks completed unsuccessfully'
      return runFailHooks(context, failSteps, request, finish, failureMessage(reason, ordinary))
    }
    const isLastBatch = batch.length === pending.length && batch.every(({ step }) => step.action !== 'hook')
    if (isLastBatch) return finish('Succeeded', 'successfully synced (all tasks run)')
  }
}

/** The steps that come next: those of the first phase and, in it, of the lowest wave. What is pruned moves the waves of the prunes that are left. */
function nextOf(
  pending: readonly StepState[],
  states: readonly StepState[],
): { readonly phase: SyncPhase; readonly wave: number; readonly batch: StepState[] } | undefined {
  const phase = pending[0]?.step.phase
  if (phase === undefined) return undefined
  const moved = pruneWavesOf(states.filter(({ code }) => code !== 'Pruned').map(({ step }) => step))
  const waveIn = ({ step }: StepState): number => moved.get(step) ?? step.wave
  const candidates = pending.filter(({ step }) => step.phase === phase)
  let wave = Infinity
  for (const state of candidates) wave = Math.min(wave, waveIn(state))
  return { phase, wave, batch: candidates.filter((state) => waveIn(state) === wave) }
}

/** What a run may have to wait for: objects that are to become ready, and such that are to go. */
function subjectsOf(states: readonly StepState[]): ResourceId[] {
  return states.filter(({ phase, code }) => (phase === 'Running' && code !== undefined) || code === 'Pruned').map(({ step }) => step.id)
}

function waitFor({ cluster, clock, onWake, signal }: SyncRunRequest, ids: readonly ResourceId[], untilMs: number): Waiting {
  return beginWaiting({ cluster, clock, ids, untilMs, ...(onWake === undefined ? {} : { onWake }), ...(signal === undefined ? {} : { signal }) })
}

async function runDry(context: BatchContext, finish: (phase: OperationPhase, message: string) => Promise<SyncProgress>): Promise<SyncProgress> {
  const ordinary = context.states.filter(({ step }) => step.phase !== 'SyncFail')
  // Argo CD's dry run asks nobody.
  const obstacleOf = context.plan.options.compatibility === 'argocd' ? () => undefined : await obstaclesOf(context)
  const isAsked = (state: StepState): boolean => state.step.action === 'prune' || obstacleOf(state.step) === undefined
  await runBatch(context, ordinary.filter(isAsked))
  for (const state of ordinary.filter((each) => !isAsked(each))) {
    const message = `would be created (dry run): nobody can be asked before there is the ${obstacleOf(state.step) ?? ''}, which this sync makes`
    Object.assign(state, { code: 'Synced', phase: 'Running', message, rank: ordinary.indexOf(state) })
    context.emit({ type: 'resource.applied', id: state.step.id, message })
  }
  for (const state of ordinary) if (state.phase === 'Running') state.phase = 'Succeeded'
  return ordinary.some(isFailed)
    ? finish('Failed', failureMessage('one or more objects failed to apply (dry run)', ordinary))
    : finish('Succeeded', 'successfully synced (no more tasks)')
}

async function runFailHooks(
  context: BatchContext,
  failSteps: readonly StepState[],
  request: SyncRunRequest,
  finish: (phase: OperationPhase, message: string) => Promise<SyncProgress>,
  message: string,
): Promise<SyncProgress> {
  const pending = failSteps.filter((state) => !isDone(state) && state.code === undefined)
  if (pending.length > 0) await runBatch(context, pending)
  const deadline = request.clock.now() + (request.waitTimeoutMs ?? defaultWaitTimeoutMs)
  // What was applied beside a failure is waited for as well, so that its outcome is told.
  const isRunning = (state: StepState): boolean => state.phase === 'Running' && state.code !== undefined && state.step.isImplied !== true
  for (;;) {
    request.signal?.throwIfAborted()
    const change = waitFor(request, subjectsOf(context.states), deadline)
    for (const state of context.states) await refreshState(state, request)
    const running = context.states.filter(isRunning)
    if (running.length === 0 || request.isTerminating?.() === true) {
      change.stop()
      break
    }
    await context.persist(waitingMessage(running))
    if (!(await change.changed())) for (const state of running) Object.assign(state, { phase: 'Failed', message: 'not finished in time' })
  }
  const refused = failSteps.filter(({ code }) => code === 'SyncFailed')
  return finish('Failed', refused.length === 0 ? message : `${message}\n${failureMessage('one or more SyncFail hooks failed', refused)}`)
}

/** Bring a running step up to date with what lives. */
async function refreshState(state: StepState, { cluster, health }: SyncRunRequest): Promise<void> {
  const { step } = state
  if (state.phase !== 'Running' || state.code === undefined || step.action === 'prune') return
  // Of objects without a mark, definitions above all, the cache holds only the metadata.
  const live = await cluster.live.load(step.id)
  if (live === undefined) {
    Object.assign(state, { phase: 'Error', message: `Resource ${idText(step.id)} is missing, it might have been deleted` })
    return
  }
  const found = health(live)
  if (step.action === 'hook') return refreshHook(state, live, found)
  if (found === undefined || found.status === 'Healthy')
    Object.assign(state, { phase: 'Succeeded', ...(found?.message === undefined ? {} : { message: found.message }) })
  else if (found.status === 'Degraded') Object.assign(state, { phase: 'Failed', message: found.message ?? '' })
}

function refreshHook(state: StepState, live: KubernetesObject, found: Health | undefined): void {
  if (found === undefined) Object.assign(state, { phase: 'Succeeded', message: `${live.metadata.name ?? ''} created` })
  else if (found.status === 'Healthy') Object.assign(state, { phase: 'Succeeded', message: found.message ?? '' })
  else if (found.status === 'Degraded' || found.status === 'Unknown') Object.assign(state, { phase: 'Failed', message: found.message ?? '' })
  else if (found.message !== undefined) state.message = found.message
}

/** A hook that has ended meanwhile keeps its outcome, and stays unless its policy is to go with a failure. */
async function endHook(cluster: Cluster, state: StepState, request: SyncRunRequest): Promise<void> {
  await refreshState(state, request)
  if (isDone(state) && state.step.deletePolicies?.includes('HookFailed') !== true) return removeHookFinalizer(cluster, state.step)
  await removeHookFinalizer(cluster, state.step)
  await cluster.delete(state.step.id, { propagationPolicy: 'Foreground' })
  if (!isDone(state)) Object.assign(state, { phase: 'Failed', message: 'Terminated' })
}

/** Hooks are named first. */
function waitingMessage(unfinished: readonly StepState[]): string {
  const hooks = unfinished.filter(({ step }) => step.action === 'hook')
  const first = (hooks[0] ?? unfinished[0])?.step
  const more = unfinished.length - 1
  const rest = more === 0 ? '' : ` and ${more} more ${hooks.length === unfinished.length ? 'hooks' : 'resources'}`
  return `waiting for ${hooks.length > 0 ? 'completion of hook' : 'healthy state of'} ${idText(first?.id)}${rest}`
}

function failureMessage(reason: string, states: readonly StepState[]): string {
  const refused = states.filter((state) => state.code === 'SyncFailed').map(({ message }) => message ?? '')
  const failed = states.filter((state) => isFailed(state) && state.code !== 'SyncFailed' && state.step.action !== 'hook').map(({ message }) => message ?? '')
  const reasons = [...new Set([...refused, ...failed])].filter((text) => text !== '').toSorted(compareTexts)
  return reasons.length === 0 ? reason : `${reason}, reason: ${reasons.join(',')}`
}

function idText(id: ResourceId | undefined): string {
  return id === undefined ? '' : `${id.group}/${id.kind}/${id.name}`
}

function kindsOf(steps: readonly SyncStep[]): ResourceId[] {
  return [...new Map(steps.map((step) => [`${step.id.group}/${step.id.kind}`, step.id])).values()]
}
