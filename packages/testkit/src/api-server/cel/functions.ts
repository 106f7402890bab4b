// The functions that Kubernetes adds to CEL: https://kubernetes.io/docs/reference/using-api/cel/#cel-community-libraries
import { isIP, isIPv4 } from 'node:net'
import type { Environment } from '@marcbachmann/cel-js'
import { compareQuantities, isQuantity, parseQuantity } from '@plumbline/schema'
import type { Quantity } from '@plumbline/schema'
import { RE2JS } from 're2js'

/** Thrown by functions; the text is shown behind the rule. */
class FunctionFault extends Error {}

class QuantityValue {
  readonly quantity: Quantity
  constructor(quantity: Quantity) {
    this.quantity = quantity
  }
}
class UrlValue {
  readonly url: URL
  constructor(url: URL) {
    this.url = url
  }
}
class IpValue {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}
class CidrValue {
  readonly ip: string
  readonly prefix: number
  constructor(ip: string, prefix: number) {
    this.ip = ip
    this.prefix = prefix
  }
}
class SetLibrary {}
class MathLibrary {}

const fail = (message: string): never => {
  throw new FunctionFault(message)
}

type Comparable = bigint | number | string | boolean | Date

function isLess(a: Comparable, b: Comparable): boolean {
  return a < b
}

const same = (a: unknown, b: unknown): boolean => text(a) === text(b)

function text(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'bigint' ? `int:${inner}` : inner instanceof Map ? [...inner].sort(([x], [y]) => (String(x) < String(y) ? -1 : 1)) : inner,
  )
}

/** What stands for `matches` in rules, see `rules.ts`. */
export const matchesFunction = 'matchez'

const compiled = new Map<string, RE2JS>()
const maxCompiled = 256

function expression(pattern: string): RE2JS {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  let regex: RE2JS
  try {
    regex = RE2JS.compile(pattern)
  } catch (error) {
    return fail(`error parsing regexp: ${error instanceof Error ? error.message : ''}`)
  }
  if (compiled.size >= maxCompiled) compiled.clear()
  compiled.set(pattern, regex)
  return regex
}

function found(subject: string, pattern: string, limit: number): string[] {
  const matcher = expression(pattern).matcher(subject)
  const results: string[] = []
  while ((limit < 0 || results.length < limit) && matcher.find()) results.push(matcher.group() ?? '')
  return results
}

/** Register everything. */
export function registerFunctions(environment: Environment): void {
  const add = (signature: string, handler: (...values: never[]) => unknown): void => {
    environment.registerFunction(signature, handler as (...values: unknown[]) => unknown)
  }
  strings(add)
  lists(add)
  environment.registerType('kubernetes.Quantity', { ctor: QuantityValue, fields: {} } as never)
  quantities(add)
  environment.registerOperator(
    'kubernetes.Quantity == kubernetes.Quantity',
    (a: QuantityValue, b: QuantityValue) => compareQuantities(a.quantity, b.quantity) === 0,
  )
  environment.registerType('net.IP', { ctor: IpValue, fields: {} } as never)
  environment.registerType('net.CIDR', { ctor: CidrValue, fields: {} } as never)
  addresses(add)
  environment.registerOperator('net.IP == net.IP', (a: IpValue, b: IpValue) => bits(a.text) === bits(b.text) && isIPv4(a.text) === isIPv4(b.text))
  environment.registerType('kubernetes.URL', { ctor: UrlValue, fields: {} } as never)
  urls(add)
  environment.registerType('kubernetes.Sets', { ctor: SetLibrary, fields: {} } as never)
  environment.registerConstant('sets', 'kubernetes.Sets', new SetLibrary())
  add('kubernetes.Sets.contains(list, list): bool', (_library: SetLibrary, all: unknown[], some: unknown[]) =>
    some.every((item) => all.some((other) => same(item, other))),
  )
  add('kubernetes.Sets.intersects(list, list): bool', (_library: SetLibrary, a: unknown[], b: unknown[]) =>
    a.some((item) => b.some((other) => same(item, other))),
  )
  add(
    'kubernetes.Sets.equivalent(list, list): bool',
    (_library: SetLibrary, a: unknown[], b: unknown[]) =>
      a.every((item) => b.some((other) => same(item, other))) && b.every((item) => a.some((other) => same(item, other))),
  )
  environment.registerType('kubernetes.Math', { ctor: MathLibrary, fields: {} } as never)
  environment.registerConstant('math', 'kubernetes.Math', new MathLibrary())
  for (const [name, pick] of [
    ['greatest', (values: Comparable[]): Comparable => values.reduce((a, b) => (isLess(a, b) ? b : a))],
    ['least', (values: Comparable[]): Comparable => values.reduce((a, b) => (isLess(b, a) ? b : a))],
  ] as const)
    for (const type of ['int', 'double']) {
      add(`kubernetes.Math.${name}(list<${type}>): ${type}`, (_library: MathLibrary, values: Comparable[]) => pick(values))
      add(`kubernetes.Math.${name}(${type}, ${type}): ${type}`, (_library: MathLibrary, a: Comparable, b: Comparable) => pick([a, b]))
    }
}

