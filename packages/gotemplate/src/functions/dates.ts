// Times, with Go's layouts and the zones of the host.
import { FunctionError } from '../errors.ts'
import { fn } from '../functions.ts'
import type { FunctionMap } from '../functions.ts'
import { GoInt, goInt } from '../numbers.ts'
import { HostObject } from '../values.ts'
import type { GoMethod, GoValue } from '../values.ts'
import type { SprigPorts } from './ports.ts'

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const weekDays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

interface Fields {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly weekDay: number
  /** Minutes east of Greenwich. */
  readonly offset: number
  readonly zoneName: string
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    timeZoneName: 'short',
    era: 'short',
  })
  formatters.set(zone, made)
  return made
}

export function isZone(name: string): boolean {
  try {
    formatter(name)
    return true
  } catch {
    return false
  }
}

/** A point in time, shown in a zone. */
export class Time extends HostObject {
  override readonly typeName = 'time.Time'
  /** Milliseconds since the epoch. */
  readonly milliseconds: number
  readonly zone: string
  constructor(milliseconds: number, zone: string) {
    super()
    this.milliseconds = milliseconds
    this.zone = zone
  }

  fields(): Fields {
    const parts: Record<string, string> = {}
    for (const { type, value } of formatter(this.zone).formatToParts(this.milliseconds)) parts[type] = value
    const [year, month, day, hour, minute, second] = ['year', 'month', 'day', 'hour', 'minute', 'second'].map((name) => Number(parts[name])) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    const shownYear = parts['era'] === 'BC' ? 1 - year : year
    const date = new Date(0)
    date.setUTCFullYear(shownYear, month - 1, day)
    date.setUTCHours(hour, minute, second)
    const offset = Math.round((date.getTime() - Math.floor(this.milliseconds / 1000) * 1000) / 60_000)
    const zoneName =
      this.zone === 'UTC'
        ? 'UTC'
        : (parts['timeZoneName'] ?? '').replace(
            /^GMT([+-])(\d+)(?::(\d+))?$/,
            (_all, sign: string, hours: string, minutes = '') => `${sign}${hours.padStart(2, '0')}${String(minutes)}`,
          )
    return { year: shownYear, month, day, hour, minute, second, weekDay: date.getUTCDay(), offset, zoneName }
  }

  override text(): string {
    return this.format('2006-01-02 15:04:05.999999999 -0700 MST')
  }

  override plain(): GoValue {
    return this.format('2006-01-02T15:04:05.999999999Z07:00')
  }

  format(layout: string): string {
    return formatTime(layout, this.fields(), ((this.milliseconds % 1000) + 1000) % 1000)
  }

  override method(name: string): GoMethod | undefined {
    const none = (call: () => GoValue): GoMethod => ({ min: 0, max: 0, call })
    switch (name) {
      case 'Format':
        return { min: 1, max: 1, call: ([layout]) => this.format(String(layout)) }
      case 'Unix':
        return none(() => goInt(Math.floor(this.milliseconds / 1000), 'int64'))
      case 'UnixNano':
        return none(() => goInt(BigInt(Math.floor(this.milliseconds)) * 1_000_000n, 'int64'))
      case 'UnixMilli':
        return none(() => goInt(Math.floor(this.milliseconds), 'int64'))
      case 'UTC':
        return none(() => new Time(this.milliseconds, 'UTC'))
      case 'Year':
        return none(() => goInt(this.fields().year))
      case 'Day':
        return none(() => goInt(this.fields().day))
      case 'Hour':
        return none(() => goInt(this.fields().hour))
      case 'Minute':
        return none(() => goInt(this.fields().minute))
      case 'Second':
        return none(() => goInt(this.fields().second))
      case 'Month':
        return none(() => months[this.fields().month - 1])
      case 'Weekday':
        return none(() => weekDays[this.fields().weekDay])
      case 'YearDay':
        return none(() => goInt(yearDay(this.fields())))
      case 'String':
        return none(() => this.text())
      default:
        return undefined
    }
  }
}

function yearDay({ year, month, day }: Fields): number {
  return Math.round((Date.UTC(year, month - 1, day) - Date.UTC(year, 0, 1)) / 86_400_000) + 1
}

const layoutPattern =
  /January|Jan|Monday|Mon|MST|2006|Z070000|Z07:00:00|Z0700|Z07:00|Z07|-070000|-07:00:00|-0700|-07:00|-07|[.,](?:0+|9+)(?![0-9])|002|__2|_2|01|02|03|04|05|06|15|PM|pm|1|2|3|4|5/g

