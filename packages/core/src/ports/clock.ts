// Time, as core sees it. Adapters bring the host's clock; tests bring one they drive.

/** A clock and its timers. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Call back once after `delayMs`; returns a function that cancels. Must not keep the process alive by itself. */
  after(delayMs: number, callback: () => void): () => void
}

/** RFC 3339 with whole seconds, as Kubernetes writes times. Pure arithmetic, so that core needs no host `Date`. */
export function formatTime(epochMs: number): string {
  const seconds = Math.floor(epochMs / 1000)
  const days = Math.floor(seconds / 86_400)
  const rest = seconds - days * 86_400
  // Civil date from days, by eras of 400 years that begin in March.
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}Z`
}

/** Milliseconds since 1970 of an RFC 3339 time, or undefined when the text is none. */
export function parseTime(text: string | undefined | null): number | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/.exec(text ?? '')
  if (match === null) return undefined
  const part = (index: number): number => Number(match[index] ?? 0)
  const [year, month] = [part(2) <= 2 ? part(1) - 1 : part(1), part(2)]
  const era = Math.floor(year / 400)
  const yearOfEra = year - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + part(3) - 1
  const days = era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
  const offset = (match[8] === '-' ? -1 : 1) * (part(9) * 60 + part(10)) * 60
  const fraction = match[7] === undefined ? 0 : Math.floor(Number(`0.${match[7]}`) * 1000)
  return (days * 86_400 + part(4) * 3600 + part(5) * 60 + part(6) - offset) * 1000 + fraction
}

/** Milliseconds of a Go duration such as `5s`, `1m30s` or `250ms`; undefined when the text is none. */
export function parseDuration(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  if (/^\d+$/.test(text)) return Number(text) * 1000
  if (!/^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/.test(text)) return undefined
  const units: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g)) total += Number(amount) * (units[unit ?? ''] ?? 0)
  return total
}
