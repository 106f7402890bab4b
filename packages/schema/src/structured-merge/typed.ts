// Values seen through their schema: which fields they have, how two of them differ, and how one is merged into another.
// Follows structured-merge-diff v6 `typed` (tofieldset.go, compare.go, merge.go, remove.go).
import { SchemaError } from '../errors.ts'
import { itemSchema, memberSchema, untypedSchema } from '../type-schema.ts'
import type { ListSchema, TypeSchema } from '../type-schema.ts'
import { canonicalText, copyMap, goText, isMap, isSame, member, printed, setMember } from '../values.ts'
import { emptySet, fieldSet, formatPath, selfSet, unionSets } from './field-set.ts'
import type { FieldSet } from './field-set.ts'

/** How two values differ. */
export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

const same: Comparison = { added: emptySet, modified: emptySet, removed: emptySet }

type Shape = 'leaf' | 'map' | 'list'

/** How a value is walked: a whole, by members, or by elements. `any` is deduced: maps by members, lists as wholes. */
function shapeOf(schema: TypeSchema, value: unknown): Shape {
  switch (schema.kind) {
    case 'scalar':
      return 'leaf'
    case 'list':
      return schema.listType === 'atomic' ? 'leaf' : 'list'
    case 'object':
    case 'map':
      return schema.isAtomic ? 'leaf' : 'map'
    case 'any':
      return isMap(value) && schema.isAtomic !== true ? 'map' : 'leaf'
  }
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) ? value.length === 0 : isMap(value) && Object.keys(value).length === 0)
}

/** Elements of a list by path element, in order. Equal ones are kept apart in `all`. */
function elementsOf(list: readonly unknown[], schema: ListSchema, path: readonly string[]): { readonly element: string; readonly value: unknown }[] {
  return list.map((value) => ({ element: elementOf(value, schema, path), value }))
}

/** The path element of one list element. @throws {SchemaError} when a key is missing */
function elementOf(value: unknown, schema: ListSchema, path: readonly string[]): string {
  if (schema.listType === 'set') return `v:${canonicalText(value)}`
  if (!isMap(value)) throw new SchemaError('SCHEMA_TYPE', `${formatPath(path)}: element: associative list with keys may not have non-map elements`)
  const defaults = schema.items.kind === 'object' ? schema.items.defaults : {}
  const key: Record<string, unknown> = {}
  for (const name of schema.keys.toSorted()) {
    const found = member(value, name) ?? (Object.hasOwn(defaults, name) ? defaults[name] : undefined)
    if (found !== undefined) setMember(key, name, found)
  }
  if (Object.keys(key).length === 0 && schema.keys.length > 0)
    throw new SchemaError(
      'SCHEMA_FIELD',
      `${formatPath(path)}: element 0: associative list with keys has an element that omits all key fields ${goStrings(schema.keys)} (and doesn't have default values for any key fields)`,
    )
  return `k:${canonicalText(key)}`
}

/** Go's `%q` of a list of texts. */
function goStrings(texts: readonly string[]): string {
  return `[${texts.map((text) => JSON.stringify(text)).join(' ')}]`
}

/** The fields of an applied configuration. */
export function fieldSetOf(value: unknown, schema: TypeSchema, path: readonly string[] = []): FieldSet {
  const shape = shapeOf(schema, value)
  if (shape === 'leaf') return selfSet
  if (shape === 'list') {
    if (!Array.isArray(value)) return emptySet
    const children = new Map<string, FieldSet>()
    for (const { element, value: item } of elementsOf(value, schema as ListSchema, path)) {
      const below = schema.kind === 'list' && schema.listType === 'set' ? emptySet : fieldSetOf(item, itemSchema(schema), [...path, element])
      children.set(element, unionSets(children.get(element) ?? selfSet, below))
    }
    return fieldSet(false, children)
  }
  if (!isMap(value)) return emptySet
  const children = new Map<string, FieldSet>()
  for (const name of Object.keys(value)) {
    const inner = value[name]
    const below = fieldSetOf(inner, memberSchema(schema, name) ?? untypedSchema, [...path, `f:${name}`])
    // Members of maps are fields themselves; members of structures only when nothing lies below them.
    const isOwn = inner === null || (isMap(inner) && Object.keys(inner).length === 0) || !isNamed(schema, name)
    children.set(`f:${name}`, isOwn ? unionSets(below, selfSet) : below)
  }
  return fieldSet(false, children)
}

