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
import { morePlatformHealthChecks } from './more-platforms.ts'
import { observabilityHealthChecks } from './observability.ts'
import { platformHealthChecks } from './platforms.ts'
import { secretHealthChecks } from './secrets.ts'
import { serverlessHealthChecks } from './serverless.ts'
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
  ...morePlatformHealthChecks,
  ...observabilityHealthChecks,
  ...platformHealthChecks,
  ...secretHealthChecks,
  ...serverlessHealthChecks,
  ...threeScaleHealthChecks,
]
