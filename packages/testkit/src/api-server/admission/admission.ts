// What the server changes and checks before a write is stored, beyond the object's own rules; and the door for tests to refuse writes.
import { StatusError } from '../status-errors.ts'
import type { Registry } from '../resources.ts'
import type { Storage } from '../storage.ts'
import type { KubeObject } from '../types.ts'
import type { AdmissionRequest } from './admission-request.ts'
import { checkLimits, withLimitDefaults } from './limit-ranges.ts'
import { checkNamespace } from './namespace-lifecycle.ts'
import { checkPodSecurity, checkSecurityLabels } from './pod-security.ts'
import { withKeptPriority, withPriority } from './priority.ts'
import { chargeQuotas } from './resource-quotas.ts'
import { checkValidatingPolicies } from './validating-policies.ts'
import { createWebhookCalls } from './webhook-calls.ts'
import { checkWebhooks, mutatedByWebhooks } from './webhooks.ts'
import { withServiceAccount, withStorageClass } from './service-account.ts'

/** A rule of a test: refuse what it matches. */
export interface Denial {
  readonly matches: (request: AdmissionRequest) => boolean
  readonly message: string
}

/** Admission with rules that can be added. */
export interface Admission {
  /** Refuse matching writes, as a validating webhook would. Returns a function that ends the rule. */
  deny(matches: (request: AdmissionRequest) => boolean, message: string): () => void
  /**
   * Lead the webhooks of a service to an address of the test's own, since nothing runs behind services here; their `caBundle` has to vouch for it.
   * @param service `namespace/name`
   * @param url `https://127.0.0.1:8443`
   */
  route(service: string, url: string): () => void
  /** An object with what the server, and then mutating webhooks, make of it. @throws {StatusError} */
  mutate(request: AdmissionRequest & { readonly object: KubeObject }): KubeObject
  /** @throws {StatusError} */
  check(request: AdmissionRequest): void
}

/** Which admission plugins are on, beyond those that always are. */
export interface AdmissionOptions {
  /** Pods get their service account and its token. It needs the controller that makes accounts. */
  readonly serviceAccounts: boolean
}

export function createAdmission(storage: Storage, registry: Registry, { serviceAccounts }: AdmissionOptions): Admission {
  const denials = new Set<Denial>()
  const routes = new Map<string, string>()
  const ports = { storage, routes, calls: createWebhookCalls() }
  /** What the server's own plugins add to a new object. */
  function withDefaults({ type, object, namespace }: AdmissionRequest & { readonly object: KubeObject }): KubeObject {
    if (type.group !== '') return object
    if (type.kind === 'PersistentVolumeClaim') return withStorageClass(object, storage)
    if (type.kind !== 'Pod') return object
    const limited = withLimitDefaults(object, namespace, storage)
    return withPriority(serviceAccounts ? withServiceAccount(limited, namespace, storage) : limited, storage)
  }
  /** What the server's own plugins keep of an object that is changed. */
  function withKept({ type, object, previous, subresource }: AdmissionRequest & { readonly object: KubeObject }): KubeObject {
    const isPod = type.group === '' && type.kind === 'Pod' && subresource === ''
    return isPod && previous !== undefined ? withKeptPriority(object, previous) : object
  }
  return {
    deny(matches, message) {
      const denial = { matches, message }
      denials.add(denial)
      return () => void denials.delete(denial)
    },
    route(service, url) {
      routes.set(service, url)
      return () => void routes.delete(service)
    },
    mutate(request) {
      const completed = request.operation === 'CREATE' ? withDefaults(request) : withKept(request)
      return mutatedByWebhooks({ ...request, object: completed }, ports) ?? completed
    },
    check(request) {
      checkNamespace(request, storage)
      for (const { matches, message } of denials) {
        if (!matches(request)) continue
        throw new StatusError({
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: `admission webhook "deny.plumbline.dev" denied the request: ${message}`,
          reason: 'Forbidden',
          code: 403,
        })
      }
      checkValidatingPolicies(request, storage, registry)
      checkWebhooks(request, ports)
      checkPolicies(request, storage)
    },
  }
}

function checkPolicies({ operation, type, namespace, subresource, object, previous, dryRun, warnings = [] }: AdmissionRequest, storage: Storage): void {
  if (object === undefined || subresource !== '') return
  if (type.group === '' && type.kind === 'Namespace') checkSecurityLabels(object)
  if (!type.isNamespaced) return
  const isNew = operation === 'CREATE'
  if (isNew && type.group === '' && (type.kind === 'Pod' || type.kind === 'PersistentVolumeClaim')) checkLimits(type.plural, object, namespace, storage)
  if (isNew || JSON.stringify(previous?.['spec']) !== JSON.stringify(object['spec'])) checkPodSecurity(type, object, namespace, warnings, storage)
  if (object.metadata.deletionTimestamp === undefined) chargeQuotas(type, object, previous, namespace, dryRun, storage)
}
