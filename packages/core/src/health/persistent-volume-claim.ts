// Follows argo-cd `gitops-engine/pkg/health/health_pvc.go`.
import { defineHealthCheck, degraded, healthy, progressing, unknownHealth } from './health.ts'
import type { HealthCheck } from './health.ts'
import { textAt } from './read.ts'

export const persistentVolumeClaimHealth: HealthCheck = defineHealthCheck('', 'PersistentVolumeClaim', (claim) => {
  switch (textAt(claim, 'status', 'phase')) {
    case 'Bound':
      return healthy()
    case 'Pending':
      return progressing()
    case 'Lost':
      return degraded()
    default:
      return unknownHealth()
  }
})
