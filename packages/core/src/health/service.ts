// Follows argo-cd `gitops-engine/pkg/health/health_service.go`.
import { defineHealthCheck, healthy, progressing } from './health.ts'
import type { HealthCheck } from './health.ts'
import { recordsAt, textAt } from './read.ts'

export const serviceHealth: HealthCheck = defineHealthCheck('', 'Service', (service) =>
  textAt(service, 'spec', 'type') === 'LoadBalancer' && recordsAt(service, 'status', 'loadBalancer', 'ingress').length === 0 ? progressing() : healthy(),
)
