// Strategic merge as Kustomize does it, which is not quite as the API server does. Follows kustomize v5.7 `kyaml/yaml/merge2` and `kyaml/yaml/walk`.
import { KustomizeError } from './errors.ts'
import type { MergeSchema } from './merge-schema.ts'
import { isMissing, keepMissing } from './missing-values.ts'
import { copyOf, isMap, memberOf, setMember, textOf } from './resource.ts'
import type { JsonMap } from './resource.ts'
import { overwrite, takePlace } from './shared-scalars.ts'

const directive = '$patch'
type Strategy = 'merge' | 'replace' | 'delete'

/**
 * The target with the patch merged into it; undefined when the patch deletes it. Neither is changed.
 * @throws {KustomizeError} where maps, lists and scalars meet, and for unknown directives
 */
export function mergePatch(target: JsonMap, patch: JsonMap, schema: MergeSchema | undefined): JsonMap | undefined {
  const merged = merge(target, patch, schema, '')
  return isMap(merged) ? merged : undefined
}

/** `undefined` stands for what is not there, on both sides and in the answer. */
function merge(target: unknown, patch: unknown, schema: MergeSchema | undefined, path: string): unknown {
  if (patch === undefined) return cleaned(target, schema, path)
  if (patch === null) return undefined
  const base = target ?? undefined
  if (base !== undefined && kindOf(base) !== kindOf(patch))
    throw new KustomizeError(`wrong node kind: expected ${kindOf(base)} but got ${kindOf(patch)}: ${path === '' ? 'the whole object' : path.slice(1)}`)
  if (isMap(patch)) return mergeMaps(base as JsonMap | undefined, patch, schema, path)
  return Array.isArray(patch) ? mergeLists(base as readonly unknown[] | undefined, patch, schema, path) : patch
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'SequenceNode' : isMap(value) ? 'MappingNode' : 'ScalarNode'
}

/** What a patch does not name stays, but merging lists lose elements with equal keys. */
function cleaned(target: unknown, schema: MergeSchema | undefined, path: string): unknown {
  if (Array.isArray(target)) return schema?.mergeKeys === undefined || schema.mergeKeys.length === 0 ? inPlace(target) : mergeLists(target, [], schema, path)
  if (!isMap(target)) return target
  const copy: JsonMap = {}
  for (const name of Object.keys(target)) if (!isMissing(target, name)) setMember(copy, name, cleaned(target[name], schema?.field(name), path))
  takePlace(copy, target)
  return copy
}

/** A copy that takes the place of what it is of. */
function inPlace(target: unknown): unknown {
  if (Array.isArray(target)) return target.map(inPlace)
  if (!isMap(target)) return target
  const copy: JsonMap = {}
  for (const name of Object.keys(target)) setMember(copy, name, inPlace(target[name]))
  keepMissing(copy, target)
  takePlace(copy, target)
  return copy
}

function strategyOf(map: JsonMap): Strategy {
  const value = memberOf(map, directive)
  if (value === undefined) return 'merge'
  if (value === 'delete' || value === 'replace' || value === 'merge') return value
  throw new KustomizeError(`unknown patch strategy '${textOf(value)}'`)
}

function mergeMaps(target: JsonMap | undefined, patch: JsonMap, schema: MergeSchema | undefined, path: string): JsonMap | undefined {
  const strategy = strategyOf(patch)
  if (strategy === 'delete') return undefined
  const base = strategy === 'replace' ? undefined : target
  const merged: JsonMap = {}
  const names = new Set([...Object.keys(base ?? {}), ...Object.keys(patch)])
  names.delete(directive)
  if (base !== undefined && Object.hasOwn(base, directive)) names.add(directive)
  for (const name of [...names].sort()) {
    if (base !== undefined && isMissing(base, name) && !Object.hasOwn(patch, name)) continue
    const value = merge(
      base === undefined ? undefined : memberOf(base, name),
      name === directive ? undefined : memberOf(patch, name),
      schema?.field(name),
      `${path}.${name}`,
    )
    if (value !== undefined) setMember(merged, name, value)
  }
  if (base === undefined) return merged
  takePlace(merged, base)
  for (const [name, value] of Object.entries(merged)) if (Object.hasOwn(patch, name) && typeof value !== 'object') overwrite(merged, name, value)
  return merged
}

