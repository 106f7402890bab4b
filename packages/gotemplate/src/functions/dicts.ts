// Sprig's dictionaries, and merging as `mergo` does it.
import { FunctionError } from '../errors.ts'
import { fn } from '../functions.ts'
import type { FunctionMap } from '../functions.ts'
import { isList, isMap, isNil, isNilMap, isTrue, memberOf, nilMap, sameType, setMember, sortedKeys, typed, typeName } from '../values.ts'
import type { GoMap, GoValue } from '../values.ts'
import { strval } from './conversions.ts'

const maxDepth = 1000
const mapType = 'map[string]interface {}'

const map = (value: GoValue): GoMap => (isMap(value) ? value : {})

/** Where a map is written to, nil will not do. */
function writable(value: GoValue): GoMap {
  if (!isMap(value) || isNilMap(value)) throw new FunctionError('assignment to entry in nil map')
  return value
}

export function deepCopy(value: GoValue, depth = 0): GoValue {
  if (depth > maxDepth) throw new FunctionError('deepCopy: nested too deeply')
  if (isList(value))
    return sameType(
      value,
      value.map((item) => deepCopy(item, depth + 1)),
    )
  if (!isMap(value)) return value
  const copy: GoMap = {}
  for (const key of Object.keys(value)) setMember(copy, key, deepCopy(value[key], depth + 1))
  return sameType(value, copy)
}

/** Fill in what the destination lacks or has empty; with `isOverwriting` take over whatever the source has. */
function merge(destination: GoMap, source: GoMap, isOverwriting: boolean, depth = 0): GoMap {
  if (depth > maxDepth) throw new FunctionError('merge: nested too deeply')
  for (const key of Object.keys(source)) {
    const [old, next] = [memberOf(destination, key), source[key]]
    if (isMap(old) && isMap(next)) {
      merge(old, next, isOverwriting, depth + 1)
      continue
    }
    if (isNil(next)) {
      if (isOverwriting) setMember(destination, key, null)
      continue
    }
    if (isOverwriting || !isTrue(old)) setMember(destination, key, next)
  }
  return destination
}

function merged(args: readonly GoValue[], isOverwriting: boolean): GoValue {
  const [destination, ...sources] = args
  const target = isMap(destination) ? destination : {}
  for (const source of sources) merge(target, map(source), isOverwriting)
  return target
}

function dig(args: readonly GoValue[]): GoValue {
  if (args.length < 3) throw new FunctionError('dig needs at least three arguments')
  const [fallback, last] = args.slice(-2)
  const conversion = (value: GoValue, type: string): FunctionError =>
    new FunctionError(`interface conversion: interface {} is ${isNil(value) ? 'nil' : typeName(value)}, not ${type}`)
  const mapOf = (value: GoValue): GoMap => {
    // What carries a name of its own here may be known in Go by its plain type, having been through a function.
    if (isMap(value) && !typeName(value).endsWith(']string')) return value
    throw conversion(value, mapType)
  }
  let current = mapOf(last)
  const keys = args.slice(0, -2).map((key) => {
    if (typeof key === 'string') return key
    throw conversion(key, 'string')
  })
  for (const key of keys.slice(0, -1)) {
    if (!Object.hasOwn(current, key)) return fallback
    current = mapOf(current[key])
  }
  const key = keys.at(-1) ?? ''
  return Object.hasOwn(current, key) ? current[key] : fallback
}

const mergeFunction = (isOverwriting: boolean): FunctionMap[string] => fn('map map...', (args) => merged(args, isOverwriting))

const copyFunction = fn('any', ([value]) => {
  if (isNil(value)) throw new FunctionError('reflect: call of reflect.Value.Type on zero Value')
  return deepCopy(value)
})

export const dictFunctions: FunctionMap = {
  dict: fn('any...', (args) => {
    const result: GoMap = {}
    for (let index = 0; index < args.length; index += 2) setMember(result, strval(args[index]), index + 1 < args.length ? args[index + 1] : '')
    return result
  }),
  get: fn('map string', ([dict, key]) => (Object.hasOwn(map(dict), key as string) ? map(dict)[key as string] : '')),
  set: fn('map string any', ([dict, key, value]) => {
    setMember(writable(dict), key as string, value)
    return dict
  }),
  unset: fn('map string', ([dict, key]) => {
    const target = isNil(dict) ? nilMap() : map(dict)
    delete target[key as string]
    return target
  }),
  hasKey: fn('map string', ([dict, key]) => Object.hasOwn(map(dict), key as string)),
  pluck: fn('string map...', ([key, ...dicts]) => dicts.filter((dict) => Object.hasOwn(map(dict), key as string)).map((dict) => map(dict)[key as string])),
  // Go has no order here; ours is the sorted one, so that nothing changes from run to run.
  keys: fn('map...', (dicts) =>
    typed(
      dicts.flatMap((dict) => sortedKeys(map(dict))),
      '[]string',
    ),
  ),
  values: fn('map', ([dict]) => sortedKeys(map(dict)).map((key) => map(dict)[key])),
  pick: fn('map string...', ([dict, ...keys]) => {
    const result: GoMap = {}
    for (const key of keys as string[]) if (Object.hasOwn(map(dict), key)) setMember(result, key, map(dict)[key])
    return result
  }),
  omit: fn('map string...', ([dict, ...keys]) => {
    const left = new Set(keys)
    const result: GoMap = {}
    for (const key of Object.keys(map(dict))) if (!left.has(key)) setMember(result, key, map(dict)[key])
    return result
  }),
  merge: mergeFunction(false),
  mustMerge: mergeFunction(false),
  mergeOverwrite: mergeFunction(true),
  mustMergeOverwrite: mergeFunction(true),
  deepCopy: copyFunction,
  mustDeepCopy: copyFunction,
  dig: fn('any...', (args) => dig(args)),
}
