// Drivers, capacities and attachments of storage. Follows kubernetes `pkg/apis/storage/validation`.
import { isQuantity, parseQuantity, printed } from '@plumbline/schema'
import { qualifiedNameProblems, subdomainProblems } from '../names.ts'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, isEqual, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { formsOf } from './immutable.ts'
import { checkSelector } from './labels.ts'
import { nonNegativeMessage, rangeMessage } from './messages.ts'
import { Problems } from './problems.ts'

const immutableDetail = 'field is immutable'

export function checkTopologies(topologies: unknown, problems: Problems): void {
  const seen: unknown[] = []
  for (const [index, term] of objectsOf(topologies).entries()) {
    const path = `allowedTopologies[${index}].matchLabelExpressions`
    const keys = new Map<string, readonly string[]>()
    for (const [at, requirement] of objectsOf(term['matchLabelExpressions']).entries()) {
      const values = arrayOf(requirement['values']).map(printed)
      if (values.length === 0) problems.required(`${path}[${at}].values`)
      for (const [valueIndex, value] of values.entries())
        if (values.indexOf(value) < valueIndex) problems.duplicate(`${path}[${at}].values[${valueIndex}]`, value)
      const key = textOf(requirement['key'])
      problems.invalidEach(`${path}[${at}].key`, key, qualifiedNameProblems(key))
      if (keys.has(key)) problems.duplicate(`${path}[${at}].key`, key)
      keys.set(key, [...new Set(values)].toSorted())
    }
    const entries = [...keys].toSorted(([a], [b]) => (a < b ? -1 : 1))
    // The server compares with as many empty terms as there are terms, too.
    const empty = Array.from({ length: objectsOf(topologies).length }, () => [])
    for (const other of [...empty, ...seen]) if (isEqual(other, entries)) problems.duplicate(path, '')
    seen.push(entries)
  }
}

export function validateDriver(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  const policy = spec['fsGroupPolicy']
  const policies = ['File', 'None', 'ReadWriteOnceWithFSType']
  if (policy !== undefined && !policies.includes(printed(policy))) problems.unsupported('spec.fsGroupPolicy', policy, policies)
  const audiences = new Set<string>()
  for (const [index, request] of objectsOf(spec['tokenRequests']).entries()) {
    const [path, audience, seconds] = [`spec.tokenRequests[${index}]`, textOf(request['audience']), request['expirationSeconds']]
    if (audiences.has(audience)) {
      problems.duplicate(`${path}.audience`, audience)
      continue
    }
    audiences.add(audience)
    if (typeof seconds !== 'number') continue
    if (seconds < 600) problems.invalid(`${path}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes')
    if (seconds > 2 ** 32) problems.invalid(`${path}.expirationSeconds`, seconds, 'may not specify a duration larger than 2^32 seconds')
  }
  for (const mode of arrayOf(spec['volumeLifecycleModes']))
    if (mode !== 'Persistent' && mode !== 'Ephemeral') problems.unsupported('spec.volumeLifecycleModes', mode, ['Persistent', 'Ephemeral'])
  return problems.errors
}

export function validateDriverUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  const problems = new Problems()
  const [old, next] = [objectOf(before['spec']), objectOf(after['spec'])]
  for (const [member, shown] of [
    ['attachRequired', 'attachedRequired'],
    ['volumeLifecycleModes', 'volumeLifecycleModes'],
  ] as const)
    if (!isEqual(old[member], next[member])) problems.invalid(`spec.${shown}`, next[member], immutableDetail)
  return problems.errors
}

export function validateCapacity(object: KubeObject): FieldError[] {
  const problems = new Problems()
  checkSelector(object['nodeTopology'], 'nodeTopology', problems)
  const name = textOf(object['storageClassName'])
  problems.invalidEach('storageClassName', name, subdomainProblems(name))
  const { capacity } = object
  if (isQuantity(capacity) && parseQuantity(capacity).nano < 0n) problems.invalid('capacity', capacity, nonNegativeMessage)
  return problems.errors
}

export function validateCapacityUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  const problems = new Problems()
  for (const member of ['nodeTopology', 'storageClassName'])
    if (!isEqual(before[member] ?? null, after[member] ?? null)) problems.invalid(member, after[member] ?? null, immutableDetail)
  return problems.errors
}

export function validateAttachment(object: KubeObject, previous?: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  const attacher = textOf(spec['attacher'])
  if (attacher === '') problems.required('spec.attacher')
  const { persistentVolumeName: volume, inlineVolumeSpec: inline } = objectOf(spec['source'])
  if (volume === undefined && inline === undefined) problems.required('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')
  else if (volume !== undefined && inline !== undefined)
    problems.forbidden('spec.source', 'must specify exactly one of inlineVolumeSpec and persistentVolumeName')
  else if (volume === '') problems.required('spec.source.persistentVolumeName', 'must specify non empty persistentVolumeName')
  else if (isObject(inline)) checkInline(inline, problems)
  const node = textOf(spec['nodeName'])
  problems.invalidEach('spec.nodeName', node, subdomainProblems(node))
  checkAttachmentStatus(objectOf(object['status']), problems)
  if (previous !== undefined) return problems.errors
  // New ones are looked at more closely.
  if (attacher === '') problems.required('spec.attacher')
  if (attacher.length > 63) problems.tooLong('spec.attacher', 63)
  problems.invalidEach('spec.attacher', attacher, subdomainProblems(attacher.toLowerCase()))
  if (typeof volume === 'string') problems.invalidEach('spec.source.persistentVolumeName', volume, subdomainProblems(volume))
  return problems.errors
}

const maxMessageBytes = 1024
const maxMetadataBytes = 256 * 1024

function checkAttachmentStatus(status: JsonObject, problems: Problems): void {
  const entries = Object.entries(objectOf(status['attachmentMetadata']))
  const size = entries.reduce((sum, [key, value]) => sum + key.length + textOf(value).length, 0)
  if (size > maxMetadataBytes) problems.tooLong('status.attachmentMetadata', maxMetadataBytes)
  for (const member of ['attachError', 'detachError']) {
    const { message, errorCode } = objectOf(status[member])
    if (textOf(message).length > maxMessageBytes) problems.tooLong(`status.${member}.message`, maxMetadataBytes)
    if (typeof errorCode === 'number' && errorCode < 0) problems.invalid(`status.${member}.errorCode`, errorCode, rangeMessage(0, 2_147_483_647))
  }
}

function checkInline(spec: object, problems: Problems): void {
  const path = 'spec.source.inlineVolumeSpec'
  const { csi, accessModes } = spec as { csi?: unknown; accessModes?: unknown }
  if (!isObject(csi)) problems.required(`${path}.csi`, 'has to be specified in the context of inline volumes')
  if (arrayOf(accessModes).length === 0) problems.required(`${path}.accessModes`)
  if (!isObject(csi)) problems.required(path, 'must specify a volume type')
  else for (const member of ['driver', 'volumeHandle']) if (textOf(csi[member]) === '') problems.required(`${path}.csi.${member}`)
}

export function validateAttachmentUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  const forms = formsOf('storage.VolumeAttachmentSpec', before['spec'], after['spec'])
  return forms.isSame ? [] : [{ type: 'Invalid', path: 'spec', value: forms.after, detail: immutableDetail }]
}
