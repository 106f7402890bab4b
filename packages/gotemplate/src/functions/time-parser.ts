// Times read by a layout. Rules and messages follow go `time/format.go`.
import { FunctionError } from '../errors.ts'
import { timeQuoted } from './durations.ts'
import { daysIn, isFraction, isLeap, isOffset, layoutChunks, months, weekDays } from './time-layouts.ts'
import { secondsOf, Time } from './time-value.ts'
import { fixedZone, utc } from './time-zones.ts'
import type { TimeZone } from './time-zones.ts'

/** What has been read so far. */
interface Found {
  year: number
  month: number | undefined
  day: number | undefined
  yearDay: number | undefined
  hour: number
  minute: number
  second: number
  nanosecond: number
  half: 'am' | 'pm' | undefined
  isUtc: boolean
  offset: number | undefined
  zoneName: string
}

/** The text does not fit an element; Go then shows the text as it was before it. */
class Mismatch extends Error {}

class Reader {
  rest: string
  constructor(text: string) {
    this.rest = text
  }
  isDigit(index: number): boolean {
    return /^[0-9]$/.test(this.rest.charAt(index))
  }
  take(count: number): string {
    if (this.rest.length < count) throw new Mismatch()
    const taken = this.rest.slice(0, count)
    this.rest = this.rest.slice(count)
    return taken
  }
  /** One or two digits; exactly two when `isFixed`. */
  number(isFixed: boolean): number {
    if (!this.isDigit(0)) throw new Mismatch()
    if (this.isDigit(1)) return Number(this.take(2))
    if (isFixed) throw new Mismatch()
    return Number(this.take(1))
  }
  name(names: readonly string[], length?: number): number {
    const index = names.findIndex((name) => this.rest.slice(0, length ?? name.length).toLowerCase() === name.slice(0, length).toLowerCase())
    if (index < 0) throw new Mismatch()
    this.take(length ?? names[index]?.length ?? 0)
    return index
  }
  /** Text of a layout; a blank in it stands for any number of them. False when something else stands here. */
  skip(prefix: string): boolean {
    let expected = prefix
    while (expected !== '') {
      if (expected.startsWith(' ')) {
        if (this.rest !== '' && !this.rest.startsWith(' ')) return false
        expected = expected.replace(/^ +/, '')
        this.rest = this.rest.replace(/^ +/, '')
        continue
      }
      if (this.rest.charAt(0) !== expected.charAt(0)) return false
      expected = expected.slice(1)
      this.rest = this.rest.slice(1)
    }
    return true
  }
}

/** The time of a text. @throws {FunctionError} in the words of Go */
export function parseTime(layout: string, text: string, local: TimeZone): Time {
  const found: Found = {
    year: 0,
    month: undefined,
    day: undefined,
    yearDay: undefined,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    half: undefined,
    isUtc: false,
    offset: undefined,
    zoneName: '',
  }
  const reader = new Reader(text)
  const refuse = (why: string): never => {
    throw new FunctionError(`parsing time ${timeQuoted(text)}${why}`)
  }
  const mismatch = (rest: string, element: string): never => refuse(` as ${timeQuoted(layout)}: cannot parse ${timeQuoted(rest)} as ${timeQuoted(element)}`)
  const chunks = layoutChunks(layout)
  for (const [index, { prefix, element }] of chunks.entries()) {
    if (!reader.skip(prefix)) return mismatch(reader.rest, prefix)
    if (element === '') break
    const before = reader.rest
    let outside: string | undefined
    try {
      outside = readElement(element, reader, found, chunks[index + 1])
    } catch (error) {
      if (error instanceof Mismatch) return mismatch(before, element)
      throw error
    }
    if (outside !== undefined) return refuse(`: ${outside} out of range`)
  }
  if (reader.rest !== '') return refuse(`: extra text: ${timeQuoted(reader.rest)}`)
  if (found.half === 'pm' && found.hour < 12) found.hour += 12
  else if (found.half === 'am' && found.hour === 12) found.hour = 0
  const wrong = settleDay(found)
  if (wrong !== undefined) return refuse(`: ${wrong}`)
  return timeOf(found, local)
}

