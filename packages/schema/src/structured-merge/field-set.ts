// Sets of fields, as `metadata.managedFields[].fieldsV1` writes them. Path elements are texts in that notation: `f:name` a member,
// `k:{"name":"a"}` a list element by its keys, `v:"x"` an element of a set, `i:0` an index.
// Follows structured-merge-diff v6 `fieldpath`.
import { SchemaError } from '../errors.ts'
import { isMap } from '../values.ts'

/** A node of the tree: whether the path to it is in the set, and what lies below. Nodes are never changed once they are made. */
export interface FieldSet {
  readonly isMember: boolean
  readonly children: ReadonlyMap<string, FieldSet>
}

const none: ReadonlyMap<string, FieldSet> = new Map()

/** The empty set. */
export const emptySet: FieldSet = { isMember: false, children: none }
/** A set of nothing but the path itself. */
export const selfSet: FieldSet = { isMember: true, children: none }

const maxDepth = 256

/** Whether no path is in the set. */
export function isEmptySet(set: FieldSet): boolean {
  return !set.isMember && set.children.size === 0
}

/** A node without empty children. */
export function fieldSet(isMember: boolean, children: ReadonlyMap<string, FieldSet>): FieldSet {
  let full = children
  for (const child of children.values()) {
    if (!isEmptySet(child)) continue
    full = new Map([...children].filter(([, entry]) => !isEmptySet(entry)))
    break
  }
  return full.size === 0 ? (isMember ? selfSet : emptySet) : { isMember, children: full }
}

/** Paths in either set. */
export function unionSets(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmptySet(b)) return a
  if (isEmptySet(a)) return b
  const children = new Map(a.children)
  for (const [name, child] of b.children) {
    const mine = children.get(name)
    children.set(name, mine === undefined ? child : unionSets(mine, child))
  }
  return { isMember: a.isMember || b.isMember, children }
}

/** Paths in `a` and not in `b`. */
export function differenceOfSets(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmptySet(a) || isEmptySet(b)) return a
  const children = new Map<string, FieldSet>()
  for (const [name, child] of a.children) {
    const other = b.children.get(name)
    children.set(name, other === undefined ? child : differenceOfSets(child, other))
  }
  return fieldSet(a.isMember && !b.isMember, children)
}

/** Paths in `a` that are neither in `b` nor below a path in `b`. */
export function withoutBelow(a: FieldSet, b: FieldSet): FieldSet {
  if (b.isMember) return emptySet
  const children = new Map<string, FieldSet>()
  for (const [name, child] of a.children) {
    const other = b.children.get(name)
    children.set(name, other === undefined ? child : withoutBelow(child, other))
  }
  return fieldSet(a.isMember, children)
}

/** Paths in both sets. */
export function intersectionOfSets(a: FieldSet, b: FieldSet): FieldSet {
  const children = new Map<string, FieldSet>()
  for (const [name, child] of a.children) {
    const other = b.children.get(name)
    if (other !== undefined) children.set(name, intersectionOfSets(child, other))
  }
  return fieldSet(a.isMember && b.isMember, children)
}

/** Whether two sets hold the same paths. */
export function isSameSet(a: FieldSet, b: FieldSet): boolean {
  if (a === b) return true
  if (a.isMember !== b.isMember || a.children.size !== b.children.size) return false
  for (const [name, child] of a.children) {
    const other = b.children.get(name)
    if (other === undefined || !isSameSet(child, other)) return false
  }
  return true
}

/** Every path in the set, in the order of Go: what is owned at a level comes before what is owned below it. */
export function pathsOf(set: FieldSet, prefix: readonly string[] = []): string[][] {
  const names = sortedNames(set)
  const owned = names.filter((name) => set.children.get(name)?.isMember === true).map((name) => [...prefix, name])
  return [...owned, ...names.flatMap((name) => pathsOf(set.children.get(name) ?? emptySet, [...prefix, name]))]
}

const rank = 'fkvi'

function sortedNames(set: FieldSet): string[] {
  return [...set.children.keys()].sort((a, b) => rank.indexOf(a.charAt(0)) - rank.indexOf(b.charAt(0)) || (a < b ? -1 : a > b ? 1 : 0))
}

/** A path as conflicts name it: `.spec.containers[name="c"].image`. */
export function formatPath(path: readonly string[]): string {
  return path
    .map((element) => {
      const rest = element.slice(2)
      switch (element.charAt(0)) {
        case 'f':
          return `.${rest}`
        case 'k':
          return `[${keyText(rest)}]`
        case 'v':
          return `[=${rest}]`
        default:
          return `[${rest}]`
      }
    })
    .join('')
}

/** `name="a",port=80` */
export function keyText(json: string): string {
  const key: unknown = JSON.parse(json)
  return isMap(key)
    ? Object.keys(key)
        .sort()
        .map((name) => `${name}=${JSON.stringify(key[name])}`)
        .join(',')
    : ''
}

/** As `fieldsV1`: `.` stands for the path itself where something lies below it. */
export function formatFieldSet(set: FieldSet): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const name of sortedNames(set)) {
    const child = set.children.get(name) ?? emptySet
    const below = formatFieldSet(child)
    out[name] = child.isMember && child.children.size > 0 ? { '.': {}, ...below } : below
  }
  return out
}

/** @throws {SchemaError} `MANAGED_FIELDS_INVALID` */
export function parseFieldSet(value: unknown, depth = 0): FieldSet {
  if (!isMap(value) || depth > maxDepth) throw new SchemaError('MANAGED_FIELDS_INVALID', 'fieldsV1 is a map of path elements')
  const children = new Map<string, FieldSet>()
  let isMember = false
  for (const name of Object.keys(value)) {
    if (name === '.') {
      isMember = true
      continue
    }
    if (!/^[fkvi]:/.test(name)) throw new SchemaError('MANAGED_FIELDS_INVALID', `unknown path element ${JSON.stringify(name)}`)
    const child = parseFieldSet(value[name], depth + 1)
    // Nothing below means the path itself.
    children.set(name, child.children.size === 0 ? selfSet : child)
  }
  return { isMember, children }
}

/** A set from plain paths of member names. */
export function setOfMembers(paths: readonly (readonly string[])[]): FieldSet {
  return paths.reduce<FieldSet>(
    (set, path) =>
      unionSets(
        set,
        path.toReversed().reduce<FieldSet>((below, name) => ({ isMember: false, children: new Map([[`f:${name}`, below]]) }), selfSet),
      ),
    emptySet,
  )
}
