// Volumes and claims. Follows kubernetes `pkg/apis/core/validation`.
import { formatQuantity, isQuantity, parseQuantity, printed } from '@plumbline/schema'
import { labelProblems, qualifiedNameProblems, subdomainProblems } from '../names.ts'
import { arrayOf, isObject, objectOf, textOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { checkLabels, checkSelector } from './labels.ts'
import type { Problems } from './problems.ts'

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
const volumeModes = ['Block', 'Filesystem']

export function checkAccessModes(spec: JsonObject, path: string, problems: Problems): void {
  const modes = arrayOf(spec['accessModes'])
  for (const mode of modes) if (!accessModes.includes(String(mode))) problems.unsupported(`${path}.accessModes`, mode, accessModes)
  const known = modes.filter((mode) => accessModes.includes(String(mode)))
  if (known.includes('ReadWriteOncePod') && known.some((mode) => mode !== 'ReadWriteOncePod'))
    problems.forbidden(`${path}.accessModes`, 'may not use ReadWriteOncePod with other access modes')
}

export function checkVolumeMode(spec: JsonObject, path: string, problems: Problems): void {
  const mode = spec['volumeMode']
  if (mode !== undefined && mode !== null && !volumeModes.includes(printed(mode))) problems.unsupported(`${path}.volumeMode`, mode, volumeModes)
}

/** What a claim asks for. */
export function checkClaimSpec(spec: JsonObject, path: string, problems: Problems): void {
  if (arrayOf(spec['accessModes']).length === 0) problems.required(`${path}.accessModes`, 'at least 1 access mode is required')
  checkSelector(spec['selector'], `${path}.selector`, problems)
  checkAccessModes(spec, path, problems)
  const storage = objectOf(objectOf(spec['resources'])['requests'])['storage']
  const at = `${path}.resources[storage]`
  if (!isQuantity(storage)) problems.required(at)
  else if (parseQuantity(storage).nano <= 0n) problems.invalid(at, formatQuantity(parseQuantity(storage)), 'must be greater than zero')
  checkClassName(spec, 'storageClassName', path, problems)
  checkVolumeMode(spec, path, problems)
  checkSources(spec, path, problems)
  checkClassName(spec, 'volumeAttributesClassName', path, problems)
}

function checkClassName(spec: JsonObject, member: string, path: string, problems: Problems): void {
  const name = textOf(spec[member])
  if (name !== '') problems.invalidEach(`${path}.${member}`, name, subdomainProblems(name))
}

function checkSources(spec: JsonObject, path: string, problems: Problems): void {
  const { dataSource: source, dataSourceRef: reference } = spec
  if (isObject(source)) checkSource(source, `${path}.dataSource`, problems)
  if (!isObject(reference)) return
  checkSource(reference, `${path}.dataSourceRef`, problems)
  const namespace = textOf(reference['namespace'])
  if (namespace !== '') problems.invalidEach(`${path}.dataSourceRef.namespace`, namespace, labelProblems(namespace))
  if (!isObject(source)) return
  // The server prints the path where the value would be: a structure without members to show.
  if (namespace !== '') problems.invalid(path, {}, 'may not be specified when dataSourceRef.namespace is specified')
  else if (['apiGroup', 'kind', 'name'].some((member) => (source[member] ?? null) !== (reference[member] ?? null)))
    problems.invalid(path, {}, 'must match dataSourceRef')
}

function checkSource(source: JsonObject, path: string, problems: Problems): void {
  const group = textOf(source['apiGroup'])
  for (const member of ['name', 'kind']) if (textOf(source[member]) === '') problems.required(`${path}.${member}`)
  if (group === '' && source['kind'] !== 'PersistentVolumeClaim')
    problems.invalid(path, textOf(source['kind']), "must be 'PersistentVolumeClaim' when referencing the default apiGroup")
  if (group !== '') problems.invalidEach(`${path}.apiGroup`, group, subdomainProblems(group))
}

/** Metadata that a template may not give, in the order and with the names of Go's fields. */
const fixedMetadata: readonly (readonly [member: string, shown: string])[] = [
  ['name', 'name'],
  ['generateName', 'generateName'],
  ['namespace', 'namespace'],
  ['selfLink', 'selfLink'],
  ['uid', 'uID'],
  ['resourceVersion', 'resourceVersion'],
  ['generation', 'generation'],
  ['creationTimestamp', 'creationTimestamp'],
  ['deletionTimestamp', 'deletionTimestamp'],
  ['deletionGracePeriodSeconds', 'deletionGracePeriodSeconds'],
  ['ownerReferences', 'ownerReferences'],
  ['finalizers', 'finalizers'],
  ['managedFields', 'managedFields'],
]

/** The template of a claim that lives as long as a pod. */
export function checkClaimTemplate(template: JsonObject, path: string, problems: Problems): void {
  const metadata = objectOf(template['metadata'])
  const at = `${path}.metadata`
  for (const key of Object.keys(objectOf(metadata['annotations']))) problems.invalidEach(`${at}.annotations`, key, qualifiedNameProblems(key.toLowerCase()))
  checkLabels(metadata['labels'], `${at}.labels`, problems)
  for (const [member, shown] of fixedMetadata) {
    const value = metadata[member]
    if (value !== undefined && value !== null && value !== '' && value !== 0) problems.forbidden(`${at}.${shown}`, 'cannot be set')
  }
  checkClaimSpec(objectOf(template['spec']), `${path}.spec`, problems)
}

const resizeStates = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
].toSorted()
const nanosPerUnit = 1_000_000_000n

/** The status of a claim. */
export function checkClaimStatus(status: JsonObject, problems: Problems): void {
  for (const [name, amount] of Object.entries(objectOf(status['capacity']))) checkCapacity(amount, `status.capacity[${name}]`, problems)
  for (const [name, state] of Object.entries(objectOf(status['allocatedResourceStatuses']))) {
    const at = 'status.allocatedResourceStatuses'
    checkClaimResource(name, at, problems)
    if (!resizeStates.includes(printed(state))) problems.unsupported(at, name, resizeStates)
  }
  for (const [name, amount] of Object.entries(objectOf(status['allocatedResources']))) {
    const count = problems.errors.length
    checkClaimResource(name, 'status.allocatedResources', problems)
    if (problems.errors.length === count) checkCapacity(amount, `status.allocatedResources[${name}]`, problems)
  }
}

/** An amount that is not negative, which is printed as whole units. */
export function checkCapacity(amount: unknown, path: string, problems: Problems): void {
  if (!isQuantity(amount)) return
  const { nano } = parseQuantity(amount)
  // Parts of a unit count as a whole one, away from zero.
  const units = nano < 0n ? -((-nano + nanosPerUnit - 1n) / nanosPerUnit) : nano
  if (units < 0n) problems.invalid(path, Number(units), 'must be a valid resource quantity')
}

function checkClaimResource(name: string, path: string, problems: Problems): void {
  const faults = qualifiedNameProblems(name)
  problems.invalidEach(path, name, faults)
  const isNative = !name.includes('/') || name.includes('kubernetes.io/')
  if (faults.length === 0 && isNative && name !== 'storage') problems.unsupported(path, name, ['storage'])
}
