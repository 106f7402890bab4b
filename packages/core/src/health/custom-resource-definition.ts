// Follows argo-cd `resource_customizations/apiextensions.k8s.io/CustomResourceDefinition/health.lua`.
import { defineHealthCheck, degraded, healthy, progressing } from './health.ts'
import type { HealthCheck } from './health.ts'
import { conditionOf, recordsAt, textAt } from './read.ts'

export const customResourceDefinitionHealth: HealthCheck = defineHealthCheck('apiextensions.k8s.io', 'CustomResourceDefinition', (definition) => {
  if (conditionOf(definition, 'Terminating')?.['status'] === 'True') return progressing('CRD is being terminated')
  if (recordsAt(definition, 'status', 'conditions').length === 0) return progressing('Status conditions not found')
  const names = conditionOf(definition, 'NamesAccepted')
  if (names?.['status'] === 'False') return degraded(`CRD names have not been accepted: ${textAt(names, 'message')}`)
  const structure = conditionOf(definition, 'NonStructuralSchema')
  if (structure?.['status'] === 'True') return degraded(`Schema violations found: ${textAt(structure, 'message')}`)
  const established = conditionOf(definition, 'Established')
  if (established?.['status'] === 'True') return healthy('CRD is healthy')
  return established?.['reason'] === 'Installing' ? progressing('CRD is being installed') : degraded('CRD is not established')
})
