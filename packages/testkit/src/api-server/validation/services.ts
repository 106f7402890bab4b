// Services. Follows kubernetes `pkg/apis/core/validation` (validateService).
import { printed } from '@plumbline/schema'
import { labelProblems, qualifiedNameProblems, subdomainProblems } from '../names.ts'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { checkLabels } from './labels.ts'
import { cidrProblems, ipProblems, portNumberProblems, portProblems } from './messages.ts'
import { Problems } from './problems.ts'

const protocols = ['SCTP', 'TCP', 'UDP']
const serviceTypes = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const familyPolicies = ['PreferDualStack', 'RequireDualStack', 'SingleStack']
const onlyLoadBalancer = "may only be used when `type` is 'LoadBalancer'"

export function validateService(object: KubeObject, previous?: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  const type = textOf(spec['type'])
  const ports = objectsOf(spec['ports'])
  const isHeadless = spec['clusterIP'] === 'None'
  if (type !== 'ExternalName' && ports.length === 0 && !isHeadless) problems.required('spec.ports')
  if (isHeadless && (type === 'LoadBalancer' || type === 'NodePort'))
    problems.invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`)
  if (type === 'ExternalName') checkExternalName(spec, problems)
  checkPorts(ports, problems)
  checkLabels(spec['selector'], 'spec.selector', problems)
  checkAffinity(spec, problems)
  if (type !== 'ExternalName') checkAddresses(spec, previous, problems)
  for (const [index, address] of arrayOf(spec['externalIPs']).entries()) {
    const at = `spec.externalIPs[${index}]`
    const faults = ipProblems(String(address))
    problems.invalidEach(at, address, faults)
    if (faults.length === 0) problems.invalidEach(at, address, specialAddressProblems(String(address)))
  }
  problems.oneOf('spec.type', type, serviceTypes)
  if (previous === undefined && !isHeadless && spec['ipFamilyPolicy'] === 'RequireDualStack')
    problems.invalid('spec.ipFamilyPolicy', 'RequireDualStack', 'this cluster is not configured for dual-stack services')
  checkNodePorts(ports, type, problems)
  checkLoadBalancer(spec, type, problems)
  checkTrafficPolicies(spec, type, problems)
  return problems.errors
}

function checkExternalName(spec: JsonObject, problems: Problems): void {
  if (arrayOf(spec['clusterIPs']).length > 0) problems.forbidden('spec.clusterIPs', 'may not be set for ExternalName services')
  const name = textOf(spec['externalName']).replace(/\.$/, '')
  if (name === '') problems.required('spec.externalName')
  else problems.invalidEach('spec.externalName', name, subdomainProblems(name))
}

function checkPorts(ports: readonly JsonObject[], problems: Problems): void {
  const names = new Set<string>()
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`
    const name = textOf(port['name'])
    if (name === '') {
      if (ports.length > 1) problems.required(`${at}.name`)
    } else {
      problems.invalidEach(`${at}.name`, name, labelProblems(name))
      if (names.has(name)) problems.duplicate(`${at}.name`, name)
      names.add(name)
    }
    const number = typeof port['port'] === 'number' ? port['port'] : 0
    problems.invalidEach(`${at}.port`, number, portNumberProblems(number))
    problems.oneOf(`${at}.protocol`, port['protocol'] ?? 'TCP', protocols)
    if (port['targetPort'] !== undefined) problems.invalidEach(`${at}.targetPort`, port['targetPort'], portProblems(port['targetPort']))
    const protocol = port['appProtocol']
    if (typeof protocol === 'string') problems.invalidEach(`${at}.appProtocol`, protocol, qualifiedNameProblems(protocol))
  }
}

