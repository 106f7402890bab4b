// ValidatingAdmissionPolicies: rules in CEL that a write has to pass. Follows apiserver `pkg/admission/plugin/policy/validating`.
import { printed } from '@plumbline/schema'
import { createPolicyScope } from '../cel/policy-scope.ts'
import type { PolicyScope } from '../cel/policy-scope.ts'
import { isSelectedBy } from '../label-selector.ts'
import type { Registry } from '../resources.ts'
import { parseApiVersion } from '../resources.ts'
import { StatusError } from '../status-errors.ts'
import type { Storage } from '../storage.ts'
import { isObject, objectOf, objectsOf, valueAt } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import type { AdmissionRequest } from './admission-request.ts'
import { requestMembers } from './admission-review.ts'
import { criteriaOf, isMatched } from './match-resources.ts'

const group = 'admissionregistration.k8s.io'
const maxMessageBytes = 5 * 1024
const codes: Readonly<Record<string, number>> = { Unauthorized: 401, Forbidden: 403, RequestEntityTooLarge: 413 }

/** Why a policy refuses. */
interface Refusal {
  readonly message: string
  readonly reason?: string
}

/** @throws {StatusError} when a policy that is bound with `Deny` refuses the request */
export function checkValidatingPolicies(request: AdmissionRequest, storage: Storage, registry: Registry): void {
  if (request.type.group === group) return
  const bindings = storage.list(`${group}/validatingadmissionpolicybindings`, undefined)
  if (bindings.length === 0) return
  for (const { object: policy } of storage.list(`${group}/validatingadmissionpolicies`, undefined)) {
    const spec = objectOf(policy['spec'])
    if (!isMatched(criteriaOf(objectOf(spec['matchConstraints'])), request, storage)) continue
    for (const { object: binding } of bindings) {
      const bound = objectOf(binding['spec'])
      if (bound['policyName'] !== policy.metadata.name || !isMatched(criteriaOf(objectOf(bound['matchResources'])), request, storage)) continue
      const refusals = refusalsOf(spec, bound, request, storage, registry)
      for (const refusal of refusals) act(refusal, policy, binding, request)
    }
  }
}

function act({ message, reason = 'Invalid' }: Refusal, policy: KubeObject, binding: KubeObject, request: AdmissionRequest): void {
  const names = `ValidatingAdmissionPolicy '${policy.metadata.name ?? ''}' with binding '${binding.metadata.name ?? ''}'`
  const actions = valueAt(binding, 'spec', 'validationActions')
  const isActedOn = (action: string): boolean => Array.isArray(actions) && actions.includes(action)
  if (isActedOn('Warn')) request.warnings?.push(`Validation failed for ${names}: ${message}`)
  if (!isActedOn('Deny')) return
  const { type, name } = request
  const text = `${names} denied request: ${message}`
  throw new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `${type.plural}${type.group === '' ? '' : `.${type.group}`} ${JSON.stringify(name)} is forbidden: ${text}`,
    reason,
    details: { name, ...(type.group === '' ? {} : { group: type.group }), kind: type.plural, causes: [{ message: text } as never] },
    code: codes[reason] ?? 422,
  })
}

function refusalsOf(spec: JsonObject, bound: JsonObject, request: AdmissionRequest, storage: Storage, registry: Registry): Refusal[] {
  const isFailing = spec['failurePolicy'] !== 'Ignore'
  const failed = (message: string): Refusal[] => (isFailing ? [{ message }] : [])
  let params: readonly (KubeObject | undefined)[]
  try {
    params = paramsOf(spec, bound, request, storage, registry)
  } catch (error) {
    return failed(`failed to configure binding: ${(error as Error).message}`)
  }
  return params.flatMap((found) => {
    const scope = createPolicyScope({
      object: request.object,
      oldObject: request.previous,
      request: requestMembers(request),
      namespaceObject: request.type.isNamespaced ? storage.get('namespaces', '', request.namespace)?.object : undefined,
      params: found,
      variables: objectsOf(spec['variables']).map(({ name, expression }) => ({ name: printed(name), expression: printed(expression) })),
    })
    for (const { name, expression } of objectsOf(spec['matchConditions'])) {
      try {
        if (scope.evaluate(printed(expression)) !== true) return []
      } catch (error) {
        return failed(`matchCondition ${JSON.stringify(name)}: ${failureOf(printed(expression), error)}`)
      }
    }
    return objectsOf(spec['validations']).flatMap((validation) => {
      const expression = printed(validation['expression'])
      try {
        if (scope.evaluate(expression) === true) return []
      } catch (error) {
        return failed(failureOf(expression, error))
      }
      return [{ message: messageOf(validation, scope), ...(typeof validation['reason'] === 'string' ? { reason: validation['reason'] } : {}) }]
    })
  })
}

function failureOf(expression: string, error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.startsWith('compilation error') ? text : `expression '${expression}' resulted in error: ${text}`
}

function messageOf(validation: JsonObject, scope: PolicyScope): string {
  const { message, messageExpression, expression } = validation
  if (typeof messageExpression === 'string') {
    try {
      const given = scope.evaluate(messageExpression)
      if (typeof given === 'string' && given.trim() !== '' && !given.trim().includes('\n') && given.length <= maxMessageBytes) return given.trim()
    } catch {
      // What cannot say its own message says the fixed one.
    }
  }
  return typeof message === 'string' && message.trim() !== '' ? message.trim() : `failed expression: ${printed(expression).trim()}`
}

/** The objects that a policy is asked with, one after the other; undefined for one that has none. */
function paramsOf(spec: JsonObject, bound: JsonObject, request: AdmissionRequest, storage: Storage, registry: Registry): readonly (KubeObject | undefined)[] {
  const { paramKind } = spec
  const { paramRef } = bound
  if (!isObject(paramKind) || !isObject(paramRef)) return [undefined]
  const { group: paramGroup, version } = parseApiVersion(printed(paramKind['apiVersion']))
  const type = registry.findByKind(paramGroup, version, printed(paramKind['kind']))
  if (type === undefined) throw new Error(`paramKind kind \`${printed(paramKind['apiVersion'])}, Kind=${printed(paramKind['kind'])}\` not known`)
  const given = printed(paramRef['namespace'] ?? '')
  if (!type.isNamespaced && given !== '') throw new Error('paramRef.namespace must not be provided for a cluster-scoped `paramKind`')
  const namespace = type.isNamespaced ? given || request.namespace : ''
  if (type.isNamespaced && namespace === '') throw new Error('cannot use namespaced paramRef in policy binding that matches cluster-scoped resources')
  const { name, selector } = paramRef
  const found =
    typeof name === 'string' && name !== ''
      ? [storage.get(type.storage, namespace, name)?.object].filter((object) => object !== undefined)
      : storage
          .list(type.storage, type.isNamespaced ? namespace : undefined)
          .map(({ object }) => object)
          .filter(({ metadata }) => isSelectedBy(selector, metadata.labels))
  if (found.length > 0) return found
  if (paramRef['parameterNotFoundAction'] === 'Allow') return []
  throw new Error('no params found for policy binding with `Deny` parameterNotFoundAction')
}
