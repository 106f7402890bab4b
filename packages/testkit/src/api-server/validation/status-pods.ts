// The status of pods. Follows kubernetes `pkg/apis/core/validation`: ValidatePodStatusUpdate.
import { isIPv4 } from 'node:net'
import { qualifiedNameProblems, subdomainProblems } from '../names.ts'
import { isEqual, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { ipProblems } from './messages.ts'
import type { Problems } from './problems.ts'

const systemConditions = new Set(['PodScheduled', 'Ready', 'Initialized'])

export function checkPodStatus(before: KubeObject, after: KubeObject, problems: Problems): void {
  const [old, next, spec] = [objectOf(before['status']), objectOf(after['status']), objectOf(after['spec'])]
  checkConditions(objectsOf(next['conditions']), problems)
  checkNominated(textOf(old['nominatedNodeName']), textOf(next['nominatedNodeName']), textOf(spec['nodeName']), problems)
  checkGeneration(next['observedGeneration'], 'status.observedGeneration', problems)
  if (!isEqual(old['qosClass'] ?? '', next['qosClass'] ?? '')) problems.invalid('status.qosClass', next['qosClass'] ?? '', 'field is immutable')
  checkTransitions(old, next, spec, problems)
  checkClaims(objectsOf(next['resourceClaimStatuses']), objectsOf(spec['resourceClaims']), problems)
  checkAddresses(objectsOf(next['podIPs']), objectsOf(old['podIPs']), 'status.podIPs', problems)
  const hosts = objectsOf(next['hostIPs'])
  const [first] = hosts
  if (first !== undefined && textOf(first['ip']) !== textOf(next['hostIP']))
    problems.invalid('status.hostIPs[0].ip', textOf(first['ip']), 'must be equal to `hostIP`')
  checkAddresses(hosts, objectsOf(old['hostIPs']), 'status.hostIPs', problems)
}

function checkGeneration(generation: unknown, path: string, problems: Problems): void {
  if (typeof generation === 'number' && generation < 0) problems.invalid(path, generation, 'must be a non-negative integer')
}

function checkConditions(conditions: readonly JsonObject[], problems: Problems): void {
  for (const [index, condition] of conditions.entries()) {
    const [at, type] = [`status.conditions[${index}]`, textOf(condition['type'])]
    checkGeneration(condition['observedGeneration'], `${at}.observedGeneration`, problems)
    if (!systemConditions.has(type)) problems.invalidEach(`${at}.Type`, type, qualifiedNameProblems(type))
  }
}

function checkNominated(old: string, next: string, node: string, problems: Problems): void {
  const path = 'status.nominatedNodeName'
  if (next === '' || next === old) return
  problems.invalidEach(path, next, subdomainProblems(next))
  if (node !== '') problems.forbidden(path, 'may not be set on pods that are already bound to a node')
}

/** A container that has ended stays ended, unless it may be started again. */
function checkTransitions(old: JsonObject, next: JsonObject, spec: JsonObject, problems: Problems): void {
  const policy = textOf(spec['restartPolicy'])
  const containers = [...objectsOf(spec['containers']), ...objectsOf(spec['initContainers'])]
  for (const member of ['containerStatuses', 'initContainerStatuses'])
    for (const [index, status] of objectsOf(old[member]).entries()) {
      const ended = objectOf(status['state'])['terminated']
      if (!isObject(ended) || policy === 'Always' || (policy === 'OnFailure' && ended['exitCode'] !== 0)) continue
      if (containers.some((container) => container['name'] === status['name'] && container['restartPolicy'] === 'Always')) continue
      const now = objectsOf(next[member]).find((other) => other['name'] === status['name'])
      if (now !== undefined && !isObject(objectOf(now['state'])['terminated']))
        problems.forbidden(`status.${member}[${index}].state`, 'may not be transitioned to non-terminated state')
    }
}

function checkClaims(statuses: readonly JsonObject[], claims: readonly JsonObject[], problems: Problems): void {
  const seen = new Set<string>()
  for (const [index, status] of statuses.entries()) {
    const [at, name, claim] = [`status.resourceClaimStatuses[${index}].name`, textOf(status['name']), status['resourceClaimName']]
    if (!claims.some((entry) => entry['name'] === name)) problems.invalid(at, name, 'must match the name of an entry in `spec.resourceClaims`')
    if (seen.has(name)) problems.duplicate(at, name)
    seen.add(name)
    if (typeof claim === 'string') problems.invalidEach(at, claim, subdomainProblems(claim))
  }
}

function checkAddresses(addresses: readonly JsonObject[], before: readonly JsonObject[], path: string, problems: Problems): void {
  const known = new Set(before.map(({ ip }) => textOf(ip)))
  const given = addresses.map(({ ip }) => textOf(ip))
  for (const [index, address] of given.entries()) if (!known.has(address)) problems.invalidEach(`${path}[${index}]`, address, ipProblems(address))
  if (given.length < 2) return
  const broken = given.find((address) => ipProblems(address).length > 0)
  if (broken !== undefined) problems.add([{ type: 'Internal', path, detail: `failed to check for dual stack with error:invalid IP address: ${broken}` }])
  if (broken !== undefined || new Set(given.map((address) => isIPv4(address))).size < 2 || given.length > 2)
    problems.invalid(
      path,
      addresses.map(({ ip }) => ({ IP: textOf(ip) })),
      'may specify no more than one IP for each IP family',
    )
}
