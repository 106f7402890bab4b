// Ways into a cluster: Gateway API, Gloo, Contour, OpenShift routes, Istio. Follows argo-cd `resource_customizations` of their groups.
import { isRecord, valueAt } from '../../model/kubernetes-object.ts'
import type { KubernetesObject } from '../../model/kubernetes-object.ts'
import { defineHealthCheck } from '../health.ts'
import type { Health, HealthCheck } from '../health.ts'
import { recordsAt } from '../read.ts'
import { conditionsOf, firstOf, isPresent, isStale, messageOf, say, statusText, textOf, waiting, words } from './vocabulary.ts'
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

const route: Check = (object) => {
  const parents = recordsAt(object, 'status', 'parents')
    .map((parent) => ({ parent, list: conditionsOf(parent, 'conditions') }))
    .filter(({ list }) => isObservedBy(object, list))
  for (const { parent, list } of parents) {
    const found = objection(list, `Parent ${textOf(valueAt(parent, 'parentRef', 'name')) ?? ''}: `, 'Route is still being programmed')
    if (found !== undefined) return found
  }
  const isHealthy = parents.some(({ list }) => list.length > 0)
  return isHealthy ? say('Healthy', `${object.kind} is healthy`) : say('Progressing', `Waiting for ${object.kind} status`)
}

const gatewayClass: Check = (object) => {
  const condition = conditionsOf(object).find((one) => one['type'] === 'Accepted' && !isStale(object, one))
  const message = textOf(condition?.['message'])
  if (condition?.['status'] === 'True') return say('Healthy', message ?? 'GatewayClass is accepted')
  if (condition?.['status'] === 'False') return say('Degraded', message ?? 'GatewayClass is not accepted')
  return say('Progressing', message ?? 'Waiting for GatewayClass status')
}

const ancestorName = (ancestor: unknown): string => textOf(valueAt(ancestor, 'ancestorRef', 'name')) ?? ''

/** Policies, which every object that they are attached to has to accept. @param isStrict an ancestor that says nothing of its generation or of acceptance counts against it */
function ancestors(kind: string, isStrict = false): Check {
  return (object) => {
    const list = recordsAt(object, 'status', 'ancestors')
    const isOld = (condition: Condition): boolean =>
      isStale(object, condition) || (isStrict && object.metadata.generation !== undefined && !isPresent(condition['observedGeneration']))
    const behind = list.find((ancestor) => conditionsOf(ancestor, 'conditions').some(isOld))
    if (behind !== undefined) return say('Progressing', `Waiting for Ancestor ${ancestorName(behind)} to update ${kind} status`)
    let health = say('Progressing', `Waiting for ${kind} status`)
    for (const ancestor of list) {
      const own = conditionsOf(ancestor, 'conditions')
      const refused = own.find(({ type, status }) => (type === 'Accepted' || type === 'ResolvedRefs') && status !== 'True')
      if (refused !== undefined) return say('Degraded', `Ancestor ${ancestorName(ancestor)}: ${messageOf(refused)}`)
      if (own.some(({ type }) => type === 'Accepted')) health = say('Healthy', `${kind} is healthy`)
      else if (isStrict) health = say('Degraded', `Ancestor ${ancestorName(ancestor)}: ${kind} is not accepted`)
    }
    return health
  }
}

const airlock: Check = (object) => (object.kind.endsWith('Policy') ? ancestors(object.kind, true)(object) : say('Healthy', `${object.kind} is healthy`))

const envoyPolicy: Check = (object) => {
  const lists = recordsAt(object, 'status', 'ancestors')
    .map((ancestor) => conditionsOf(ancestor, 'conditions'))
    .filter((list) => isObservedBy(object, list))
  const refused = lists.flat().find(({ type, status }) => type === 'Accepted' && status === 'False')
  if (refused !== undefined) return say('Degraded', messageOf(refused))
  return lists.some((list) => list.length > 0) ? say('Healthy', `${object.kind} is healthy`) : say('Progressing', `Waiting for ${object.kind} status`)
}

const envoyBackend: Check = (object) => {
  const condition = conditionsOf(object).find(({ type }) => type === 'Accepted')
  if (condition === undefined) return say('Progressing', 'Waiting for Backend status')
  if (isStale(object, condition)) return say('Progressing', 'Waiting for Backend status to be updated')
  return say(condition['status'] === 'True' ? 'Healthy' : 'Degraded', messageOf(condition))
}

