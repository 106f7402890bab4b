// What pods may ask of the operating system they name, and of users of their own. Follows kubernetes `pkg/apis/core/validation` (validateOS,
// validateLinux, validateWindows, validateHostUsers).
import { isObject, objectOf, textOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { placedContainers } from './placed-containers.ts'
import type { Problems } from './problems.ts'

const notOnWindows = 'cannot be set for a windows pod'
/** In the order of the server; those that are set beside the security context stand alone. */
const linuxOfPods: readonly (readonly [member: string, isBeside: boolean])[] = [
  ['appArmorProfile', false],
  ['seLinuxOptions', false],
  ['hostUsers', true],
  ['hostPID', true],
  ['hostIPC', true],
  ['seccompProfile', false],
  ['fsGroup', false],
  ['fsGroupChangePolicy', false],
  ['sysctls', false],
  ['shareProcessNamespace', true],
  ['runAsUser', false],
  ['runAsGroup', false],
  ['supplementalGroups', false],
  ['supplementalGroupsPolicy', false],
  ['seLinuxChangePolicy', false],
]
const linuxOfContainers = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
]
/** Where a value that says no says nothing. */
const switches = new Set(['hostPID', 'hostIPC'])

export function checkSystem(pod: JsonObject, path: string, problems: Problems): void {
  if (!isObject(pod['os'])) return
  const name = textOf(pod['os']['name'])
  if (name === 'linux') checkLinux(pod, path, problems)
  else if (name === 'windows') checkWindows(pod, path, problems)
  else if (name === '') problems.required(`${path}.os.name`)
  else problems.unsupported(`${path}.os`, name, ['linux', 'windows'])
}

function checkLinux(pod: JsonObject, path: string, problems: Problems): void {
  for (const [at, owner] of [[path, pod] as const, ...placedContainers(pod, path)])
    if (isObject(objectOf(owner['securityContext'])['windowsOptions']))
      problems.forbidden(`${at}.securityContext.windowsOptions`, 'windows options cannot be set for a linux pod')
}

function checkWindows(pod: JsonObject, path: string, problems: Problems): void {
  const context = objectOf(pod['securityContext'])
  for (const [member, isBeside] of linuxOfPods) {
    const value = isBeside ? pod[member] : context[member]
    if (value === undefined || (switches.has(member) && value !== true) || (member === 'sysctls' && Array.isArray(value) && value.length === 0)) continue
    problems.forbidden(isBeside ? `${path}.${member}` : `${path}.securityContext.${member}`, notOnWindows)
  }
  for (const [at, container] of placedContainers(pod, path))
    for (const member of linuxOfContainers)
      if (objectOf(container['securityContext'])[member] !== undefined) problems.forbidden(`${at}.securityContext.${member}`, notOnWindows)
}

/** Pods with users of their own share nothing else with the host. */
export function checkOwnUsers(pod: JsonObject, path: string, problems: Problems): void {
  if (pod['hostUsers'] !== false) return
  // The server capitalizes two of the three.
  for (const [member, at] of [
    ['hostNetwork', 'hostNetwork'],
    ['hostPID', 'HostPID'],
    ['hostIPC', 'HostIPC'],
  ] as const)
    if (pod[member] === true) problems.forbidden(`${path}.${at}`, 'when `hostUsers` is false')
  for (const [at, container] of placedContainers(pod, path))
    if (Array.isArray(container['volumeDevices']) && container['volumeDevices'].length > 0)
      problems.forbidden(`${at}.volumeDevices`, 'when `hostUsers` is false')
}
