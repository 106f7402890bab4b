// What a Deployment and its ReplicaSets say of each other. Follows kubernetes `pkg/controller/deployment/util`.
import { printed } from '@plumbline/schema'
import { isEqual, objectOf, valueAt } from '../api-server/types.ts'
import type { KubeObject } from '../api-server/types.ts'
import { numberAt } from './objects.ts'

export const hashLabel = 'pod-template-hash'
export const desiredAnnotation = 'deployment.kubernetes.io/desired-replicas'
const maxAnnotation = 'deployment.kubernetes.io/max-replicas'
const revisionAnnotation = 'deployment.kubernetes.io/revision'
const historyAnnotation = 'deployment.kubernetes.io/revision-history'
const ownAnnotations = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  historyAnnotation,
  desiredAnnotation,
  maxAnnotation,
  'deprecated.deployment.rollback.revision',
])
const maxHistory = 2000

/** Whether a set is of the template that the deployment has now. */
export function hasSameTemplate(set: KubeObject, deployment: KubeObject): boolean {
  return isEqual(withoutHash(valueAt(set, 'spec', 'template')), withoutHash(valueAt(deployment, 'spec', 'template')))
}

function withoutHash(template: unknown): unknown {
  const metadata = objectOf(objectOf(template)['metadata'])
  const { [hashLabel]: _hash, ...labels } = objectOf(metadata['labels'])
  return { ...objectOf(template), metadata: { ...metadata, labels } }
}

export function revisionOf({ metadata }: KubeObject): number {
  return Number(metadata.annotations?.[revisionAnnotation] ?? 0) || 0
}

/** How many more than wanted there may be while it rolls. */
export function surgeOf(deployment: KubeObject): number {
  if (valueAt(deployment, 'spec', 'strategy', 'type') === 'Recreate') return 0
  return share(valueAt(deployment, 'spec', 'strategy', 'rollingUpdate', 'maxSurge'), numberAt(deployment, 'spec', 'replicas'), Math.ceil)
}

/** How many may be missing while it rolls; at least one of surge and this is not zero. */
export function unavailableOf(deployment: KubeObject): number {
  const wanted = numberAt(deployment, 'spec', 'replicas')
  if (valueAt(deployment, 'spec', 'strategy', 'type') === 'Recreate' || wanted === 0) return 0
  const allowed = share(valueAt(deployment, 'spec', 'strategy', 'rollingUpdate', 'maxUnavailable'), wanted, Math.floor)
  return Math.min(wanted, allowed === 0 && surgeOf(deployment) === 0 ? 1 : allowed)
}

function share(value: unknown, total: number, round: (part: number) => number): number {
  if (typeof value === 'number') return value
  return round((total * Number.parseFloat(printed(value ?? '0'))) / 100)
}

/** Annotations of a set: those of the deployment, its revision, and the numbers it was scaled for. */
export function setAnnotations(deployment: KubeObject, set: KubeObject, revision: number | undefined): Record<string, string> {
  const wanted = numberAt(deployment, 'spec', 'replicas')
  const held = set.metadata.annotations ?? {}
  const isNew = set.metadata.uid === undefined
  const copied =
    revision === undefined ? {} : Object.fromEntries(Object.entries(deployment.metadata.annotations ?? {}).filter(([name]) => !ownAnnotations.has(name)))
  const numbers = isNew || revision === undefined ? { [desiredAnnotation]: String(wanted), [maxAnnotation]: String(wanted + surgeOf(deployment)) } : {}
  return { ...held, ...copied, ...numbers, ...revisions(held, revision) }
}

/** A set that comes back into use gets the newest number, and remembers those it had. */
function revisions(held: Readonly<Record<string, string>>, revision: number | undefined): Record<string, string> {
  const before = Number(held[revisionAnnotation] ?? 0)
  if (revision === undefined || before >= revision) return {}
  const marked = { [revisionAnnotation]: String(revision) }
  if (before === 0) return marked
  const history = [...(held[historyAnnotation] ?? '').split(',').filter((entry) => entry !== ''), String(before)].join(',')
  return { ...marked, [historyAnnotation]: history.slice(-maxHistory) }
}

/** Whether the set knows the numbers it is scaled for. */
export function isWithinSurge({ metadata }: KubeObject, deployment: KubeObject): boolean {
  const wanted = numberAt(deployment, 'spec', 'replicas')
  return metadata.annotations?.[desiredAnnotation] === String(wanted) && metadata.annotations[maxAnnotation] === String(wanted + surgeOf(deployment))
}

/** What a set gets, or gives up, of a number of pods that are too few or too many, in proportion to its size. */
export function replicasWithin(set: KubeObject, allowed: number, left: number): number {
  const replicas = numberAt(set, 'spec', 'replicas')
  if (replicas === 0 || left === 0) return 0
  const most = Number(set.metadata.annotations?.[maxAnnotation] ?? allowed) || allowed
  const part = Math.round((replicas * allowed) / most) - replicas
  return left > 0 ? Math.min(part, left) : Math.max(part, left)
}
