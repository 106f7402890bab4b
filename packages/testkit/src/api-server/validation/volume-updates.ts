// What of volumes and claims may change. Follows kubernetes `pkg/apis/core/validation`: ValidatePersistentVolumeUpdate,
// ValidatePersistentVolumeClaimUpdate.
import { compareQuantities, isQuantity, parseQuantity } from '@plumbline/schema'
import type { FieldError } from '../status-errors.ts'
import { isEqual, isObject, objectOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { formsOf } from './immutable.ts'
import { Problems } from './problems.ts'

const immutableMessage = 'field is immutable'
const classAnnotation = 'volume.beta.kubernetes.io/storage-class'

export function validateVolumeUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  const problems = new Problems()
  const [old, next] = [objectOf(before['spec']), objectOf(after['spec'])]
  const source = formsOf('core.PersistentVolumeSource', old, withoutNewExpandSecret(old, next))
  if (!source.isSame) problems.forbidden('spec.persistentvolumesource', `spec.persistentvolumesource is immutable after creation\n${source.difference()}`)
  checkMode(old, next, problems)
  if (isObject(old['nodeAffinity'])) {
    const affinity = formsOf('core.VolumeNodeAffinity', old['nodeAffinity'], next['nodeAffinity'])
    if (!isEqual(withStableLabels(affinity.before), withStableLabels(affinity.after)))
      problems.invalid('nodeAffinity', affinity.after, `${immutableMessage}, except for updating from beta label to GA`)
  }
  const name = next['volumeAttributesClassName']
  if (old['volumeAttributesClassName'] !== undefined && name === undefined)
    problems.forbidden('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden')
  return problems.errors
}

/** A secret for expansion may be added later. */
function withoutNewExpandSecret(old: JsonObject, next: JsonObject): JsonObject {
  const [oldSource, source] = [old['csi'], next['csi']]
  if (!isObject(oldSource) || !isObject(source) || oldSource['controllerExpandSecretRef'] !== undefined) return next
  const { controllerExpandSecretRef: _secret, ...rest } = source
  return { ...next, csi: rest }
}

const stableLabels: readonly (readonly [beta: string, stable: string])[] = [
  ['failure-domain.beta.kubernetes.io/zone', 'topology.kubernetes.io/zone'],
  ['failure-domain.beta.kubernetes.io/region', 'topology.kubernetes.io/region'],
  ['beta.kubernetes.io/instance-type', 'node.kubernetes.io/instance-type'],
]

/** Labels that have got new names since count as those. */
function withStableLabels(affinity: unknown): unknown {
  return JSON.parse(stableLabels.reduce((text, [beta, stable]) => text.replaceAll(`"Key":"${beta}"`, `"Key":"${stable}"`), JSON.stringify(affinity))) as unknown
}

function checkMode(old: JsonObject, next: JsonObject, problems: Problems): void {
  if ((old['volumeMode'] ?? null) !== (next['volumeMode'] ?? null)) problems.invalid('volumeMode', next['volumeMode'] ?? null, immutableMessage)
}

export function validateClaimUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  const problems = new Problems()
  const [old, next] = [objectOf(before['spec']), objectOf(after['spec'])]
  const [oldAnnotation, annotation] = [before, after].map(({ metadata }) => metadata.annotations?.[classAnnotation])
  const isUpgrade =
    oldAnnotation !== undefined &&
    old['storageClassName'] === undefined &&
    next['storageClassName'] === oldAnnotation &&
    (annotation === undefined || annotation === oldAnnotation)
  if (!isUpgrade && (oldAnnotation ?? '') !== (annotation ?? ''))
    problems.invalid('metadata.annotations', annotation ?? '', `${immutableMessage}: ${classAnnotation}`)
  const [comparedOld, compared] = comparedSpecs(before, after, isUpgrade)
  const spec = formsOf('core.PersistentVolumeClaimSpec', comparedOld, compared)
  if (!spec.isSame)
    problems.forbidden(
      'spec',
      `spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n${spec.difference()}`,
    )
  checkSize(old, next, objectOf(before['status']), problems)
  checkMode(old, next, problems)
  checkClass(old, next, objectOf(before['status']), problems)
  return problems.errors
}

/** The specs without what may change: the volume once, size and class of bound claims, a class where there was none. */
function comparedSpecs(before: KubeObject, after: KubeObject, isUpgrade: boolean): readonly [JsonObject, JsonObject] {
  const [old, next] = [{ ...objectOf(before['spec']) }, { ...objectOf(after['spec']) }]
  if (textOf(old['volumeName']) === '') old['volumeName'] = next['volumeName']
  if (isUpgrade) delete next['storageClassName']
  else if (old['storageClassName'] === undefined && next['storageClassName'] !== undefined) {
    const annotation = before.metadata.annotations?.[classAnnotation]
    if (annotation === undefined || annotation === next['storageClassName']) delete next['storageClassName']
  }
  if (objectOf(after['status'])['phase'] !== 'Bound') return [old, next]
  next['volumeAttributesClassName'] = old['volumeAttributesClassName']
  const { resources } = next
  if (isObject(resources) && isObject(resources['requests']))
    next['resources'] = { ...resources, requests: { ...resources['requests'], storage: objectOf(objectOf(old['resources'])['requests'])['storage'] } }
  return [old, next]
}

function checkSize(old: JsonObject, next: JsonObject, status: JsonObject, problems: Problems): void {
  const sizeOf = (amounts: unknown): ReturnType<typeof parseQuantity> => {
    const size = objectOf(amounts)['storage']
    return parseQuantity(isQuantity(size) ? size : '0')
  }
  const [oldSize, size, held] = [sizeOf(objectOf(old['resources'])['requests']), sizeOf(objectOf(next['resources'])['requests']), sizeOf(status['capacity'])]
  // Claims may shrink to what they hold, so that an expansion that failed can be taken back.
  if (compareQuantities(size, oldSize) < 0 && compareQuantities(size, held) <= 0)
    problems.forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity')
}

function checkClass(old: JsonObject, next: JsonObject, status: JsonObject, problems: Problems): void {
  const member = 'volumeAttributesClassName'
  if (isEqual(old[member] ?? null, next[member] ?? null) || status['currentVolumeAttributesClassName'] === undefined) return
  const forbid = (what: string): void =>
    problems.forbidden(`spec.${member}`, `update to ${what} is forbidden when status.currentVolumeAttributesClassName is not nil`)
  if (next[member] === undefined) forbid('nil')
  else if (next[member] === '') forbid('empty string')
}
