// Sprig's times and durations.
import { FunctionError } from '../errors.ts'
import { fn } from '../functions.ts'
import type { FunctionMap } from '../functions.ts'
import { GoInt } from '../numbers.ts'
import type { GoValue } from '../values.ts'
import { decimalNumber } from './conversions.ts'
import { durationText, parseDuration, roundedDuration } from './durations.ts'
import type { SprigPorts } from './ports.ts'
import { parseTime } from './time-parser.ts'
import { Time } from './time-value.ts'
import { utc, zoneOf } from './time-zones.ts'

const second = 1_000_000_000n
// Go's zero time, the first of January of the year 1.
const zeroTime = new Time(-62_135_596_800n * second, utc)

const quiet = <T>(call: () => T, otherwise: T): T => {
  try {
    return call()
  } catch (error) {
    if (error instanceof FunctionError) return otherwise
    throw error
  }
}

export function dateFunctions(ports: SprigPorts): FunctionMap {
  const local = zoneOf(ports.timeZone ?? 'UTC') ?? utc
  const now = (): Time => new Time(BigInt(Math.round(ports.now() * 1e3)) * 1000n, local)
  const timeOf = (value: GoValue): Time => {
    if (value instanceof Time) return value
    return value instanceof GoInt && ['int', 'int64', 'int32'].includes(value.kind) ? new Time(value.value * second, local) : now()
  }
  const inZone = (layout: GoValue, value: GoValue, zone: string): string =>
    new Time(timeOf(value).nanoseconds, zone === 'Local' ? local : (zoneOf(zone) ?? utc)).format(layout as string)
  const moved = (text: GoValue, time: GoValue): GoValue => new Time((time as Time).nanoseconds + parseDuration(text as string), (time as Time).zone)
  const modify = fn('string time.Time', ([text, time]) => quiet(() => moved(text, time), time))
  const mustModify = fn('string time.Time', ([text, time]) => moved(text, time))
  const dateInZone = fn('string any string', ([layout, value, zone]) => inZone(layout, value, zone as string))
  const since = (time: Time): bigint => now().nanoseconds - time.nanoseconds
  return {
    now: fn('', now),
    ago: fn('any', ([value]) => {
      const passed = since(timeOf(value))
      return durationText(((passed + (passed < 0n ? -second : second) / 2n) / second) * second)
    }),
    date: fn('string any', ([layout, value]) => inZone(layout, value, 'Local')),
    dateInZone,
    date_in_zone: dateInZone,
    dateModify: modify,
    date_modify: modify,
    mustDateModify: mustModify,
    must_date_modify: mustModify,
    duration: fn('any', ([value]) => {
      if (typeof value === 'string') return durationText(decimalNumber(value) * second)
      return durationText(value instanceof GoInt && value.kind === 'int64' ? value.value * second : 0n)
    }),
    durationRound: fn('any', ([value]) => {
      if (value instanceof Time) return roundedDuration(since(value))
      if (value instanceof GoInt) return roundedDuration(value.kind === 'int64' ? value.value : 0n)
      return roundedDuration(typeof value === 'string' ? quiet(() => parseDuration(value), 0n) : 0n)
    }),
    htmlDate: fn('any', ([value]) => inZone('2006-01-02', value, 'Local')),
    htmlDateInZone: fn('any string', ([value, zone]) => inZone('2006-01-02', value, zone as string)),
    toDate: fn('string string', ([layout, text]) => quiet(() => parseTime(layout as string, text as string, local), zeroTime)),
    mustToDate: fn('string string', ([layout, text]) => parseTime(layout as string, text as string, local)),
    unixEpoch: fn('time.Time', ([time]) => String((time as Time).seconds)),
  }
}