/** What conditions of a listener set, or of one of its listeners, say against it. */
function listenerObjection(list: readonly Condition[], types: readonly string[], subject: string, what: string): Health | undefined {
  for (const condition of list) {
    const { type, status } = condition
    const isConflict = type === 'Conflicted' && status === 'True'
    if (types.includes(String(type)) && (isConflict || (type !== 'Conflicted' && status === 'False')))
      return say('Degraded', `${subject}${textOf(condition['message']) ?? (isConflict ? 'Listener is conflicted' : `Failed condition: ${String(type)}`)}`)
  }
  const late = list.findLast(({ type, status }) => type === 'Programmed' && status !== 'True')
  return late === undefined ? undefined : say('Progressing', `${subject}${textOf(late['message']) ?? `${what} is still being programmed`}`)
}

const listenerSet: Check = (object) => {
  const waitingForStatus = say('Progressing', 'Waiting for ListenerSet status')
  const own = conditionsOf(object)
  if (own.some((condition) => isStale(object, condition))) return waitingForStatus
  const found = listenerObjection(own, ['Accepted'], '', 'ListenerSet')
  if (found !== undefined) return found
  const listeners = recordsAt(object, 'status', 'listeners')
  for (const listener of listeners) {
    const objected = listenerObjection(conditionsOf(listener, 'conditions'), ['ResolvedRefs', 'Conflicted', 'Accepted'], 'Listener: ', 'Listener')
    if (objected !== undefined) return objected
  }
  return listeners.length > 0 ? say('Healthy', 'ListenerSet is healthy') : waitingForStatus
}

const tlsRoute: Check = (object) => {
  let isHealthy = false
  let [late, open] = ['', '']
  for (const parent of recordsAt(object, 'status', 'parents')) {
    const list = conditionsOf(parent, 'conditions')
    if (list.length === 0 || !isObservedBy(object, list)) continue
    const subject = `Parent ${textOf(valueAt(parent, 'parentRef', 'name')) ?? ''}: `
    const [resolved, accepted, programmed] = ['ResolvedRefs', 'Accepted', 'Programmed'].map((type) => list.find((condition) => condition['type'] === type))
    for (const condition of [resolved, accepted])
      if (condition?.['status'] === 'False')
        return say('Degraded', `${subject}${messageOf(condition) || `Failed condition: ${textOf(condition['type']) ?? ''}`}`)
    if (programmed !== undefined && programmed['status'] !== 'True') late ||= `${subject}${textOf(programmed['message']) ?? 'Route is still being programmed'}`
    else if (accepted?.['status'] === 'True' && resolved?.['status'] === 'True') isHealthy = true
    else open ||= `${subject}Waiting for TLSRoute conditions`
  }
  if (late !== '') return say('Progressing', late)
  return isHealthy ? say('Healthy', 'TLSRoute is healthy') : say('Progressing', open || 'Waiting for TLSRoute status')
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

/** What includes others cannot be judged alone. */
const includesOthers = (object: KubernetesObject): boolean =>
  isPresent(valueAt(object, 'spec', 'includes')) &&
  conditionsOf(object).some((condition) => condition['observedGeneration'] === object.metadata.generation && condition['status'] === 'False')

const httpProxy: Check = (object) => {
  if (includesOthers(object)) return say('Healthy', 'HTTPProxy inclusions cannot be health checked')
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
  defineHealthCheck('gateway.networking.k8s.io', 'GRPCRoute', route),
  defineHealthCheck('gateway.networking.k8s.io', 'GatewayClass', gatewayClass),
  defineHealthCheck('gateway.networking.k8s.io', 'BackendTLSPolicy', ancestors('BackendTLSPolicy')),
  defineHealthCheck('gateway.networking.k8s.io', 'ListenerSet', listenerSet),
  defineHealthCheck('gateway.networking.k8s.io', 'TLSRoute', tlsRoute),
  defineHealthCheck('gateway.envoyproxy.io', 'Backend', envoyBackend),
  ...['BackendTrafficPolicy', 'ClientTrafficPolicy', 'EnvoyExtensionPolicy', 'EnvoyPatchPolicy', 'SecurityPolicy'].map((kind) =>
    defineHealthCheck('gateway.envoyproxy.io', kind, envoyPolicy),
  ),
  defineHealthCheck('microgateway.airlock.com', '*', airlock),
  defineHealthCheck('gateway.networking.k8s.io', 'HTTPRoute', route),
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
