// Endpoints and their slices. Follows kubernetes `pkg/apis/core/validation` and `pkg/apis/discovery/validation`.
import { printed } from '@plumbline/schema'
import { isIPv6 } from 'node:net'
import { labelProblems, qualifiedNameProblems, subdomainProblems } from '../names.ts'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, isEqual, isObject, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { checkLabels } from './labels.ts'
import { ipProblems, isAddress, portNumberProblems } from './messages.ts'
import { Problems } from './problems.ts'

const protocols = ['SCTP', 'TCP', 'UDP']
const maxEndpoints = 1000
const maxAddresses = 100
const maxPorts = 20_000
const maxTopologyLabels = 16

export function validateEndpoints(object: KubeObject, previous?: KubeObject): FieldError[] {
  const problems = new Problems()
  // What older versions let in is not held against a change of something else.
  if (previous !== undefined && isEqual(previous['subsets'] ?? [], object['subsets'] ?? [])) return []
  for (const [index, subset] of objectsOf(object['subsets']).entries()) {
    const path = `subsets[${index}]`
    const [addresses, others, ports] = ['addresses', 'notReadyAddresses', 'ports'].map((member) => objectsOf(subset[member])) as [
      JsonObject[],
      JsonObject[],
      JsonObject[],
    ]
    if (addresses.length === 0 && others.length === 0) problems.required(path, 'must specify `addresses` or `notReadyAddresses`')
    for (const [at, address] of addresses.entries()) checkAddress(address, `${path}.addresses[${at}]`, problems)
    for (const [at, address] of others.entries()) checkAddress(address, `${path}.notReadyAddresses[${at}]`, problems)
    for (const [at, port] of ports.entries()) checkPort(port, ports.length > 1, `${path}.ports[${at}]`, problems)
  }
  return problems.errors
}

function checkAddress(address: JsonObject, path: string, problems: Problems): void {
  const ip = textOf(address['ip'])
  problems.invalidEach(`${path}.ip`, ip, ipProblems(ip))
  const hostname = textOf(address['hostname'])
  if (hostname !== '') problems.invalidEach(`${path}.hostname`, hostname, labelProblems(hostname))
  if (typeof address['nodeName'] === 'string') problems.invalidEach(`${path}.nodeName`, address['nodeName'], subdomainProblems(address['nodeName']))
  checkEndpointIp(ip, `${path}.ip`, problems)
}

function checkEndpointIp(ip: string, path: string, problems: Problems): void {
  if (!isAddress(ip)) problems.invalid(path, ip, 'must be a valid IP address')
  else if (ip === '0.0.0.0' || ip === '::') problems.invalid(path, ip, `may not be unspecified (${ip})`)
  else if (ip.startsWith('127.') || ip === '::1') problems.invalid(path, ip, 'may not be in the loopback range (127.0.0.0/8, ::1/128)')
  else if (ip.startsWith('169.254.') || /^fe[89ab]/i.test(ip)) problems.invalid(path, ip, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)')
  else if (ip.startsWith('224.0.0.') || /^ff02:/i.test(ip)) problems.invalid(path, ip, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)')
}

function checkPort(port: JsonObject, needsName: boolean, path: string, problems: Problems): void {
  const name = textOf(port['name'])
  if (needsName && name === '') problems.required(`${path}.name`)
  else if (name !== '') problems.invalidEach(`${path}.name`, name, labelProblems(name))
  const number = typeof port['port'] === 'number' ? port['port'] : 0
  problems.invalidEach(`${path}.port`, number, portNumberProblems(number))
  checkProtocol(port, path, problems)
}

function checkProtocol(port: JsonObject, path: string, problems: Problems): void {
  problems.oneOf(`${path}.protocol`, port['protocol'], protocols)
  const { appProtocol } = port
  if (typeof appProtocol === 'string') problems.invalidEach(`${path}.appProtocol`, appProtocol, qualifiedNameProblems(appProtocol))
}

export function validateEndpointSlice(object: KubeObject, previous?: KubeObject): FieldError[] {
  const problems = new Problems()
  const family = textOf(object['addressType'])
  problems.oneOf('addressType', family, ['FQDN', 'IPv4', 'IPv6'])
  const ports = objectsOf(object['ports'])
  if (ports.length > maxPorts) problems.tooMany('ports', ports.length, maxPorts)
  const names = new Set<string>()
  for (const [index, port] of ports.entries()) {
    const [path, name] = [`ports[${index}]`, textOf(port['name'])]
    if (name !== '') problems.invalidEach(`${path}.name`, name, labelProblems(name))
    if (names.has(name)) problems.duplicate(`${path}.name`, name)
    names.add(name)
    checkProtocol(port, path, problems)
  }
  if (previous === undefined || !isEqual(previous['endpoints'] ?? [], object['endpoints'] ?? []))
    checkEndpoints(objectsOf(object['endpoints']), family, problems)
  return problems.errors
}

function checkEndpoints(endpoints: readonly JsonObject[], family: string, problems: Problems): void {
  if (endpoints.length > maxEndpoints) {
    problems.tooMany('endpoints', endpoints.length, maxEndpoints)
    return
  }
  for (const [index, endpoint] of endpoints.entries()) {
    const path = `endpoints[${index}]`
    const addresses = arrayOf(endpoint['addresses'])
    if (addresses.length === 0) problems.required(`${path}.addresses`, 'must contain at least 1 address')
    else if (addresses.length > maxAddresses) problems.tooMany(`${path}.addresses`, addresses.length, maxAddresses)
    for (const [at, address] of addresses.entries()) checkSliceAddress(printed(address), family, `${path}.addresses`, at, problems)
    const { nodeName, hostname, deprecatedTopology } = endpoint
    if (typeof nodeName === 'string') problems.invalidEach(`${path}.nodeName`, nodeName, subdomainProblems(nodeName))
    if (isObject(deprecatedTopology) && Object.keys(deprecatedTopology).length > maxTopologyLabels)
      problems.tooMany(`${path}.deprecatedTopology`, Object.keys(deprecatedTopology).length, maxTopologyLabels)
    checkLabels(deprecatedTopology, `${path}.deprecatedTopology`, problems)
    if (typeof hostname === 'string') problems.invalidEach(`${path}.hostname`, hostname, labelProblems(hostname))
  }
}

function checkSliceAddress(address: string, family: string, path: string, index: number, problems: Problems): void {
  const at = `${path}[${index}]`
  if (family === 'FQDN') {
    if (address === '') problems.required(at)
    else if (subdomainProblems(address).length > 0) problems.invalid(at, address, subdomainProblems(address).join(','))
    else if (address.split('.').length < 2) problems.invalid(at, address, 'should be a domain with at least two segments separated by dots')
    return
  }
  if (family !== 'IPv4' && family !== 'IPv6') return
  const details = ipProblems(address)
  problems.invalidEach(at, address, details)
  if (details.length > 0) return
  if (isIPv6(address) !== (family === 'IPv6')) problems.invalid(path, address, `must be an ${family} address`)
  checkEndpointIp(address, at, problems)
}
