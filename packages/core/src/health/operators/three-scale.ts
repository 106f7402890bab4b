// Red Hat 3scale. Follows argo-cd `resource_customizations/{apps,capabilities}.3scale.net`.
import { valueAt } from '../../model/kubernetes-object.ts'
import type { KubernetesObject } from '../../model/kubernetes-object.ts'
import { defineHealthCheck } from '../health.ts'
import type { HealthCheck } from '../health.ts'
import { conditions, firstOf, isPresent, numberOr, on, provided, reasonOf, say, waiting, when, conditionsOf } from './vocabulary.ts'
import type { Check, Clause } from './vocabulary.ts'

const group = 'capabilities.3scale.net'
const is = (what: string, type: string): Clause => on(type, 'True', 'Healthy', `3scale ${what}`)
const fails = (type: string, what: string): Clause => on(type, 'True', 'Degraded', { orElse: `3scale ${what}` })

function byConditions(kind: string, ...clauses: readonly Clause[]): Check {
  return firstOf(conditions(...clauses), waiting(`Waiting for 3scale ${kind} status...`))
}

const invalid = (kind: string): Clause => fails('Invalid', `${kind} configuration is invalid`)
const orphan = (kind: string): Clause => fails('Orphan', `${kind} references non-existing resources`)
const failed = (kind: string, what = 'synchronization failed'): Clause => fails('Failed', `${kind} ${what}`)

function hasId(object: KubernetesObject, field: string): boolean {
  return numberOr(object, 0, 'status', field) > 0
}

function managerByDeployments(manager: KubernetesObject): ReturnType<Check> | undefined {
  const deployments = valueAt(manager, 'status', 'deployments')
  const has = (state: string): boolean => isPresent(valueAt(deployments, state))
  return isPresent(deployments) && has('ready') && !has('starting') && !has('stopped') ? say('Healthy', '3scale APIManager is available') : undefined
}

const manager = firstOf(
  managerByDeployments,
  conditions(
    on('Available', 'True', 'Healthy', '3scale APIManager is available'),
    provided(
      on('Available', '', 'Degraded', (condition) => `3scale APIManager is degraded: ${reasonOf(condition)}`),
      (condition) => reasonOf(condition) !== '',
    ),
  ),
  waiting('Waiting for 3scale APIManager status...'),
)

const application = firstOf(
  when(
    (object) => valueAt(object, 'status', 'state') === 'suspended',
    () => say('Suspended', '3scale Application is suspended'),
  ),
  conditions(
    is('Application is ready', 'Ready'),
    provided(on('Ready', '', 'Degraded', { orElse: '3scale Application is not ready' }), (_condition, object) => !hasId(object, 'adminId')),
  ),
  waiting('Waiting for 3scale Application status...'),
)

const tenant = firstOf(
  when(
    (object) => hasId(object, 'tenantId') && hasId(object, 'adminId') && conditionsOf(object).some(({ type, status }) => type === 'Ready' && status === 'True'),
    () => say('Healthy', '3scale Tenant is ready'),
  ),
  conditions(provided(on('Ready', '', 'Degraded', { orElse: '3scale Tenant is degraded' }), ({ status }) => status !== 'True')),
  waiting('Waiting for 3scale Tenant status...'),
)

const developerUser = firstOf(
  when(
    (object) => valueAt(object, 'status', 'developerUserState') === 'suspended',
    () => say('Suspended', '3scale Developer user is waiting for admin approval'),
  ),
  byConditions('DeveloperUser', is('DeveloperUser is ready', 'Ready'), invalid('DeveloperUser'), orphan('DeveloperUser'), failed('DeveloperUser')),
)

const checks: Readonly<Record<string, Check>> = {
  ActiveDoc: byConditions('ActiveDoc', is('ActiveDoc is ready', 'Ready'), invalid('ActiveDoc'), orphan('ActiveDoc'), failed('ActiveDoc')),
  Application: application,
  ApplicationAuth: byConditions('ApplicationAuth', is('ApplicationAuth is ready', 'Ready'), failed('ApplicationAuth', 'failed')),
  Backend: byConditions('Backend', is('Backend is synced', 'Synced'), invalid('Backend'), failed('Backend')),
  CustomPolicyDefinition: byConditions(
    'CustomPolicyDefinition',
    is('CustomPolicyDefinition is ready', 'Ready'),
    invalid('CustomPolicyDefinition'),
    failed('CustomPolicyDefinition'),
  ),
  DeveloperAccount: byConditions(
    'DeveloperAccount',
    is('DeveloperAccount is ready', 'Ready'),
    invalid('DeveloperAccount'),
    failed('DeveloperAccount'),
    on('Waiting', 'True', 'Suspended', { orElse: '3scale DeveloperAccount is waiting for approval' }),
  ),
  DeveloperUser: developerUser,
  OpenAPI: byConditions('OpenAPI', is('OpenAPI is ready', 'Ready'), invalid('OpenAPI'), failed('OpenAPI', 'reconciliation failed')),
  Product: byConditions('Product', is('Product is synced', 'Synced'), invalid('Product'), orphan('Product'), failed('Product')),
  ProxyConfigPromote: byConditions(
    'ProxyConfigPromote',
    is('ProxyConfigPromote is ready', 'Ready'),
    on('In-progress', 'True', 'Progressing', { orElse: '3scale ProxyConfigPromote is in progress' }),
    // The letter is missing in Argo CD's text as well.
    on('Failed', 'True', 'Degraded', { orElse: '3cale ProxyConfigPromote failed' }),
  ),
  Tenant: tenant,
}

export const threeScaleHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck('apps.3scale.net', 'APIManager', manager),
  ...Object.entries(checks).map(([kind, check]) => defineHealthCheck(group, kind, check)),
]