const two = (value: number): string => String(value).padStart(2, '0')

function zoneOffset(offset: number, style: string): string {
  if (style.startsWith('Z') && offset === 0) return 'Z'
  const size = Math.abs(offset)
  const body = style.slice(1)
  const [hours, minutes] = [two(Math.floor(size / 60)), two(size % 60)]
  const colon = body.includes(':') ? ':' : ''
  const rest = body === '07' ? '' : `${colon}${minutes}${body.length > 5 ? `${colon}00` : ''}`
  return `${offset < 0 ? '-' : '+'}${hours}${rest}`
}

function formatTime(layout: string, f: Fields, milliseconds: number): string {
  return layout.replace(layoutPattern, (token) => {
    switch (token) {
      case 'January':
        return months[f.month - 1] ?? ''
      case 'Jan':
        return (months[f.month - 1] ?? '').slice(0, 3)
      case 'Monday':
        return weekDays[f.weekDay] ?? ''
      case 'Mon':
        return (weekDays[f.weekDay] ?? '').slice(0, 3)
      case 'MST':
        return f.zoneName
      case '2006':
        return String(f.year).padStart(4, '0')
      case '06':
        return two(((f.year % 100) + 100) % 100)
      case '01':
        return two(f.month)
      case '1':
        return String(f.month)
      case '02':
        return two(f.day)
      case '_2':
        return String(f.day).padStart(2)
      case '2':
        return String(f.day)
      case '002':
        return String(yearDay(f)).padStart(3, '0')
      case '__2':
        return String(yearDay(f)).padStart(3)
      case '15':
        return two(f.hour)
      case '03':
        return two(f.hour % 12 === 0 ? 12 : f.hour % 12)
      case '3':
        return String(f.hour % 12 === 0 ? 12 : f.hour % 12)
      case '04':
        return two(f.minute)
      case '4':
        return String(f.minute)
      case '05':
        return two(f.second)
      case '5':
        return String(f.second)
      case 'PM':
        return f.hour >= 12 ? 'PM' : 'AM'
      case 'pm':
        return f.hour >= 12 ? 'pm' : 'am'
      default:
    }
    if (token.startsWith('.') || token.startsWith(',')) {
      const digits = String(Math.floor(milliseconds))
        .padStart(3, '0')
        .padEnd(9, '0')
        .slice(0, token.length - 1)
      if (token.charAt(1) === '0') return token.charAt(0) + digits
      const trimmed = digits.replace(/0+$/, '')
      return trimmed === '' ? '' : token.charAt(0) + trimmed
    }
    return zoneOffset(f.offset, token)
  })
}

/** Milliseconds of a text in a layout. @throws {FunctionError} in the words of Go */
function parseTime(layout: string, text: string, zone: string): number {
  const tokens: string[] = []
  let pattern = ''
  let last = 0
  const escape = (part: string): string => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  for (const match of layout.matchAll(layoutPattern)) {
    pattern += escape(layout.slice(last, match.index))
    last = match.index + match[0].length
    tokens.push(match[0])
    pattern += tokenPattern(match[0])
  }
  pattern += escape(layout.slice(last))
  const found = new RegExp(`^${pattern}$`, 'i').exec(text)
  const refuse = (why = `cannot parse ${JSON.stringify(text)} as ${JSON.stringify(tokens[0] ?? layout)}`): never => {
    throw new FunctionError(`parsing time ${JSON.stringify(text)} as ${JSON.stringify(layout)}: ${why}`)
  }
  if (found === null) return refuse()
  let [year, month, day, hour, minute, second, fraction] = [0, 1, 1, 0, 0, 0, 0]
  let isAfternoon: boolean | undefined
  let offset: number | undefined
  for (const [index, token] of tokens.entries()) {
    const value = found[index + 1] ?? ''
    if (token === '2006') year = Number(value)
    else if (token === '06') year = Number(value) + (Number(value) >= 69 ? 1900 : 2000)
    else if (token === 'January' || token === 'Jan') month = months.findIndex((name) => name.slice(0, 3).toLowerCase() === value.slice(0, 3).toLowerCase()) + 1
    else if (token === '01' || token === '1') month = Number(value)
    else if (['02', '2', '_2'].includes(token)) day = Number(value)
    else if (['15', '03', '3'].includes(token)) hour = Number(value)
    else if (token === '04' || token === '4') minute = Number(value)
    else if (token === '05' || token === '5') second = Number(value)
    else if (token === 'PM' || token === 'pm') isAfternoon = value.toLowerCase() === 'pm'
    else if (/^[.,]/.test(token)) fraction = Number(`0.${value.slice(1) || '0'}`)
    else if (/^[Z-]07/.test(token)) {
      const zoneMatch = /^([+-])(\d\d):?(\d\d)?/.exec(value)
      offset = zoneMatch === null ? 0 : (zoneMatch[1] === '-' ? -1 : 1) * (Number(zoneMatch[2]) * 60 + Number(zoneMatch[3] ?? 0))
    } else if (token === 'MST' && value === 'UTC') offset = 0
  }
  if (isAfternoon === true && hour < 12) hour += 12
  if (isAfternoon === false && hour === 12) hour = 0
  if (month < 1 || month > 12) return refuse(': month out of range')
  if (hour > 23) return refuse(': hour out of range')
  if (minute > 59) return refuse(': minute out of range')
  if (second > 59) return refuse(': second out of range')
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return refuse(': day out of range')
  date.setUTCHours(hour, minute, second, Math.floor(fraction * 1000))
  if (offset !== undefined) return date.getTime() - offset * 60_000
  // The zone's offset at about that time; once more where the guess crossed a change of it.
  const guess = date.getTime() - new Time(date.getTime(), zone).fields().offset * 60_000
  return date.getTime() - new Time(guess, zone).fields().offset * 60_000
}

