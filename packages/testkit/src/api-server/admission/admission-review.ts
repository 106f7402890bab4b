// The question to a webhook: `admission.k8s.io` AdmissionReview.
import type { JsonObject } from '../types.ts'
import type { AdmissionRequest } from './admission-request.ts'

const optionKinds = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' } as const

/** A request as reviews and expressions have it, without its objects. */
export function requestMembers({ operation, type, namespace, name, subresource, dryRun, user }: AdmissionRequest): JsonObject {
  const kind = { group: type.group, version: type.version, kind: type.kind }
  const resource = { group: type.group, version: type.version, resource: type.plural }
  const inner = subresource === '' ? {} : { subResource: subresource }
  return {
    kind,
    resource,
    ...inner,
    requestKind: kind,
    requestResource: resource,
    ...(subresource === '' ? {} : { requestSubResource: subresource }),
    name,
    ...(type.isNamespaced ? { namespace } : type.kind === 'Namespace' && type.group === '' ? { namespace: name } : {}),
    operation,
    userInfo: { username: user?.name ?? '', groups: [...(user?.groups ?? [])] },
    dryRun,
    options: { kind: optionKinds[operation], apiVersion: 'meta.k8s.io/v1' },
  }
}

/** @param uid by which the answer is recognised */
export function admissionReview(request: AdmissionRequest, uid: string): JsonObject {
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    request: { uid, ...requestMembers(request), object: request.object ?? null, oldObject: request.previous ?? null },
  }
}
