// Runs the steps of one wave: prunes first, then kind by kind, objects of one kind together; a failure stops only what comes after prunes.
import { removeHookFinalizer } from './hook-objects.ts'
import { formatIntent, staleOf } from './hook-intents.ts'
import type { StepState } from './step-state.ts'
import { isGone } from './recreate.ts'
import { writeObject } from './write-object.ts'
import type { StepWriteOptions } from './write-object.ts'
import { messageOf } from '../errors.ts'
import type { SyncEventBody } from '../events.ts'
import { definedKindOf } from '../plan/order.ts'
import type { SyncPlan } from '../plan/sync-plan.ts'
import type { Cluster } from '../ports/cluster.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'

/** What a batch works on. */
export interface BatchContext {
  readonly plan: SyncPlan
  readonly cluster: Cluster
  readonly states: readonly StepState[]
  readonly concurrency: number
  emit(event: SyncEventBody): void
  persist(message: string): Promise<void>
  readonly signal?: AbortSignal
}

/** Run the steps; their states say what became of each. */
export async function runBatch(context: BatchContext, batch: readonly StepState[]): Promise<void> {
  // What is left alone is told at once.
  const prunes = batch.filter(({ step }) => step.action === 'prune').toSorted((a, b) => Number(a.step.skip === undefined) - Number(b.step.skip === undefined))
  await inParallel(context, prunes, (state) => prune(context, state))
  if (prunes.some(({ phase }) => phase === 'Failed')) return
  // Hooks are recorded before they are made; among the results they stand where the plan has them all the same.
  const first = highestRank(context) + 1
  for (const [index, state] of batch.filter(({ step }) => step.action !== 'prune').entries()) state.place = first + index
  const hooks = batch.filter(({ step }) => step.action === 'hook')
  if (hooks.length > 0 && !context.plan.options.dryRun) await recordIntents(context, hooks)
  for (const group of runsOfKinds(batch.filter(({ step }) => step.action !== 'prune'))) {
    await inParallel(context, group, (state) =>
      state.step.action === 'hook' && !context.plan.options.dryRun ? makeHook(context, state) : apply(context, state),
    )
  }
}

function highestRank({ states }: BatchContext): number {
  return states.reduce((highest, state) => Math.max(highest, state.rank ?? -1), -1)
}

function runsOfKinds(states: readonly StepState[]): StepState[][] {
  const runs: StepState[][] = []
  for (const state of states) {
    const last = runs.at(-1)
    if (last !== undefined && last[0]?.step.id.kind === state.step.id.kind) last.push(state)
    else runs.push([state])
  }
  return runs
}

/** Bounded parallelism; results are ranked in order of the steps, whichever answer comes first. */
async function inParallel(context: BatchContext, states: readonly StepState[], work: (state: StepState) => Promise<void>): Promise<void> {
  let rank = highestRank(context)
  for (const state of states) state.rank ??= state.place ?? ++rank
  let next = 0
  const worker = async (): Promise<void> => {
    for (let state = states[next++]; state !== undefined; state = states[next++]) {
      context.signal?.throwIfAborted()
      await work(state)
    }
  }
  await Promise.all(Array.from({ length: Math.min(context.concurrency, states.length) }, worker))
}

/** Ask the API server what it would say to each object. @returns those that it refuses, in order of the steps */
export async function resultsOfDryRun(context: BatchContext, states: readonly StepState[]): Promise<{ readonly state: StepState; readonly message: string }[]> {
  const { cluster } = context
  const refused = new Map<StepState, string>()
  let next = 0
  const worker = async (): Promise<void> => {
    for (let state = states[next++]; state !== undefined; state = states[next++]) {
      context.signal?.throwIfAborted()
      try {
        const live = await cluster.live.load(state.step.id, context.signal)
        await writeObject(cluster, state.step, live, { ...writeOptions(context), dryRun: true })
      } catch (error) {
        if (context.signal?.aborted === true) throw error
        refused.set(state, messageOf(error))
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(context.concurrency, states.length) }, worker))
  return states.flatMap((state) => {
    const message = refused.get(state)
    return message === undefined ? [] : [{ state, message }]
  })
}