function checkAffinity(spec: JsonObject, problems: Problems): void {
  const affinity = spec['sessionAffinity'] ?? 'None'
  const config = spec['sessionAffinityConfig']
  if (affinity === 'ClientIP') {
    const seconds = objectOf(objectOf(config)['clientIP'])['timeoutSeconds']
    if (typeof seconds === 'number' && (seconds <= 0 || seconds > 86_400))
      problems.invalid('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds, 'must be greater than 0 and less than 86400')
  } else if (affinity === 'None') {
    if (isObject(config)) problems.forbidden('spec.sessionAffinityConfig', 'must not be set when session affinity is None')
  } else problems.unsupported('spec.sessionAffinity', affinity, ['ClientIP', 'None'])
}

function checkAddresses(spec: JsonObject, previous: KubeObject | undefined, problems: Problems): void {
  const known = arrayOf(objectOf(previous?.['spec'])['clusterIPs'])
  for (const [index, family] of arrayOf(spec['ipFamilies']).entries())
    if (family !== 'IPv4' && family !== 'IPv6') problems.unsupported(`spec.ipFamilies[${index}]`, family, ['IPv4', 'IPv6'])
  const policy = spec['ipFamilyPolicy']
  if (policy !== undefined && !familyPolicies.includes(printed(policy))) problems.unsupported('spec.ipFamilyPolicy', policy, familyPolicies)
  for (const [index, address] of arrayOf(spec['clusterIPs']).entries()) {
    if ((index === 0 && address === 'None') || known.includes(address)) continue
    problems.invalidEach(`spec.clusterIPs[${index}]`, address, ipProblems(String(address)))
  }
}

function specialAddressProblems(address: string): string[] {
  if (address === '0.0.0.0' || address === '::') return [`may not be unspecified (${address})`]
  if (address.startsWith('127.') || address === '::1') return ['may not be in the loopback range (127.0.0.0/8, ::1/128)']
  if (address.startsWith('169.254.') || /^fe[89ab]/i.test(address)) return ['may not be in the link-local range (169.254.0.0/16, fe80::/10)']
  return address.startsWith('224.0.0.') || /^ff.2:/i.test(address) ? ['may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'] : []
}

function checkNodePorts(ports: readonly JsonObject[], type: string, problems: Problems): void {
  if (type === 'ClusterIP')
    for (const [index, port] of ports.entries())
      if (typeof port['nodePort'] === 'number' && port['nodePort'] !== 0)
        problems.forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'")
  const [nodePorts, pairs] = [new Set<string>(), new Set<string>()]
  for (const [index, { protocol = 'TCP', nodePort }] of ports.entries()) {
    if (typeof nodePort !== 'number' || nodePort === 0) continue
    const key = `${textOf(protocol)}/${nodePort}`
    if (nodePorts.has(key)) problems.duplicate(`spec.ports[${index}].nodePort`, nodePort)
    nodePorts.add(key)
  }
  for (const [index, { protocol = 'TCP', port }] of ports.entries()) {
    const key = `${textOf(protocol)}/${String(port)}`
    if (pairs.has(key)) problems.duplicate(`spec.ports[${index}]`, { Name: '', Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 })
    pairs.add(key)
  }
}

function checkLoadBalancer(spec: JsonObject, type: string, problems: Problems): void {
  const ranges = arrayOf(spec['loadBalancerSourceRanges'])
  if (ranges.length > 0 && type !== 'LoadBalancer') problems.forbidden('spec.LoadBalancerSourceRanges', onlyLoadBalancer)
  for (const [index, range] of ranges.entries()) {
    const text = String(range).trim()
    problems.invalidEach(`spec.LoadBalancerSourceRanges[${index}]`, text, cidrProblems(text))
  }
  if (spec['allocateLoadBalancerNodePorts'] !== undefined && type !== 'LoadBalancer') problems.forbidden('spec.allocateLoadBalancerNodePorts', onlyLoadBalancer)
  const className = spec['loadBalancerClass']
  if (className === undefined) return
  if (type !== 'LoadBalancer') problems.forbidden('spec.loadBalancerClass', onlyLoadBalancer)
  else problems.invalidEach('spec.loadBalancerClass', className, qualifiedNameProblems(textOf(className)))
}

function checkTrafficPolicies(spec: JsonObject, type: string, problems: Problems): void {
  const external = textOf(spec['externalTrafficPolicy'])
  const isExternal = type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && arrayOf(spec['externalIPs']).length > 0)
  if (isExternal) {
    if (external !== '' && !['Cluster', 'Local'].includes(external)) problems.unsupported('spec.externalTrafficPolicy', external, ['Cluster', 'Local'])
  } else if (external !== '') problems.invalid('spec.externalTrafficPolicy', external, 'may only be set for externally-accessible services')
  const port = spec['healthCheckNodePort']
  if (typeof port === 'number' && port !== 0 && !(type === 'LoadBalancer' && external === 'Local'))
    problems.invalid('spec.healthCheckNodePort', port, "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'")
  const internal = spec['internalTrafficPolicy']
  if (internal !== undefined && !['Cluster', 'Local'].includes(printed(internal)))
    problems.unsupported('spec.internalTrafficPolicy', internal, ['Cluster', 'Local'])
  const distribution = spec['trafficDistribution']
  const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode']
  if (typeof distribution === 'string' && !distributions.includes(distribution)) problems.unsupported('spec.trafficDistribution', distribution, distributions)
}
