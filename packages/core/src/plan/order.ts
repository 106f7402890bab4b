// The total order of a plan's steps. Follows argo-cd `gitops-engine/pkg/sync/sync_tasks.go`;
// deviation: ties end on group, namespace and action, so that the order never depends on the order of the input.
import { compareTexts, groupOf } from '../model/resource-id.ts'
import type { SyncPhase } from '../model/application-status.ts'
import { isRecord, valueAt } from '../model/kubernetes-object.ts'
import { kindRankOf } from './kind-order.ts'
import type { SyncStep } from './sync-plan.ts'

const phases: readonly SyncPhase[] = ['PreSync', 'Sync', 'PostSync', 'SyncFail']

/** Order of two steps: phase, wave, kind, name, then the rest of the identity. */
export function compareSteps(a: SyncStep, b: SyncStep): number {
  return (
    phases.indexOf(a.phase) - phases.indexOf(b.phase) ||
    a.wave - b.wave ||
    kindRankOf(a.id.kind) - kindRankOf(b.id.kind) ||
    compareTexts(a.id.name, b.id.name) ||
    compareTexts(a.id.kind, b.id.kind) ||
    compareTexts(a.id.group, b.id.group) ||
    compareTexts(a.id.namespace, b.id.namespace) ||
    compareTexts(a.action, b.action)
  )
}

/**
 * Sort steps; Namespaces and CustomResourceDefinitions then move before the first step that needs them and take its phase and wave.
 * @returns a new array of the same length
 */
export function orderSteps(steps: readonly SyncStep[], destinationNamespace: string): SyncStep[] {
  const sorted = steps.toSorted(compareSteps)
  const isNeeded = (step: SyncStep): boolean => step.action !== 'prune'
  const namespaces = sorted.filter((step) => isNeeded(step) && step.id.group === '' && step.id.kind === 'Namespace')
  for (const step of namespaces)
    moveBefore(sorted, step, (other) => (other.id.namespace === '' ? destinationNamespace : other.id.namespace) === step.id.name && other.action !== 'prune')
  const definitions = sorted.filter((step) => isNeeded(step) && step.id.group === 'apiextensions.k8s.io' && step.id.kind === 'CustomResourceDefinition')
  for (const step of definitions) {
    const spec = valueAt(step.object, 'spec')
    const [group, kind] = [valueAt(spec, 'group'), valueAt(spec, 'names', 'kind')]
    if (isRecord(spec)) moveBefore(sorted, step, (other) => other.id.group === group && other.id.kind === kind && other.action !== 'prune')
  }
  return sorted
}

function moveBefore(steps: SyncStep[], step: SyncStep, isMember: (other: SyncStep) => boolean): void {
  const from = steps.indexOf(step)
  const to = steps.findIndex((other) => other !== step && isMember(other))
  const first = steps[to]
  if (first === undefined || to >= from) return
  steps.splice(from, 1)
  steps.splice(to, 0, { ...step, phase: first.phase, wave: first.wave })
}

/** Group and kind of the objects that a definition defines. */
export function definedKindOf(object: {
  readonly apiVersion: string
  readonly kind: string
  readonly [member: string]: unknown
}): { group: string; kind: string } | undefined {
  if (groupOf(object.apiVersion) !== 'apiextensions.k8s.io' || object.kind !== 'CustomResourceDefinition') return undefined
  const [group, kind] = [valueAt(object['spec'], 'group'), valueAt(object['spec'], 'names', 'kind')]
  return typeof group === 'string' && typeof kind === 'string' ? { group, kind } : undefined
}
