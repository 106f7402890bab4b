// Admission webhooks that a write would have to ask. Nothing runs behind services here, so none of those can be reached: what they match is
// refused, or let through, by their failure policy. Follows apiserver `pkg/admission/plugin/webhook`.
import { printed } from '@plumbline/schema'
import { isSelectedBy } from '../label-selector.ts'
import { StatusError } from '../status-errors.ts'
import type { Storage } from '../storage.ts'
import { arrayOf, isObject, objectOf, objectsOf, valueAt } from '../types.ts'
import type { JsonObject } from '../types.ts'
import type { AdmissionRequest } from './admission-request.ts'

const group = 'admissionregistration.k8s.io'
/** Mutating ones are asked first. */
const configurations = ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations']
const defaultSeconds = 10

/** @throws {StatusError} 500 when a webhook that may not fail cannot be reached */
export function checkWebhooks(request: AdmissionRequest, storage: Storage): void {
  // Configurations are not subject to the webhooks that they name.
  if (request.type.group === group) return
  for (const plural of configurations)
    for (const { object } of storage.list(`${group}/${plural}`, undefined))
      for (const webhook of objectsOf(object['webhooks']))
        if (isObject(valueAt(webhook, 'clientConfig', 'service')) && webhook['failurePolicy'] !== 'Ignore' && isAsked(webhook, request, storage))
          refuse(webhook, storage)
}

function isAsked(webhook: JsonObject, request: AdmissionRequest, storage: Storage): boolean {
  return (
    objectsOf(webhook['rules']).some((rule) => isRuled(rule, request)) &&
    isNamespaceSelected(webhook, request, storage) &&
    (webhook['objectSelector'] === undefined ||
      [request.object, request.previous].some((object) => object !== undefined && isSelectedBy(webhook['objectSelector'], object.metadata.labels)))
  )
}

function isRuled(rule: JsonObject, { operation, type, subresource }: AdmissionRequest): boolean {
  const has = (list: string, value: string): boolean => arrayOf(rule[list]).some((entry) => entry === '*' || entry === value)
  const resource = subresource === '' ? type.plural : `${type.plural}/${subresource}`
  const isNamed = arrayOf(rule['resources']).some((entry) => {
    const [name = '', inner = ''] = printed(entry).split('/')
    if (entry === '*/*') return true
    return (name === '*' || name === type.plural) && (inner === '*' ? true : inner === subresource)
  })
  const scope = rule['scope'] ?? '*'
  const isInScope = scope === '*' || (scope === 'Namespaced') === type.isNamespaced
  return (
    has('operations', operation) && has('apiGroups', type.group) && has('apiVersions', type.version) && (isNamed || has('resources', resource)) && isInScope
  )
}

function isNamespaceSelected({ namespaceSelector }: JsonObject, { type, namespace, object }: AdmissionRequest, storage: Storage): boolean {
  if (namespaceSelector === undefined || (!type.isNamespaced && type.kind !== 'Namespace')) return true
  const found = type.kind === 'Namespace' && type.group === '' ? object : storage.get('namespaces', '', namespace)?.object
  return isSelectedBy(namespaceSelector, found?.metadata.labels)
}

function refuse(webhook: JsonObject, storage: Storage): never {
  const service = objectOf(valueAt(webhook, 'clientConfig', 'service'))
  const [name, namespace] = [printed(service['name'] ?? ''), printed(service['namespace'] ?? '')]
  const seconds = typeof webhook['timeoutSeconds'] === 'number' ? webhook['timeoutSeconds'] : defaultSeconds
  const url = `https://${name}.${namespace}.svc:${printed(service['port'] ?? 443)}${printed(service['path'] ?? '/')}?timeout=${seconds}s`
  const cause =
    storage.get('services', namespace, name) === undefined
      ? `service ${JSON.stringify(name)} not found`
      : `no endpoints available for service ${JSON.stringify(name)}`
  const message = `failed calling webhook ${JSON.stringify(webhook['name'])}: failed to call webhook: Post ${JSON.stringify(url)}: ${cause}`
  throw new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    details: { causes: [{ message } as never] },
    code: 500,
  })
}
