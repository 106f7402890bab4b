// Follows argo-cd `gitops-engine/pkg/health/health_statefulset.go`.
import { defineHealthCheck, healthy, progressing } from './health.ts'
import type { HealthCheck } from './health.ts'
import { isGenerationBehind, numberAt, textAt } from './read.ts'
import { valueAt } from '../model/kubernetes-object.ts'

export const statefulSetHealth: HealthCheck = defineHealthCheck('apps', 'StatefulSet', (set) => {
  const wanted = valueAt(set, 'spec', 'replicas')
  const updated = numberAt(set, 'status', 'updatedReplicas')
  if (numberAt(set, 'status', 'observedGeneration') === 0 || isGenerationBehind(set))
    return progressing('Waiting for statefulset spec update to be observed...')
  const ready = numberAt(set, 'status', 'readyReplicas')
  if (typeof wanted === 'number' && ready < wanted) return progressing(`Waiting for ${wanted - ready} pods to be ready...`)
  const strategy = textAt(set, 'spec', 'updateStrategy', 'type')
  if (strategy === 'RollingUpdate' && valueAt(set, 'spec', 'updateStrategy', 'rollingUpdate') !== undefined) {
    const partition = valueAt(set, 'spec', 'updateStrategy', 'rollingUpdate', 'partition')
    if (typeof wanted === 'number' && typeof partition === 'number' && updated < wanted - partition) {
      return progressing(`Waiting for partitioned roll out to finish: ${updated} out of ${wanted - partition} new pods have been updated...`)
    }
    return healthy(`partitioned roll out complete: ${updated} new pods have been updated...`)
  }
  if (strategy === 'OnDelete') return healthy(`statefulset has ${ready} ready pods`)
  const revision = textAt(set, 'status', 'updateRevision')
  if (revision !== textAt(set, 'status', 'currentRevision'))
    return progressing(`waiting for statefulset rolling update to complete ${updated} pods at revision ${revision}...`)
  return healthy(
    `statefulset rolling update complete ${numberAt(set, 'status', 'currentReplicas')} pods at revision ${textAt(set, 'status', 'currentRevision')}...`,
  )
})