function tokenPattern(token: string): string {
  if (token === '2006') return '([0-9]{4})'
  if (['January', 'Monday', 'Jan', 'Mon'].includes(token)) return token.length === 3 ? '([A-Za-z]{3})' : '([A-Za-z]+)'
  if (token === 'MST') return '([A-Z]{3,4}|[+-][0-9]{2,4})'
  if (token === 'PM' || token === 'pm') return '(AM|PM|am|pm)'
  if (/^[.,]/.test(token)) return '([.,][0-9]+)'
  if (token.startsWith('Z')) return '(Z|[+-][0-9]{2}:?(?:[0-9]{2})?)'
  if (token.startsWith('-')) return '([+-][0-9]{2}:?(?:[0-9]{2})?)'
  if (token === '002' || token === '__2') return '([ 0-9]{3})'
  return ['01', '02', '03', '04', '05', '06'].includes(token) ? '([0-9]{2})(?:[.][0-9]+)?'.slice(0, token === '05' ? undefined : 10) : '([ 0-9]?[0-9])'
}

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
}

/** Nanoseconds of a duration such as `1h30m`. @throws {FunctionError} in the words of Go */
export function parseDuration(text: string): bigint {
  const refuse = (): never => {
    throw new FunctionError(`time: invalid duration ${JSON.stringify(text)}`)
  }
  const [, sign = '', body = ''] = /^([+-]?)(.*)$/s.exec(text) ?? []
  if (body === '0') return 0n
  if (body === '') return refuse()
  let total = 0n
  let position = 0
  while (position < body.length) {
    const match = /^([0-9]*)(?:\.([0-9]*))?([^0-9.]*)/.exec(body.slice(position))
    if (match === null || ((match[1] ?? '') === '' && (match[2] ?? '') === '')) return refuse()
    const [whole, number = '', fraction = '', unit = ''] = match
    if (unit === '') throw new FunctionError(`time: missing unit in duration ${JSON.stringify(text)}`)
    const size = units[unit]
    if (size === undefined) throw new FunctionError(`time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`)
    total += BigInt(number === '' ? 0 : number) * size
    if (fraction !== '') total += (BigInt(fraction) * size) / 10n ** BigInt(fraction.length)
    position += whole.length
  }
  return sign === '-' ? -total : total
}

/** A duration as Go prints it: `1h2m3.5s`. */
export function durationText(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s'
  const sign = nanoseconds < 0n ? '-' : ''
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  const fraction = (value: bigint, unit: bigint): string => {
    const digits = String(value % unit)
      .padStart(String(unit).length - 1, '0')
      .replace(/0+$/, '')
    return `${value / unit}${digits === '' ? '' : `.${digits}`}`
  }
  if (size < 1000n) return `${sign}${size}ns`
  if (size < 1_000_000n) return `${sign}${fraction(size, 1000n)}µs`
  if (size < 1_000_000_000n) return `${sign}${fraction(size, 1_000_000n)}ms`
  const seconds = size % 60_000_000_000n
  const minutes = (size / 60_000_000_000n) % 60n
  const hours = size / 3_600_000_000_000n
  const secondText = `${fraction(seconds, 1_000_000_000n)}s`
  if (hours > 0n) return `${sign}${hours}h${minutes}m${secondText}`
  return minutes > 0n ? `${sign}${minutes}m${secondText}` : `${sign}${secondText}`
}