function isNamed(schema: TypeSchema, name: string): boolean {
  return schema.kind === 'object' && schema.fields.has(name)
}

/** What changed from one value to another; `undefined` is absent, which is not the same as null. */
export function compareTyped(before: unknown, after: unknown, schema: TypeSchema, path: readonly string[] = []): Comparison {
  if (before === after || (before === undefined && after === undefined)) return same
  const shapes: readonly Shape[] = [shapeOf(schema, before ?? after), shapeOf(schema, after ?? before)]
  const shape: Shape = shapes[0] === shapes[1] ? (shapes[0] ?? 'leaf') : 'leaf'
  if (shape === 'leaf' || (isBlank(before) && isBlank(after))) return compareLeaf(before, after)
  const children = { added: new Map<string, FieldSet>(), modified: new Map<string, FieldSet>(), removed: new Map<string, FieldSet>() }
  const visit = (element: string, left: unknown, right: unknown, inner: TypeSchema): void => {
    const found = compareTyped(left, right, inner, [...path, element])
    for (const part of ['added', 'modified', 'removed'] as const)
      if (found[part] !== emptySet) children[part].set(element, unionSets(children[part].get(element) ?? emptySet, found[part]))
  }
  if (shape === 'list') compareLists(Array.isArray(before) ? before : [], Array.isArray(after) ? after : [], schema as ListSchema, path, visit)
  else {
    const [left, right] = [isMap(before) ? before : {}, isMap(after) ? after : {}]
    for (const name of new Set([...Object.keys(left), ...Object.keys(right)]))
      visit(`f:${name}`, member(left, name), member(right, name), memberSchema(schema, name) ?? untypedSchema)
  }
  return {
    added: fieldSet(before === undefined, children.added),
    modified: fieldSet(false, children.modified),
    removed: fieldSet(after === undefined, children.removed),
  }
}

function compareLeaf(before: unknown, after: unknown): Comparison {
  if (before === undefined) return { ...same, added: selfSet }
  if (after === undefined) return { ...same, removed: selfSet }
  return isSame(before, after) ? same : { ...same, modified: selfSet }
}

function compareLists(
  before: readonly unknown[],
  after: readonly unknown[],
  schema: ListSchema,
  path: readonly string[],
  visit: (element: string, left: unknown, right: unknown, inner: TypeSchema) => void,
): void {
  const [left, right] = [grouped(before, schema, path), grouped(after, schema, path)]
  for (const element of new Set([...left.keys(), ...right.keys()])) {
    const [mine, theirs] = [left.get(element) ?? [], right.get(element) ?? []]
    // Duplicates are compared as wholes.
    if (mine.length > 1 || theirs.length > 1) {
      if (!isSame(mine, theirs))
        visit(element, mine.length === 0 ? undefined : canonicalText(mine), theirs.length === 0 ? undefined : canonicalText(theirs), {
          kind: 'scalar',
          type: 'string',
        })
      continue
    }
    visit(element, mine[0], theirs[0], schema.listType === 'set' ? { kind: 'scalar', type: 'string' } : schema.items)
  }
}

function grouped(list: readonly unknown[], schema: ListSchema, path: readonly string[]): Map<string, unknown[]> {
  const groups = new Map<string, unknown[]>()
  for (const { element, value } of elementsOf(list, schema, path)) groups.set(element, [...(groups.get(element) ?? []), value])
  return groups
}

/**
 * `right` merged into `left`: what right says counts, what it does not say stays. What is the same in both is that of `left`.
 * @param path where the values are, for errors; changed on the way
 */
export function mergeTyped(left: unknown, right: unknown, schema: TypeSchema, path: string[] = []): unknown {
  if (right === undefined || left === right) return left
  if (left === undefined) return right
  const shape = shapeOf(schema, right)
  if (shape === 'leaf' || (isBlank(left) && isBlank(right))) return isSame(left, right) ? left : right
  if (shape === 'list') return mergeLists(Array.isArray(left) ? left : [], Array.isArray(right) ? right : [], schema as ListSchema, path)
  if (!isMap(left)) return right
  if (!isMap(right)) return left
  let merged: Record<string, unknown> | undefined
  for (const name of Object.keys(right)) {
    const before = member(left, name)
    path.push(`f:${name}`)
    const after = mergeTyped(before, right[name], memberSchema(schema, name) ?? untypedSchema, path)
    path.pop()
    if (after !== before || (after === undefined && !Object.hasOwn(left, name))) setMember((merged ??= copyMap(left)), name, after)
  }
  return merged ?? left
}

