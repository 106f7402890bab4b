// Two snapshots of an application, compared without a cluster: what one commit would change after another.
import { compare } from './compare.ts'
import type { Comparison } from './compare.ts'
import { desiredStateOf } from './desired-state.ts'
import type { DesiredObject, DesiredStateOptions } from './desired-state.ts'
import type { DiffSettings } from '../diff/diff.ts'
import { withStringDataEncoded } from '../diff/normalize.ts'
import { isHook } from '../plan/hooks.ts'
import type { HealthRegistry } from '../health/health.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import type { Manifest } from '../model/manifest.ts'
import { keyOf, resourceIdOf } from '../model/resource-id.ts'

/** What two snapshots come to. */
export interface SnapshotComparison {
  readonly comparison: Comparison
  /** Objects of the later snapshot, hooks included. */
  readonly desired: readonly DesiredObject[]
}

/**
 * Compare as if the earlier snapshot had just been synced, and nothing else had touched the cluster.
 * @param base rendered from the earlier state
 * @param head rendered from the later one
 */
export function compareSnapshots(
  base: readonly Manifest[],
  head: readonly Manifest[],
  options: { readonly state: DesiredStateOptions; readonly health: HealthRegistry; readonly diff?: Partial<DiffSettings> },
): SnapshotComparison {
  const { state, health, diff = {} } = options
  const [before, after] = [desiredStateOf(base, state), desiredStateOf(head, state)]
  const live = before.objects.filter(({ object }) => !isHook(object)).map(({ object }) => lived(object))
  const comparison = compare({
    desired: after.objects,
    live,
    health,
    tracking: state.tracking,
    diff: { prediction: { mode: 'three-way', fieldManager: 'plumbline-preview' }, ...diff },
  })
  return { comparison, desired: after.objects }
}

/** An object as it would live right after a sync: what was applied is what lives. */
function lived(object: KubernetesObject): KubernetesObject {
  const configuration = JSON.stringify(object)
  return {
    ...(object['stringData'] === undefined ? object : withStringDataEncoded(object)),
    metadata: {
      ...object.metadata,
      uid: keyOf(resourceIdOf(object)),
      resourceVersion: '1',
      annotations: { ...object.metadata.annotations, 'kubectl.kubernetes.io/last-applied-configuration': configuration },
    },
  }
}
