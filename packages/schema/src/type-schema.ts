// The shape of a Kubernetes type, as far as merging and patching need it. Types refer to each other; members are looked up when they are needed.

/** How lists and maps merge, and what their members are. */
export type TypeSchema = ScalarSchema | AnySchema | ObjectSchema | MapSchema | ListSchema

/** Marks that a field adds to its type for strategic merge patches. */
export interface PatchMarks {
  /** Such as `merge` or `retainKeys`. */
  readonly patchStrategy?: readonly string[]
  readonly patchMergeKey?: string
}

/** Kinds of scalars. */
export type ScalarType = 'string' | 'int32' | 'int64' | 'number' | 'boolean' | 'int-or-string' | 'quantity' | 'byte' | 'date-time' | 'micro-time'

export interface ScalarSchema extends PatchMarks {
  readonly kind: 'scalar'
  readonly type: ScalarType
  /** Name of the Go type, `v1.Protocol` for instance, where it has one. */
  readonly goType?: string
}

/** Anything: maps merge by member, lists are replaced. */
export interface AnySchema extends PatchMarks {
  readonly kind: 'any'
  /** Whether it has one owner, as what built-in types keep unread. */
  readonly isAtomic?: boolean
}

export interface ObjectSchema extends PatchMarks {
  readonly kind: 'object'
  /** Members by name. */
  readonly fields: ReadonlyMap<string, TypeSchema>
  readonly isAtomic: boolean
  /** Whether members that are not named are kept. */
  readonly isOpen: boolean
  readonly required: readonly string[]
  /** Defaults that list keys take when they are absent. */
  readonly defaults: Readonly<Record<string, unknown>>
  /** Name of the Go type, `PodSpec` for instance; absent for custom resources. */
  readonly typeName?: string
  /** Its package, `v1` for instance. */
  readonly packageName?: string
  /**
   * What an empty object of the Go type has: structures that are no pointers, collections that are written as null, and scalars that are always
   * written; and the scalars that are left out when they are zero.
   */
  readonly zero: {
    readonly structures: readonly string[]
    readonly nulls: readonly string[]
    readonly scalars: Readonly<Record<string, unknown>>
    readonly omitted?: readonly string[]
  }
}

/** An object of which nothing has been set, as Go writes it. */
export function zeroValueOf(schema: ObjectSchema, depth = 0): Record<string, unknown> {
  const value: Record<string, unknown> = { ...schema.zero.scalars }
  for (const name of schema.zero.nulls) value[name] = null
  for (const name of schema.zero.structures) {
    const inner = schema.fields.get(name)
    value[name] = inner?.kind === 'object' && depth < maxZeroDepth ? zeroValueOf(inner, depth + 1) : {}
  }
  return value
}

function isEmptyCollection(value: unknown, schema: TypeSchema): boolean {
  if (schema.kind === 'list') return Array.isArray(value) && value.length === 0
  return schema.kind === 'map' && typeof value === 'object' && value !== null && Object.keys(value).length === 0
}

/** The object without the scalars that Go leaves out because they are zero. What has none of them is returned as it is. */
export function withoutZeros(value: unknown, schema: TypeSchema): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    if (schema.kind !== 'list' || schema.items.kind === 'scalar') return value
    let list: unknown[] | undefined
    for (const [index, item] of value.entries()) {
      const next = withoutZeros(item, schema.items)
      if (next !== item) (list ??= [...(value as unknown[])])[index] = next
    }
    return list ?? value
  }
  if (schema.kind !== 'object' && (schema.kind !== 'map' || schema.values.kind === 'scalar')) return value
  const map = value as Readonly<Record<string, unknown>>
  let copy: Record<string, unknown> | undefined
  for (const name of Object.keys(map)) {
    const inner = memberSchema(schema, name)
    if (inner === undefined || inner.kind === 'scalar') continue
    const next = withoutZeros(map[name], inner)
    if (next !== map[name]) (copy ??= { ...map })[name] = next
  }
  if (schema.kind === 'object')
    for (const name of schema.zero.omitted ?? []) {
      const given = map[name]
      if ((given === '' || given === 0 || given === false) && Object.hasOwn(map, name)) delete (copy ??= { ...map })[name]
    }
  return copy ?? value
}