/** @returns the unit that is out of range, if one is */
function readElement(
  element: string,
  reader: Reader,
  found: Found,
  next: { readonly prefix: string; readonly element: string } | undefined,
): string | undefined {
  const outside = (name: string, value: number, low: number, high: number): string | undefined => (value < low || value > high ? name : undefined)
  switch (element) {
    case '06': {
      const text = reader.take(2)
      if (!/^[0-9+-][0-9]$/.test(text)) throw new Mismatch()
      found.year = Number(text) + (Number(text) >= 69 ? 1900 : 2000)
      return undefined
    }
    case '2006': {
      if (!/^[0-9]{4}/.test(reader.rest)) throw new Mismatch()
      found.year = Number(reader.take(4))
      return undefined
    }
    case 'January':
      found.month = reader.name(months) + 1
      return undefined
    case 'Jan':
      found.month = reader.name(months, 3) + 1
      return undefined
    case '01':
    case '1':
      found.month = reader.number(element === '01')
      return outside('month', found.month, 1, 12)
    case 'Monday':
      reader.name(weekDays)
      return undefined
    case 'Mon':
      reader.name(weekDays, 3)
      return undefined
    case '02':
    case '_2':
    case '2':
      if (element === '_2' && reader.rest.startsWith(' ')) reader.take(1)
      found.day = reader.number(element === '02')
      return undefined
    case '002':
    case '__2': {
      for (let blanks = 0; blanks < 2 && element === '__2' && reader.rest.startsWith(' '); blanks++) reader.take(1)
      const digits = /^[0-9]{1,3}/.exec(reader.rest)?.[0] ?? ''
      if (digits === '' || (element === '002' && digits.length !== 3)) throw new Mismatch()
      found.yearDay = Number(reader.take(digits.length))
      return undefined
    }
    case '15':
      found.hour = reader.number(false)
      return outside('hour', found.hour, 0, 23)
    case '03':
    case '3':
      found.hour = reader.number(element === '03')
      return outside('hour', found.hour, 0, 12)
    case '04':
    case '4':
      found.minute = reader.number(element === '04')
      return outside('minute', found.minute, 0, 59)
    case '05':
    case '5': {
      found.second = reader.number(element === '05')
      if (found.second > 59) return 'second'
      // Parts of a second may follow although the layout has none.
      const fraction = /^[.,][0-9]+/.exec(reader.rest)?.[0]
      if (fraction !== undefined && !(next?.prefix === '' && isFraction(next.element))) found.nanosecond = nanosecondsOf(reader.take(fraction.length))
      return undefined
    }
    case 'PM':
    case 'pm': {
      const half = reader.take(2)
      if (half !== element && half !== (element === 'PM' ? 'AM' : 'am')) throw new Mismatch()
      found.half = half.toLowerCase() === 'pm' ? 'pm' : 'am'
      return undefined
    }
    case 'MST':
      readZoneName(reader, found)
      return undefined
    default:
      if (isOffset(element)) return readOffset(element, reader, found)
      readFraction(element, reader, found)
      return undefined
  }
}

function nanosecondsOf(text: string): number {
  if (!/^[.,][0-9]+$/.test(text)) throw new Mismatch()
  return Number(text.slice(1, 10).padEnd(9, '0'))
}

function readFraction(element: string, reader: Reader, found: Found): void {
  if (element.charAt(1) === '0') found.nanosecond = nanosecondsOf(reader.take(element.length))
  else {
    const fraction = /^[.,][0-9]+/.exec(reader.rest)?.[0]
    if (fraction !== undefined) found.nanosecond = nanosecondsOf(reader.take(fraction.length))
  }
}

