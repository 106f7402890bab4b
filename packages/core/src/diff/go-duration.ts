// Durations as Go writes them: `1h30m0s`. https://pkg.go.dev/time#ParseDuration
const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}
const second = 1_000_000_000n
const maxNanos = 2n ** 63n

/** Nanoseconds; undefined for what is no duration. */
export function parseGoDuration(text: string): bigint | undefined {
  const [, sign = '', rest = ''] = /^([+-]?)(.*)$/.exec(text) ?? []
  if (rest === '0') return 0n
  if (text.length > 64 || !/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined
  let nanos = 0n
  for (const [, whole = '', fraction = '', unit = ''] of rest.matchAll(/(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g)) {
    const factor = units[unit] ?? 0n
    nanos += BigInt(whole || '0') * factor + (fraction === '' ? 0n : (BigInt(fraction) * factor) / 10n ** BigInt(fraction.length))
  }
  return nanos >= maxNanos ? undefined : sign === '-' ? -nanos : nanos
}

/** The text that Go prints. */
export function formatGoDuration(nanos: bigint): string {
  if (nanos === 0n) return '0s'
  const sign = nanos < 0n ? '-' : ''
  const size = nanos < 0n ? -nanos : nanos
  if (size < second) {
    const [unit, factor] = size < 1_000n ? (['ns', 1n] as const) : size < 1_000_000n ? (['µs', 1_000n] as const) : (['ms', 1_000_000n] as const)
    return `${sign}${decimal(size, factor)}${unit}`
  }
  const [hours, minutes] = [size / (3600n * second), (size / (60n * second)) % 60n]
  const seconds = `${decimal(size % (60n * second), second)}s`
  return `${sign}${hours > 0n ? `${hours}h${minutes}m` : minutes > 0n ? `${minutes}m` : ''}${seconds}`
}

function decimal(value: bigint, factor: bigint): string {
  const rest = value % factor
  if (rest === 0n) return String(value / factor)
  return `${value / factor}.${rest
    .toString()
    .padStart(factor.toString().length - 1, '0')
    .replace(/0+$/, '')}`
}
