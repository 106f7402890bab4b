// What happens when an Application is deleted: its objects go first, wave by wave from the last, then its finalizer.
// Follows argo-cd `controller/appcontroller.go` (finalizeApplicationDeletion).
import type { Application } from '../model/application.ts'
import { annotationOf } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { groupOf, keyOf, resourceIdOf, versionOf } from '../model/resource-id.ts'
import { resourceOptionsOf } from '../plan/sync-options.ts'
import { isSelfReferenced } from '../plan/tracking.ts'
import type { TrackingSettings } from '../plan/tracking.ts'
import { waveOf } from '../plan/waves.ts'
import type { Cluster } from '../ports/cluster.ts'
import { isAnyDeletionHook } from './delete-hooks.ts'

const finalizer = 'resources-finalizer.argocd.argoproj.io'

/** How managed objects are deleted with their application; undefined when they stay. */
export function cascadeOf(application: Application): 'Foreground' | 'Background' | undefined {
  const finalizers = application.metadata.finalizers ?? []
  if (finalizers.includes(`${finalizer}/background`)) return 'Background'
  return finalizers.includes(finalizer) || finalizers.includes(`${finalizer}/foreground`) ? 'Foreground' : undefined
}

/** Finalizers without those that stand for the deletion of managed objects. */
export function finalizersWithoutCascade(application: Application): string[] {
  return (application.metadata.finalizers ?? []).filter((entry) => entry !== finalizer && !entry.startsWith(`${finalizer}/`))
}

/** Objects that have to go next: all of the highest wave that is left. Pure. */
export function nextToDelete(objects: readonly KubernetesObject[], application: Application, tracking: TrackingSettings): KubernetesObject[] {
  const self = keyOf(resourceIdOf(application))
  const managed = objects.filter(
    (object) =>
      keyOf(resourceIdOf(object)) !== self &&
      !(object.kind === 'CustomResourceDefinition' && groupOf(object.apiVersion) === 'apiextensions.k8s.io') &&
      !resourceOptionsOf(object).includes('Delete=false') &&
      annotationOf(object, 'helm.sh/resource-policy') !== 'keep' &&
      !isAnyDeletionHook(object) &&
      (object.metadata.ownerReferences ?? []).length === 0 &&
      isSelfReferenced(object, tracking),
  )
  const last = Math.max(...managed.map(waveOf))
  return managed.filter((object) => waveOf(object) === last)
}

/**
 * Delete one wave.
 * @returns how many objects are still there, those that were just asked to go included
 */
export async function deleteWave(cluster: Cluster, objects: readonly KubernetesObject[], propagationPolicy: 'Foreground' | 'Background'): Promise<number> {
  await Promise.all(
    objects
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map((object) =>
        cluster.delete(
          { ...resourceIdOf(object), version: versionOf(object.apiVersion) },
          { propagationPolicy, ...(object.metadata.uid === undefined ? {} : { uid: object.metadata.uid }) },
        ),
      ),
  )
  return objects.length
}