/** Whether two lists have elements with the same keys at the same places: then nothing has to be looked up. */
function areAligned(left: readonly unknown[], right: readonly unknown[], { listType, keys }: ListSchema): boolean {
  if (listType === 'set' || left.length !== right.length) return false
  return left.every((mine, at) => {
    const theirs = right[at]
    return isMap(mine) && isMap(theirs) && keys.every((key) => member(mine, key) !== undefined && member(mine, key) === member(theirs, key))
  })
}

function mergeAligned(left: readonly unknown[], right: readonly unknown[], schema: ListSchema, path: string[]): readonly unknown[] {
  let merged: unknown[] | undefined
  for (const [at, mine] of left.entries()) {
    path.push(`i:${at}`)
    const after = mergeTyped(mine, right[at], schema.items, path)
    path.pop()
    if (after !== mine) (merged ??= [...left])[at] = after
  }
  return merged ?? left
}

/** Elements of both lists; the order is that of `right` for what it has, and of `left` for the rest. */
function mergeLists(left: readonly unknown[], right: readonly unknown[], schema: ListSchema, path: string[]): readonly unknown[] {
  if (areAligned(left, right, schema) && new Set(left.map((item) => elementOf(item, schema, path))).size === left.length)
    return mergeAligned(left, right, schema, path)
  const [lefts, rights] = [elementsOf(left, schema, path), elementsOf(right, schema, path)]
  const leftValues = new Map<string, unknown>()
  for (const { element, value } of lefts) if (!leftValues.has(element)) leftValues.set(element, value)
  const inRight = new Set(rights.map(({ element }) => element))
  const shared = rights.map(({ element }) => element).filter((element) => leftValues.has(element))
  const mergedItem = (element: string, value: unknown): unknown =>
    schema.listType === 'set' ? value : mergeTyped(leftValues.get(element), value, schema.items, [...path, element])
  const out: unknown[] = []
  let [l, r, next] = [0, 0, 0]
  while (l < lefts.length || r < rights.length) {
    const [mine, theirs] = [lefts[l], rights[r]]
    if (mine !== undefined && theirs !== undefined) {
      if (mine.element === theirs.element) {
        out.push(mergedItem(theirs.element, theirs.value))
        l++
        r++
        next++
        continue
      }
      // Shared, but another shared element comes first in `right`.
      if (leftValues.has(theirs.element) && next < shared.length && shared[next] !== mine.element && inRight.has(mine.element)) {
        l++
        continue
      }
    }
    if (mine !== undefined) {
      if (!inRight.has(mine.element)) {
        out.push(mine.value)
        l++
        continue
      }
      if (next >= shared.length || shared[next] !== mine.element) {
        l++
        continue
      }
    }
    if (theirs === undefined) break
    out.push(mergedItem(theirs.element, theirs.value))
    r++
    if (shared[next] === theirs.element) next++
  }
  return out
}

/** The value without the fields of a set. A map or list of which nothing is left becomes null. */
export function removeFields(value: unknown, set: FieldSet, schema: TypeSchema, path: readonly string[] = []): unknown {
  const shape = shapeOf(schema, value)
  if (shape === 'leaf') return value
  if (shape === 'list') {
    if (!Array.isArray(value) || value.length === 0) return value
    const kept = elementsOf(value, schema as ListSchema, path).flatMap(({ element, value: item }) => {
      const below = set.children.get(element)
      if (below === undefined) return [item]
      if (below.isMember) return []
      return [removeFields(item, below, itemSchema(schema), [...path, element])]
    })
    return kept.length === 0 ? null : kept
  }
  if (!isMap(value)) return value
  const kept: Record<string, unknown> = {}
  for (const name of Object.keys(value)) {
    const below = set.children.get(`f:${name}`)
    if (below === undefined) setMember(kept, name, value[name])
    else if (!below.isMember) setMember(kept, name, removeFields(value[name], below, memberSchema(schema, name) ?? untypedSchema, [...path, `f:${name}`]))
  }
  return Object.keys(kept).length === 0 && Object.keys(value).length > 0 ? null : kept
}

