// What is behind the health of a workload: the states of its pods, summed up in the words of their containers.
import { conditionOf, recordsAt, textAt } from './read.ts'
import { valueAt } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { resourceIdOf } from '../model/resource-id.ts'
import type { Cluster } from '../ports/cluster.ts'

/** One cause, and how many pods have it. */
export interface HealthCause {
  /** Such as `ImagePullBackOff registry.example/web:nope`, or what the scheduler says. */
  readonly text: string
  readonly pods: number
}

/** The causes of all pods of a workload. */
export interface HealthCauses {
  readonly causes: readonly HealthCause[]
  /** Pods that were looked at. */
  readonly pods: number
}

const maxPods = 100
/** Kinds on the way from a workload to its pods. */
const between = [
  { group: '', kind: 'Pod' },
  { group: 'apps', kind: 'ReplicaSet' },
  { group: 'batch', kind: 'Job' },
]

/** Why pods are not ready, the most frequent cause first. Pods that are ready, or have done their work, have none. Pure. */
export function podCauses(pods: readonly KubernetesObject[]): HealthCauses {
  const counts = new Map<string, number>()
  for (const pod of pods) {
    const text = causeOf(pod)
    if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  const causes = [...counts].map(([text, count]) => ({ text, pods: count })).toSorted((a, b) => b.pods - a.pods || (a.text < b.text ? -1 : 1))
  return { causes, pods: pods.length }
}

function causeOf(pod: KubernetesObject): string | undefined {
  const phase = textAt(pod, 'status', 'phase')
  if (phase === 'Succeeded' || conditionOf(pod, 'Ready')?.['status'] === 'True') return undefined
  const containers = [...recordsAt(pod, 'status', 'initContainerStatuses'), ...recordsAt(pod, 'status', 'containerStatuses')]
  for (const container of containers) {
    const waiting = textAt(container, 'state', 'waiting', 'reason')
    if (waiting !== '' && waiting !== 'ContainerCreating' && waiting !== 'PodInitializing') return `${waiting} ${textAt(container, 'image')}`.trimEnd()
    const ended = valueAt(container, 'state', 'terminated')
    const code = valueAt(ended, 'exitCode')
    if (typeof code === 'number' && code !== 0) return `${textAt(ended, 'reason') || 'Error'} (exit code ${code}) ${textAt(container, 'image')}`.trimEnd()
  }
  const scheduled = conditionOf(pod, 'PodScheduled')
  if (scheduled?.['status'] === 'False') return `${textAt(scheduled, 'reason')}: ${textAt(scheduled, 'message')}`
  const own = textAt(pod, 'status', 'message') || textAt(pod, 'status', 'reason')
  return own === '' ? (phase === 'Running' ? 'running and not ready' : phase || 'not started') : own
}

/** `1 of 3 pods: ImagePullBackOff web:nope`, one line a cause. */
export function formatCauses({ causes, pods }: HealthCauses): string[] {
  return causes.map(({ text, pods: count }) => `${count} of ${pods} ${pods === 1 ? 'pod' : 'pods'}: ${text}`)
}

/**
 * Look for the pods behind an object and why they are not ready. A Pod is behind itself.
 * @returns no pods for objects that have none
 * @throws {ClusterError} when the cluster cannot be asked
 */
export async function healthCauses(cluster: Cluster, object: KubernetesObject, signal?: AbortSignal): Promise<HealthCauses> {
  if (object.kind === 'Pod' && object.apiVersion === 'v1') return podCauses([object])
  const namespace = object.metadata.namespace
  if (namespace === undefined) return podCauses([])
  await cluster.live.observe(between, signal)
  const owners = new Set([object.metadata.uid])
  const known = cluster.live.inNamespace(namespace)
  // Owners may stand behind what they own, and chains are short.
  for (let found = true; found;) {
    found = false
    for (const { metadata } of known)
      if (!owners.has(metadata.uid) && (metadata.ownerReferences ?? []).some(({ uid }) => owners.has(uid))) {
        owners.add(metadata.uid)
        found = true
      }
  }
  const pods = known.filter(({ kind, apiVersion, metadata }) => kind === 'Pod' && apiVersion === 'v1' && owners.has(metadata.uid)).slice(0, maxPods)
  const whole = await Promise.all(pods.map((pod) => cluster.live.load(resourceIdOf(pod), signal)))
  return podCauses(whole.filter((pod) => pod !== undefined))
}
