// `fromToml`, as BurntSushi's decoder gives it: integers of 64 bits, and times with or without a zone.
import { fixedZone, FunctionError, goInt, GoTime, isMap, setMember, typed, utcZone } from '@plumbline/gotemplate'
import type { GoMap, GoValue, TimeZone } from '@plumbline/gotemplate'
import { parse, TomlDate } from 'smol-toml'

const maxDepth = 1000

/** The map of a text. @throws {Error} */
export function readToml(text: string): GoMap {
  return valueOf(parse(text, { integersAsBigInt: true }), 0) as GoMap
}

function valueOf(value: unknown, depth: number): GoValue {
  if (depth > maxDepth) throw new FunctionError('toml: nested too deeply')
  if (typeof value === 'bigint') return goInt(value, 'int64')
  if (value instanceof TomlDate) return timeOf(value)
  if (Array.isArray(value)) {
    const list = value.map((item) => valueOf(item, depth + 1))
    return list.length > 0 && list.every(isMap) ? typed(list, '[]map[string]interface {}') : list
  }
  if (!isMap(value)) return value
  const map: GoMap = {}
  for (const key of Object.keys(value)) setMember(map, key, valueOf(value[key], depth + 1))
  return map
}

/** A time without a zone is shown in one whose name says so. */
function timeOf(date: TomlDate): GoTime {
  return new GoTime(BigInt(date.getTime()) * 1_000_000n, zoneOf(date))
}

function zoneOf(date: TomlDate): TimeZone {
  if (date.isDate()) return fixedZone('date-local', 0)
  if (date.isTime()) return fixedZone('time-local', 0)
  if (date.isLocal()) return fixedZone('datetime-local', 0)
  const offset = /([+-])(\d\d):(\d\d)$/.exec(date.toISOString())
  if (offset === null) return utcZone
  return fixedZone('', (offset[1] === '-' ? -1 : 1) * (Number(offset[2]) * 3600 + Number(offset[3]) * 60))
}
