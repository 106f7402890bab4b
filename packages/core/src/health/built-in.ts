// Every check that ships, in one list: pass it to `createHealthRegistry`, with your own behind it.
import { apiServiceHealth } from './api-service.ts'
import { cronJobHealth } from './cron-job.ts'
import { customResourceDefinitionHealth } from './custom-resource-definition.ts'
import { daemonSetHealth } from './daemon-set.ts'
import { deploymentHealth } from './deployment.ts'
import type { HealthCheck } from './health.ts'
import { horizontalPodAutoscalerHealth } from './horizontal-pod-autoscaler.ts'
import { ingressHealthChecks } from './ingress.ts'
import { jobHealth } from './job.ts'
import { operatorHealthChecks } from './operators/index.ts'
import { persistentVolumeClaimHealth } from './persistent-volume-claim.ts'
import { podHealth } from './pod.ts'
import { prometheusHealth } from './prometheus.ts'
import { replicaSetHealth } from './replica-set.ts'
import { serviceHealth } from './service.ts'
import { statefulSetHealth } from './stateful-set.ts'
import { inVersions } from './supported-versions.ts'
import { workflowHealth } from './workflow.ts'

/** Health checks of the built-in kinds and of the kinds of well-known operators. */
export const builtInHealthChecks: readonly HealthCheck[] = [
  inVersions(['apps/v1'], deploymentHealth),
  inVersions(['apps/v1'], statefulSetHealth),
  inVersions(['apps/v1'], daemonSetHealth),
  inVersions(['apps/v1'], replicaSetHealth),
  podHealth,
  jobHealth,
  cronJobHealth,
  persistentVolumeClaimHealth,
  serviceHealth,
  ...ingressHealthChecks,
  horizontalPodAutoscalerHealth,
  inVersions(['apiregistration.k8s.io/v1', 'apiregistration.k8s.io/v1beta1'], apiServiceHealth),
  customResourceDefinitionHealth,
  prometheusHealth,
  workflowHealth,
  ...operatorHealthChecks,
]
