// Limits that a plan has to keep, whoever made it: what it may delete, and what it may never delete.
import { matchesGlob } from '../model/glob.ts'
import { formatResourceId } from '../model/resource-id.ts'
import type { GroupKind, ResourceId } from '../model/resource-id.ts'
import type { SyncPlan } from './sync-plan.ts'

/** What a plan must not do. */
export interface PlanGuards {
  /** Most objects that one plan may delete. Default: any number. */
  readonly maxDeletes?: number
  /** Kinds of which nothing is deleted. Groups and kinds may be globs. Default: none. */
  readonly protectedKinds?: readonly GroupKind[]
  /** Whether a plan may delete everything and leave nothing. Default: no. */
  readonly allowsEmpty?: boolean
}

/** A limit that a plan does not keep. */
export interface GuardViolation {
  readonly guard: 'maxDeletes' | 'protectedKinds' | 'allowsEmpty'
  readonly message: string
  /** What would be deleted against the limit. */
  readonly ids: readonly ResourceId[]
}

const shownIds = 3

/** Every limit that a plan does not keep; empty when it keeps them all. Pure. */
export function checkGuards(plan: SyncPlan, guards: PlanGuards): readonly GuardViolation[] {
  const deletes = plan.steps.filter(({ action, skip }) => action === 'prune' && skip === undefined).map(({ id }) => id)
  if (deletes.length === 0) return []
  const found: GuardViolation[] = []
  const { maxDeletes, protectedKinds = [], allowsEmpty = false } = guards
  if (maxDeletes !== undefined && deletes.length > maxDeletes)
    found.push({
      guard: 'maxDeletes',
      message: `it would delete ${deletes.length} objects, and at most ${maxDeletes} are let through: ${shown(deletes)}`,
      ids: deletes,
    })
  const kept = deletes.filter((id) => protectedKinds.some(({ group, kind }) => matchesGlob(group, id.group) && matchesGlob(kind, id.kind)))
  if (kept.length > 0) found.push({ guard: 'protectedKinds', message: `it would delete objects of protected kinds: ${shown(kept)}`, ids: kept })
  const leavesSomething = plan.steps.some(({ action, skip, isImplied }) => (action === 'apply' && isImplied !== true) || skip !== undefined)
  if (!allowsEmpty && !leavesSomething) found.push({ guard: 'allowsEmpty', message: `it would delete everything: ${shown(deletes)}`, ids: deletes })
  return found
}

function shown(ids: readonly ResourceId[]): string {
  const more = ids.length > shownIds ? ` and ${ids.length - shownIds} more` : ''
  return `${ids.slice(0, shownIds).map(formatResourceId).join(', ')}${more}`
}
