// Rules about plans: a plan is data, so a rule is a function over it.
import { formatResourceId } from '@plumbline/core'
import type { SyncPlan } from '@plumbline/core'

/** What a rule has against a plan, in words. */
export type Policy = (plan: SyncPlan) => string[]

/** Kinds that nobody deletes by a commit. */
export const keepsKinds =
  (...kinds: readonly string[]): Policy =>
  ({ steps }) =>
    steps.filter(({ action, id }) => action === 'prune' && kinds.includes(id.kind)).map(({ id }) => `${formatResourceId(id)} would be deleted`)

/** A commit that deletes a large part of an application is a mistake more often than not. */
export const deletesAtMost =
  (share: number): Policy =>
  ({ application, steps }) => {
    const prunes = steps.filter(({ action }) => action === 'prune').length
    const all = steps.filter(({ action }) => action !== 'hook').length
    return all > 0 && prunes / all > share ? [`${application}: ${prunes} of ${all} resources would be deleted`] : []
  }

export function violations(plan: SyncPlan, policies: readonly Policy[]): string[] {
  return policies.flatMap((policy) => policy(plan))
}
