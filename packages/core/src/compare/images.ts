// Container images of what runs, for `status.summary.images`. Argo CD reads them off the Pods; here they follow from the workloads that have
// Pods, so that no Pod has to be watched.
import { isRecord, valueAt } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'

/** Images in an object's pod template, in any order, doubles included. */
export function templateImagesOf(object: KubernetesObject): readonly string[] {
  const podSpec =
    object.kind === 'Pod'
      ? valueAt(object, 'spec')
      : object.kind === 'CronJob'
        ? valueAt(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec')
        : valueAt(object, 'spec', 'template', 'spec')
  return ['initContainers', 'containers'].flatMap((list) => {
    const containers = valueAt(podSpec, list)
    return Array.isArray(containers)
      ? containers.flatMap((container) => (isRecord(container) && typeof container['image'] === 'string' ? [container['image']] : []))
      : []
  })
}

const podCounts: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['replicas'],
  ReplicaSet: ['replicas'],
  StatefulSet: ['replicas'],
  DaemonSet: ['currentNumberScheduled'],
  Job: ['active', 'succeeded', 'failed'],
}

/** Images of an object's Pods: those of its template when it has Pods. */
export function imagesOf(object: KubernetesObject): readonly string[] {
  if (object.kind === 'Pod') return templateImagesOf(object)
  const counts = podCounts[object.kind]
  if (counts === undefined) return []
  return counts.some((name) => Number(valueAt(object, 'status', name) ?? 0) > 0) ? templateImagesOf(object) : []
}