type Add = (signature: string, handler: (...values: never[]) => unknown) => void

function strings(add: Add): void {
  add(`string.${matchesFunction}(string): bool`, (subject: string, pattern: string) => expression(pattern).matcher(subject).find())
  add(`${matchesFunction}(string, string): bool`, (subject: string, pattern: string) => expression(pattern).matcher(subject).find())
  add('string.find(string): string', (subject: string, pattern: string) => found(subject, pattern, 1)[0] ?? '')
  add('string.findAll(string): list<string>', (subject: string, pattern: string) => found(subject, pattern, -1))
  add('string.findAll(string, int): list<string>', (subject: string, pattern: string, limit: bigint) => found(subject, pattern, Number(limit)))
  add('string.replace(string, string): string', (subject: string, from: string, to: string) => subject.replaceAll(from, () => to))
  add('string.replace(string, string, int): string', (subject: string, from: string, to: string, limit: bigint) => {
    const parts = subject.split(from)
    const count = limit < 0n ? parts.length : Number(limit)
    return parts.reduce((result, part, index) => (index === 0 ? part : result + (index <= count ? to : from) + part), '')
  })
  add('string.charAt(int): string', (subject: string, index: bigint) => {
    const characters = Array.from(subject)
    if (index < 0n || index > BigInt(characters.length)) return fail(`index out of range: ${index}`)
    return characters[Number(index)] ?? ''
  })
  add('string.reverse(): string', (subject: string) => Array.from(subject).toReversed().join(''))
  add('string.format(list): string', (format: string, values: unknown[]) => formatted(format, values))
}

function formatted(format: string, values: readonly unknown[]): string {
  let next = 0
  return format.replaceAll(/%(?:\.(\d+))?([sdfeboxX%])/g, (_whole, precision: string | undefined, verb: string) => {
    if (verb === '%') return '%'
    if (next >= values.length) return fail(`index ${next} out of range`)
    const value = values[next++]
    switch (verb) {
      case 'd':
        return shown(value)
      case 'f':
        return Number(value).toFixed(precision === undefined ? 6 : Number(precision))
      case 'e':
        return Number(value).toExponential(precision === undefined ? 6 : Number(precision))
      case 'b':
        return typeof value === 'boolean' ? String(Number(value)) : BigInt(value as bigint).toString(2)
      case 'o':
        return BigInt(value as bigint).toString(8)
      case 'x':
      case 'X': {
        const hex = typeof value === 'string' ? Buffer.from(value).toString('hex') : BigInt(value as bigint).toString(16)
        return verb === 'x' ? hex : hex.toUpperCase()
      }
      default:
        return shown(value)
    }
  })
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  if (value instanceof Map) return `{${[...value].map(([key, inner]) => `${shown(key)}: ${shown(inner)}`).join(', ')}}`
  if (value instanceof Date) return value.toISOString().replace('.000Z', 'Z')
  return String(value as string)
}

