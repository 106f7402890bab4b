// Pod specs, of pods and of templates. Follows the order of kubernetes `pkg/apis/core/validation` (ValidatePodSpec).
import { labelProblems, qualifiedNameProblems, subdomainProblems } from '../names.ts'
import { arrayOf, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { checkResources } from './container-resources.ts'
import { checkContainers } from './containers.ts'
import { checkResourceClaims } from './resource-claims.ts'
import { checkLabels } from './labels.ts'
import { ipProblems, searchProblems } from './messages.ts'
import type { Problems } from './problems.ts'
import { checkAffinity, checkSpread, checkTolerations } from './scheduling.ts'
import { checkPodResources } from './pod-resources.ts'
import { checkPodSecurity } from './security-contexts.ts'
import { checkVolumes } from './volumes.ts'
import { checkHostProcesses } from './windows-options.ts'
import { checkOwnUsers, checkSystem } from './pod-systems.ts'

const restartPolicies = ['Always', 'OnFailure', 'Never']
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']
const maxDeadline = 2_147_483_647
const maxNameservers = 3
const maxSearches = 32
const maxSearchCharacters = 2048

export function checkPodSpec(spec: JsonObject, path: string, problems: Problems): void {
  const volumes = checkVolumes(spec['volumes'], `${path}.volumes`, problems)
  const claims = checkResourceClaims(spec['resourceClaims'], `${path}.resourceClaims`, problems)
  checkContainers(spec, path, { volumes, claims, hasHostUsers: spec['hostUsers'] !== false, restartPolicy: spec['restartPolicy'], problems })
  checkPodResources(spec, claims, `${path}.resources`, problems)
  if (spec['hostNetwork'] === true) checkHostNetwork(spec, path, problems)
  problems.oneOf(`${path}.restartPolicy`, spec['restartPolicy'] ?? 'Always', restartPolicies)
  problems.oneOf(`${path}.dnsPolicy`, spec['dnsPolicy'] ?? 'ClusterFirst', dnsPolicies)
  checkLabels(spec['nodeSelector'], `${path}.nodeSelector`, problems)
  checkPodSecurity(spec, `${path}.securityContext`, problems)
  checkAffinity(spec['affinity'], `${path}.affinity`, problems)
  checkDns(spec, `${path}.dnsConfig`, problems)
  for (const [index, gate] of objectsOf(spec['readinessGates']).entries())
    problems.invalidEach(`${path}.readinessGates[${index}].conditionType`, gate['conditionType'], qualifiedNameProblems(textOf(gate['conditionType'])))
  checkGates(spec['schedulingGates'], `${path}.schedulingGates`, problems)
  checkSpread(spec['topologySpreadConstraints'], `${path}.topologySpreadConstraints`, problems)
  checkHostProcesses(spec, path, problems)
  checkOwnUsers(spec, path, problems)
  checkNamed(spec, 'serviceAccountName', path, subdomainProblems, problems)
  checkNamed(spec, 'nodeName', path, subdomainProblems, problems)
  const deadline = spec['activeDeadlineSeconds']
  if (typeof deadline === 'number' && (deadline < 1 || deadline > maxDeadline))
    problems.invalid(`${path}.activeDeadlineSeconds`, deadline, `must be between 1 and ${maxDeadline}, inclusive`)
  checkNamed(spec, 'hostname', path, labelProblems, problems)
  checkNamed(spec, 'subdomain', path, labelProblems, problems)
  checkTolerations(spec['tolerations'], `${path}.tolerations`, problems)
  for (const [index, alias] of objectsOf(spec['hostAliases']).entries()) {
    const at = `${path}.hostAliases[${index}]`
    problems.invalidEach(`${at}.ip`, textOf(alias['ip']), ipProblems(textOf(alias['ip'])))
    for (const [nameIndex, name] of arrayOf(alias['hostnames']).entries())
      problems.invalidEach(`${at}.hostnames[${nameIndex}]`, name, subdomainProblems(String(name)))
  }
  checkNamed(spec, 'priorityClassName', path, subdomainProblems, problems)
  checkNamed(spec, 'runtimeClassName', path, subdomainProblems, problems)
  const preemption = spec['preemptionPolicy']
  if (preemption !== undefined) problems.oneOf(`${path}.preemptionPolicy`, preemption, ['PreemptLowerPriority', 'Never'])
  if (isObject(spec['overhead'])) checkResources({ limits: spec['overhead'] }, `${path}.overhead`, problems)
  checkSystem(spec, path, problems)
}

/** A template of pods, which always restart where the kind says so. */
export function checkPodTemplate(template: JsonObject, path: string, problems: Problems): void {
  checkTemplateMetadata(template, path, problems)
  checkPodSpec(objectOf(template['spec']), `${path}.spec`, problems)
  if (objectsOf(objectOf(template['spec'])['ephemeralContainers']).length > 0)
    problems.forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')
}

/** Labels and annotations of the pods of a template. */
export function checkTemplateMetadata(template: JsonObject, path: string, problems: Problems): void {
  const metadata = objectOf(template['metadata'])
  checkLabels(metadata['labels'], `${path}.labels`, problems)
  for (const key of Object.keys(objectOf(metadata['annotations']))) problems.invalidEach(`${path}.annotations`, key, qualifiedNameProblems(key.toLowerCase()))
}

function checkNamed(spec: JsonObject, member: string, path: string, faultsOf: (name: string) => readonly string[], problems: Problems): void {
  const name = textOf(spec[member])
  if (name !== '') problems.invalidEach(`${path}.${member}`, name, faultsOf(name))
}

function checkHostNetwork(spec: JsonObject, path: string, problems: Problems): void {
  for (const [index, container] of objectsOf(spec['containers']).entries())
    for (const [portIndex, port] of objectsOf(container['ports']).entries())
      if (typeof port['hostPort'] === 'number' && port['hostPort'] !== port['containerPort'])
        problems.invalid(`${path}.containers[${index}].ports[${portIndex}].hostPort`, port['hostPort'], 'must match `containerPort` when `hostNetwork` is true')
}

function checkDns(spec: JsonObject, path: string, problems: Problems): void {
  const config = spec['dnsConfig']
  const servers = arrayOf(objectOf(config)['nameservers'])
  if (spec['dnsPolicy'] === 'None') {
    if (!isObject(config)) problems.required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')
    else if (servers.length === 0) problems.required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')
    if (servers.length === 0) return
  }
  if (!isObject(config)) return
  if (servers.length > maxNameservers) problems.invalid(`${path}.nameservers`, servers, `must not have more than ${maxNameservers} nameservers`)
  for (const [index, server] of servers.entries()) problems.invalidEach(`${path}.nameservers[${index}]`, server, ipProblems(String(server)))
  const searches = arrayOf(config['searches'])
  if (searches.length > maxSearches) problems.invalid(`${path}.searches`, searches, `must not have more than ${maxSearches} search paths`)
  if (searches.join(' ').length > maxSearchCharacters)
    problems.invalid(`${path}.searches`, searches, `must not have more than ${maxSearchCharacters} characters (including spaces) in the search list`)
  for (const [index, search] of searches.entries()) {
    const name = String(search).replace(/\.$/, '')
    if (search !== '.') problems.invalidEach(`${path}.searches[${index}]`, name, searchProblems(name))
  }
  for (const [index, option] of objectsOf(config['options']).entries())
    if (textOf(option['name']) === '') problems.required(`${path}.options[${index}]`, 'must not be empty')
}

function checkGates(gates: unknown, path: string, problems: Problems): void {
  const seen = new Set<string>()
  for (const [index, gate] of objectsOf(gates).entries()) {
    const name = textOf(gate['name'])
    problems.invalidEach(`${path}[${index}]`, name, qualifiedNameProblems(name))
    if (seen.has(name)) problems.duplicate(`${path}[${index}]`, name)
    seen.add(name)
  }
}
