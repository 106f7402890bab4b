// How Go writes values in texts: members in the order of its fields, and the forms that all versions of a kind convert to.
import { internalTable } from './kubernetes/internals.data.ts'
import { typeSchemaNamed } from './kubernetes/types.ts'
import { itemSchema, memberSchema, untypedSchema } from './type-schema.ts'
import type { TypeSchema } from './type-schema.ts'
import { isMap, setMember } from './values.ts'
import type { JsonMap } from './values.ts'

/** The same value with members in the order in which Go writes them: those of structures as they are declared, those of maps by name. */
export function inGoOrder(value: unknown, schema: TypeSchema): unknown {
  if (Array.isArray(value)) return value.map((item) => inGoOrder(item, itemSchema(schema)))
  // What has no type is kept, and written, as it was given.
  if (!isMap(value) || schema.kind === 'any') return value
  const declared = schema.kind === 'object' ? [...schema.fields.keys()] : []
  const rank = new Map(declared.map((name, index) => [name, index]))
  const names = Object.keys(value).toSorted((a, b) => {
    const [left, right] = [rank.get(a) ?? declared.length, rank.get(b) ?? declared.length]
    return left === right ? (a < b ? -1 : 1) : left - right
  })
  const ordered: Record<string, unknown> = {}
  for (const name of names) setMember(ordered, name, inGoOrder(value[name], memberSchema(schema, name) ?? untypedSchema))
  return ordered
}

type Row = readonly [goName: string, member: string, kind: string]

let table: Readonly<Record<string, readonly Row[]>> | undefined

/** Members that versioned pods have beside their security context, and internal ones in it. */
const security = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers']

/**
 * A value in the form that all versions convert to: with Go's names, and with everything that is not given.
 * @param type such as `core.PodSpec`
 */
export function internalForm(value: unknown, type: string): unknown {
  return formOf(value, type, schemaFor(type))
}

/** The first version's type of the same name. */
function schemaFor(type: string): TypeSchema {
  const [group = '', name = ''] = type.split('.')
  return typeSchemaNamed(`io.k8s.api.${group}.v1.${name}`) ?? untypedSchema
}

function formOf(value: unknown, type: string, schema: TypeSchema): unknown {
  if (!isMap(value)) return value ?? null
  table ??= JSON.parse(internalTable) as Readonly<Record<string, readonly Row[]>>
  const given = type === 'core.PodSpec' ? withSecurity(value) : value
  const form: Record<string, unknown> = {}
  for (const [goName, member, kind] of table[type] ?? []) {
    if (kind === '+p') Object.assign(form, inGoOrder(given[member] ?? {}, memberSchema(schema, member) ?? untypedSchema))
    else if (kind.startsWith('+')) Object.assign(form, formOf(given, kind.slice(2), schema))
    else form[goName] = memberForm(given[member], kind, memberSchema(schema, member) ?? untypedSchema)
  }
  return form
}

function memberForm(value: unknown, kind: string, schema: TypeSchema): unknown {
  if (kind in zeros) return value ?? zeros[kind]
  const isNothing = value === undefined || value === null
  if (kind.startsWith('@')) return formOf(value ?? {}, kind.slice(1), schema)
  if (isNothing) return null
  if (kind.startsWith('*')) return formOf(value, kind.slice(2), schema)
  if (kind.startsWith('[')) return (Array.isArray(value) ? value : []).map((item: unknown) => formOf(item ?? {}, kind.slice(2, -1), itemSchema(schema)))
  return inGoOrder(value, schema)
}

const zeros: Readonly<Record<string, unknown>> = { s: '', i: 0, b: false, q: '0', x: 0 }

function withSecurity(pod: JsonMap): JsonMap {
  const context = isMap(pod['securityContext']) ? pod['securityContext'] : {}
  const moved = Object.fromEntries(security.filter((name) => pod[name] !== undefined).map((name) => [name, pod[name]]))
  return { ...pod, securityContext: { ...context, ...moved } }
}
