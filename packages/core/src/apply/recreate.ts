// Forced changes: delete what cannot be changed in place, and make it again.
import { ClusterError } from '../errors.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { resourceIdOf, versionOf } from '../model/resource-id.ts'
import type { ResourceId } from '../model/resource-id.ts'
import type { Cluster, WriteOptions } from '../ports/cluster.ts'

const attempts = 200
const firstPauseMs = 20
const longestPauseMs = 500

/**
 * Wait until a deleted object is gone: it may live on for its finalizers and dependents, and its name is free only then.
 * @returns whether it is gone; false after about a minute and a half
 */
export async function isGone(cluster: Cluster, id: ResourceId & { readonly version: string }, signal?: AbortSignal): Promise<boolean> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    if ((await cluster.get(id, signal)) === undefined) return true
    await cluster.pause(Math.min(firstPauseMs * 2 ** attempt, longestPauseMs), signal)
  }
  return false
}

/** Everything that lives in a namespace, or is of a defined kind, would go with it: these two are never made anew. */
export function isRecreatable({ apiVersion, kind }: KubernetesObject): boolean {
  return !(apiVersion === 'v1' && kind === 'Namespace') && !(apiVersion.startsWith('apiextensions.k8s.io/') && kind === 'CustomResourceDefinition')
}

/** Delete and create. A dry run only asks whether the deletion would be let through, as the object cannot be made beside the one that is there. */
export async function recreate(cluster: Cluster, object: KubernetesObject, options: WriteOptions): Promise<KubernetesObject> {
  const id = { ...resourceIdOf(object), version: versionOf(object.apiVersion) }
  await cluster.delete(id, { propagationPolicy: 'Background', ...(options.dryRun === true ? { dryRun: true } : {}) })
  if (options.dryRun === true) return object
  if (!(await isGone(cluster, id, options.signal)))
    throw new ClusterError(`timed out waiting for the deletion of ${object.kind} "${object.metadata.name ?? ''}"`, 504, 'Timeout')
  return cluster.create(object, options)
}
