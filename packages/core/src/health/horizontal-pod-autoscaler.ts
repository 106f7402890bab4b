// Follows argo-cd `gitops-engine/pkg/health/health_hpa.go`: type and reason decide, the condition's status is not read for failures.
import { parseJson } from '@plumbline/yaml'
import { defineHealthCheck, degraded, healthy, progressing, unknownHealth } from './health.ts'
import type { HealthCheck } from './health.ts'
import { recordsAt, textAt } from './read.ts'
import { annotationOf } from '../model/kubernetes-object.ts'

const failures: Readonly<Record<string, readonly string[]>> = {
  AbleToScale: ['FailedGetScale', 'FailedUpdateScale'],
  ScalingActive: [
    'FailedGetResourceMetric',
    'FailedGetObjectMetric',
    'FailedGetPodsMetric',
    'FailedGetExternalMetric',
    'FailedComputeMetricsReplicas',
    'InvalidSelector',
  ],
}

export const horizontalPodAutoscalerHealth: HealthCheck = defineHealthCheck('autoscaling', 'HorizontalPodAutoscaler', (autoscaler) => {
  if (autoscaler.apiVersion !== 'autoscaling/v1' && autoscaler.apiVersion !== 'autoscaling/v2') {
    return unknownHealth(`unsupported HPA GVK: ${autoscaler.apiVersion}, Kind=${autoscaler.kind}`)
  }
  let conditions = recordsAt(autoscaler, 'status', 'conditions')
  const annotation = annotationOf(autoscaler, 'autoscaling.alpha.kubernetes.io/conditions')
  if (autoscaler.apiVersion === 'autoscaling/v1' && annotation !== undefined) {
    try {
      conditions = recordsAt({ list: parseJson(annotation) }, 'list')
    } catch (error) {
      return unknownHealth(`failed to convert conditions annotation to typed: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  for (const condition of conditions) {
    if (failures[textAt(condition, 'type')]?.includes(textAt(condition, 'reason')) === true) return degraded(textAt(condition, 'message'))
  }
  const settled = conditions.find(
    (condition) => condition['status'] === 'True' && (condition['type'] === 'AbleToScale' || condition['type'] === 'ScalingLimited'),
  )
  return settled === undefined ? progressing('Waiting to Autoscale') : healthy(textAt(settled, 'message'))
})
