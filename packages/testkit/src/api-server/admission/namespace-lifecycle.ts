// Nothing is made in a namespace that is missing or going, and some namespaces stay.
import { forbidden, notFound } from '../status-errors.ts'
import type { Storage } from '../storage.ts'
import type { AdmissionRequest } from './admission-request.ts'

const immortal = new Set(['default', 'kube-system', 'kube-public'])

/** @throws {StatusError} */
export function checkNamespace({ operation, type, namespace, name, subresource, object }: AdmissionRequest, storage: Storage): void {
  if (operation === 'DELETE' && type.kind === 'Namespace' && type.group === '' && immortal.has(name)) {
    throw forbidden({ group: '', resource: 'namespaces' }, name, 'this namespace may not be deleted')
  }
  if (operation !== 'CREATE' || !type.isNamespaced || subresource !== '') return
  if (type.kind === 'LocalSubjectAccessReview') return
  const found = storage.get('namespaces', '', namespace)
  if (found === undefined) throw notFound({ group: '', resource: 'namespaces' }, namespace)
  if (found.object.metadata.deletionTimestamp === undefined) return
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
