// What the server hands out: cluster addresses and node ports of Services.
import type { Storage } from './storage.ts'
import { valueAt } from './types.ts'
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

  function usedAddresses(): Set<unknown> {
    return new Set(storage.list('services', undefined).map(({ object }) => valueAt(object, 'spec', 'clusterIP')))
  }

  function freeAddress(): string {
    const used = usedAddresses()
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

  return {
    service(object, previous) {
      const spec: JsonObject = { ...(object['spec'] as JsonObject) }
      const type = spec['type']
      if (type === 'ExternalName') {
        for (const name of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) if (previous === undefined) delete spec[name]
        return { ...object, spec }
      }
      const before = valueAt(previous, 'spec', 'clusterIP')
      const address =
        typeof spec['clusterIP'] === 'string' && spec['clusterIP'] !== ''
          ? spec['clusterIP']
          : typeof before === 'string' && before !== ''
            ? before
            : freeAddress()
      spec['clusterIP'] = address
      spec['clusterIPs'] ??= [address]
      spec['ipFamilies'] ??= ['IPv4']
      spec['ipFamilyPolicy'] ??= 'SingleStack'
      if ((type === 'NodePort' || type === 'LoadBalancer') && Array.isArray(spec['ports'])) {
        spec['ports'] = (spec['ports'] as JsonObject[]).map((port) =>
          typeof port['nodePort'] === 'number' && port['nodePort'] !== 0 ? port : { ...port, nodePort: portBefore(previous, port) ?? freePort() },
        )
      }
      if (type === 'LoadBalancer' || type === 'NodePort') {
        if (spec['externalTrafficPolicy'] === 'Local' && type === 'LoadBalancer')
          spec['healthCheckNodePort'] ??= valueAt(previous, 'spec', 'healthCheckNodePort') ?? freePort()
      }
      return { ...object, spec }
    },
  }
}

function portsOf(object: KubeObject): readonly JsonObject[] {
  const ports = valueAt(object, 'spec', 'ports')
  return Array.isArray(ports) ? (ports as JsonObject[]) : []
}

/** A port keeps its node port through updates that do not name it. */
function portBefore(previous: KubeObject | undefined, port: JsonObject): number | undefined {
  if (previous === undefined) return undefined
  const found = portsOf(previous).find((other) => other['port'] === port['port'] && other['protocol'] === port['protocol'])?.['nodePort']
  return typeof found === 'number' && found !== 0 ? found : undefined
}