async function apply(context: BatchContext, state: StepState): Promise<void> {
  const { cluster, plan } = context
  const { step } = state
  try {
    const live = step.method === 'server-side' && step.force !== true ? undefined : await cluster.live.load(step.id, context.signal)
    const { object, message } = await writeObject(cluster, step, live, writeOptions(context))
    if (!plan.options.dryRun) {
      cluster.live.accept(object)
      await established(context, object)
    }
    Object.assign(state, { code: 'Synced', phase: 'Running', message })
    context.emit({ type: 'resource.applied', id: step.id, message })
  } catch (error) {
    fail(context, state, error)
  }
}

async function prune(context: BatchContext, state: StepState): Promise<void> {
  const { step } = state
  if (step.skip !== undefined) {
    Object.assign(state, { code: 'PruneSkipped', phase: 'Succeeded', message: step.skip })
    context.emit({ type: 'resource.skipped', id: step.id, message: step.skip })
    return
  }
  const { dryRun, propagationPolicy } = context.plan.options
  try {
    const uid = step.live?.uid
    await context.cluster.delete(
      { ...step.id, version: step.version },
      { propagationPolicy, ...(dryRun ? { dryRun } : {}), ...(uid === undefined || uid === '' ? {} : { uid }) },
    )
    const message = dryRun ? 'pruned (dry run)' : 'pruned'
    Object.assign(state, { code: 'Pruned', phase: 'Succeeded', message })
    context.emit({ type: 'resource.pruned', id: step.id, message })
  } catch (error) {
    fail(context, state, error)
  }
}

/** Say in the recorded state which hooks are about to be made, and which objects under their names are from before. */
async function recordIntents(context: BatchContext, hooks: readonly StepState[]): Promise<void> {
  let rank = highestRank(context)
  const added = hooks.filter(({ phase }) => phase === undefined)
  for (const state of added) {
    const uid = (await context.cluster.live.load(state.step.id, context.signal))?.metadata.uid
    Object.assign(state, { phase: 'Running', message: formatIntent(uid), rank: state.rank ?? state.place ?? ++rank })
  }
  if (added.length === 0) return
  await context.persist(`about to run ${hooks.length === 1 ? 'hook' : 'hooks'} ${hooks.map(({ step }) => `${step.id.kind}/${step.id.name}`).join(', ')}`)
}

/** Make a hook, or take up the one that an interrupted run of this same operation made. */
async function makeHook(context: BatchContext, state: StepState): Promise<void> {
  const { cluster } = context
  const { step } = state
  const stale = staleOf(state.message)
  try {
    let live = await cluster.get({ ...step.id, version: step.version }, context.signal)
    if (live !== undefined && live.metadata.uid !== stale) {
      cluster.live.accept(live)
      Object.assign(state, { code: 'Synced', phase: 'Running', message: `${step.id.name} created` })
      return
    }
    if (live !== undefined && step.deletePolicies?.includes('BeforeHookCreation') === true) {
      await removeHookFinalizer(cluster, step)
      await cluster.delete({ ...step.id, version: step.version }, { propagationPolicy: 'Background', ...(stale === undefined ? {} : { uid: stale }) })
      if (!(await isGone(cluster, { ...step.id, version: step.version }, context.signal)))
        throw new Error(`${step.id.kind}/${step.id.name} of an earlier sync does not go away`)
      live = undefined
    }
    const { object, message } = await writeObject(cluster, step, live, writeOptions(context))
    cluster.live.accept(object)
    Object.assign(state, { code: 'Synced', phase: 'Running', message })
    context.emit({ type: 'hook.started', id: step.id, message })
  } catch (error) {
    fail(context, state, error)
  }
}

/** Objects of a kind can only be written once its definition is served. Argo CD waits 3 s at most, then goes on. */
async function established(context: BatchContext, object: KubernetesObject): Promise<void> {
  const kind = definedKindOf(object)
  if (kind === undefined) return
  for (let attempt = 0; attempt < 30; attempt++) {
    if ((await context.cluster.resourceOf(kind, context.signal)) !== undefined) return
    await context.cluster.pause(100, context.signal)
  }
}

function writeOptions({ plan, signal }: BatchContext): StepWriteOptions {
  const { fieldManager, dryRun, compatibility } = plan.options
  return { fieldManager, dryRun, ...(compatibility === undefined ? {} : { compatibility }), ...(signal === undefined ? {} : { signal }) }
}

function fail(context: BatchContext, state: StepState, error: unknown): void {
  if (context.signal?.aborted === true) throw error
  const message = messageOf(error)
  Object.assign(state, { code: 'SyncFailed', phase: 'Failed', message })
  context.emit({ type: 'resource.failed', id: state.step.id, message })
}
