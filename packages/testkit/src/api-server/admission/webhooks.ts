// Admission webhooks that a write has to ask. Nothing runs behind services here: those that no test routes somewhere are refused, or let
// through, by their failure policy. Follows apiserver `pkg/admission/plugin/webhook`.
import { printed } from '@plumbline/schema'
import { createPolicyScope } from '../cel/policy-scope.ts'
import { patched, jsonPatch } from '../patch.ts'
import { badRequest, StatusError } from '../status-errors.ts'
import type { Storage } from '../storage.ts'
import { isObject, objectOf, objectsOf, valueAt } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { requestMembers } from './admission-review.ts'
import type { AdmissionRequest } from './admission-request.ts'
import { isMatched } from './match-resources.ts'
import type { WebhookAnswer, WebhookCalls } from './webhook-calls.ts'

const group = 'admissionregistration.k8s.io'
const defaultSeconds = 10

/** What webhooks need to be asked. */
export interface WebhookPorts {
  readonly storage: Storage
  readonly calls: WebhookCalls
  /** Where a test runs what a service would lead to: an address by `namespace/name`. */
  readonly routes: ReadonlyMap<string, string>
}

/** @throws {StatusError} when a webhook refuses, or cannot be asked and may not fail */
export function checkWebhooks(request: AdmissionRequest, ports: WebhookPorts): void {
  for (const { webhook, id } of webhooksFor('validatingwebhookconfigurations', request, ports.storage)) {
    const response = ask(webhook, id, request, ports)
    if (response !== undefined) requireAllowed(webhook, response, request)
  }
}

/**
 * The object as mutating webhooks leave it: in order of their names, and those that ask for it (`reinvocationPolicy`) once more when a later
 * one changed something.
 * @throws {StatusError}
 */
export function mutatedByWebhooks(request: AdmissionRequest, ports: WebhookPorts): KubeObject | undefined {
  let { object } = request
  const asked: { readonly webhook: JsonObject; readonly id: string; readonly seen: KubeObject | undefined }[] = []
  const run = (webhook: JsonObject, id: string): void => {
    const now = { ...request, object }
    const response = ask(webhook, id, now, ports)
    if (response === undefined) return
    requireAllowed(webhook, response, request)
    object = withPatch(webhook, response, object, request)
    asked.push({ webhook, id, seen: object })
  }
  for (const { webhook, id } of webhooksFor('mutatingwebhookconfigurations', request, ports.storage)) run(webhook, id)
  for (const { webhook, id, seen } of asked.slice()) if (webhook['reinvocationPolicy'] === 'IfNeeded' && seen !== object) run(webhook, `${id}\nagain`)
  return object
}

function* webhooksFor(plural: string, request: AdmissionRequest, storage: Storage): Generator<{ webhook: JsonObject; id: string }> {
  // Configurations are not subject to the webhooks that they name.
  if (request.type.group === group) return
  for (const { object } of storage.list(`${group}/${plural}`, undefined))
    for (const [index, webhook] of objectsOf(object['webhooks']).entries())
      if (isAsked(webhook, request, storage)) yield { webhook, id: `${plural}/${object.metadata.uid ?? ''}/${object.metadata.resourceVersion ?? ''}/${index}` }
}

function isAsked(webhook: JsonObject, request: AdmissionRequest, storage: Storage): boolean {
  const isSelected = isMatched(
    {
      rules: objectsOf(webhook['rules']),
      namespaceSelector: webhook['namespaceSelector'],
      objectSelector: webhook['objectSelector'],
      matchPolicy: webhook['matchPolicy'],
    },
    request,
    storage,
  )
  return isSelected && meetsConditions(webhook, request)
}

function meetsConditions(webhook: JsonObject, request: AdmissionRequest): boolean {
  const conditions = objectsOf(webhook['matchConditions'])
  if (conditions.length === 0) return true
  const scope = createPolicyScope({
    object: request.object,
    oldObject: request.previous,
    request: requestMembers(request),
    namespaceObject: undefined,
    params: undefined,
  })
  let failure: string | undefined
  for (const { expression } of conditions) {
    try {
      if (scope.evaluate(printed(expression)) !== true) return false
    } catch (error) {
      failure ??= `expression '${printed(expression)}' resulted in error: ${(error as Error).message}`
    }
  }
  if (failure === undefined) return true
  if (webhook['failurePolicy'] === 'Ignore') return false
  throw new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `${request.type.plural} ${JSON.stringify(request.name)} is forbidden: ${failure}`,
    reason: 'Forbidden',
    details: { name: request.name, kind: request.type.plural },
    code: 403,
  })
}