function lists(add: Add): void {
  for (const type of ['int', 'double', 'string', 'bool', 'google.protobuf.Timestamp']) {
    const zero = type === 'double' ? 0 : 0n
    add(`list<${type}>.isSorted(): bool`, (list: Comparable[]) => list.every((item, index) => index === 0 || !isLess(item, list[index - 1] as Comparable)))
    add(`list<${type}>.min(): ${type}`, (list: Comparable[]) =>
      list.length === 0 ? fail('min called on empty list') : list.reduce((a, b) => (isLess(b, a) ? b : a)),
    )
    add(`list<${type}>.max(): ${type}`, (list: Comparable[]) =>
      list.length === 0 ? fail('max called on empty list') : list.reduce((a, b) => (isLess(a, b) ? b : a)),
    )
    add(`list<${type}>.indexOf(${type}): int`, (list: unknown[], item: unknown) => BigInt(list.findIndex((other) => same(item, other))))
    add(`list<${type}>.lastIndexOf(${type}): int`, (list: unknown[], item: unknown) => BigInt(list.findLastIndex((other) => same(item, other))))
    add(`list<${type}>.sort(): list<${type}>`, (list: Comparable[]) => list.toSorted((a, b) => (isLess(a, b) ? -1 : isLess(b, a) ? 1 : 0)))
    if (type === 'int') add('list<int>.sum(): int', (list: bigint[]) => list.reduce((sum, item) => sum + item, zero as bigint))
    if (type === 'double') add('list<double>.sum(): double', (list: number[]) => list.reduce((sum, item) => sum + item, zero as number))
  }
  add('list.distinct(): list', (list: unknown[]) => list.filter((item, index) => list.findIndex((other) => same(item, other)) === index))
  add('list.reverse(): list', (list: unknown[]) => list.toReversed())
  add('list.slice(int, int): list', (list: unknown[], from: bigint, to: bigint) => list.slice(Number(from), Number(to)))
  add('list.flatten(): list', (list: unknown[]) => list.flat())
}

function quantities(add: Add): void {
  const read = (value: string): QuantityValue =>
    isQuantity(value) ? new QuantityValue(parseQuantity(value)) : fail('quantities must match the regular expression')
  const valueOf = ({ quantity }: QuantityValue): number => Number(quantity.nano) / 1e9
  add('isQuantity(string): bool', (value: string) => isQuantity(value))
  add('quantity(string): kubernetes.Quantity', read)
  add('kubernetes.Quantity.sign(): int', ({ quantity }: QuantityValue) => (quantity.nano > 0n ? 1n : quantity.nano < 0n ? -1n : 0n))
  add('kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool', (a: QuantityValue, b: QuantityValue) => compareQuantities(a.quantity, b.quantity) > 0)
  add('kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool', (a: QuantityValue, b: QuantityValue) => compareQuantities(a.quantity, b.quantity) < 0)
  add('kubernetes.Quantity.compareTo(kubernetes.Quantity): int', (a: QuantityValue, b: QuantityValue) =>
    BigInt(Math.sign(compareQuantities(a.quantity, b.quantity))),
  )
  add('kubernetes.Quantity.isInteger(): bool', ({ quantity }: QuantityValue) => quantity.nano % 1_000_000_000n === 0n)
  add('kubernetes.Quantity.asInteger(): int', ({ quantity }: QuantityValue) =>
    quantity.nano % 1_000_000_000n === 0n ? quantity.nano / 1_000_000_000n : fail('cannot convert value to integer'),
  )
  add('kubernetes.Quantity.asApproximateFloat(): double', valueOf)
  for (const [name, sign] of [
    ['add', 1n],
    ['sub', -1n],
  ] as const) {
    add(
      `kubernetes.Quantity.${name}(kubernetes.Quantity): kubernetes.Quantity`,
      (a: QuantityValue, b: QuantityValue) => new QuantityValue({ ...a.quantity, nano: a.quantity.nano + sign * b.quantity.nano }),
    )
    add(
      `kubernetes.Quantity.${name}(int): kubernetes.Quantity`,
      (a: QuantityValue, b: bigint) => new QuantityValue({ ...a.quantity, nano: a.quantity.nano + sign * b * 1_000_000_000n }),
    )
  }
}

/** An address as a number. */
function bits(ip: string): bigint {
  if (isIPv4(ip)) return ip.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n)
  const [head = '', tail] = ip.split('::')
  const groups = (part: string): string[] => part.split(':').filter((group) => group !== '')
  const [left, right] = [groups(head), tail === undefined ? [] : groups(tail)]
  const all = tail === undefined ? left : [...left, ...Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0'), ...right]
  return all.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n)
}

const isAddress = (value: string): boolean => isIP(value) !== 0 && !value.includes('%') && !/^::ffff:\d+\./i.test(value)

function cidrOf(value: string): CidrValue | undefined {
  const [ip = '', prefix = ''] = value.split('/')
  if (!isAddress(ip) || !/^\d{1,3}$/.test(prefix) || Number(prefix) > (isIPv4(ip) ? 32 : 128) || value.split('/').length !== 2) return undefined
  return new CidrValue(ip, Number(prefix))
}

