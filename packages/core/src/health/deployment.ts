// Follows argo-cd `gitops-engine/pkg/health/health_deployment.go`. Nothing is defaulted: without spec.replicas replicas are not checked.
import { defineHealthCheck, degraded, healthy, progressing, suspended } from './health.ts'
import type { HealthCheck } from './health.ts'
import { conditionOf, isGenerationBehind, numberAt } from './read.ts'
import { valueAt } from '../model/kubernetes-object.ts'

export const deploymentHealth: HealthCheck = defineHealthCheck('apps', 'Deployment', (deployment) => {
  if (valueAt(deployment, 'spec', 'paused') === true) return suspended('Deployment is paused')
  if (isGenerationBehind(deployment)) return progressing('Waiting for rollout to finish: observed deployment generation less than desired generation')
  const wanted = valueAt(deployment, 'spec', 'replicas')
  const [updated, replicas, available] = ['updatedReplicas', 'replicas', 'availableReplicas'].map((name) => numberAt(deployment, 'status', name)) as [
    number,
    number,
    number,
  ]
  if (conditionOf(deployment, 'Progressing')?.['reason'] === 'ProgressDeadlineExceeded')
    return degraded(`Deployment "${deployment.metadata.name ?? ''}" exceeded its progress deadline`)
  if (typeof wanted === 'number' && updated < wanted)
    return progressing(`Waiting for rollout to finish: ${updated} out of ${wanted} new replicas have been updated...`)
  if (replicas > updated) return progressing(`Waiting for rollout to finish: ${replicas - updated} old replicas are pending termination...`)
  if (available < updated) return progressing(`Waiting for rollout to finish: ${available} of ${updated} updated replicas are available...`)
  return healthy()
})
