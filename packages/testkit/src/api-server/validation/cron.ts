// Schedules of CronJobs. Accepts and words its errors as the parser that Kubernetes uses, github.com/robfig/cron v3.

/** Minutes to week days, each as the set of its allowed numbers. */
export interface Schedule {
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly days: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  readonly weekDays: ReadonlySet<number>
  /** Whether either of day and week day is left open: then both have to hold, otherwise one is enough. */
  readonly isDayOpen: boolean
}

interface Bounds {
  readonly min: number
  readonly max: number
  readonly names: readonly string[]
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const weekDays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const bounds: readonly Bounds[] = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: months },
  { min: 0, max: 6, names: weekDays },
]
const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** @throws {Error} in the parser's words */
export function parseSchedule(text: string): Schedule {
  if (text === '') throw new Error('empty spec string')
  const spec = text.replace(/^(?:CRON_)?TZ=\S*\s+/, '')
  if (spec.startsWith('@')) {
    const known = descriptors[spec]
    if (known === undefined) throw new Error(`unrecognized descriptor: ${spec}`)
    return parseSchedule(known)
  }
  const fields = spec
    .trim()
    .split(/\s+/)
    .filter((field) => field !== '')
  if (fields.length !== 5) throw new Error(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`)
  const [minutes, hours, days, monthSet, weekDaySet] = fields.map((field, index) => parseField(field, bounds[index] as Bounds)) as [
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
    Set<number>,
  ]
  return { minutes, hours, days, months: monthSet, weekDays: weekDaySet, isDayOpen: /^[*?]/.test(fields[2] ?? '') || /^[*?]/.test(fields[4] ?? '') }
}

function parseField(field: string, range: Bounds): Set<number> {
  return new Set(
    field
      .split(',')
      .filter((part) => part !== '')
      .flatMap((part) => parseRange(part, range)),
  )
}

function parseRange(part: string, { min, max, names }: Bounds): number[] {
  const [span = '', stepText, ...tooMany] = part.split('/')
  const [low = '', high, ...more] = span.split('-')
  const isStar = low === '*' || low === '?'
  let start = isStar ? min : numberOf(low, names)
  if (more.length > 0 && !isStar) throw new Error(`too many hyphens: ${part}`)
  let end = isStar ? max : high === undefined ? start : numberOf(high, names)
  let step = 1
  if (tooMany.length > 0) throw new Error(`too many slashes: ${part}`)
  if (stepText !== undefined) {
    step = numberOf(stepText, [])
    if (high === undefined && !isStar) end = max
  }
  if (start < min) throw new Error(`beginning of range (${start}) below minimum (${min}): ${part}`)
  if (end > max) throw new Error(`end of range (${end}) above maximum (${max}): ${part}`)
  if (start > end) throw new Error(`beginning of range (${start}) beyond end of range (${end}): ${part}`)
  if (step === 0) throw new Error(`step of range should be a positive number: ${part}`)
  const numbers: number[] = []
  for (; start <= end; start += step) numbers.push(start)
  return numbers
}

function numberOf(text: string, names: readonly string[]): number {
  const index = names.indexOf(text.toLowerCase())
  if (index >= 0) return names === months ? index + 1 : index
  if (!/^[+-]?\d+$/.test(text)) throw new Error(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
  const value = Number(text)
  if (value < 0) throw new Error(`negative number (${value}) not allowed: ${text}`)
  return value
}