function mergeLists(target: readonly unknown[] | undefined, patch: readonly unknown[], schema: MergeSchema | undefined, path: string): unknown[] | undefined {
  const keys = schema?.mergeKeys
  if (keys === undefined) return copyOf(patch) as unknown[]
  // A directive as an element of its own counts for the list.
  const own = patch.find((item) => isMap(item) && Object.hasOwn(item, directive) && Object.keys(item).length === 1)
  const strategy = isMap(own) ? strategyOf(own) : 'merge'
  if (strategy === 'delete') return undefined
  const rest = own === undefined ? patch : patch.filter((item) => !(isMap(item) && Object.keys(item).length === 1 && item[directive] === strategy))
  const base = strategy === 'replace' ? [] : (target ?? [])
  const [key] = keys
  if (key === undefined) return mergeScalars(base, rest)
  return keys.length === 1 ? mergeByKey(base, rest, key, schema?.elements(), path) : mergeByKeys(base, rest, keys, schema?.elements(), path)
}

/** Elements of the patch come first. */
function mergeScalars(target: readonly unknown[], patch: readonly unknown[]): unknown[] {
  const seen = new Map<string, unknown>()
  for (const item of [...patch, ...target]) if (!seen.has(textOf(item))) seen.set(textOf(item), item)
  return [...seen.values()]
}

function tupleOf(item: unknown, keys: readonly string[]): readonly string[] {
  return keys.map((key) => (isMap(item) ? textOf(memberOf(item, key)) : ''))
}

interface Keyed {
  readonly tuple: readonly string[]
  readonly item: unknown
}

/** Elements of the patch in its order, merged with those of the target that have their key, then the rest of the target. */
function mergeByKey(target: readonly unknown[], patch: readonly unknown[], key: string, schema: MergeSchema | undefined, path: string): unknown[] {
  const keys = [key]
  const wanted = distinct(patch.map((item) => ({ tuple: tupleOf(item, keys), item })))
  // Lists may be long: elements are found by their key, not by looking at all.
  const places = new Map(wanted.map(({ tuple: [value = ''] }, at) => [value, at]))
  const merged: unknown[] = wanted.map(() => undefined)
  const isMatched = wanted.map(() => false)
  const rest: unknown[] = []
  for (const item of target) {
    const [value = ''] = tupleOf(item, keys)
    const at = value === '' ? undefined : places.get(value)
    const found = at === undefined ? undefined : wanted[at]
    if (at === undefined || found === undefined) {
      rest.push(cleaned(item, schema, path))
      continue
    }
    // Of elements of the target with equal keys the last one counts, and the patch meets the first one only.
    merged[at] = isMatched[at] === true ? cleaned(item, schema, path) : merge(item, found.item, schema, `${path}[${key}=${value}]`)
    isMatched[at] = true
  }
  for (const [at, { item, tuple }] of wanted.entries())
    if (isMatched[at] !== true) merged[at] = withKeys(merge(undefined, item, schema, `${path}[${key}=${tuple[0]}]`), keys, tuple)
  return [...merged, ...lastOfEach(rest, keys)].filter(isPresent)
}

/**
 * The same for lists with several keys, whose elements may lack some: tuples that differ only in what one lacks are taken for one.
 * What Kustomize does here follows from the order of its steps, so the steps are the same.
 */
