// Ingresses and network policies. Follows kubernetes `pkg/apis/networking/validation`.
import { printed } from '@plumbline/schema'
import { label1035Problems, subdomainProblems } from '../names.ts'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { checkSelector } from './labels.ts'
import { cidrProblems, isAddress, isStrictSubnet, parseCidr, portNameProblems, portNumberProblems, wildcardProblems } from './messages.ts'
import { Problems } from './problems.ts'

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix']
const forbiddenInPath = ['//', '/./', '/../', '%2f', '%2F']
const forbiddenAtEnd = ['/..', '/.']

export function validateIngress(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  const rules = objectsOf(spec['rules'])
  if (rules.length === 0 && !isObject(spec['defaultBackend']))
    problems.invalid('spec', spec['rules'] ?? null, 'either `defaultBackend` or `rules` must be specified')
  if (isObject(spec['defaultBackend'])) checkBackend(spec['defaultBackend'], 'spec.defaultBackend', problems)
  for (const [index, rule] of rules.entries()) checkRule(rule, `spec.rules[${index}]`, problems)
  for (const [index, tls] of objectsOf(spec['tls']).entries()) {
    const at = `spec.tls[${index}]`
    for (const [hostIndex, host] of arrayOf(tls['hosts']).entries()) checkHost(String(host), `${at}.hosts[${hostIndex}]`, problems)
    const secret = textOf(tls['secretName'])
    if (secret !== '') problems.invalidEach(`${at}.secretName`, secret, subdomainProblems(secret))
  }
  const className = spec['ingressClassName']
  if (typeof className === 'string') problems.invalidEach('spec.ingressClassName', className, subdomainProblems(className))
  const annotated = object.metadata.annotations?.['kubernetes.io/ingress.class']
  if (annotated !== undefined && typeof className === 'string' && annotated !== className)
    problems.invalid('annotations.kubernetes.io/ingress.class', annotated, 'must match `ingressClassName` when both are specified')
  return problems.errors
}

function checkHost(host: string, path: string, problems: Problems): void {
  problems.invalidEach(path, host, host.includes('*') ? wildcardProblems(host) : subdomainProblems(host))
}

function checkRule(rule: JsonObject, path: string, problems: Problems): void {
  const host = textOf(rule['host'])
  if (host !== '') {
    if (isAddress(host)) problems.invalid(`${path}.host`, host, 'must be a DNS name, not an IP address')
    checkHost(host, `${path}.host`, problems)
  }
  if (!isObject(rule['http'])) return
  const paths = objectsOf(rule['http']['paths'])
  if (paths.length === 0) problems.required(`${path}.http.paths`)
  for (const [index, entry] of paths.entries()) checkPath(entry, `${path}.http.paths[${index}]`, problems)
}

function checkPath(entry: JsonObject, path: string, problems: Problems): void {
  const { pathType } = entry
  const target = textOf(entry['path'])
  if (pathType === undefined || pathType === null) {
    problems.required(`${path}.pathType`, 'pathType must be specified')
    return
  }
  if (pathType === 'Exact' || pathType === 'Prefix') {
    if (!target.startsWith('/')) problems.invalid(`${path}.path`, target, 'must be an absolute path')
    if (target !== '') {
      for (const part of forbiddenInPath) if (target.includes(part)) problems.invalid(`${path}.path`, target, `must not contain '${part}'`)
      for (const part of forbiddenAtEnd) if (target.endsWith(part)) problems.invalid(`${path}.path`, target, `cannot end with '${part}'`)
    }
  } else if (pathType === 'ImplementationSpecific') {
    if (target !== '' && !target.startsWith('/')) problems.invalid(`${path}.path`, target, 'must be an absolute path')
  } else problems.unsupported(`${path}.pathType`, pathType, pathTypes)
  checkBackend(objectOf(entry['backend']), `${path}.backend`, problems)
}

