// Ways into a cluster: Gateway API, Gloo, Contour, OpenShift routes, Istio. Follows argo-cd `resource_customizations` of their groups.
import { isRecord, valueAt } from '../../model/kubernetes-object.ts'
import type { KubernetesObject } from '../../model/kubernetes-object.ts'
import { defineHealthCheck } from '../health.ts'
import type { Health, HealthCheck } from '../health.ts'
import { recordsAt } from '../read.ts'
import { conditionsOf, firstOf, isPresent, messageOf, say, statusText, textOf, waiting, words } from './vocabulary.ts'
import type { Check, Condition } from './vocabulary.ts'

/** What conditions of a gateway, a listener or a parent say against it. */
function objection(list: readonly Condition[], subject: string, unprogrammed: string): Health | undefined {
  for (const type of ['ResolvedRefs', 'Accepted']) {
    const refused = list.find((condition) => condition['type'] === type && condition['status'] === 'False')
    if (refused !== undefined) return say('Degraded', `${subject}${textOf(refused['message']) ?? `Failed condition: ${type}`}`)
  }
  const late = list.find((condition) => condition['type'] === 'Programmed' && condition['status'] !== 'True')
  return late === undefined ? undefined : say('Progressing', `${subject}${textOf(late['message']) ?? unprogrammed}`)
}

const gateway: Check = (object) => {
  const own = objection(conditionsOf(object), '', 'Gateway is still being programmed')
  if (own !== undefined) return own
  const listeners = recordsAt(object, 'status', 'listeners')
  for (const listener of listeners) {
    const found = objection(conditionsOf(listener, 'conditions'), 'Listener: ', 'Listener is still being programmed')
    if (found !== undefined) return found
  }
  const isReported = isPresent(valueAt(object, 'status', 'conditions')) || listeners.length > 0
  return isReported ? say('Healthy', 'Gateway is healthy') : say('Progressing', 'Waiting for Gateway status')
}

/** Whether a parent has seen the route as it is now. */
function isObservedBy(object: KubernetesObject, list: readonly Condition[]): boolean {
  const { generation } = object.metadata
  if (generation === undefined) return true
  return list.length > 0 && list.every(({ observedGeneration }) => !isPresent(observedGeneration) || observedGeneration === generation)
}

function route(isCounted: (object: KubernetesObject, list: readonly Condition[]) => boolean): Check {
  return (object) => {
    const parents = recordsAt(object, 'status', 'parents').map((parent) => ({ parent, list: conditionsOf(parent, 'conditions') }))
    for (const { parent, list } of parents) {
      if (!isCounted(object, list)) continue
      const found = objection(list, `Parent ${textOf(valueAt(parent, 'parentRef', 'name')) ?? ''}: `, 'Route is still being programmed')
      if (found !== undefined) return found
    }
    const isHealthy = parents.some(({ list }) => list.length > 0 && isCounted(object, list))
    return isHealthy ? say('Healthy', `${object.kind} is healthy`) : say('Progressing', `Waiting for ${object.kind} status`)
  }
}

/** Gloo writes states as words or as numbers. */
function glooState(status: unknown): Health | undefined {
  switch (valueAt(status, 'state')) {
    case 'Accepted':
    case 1:
      return say('Healthy', 'The resource has been validated')
    case 'Warning':
    case 3:
    case 'Rejected':
    case 2:
      return say('Degraded', textOf(valueAt(status, 'reason')))
    case 'Pending':
    case 0:
      return say('Suspended', 'The resource has not yet been validated')
    default:
      return undefined
  }
}

const gloo: Check = (object) => {
  const statuses = valueAt(object, 'status', 'statuses')
  for (const status of isRecord(statuses) ? Object.values(statuses) : Array.isArray(statuses) ? (statuses as unknown[]) : []) {
    const health = glooState(status)
    if (health !== undefined) return health
  }
  return glooState(valueAt(object, 'status')) ?? say('Progressing', 'Update in progress')
}

/** Only what was said of the object as it is now counts. */
const contour =
  (saying: (object: KubernetesObject, condition: Condition) => string | undefined): Check =>
  (object) => {
    for (const condition of conditionsOf(object)) {
      if (condition['observedGeneration'] !== object.metadata.generation || condition['type'] !== 'Valid') continue
      if (condition['status'] === 'True') return say('Healthy', saying(object, condition))
      if (condition['status'] === 'False') return say('Degraded', saying(object, condition))
    }
    return say('Progressing', 'Waiting for status')
  }

