// `time.Time`: a point in time, shown in a zone.
import { FunctionError } from '../errors.ts'
import { goInt } from '../numbers.ts'
import { HostObject } from '../values.ts'
import type { GoMethod, GoValue } from '../values.ts'
import { isFraction, layoutChunks, months, weekDays } from './time-layouts.ts'
import { utc } from './time-zones.ts'
import type { TimeZone } from './time-zones.ts'

/** What a calendar and a clock show. */
export interface TimeFields {
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly weekDay: number
  /** From 1. */
  readonly yearDay: number
  readonly offset: number
  readonly zoneName: string
}

/** Seconds since the epoch of a date and time in UTC; what is too large goes over into the next unit. */
export function secondsOf(year: number, month: number, day: number, hour = 0, minute = 0, second = 0): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  return date.getTime() / 1000
}

const billion = 1_000_000_000n

export class Time extends HostObject {
  override readonly typeName = 'time.Time'
  /** Nanoseconds since the epoch. */
  readonly nanoseconds: bigint
  readonly zone: TimeZone
  constructor(nanoseconds: bigint, zone: TimeZone) {
    super()
    this.nanoseconds = nanoseconds
    this.zone = zone
  }

  /** Whole seconds since the epoch. */
  get seconds(): number {
    const whole = this.nanoseconds / billion
    return Number(this.nanoseconds % billion < 0n ? whole - 1n : whole)
  }

  get fraction(): number {
    return Number(((this.nanoseconds % billion) + billion) % billion)
  }

  fields(): TimeFields {
    const { offset, name } = this.zone.at(this.seconds)
    const date = new Date((this.seconds + offset) * 1000)
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]
    return {
      year,
      month,
      day,
      hour: date.getUTCHours(),
      minute: date.getUTCMinutes(),
      second: date.getUTCSeconds(),
      weekDay: date.getUTCDay(),
      yearDay: Math.round((secondsOf(year, month, day) - secondsOf(year, 1, 1)) / 86_400) + 1,
      offset,
      zoneName: name,
    }
  }

  override text(): string {
    return this.format('2006-01-02 15:04:05.999999999 -0700 MST')
  }

  /** As JSON has it. @throws {FunctionError} when RFC 3339 cannot hold it */
  override plain(): GoValue {
    const { year } = this.fields()
    if (year < 0 || year > 9999) throw new FunctionError('json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: year outside of range [0,9999]')
    return this.format('2006-01-02T15:04:05.999999999Z07:00')
  }

  format(layout: string): string {
    const fields = this.fields()
    let result = ''
    for (const { prefix, element } of layoutChunks(layout)) result += prefix + (element === '' ? '' : elementText(element, fields, this.fraction))
    return result
  }

  override method(name: string): GoMethod | undefined {
    const none = (call: () => GoValue): GoMethod => ({ min: 0, max: 0, call })
    switch (name) {
      case 'Format':
        return { min: 1, max: 1, parameters: ['string'], call: ([layout]) => this.format(String(layout)) }
      case 'Unix':
        return none(() => goInt(this.seconds, 'int64'))
      case 'UnixNano':
        return none(() => goInt(this.nanoseconds, 'int64'))
      case 'UnixMicro':
        return none(() => goInt((this.nanoseconds - BigInt(this.fraction % 1000)) / 1000n, 'int64'))
      case 'UnixMilli':
        return none(() => goInt((this.nanoseconds - BigInt(this.fraction % 1_000_000)) / 1_000_000n, 'int64'))
      case 'UTC':
        return none(() => new Time(this.nanoseconds, utc))
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
      case 'Nanosecond':
        return none(() => goInt(this.fraction))
      case 'Month':
        return none(() => months[this.fields().month - 1])
      case 'Weekday':
        return none(() => weekDays[this.fields().weekDay])
      case 'YearDay':
        return none(() => goInt(this.fields().yearDay))
      case 'IsZero':
        return none(() => this.nanoseconds === -62_135_596_800n * billion)
      case 'String':
        return none(() => this.text())
      default:
        return undefined
    }
  }
}

const padded = (value: number, width: number, by = '0'): string => `${value < 0 ? '-' : ''}${String(Math.abs(value)).padStart(width, by)}`

function elementText(element: string, time: TimeFields, fraction: number): string {
  const hour12 = time.hour % 12 === 0 ? 12 : time.hour % 12
  switch (element) {
    case 'January':
      return months[time.month - 1] ?? ''
    case 'Jan':
      return (months[time.month - 1] ?? '').slice(0, 3)
    case 'Monday':
      return weekDays[time.weekDay] ?? ''
    case 'Mon':
      return (weekDays[time.weekDay] ?? '').slice(0, 3)
    case 'MST':
      // A zone without a name shows its offset.
      return time.zoneName === '' ? offsetText(time.offset, '-0700') : time.zoneName
    case '2006':
      return padded(time.year, 4)
    case '06':
      return padded(Math.max(0, time.year) % 100, 2)
    case '01':
      return padded(time.month, 2)
    case '1':
      return String(time.month)
    case '02':
      return padded(time.day, 2)
    case '_2':
      return padded(time.day, 2, ' ')
    case '2':
      return String(time.day)
    case '002':
      return padded(time.yearDay, 3)
    case '__2':
      return padded(time.yearDay, 3, ' ')
    case '15':
      return padded(time.hour, 2)
    case '03':
      return padded(hour12, 2)
    case '3':
      return String(hour12)
    case '04':
      return padded(time.minute, 2)
    case '4':
      return String(time.minute)
    case '05':
      return padded(time.second, 2)
    case '5':
      return String(time.second)
    case 'PM':
      return time.hour >= 12 ? 'PM' : 'AM'
    case 'pm':
      return time.hour >= 12 ? 'pm' : 'am'
    default:
      return isFraction(element) ? fractionText(element, fraction) : offsetText(time.offset, element)
  }
}

function fractionText(element: string, fraction: number): string {
  const digits = padded(fraction, 9)
    .padEnd(element.length - 1, '0')
    .slice(0, element.length - 1)
  if (element.charAt(1) === '0') return element.charAt(0) + digits
  const trimmed = digits.replace(/0+$/, '')
  return trimmed === '' ? '' : element.charAt(0) + trimmed
}

function offsetText(offset: number, style: string): string {
  if (style.startsWith('Z') && offset === 0) return 'Z'
  const size = Math.abs(offset)
  const body = style.slice(1)
  const colon = body.includes(':') ? ':' : ''
  const minutes = body === '07' ? '' : `${colon}${padded(Math.floor((size % 3600) / 60), 2)}`
  const seconds = body.replaceAll(':', '').length === 6 ? `${colon}${padded(size % 60, 2)}` : ''
  return `${offset < 0 ? '-' : '+'}${padded(Math.floor(size / 3600), 2)}${minutes}${seconds}`
}
