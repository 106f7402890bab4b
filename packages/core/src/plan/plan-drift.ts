// Whether a plan still fits: what it was computed from may have changed since.
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { formatResourceId } from '../model/resource-id.ts'
import type { ResourceId } from '../model/resource-id.ts'
import type { SyncPlan } from './sync-plan.ts'

/**
 * Steps whose objects are not as they were when the plan was made, in words; none means that the plan may be carried out.
 * @param liveOf the object that lives now
 */
export function planDrift(plan: SyncPlan, liveOf: (id: ResourceId) => KubernetesObject | undefined): string[] {
  return plan.steps.flatMap((step) => {
    if (step.action === 'hook' || step.skip !== undefined || !step.isModified) return []
    const live = liveOf(step.id)
    const name = formatResourceId(step.id)
    if (step.live === undefined) return live === undefined || step.isImplied === true ? [] : [`${name} has been made meanwhile`]
    if (live === undefined) return [`${name} is gone`]
    if (live.metadata.uid !== step.live.uid) return [`${name} has been deleted and made again`]
    return live.metadata.resourceVersion === step.live.resourceVersion
      ? []
      : [`${name} has changed: from ${step.live.resourceVersion} to ${live.metadata.resourceVersion ?? ''}`]
  })
}