const httpProxy: Check = (object) => {
  const isOld = !isPresent(valueAt(object, 'status', 'conditions')) && isPresent(valueAt(object, 'status', 'currentStatus'))
  return isOld ? say('Progressing', statusText(object, 'description')) : contour((proxy) => statusText(proxy, 'description'))(object)
}

const openShiftRoute: Check = (object) => {
  if (!isPresent(valueAt(object, 'status', 'ingress'))) return say('Progressing', 'Route is still getting admitted')
  const rules = recordsAt(object, 'status', 'ingress')
  const count = (status: string): number =>
    rules.flatMap((rule) => conditionsOf(rule, 'conditions')).filter((condition) => condition['type'] === 'Admitted' && condition['status'] === status).length
  if (count('True') === rules.length) return say('Healthy', 'Route is healthy')
  return count('False') > 0 ? say('Degraded', 'Route is degraded') : say('Progressing', 'Route is still getting admitted')
}

const istioStates: readonly (readonly [string, Health])[] = [
  ['NONE', say('Unknown', 'Component is not present.')],
  ['UPDATING', say('Progressing', 'Component is being updated to a different version.')],
  ['RECONCILING', say('Progressing', 'Controller has started but not yet completed reconciliation loop for the component.')],
  ['HEALTHY', say('Healthy', 'Component is healthy.')],
  ['ERROR', say('Degraded', 'Component is in an error state.')],
]
const istio = firstOf(
  words(
    'status',
    Object.fromEntries(
      istioStates.flatMap(([word, health], number) => [
        [word, health],
        [String(number), health],
      ]),
    ),
  ),
  waiting('Waiting for Istio Control Plane'),
)

const ingressController: Check = (object) => {
  for (const condition of conditionsOf(object)) {
    const { type, status } = condition
    if (type === 'Degraded' && status === 'True') return say('Degraded', messageOf(condition))
    if (type === 'DeploymentReplicasAllAvailable' && status === 'False') return say('Progressing', messageOf(condition))
    if (type === 'Progressing' && status === 'True') return say('Progressing', textOf(condition['reason']))
    if (type === 'Available' && status === 'True') return say('Healthy', 'IngressController is available')
  }
  return say('Progressing', 'Status of IngressController is not known yet')
}

const keycloak: Check = (object) => {
  if (!isPresent(valueAt(object, 'status', 'conditions'))) return say('Progressing', 'Waiting for Keycloak status conditions to exist')
  const timeOf = (condition: Condition): string | undefined => textOf(condition['lastTransitionTime'])
  const list = [...conditionsOf(object)].sort((a, b) => {
    const [first, second] = [timeOf(a), timeOf(b)]
    if (first === undefined || second === undefined) return first === second ? 0 : first === undefined ? 1 : -1
    return first < second ? -1 : first > second ? 1 : 0
  })
  for (const condition of list) {
    if (condition['status'] !== 'True') continue
    if (condition['type'] === 'Ready') return say('Healthy')
    if (condition['type'] === 'HasErrors') return say('Degraded', `Has Errors: ${messageOf(condition)}`)
  }
  return say('Progressing')
}

export const gatewayHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck('gateway.networking.k8s.io', 'Gateway', gateway),
  defineHealthCheck(
    'gateway.networking.k8s.io',
    'GRPCRoute',
    route(() => true),
  ),
  defineHealthCheck('gateway.networking.k8s.io', 'HTTPRoute', route(isObservedBy)),
  ...['Gateway', 'MatchableHttpGateway', 'RouteOption', 'RouteTable', 'VirtualHostOption', 'VirtualService'].map((kind) =>
    defineHealthCheck('gateway.solo.io', kind, gloo),
  ),
  ...['Proxy', 'Settings', 'Upstream', 'UpstreamGroup'].map((kind) => defineHealthCheck('gloo.solo.io', kind, gloo)),
  defineHealthCheck(
    'projectcontour.io',
    'ExtensionService',
    contour((_object, condition) => messageOf(condition)),
  ),
  defineHealthCheck('projectcontour.io', 'HTTPProxy', httpProxy),
  defineHealthCheck('route.openshift.io', 'Route', openShiftRoute),
  defineHealthCheck('operator.openshift.io', 'IngressController', ingressController),
  defineHealthCheck('install.istio.io', 'IstioOperator', istio),
  defineHealthCheck('k8s.keycloak.org', 'Keycloak', keycloak),
]