/**
 * The object as Go writes it: structures that are no pointers are always there (`status: {}`, `resources: {}`), empty maps and lists are not.
 * What is complete is returned as it is.
 * @param isStored as it comes back from the store, where an empty list is no list
 */
export function withZeroMembers(value: unknown, schema: TypeSchema, isStored = false): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    if (schema.kind !== 'list') return value
    let copy: unknown[] | undefined
    for (const [index, item] of value.entries()) {
      const next = withZeroMembers(item, schema.items, isStored)
      if (next !== item) (copy ??= [...(value as unknown[])])[index] = next
    }
    return copy ?? value
  }
  if (schema.kind !== 'object' && schema.kind !== 'map') return value
  const map = value as Readonly<Record<string, unknown>>
  let copy: Record<string, unknown> | undefined
  for (const name of Object.keys(map)) {
    const inner = memberSchema(schema, name)
    if (inner === undefined) continue
    if (schema.kind === 'object' && isEmptyCollection(map[name], inner)) {
      const isAlwaysWritten = schema.zero.nulls.includes(name)
      if (isAlwaysWritten && !isStored) continue
      copy ??= { ...map }
      if (isAlwaysWritten) copy[name] = null
      else delete copy[name]
      continue
    }
    const next = withZeroMembers(map[name], inner, isStored)
    if (next !== map[name]) (copy ??= { ...map })[name] = next
  }
  if (schema.kind !== 'object') return copy ?? value
  for (const name of schema.zero.structures) {
    if (Object.hasOwn(map, name) && map[name] !== null) continue
    const inner = schema.fields.get(name)
    ;(copy ??= { ...map })[name] = inner?.kind === 'object' ? zeroValueOf(inner) : {}
  }
  for (const name of schema.zero.nulls) if (!Object.hasOwn(map, name)) (copy ??= { ...map })[name] = null
  for (const name of Object.keys(schema.zero.scalars))
    if (!Object.hasOwn(map, name) || map[name] === null) (copy ??= { ...map })[name] = schema.zero.scalars[name]
  return copy ?? value
}

const maxZeroDepth = 8

export interface MapSchema extends PatchMarks {
  readonly kind: 'map'
  readonly values: TypeSchema
  /** Name of the Go type, where it has one. */
  readonly goType?: string
  readonly isAtomic: boolean
}

export interface ListSchema extends PatchMarks {
  readonly kind: 'list'
  readonly items: TypeSchema
  readonly listType: 'atomic' | 'set' | 'map'
  /** Members that identify an element of a `map` list. */
  readonly keys: readonly string[]
}

/** For kinds without a schema: maps merge by member, lists are replaced whole. */
export const untypedSchema: TypeSchema = { kind: 'any' }

/** Schema of a member, or undefined when an object has none by that name. */
export function memberSchema(schema: TypeSchema, name: string): TypeSchema | undefined {
  switch (schema.kind) {
    case 'object':
      return schema.fields.get(name) ?? (schema.isOpen ? untypedSchema : undefined)
    case 'map':
      return schema.values
    case 'any':
      return untypedSchema
    case 'list':
    case 'scalar':
      return undefined
  }
}

/** Schema of a list's elements. */
export function itemSchema(schema: TypeSchema | undefined): TypeSchema {
  return schema?.kind === 'list' ? schema.items : untypedSchema
}

/** Whether a collection is owned and replaced as a whole. */
export function isAtomic(schema: TypeSchema, value: unknown): boolean {
  switch (schema.kind) {
    case 'object':
    case 'map':
      return schema.isAtomic
    case 'list':
      return schema.listType === 'atomic'
    case 'any':
      return Array.isArray(value)
    case 'scalar':
      return true
  }
}
