// Subresources that are actions: logs, bindings, evictions, tokens.
import { printed } from '@plumbline/schema'
import { defaultAudience } from './access/tokens.ts'
import type { ApiContext } from './context.ts'
import { parseBody } from './decode.ts'
import { deleteRequestIn } from './delete-options.ts'
import type { ApiAnswer, ApiRequest } from './answers.ts'
import { writeOptionsOf } from './options.ts'
import type { ResourcePath } from './request.ts'
import { badRequest, invalid, methodNotAllowed, notFound, tooManyRequests } from './status-errors.ts'
import { arrayOf, formatTime, isObject, objectOf, objectsOf, valueAt } from './types.ts'
import type { JsonObject, KubeObject } from './types.ts'

/** @throws {StatusError} */
export function handleSubresource(request: ApiRequest, path: ResourcePath, context: ApiContext): ApiAnswer {
  const { type, namespace, name, subresource } = path
  const found = context.storage.get(type.storage, namespace, name)?.object
  if (found === undefined && !(type.kind === 'Namespace' && subresource === 'finalize')) throw notFound({ group: type.group, resource: type.plural }, name)
  const object = found as KubeObject
  const key = `${type.group}/${type.kind}/${subresource}`
  if (key === '/Pod/log' && request.method === 'GET') return readLog(request, object, context)
  const isStream = type.kind === 'Pod' && ['exec', 'attach', 'portforward'].includes(subresource)
  if (request.method !== 'POST' && request.method !== 'PUT' && !(isStream && request.method === 'GET')) throw methodNotAllowed()
  const body = parseBody(request.body === '' ? '{}' : request.body, request.headers['content-type'] ?? 'application/json')
  switch (key) {
    case '/Pod/exec':
    case '/Pod/attach':
    case '/Pod/portforward':
      throw badRequest(hasHost(object) ? 'Upgrade request required' : `pod ${name} does not have a host assigned`)
    case '/Pod/binding':
      return bindPod(object, body, context)
    case '/Pod/eviction':
      return evictPod(object, body, context)
    case '/ServiceAccount/token':
      return { status: 201, body: tokenFor(object, body, context, request) }
    case '/Namespace/finalize':
      return { status: 200, body: finalized(object, objectOf(objectOf(body)['spec']), path, context) }
    default:
      throw methodNotAllowed()
  }
}

/** A namespace goes as soon as nobody holds it; the answer shows what was asked for in either case. */
function finalized(namespace: KubeObject, spec: JsonObject, { type }: ResourcePath, { writer }: ApiContext): KubeObject {
  return { ...writer.store(type, { ...namespace, spec }), spec }
}

function hasHost(pod: KubeObject): boolean {
  const host = valueAt(pod, 'spec', 'nodeName')
  return typeof host === 'string' && host !== ''
}

/** Least values of the numbers among the options of logs. */
const logMinimums: Readonly<Record<string, number>> = { tailLines: 0, sinceSeconds: 1, limitBytes: 1 }

function checkLogOptions(query: URLSearchParams, pod: string): void {
  const errors = Object.entries(logMinimums).flatMap(([path, least]) => {
    const value = query.get(path)
    if (value === null || Number(value) >= least) return []
    return [{ type: 'Invalid' as const, path, value: Number(value), detail: least === 0 ? 'must be greater than or equal to 0' : 'must be greater than 0' }]
  })
  if (errors.length > 0) throw invalid({ group: '', resource: 'PodLogOptions' }, pod, errors)
}