const spans: readonly (readonly [name: string, size: bigint])[] = [
  ['y', 365n * 24n * 3_600_000_000_000n],
  ['mo', 30n * 24n * 3_600_000_000_000n],
  ['d', 24n * 3_600_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['m', 60_000_000_000n],
  ['s', 1_000_000_000n],
]

function roundedDuration(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds
  const span = spans.find(([, unit]) => size > unit)
  return span === undefined ? '0s' : `${size / span[1]}${span[0]}`
}

export function dateFunctions(ports: SprigPorts): FunctionMap {
  const local = ports.timeZone ?? 'UTC'
  const timeOf = (value: GoValue): Time => {
    if (value instanceof Time) return value
    return new Time(value instanceof GoInt ? Number(value.value) * 1000 : ports.now(), local)
  }
  const inZone = (layout: GoValue, value: GoValue, zone: string): string =>
    new Time(timeOf(value).milliseconds, zone === 'Local' ? local : isZone(zone) && zone !== '' ? zone : 'UTC').format(layout as string)
  const needsTime = (value: GoValue): Time => {
    if (value instanceof Time) return value
    throw new FunctionError('wrong type for value; expected time.Time')
  }
  const modified = (text: GoValue, value: GoValue, isStrict: boolean): GoValue => {
    const time = needsTime(value)
    try {
      return new Time(time.milliseconds + Number(parseDuration(text as string)) / 1e6, time.zone)
    } catch (error) {
      if (isStrict) throw error
      return time
    }
  }
  const modify = fn('string any', ([text, value]) => modified(text, value, false))
  const mustModify = fn('string any', ([text, value]) => modified(text, value, true))
  const dateInZone = fn('string any string', ([layout, value, zone]) => inZone(layout, value, zone as string))
  const sinceNanoseconds = (time: Time): bigint => BigInt(Math.round((ports.now() - time.milliseconds) * 1e6))
  return {
    now: fn('', () => new Time(ports.now(), local)),
    ago: fn('any', ([value]) => {
      const since = sinceNanoseconds(timeOf(value))
      const second = 1_000_000_000n
      return durationText(((since + (since < 0n ? -second : second) / 2n) / second) * second)
    }),
    date: fn('string any', ([layout, value]) => inZone(layout, value, 'Local')),
    dateInZone,
    date_in_zone: dateInZone,
    dateModify: modify,
    date_modify: modify,
    mustDateModify: mustModify,
    must_date_modify: mustModify,
    duration: fn('any', ([value]) => {
      if (typeof value === 'string') return durationText(/^[+-]?[0-9]+$/.test(value) ? BigInt(value) * 1_000_000_000n : 0n)
      return durationText(value instanceof GoInt && value.kind === 'int64' ? value.value * 1_000_000_000n : 0n)
    }),
    durationRound: fn('any', ([value]) => {
      if (value instanceof Time) return roundedDuration(sinceNanoseconds(value))
      if (value instanceof GoInt) return roundedDuration(value.kind === 'int64' ? value.value : 0n)
      try {
        return roundedDuration(typeof value === 'string' ? parseDuration(value) : 0n)
      } catch {
        return '0s'
      }
    }),
    htmlDate: fn('any', ([value]) => inZone('2006-01-02', value, 'Local')),
    htmlDateInZone: fn('any string', ([value, zone]) => inZone('2006-01-02', value, zone as string)),
    toDate: fn('string string', ([layout, text]) => {
      try {
        return new Time(parseTime(layout as string, text as string, local), local)
      } catch (error) {
        // Go's zero time.
        if (error instanceof FunctionError) return new Time(-62_135_596_800_000, 'UTC')
        throw error
      }
    }),
    mustToDate: fn('string string', ([layout, text]) => new Time(parseTime(layout as string, text as string, local), local)),
    unixEpoch: fn('any', ([value]) => String(Math.floor(needsTime(value).milliseconds / 1000))),
  }
}
