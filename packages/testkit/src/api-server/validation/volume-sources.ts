// What volumes are made of, in pods and as PersistentVolumes. Follows kubernetes `pkg/apis/core/validation`.
import { isQuantity, parseQuantity, printed } from '@plumbline/schema'
import { labelProblems, subdomainProblems } from '../names.ts'
import { arrayOf, isObject, objectOf, textOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { backstepProblems, descendingPathProblems, rangeMessage } from './messages.ts'
import type { Problems } from './problems.ts'

/** Checks one source. */
export type SourceCheck = (source: JsonObject, path: string, problems: Problems) => void

/** A check that members are given. */
export function needs(...members: readonly string[]): SourceCheck {
  return (source, path, problems) => {
    for (const member of members) if (textOf(source[member]) === '') problems.required(`${path}.${member}`)
  }
}

function all(...checks: readonly SourceCheck[]): SourceCheck {
  return (source, path, problems) => {
    for (const check of checks) check(source, path, problems)
  }
}

/** A member that is an object, checked where it is given. */
function within(member: string, check: SourceCheck): SourceCheck {
  return (source, path, problems) => {
    if (isObject(source[member])) check(source[member], `${path}.${member}`, problems)
  }
}

function needsList(member: string): SourceCheck {
  return (source, path, problems) => {
    if (arrayOf(source[member]).length === 0) problems.required(`${path}.${member}`)
  }
}

const checkPartition: SourceCheck = (source, path, problems) => {
  const { partition } = source
  // The text says 1, the rule 0.
  if (typeof partition === 'number' && (partition < 0 || partition > 255)) problems.invalid(`${path}.partition`, partition, rangeMessage(1, 255))
}

const checkLun: SourceCheck = ({ lun }, path, problems) => {
  if (typeof lun === 'number' && (lun < 0 || lun > 255)) problems.invalid(`${path}.lun`, lun, rangeMessage(0, 255))
}

const initiatorForms: Readonly<Record<string, RegExp>> = {
  iqn: /iqn\.\d{4}-\d{2}\.([A-Za-z0-9.-]+)(:[^,;*&$|\s]+)$/,
  eui: /^eui.[A-Za-z0-9]{16}$/,
  naa: /^naa.[A-Za-z0-9]{32}$/,
}

function checkInitiator(name: string, path: string, otherMessage: string, problems: Problems): void {
  const form = initiatorForms[name.slice(0, 3)]
  if (form === undefined) problems.invalid(path, name, otherMessage)
  else if (!form.test(name)) problems.invalid(path, name, 'must be valid format')
}

const anyForm = 'must be valid format starting with iqn, eui, or naa'

/** @param unknownForm what is said of names of targets that are of no known form */
function iscsi(unknownForm: string): SourceCheck {
  return (source, path, problems) => {
    const [iqn, initiator] = [textOf(source['iqn']), source['initiatorName']]
    needs('targetPortal', 'iqn')(source, path, problems)
    if (iqn !== '') checkInitiator(iqn, `${path}.iqn`, unknownForm, problems)
    checkLun(source, path, problems)
    if ((source['chapAuthDiscovery'] === true || source['chapAuthSession'] === true) && !isObject(source['secretRef'])) problems.required(`${path}.secretRef`)
    if (typeof initiator === 'string') checkInitiator(initiator, `${path}.initiatorname`, anyForm, problems)
  }
}

const checkQuobyte: SourceCheck = (source, path, problems) => {
  const [registry, message] = [textOf(source['registry']), 'must be a host:port pair or multiple pairs separated by commas']
  if (registry === '') problems.required(`${path}.registry`, message)
  else if (textOf(source['tenant']).length >= 65) problems.required(`${path}.tenant`, 'must be a UUID and may not exceed a length of 64 characters')
  else for (const pair of registry.split(',')) if (!/^(?:[^:[\]]*|\[[^[\]]*\]):[^:[\]]*$/.test(pair)) problems.invalid(`${path}.registry`, registry, message)
  needs('volume')(source, path, problems)
}

const checkFlocker: SourceCheck = (source, path, problems) => {
  const [name, uuid] = [textOf(source['datasetName']), textOf(source['datasetUUID'])]
  if (name === '' && uuid === '') problems.required(path, 'one of datasetName and datasetUUID is required')
  if (name !== '' && uuid !== '') problems.invalid(path, 'resource', 'datasetName and datasetUUID can not be specified simultaneously')
  if (name.includes('/')) problems.invalid(`${path}.datasetName`, name, "must not contain '/'")
}

const checkFc: SourceCheck = (source, path, problems) => {
  const [targets, ids] = [arrayOf(source['targetWWNs']), arrayOf(source['wwids'])]
  if (targets.length === 0 && ids.length === 0) problems.required(`${path}.targetWWNs`, 'must specify either targetWWNs or wwids, but not both')
  if (targets.length > 0 && ids.length > 0) problems.invalid(`${path}.targetWWNs`, targets, 'targetWWNs and wwids can not be specified simultaneously')
  if (targets.length === 0) return
  if (typeof source['lun'] !== 'number') problems.required(`${path}.lun`, 'lun is required if targetWWNs is specified')
  checkLun(source, path, problems)
}

const checkFlex: SourceCheck = (source, path, problems) => {
  needs('driver')(source, path, problems)
  for (const key of Object.keys(objectOf(source['options']))) {
    const [first = '', ...rest] = key.split('/')
    if (/\.(?:kubernetes|k8s)\.io$/.test(`.${(rest.length > 0 ? first : key).toLowerCase()}`))
      problems.invalid(`${path}.options[${key}]`, key, 'kubernetes.io and k8s.io namespaces are reserved')
  }
}

const checkAzureDisk: SourceCheck = (source, path, problems) => {
  needs('diskName', 'diskURI')(source, path, problems)
  const [{ cachingMode, kind }, uri] = [source, textOf(source['diskURI'])]
  const [modes, kinds] = [
    ['None', 'ReadOnly', 'ReadWrite'],
    ['Dedicated', 'Managed', 'Shared'],
  ]
  if (cachingMode !== undefined && !modes.includes(printed(cachingMode))) problems.unsupported(`${path}.cachingMode`, cachingMode, modes)
  if (kind === undefined) return
  if (!kinds.includes(printed(kind))) problems.unsupported(`${path}.kind`, kind, kinds)
  if (kind === 'Managed' && !uri.startsWith('/subscriptions/'))
    problems.unsupported(`${path}.diskURI`, uri, ['/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'])
  if (kind !== 'Managed' && !uri.startsWith('https://'))
    problems.unsupported(`${path}.diskURI`, uri, ['https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'])
}

const checkStorageOs: SourceCheck = (source, path, problems) => {
  const [name, namespace] = [textOf(source['volumeName']), textOf(source['volumeNamespace'])]
  if (name === '') problems.required(`${path}.volumeName`)
  else problems.invalidEach(`${path}.volumeName`, name, labelProblems(name))
  if (namespace !== '') problems.invalidEach(`${path}.volumeNamespace`, namespace, labelProblems(namespace))
}

/** The name of a driver. */
export function checkDriverName(name: string, path: string, problems: Problems): void {
  if (name === '') problems.required(path)
  if (name.length > 63) problems.tooLong(path, 63)
  problems.invalidEach(path, name, subdomainProblems(name.toLowerCase()))
}

const checkSecretReference: SourceCheck = (reference, path, problems) => {
  for (const [member, faultsOf] of [
    ['name', subdomainProblems],
    ['namespace', labelProblems],
  ] as const) {
    const value = textOf(reference[member])
    if (value === '') problems.required(`${path}.${member}`)
    else problems.invalidEach(`${path}.${member}`, value, faultsOf(value))
  }
}

const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']

const checkHostPath: SourceCheck = (source, path, problems) => {
  const target = textOf(source['path'])
  if (target === '') {
    problems.required(`${path}.path`)
    return
  }
  problems.invalidEach(`${path}.path`, target, backstepProblems(target))
  const type = source['type']
  if (type !== undefined && type !== null && !hostPathTypes.includes(printed(type))) problems.unsupported(`${path}.type`, type, hostPathTypes)
}

const checkNfs: SourceCheck = (source, path, problems) => {
  needs('server', 'path')(source, path, problems)
  if (!textOf(source['path']).startsWith('/')) problems.invalid(`${path}.path`, textOf(source['path']), 'must be an absolute path')
}

type SharedSource =
  | 'awsElasticBlockStore'
  | 'azureDisk'
  | 'azureFile'
  | 'cephfs'
  | 'fc'
  | 'flexVolume'
  | 'flocker'
  | 'gcePersistentDisk'
  | 'glusterfs'
  | 'hostPath'
  | 'iscsi'
  | 'nfs'
  | 'photonPersistentDisk'
  | 'portworxVolume'
  | 'quobyte'
  | 'rbd'
  | 'scaleIO'
  | 'vsphereVolume'
/** Sources of pods' volumes that need nothing but themselves to be judged. */
export type PodSource = SharedSource | 'cinder' | 'csi' | 'emptyDir' | 'gitRepo' | 'persistentVolumeClaim' | 'storageos'

/** Sources that pods and PersistentVolumes have in common. */
const shared: Readonly<Record<SharedSource, SourceCheck>> = {
  hostPath: checkHostPath,
  gcePersistentDisk: all(needs('pdName'), checkPartition),
  awsElasticBlockStore: all(needs('volumeID'), checkPartition),
  nfs: checkNfs,
  iscsi: iscsi(anyForm),
  glusterfs: needs('endpoints', 'path'),
  flocker: checkFlocker,
  rbd: all(needsList('monitors'), needs('image')),
  cephfs: needsList('monitors'),
  quobyte: checkQuobyte,
  fc: checkFc,
  flexVolume: checkFlex,
  azureFile: needs('secretName', 'shareName'),
  vsphereVolume: needs('volumePath'),
  photonPersistentDisk: needs('pdID'),
  portworxVolume: needs('volumeID'),
  azureDisk: checkAzureDisk,
  scaleIO: needs('gateway', 'system', 'volumeName'),
}

/** Checks of those sources. */
export const podSources: Readonly<Record<PodSource, SourceCheck>> = {
  ...shared,
  emptyDir(source, path, problems) {
    const limit = source['sizeLimit']
    if (isQuantity(limit) && parseQuantity(limit).nano < 0n) problems.forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')
  },
  gitRepo: all(needs('repository'), (source, path, problems) => {
    const folder = textOf(source['directory'])
    problems.invalidEach(`${path}.directory`, folder, descendingPathProblems(folder))
  }),
  persistentVolumeClaim: needs('claimName'),
  cinder: all(needs('volumeID'), within('secretRef', needs('name'))),
  storageos: all(checkStorageOs, within('secretRef', needs('name'))),
  csi(source, path, problems) {
    checkDriverName(textOf(source['driver']), `${path}.driver`, problems)
    if (!isObject(source['nodePublishSecretRef'])) return
    const name = textOf(source['nodePublishSecretRef']['name'])
    if (name === '') problems.required(`${path}.nodePublishSecretRef.name`)
    else problems.invalidEach(`${path}.name`, name, subdomainProblems(name))
  },
}

/** Sources of PersistentVolumes, in the order in which the server looks for them. */
export const persistentSources: Readonly<Record<string, SourceCheck>> = {
  hostPath: shared.hostPath,
  gcePersistentDisk: shared.gcePersistentDisk,
  awsElasticBlockStore: shared.awsElasticBlockStore,
  glusterfs: all(shared.glusterfs, (source, path, problems) => {
    const namespace = source['endpointsNamespace']
    if (typeof namespace !== 'string') return
    const at = `${path}.endpointsNamespace`
    if (namespace === '') problems.invalid(at, namespace, 'if the endpointnamespace is set, it must be a valid namespace name')
    else problems.invalidEach(at, namespace, labelProblems(namespace))
  }),
  flocker: shared.flocker,
  nfs: shared.nfs,
  rbd: shared.rbd,
  quobyte: shared.quobyte,
  cephfs: shared.cephfs,
  iscsi: all(iscsi('must be valid format'), within('secretRef', needs('name'))),
  cinder: all(needs('volumeID'), within('secretRef', needs('name', 'namespace'))),
  fc: shared.fc,
  flexVolume: shared.flexVolume,
  azureFile: all(shared.azureFile, (source, path, problems) => {
    if (source['secretNamespace'] === '') problems.required(`${path}.secretNamespace`)
  }),
  vsphereVolume: shared.vsphereVolume,
  photonPersistentDisk: shared.photonPersistentDisk,
  portworxVolume: shared.portworxVolume,
  azureDisk: shared.azureDisk,
  scaleIO: shared.scaleIO,
  local(source, path, problems) {
    const target = textOf(source['path'])
    if (target === '') problems.required(`${path}.path`)
    else problems.invalidEach(`${path}.path`, target, backstepProblems(target))
  },
  storageos: all(checkStorageOs, within('secretRef', needs('name', 'namespace'))),
  csi(source, path, problems) {
    checkDriverName(textOf(source['driver']), `${path}.driver`, problems)
    needs('volumeHandle')(source, path, problems)
    for (const member of ['controllerPublishSecretRef', 'controllerExpandSecretRef', 'nodePublishSecretRef', 'nodeExpandSecretRef'])
      within(member, checkSecretReference)(source, path, problems)
  },
}

/** Names under which the server speaks of what is inside of a source, and of a source that is one too many, where they are not the member's. */
const insideNames: Readonly<Record<string, string>> = { gcePersistentDisk: 'persistentDisk' }
const excessNames: Readonly<Record<string, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' }

/** Check what one volume is made of: exactly one of the sources that are allowed, in the order of these. */
export function checkVolumeSource(volume: JsonObject, path: string, problems: Problems, allowed: Readonly<Record<string, SourceCheck>>): void {
  let hasOne = false
  for (const [name, check] of Object.entries(allowed)) {
    const source = volume[name]
    if (!isObject(source)) continue
    if (hasOne) problems.forbidden(`${path}.${excessNames[name] ?? name}`, 'may not specify more than 1 volume type')
    else check(source, `${path}.${insideNames[name] ?? name}`, problems)
    hasOne = true
  }
  if (!hasOne) problems.required(path, 'must specify a volume type')
}
