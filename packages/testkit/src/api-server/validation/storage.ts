// Volumes, claims and storage classes. Follows kubernetes `pkg/apis/core/validation` and `pkg/apis/storage/validation`.
import { isQuantity, parseQuantity, printed } from '@plumbline/schema'
import { qualifiedNameProblems, subdomainProblems } from '../names.ts'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, isEqual, isObject, objectOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { checkAccessModes, checkCapacity, checkClaimSpec, checkVolumeMode } from './claims.ts'
import { Problems } from './problems.ts'
import { checkNodeSelector } from './scheduling.ts'
import { checkTopologies } from './storage-kinds.ts'
import { checkVolumeSource, persistentSources } from './volume-sources.ts'
import { portalMessage } from './volumes.ts'

export function validateVolume(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  if (arrayOf(spec['accessModes']).length === 0) problems.required('spec.accessModes')
  checkAccessModes(spec, 'spec', problems)
  const { capacity } = spec
  const names = Object.keys(objectOf(capacity))
  if (names.length === 0) problems.required('spec.capacity')
  if (!names.includes('storage') || names.length > 1) problems.unsupported('spec.capacity', capacity ?? null, ['storage'])
  for (const [name, value] of Object.entries(objectOf(capacity))) {
    const at = `spec.capacity[${name}]`
    checkCapacity(value, at, problems)
    if (isQuantity(value) && parseQuantity(value).nano <= 0n) problems.invalid(at, value, 'must be greater than zero')
  }
  const policy = textOf(spec['persistentVolumeReclaimPolicy'])
  if (policy !== '' && !['Delete', 'Recycle', 'Retain'].includes(policy))
    problems.unsupported('spec.persistentVolumeReclaimPolicy', policy, ['Delete', 'Recycle', 'Retain'])
  const required = objectOf(spec['nodeAffinity'])['required']
  if (isObject(spec['nodeAffinity'])) {
    if (isObject(required)) checkNodeSelector(required, 'spec.nodeAffinity.required', problems)
    else problems.required('spec.nodeAffinity.required', 'must specify required node constraints')
  }
  checkPersistentSource(object, spec, problems)
  if (objectOf(spec['hostPath'])['path'] === '/' && policy === 'Recycle')
    problems.forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'")
  const storageClass = textOf(spec['storageClassName'])
  if (storageClass !== '') problems.invalidEach('spec.storageClassName', storageClass, subdomainProblems(storageClass))
  checkVolumeMode(spec, 'spec', problems)
  checkAttributesClass(spec, problems)
  return problems.errors
}

function checkPersistentSource(object: KubeObject, spec: JsonObject, problems: Problems): void {
  checkVolumeSource(spec, 'spec', problems, persistentSources)
  const { initiatorName, targetPortal } = objectOf(spec['iscsi'])
  if (initiatorName !== undefined && `${object.metadata.name ?? ''}:${textOf(targetPortal)}`.length > 64)
    problems.invalid('spec.iscsi.targetportal', textOf(targetPortal), portalMessage)
  const isLocal = Object.keys(persistentSources).find((name) => isObject(spec[name])) === 'local'
  if (isLocal && !isObject(spec['nodeAffinity'])) problems.required('spec.nodeAffinity', 'Local volume requires node affinity')
}

function checkAttributesClass(spec: JsonObject, problems: Problems): void {
  const name = spec['volumeAttributesClassName']
  if (typeof name !== 'string') return
  if (name === '') problems.required('spec.volumeAttributesClassName', 'an empty string is disallowed')
  else problems.invalidEach('spec.volumeAttributesClassName', name, subdomainProblems(name))
  if (!isObject(spec['csi'])) problems.required('spec.csi', 'has to be specified when using volumeAttributesClassName')
}

export function validateClaim(object: KubeObject): FieldError[] {
  const problems = new Problems()
  checkClaimSpec(objectOf(object['spec']), 'spec', problems)
  return problems.errors
}

export function validateStorageClass(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const provisioner = textOf(object['provisioner'])
  if (provisioner === '') problems.required('provisioner')
  else problems.invalidEach('provisioner', provisioner, qualifiedNameProblems(provisioner.toLowerCase()))
  const { reclaimPolicy, volumeBindingMode } = object as JsonObject
  if (reclaimPolicy !== undefined && !['Delete', 'Retain'].includes(printed(reclaimPolicy)))
    problems.unsupported('reclaimPolicy', reclaimPolicy, ['Delete', 'Retain'])
  if (volumeBindingMode !== undefined && !['Immediate', 'WaitForFirstConsumer'].includes(printed(volumeBindingMode)))
    problems.unsupported('volumeBindingMode', volumeBindingMode, ['Immediate', 'WaitForFirstConsumer'])
  checkTopologies(object['allowedTopologies'], problems)
  return problems.errors
}

export function validateStorageClassUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  const problems = new Problems()
  for (const field of ['parameters', 'provisioner', 'reclaimPolicy'])
    if (!isEqual(before[field] ?? null, after[field] ?? null)) problems.forbidden(field, `updates to ${field} are forbidden.`)
  if (!isEqual(before['volumeBindingMode'], after['volumeBindingMode'])) problems.invalid('volumeBindingMode', after['volumeBindingMode'], 'field is immutable')
  return problems.errors
}
