// What pods and containers ask of Windows. Follows kubernetes `pkg/apis/core/validation` (validateWindowsSecurityContextOptions,
// validateWindowsHostProcessPod).
import { subdomainProblems } from '../names.ts'
import { isObject, objectOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { placedContainers } from './placed-containers.ts'
import type { Problems } from './problems.ts'

const longestCredentials = 64 * 1024
const domainLimit = 256
const longestUser = 104
// The names that Windows takes for domains: those of NetBIOS and those of DNS.
const netBios = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/
const dnsDomain = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/

export function checkWindowsOptions(options: unknown, path: string, problems: Problems): void {
  if (!isObject(options)) return
  const { gmsaCredentialSpecName: name, gmsaCredentialSpec: credentials, runAsUserName: user } = options
  if (typeof name === 'string') problems.invalidEach(`${path}.gmsaCredentialSpecName`, name, subdomainProblems(name))
  if (credentials === '') problems.invalid(`${path}.gmsaCredentialSpec`, credentials, 'gmsaCredentialSpec cannot be an empty string')
  else if (typeof credentials === 'string' && Buffer.byteLength(credentials) > longestCredentials)
    problems.invalid(`${path}.gmsaCredentialSpec`, credentials, 'gmsaCredentialSpec size must be under 64 KiB')
  if (typeof user === 'string') problems.invalidEach(`${path}.runAsUserName`, user, userProblems(user))
}

function userProblems(name: string): string[] {
  if (name === '') return ['runAsUserName cannot be an empty string']
  if (/\p{Cc}/u.test(name.replaceAll(/[\u0080-\u009F]/g, ''))) return ['runAsUserName cannot contain control characters']
  const parts = name.split('\\')
  if (parts.length > 2) return ['runAsUserName cannot contain more than one backslash']
  const [user = '', domain] = parts.toReversed()
  const faults: string[] = []
  if (domain !== undefined && Buffer.byteLength(domain) >= domainLimit) faults.push(`runAsUserName's Domain length must be under ${domainLimit} characters`)
  if (domain !== undefined && !netBios.test(domain) && !dnsDomain.test(domain))
    faults.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format")
  if (user === '') faults.push("runAsUserName's User cannot be empty")
  else if (Buffer.byteLength(user) > longestUser) faults.push(`runAsUserName's User length must not be longer than ${longestUser} characters`)
  if (/^[. ]+$/.test(user)) faults.push("runAsUserName's User cannot contain only periods or spaces")
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) faults.push(`runAsUserName's User cannot contain the following characters: "/\\:;|=,+*?<>@[]`)
  return faults
}

/** Containers that run as processes of the host: all of a pod, or none. */
export function checkHostProcesses(pod: JsonObject, path: string, problems: Problems): void {
  const asked = hostProcess(pod)
  const containers = placedContainers(pod, path)
  let count = 0
  for (const [at, container] of containers) {
    const own = hostProcess(container)
    if (asked !== undefined && own !== undefined && asked !== own)
      problems.invalid(`${at}.securityContext.windowsOptions.hostProcess`, own, `pod hostProcess value must be identical if both are specified, was ${asked}`)
    if (own ?? asked ?? false) count++
  }
  if (count === 0) return
  if (count !== containers.length) problems.invalid(path, '', 'If pod contains any hostProcess containers then all containers must be HostProcess containers')
  if (pod['hostNetwork'] !== true) problems.invalid(`${path}.hostNetwork`, false, 'hostNetwork must be true if pod contains any hostProcess containers')
}

function hostProcess(of: JsonObject): boolean | undefined {
  const value = objectOf(objectOf(of['securityContext'])['windowsOptions'])['hostProcess']
  return typeof value === 'boolean' ? value : undefined
}
