// Containers, init containers and ephemeral containers. Follows kubernetes `pkg/apis/core/validation`.
import { labelProblems } from '../names.ts'
import { isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { checkResources } from './container-resources.ts'
import { checkEnvironment } from './environment.ts'
import { portNameProblems, portNumberProblems } from './messages.ts'
import { checkLifecycle, checkProbe } from './probes.ts'
import type { Problems } from './problems.ts'
import { checkClaimReferences } from './resource-claims.ts'
import { checkContainerSecurity } from './security-contexts.ts'
import { checkMounts } from './volume-mounts.ts'

const protocols = ['SCTP', 'TCP', 'UDP']
const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const
const notForEphemeral = ['ports', 'resources', 'resizePolicy', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle']

/** What every container of a pod is checked with. */
export interface ContainerContext {
  readonly volumes: ReadonlyMap<string, JsonObject>
  /** Names of the resource claims of the pod. */
  readonly claims: readonly string[]
  /** Whether the pod shares its users with the host. */
  readonly hasHostUsers: boolean
  readonly restartPolicy: unknown
  readonly problems: Problems
}

export function checkContainers(spec: JsonObject, path: string, context: ContainerContext): void {
  const { problems } = context
  const regular = objectsOf(spec['containers'])
  if (regular.length === 0) problems.required(`${path}.containers`)
  const names = new Set<string>()
  for (const [index, container] of regular.entries()) {
    const at = `${path}.containers[${index}]`
    checkCommon(container, at, context)
    const name = textOf(container['name'])
    if (names.has(name)) problems.duplicate(`${at}.name`, name)
    names.add(name)
    checkLifecycle(container['lifecycle'], `${at}.lifecycle`, problems)
    for (const probe of probes) checkProbe(probe, container[probe], `${at}.${probe}`, problems)
    if (container['restartPolicy'] !== undefined) problems.forbidden(`${at}.restartPolicy`, 'may not be set for non-init containers')
  }
  checkHostPorts(regular, `${path}.containers`, problems)
  checkInitContainers(spec, `${path}.initContainers`, names, context)
  checkEphemeralContainers(spec, `${path}.ephemeralContainers`, context)
}

function checkInitContainers(spec: JsonObject, path: string, taken: ReadonlySet<string>, context: ContainerContext): void {
  const { problems } = context
  const names = new Set(taken)
  for (const [index, container] of objectsOf(spec['initContainers']).entries()) {
    const at = `${path}[${index}]`
    checkCommon(container, at, context)
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

function checkEphemeralContainers(spec: JsonObject, path: string, context: ContainerContext): void {
  const { problems } = context
  const others = new Set([...objectsOf(spec['containers']), ...objectsOf(spec['initContainers'])].map(({ name }) => textOf(name)))
  const names = new Set(others)
  for (const [index, container] of objectsOf(spec['ephemeralContainers']).entries()) {
    const at = `${path}[${index}]`
    checkCommon(container, at, context)
    checkImageSpace(container, at, problems)
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

function checkCommon(container: JsonObject, path: string, context: ContainerContext): void {
  const { volumes, claims, hasHostUsers, restartPolicy, problems } = context
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
  checkClaimReferences(objectOf(container['resources'])['claims'], claims, `${path}.resources.claims`, problems)
  checkResizing(container['resizePolicy'], restartPolicy, `${path}.resizePolicy`, problems)
  checkContainerSecurity(container['securityContext'], `${path}.securityContext`, hasHostUsers, problems)
}

/** kubernetes `validateResizePolicy`, which tells what is wrong of the list as a whole */
function checkResizing(policies: unknown, restartPolicy: unknown, path: string, problems: Problems): void {
  const names = new Set<string>()
  for (const [index, policy] of objectsOf(policies).entries()) {
    const [name, restart] = [textOf(policy['resourceName']), textOf(policy['restartPolicy'])]
    if (names.has(name)) problems.duplicate(`${path}[${index}]`, name)
    names.add(name)
    problems.oneOf(path, name, ['cpu', 'memory'])
    problems.oneOf(path, restart, ['NotRequired', 'RestartContainer'])
    if (restartPolicy === 'Never' && restart !== 'NotRequired') problems.invalid(path, restart, "must be 'NotRequired' when `restartPolicy` is 'Never'")
  }
}

/** Asked of containers of pods alone: templates may have them. */
export function checkImageSpaces(containers: unknown, path: string, problems: Problems): void {
  for (const [index, container] of objectsOf(containers).entries()) checkImageSpace(container, `${path}[${index}]`, problems)
}

function checkImageSpace(container: JsonObject, path: string, problems: Problems): void {
  const image = textOf(container['image'])
  if (image.trim() !== image) problems.invalid(`${path}.image`, image, 'must not have leading or trailing whitespace')
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
