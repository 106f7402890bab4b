// Follows argo-cd `resource_customizations/monitoring.coreos.com/Prometheus/health.lua`; Alertmanager and ThanosRuler report the same conditions.
import { defineHealthCheck, degraded, healthy, progressing } from './health.ts'
import type { HealthCheck } from './health.ts'
import { conditionOf, textAt } from './read.ts'

export const prometheusHealth: HealthCheck = defineHealthCheck('monitoring.coreos.com', 'Prometheus', (prometheus) => {
  const available = conditionOf(prometheus, 'Available')
  if (available === undefined) return progressing('Waiting for initialization')
  if (available['status'] === 'True') return healthy('All instances are available')
  return available['reason'] === 'SomePodsNotReady' ? progressing(textAt(available, 'message')) : degraded(textAt(available, 'message'))
})