/** The answer of a webhook; undefined where it could not be asked and may fail. */
function ask(webhook: JsonObject, id: string, request: AdmissionRequest, { storage, calls, routes }: WebhookPorts): JsonObject | undefined {
  if (request.dryRun && webhook['sideEffects'] !== 'None' && webhook['sideEffects'] !== 'NoneOnDryRun')
    throw badRequest(`admission webhook ${JSON.stringify(webhook['name'])} does not support dry run`)
  const seconds = typeof webhook['timeoutSeconds'] === 'number' ? webhook['timeoutSeconds'] : defaultSeconds
  const service = valueAt(webhook, 'clientConfig', 'service')
  const bundle = valueAt(webhook, 'clientConfig', 'caBundle')
  const ca = typeof bundle === 'string' && bundle !== '' ? Buffer.from(bundle, 'base64').toString() : undefined
  let url = printed(valueAt(webhook, 'clientConfig', 'url') ?? '')
  let answer: WebhookAnswer | undefined
  if (isObject(service)) {
    const routed = routes.get(`${printed(service['namespace'] ?? '')}/${printed(service['name'] ?? '')}`)
    if (routed === undefined) answer = { failure: `failed to call webhook: ${unreachable(service, seconds, storage)}` }
    else url = new URL(printed(service['path'] ?? '/'), routed).href
  }
  answer ??= calls.ask(id, { url, ca, timeoutMs: seconds * 1000 }, request)
  if ('response' in answer) return answer.response
  if (webhook['failurePolicy'] === 'Ignore') return undefined
  throw callFailure(`failed calling webhook ${JSON.stringify(webhook['name'])}: ${answer.failure}`)
}

function unreachable(service: JsonObject, seconds: number, storage: Storage): string {
  const [name, namespace] = [printed(service['name'] ?? ''), printed(service['namespace'] ?? '')]
  const url = `https://${name}.${namespace}.svc:${printed(service['port'] ?? 443)}${printed(service['path'] ?? '/')}?timeout=${seconds}s`
  const cause =
    storage.get('services', namespace, name) === undefined
      ? `service ${JSON.stringify(name)} not found`
      : `no endpoints available for service ${JSON.stringify(name)}`
  return `Post ${JSON.stringify(url)}: ${cause}`
}

function callFailure(message: string): StatusError {
  return new StatusError({
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

function requireAllowed(webhook: JsonObject, response: JsonObject, { warnings }: AdmissionRequest): void {
  if (Array.isArray(response['warnings'])) warnings?.push(...response['warnings'].map(printed))
  if (response['allowed'] === true) return
  const status = objectOf(response['status'])
  const given = typeof status['message'] === 'string' && status['message'] !== '' ? status['message'] : status['reason']
  const denied = `admission webhook ${JSON.stringify(webhook['name'])} denied the request`
  const code = typeof status['code'] === 'number' ? status['code'] : 0
  throw new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    ...status,
    status: 'Failure',
    message: typeof given === 'string' && given !== '' ? `${denied}: ${given}` : `${denied} without explanation`,
    code: code < 400 ? 400 : code,
  } as never)
}

function withPatch(webhook: JsonObject, response: JsonObject, object: KubeObject | undefined, { type }: AdmissionRequest): KubeObject | undefined {
  const { patch } = response
  if (typeof patch !== 'string' || patch === '' || object === undefined) return object
  if (response['patchType'] !== 'JSONPatch') throw callFailure(`unsupported patch type ${JSON.stringify(response['patchType'] ?? '')}`)
  try {
    return patched(object, JSON.parse(Buffer.from(patch, 'base64').toString()), jsonPatch, type) as KubeObject
  } catch (error) {
    throw callFailure(`failed calling webhook ${JSON.stringify(webhook['name'])}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
