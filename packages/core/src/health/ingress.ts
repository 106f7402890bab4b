// Follows argo-cd `gitops-engine/pkg/health/health_ingress.go`: an entry in the list is enough, even an empty one.
import { defineHealthCheck, healthy, progressing } from './health.ts'
import type { HealthCheck } from './health.ts'
import { valueAt } from '../model/kubernetes-object.ts'

function ingressHealth(group: string): HealthCheck {
  return defineHealthCheck(group, 'Ingress', (ingress) => {
    const addresses = valueAt(ingress, 'status', 'loadBalancer', 'ingress')
    return Array.isArray(addresses) && addresses.length > 0 ? healthy() : progressing()
  })
}

export const ingressHealthChecks: readonly HealthCheck[] = [ingressHealth('networking.k8s.io'), ingressHealth('extensions')]
