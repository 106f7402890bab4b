// Security contexts of pods and of their containers. Follows kubernetes `pkg/apis/core/validation` (validatePodSpecSecurityContext,
// ValidateSecurityContext).
import { internalForm, printed } from '@plumbline/schema'
import { arrayOf, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { descendingPathProblems, idProblems } from './messages.ts'
import type { Problems } from './problems.ts'
import { checkWindowsOptions } from './windows-options.ts'

const profileTypes = ['Localhost', 'RuntimeDefault', 'Unconfined']
const longestProfile = 4095
const longestSysctl = 253
const sysctl = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$'
/** Settings of the kernel that belong to the namespace of processes' communication, component-helpers `node/util/sysctl`. */
const communication = /^(?:kernel\.(?:sem|shmall|shmmax|shmmni|shm_rmid_forced|shm|msgmax|msgmnb|msgmni|msg)$|fs\.mqueue\.)/

/** @param pod the spec of the pod, which has some of the settings beside its security context */
export function checkPodSecurity(pod: JsonObject, path: string, problems: Problems): void {
  const context = objectOf(pod['securityContext'])
  for (const member of ['fsGroup', 'runAsUser', 'runAsGroup']) problems.invalidEach(`${path}.${member}`, context[member], idProblems(context[member]))
  for (const [index, group] of arrayOf(context['supplementalGroups']).entries())
    problems.invalidEach(`${path}.supplementalGroups[${index}]`, group, idProblems(group))
  if (pod['shareProcessNamespace'] === true && pod['hostPID'] === true)
    problems.invalid(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled')
  checkSysctls(pod, context['sysctls'], `${path}.sysctls`, problems)
  checkChoice(context, 'fsGroupChangePolicy', ['Always', 'OnRootMismatch'], path, problems)
  checkSeccomp(context['seccompProfile'], `${path}.seccompProfile`, problems)
  checkWindowsOptions(context['windowsOptions'], `${path}.windowsOptions`, problems)
  checkAppArmor(context['appArmorProfile'], `${path}.appArmorProfile`, problems)
  checkChoice(context, 'supplementalGroupsPolicy', ['Merge', 'Strict'], path, problems)
  // Others need a feature that is off by default.
  checkChoice(context, 'seLinuxChangePolicy', ['Recursive'], path, problems)
}

/** @param hasHostUsers whether the pod shares its users with the host */
export function checkContainerSecurity(context: unknown, path: string, hasHostUsers: boolean, problems: Problems): void {
  if (!isObject(context)) return
  for (const member of ['runAsUser', 'runAsGroup']) problems.invalidEach(`${path}.${member}`, context[member], idProblems(context[member]))
  checkChoice(context, 'procMount', ['Default', 'Unmasked'], path, problems)
  if (hasHostUsers && context['procMount'] === 'Unmasked') problems.invalid(`${path}.procMount`, 'Unmasked', '`hostUsers` must be false to use `Unmasked`')
  checkSeccomp(context['seccompProfile'], `${path}.seccompProfile`, problems)
  if (context['allowPrivilegeEscalation'] === false) {
    const form = internalForm(context, 'core.SecurityContext')
    if (context['privileged'] === true) problems.invalid(path, form, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true')
    for (const capability of arrayOf(objectOf(context['capabilities'])['add']))
      if (capability === 'CAP_SYS_ADMIN') problems.invalid(path, form, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN')
  }
  checkWindowsOptions(context['windowsOptions'], `${path}.windowsOptions`, problems)
  checkAppArmor(context['appArmorProfile'], `${path}.appArmorProfile`, problems)
}

function checkChoice(context: JsonObject, member: string, choices: readonly string[], path: string, problems: Problems): void {
  const value = context[member]
  if (typeof value === 'string' && !choices.includes(value)) problems.unsupported(`${path}.${member}`, value, choices)
}

function checkSysctls(pod: JsonObject, sysctls: unknown, path: string, problems: Problems): void {
  const names = new Set<string>()
  for (const [index, setting] of objectsOf(sysctls).entries()) {
    const [at, name] = [`${path}[${index}].name`, textOf(setting['name'])]
    if (name === '') problems.required(at)
    else if (name.length > longestSysctl || !new RegExp(sysctl).test(name))
      problems.invalid(at, name, `must have at most ${longestSysctl} characters and match regex ${sysctl}`)
    else if (names.has(name)) problems.duplicate(at, name)
    const plain = normalSysctl(name)
    if (pod['hostNetwork'] === true && plain.startsWith('net.')) problems.invalid(at, name, "may not be specified when 'hostNetwork' is true")
    else if (pod['hostIPC'] === true && communication.test(plain)) problems.invalid(at, name, "may not be specified when 'hostIPC' is true")
    names.add(name)
  }
}

/** Slashes separate as dots do, and which of them comes first decides what the other one stands for. */
function normalSysctl(name: string): string {
  const first = /[./]/.exec(name)?.[0]
  const plain = first === '/' ? name.replaceAll(/[./]/g, (separator) => (separator === '/' ? '.' : '/')) : name
  return plain.split('*')[0] ?? ''
}

/** kubernetes `ValidateAppArmorProfileField` */
function checkAppArmor(profile: unknown, path: string, problems: Problems): void {
  if (!isObject(profile)) return
  const { type, localhostProfile } = profile
  const at = `${path}.localhostProfile`
  if (type === undefined || type === '') problems.required(`${path}.type`, 'type is required when appArmorProfile is set')
  else if (type === 'RuntimeDefault' || type === 'Unconfined') {
    if (localhostProfile !== undefined) problems.invalid(at, localhostProfile, 'can only be set when AppArmor type is Localhost')
  } else if (type !== 'Localhost') problems.unsupported(`${path}.type`, type, profileTypes)
  else if (localhostProfile === undefined || localhostProfile === '') problems.required(at, 'must be set when AppArmor type is Localhost')
  else {
    const name = textOf(localhostProfile)
    if (name.trim() !== name) problems.invalid(at, name, 'must not be padded with whitespace')
    if (name.length > longestProfile) problems.tooLong(at, longestProfile)
  }
}

/** kubernetes `validateSeccompProfileField` */
function checkSeccomp(profile: unknown, path: string, problems: Problems): void {
  if (!isObject(profile)) return
  const { type, localhostProfile } = profile
  const at = `${path}.localhostProfile`
  if (type === undefined || type === '') problems.required(`${path}.type`, 'type is required when seccompProfile is set')
  else if (!profileTypes.includes(printed(type))) problems.unsupported(`${path}.type`, type, profileTypes)
  if (type !== 'Localhost') {
    if (typeof localhostProfile === 'string')
      problems.invalid(at, internalForm(profile, 'core.SeccompProfile'), 'can only be set when seccomp type is Localhost')
  } else if (typeof localhostProfile === 'string') problems.invalidEach(at, localhostProfile, descendingPathProblems(localhostProfile))
  else problems.required(at, 'must be set when seccomp type is Localhost')
}
