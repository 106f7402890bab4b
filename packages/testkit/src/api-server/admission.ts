// What the server checks and changes before a write is stored, beyond the object's own rules; and the door for tests to refuse writes.
import type { ResourceType } from './resource-type.ts'
import { forbidden, notFound, StatusError } from './status-errors.ts'
import type { Storage } from './storage.ts'
import type { KubeObject } from './types.ts'

/** A write on its way to the store. */
export interface AdmissionRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE'
  readonly type: ResourceType
  readonly namespace: string
  readonly name: string
  readonly subresource: string
  readonly object: KubeObject | undefined
  readonly previous: KubeObject | undefined
  readonly dryRun: boolean
}

/** A rule of a test: refuse what it matches. */
export interface Denial {
  readonly matches: (request: AdmissionRequest) => boolean
  readonly message: string
}

/** Admission with rules that can be added. */
export interface Admission {
  /** Refuse matching writes, as a validating webhook would. Returns a function that ends the rule. */
  deny(matches: (request: AdmissionRequest) => boolean, message: string): () => void
  /** @throws {StatusError} */
  check(request: AdmissionRequest): void
}

const immortal = new Set(['default', 'kube-system', 'kube-public'])

export function createAdmission(storage: Storage): Admission {
  const denials = new Set<Denial>()
  return {
    deny(matches, message) {
      const denial = { matches, message }
      denials.add(denial)
      return () => void denials.delete(denial)
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
    },
  }
}

/** NamespaceLifecycle: nothing is made in a namespace that is missing or going, and some namespaces stay. */
function checkNamespace({ operation, type, namespace, name, subresource, object }: AdmissionRequest, storage: Storage): void {
  if (operation === 'DELETE' && type.kind === 'Namespace' && type.group === '' && immortal.has(name)) {
    throw forbidden({ group: '', resource: 'namespaces' }, name, 'this namespace may not be deleted')
  }
  if (operation !== 'CREATE' || !type.isNamespaced || subresource !== '') return
  if (type.kind === 'LocalSubjectAccessReview') return
  const found = storage.get('namespaces', '', namespace)
  if (found === undefined) throw notFound({ group: '', resource: 'namespaces' }, namespace)
  if (found.object.metadata.deletionTimestamp !== undefined) {
    const error = forbidden(
      { group: type.group, resource: type.plural },
      object?.metadata.name ?? '',
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    )
    error.status.details = {
      ...error.status.details,
      causes: [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }],
    }
    throw error
  }
}
