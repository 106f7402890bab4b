// Follows argo-cd `gitops-engine/pkg/health/health_apiservice.go`.
import { defineHealthCheck, healthy, progressing } from './health.ts'
import type { HealthCheck } from './health.ts'
import { conditionOf, textAt } from './read.ts'

export const apiServiceHealth: HealthCheck = defineHealthCheck('apiregistration.k8s.io', 'APIService', (service) => {
  const available = conditionOf(service, 'Available')
  if (available === undefined) return progressing('Waiting to be processed')
  const message = `${textAt(available, 'reason')}: ${textAt(available, 'message')}`
  return available['status'] === 'True' ? healthy(message) : progressing(message)
})
