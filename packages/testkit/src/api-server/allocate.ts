// What the server hands out: cluster addresses and node ports of Services; and what it takes back when their type changes.
// Follows kubernetes `pkg/registry/core/service/{strategy,storage/alloc}.go`.
import type { Storage } from './storage.ts'
import { isEqual, valueAt } from './types.ts'
import type { JsonObject, KubeObject } from './types.ts'

/** Services with what they need allocated. */
export interface Allocator {
  service(object: KubeObject, previous: KubeObject | undefined): KubeObject
}

const firstNodePort = 30_000
const lastNodePort = 32_767
const addresses = 254

/** Addresses come from 10.0.0.0/24 as the reference server is set up, and go on in 10.0.0.0/16 where that is full. */
export function createAllocator(storage: Storage): Allocator {
  let nextAddress = 10
  let nextPort = firstNodePort

  function freeAddress(): string {
    const used = new Set(storage.list('services', undefined).map(({ object }) => valueAt(object, 'spec', 'clusterIP')))
    for (;;) {
      const address = `10.0.${Math.floor(nextAddress / addresses) % 256}.${(nextAddress % addresses) + 1}`
      nextAddress++
      if (!used.has(address)) return address
    }
  }

  function freePort(): number {
    const used = new Set(storage.list('services', undefined).flatMap(({ object }) => portsOf(object).map((port) => port['nodePort'])))
    for (;;) {
      const port = nextPort
      nextPort = nextPort >= lastNodePort ? firstNodePort : nextPort + 1
      if (!used.has(port)) return port
    }
  }

  function withAddress(spec: JsonObject, previous: KubeObject | undefined): void {
    const before = valueAt(previous, 'spec', 'clusterIP')
    const address = textOr(spec['clusterIP'], () => textOr(before, freeAddress))
    spec['clusterIP'] = address
    spec['clusterIPs'] ??= [address]
    // A headless service without selector may stand for anything, so it is of both families.
    const isAnything = address === 'None' && (spec['selector'] === undefined || Object.keys(spec['selector'] as JsonObject).length === 0)
    spec['ipFamilyPolicy'] ??= isAnything ? 'RequireDualStack' : 'SingleStack'
    spec['ipFamilies'] ??= isAnything && spec['ipFamilyPolicy'] !== 'SingleStack' ? ['IPv4', 'IPv6'] : [address.includes(':') ? 'IPv6' : 'IPv4']
  }

  return {
    service(object, previous) {
      const spec = released({ ...(object['spec'] as JsonObject) }, previous)
      const type = spec['type']
      if (type === 'ExternalName') return { ...object, spec }
      withAddress(spec, previous)
      const isWithoutPorts = type === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] === false
      if ((type === 'NodePort' || (type === 'LoadBalancer' && !isWithoutPorts)) && Array.isArray(spec['ports'])) {
        spec['ports'] = (spec['ports'] as JsonObject[]).map((port) =>
          typeof port['nodePort'] === 'number' && port['nodePort'] !== 0 ? port : { ...port, nodePort: portBefore(previous, port) ?? freePort() },
        )
      }
      if (type === 'LoadBalancer' && spec['externalTrafficPolicy'] === 'Local')
        spec['healthCheckNodePort'] ??= valueAt(previous, 'spec', 'healthCheckNodePort') ?? freePort()
      return { ...object, spec }
    },
  }
}

function textOr(value: unknown, otherwise: () => string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise()
}

/** Fields that a new type has no use for go, as long as the change did not touch them. */
function released(spec: JsonObject, previous: KubeObject | undefined): JsonObject {
  const before = previous?.['spec'] as JsonObject | undefined
  const type = spec['type']
  if (before === undefined || before['type'] === type) return spec
  const drop = (...names: readonly string[]): void => {
    for (const name of names) if (isEqual(spec[name], before[name])) delete spec[name]
  }
  const isNodeBound = type === 'NodePort' || type === 'LoadBalancer'
  if (type === 'ExternalName') drop('clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy')
  if (before['type'] === 'ExternalName') drop('externalName')
  if (!isNodeBound) {
    const ports = spec['ports'] as JsonObject[] | undefined
    const numbers = (list: readonly JsonObject[]): unknown[] => list.map((port) => port['nodePort']).sort((a, b) => Number(a ?? 0) - Number(b ?? 0))
    if (ports !== undefined && isEqual(numbers(ports), numbers(portsOf(previous)))) spec['ports'] = ports.map(({ nodePort: _nodePort, ...port }) => port)
    if (!Array.isArray(spec['externalIPs']) || spec['externalIPs'].length === 0) drop('externalTrafficPolicy')
  }
  if (type !== 'LoadBalancer') drop('healthCheckNodePort', 'allocateLoadBalancerNodePorts', 'loadBalancerClass')
  return spec
}

function portsOf(object: KubeObject | undefined): readonly JsonObject[] {
  const ports = valueAt(object, 'spec', 'ports')
  return Array.isArray(ports) ? (ports as JsonObject[]) : []
}

/** A port keeps its node port through updates that do not name it. */
function portBefore(previous: KubeObject | undefined, port: JsonObject): number | undefined {
  if (previous === undefined) return undefined
  const found = portsOf(previous).find((other) => other['port'] === port['port'] && other['protocol'] === port['protocol'])?.['nodePort']
  return typeof found === 'number' && found !== 0 ? found : undefined
}
