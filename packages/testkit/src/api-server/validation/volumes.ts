// Volumes of pods. Follows kubernetes `pkg/apis/core/validation`.
import { isQuantity, parseQuantity, printed } from '@plumbline/schema'
import { labelProblems, subdomainProblems } from '../names.ts'
import { arrayOf, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { checkClaimSpec } from './claims.ts'
import { checkFieldRef, checkResourceFieldRef, volumeFields } from './environment.ts'
import { backstepProblems, descendingPathProblems } from './messages.ts'
import { Problems } from './problems.ts'

const modeMessage = 'must be a number between 0 and 0777 (octal), both inclusive'
const onlyOne = 'may not specify more than 1 volume type'
const hostPathTypes = ['', 'BlockDevice', 'CharDevice', 'Directory', 'DirectoryOrCreate', 'File', 'FileOrCreate', 'Socket']

type Check = (source: JsonObject, path: string, problems: Problems) => void

function needs(...members: readonly string[]): Check {
  return (source, path, problems) => {
    for (const member of members) if (textOf(source[member]) === '') problems.required(`${path}.${member}`)
  }
}

function checkMode(value: unknown, path: string, problems: Problems): void {
  if (typeof value === 'number' && (value < 0 || value > 0o777)) problems.invalid(path, value, modeMessage)
}

function checkItems(source: JsonObject, path: string, problems: Problems): void {
  for (const [index, item] of objectsOf(source['items']).entries()) {
    const at = `${path}.items[${index}]`
    needs('key', 'path')(item, at, problems)
    const target = textOf(item['path'])
    problems.invalidEach(`${at}.path`, target, reservedPathProblems(target))
    checkMode(item['mode'], `${at}.mode`, problems)
  }
}

function reservedPathProblems(path: string): string[] {
  const faults = descendingPathProblems(path)
  return path.startsWith('..') && !faults.includes("must not contain '..'") ? [...faults, "must not start with '..'"] : faults
}

const checkDownwardFile: Check = (file, path, problems) => {
  needs('path')(file, path, problems)
  problems.invalidEach(`${path}.path`, textOf(file['path']), reservedPathProblems(textOf(file['path'])))
  if (isObject(file['fieldRef'])) {
    checkFieldRef(file['fieldRef'], `${path}.fieldRef`, volumeFields, problems)
    if (isObject(file['resourceFieldRef'])) problems.invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously')
  } else if (isObject(file['resourceFieldRef'])) checkResourceFieldRef(file['resourceFieldRef'], `${path}.resourceFieldRef`, true, problems)
  else problems.required(path, 'one of fieldRef and resourceFieldRef is required')
  checkMode(file['mode'], `${path}.mode`, problems)
}

const checkDownward: Check = (source, path, problems) => {
  checkMode(source['defaultMode'], `${path}.defaultMode`, problems)
  // The server says of none of them which it is.
  for (const file of objectsOf(source['items'])) checkDownwardFile(file, path, problems)
}

const checkProjected: Check = (source, path, problems) => {
  checkMode(source['defaultMode'], `${path}.defaultMode`, problems)
  for (const [index, projection] of objectsOf(source['sources']).entries()) {
    const at = `${path}.sources[${index}]`
    const kinds = Object.keys(projection).filter((name) => isObject(projection[name]))
    for (const kind of kinds) {
      const given = objectOf(projection[kind])
      if (kind === 'secret' || kind === 'configMap') {
        needs('name')(given, `${at}.${kind}`, problems)
        checkItems(given, `${at}.${kind}`, problems)
      } else if (kind === 'downwardAPI') checkDownward(given, `${at}.${kind}`, problems)
      else if (kind === 'serviceAccountToken') {
        const seconds = given['expirationSeconds']
        if (typeof seconds === 'number' && seconds < 600)
          problems.invalid(`${at}.${kind}.expirationSeconds`, seconds, 'may not specify a duration less than 10 minutes')
        needs('path')(given, `${at}.${kind}`, problems)
      }
    }
    if (kinds.length > 1) problems.forbidden(at, 'may not specify more than 1 volume type per source')
  }
}

/** Sources in the order in which the server looks for them; a volume has exactly one. */
const sources: Readonly<Record<string, Check>> = {
  emptyDir(source, path, problems) {
    const limit = source['sizeLimit']
    if (isQuantity(limit) && parseQuantity(limit).nano < 0n) problems.forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')
  },
  hostPath: checkHostPath,
  gitRepo: needs('repository'),
  gcePersistentDisk: needs('pdName'),
  awsElasticBlockStore: needs('volumeID'),
  secret(source, path, problems) {
    needs('secretName')(source, path, problems)
    checkMode(source['defaultMode'], `${path}.defaultMode`, problems)
    checkItems(source, path, problems)
  },
  nfs: checkNfs,
  iscsi: needs('targetPortal', 'iqn'),
  glusterfs: needs('endpoints', 'path'),
  flocker: () => undefined,
  persistentVolumeClaim: needs('claimName'),
  rbd: needs('image'),
  cinder: needs('volumeID'),
  cephfs: () => undefined,
  quobyte: needs('registry', 'volume'),
  downwardAPI: checkDownward,
  fc: () => undefined,
  flexVolume: needs('driver'),
  configMap(source, path, problems) {
    needs('name')(source, path, problems)
    checkMode(source['defaultMode'], `${path}.defaultMode`, problems)
    checkItems(source, path, problems)
  },
  azureFile: needs('secretName', 'shareName'),
  vsphereVolume: needs('volumePath'),
  photonPersistentDisk: needs('pdID'),
  portworxVolume: needs('volumeID'),
  azureDisk: needs('diskName', 'diskURI'),
  storageos: () => undefined,
  projected: checkProjected,
  scaleIO: needs('gateway', 'system', 'volumeName'),
  csi(source, path, problems) {
    const driver = textOf(source['driver'])
    if (driver === '') problems.required(`${path}.driver`)
    else problems.invalidEach(`${path}.driver`, driver, subdomainProblems(driver.toLowerCase()))
  },
  ephemeral(source, path, problems) {
    const template = source['volumeClaimTemplate']
    if (isObject(template)) checkClaimSpec(objectOf(template['spec']), `${path}.volumeClaimTemplate.spec`, problems)
    else problems.required(`${path}.volumeClaimTemplate`)
  },
  image: () => undefined,
}

export function checkHostPath(source: JsonObject, path: string, problems: Problems): void {
  const target = textOf(source['path'])
  if (target === '') {
    problems.required(`${path}.path`)
    return
  }
  problems.invalidEach(`${path}.path`, target, backstepProblems(target))
  const type = source['type']
  if (type !== undefined && type !== null && !hostPathTypes.includes(printed(type))) problems.unsupported(`${path}.type`, type, hostPathTypes)
}

export function checkNfs(source: JsonObject, path: string, problems: Problems): void {
  needs('server', 'path')(source, path, problems)
  if (!textOf(source['path']).startsWith('/')) problems.invalid(`${path}.path`, textOf(source['path']), 'must be an absolute path')
}

/** Check what one volume is made of. */
export function checkVolumeSource(volume: JsonObject, path: string, problems: Problems, allowed: Readonly<Record<string, Check>> = sources): void {
  let hasOne = false
  for (const [name, check] of Object.entries(allowed)) {
    const source = volume[name]
    if (!isObject(source)) continue
    if (hasOne) problems.forbidden(`${path}.${name}`, onlyOne)
    else check(source, `${path}.${name}`, problems)
    hasOne = true
  }
  if (!hasOne) problems.required(path, 'must specify a volume type')
}

/** Check the volumes of a pod; the names of those that can be mounted. */
export function checkVolumes(volumes: unknown, path: string, problems: Problems): ReadonlyMap<string, JsonObject> {
  const usable = new Map<string, JsonObject>()
  for (const [index, volume] of arrayOf(volumes).filter(isObject).entries()) {
    const at = `${path}[${index}]`
    const name = textOf(volume['name'])
    const own = new Problems()
    checkVolumeSource(volume, at, own)
    if (name === '') own.required(`${at}.name`)
    else own.invalidEach(`${at}.name`, name, labelProblems(name))
    if (usable.has(name)) own.duplicate(`${at}.name`, name)
    if (own.errors.length === 0) usable.set(name, volume)
    problems.add(own.errors)
  }
  return usable
}
