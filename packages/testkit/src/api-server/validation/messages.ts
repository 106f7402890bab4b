// Checks of single values, in the words of apimachinery `pkg/util/validation`.
import { isIP, isIPv4 } from 'node:net'
import { subdomainProblems } from '../names.ts'

export const nonNegativeMessage = 'must be greater than or equal to 0'
const portRangeMessage = 'must be between 1 and 65535, inclusive'
const maxId = 2_147_483_647

/** What is said of numbers outside of a range. */
export function rangeMessage(least: number, most: number): string {
  return `must be between ${least} and ${most}, inclusive`
}

export function portNumberProblems(port: number): string[] {
  return port >= 1 && port <= 65_535 ? [] : [portRangeMessage]
}

export function portNameProblems(name: string): string[] {
  return [
    ...(name.length > 15 ? ['must be no more than 15 characters'] : []),
    ...(/^[-a-z0-9]+$/.test(name) ? [] : ['must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)']),
    ...(/[a-z]/.test(name) ? [] : ['must contain at least one letter (a-z)']),
    ...(name.includes('--') ? ['must not contain consecutive hyphens'] : []),
    ...(name.startsWith('-') || name.endsWith('-') ? ['must not begin or end with a hyphen'] : []),
  ]
}

export function portProblems(port: unknown): string[] {
  return typeof port === 'string' ? portNameProblems(port) : portNumberProblems(typeof port === 'number' ? port : 0)
}

export function percentProblems(text: string): string[] {
  return /^[0-9]+%$/.test(text)
    ? []
    : ["a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"]
}

export function ipProblems(address: string): string[] {
  return isIP(address) === 0 ? ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'] : []
}

const cidrMessage = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'

/** Address bits and prefix length, or undefined. */
export function parseCidr(text: string): { readonly bits: bigint; readonly prefix: number; readonly size: number } | undefined {
  const [address = '', prefix = ''] = text.split('/')
  const family = isIP(address)
  const size = family === 4 ? 32 : 128
  if (family === 0 || !/^\d{1,3}$/.test(prefix) || Number(prefix) > size) return undefined
  return { bits: addressBits(address), prefix: Number(prefix), size }
}

export function cidrProblems(text: string): string[] {
  return parseCidr(text) === undefined ? [cidrMessage] : []
}

/** Whether the second network lies in the first and is smaller. */
export function isStrictSubnet(outer: string, inner: string): boolean {
  const [a, b] = [parseCidr(outer), parseCidr(inner)]
  if (a === undefined || b === undefined || a.size !== b.size || b.prefix <= a.prefix) return false
  const shift = BigInt(a.size - a.prefix)
  return a.bits >> shift === b.bits >> shift
}

export function addressBits(address: string): bigint {
  if (isIPv4(address)) return address.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n)
  const [head = '', tail] = address.split('::')
  const groups = (text: string): string[] => text.split(':').filter((part) => part !== '')
  const [left, right] = [groups(head), tail === undefined ? [] : groups(tail)]
  const middle = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
  return [...left, ...middle, ...right].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n)
}

/** Bits as an address is written: dotted, or as RFC 5952 has it. */
export function formatAddress(bits: bigint, size: number): string {
  if (size === 32) return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => ((bits >> BigInt(112 - 16 * index)) & 0xffffn).toString(16))
  // Of the runs of zeros the longest is left out, the first of several; one group alone is none.
  let [best, length] = [0, 0]
  for (let start = 0; start < 8; start++) {
    let end = start
    while (end < 8 && groups[end] === '0') end++
    if (end - start > length) [best, length] = [start, end - start]
  }
  if (length < 2) return groups.join(':')
  return `${groups.slice(0, best).join(':')}::${groups.slice(best + length).join(':')}`
}

export function isAddress(text: string): boolean {
  return isIP(text) !== 0
}

const wildcardMessage =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"

export function wildcardProblems(host: string): string[] {
  return host.startsWith('*.') && subdomainProblems(host.slice(2)).length === 0 ? [] : [wildcardMessage]
}

/** Names of environment variables: everything that can be printed, but `=`. */
export function environmentNameProblems(name: string): string[] {
  if (name === '') return ['must be non-empty']
  return /^[ -<>-~]+$/.test(name) ? [] : ["a valid environment variable name must consist only of printable ASCII characters other than '='"]
}

const configKeyMessage =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"

export function configKeyProblems(key: string): string[] {
  if (key.length > 253) return ['must be no more than 253 characters']
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) return [configKeyMessage]
  if (key === '.') return ["must not be '.'"]
  if (key === '..') return ["must not be '..'"]
  return key.startsWith('..') ? ["must not start with '..'"] : []
}

export function headerNameProblems(name: string): string[] {
  return /^[-A-Za-z0-9]+$/.test(name)
    ? []
    : ["a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')"]
}

export function idProblems(id: unknown): string[] {
  return typeof id === 'number' && (id < 0 || id > maxId) ? [`must be between 0 and ${maxId}, inclusive`] : []
}

const searchLabel = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const search = `${searchLabel}(\\.${searchLabel})*`

/** Domains to search names in, which may have underscores. */
export function searchProblems(domain: string): string[] {
  return [
    ...(domain.length > 253 ? ['must be no more than 253 characters'] : []),
    ...(new RegExp(`^${search}$`).test(domain)
      ? []
      : [
          `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${search}')`,
        ]),
  ]
}

/** Paths below a folder. */
export function descendingPathProblems(path: string): string[] {
  return [...(path.startsWith('/') ? ['must be a relative path'] : []), ...backstepProblems(path)]
}

export function backstepProblems(path: string): string[] {
  return path.split('/').includes('..') ? ["must not contain '..'"] : []
}