function isWithin(cidr: CidrValue, ip: string, prefix: number): boolean {
  if (isIPv4(cidr.ip) !== isIPv4(ip) || prefix < cidr.prefix) return false
  const shift = BigInt((isIPv4(ip) ? 32 : 128) - cidr.prefix)
  return bits(cidr.ip) >> shift === bits(ip) >> shift
}

function addresses(add: Add): void {
  const read = (value: string): IpValue => (isAddress(value) ? new IpValue(value) : fail(`IP Address "${value}" parse error during conversion from string`))
  const readCidr = (value: string): CidrValue => cidrOf(value) ?? fail(`network address parse error during conversion from string: ${value}`)
  add('isIP(string): bool', isAddress)
  add('ip(string): net.IP', read)
  add('net.IP.family(): int', ({ text: value }: IpValue) => (isIPv4(value) ? 4n : 6n))
  add('net.IP.isUnspecified(): bool', ({ text: value }: IpValue) => bits(value) === 0n)
  add('net.IP.isLoopback(): bool', ({ text: value }: IpValue) => (isIPv4(value) ? value.startsWith('127.') : bits(value) === 1n))
  add('net.IP.isGlobalUnicast(): bool', ({ text: value }: IpValue) => !/^(?:127\.|0\.0\.0\.0|22[4-9]\.|23\d\.|255\.|169\.254\.|::1?$|f[ef])/i.test(value))
  add('net.IP.isLinkLocalUnicast(): bool', ({ text: value }: IpValue) => /^(?:169\.254\.|fe[89ab])/i.test(value))
  add('net.IP.isLinkLocalMulticast(): bool', ({ text: value }: IpValue) => /^(?:224\.0\.0\.|ff02)/i.test(value))
  add('string(net.IP): string', ({ text: value }: IpValue) => value)
  add('isCIDR(string): bool', (value: string) => cidrOf(value) !== undefined)
  add('cidr(string): net.CIDR', readCidr)
  add('net.CIDR.containsIP(net.IP): bool', (cidr: CidrValue, { text: value }: IpValue) => isWithin(cidr, value, 128))
  add('net.CIDR.containsIP(string): bool', (cidr: CidrValue, value: string) => isWithin(cidr, read(value).text, 128))
  add('net.CIDR.containsCIDR(net.CIDR): bool', (cidr: CidrValue, other: CidrValue) => isWithin(cidr, other.ip, other.prefix))
  add('net.CIDR.containsCIDR(string): bool', (cidr: CidrValue, value: string) => isWithin(cidr, readCidr(value).ip, readCidr(value).prefix))
  add('net.CIDR.ip(): net.IP', ({ ip }: CidrValue) => new IpValue(ip))
  add('net.CIDR.prefixLength(): int', ({ prefix }: CidrValue) => BigInt(prefix))
}

function urls(add: Add): void {
  const parsed = (value: string): URL | undefined => {
    try {
      return /^(?:[a-z][a-z\d+.-]*:|\/)/i.test(value) ? new URL(value, 'relative://') : undefined
    } catch {
      return undefined
    }
  }
  add('isURL(string): bool', (value: string) => parsed(value) !== undefined)
  add(
    'url(string): kubernetes.URL',
    (value: string) => new UrlValue(parsed(value) ?? fail(`URL parse error during conversion from string: parse "${value}": invalid URI for request`)),
  )
  add('kubernetes.URL.getScheme(): string', ({ url }: UrlValue) => (url.protocol === 'relative:' ? '' : url.protocol.replace(/:$/, '')))
  add('kubernetes.URL.getHost(): string', ({ url }: UrlValue) => url.host)
  add('kubernetes.URL.getHostname(): string', ({ url }: UrlValue) => url.hostname.replace(/^\[|\]$/g, ''))
  add('kubernetes.URL.getPort(): string', ({ url }: UrlValue) => url.port)
  add('kubernetes.URL.getEscapedPath(): string', ({ url }: UrlValue) => url.pathname)
  add(
    'kubernetes.URL.getQuery(): map<string, list<string>>',
    ({ url }: UrlValue) => new Map([...new Set(url.searchParams.keys())].map((key) => [key, url.searchParams.getAll(key)])),
  )
}
