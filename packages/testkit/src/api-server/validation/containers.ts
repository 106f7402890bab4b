// Containers, init containers and ephemeral containers. Follows kubernetes `pkg/apis/core/validation`.
import { printed } from '@plumbline/schema'
import { labelProblems } from '../names.ts'
import { isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { checkResources } from './container-resources.ts'
import { checkEnvironment } from './environment.ts'
import { idProblems, portNameProblems, portNumberProblems } from './messages.ts'
import { checkLifecycle, checkProbe } from './probes.ts'
import type { Problems } from './problems.ts'
import { checkMounts } from './volume-mounts.ts'

const protocols = ['SCTP', 'TCP', 'UDP']
const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const
const notForEphemeral = ['ports', 'lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe', 'resources']

/** What every container of a pod is checked with. */
export interface ContainerContext {
  readonly volumes: ReadonlyMap<string, JsonObject>
  /** Names of the resource claims of the pod. */
  readonly claims: readonly string[]
  readonly problems: Problems
}

export function checkContainers(spec: JsonObject, path: string, { volumes, claims, problems }: ContainerContext): void {
  const regular = objectsOf(spec['containers'])
  if (regular.length === 0) problems.required(`${path}.containers`)
  const names = new Set<string>()
  for (const [index, container] of regular.entries()) {
    const at = `${path}.containers[${index}]`
    checkCommon(container, at, { volumes, claims, problems })
    const name = textOf(container['name'])
    if (names.has(name)) problems.duplicate(`${at}.name`, name)
    names.add(name)
    checkLifecycle(container['lifecycle'], `${at}.lifecycle`, problems)
    for (const probe of probes) checkProbe(probe, container[probe], `${at}.${probe}`, problems)
    if (container['restartPolicy'] !== undefined) problems.forbidden(`${at}.restartPolicy`, 'may not be set for non-init containers')
  }
  checkHostPorts(regular, `${path}.containers`, problems)
  checkInitContainers(spec, `${path}.initContainers`, names, { volumes, claims, problems })
  checkEphemeralContainers(spec, `${path}.ephemeralContainers`, { volumes, claims, problems })
}

function checkInitContainers(spec: JsonObject, path: string, taken: ReadonlySet<string>, { volumes, claims, problems }: ContainerContext): void {
  const names = new Set(taken)
  for (const [index, container] of objectsOf(spec['initContainers']).entries()) {
    const at = `${path}[${index}]`
    checkCommon(container, at, { volumes, claims, problems })
    const policy = container['restartPolicy']
    if (policy !== undefined && policy !== 'Always') problems.unsupported(`${at}.restartPolicy`, policy, ['Always'])
    const name = textOf(container['name'])
    if (names.has(name)) problems.duplicate(`${at}.name`, name)
    else if (name !== '') names.add(name)
    checkHostPorts([container], path, problems)
    if (policy === 'Always') {
      checkLifecycle(container['lifecycle'], `${at}.lifecycle`, problems)
      for (const probe of probes) checkProbe(probe, container[probe], `${at}.${probe}`, problems)
      continue
    }
    for (const member of ['lifecycle', ...probes])
      if (container[member] !== undefined) problems.forbidden(`${at}.${member}`, 'may not be set for init containers without restartPolicy=Always')
  }
}

function checkEphemeralContainers(spec: JsonObject, path: string, { volumes, claims, problems }: ContainerContext): void {
  const others = new Set([...objectsOf(spec['containers']), ...objectsOf(spec['initContainers'])].map(({ name }) => textOf(name)))
  const names = new Set(others)
  for (const [index, container] of objectsOf(spec['ephemeralContainers']).entries()) {
    const at = `${path}[${index}]`
    checkCommon(container, at, { volumes, claims, problems })
    const name = textOf(container['name'])
    if (names.has(name)) problems.duplicate(`${at}.name`, name)
    names.add(name)
    const target = textOf(container['targetContainerName'])
    if (target !== '' && !others.has(target)) problems.notFound(`${at}.targetContainerName`, target)
    for (const member of notForEphemeral) {
      const value = container[member]
      if (value === undefined || (isObject(value) && Object.keys(value).length === 0)) continue
      problems.forbidden(`${at}.${member}`, 'cannot be set for an Ephemeral Container')
    }
    for (const [mountIndex, mount] of objectsOf(container['volumeMounts']).entries())
      for (const member of ['subPath', 'subPathExpr'])
        if (textOf(mount[member]) !== '') problems.forbidden(`${at}.volumeMounts[${mountIndex}].${member}`, 'cannot be set for an Ephemeral Container')
  }
}

function checkCommon(container: JsonObject, path: string, { volumes, claims, problems }: ContainerContext): void {
  const name = textOf(container['name'])
  if (name === '') problems.required(`${path}.name`)
  else problems.invalidEach(`${path}.name`, name, labelProblems(name))
  if (textOf(container['image']) === '') problems.required(`${path}.image`)
  problems.oneOf(`${path}.terminationMessagePolicy`, container['terminationMessagePolicy'] ?? 'File', ['File', 'FallbackToLogsOnError'])
  checkPorts(container, `${path}.ports`, problems)
  checkEnvironment(container, path, problems)
  checkMounts(container, path, volumes, problems)
  problems.oneOf(`${path}.imagePullPolicy`, container['imagePullPolicy'] ?? 'Always', ['Always', 'IfNotPresent', 'Never'])
  checkResources(container['resources'], `${path}.resources`, problems)
  checkClaims(objectOf(container['resources'])['claims'], claims, `${path}.resources.claims`, problems)
  checkSecurity(container['securityContext'], `${path}.securityContext`, problems)
}

/** kubernetes `validateResourceClaimNames` */
function checkClaims(given: unknown, claims: readonly string[], path: string, problems: Problems): void {
  const names = new Set<string>()
  for (const [index, claim] of objectsOf(given).entries()) {
    const [at, name, request] = [`${path}[${index}]`, textOf(claim['name']), textOf(claim['request'])]
    if (name === '') {
      problems.required(at)
      continue
    }
    const key = request === '' ? name : `${name}/${request}`
    if (request !== '') problems.invalidEach(`${at}.request`, request, labelProblems(request))
    if (names.has(name)) problems.duplicate(at, name)
    else if (names.has(key)) problems.duplicate(at, key)
    names.add(key)
    if (claims.includes(name)) continue
    const known = claims.length === 0 ? ' which is empty' : `: ${claims.toSorted().join(', ')}`
    problems.errors.push({ type: 'NotFound', path: at, value: name, detail: `must be one of the names in pod.spec.resourceClaims${known}` })
  }
}

function checkPorts(container: JsonObject, path: string, problems: Problems): void {
  const names = new Set<string>()
  for (const [index, port] of objectsOf(container['ports']).entries()) {
    const at = `${path}[${index}]`
    const name = textOf(port['name'])
    if (name !== '') {
      const faults = portNameProblems(name)
      problems.invalidEach(`${at}.name`, name, faults)
      if (faults.length === 0 && names.has(name)) problems.duplicate(`${at}.name`, name)
      if (faults.length === 0) names.add(name)
    }
    const { containerPort, hostPort, protocol } = port
    if (containerPort === undefined || containerPort === 0) problems.required(`${at}.containerPort`)
    else if (typeof containerPort === 'number') problems.invalidEach(`${at}.containerPort`, containerPort, portNumberProblems(containerPort))
    if (typeof hostPort === 'number' && hostPort !== 0) problems.invalidEach(`${at}.hostPort`, hostPort, portNumberProblems(hostPort))
    problems.oneOf(`${at}.protocol`, protocol ?? 'TCP', protocols)
  }
}

function checkHostPorts(containers: readonly JsonObject[], path: string, problems: Problems): void {
  const taken = new Set<string>()
  for (const [index, container] of containers.entries())
    for (const [portIndex, port] of objectsOf(container['ports']).entries()) {
      if (typeof port['hostPort'] !== 'number' || port['hostPort'] === 0) continue
      const key = `${textOf(port['protocol'])}/${textOf(port['hostIP'])}/${port['hostPort']}`
      if (taken.has(key)) problems.duplicate(`${path}[${index}].ports[${portIndex}].hostPort`, key)
      taken.add(key)
    }
}

function checkSecurity(context: unknown, path: string, problems: Problems): void {
  if (!isObject(context)) return
  for (const member of ['runAsUser', 'runAsGroup']) problems.invalidEach(`${path}.${member}`, context[member], idProblems(context[member]))
  checkSeccomp(context['seccompProfile'], `${path}.seccompProfile`, problems)
  if (context['allowPrivilegeEscalation'] === false) {
    if (context['privileged'] === true) problems.invalid(path, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true')
    const added = objectOf(context['capabilities'])['add']
    if (Array.isArray(added) && added.includes('CAP_SYS_ADMIN'))
      problems.invalid(path, context, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN')
  }
  checkAppArmor(context['appArmorProfile'], `${path}.appArmorProfile`, problems)
}

const longestProfile = 4095

/** kubernetes `ValidateAppArmorProfileField` */
export function checkAppArmor(profile: unknown, path: string, problems: Problems): void {
  if (!isObject(profile)) return
  const { type, localhostProfile } = profile
  const at = `${path}.localhostProfile`
  if (type === undefined || type === '') problems.required(`${path}.type`, 'type is required when appArmorProfile is set')
  else if (type === 'RuntimeDefault' || type === 'Unconfined') {
    if (localhostProfile !== undefined) problems.invalid(at, localhostProfile, 'can only be set when AppArmor type is Localhost')
  } else if (type !== 'Localhost') problems.unsupported(`${path}.type`, type, ['Localhost', 'RuntimeDefault', 'Unconfined'])
  else if (localhostProfile === undefined || localhostProfile === '') problems.required(at, 'must be set when AppArmor type is Localhost')
  else {
    const name = textOf(localhostProfile)
    if (name.trim() !== name) problems.invalid(at, name, 'must not be padded with whitespace')
    if (name.length > longestProfile) problems.tooLong(at, longestProfile)
  }
}

export function checkSeccomp(profile: unknown, path: string, problems: Problems): void {
  if (!isObject(profile)) return
  const { type, localhostProfile } = profile
  if (type === undefined || type === '') problems.required(`${path}.type`, 'type is required when seccompProfile is set')
  else if (!['Localhost', 'RuntimeDefault', 'Unconfined'].includes(printed(type)))
    problems.unsupported(`${path}.type`, type, ['Localhost', 'RuntimeDefault', 'Unconfined'])
  else if (type === 'Localhost' && localhostProfile === undefined) problems.required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost')
  else if (type !== 'Localhost' && localhostProfile !== undefined)
    problems.invalid(`${path}.localhostProfile`, localhostProfile, 'can only be set when seccomp type is Localhost')
}
