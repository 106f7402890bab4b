// Follows argo-cd `gitops-engine/pkg/health/health_replicaset.go`.
import { defineHealthCheck, degraded, healthy, progressing } from './health.ts'
import type { HealthCheck } from './health.ts'
import { conditionOf, isGenerationBehind, numberAt, textAt } from './read.ts'
import { valueAt } from '../model/kubernetes-object.ts'

export const replicaSetHealth: HealthCheck = defineHealthCheck('apps', 'ReplicaSet', (set) => {
  if (isGenerationBehind(set)) return progressing('Waiting for rollout to finish: observed replica set generation less than desired generation')
  const failure = conditionOf(set, 'ReplicaFailure')
  if (failure?.['status'] === 'True') return degraded(textAt(failure, 'message'))
  const [wanted, available] = [valueAt(set, 'spec', 'replicas'), numberAt(set, 'status', 'availableReplicas')]
  if (typeof wanted === 'number' && available < wanted)
    return progressing(`Waiting for rollout to finish: ${available} out of ${wanted} new replicas are available...`)
  return healthy()
})
