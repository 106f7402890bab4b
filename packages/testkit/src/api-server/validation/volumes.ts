// Volumes of pods. Follows kubernetes `pkg/apis/core/validation`.
import { printed } from '@plumbline/schema'
import { labelProblems } from '../names.ts'
import { arrayOf, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { checkClaimTemplate } from './claims.ts'
import { checkFieldRef, checkResourceFieldRef, volumeFields } from './environment.ts'
import { descendingPathProblems } from './messages.ts'
import { Problems } from './problems.ts'
import { checkVolumeSource, needs, podSources } from './volume-sources.ts'
import type { SourceCheck } from './volume-sources.ts'

const modeMessage = 'must be a number between 0 and 0777 (octal), both inclusive'
/** The name of a volume and its portal become one name. */
export const portalMessage = 'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters if iscsi.initiatorName is specified.'
const pullPolicies = ['Always', 'IfNotPresent', 'Never']

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

const checkDownwardFile: SourceCheck = (file, path, problems) => {
  needs('path')(file, path, problems)
  problems.invalidEach(`${path}.path`, textOf(file['path']), reservedPathProblems(textOf(file['path'])))
  if (isObject(file['fieldRef'])) {
    checkFieldRef(file['fieldRef'], `${path}.fieldRef`, volumeFields, problems)
    if (isObject(file['resourceFieldRef'])) problems.invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously')
  } else if (isObject(file['resourceFieldRef'])) checkResourceFieldRef(file['resourceFieldRef'], `${path}.resourceFieldRef`, true, problems)
  else problems.required(path, 'one of fieldRef and resourceFieldRef is required')
  checkMode(file['mode'], `${path}.mode`, problems)
}

const checkDownward: SourceCheck = (source, path, problems) => {
  checkMode(source['defaultMode'], `${path}.defaultMode`, problems)
  // The server says of none of them which it is.
  for (const file of objectsOf(source['items'])) checkDownwardFile(file, path, problems)
}

const checkProjected: SourceCheck = (source, path, problems) => {
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
const sources: Readonly<Record<string, SourceCheck>> = {
  emptyDir: podSources.emptyDir,
  hostPath: podSources.hostPath,
  gitRepo: podSources.gitRepo,
  gcePersistentDisk: podSources.gcePersistentDisk,
  awsElasticBlockStore: podSources.awsElasticBlockStore,
  secret(source, path, problems) {
    needs('secretName')(source, path, problems)
    checkMode(source['defaultMode'], `${path}.defaultMode`, problems)
    checkItems(source, path, problems)
  },
  nfs: podSources.nfs,
  iscsi: podSources.iscsi,
  glusterfs: podSources.glusterfs,
  flocker: podSources.flocker,
  persistentVolumeClaim: podSources.persistentVolumeClaim,
  rbd: podSources.rbd,
  cinder: podSources.cinder,
  cephfs: podSources.cephfs,
  quobyte: podSources.quobyte,
  downwardAPI: checkDownward,
  fc: podSources.fc,
  flexVolume: podSources.flexVolume,
  configMap(source, path, problems) {
    needs('name')(source, path, problems)
    checkMode(source['defaultMode'], `${path}.defaultMode`, problems)
    checkItems(source, path, problems)
  },
  azureFile: podSources.azureFile,
  vsphereVolume: podSources.vsphereVolume,
  photonPersistentDisk: podSources.photonPersistentDisk,
  portworxVolume: podSources.portworxVolume,
  azureDisk: podSources.azureDisk,
  storageos: podSources.storageos,
  projected: checkProjected,
  scaleIO: podSources.scaleIO,
  csi: podSources.csi,
  ephemeral(source, path, problems) {
    const template = source['volumeClaimTemplate']
    if (isObject(template)) checkClaimTemplate(template, `${path}.volumeClaimTemplate`, problems)
    else problems.required(`${path}.volumeClaimTemplate`)
  },
  image(source, path, problems) {
    const policy = printed(source['pullPolicy'] ?? '')
    problems.oneOf(`${path}.pullPolicy`, policy, pullPolicies)
  },
}

/** Check the volumes of a pod; the names of those that can be mounted. */
export function checkVolumes(volumes: unknown, path: string, problems: Problems): ReadonlyMap<string, JsonObject> {
  const usable = new Map<string, JsonObject>()
  for (const [index, volume] of arrayOf(volumes).filter(isObject).entries()) {
    const at = `${path}[${index}]`
    const name = textOf(volume['name'])
    const own = new Problems()
    checkVolumeSource(volume, at, own, sources)
    const { initiatorName, targetPortal } = objectOf(volume['iscsi'])
    if (initiatorName !== undefined && `${name}:${textOf(targetPortal)}`.length > 64) own.invalid(`${at}.name`, name, portalMessage)
    if (name === '') own.required(`${at}.name`)
    else own.invalidEach(`${at}.name`, name, labelProblems(name))
    if (usable.has(name)) own.duplicate(`${at}.name`, name)
    if (own.errors.length === 0) usable.set(name, volume)
    problems.add(own.errors)
  }
  return usable
}