function checkBackend(backend: JsonObject, path: string, problems: Problems): void {
  const { resource, service } = backend
  if (isObject(resource) && isObject(service)) {
    problems.invalid(path, '', 'cannot set both resource and service backends')
    return
  }
  if (isObject(resource)) {
    for (const member of ['kind', 'name']) if (textOf(resource[member]) === '') problems.required(`${path}.resource.${member}`)
    return
  }
  if (!isObject(service)) {
    problems.invalid(path, '', 'resource or service backend is required')
    return
  }
  const name = textOf(service['name'])
  if (name === '') problems.required(`${path}.service.name`)
  else problems.invalidEach(`${path}.service.name`, name, label1035Problems(name))
  const port = objectOf(service['port'])
  const [portName, number] = [textOf(port['name']), typeof port['number'] === 'number' ? port['number'] : 0]
  if (portName !== '' && number !== 0) problems.invalid(path, '', 'cannot set both port name & port number')
  else if (portName !== '') problems.invalidEach(`${path}.service.port.name`, portName, portNameProblems(portName))
  else if (number !== 0) problems.invalidEach(`${path}.service.port.number`, number, portNumberProblems(number))
  else problems.required(path, 'port name or number is required')
}

export function validateNetworkPolicy(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  checkSelector(spec['podSelector'], 'spec.podSelector', problems)
  for (const [direction, peers] of [
    ['ingress', 'from'],
    ['egress', 'to'],
  ] as const)
    for (const [index, rule] of objectsOf(spec[direction]).entries()) {
      const at = `spec.${direction}[${index}]`
      for (const [portIndex, port] of objectsOf(rule['ports']).entries()) checkPort(port, `${at}.ports[${portIndex}]`, problems)
      for (const [peerIndex, peer] of objectsOf(rule[peers]).entries()) checkPeer(peer, `${at}.${peers}[${peerIndex}]`, problems)
    }
  const types = arrayOf(spec['policyTypes'])
  if (types.length > 2) problems.invalid('spec.policyTypes', types, 'may not specify more than two policyTypes')
  for (const [index, type] of types.entries())
    if (type !== 'Ingress' && type !== 'Egress') problems.unsupported(`spec.policyTypes[${index}]`, type, ['Ingress', 'Egress'])
  return problems.errors
}

function checkPort(port: JsonObject, path: string, problems: Problems): void {
  const { protocol, port: target, endPort } = port
  if (protocol !== undefined && !['TCP', 'UDP', 'SCTP'].includes(printed(protocol))) problems.unsupported(`${path}.protocol`, protocol, ['TCP', 'UDP', 'SCTP'])
  if (typeof target === 'number') {
    problems.invalidEach(`${path}.port`, target, portNumberProblems(target))
    if (typeof endPort !== 'number') return
    // The text quotes the first port.
    if (endPort < target) problems.invalid(`${path}.endPort`, target, 'must be greater than or equal to `port`')
    problems.invalidEach(`${path}.endPort`, endPort, portNumberProblems(endPort))
  } else if (typeof target === 'string') {
    if (endPort !== undefined) problems.invalid(`${path}.endPort`, endPort, 'may not be specified when `port` is non-numeric')
    problems.invalidEach(`${path}.port`, target, portNameProblems(target))
  } else if (endPort !== undefined) problems.invalid(`${path}.endPort`, endPort, 'may not be specified when `port` is not specified')
}

function checkPeer(peer: JsonObject, path: string, problems: Problems): void {
  checkSelector(peer['podSelector'], `${path}.podSelector`, problems)
  checkSelector(peer['namespaceSelector'], `${path}.namespaceSelector`, problems)
  if (isObject(peer['ipBlock'])) checkBlock(peer['ipBlock'], `${path}.ipBlock`, problems)
  const count = ['podSelector', 'namespaceSelector', 'ipBlock'].filter((name) => isObject(peer[name])).length
  if (count === 0) problems.required(path, 'must specify a peer')
  else if (count > 1 && isObject(peer['ipBlock'])) problems.forbidden(path, 'may not specify both ipBlock and another peer')
}

function checkBlock(block: JsonObject, path: string, problems: Problems): void {
  const cidr = textOf(block['cidr'])
  if (cidr === '') {
    problems.required(`${path}.cidr`)
    return
  }
  problems.invalidEach(`${path}.cidr`, cidr, cidrProblems(cidr))
  if (parseCidr(cidr) === undefined) return
  for (const [index, except] of arrayOf(block['except']).entries()) {
    const text = String(except)
    const at = `${path}.except[${index}]`
    problems.invalidEach(at, text, cidrProblems(text))
    if (parseCidr(text) !== undefined && !isStrictSubnet(cidr, text)) problems.invalid(at, text, 'must be a strict subset of `cidr`')
  }
}
