// Schedules of cron. Accepts and words its errors as the parser that Kubernetes and Argo CD use, github.com/robfig/cron v3.

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

const minuteMs = 60_000
/** A schedule that names no day of the next years never comes. */
const maxSearchDays = 5 * 366

/** What a clock shows. */
export interface LocalTime {
  readonly minute: number
  readonly hour: number
  readonly day: number
  readonly month: number
  readonly weekDay: number
}

const shortDays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Parts of a time as clocks of a zone show it. @throws {RangeError} for a zone that does not exist */
export function localTime(zone: string): (time: number) => LocalTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    minute: 'numeric',
    hour: 'numeric',
    day: 'numeric',
    month: 'numeric',
    weekday: 'short',
  })
  return (time) => {
    const parts = Object.fromEntries(format.formatToParts(time).map(({ type, value }) => [type, value]))
    return {
      minute: Number(parts['minute']),
      hour: Number(parts['hour']),
      day: Number(parts['day']),
      month: Number(parts['month']),
      weekDay: shortDays.indexOf(parts['weekday'] ?? ''),
    }
  }
}

function isDay(schedule: Schedule, { day, month, weekDay }: LocalTime): boolean {
  if (!schedule.months.has(month)) return false
  const [isMonthDay, isWeekDay] = [schedule.days.has(day), schedule.weekDays.has(weekDay)]
  return schedule.isDayOpen ? isMonthDay && isWeekDay : isMonthDay || isWeekDay
}

/** The first time after another at which a schedule comes; times are epoch ms. */
export function nextAfter(schedule: Schedule, local: (time: number) => LocalTime, after: number): number | undefined {
  let time = (Math.floor(after / minuteMs) + 1) * minuteMs
  const end = time + maxSearchDays * 24 * 60 * minuteMs
  while (time < end) {
    const parts = local(time)
    if (!isDay(schedule, parts)) time += ((23 - parts.hour) * 60 + (60 - parts.minute)) * minuteMs
    else if (!schedule.hours.has(parts.hour)) time += (60 - parts.minute) * minuteMs
    else if (schedule.minutes.has(parts.minute)) return time
    else time += minuteMs
  }
  return undefined
}
