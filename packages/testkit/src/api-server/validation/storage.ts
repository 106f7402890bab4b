// Volumes, claims and storage classes. Follows kubernetes `pkg/apis/core/validation` and `pkg/apis/storage/validation`.
import { isQuantity, parseQuantity, printed } from '@plumbline/schema'
import { qualifiedNameProblems, subdomainProblems } from '../names.ts'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, isEqual, isObject, objectOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { checkAccessModes, checkClaimSpec, checkVolumeMode } from './claims.ts'
import { Problems } from './problems.ts'
import { checkNodeSelector } from './scheduling.ts'
import { checkTopologies } from './storage-kinds.ts'
import { checkHostPath, checkNfs, checkVolumeSource } from './volumes.ts'

const none = (): void => undefined

/** What a PersistentVolume may be made of, in the order in which the server looks. */
const volumeKinds: Parameters<typeof checkVolumeSource>[3] = {
  hostPath: checkHostPath,
  gcePersistentDisk: none,
  awsElasticBlockStore: none,
  glusterfs: none,
  flocker: none,
  nfs: checkNfs,
  rbd: none,
  quobyte: none,
  cephfs: none,
  iscsi: none,
  cinder: none,
  fc: none,
  flexVolume: none,
  azureFile: none,
  vsphereVolume: none,
  photonPersistentDisk: none,
  portworxVolume: none,
  azureDisk: none,
  scaleIO: none,
  local(source, path, problems) {
    if (textOf(source['path']) === '') problems.required(`${path}.path`)
  },
  storageos: none,
  csi(source, path, problems) {
    for (const member of ['driver', 'volumeHandle']) if (textOf(source[member]) === '') problems.required(`${path}.${member}`)
  },
}

export function validateVolume(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  if (arrayOf(spec['accessModes']).length === 0) problems.required('spec.accessModes')
  checkAccessModes(spec, 'spec', problems)
  const capacity = spec['capacity']
  const names = Object.keys(objectOf(capacity))
  if (names.length === 0) problems.required('spec.capacity')
  if (!names.includes('storage') || names.length > 1) problems.unsupported('spec.capacity', capacity ?? null, ['storage'])
  for (const [name, value] of Object.entries(objectOf(capacity)))
    if (isQuantity(value) && parseQuantity(value).nano <= 0n) problems.invalid(`spec.capacity[${name}]`, value, 'must be greater than zero')
  const policy = textOf(spec['persistentVolumeReclaimPolicy'])
  if (policy !== '' && !['Delete', 'Recycle', 'Retain'].includes(policy))
    problems.unsupported('spec.persistentVolumeReclaimPolicy', policy, ['Delete', 'Recycle', 'Retain'])
  const required = objectOf(spec['nodeAffinity'])['required']
  if (isObject(spec['nodeAffinity'])) {
    if (isObject(required)) checkNodeSelector(required, 'spec.nodeAffinity.required', problems)
    else problems.required('spec.nodeAffinity.required', 'must specify required node constraints')
  }
  checkVolumeSource(spec, 'spec', problems, volumeKinds)
  if (objectOf(spec['hostPath'])['path'] === '/' && policy === 'Recycle')
    problems.forbidden('spec.persistentVolumeReclaimPolicy', "may not be 'recycle' for a hostPath mount of '/'")
  const storageClass = textOf(spec['storageClassName'])
  if (storageClass !== '') problems.invalidEach('spec.storageClassName', storageClass, subdomainProblems(storageClass))
  checkVolumeMode(spec, 'spec', problems)
  return problems.errors
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