/** The set with the members of structures on the way to its paths: they exist with their type, whether or not somebody set them. */
export function withNamedFields(set: FieldSet, schema: TypeSchema): FieldSet {
  const children = new Map<string, FieldSet>()
  for (const [element, child] of set.children) {
    const name = element.slice(2)
    const inner = element.startsWith('f:') ? (memberSchema(schema, name) ?? untypedSchema) : itemSchema(schema)
    const below = withNamedFields(child, inner)
    children.set(element, element.startsWith('f:') && isNamed(schema, name) && !below.isMember ? { isMember: true, children: below.children } : below)
  }
  return { isMember: set.isMember, children }
}

/** Check a configuration against its type. @throws {SchemaError} with the first problem, in the words of the API server */
export function checkTyped(value: unknown, schema: TypeSchema, path: readonly string[] = [], depth = 0): void {
  if (value === null || value === undefined || schema.kind === 'any') return
  const at = formatPath(path)
  if (depth > 256) throw new SchemaError('SCHEMA_TYPE', `${at}: nested too deeply`)
  switch (schema.kind) {
    case 'scalar':
      return checkScalar(value, schema.type, at)
    case 'list': {
      if (!Array.isArray(value)) throw new SchemaError('SCHEMA_TYPE', `${at}: expected list, got &{${goText(value)}}`)
      const seen = new Set<string>()
      for (const [index, item] of value.entries()) {
        if (schema.listType === 'atomic') {
          checkTyped(item, schema.items, [...path, `i:${index}`], depth + 1)
          continue
        }
        const element = elementOf(item, schema, path)
        if (seen.has(element)) throw new SchemaError('SCHEMA_DUPLICATE', `${at}: duplicate entries for key ${formatPath([element])}`)
        seen.add(element)
        if (schema.listType === 'map') checkTyped(item, schema.items, [...path, element], depth + 1)
      }
      return
    }
    case 'map':
    case 'object':
      if (!isMap(value)) throw new SchemaError('SCHEMA_TYPE', `${at}: expected map, got &{${goText(value)}}`)
      for (const name of Object.keys(value)) {
        const inner = memberSchema(schema, name)
        if (inner === undefined) throw new SchemaError('SCHEMA_FIELD', `${formatPath([...path, `f:${name}`])}: field not declared in schema`)
        checkTyped(value[name], inner, [...path, `f:${name}`], depth + 1)
      }
  }
}

function checkScalar(value: unknown, type: string, at: string): void {
  const isNumeric = typeof value === 'number' || typeof value === 'bigint'
  if (type === 'int-or-string' || type === 'quantity') {
    if (!isNumeric && typeof value !== 'string') throw new SchemaError('SCHEMA_TYPE', `${at}: expected string, got ${shown(value)}`)
  } else if (type === 'int32' || type === 'int64' || type === 'number') {
    if (!isNumeric) throw new SchemaError('SCHEMA_TYPE', `${at}: expected numeric (int or float), got ${typeNameOf(value)}`)
  } else if (type === 'boolean') {
    if (typeof value !== 'boolean') throw new SchemaError('SCHEMA_TYPE', `${at}: expected boolean, got &{${goText(value)}}`)
  } else if (typeof value !== 'string') throw new SchemaError('SCHEMA_TYPE', `${at}: expected string, got ${shown(value)}`)
}

/** Go's `%v` of the library's own wrapper around a value. */
function shown(value: unknown): string {
  return `&value.valueUnstructured{Value:${goSyntax(value)}}`
}

/** Go's `%#v` of JSON values. */
function goSyntax(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (!isMap(value)) return value === null || value === undefined ? 'interface {}(nil)' : printed(value)
  const members = Object.keys(value)
    .toSorted()
    .map((name) => `${JSON.stringify(name)}:${goSyntax(value[name])}`)
  return `map[string]interface {}{${members.join(', ')}}`
}

function typeNameOf(value: unknown): string {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'
}
