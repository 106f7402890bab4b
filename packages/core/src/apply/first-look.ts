// What is known to go wrong before the first write: limits, what the project forbids, kinds that nobody serves, fields that never change, and, where that
// is asked for, what the API server says to a dry run.
import type { BatchContext } from './run-batch.ts'
import { resultsOfDryRun } from './run-batch.ts'
import type { StepState } from './step-state.ts'
import { checkGuards } from '../plan/guards.ts'
import type { PlanGuards } from '../plan/guards.ts'
import { formatResourceId } from '../model/resource-id.ts'
import { definedKindOf } from '../plan/order.ts'
import { resourceOptionsOf } from '../plan/sync-options.ts'
import type { SyncPlan, SyncStep } from '../plan/sync-plan.ts'
import type { Cluster } from '../ports/cluster.ts'

/** What to look at besides what is always looked at. */
export interface FirstLook {
  readonly guards?: PlanGuards
  /** Whether every object is written as a dry run first: one request more an object. Default: no. */
  readonly validates?: boolean
}

/**
 * Look at a plan that has not been begun. The states of steps that cannot be carried out say why.
 * @returns why nothing is done, as the message of the operation; undefined when all may begin
 */
export async function firstLook(context: BatchContext, { guards, validates }: FirstLook): Promise<string | undefined> {
  const { plan, cluster, states } = context
  const violations = guards === undefined ? [] : checkGuards(plan, guards)
  if (violations.length > 0) return `the plan is refused: ${violations.map(({ message }) => message).join('; ')}`
  const invalid = await invalidSteps(plan, cluster, states)
  if (invalid !== undefined) return invalid
  const fixed = plan.options.compatibility === 'argocd' ? undefined : immutableSteps(states)
  if (fixed !== undefined) return fixed
  return validates === true && !plan.options.dryRun ? refusedSteps(context) : undefined
}

function comingKinds(plan: SyncPlan): ReadonlySet<string> {
  return new Set(plan.steps.flatMap(({ object }) => (object === undefined ? [] : (definedKindOf(object) ?? []))).map(({ group, kind }) => `${group}/${kind}`))
}

/** What cannot be done at all: what the project forbids, and kinds that nobody serves. */
async function invalidSteps(plan: SyncPlan, cluster: Cluster, states: readonly StepState[]): Promise<string | undefined> {
  const coming = comingKinds(plan)
  const problems = new Set<string>()
  let rank = 0
  for (const state of states) {
    const { step } = state
    if (step.forbidden !== undefined) {
      problems.add(step.forbidden)
      Object.assign(state, { code: 'SyncFailed', rank: rank++, message: step.forbidden })
      continue
    }
    if (
      step.action === 'prune' ||
      coming.has(`${step.id.group}/${step.id.kind}`) ||
      resourceOptionsOf(step.object).includes('SkipDryRunOnMissingResource=true')
    )
      continue
    if ((await cluster.resourceOf({ group: step.id.group, version: step.version, kind: step.id.kind })) !== undefined) continue
    const apiVersion = step.id.group === '' ? step.version : `${step.id.group}/${step.version}`
    problems.add(`failed to discover server resources for group version ${apiVersion}: the server could not find the requested resource`)
    Object.assign(state, {
      code: 'SyncFailed',
      rank: rank++,
      message: `The Kubernetes API could not find ${step.id.group}/${step.id.kind} for requested resource ${step.id.namespace}/${step.id.name}. Make sure the "${step.id.kind}" CRD is installed on the destination cluster.`,
    })
  }
  return problems.size === 0 ? undefined : `one or more synchronization tasks are not valid: ${[...problems].toSorted().join(', ')}`
}

/** Half a sync is worse than none: what cannot be changed in place stops everything, unless it may be made anew. */
function immutableSteps(states: readonly StepState[]): string | undefined {
  const problems: string[] = []
  let rank = 0
  for (const state of states) {
    const { immutable = [], force, id } = state.step
    if (immutable.length === 0 || force === true) continue
    const message = `${immutable.join(', ')} cannot be changed in place; the sync option Force=true makes ${formatResourceId(id)} anew`
    problems.push(`${formatResourceId(id)}: ${message}`)
    Object.assign(state, { code: 'SyncFailed', phase: 'Failed', rank: rank++, message })
  }
  return problems.length === 0 ? undefined : `one or more synchronization tasks are not valid: ${problems.join(', ')}`
}

/**
 * What keeps the API server from answering a dry run of a step: a namespace or a definition that this very plan is to make; undefined for most.
 */
export async function obstaclesOf({ plan, cluster, signal }: BatchContext): Promise<(step: SyncStep) => string | undefined> {
  const coming = comingKinds(plan)
  const made = plan.steps.filter(({ id, action }) => id.kind === 'Namespace' && id.group === '' && action !== 'prune').map(({ id }) => id.name)
  const missing = new Set<string>()
  for (const name of new Set(made))
    if ((await cluster.get({ group: '', version: 'v1', kind: 'Namespace', namespace: '', name }, signal)) === undefined) missing.add(name)
  return ({ id }) => {
    if (missing.has(id.namespace)) return `namespace ${id.namespace}`
    return coming.has(`${id.group}/${id.kind}`) ? `definition of ${id.kind}` : undefined
  }
}

/** A dry run of everything that can have one. */
async function refusedSteps(context: BatchContext): Promise<string | undefined> {
  const obstacleOf = await obstaclesOf(context)
  const asked = context.states.filter(({ step }) => step.action === 'apply' && step.isModified && obstacleOf(step) === undefined)
  const failures = await resultsOfDryRun(context, asked)
  let rank = 0
  for (const { state, message } of failures) Object.assign(state, { code: 'SyncFailed', phase: 'Failed', rank: rank++, message })
  return failures.length === 0 ? undefined : `one or more objects failed to apply (dry run), reason: ${failures.map(({ message }) => message).join(',')}`
}