function readOffset(element: string, reader: Reader, found: Found): string | undefined {
  if (['Z0700', 'Z07', 'Z07:00'].includes(element) && reader.rest.startsWith('Z')) {
    reader.take(1)
    found.isUtc = true
    return undefined
  }
  const pattern = element.slice(1).replace(/\d\d/g, '..').replaceAll('.', '[^]')
  const match = new RegExp(`^[^]${pattern}`).exec(reader.rest)?.[0]
  if (match === undefined) throw new Mismatch()
  const parts = match.slice(1).replaceAll(':', '').match(/../gs) ?? []
  if (parts.some((part) => !/^[0-9]{2}$/.test(part)) || !/^[+-]/.test(match)) throw new Mismatch()
  reader.take(match.length)
  const [hours = 0, minutes = 0, seconds = 0] = parts.map(Number)
  found.offset = (match.startsWith('-') ? -1 : 1) * ((hours * 60 + minutes) * 60 + seconds)
  if (hours > 24) return 'time zone offset hour'
  if (minutes > 60) return 'time zone offset minute'
  return seconds > 60 ? 'time zone offset second' : undefined
}

function readZoneName(reader: Reader, found: Found): void {
  const { rest } = reader
  if (rest.startsWith('UTC')) {
    reader.take(3)
    found.isUtc = true
    return
  }
  const offset = /^[+-][0-9]+/
  const signed = (text: string): number => {
    const match = offset.exec(text)?.[0]
    return match === undefined || Math.abs(Number(match)) > 23 ? 0 : match.length
  }
  let length = 0
  if (rest.length >= 3) {
    const capitals = /^[A-Z]{0,6}/.exec(rest)?.[0].length ?? 0
    if (/^(?:ChST|MeST)/.test(rest)) length = 4
    else if (rest.startsWith('GMT')) length = 3 + signed(rest.slice(3))
    else if (/^[+-]/.test(rest)) length = signed(rest)
    else if (capitals === 3 || (capitals === 4 && (rest.charAt(3) === 'T' || rest.startsWith('WITA'))) || (capitals === 5 && rest.charAt(4) === 'T'))
      length = capitals
  }
  if (length === 0) throw new Mismatch()
  found.zoneName = reader.take(length)
}

/** Month and day, be it from the day of the year. @returns what is wrong with them */
function settleDay(found: Found): string | undefined {
  if (found.yearDay !== undefined) {
    if (found.yearDay < 1 || found.yearDay > (isLeap(found.year) ? 366 : 365)) return 'day-of-year out of range'
    let [month, day] = [1, found.yearDay]
    while (day > daysIn(month, found.year)) day -= daysIn(month++, found.year)
    if (found.month !== undefined && found.month !== month) return 'day-of-year does not match month'
    if (found.day !== undefined && found.day !== day) return 'day-of-year does not match day'
    found.month = month
    found.day = day
  }
  found.month ??= 1
  found.day ??= 1
  return found.day < 1 || found.day > daysIn(found.month, found.year) ? 'day out of range' : undefined
}

function timeOf(found: Found, local: TimeZone): Time {
  const shown = secondsOf(found.year, found.month ?? 1, found.day ?? 1, found.hour, found.minute, found.second)
  const make = (seconds: number, zone: TimeZone): Time => new Time(BigInt(seconds) * 1_000_000_000n + BigInt(found.nanosecond), zone)
  if (found.isUtc) return make(shown, utc)
  if (found.offset !== undefined) {
    const seconds = shown - found.offset
    const { offset, name } = local.at(seconds)
    const isLocal = offset === found.offset && (found.zoneName === '' || name === found.zoneName)
    return make(seconds, isLocal ? local : fixedZone(found.zoneName, found.offset))
  }
  if (found.zoneName !== '') {
    const { offset, name } = local.at(shown)
    if (name === found.zoneName) return make(shown - offset, local)
    // Nobody knows what the name means; of GMT the hours are known, but they only show.
    const hours = /^GMT([+-][0-9]+)$/.exec(found.zoneName)?.[1]
    return make(hours === undefined ? shown : shown - Number(hours) * 3600, fixedZone(found.zoneName, hours === undefined ? 0 : Number(hours) * 3600))
  }
  // The zone's offset at about that time; once more where the guess crossed a change of it.
  const guess = shown - local.at(shown).offset
  return make(shown - local.at(guess).offset, local)
}
