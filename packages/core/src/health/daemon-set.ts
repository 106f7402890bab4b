// Follows argo-cd `gitops-engine/pkg/health/health_daemonset.go`.
import { defineHealthCheck, healthy, progressing } from './health.ts'
import type { HealthCheck } from './health.ts'
import { isGenerationBehind, numberAt, textAt } from './read.ts'

export const daemonSetHealth: HealthCheck = defineHealthCheck('apps', 'DaemonSet', (set) => {
  if (isGenerationBehind(set)) return progressing('Waiting for rollout to finish: observed daemon set generation less than desired generation')
  const [updated, desired, available] = ['updatedNumberScheduled', 'desiredNumberScheduled', 'numberAvailable'].map((name) =>
    numberAt(set, 'status', name),
  ) as [number, number, number]
  if (textAt(set, 'spec', 'updateStrategy', 'type') === 'OnDelete') return healthy(`daemon set ${updated} out of ${desired} new pods have been updated`)
  const name = set.metadata.name ?? ''
  if (updated < desired) return progressing(`Waiting for daemon set "${name}" rollout to finish: ${updated} out of ${desired} new pods have been updated...`)
  if (available < desired) return progressing(`Waiting for daemon set "${name}" rollout to finish: ${available} of ${desired} updated pods are available...`)
  return healthy()
})
