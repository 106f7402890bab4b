// What is asked of a write before anything is computed: names, namespaces, versions and uids. Follows apiserver `pkg/registry` and
// `pkg/endpoints/handlers`.
import { registryKey } from './registry-keys.ts'
import type { ResourceType } from './resource-type.ts'
import { badRequest, conflict, internalFailure, invalid, MODIFIED } from './status-errors.ts'
import { parseApiVersion } from './resources.ts'
import type { JsonObject, KubeObject } from './types.ts'

/** Kinds whose updates have to name the version they were made from. */
const needsVersion = new Set([
  'Lease',
  'PodDisruptionBudget',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
  'CustomResourceDefinition',
  'APIService',
  'RuntimeClass',
  'CSIDriver',
  'CSINode',
  'CSIStorageCapacity',
  'VolumeAttachment',
])

/** @throws {StatusError} 400 unless the object has the name that the path has */
export function checkUrlName({ metadata }: KubeObject, name: string): void {
  if ((metadata.name ?? '') === '') throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
  if (metadata.name !== name) throw badRequest(`the name of the object (${metadata.name ?? ''}) does not match the name on the URL (${name})`)
}

/** @throws {StatusError} 400 where the object says another namespace than the path */
export function checkUrlNamespace(type: ResourceType, { metadata }: KubeObject, namespace: string): void {
  if (type.isNamespaced && (metadata.namespace ?? '') !== '' && metadata.namespace !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
}

/** @throws {StatusError} 409 where the object says another uid than the one that is stored, which may be none at all */
export function checkUid(type: ResourceType, live: KubeObject | undefined, updated: KubeObject, namespace: string): void {
  const { uid = '', name = '' } = updated.metadata
  const held = live?.metadata.uid ?? ''
  if (uid === '' || uid === held) return
  throw conflict(
    { group: type.group, resource: type.plural },
    name,
    `StorageError: invalid object, Code: 4, Key: ${registryKey(type, type.isNamespaced ? namespace : '', name)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${held}`,
  )
}

/** @throws {StatusError} 500 where a version is no number */
export function checkVersionForm(version: string): void {
  if (!/^\d*$/.test(version)) throw internalFailure(`strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`)
}

/** @throws {StatusError} 409 where an update was made from another version, 422 where it has to say which and does not */
export function checkVersion(type: ResourceType, live: KubeObject, updated: KubeObject): void {
  const { resourceVersion = '' } = updated.metadata
  const resource = { group: type.group, resource: type.plural }
  const name = live.metadata.name ?? ''
  checkVersionForm(resourceVersion)
  if (resourceVersion !== '' && resourceVersion !== '0') {
    if (resourceVersion !== live.metadata.resourceVersion) throw conflict(resource, name, MODIFIED)
  } else if (needsVersion.has(type.kind) || type.defined !== undefined)
    throw invalid(resource, name, [{ type: 'Invalid', path: 'metadata.resourceVersion', value: 0, detail: 'must be specified for an update' }])
}

/** @throws {StatusError} 422 where a patch makes a custom object one of another kind */
export function checkCustomKind(type: ResourceType, patched: JsonObject, name: string): void {
  const { apiVersion, kind } = patched
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || apiVersion === '' || kind === '') return
  const errors = [
    ...(apiVersion === type.apiVersion ? [] : [{ type: 'Invalid' as const, path: 'apiVersion', value: apiVersion, detail: `must be ${type.apiVersion}` }]),
    ...(kind === type.kind ? [] : [{ type: 'Invalid' as const, path: 'kind', value: kind, detail: `must be ${type.kind}` }]),
  ]
  if (errors.length > 0) throw invalid({ group: parseApiVersion(apiVersion).group, resource: kind }, name, errors)
}