function readLog(request: ApiRequest, pod: KubeObject, { logs }: ApiContext): ApiAnswer {
  const { name = '', namespace = '' } = pod.metadata
  checkLogOptions(request.query, name)
  const containers = objectsOf(valueAt(pod, 'spec', 'containers')).map((container) => String(container['name']))
  const asked = request.query.get('container')
  if (asked !== null && asked !== '' && !containers.includes(asked)) throw badRequest(`container ${asked} is not valid for pod ${name}`)
  const container = asked === null || asked === '' ? (containers[0] ?? '') : asked
  if ((asked === null || asked === '') && containers.length > 1)
    throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${containers.join(' ')}]`)
  // A pod that runs nowhere has no log yet, and that is no error.
  if (!hasHost(pod)) return { status: 204 }
  let content = logs({ namespace, name, container }) ?? ''
  const tail = request.query.get('tailLines')
  if (tail !== null) content = lastLines(content, Number(tail))
  return { status: 200, text: { content, type: 'text/plain' } }
}

function lastLines(content: string, count: number): string {
  const lines = content.replace(/\n$/, '').split('\n')
  return count <= 0 || content === '' ? '' : `${lines.slice(-count).join('\n')}\n`
}

function bindPod(pod: KubeObject, body: unknown, { api, clock }: ApiContext): ApiAnswer {
  const node = valueAt(body, 'target', 'name')
  if (typeof node !== 'string' || node === '')
    throw invalid({ group: '', resource: 'Binding' }, pod.metadata.name ?? '', [{ type: 'Required', path: 'target.name', detail: '' }])
  const status = objectOf(pod['status'])
  const conditions = [
    ...objectsOf(status['conditions']).filter((condition) => condition['type'] !== 'PodScheduled'),
    { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: formatTime(clock.now()) },
  ]
  api.store({ ...pod, spec: { ...objectOf(pod['spec']), nodeName: node }, status: { ...status, conditions } })
  return { status: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } }
}

function evictPod(pod: KubeObject, body: unknown, { api, writer, registry }: ApiContext): ApiAnswer {
  const { namespace = '', name = '', labels = {} } = pod.metadata
  const budgets = api
    .list({ group: 'policy', plural: 'poddisruptionbudgets' }, namespace)
    .filter((budget) => Object.entries(objectOf(valueAt(budget, 'spec', 'selector', 'matchLabels'))).every(([key, value]) => labels[key] === value))
  const blocking = budgets.find((budget) => Number(valueAt(budget, 'status', 'disruptionsAllowed') ?? 0) <= 0)
  if (blocking !== undefined) {
    const isUnseen = Number(valueAt(blocking, 'status', 'observedGeneration') ?? 0) < (blocking.metadata.generation ?? 1)
    const error = tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 0)
    error.status.details = {
      ...(isUnseen ? { retryAfterSeconds: 10 } : {}),
      causes: [
        {
          reason: 'DisruptionBudget',
          message: isUnseen
            ? `The disruption budget ${blocking.metadata.name ?? ''} is still being processed by the server.`
            : `The disruption budget ${blocking.metadata.name ?? ''} needs ${printed(valueAt(blocking, 'status', 'desiredHealthy') ?? 0)} healthy pods and has ${printed(valueAt(blocking, 'status', 'currentHealthy') ?? 0)} currently`,
        },
      ],
    }
    throw error
  }
  const type = registry.find('', 'v1', 'pods')
  if (type !== undefined) writer.delete(type, namespace, name, deleteRequestIn(objectOf(objectOf(body)['deleteOptions'])))
  return { status: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } }
}

const minTokenSeconds = 600

function tokenFor(account: KubeObject, body: unknown, { clock, tokens }: ApiContext, request: ApiRequest): unknown {
  const spec = objectOf(objectOf(body)['spec'])
  const seconds = typeof spec['expirationSeconds'] === 'number' ? spec['expirationSeconds'] : 3600
  if (seconds < minTokenSeconds)
    throw invalid({ group: 'authentication.k8s.io', resource: 'TokenRequest' }, '', [
      { type: 'Invalid', path: 'spec.expirationSeconds', value: seconds, detail: 'may not specify a duration less than 10 minutes' },
    ])
  const { name, namespace } = account.metadata
  const given = arrayOf(spec['audiences']).filter((audience) => typeof audience === 'string')
  const audiences = given.length === 0 ? [defaultAudience] : given
  const boundTo = spec['boundObjectRef']
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: {
      name,
      namespace,
      uid: account.metadata.uid,
      creationTimestamp: formatTime(clock.now()),
      managedFields: [
        {
          manager: writeOptionsOf(request, 'CreateOptions').fieldManager,
          operation: 'Update',
          apiVersion: 'authentication.k8s.io/v1',
          time: formatTime(clock.now()),
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:spec': Object.fromEntries(Object.keys(spec).map((key) => [`f:${key}`, {}])) },
          subresource: 'token',
        },
      ],
    },
    spec: { audiences, expirationSeconds: seconds, boundObjectRef: isObject(boundTo) ? boundTo : null },
    status: {
      token: tokens.issue(account, seconds, audiences, isObject(boundTo) ? boundTo : undefined),
      expirationTimestamp: formatTime(clock.now() + seconds * 1000),
    },
  }
}
