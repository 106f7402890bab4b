// Strategic merge as Kustomize does it, which is not quite as the API server does. Follows kustomize v5.7 `kyaml/yaml/merge2` and `kyaml/yaml/walk`.
import { KustomizeError } from './errors.ts'
import type { MergeSchema } from './merge-schema.ts'
import { copyOf, isMap, memberOf, setMember, textOf } from './resource.ts'
import type { JsonMap } from './resource.ts'

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
  if (schema === undefined) return copyOf(target)
  if (Array.isArray(target)) return schema.mergeKeys === undefined || schema.mergeKeys.length === 0 ? copyOf(target) : mergeLists(target, [], schema, path)
  if (!isMap(target)) return target
  const copy: JsonMap = {}
  for (const name of Object.keys(target)) setMember(copy, name, cleaned(target[name], schema.field(name), path))
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
    const value = merge(
      base === undefined ? undefined : memberOf(base, name),
      name === directive ? undefined : memberOf(patch, name),
      schema?.field(name),
      `${path}.${name}`,
    )
    if (value !== undefined) setMember(merged, name, value)
  }
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
  return keys.length === 0 ? mergeScalars(base, rest) : mergeByKeys(base, rest, keys, schema?.elements(), path)
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

/** Equal but for parts that one side lacks, with one part in common. */
function agree(a: readonly string[], b: readonly string[]): boolean {
  let isCommon = false
  for (const [at, part] of a.entries()) {
    if (part === b[at]) isCommon ||= part !== ''
    else if (part !== '' && b[at] !== '') return false
  }
  return isCommon
}

interface Keyed {
  readonly tuple: readonly string[]
  readonly item: unknown
}

/**
 * Elements of the patch in its order, merged with those of the target that have their keys, then the rest of the target.
 * With several keys those of the target stay in their order, behind what the patch adds.
 */
function mergeByKeys(target: readonly unknown[], patch: readonly unknown[], keys: readonly string[], schema: MergeSchema | undefined, path: string): unknown[] {
  const wanted = distinct(patch.map((item) => ({ tuple: tupleOf(item, keys), item })))
  // Lists may be long: elements are found by their first key, not by looking at all.
  const byFirst = new Map<string, (readonly [number, Keyed])[]>()
  for (const [at, element] of wanted.entries()) byFirst.set(element.tuple[0] ?? '', [...(byFirst.get(element.tuple[0] ?? '') ?? []), [at, element]])
  const merged: unknown[] = wanted.map(() => undefined)
  const isMatched = wanted.map(() => false)
  const rest: unknown[] = []
  for (const item of target) {
    const tuple = tupleOf(item, keys)
    const near = tuple.every((part) => part === '') ? [] : (byFirst.get(tuple[0] ?? '') ?? [])
    const [at, found] = near.find(([, other]) => other.tuple.join('\0') === tuple.join('\0')) ??
      near.find(([, other]) => agree(other.tuple, tuple)) ?? [-1, undefined]
    if (found === undefined) {
      rest.push(cleaned(item, schema, path))
      continue
    }
    // Of elements of the target with equal keys the last one counts, and the patch meets the first one only.
    const value = isMatched[at] === true ? cleaned(item, schema, path) : merge(item, found.item, schema, `${path}[${keys[0]}=${tuple[0]}]`)
    isMatched[at] = true
    if (keys.length > 1) rest.push(withKeys(value, keys, found.tuple))
    else merged[at] = value
  }
  for (const [at, { item, tuple }] of wanted.entries())
    if (isMatched[at] !== true) merged[at] = withKeys(merge(undefined, item, schema, `${path}[${keys[0]}=${tuple[0]}]`), keys, tuple)
  return [...merged, ...(keys.length > 1 ? rest : lastOfEach(rest, keys))].filter(isPresent)
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
