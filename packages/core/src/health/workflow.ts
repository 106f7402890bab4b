// Follows argo-cd `gitops-engine/pkg/health/health_argo.go`.
import { defineHealthCheck, degraded, healthy, progressing, unknownHealth } from './health.ts'
import type { HealthCheck } from './health.ts'
import { textAt } from './read.ts'

export const workflowHealth: HealthCheck = defineHealthCheck('argoproj.io', 'Workflow', (workflow) => {
  const [phase, message] = [textAt(workflow, 'status', 'phase'), textAt(workflow, 'status', 'message')]
  if (phase === '' || phase === 'Pending' || phase === 'Running') return progressing(message)
  if (phase === 'Succeeded') return healthy(message)
  return phase === 'Failed' || phase === 'Error' ? degraded(message) : unknownHealth(message)
})
