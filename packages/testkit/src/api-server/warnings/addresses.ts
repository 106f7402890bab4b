// Addresses and networks that are accepted, but not as they are written best. Follows apimachinery `pkg/util/validation/ip.go`.
import { isIPv4, isIPv6 } from 'node:net'
import { addressBits, formatAddress, parseCidr } from '../validation/messages.ts'

const mapped = /^::ffff:(?:0:)?(\d+\.\d+\.\d+\.\d+)$/i

export function addressWarnings(path: string, address: unknown): string[] {
  if (typeof address !== 'string' || !isIPv6(address)) return []
  const inner = mapped.exec(address)?.[1]
  if (inner !== undefined)
    return [`${path}: non-standard IP address ${JSON.stringify(address)} will be considered invalid in a future Kubernetes release: use "${inner}"`]
  const canonical = formatAddress(addressBits(address), 128)
  return canonical === address ? [] : [`${path}: IPv6 address ${JSON.stringify(address)} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`]
}

export function networkWarnings(path: string, network: unknown): string[] {
  const parsed = typeof network === 'string' ? parseCidr(network) : undefined
  if (typeof network !== 'string' || parsed === undefined) return []
  const { bits, prefix, size } = parsed
  const shift = BigInt(size - prefix)
  const base = (bits >> shift) << shift
  const shown = `${formatAddress(base, size)}/${prefix}`
  const text = JSON.stringify(network)
  if (base !== bits) return [`${path}: CIDR value ${text} is ambiguous in this context (should be "${shown}" or "${formatAddress(bits, size)}/${size}"?)`]
  const isCanonical = isIPv4(network.split('/')[0] ?? '') || shown === network
  return isCanonical ? [] : [`${path}: IPv6 CIDR value ${text} should be in RFC 5952 canonical format ("${shown}")`]
}
