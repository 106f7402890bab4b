// Checks of the kinds that well-known operators bring.
import type { HealthCheck } from '../health.ts'
import { argoHealthChecks } from './argo.ts'
import { clusterApiHealthChecks } from './cluster-api.ts'
import { crossplaneHealthChecks } from './crossplane.ts'
import { databaseHealthChecks } from './databases.ts'
import { fluxHealthChecks } from './flux.ts'
import { gatewayHealthChecks } from './gateways.ts'
import { kruiseHealthChecks } from './kruise.ts'
import { messagingHealthChecks } from './messaging.ts'
import { observabilityHealthChecks } from './observability.ts'
import { platformHealthChecks } from './platforms.ts'
import { policyHealthChecks } from './policies.ts'
import { promoterHealthChecks } from './promoter.ts'
import { secretHealthChecks } from './secrets.ts'
import { serverlessHealthChecks } from './serverless.ts'
import { storageHealthChecks } from './storage.ts'
import { threeScaleHealthChecks } from './three-scale.ts'

export const operatorHealthChecks: readonly HealthCheck[] = [
  ...argoHealthChecks,
  ...clusterApiHealthChecks,
  ...crossplaneHealthChecks,
  ...databaseHealthChecks,
  ...fluxHealthChecks,
  ...gatewayHealthChecks,
  ...kruiseHealthChecks,
  ...messagingHealthChecks,
  ...observabilityHealthChecks,
  ...platformHealthChecks,
  ...policyHealthChecks,
  ...promoterHealthChecks,
  ...secretHealthChecks,
  ...serverlessHealthChecks,
  ...storageHealthChecks,
  ...threeScaleHealthChecks,
]