function mergeByKeys(target: readonly unknown[], patch: readonly unknown[], keys: readonly string[], schema: MergeSchema | undefined, path: string): unknown[] {
  if (target.length + patch.length > maxKeyed)
    throw new KustomizeError(`${path.slice(1)}: more than ${maxKeyed} elements in a list that merges by several keys`, 'KUSTOMIZE_LIMIT')
  const seen = new Set<string>()
  const tuples = [...patch, ...target].map((item) => tupleOf(item, keys)).filter((tuple) => !seen.has(tuple.join('\0')) && seen.add(tuple.join('\0')))
  for (const [i, first] of tuples.entries())
    for (const [j, second] of tuples.entries()) {
      const joined = agreed(tuples[i] ?? first, second)
      if (joined !== undefined) tuples[i] = tuples[j] = joined
    }
  const base = [...target]
  const added: unknown[] = []
  let validKeys = keys
  for (const tuple of tuples) {
    validKeys = keys.filter((_key, at) => tuples.some((other) => other[at] !== ''))
    if (validKeys.length === 0) validKeys = keys
    const values = tuple.filter((value, at) => value !== '' || validKeys.includes(keys[at] ?? ''))
    const place = findByKeys(base, validKeys, values)
    const value = merge(base[place], patch[findByKeys(patch, validKeys, values)], schema, `${path}[${keys[0]}=${values[0]}]`)
    if (!isPresent(value)) {
      setByKeys(base, validKeys, values, undefined)
      continue
    }
    const whole = withKeys(value, validKeys, values)
    if (place >= 0) base[place] = whole
    setByKeys(added, validKeys, values, whole)
  }
  for (const item of base) {
    const values: string[] = []
    for (const key of validKeys) {
      const value = isMap(item) ? memberOf(item, key) : undefined
      if (value === undefined || value === null) added.push(item)
      else values.push(textOf(value))
    }
    if (validKeys.length > 1) setByKeys(added, validKeys, values, undefined)
    setByKeys(added, validKeys, values, item)
  }
  return added.filter(isPresent)
}

const maxKeyed = 2000

/** Equal but for parts that one side lacks, with one part in common: both joined; otherwise undefined. */
function agreed(a: readonly string[], b: readonly string[]): readonly string[] | undefined {
  let isCommon = false
  for (const [at, part] of a.entries()) {
    if (part === b[at]) isCommon = true
    else if (part !== '' && b[at] !== '') return undefined
  }
  return isCommon ? a.map((part, at) => part || (b[at] ?? '')) : undefined
}

/** Whether an element has these values; a value that is empty is not looked at, and a key without a value counts for the one before. */
function hasKeys(item: unknown, keys: readonly string[], values: readonly string[]): boolean {
  return isMap(item) && keys.every((key, at) => at >= values.length || holds(item, key, values[at] ?? ''))
}

function holds(item: JsonMap, key: string, value: string): boolean {
  const own = memberOf(item, key)
  return own !== undefined && (value === '' || textOf(own) === value)
}

function findByKeys(list: readonly unknown[], keys: readonly string[], values: readonly string[]): number {
  const named = keys.filter((_key, at) => values[at] !== '')
  return named.length === 0
    ? -1
    : list.findIndex((item) =>
        hasKeys(
          item,
          named,
          values.filter((value) => value !== ''),
        ),
      )
}

/** Every element with these values replaced, or the new one behind all; without a new one they are removed. */
function setByKeys(list: unknown[], keys: readonly string[], values: readonly string[], item: unknown): void {
  if (values.length === 0) return void list.splice(0, list.length, ...(item === undefined ? [] : [item]))
  let isFound = false
  const kept = list.flatMap((old) => {
    if (!hasKeys(old, keys, values)) return [old]
    isFound = true
    return item === undefined ? [] : [item]
  })
  list.splice(0, list.length, ...kept, ...(isFound || item === undefined ? [] : [item]))
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null && !(isMap(value) && Object.keys(value).length === 0)
}

/** The first of each; elements without keys are all kept. */
function distinct(elements: readonly Keyed[]): readonly Keyed[] {
  const seen = new Set<string>()
  return elements.filter(({ tuple }) => {
    const key = tuple.join('\0')
    if (tuple.every((part) => part === '')) return true
    return seen.has(key) ? false : seen.add(key)
  })
}

/** Elements with equal keys become one: the last, at the place of the first. */
function lastOfEach(list: readonly unknown[], keys: readonly string[]): readonly unknown[] {
  const places = new Map<string, number>()
  const out: unknown[] = []
  for (const item of list) {
    const [key = ''] = tupleOf(item, keys)
    const at = key === '' ? undefined : places.get(key)
    if (at !== undefined) {
      out[at] = item
      continue
    }
    places.set(key, out.length)
    out.push(item)
  }
  return out
}

function withKeys(value: unknown, keys: readonly string[], tuple: readonly string[]): unknown {
  if (!isMap(value) || Object.keys(value).length === 0) return value
  for (const [at, key] of keys.entries()) if (!Object.hasOwn(value, key) && tuple[at] !== '') setMember(value, key, tuple[at])
  return value
}
