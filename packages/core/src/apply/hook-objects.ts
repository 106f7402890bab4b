// The finalizer that keeps a hook visible until its outcome has been recorded.
import { ClusterError } from '../errors.ts'
import { hookFinalizer } from '../plan/hooks.ts'
import type { SyncStep } from '../plan/sync-plan.ts'
import type { Cluster } from '../ports/cluster.ts'

/** Take the finalizer off a hook that has ended; nothing happens when it is not there. */
export async function removeHookFinalizer(cluster: Cluster, step: SyncStep): Promise<void> {
  const live = await cluster.live.load(step.id)
  const finalizers = live?.metadata.finalizers ?? []
  if (live === undefined || !finalizers.includes(hookFinalizer)) return
  const rest = finalizers.filter((finalizer) => finalizer !== hookFinalizer)
  try {
    const written = await cluster.patch(live, 'merge', { metadata: { finalizers: rest.length === 0 ? null : rest } }, { fieldManager: 'argocd-controller' })
    cluster.live.accept(written)
  } catch (error) {
    if (!(error instanceof ClusterError) || error.status !== 404) throw error
  }
}
