// What a Go decoder makes of an object of a built-in kind: unknown members are dropped and named, wrong types are errors.
// Texts follow `encoding/json` and apimachinery `pkg/runtime/serializer/json`.
import { memberSchema } from './type-schema.ts'
import type { ObjectSchema, ScalarType, TypeSchema } from './type-schema.ts'
import { timeProblem } from './go-time.ts'
import { isQuantity } from './quantity.ts'
import { isMap, setMember } from './values.ts'

/** What was found. */
export interface CheckedFields {
  /** The object without what its type does not have, and without nulls. */
  readonly object: unknown
  /** Paths such as `spec.containers[0].colour`. */
  readonly unknownFields: readonly string[]
  /** The first wrong value, as Go's decoder words it. */
  readonly typeError?: string
}

interface Context {
  readonly unknownFields: string[]
  typeError: string | undefined
}

const maxDepth = 1000

/** Check an object against its type. The input is not changed; an object without unknown members is returned as it is. */
export function checkFields(object: unknown, schema: TypeSchema): CheckedFields {
  const context: Context = { unknownFields: [], typeError: undefined }
  const checked = visit(object, schema, '', { structure: '', field: '' }, context, 0)
  return { object: checked, unknownFields: context.unknownFields, ...(context.typeError === undefined ? {} : { typeError: context.typeError }) }
}

/** Where a wrong type is: the Go structure and the path of fields in it. */
interface Place {
  readonly structure: string
  readonly field: string
}

function visit(value: unknown, schema: TypeSchema, path: string, place: Place, context: Context, depth: number): unknown {
  if (value === null || schema.kind === 'any' || depth > maxDepth) return value
  if (schema.kind === 'scalar') {
    checkScalar(value, schema.type, schema.goType, place, context)
    return value
  }
  if (schema.kind === 'list') {
    if (!Array.isArray(value)) return wrong(value, `[]${goType(schema.items)}`, place, context)
    let copy: unknown[] | undefined
    for (const [index, item] of value.entries()) {
      const next = visit(item, schema.items, `${path}[${index}]`, place, context, depth + 1)
      if (next !== item) (copy ??= [...(value as unknown[])])[index] = next
    }
    return copy ?? value
  }
  if (!isMap(value)) return wrong(value, goType(schema), place, context)
  let copy: Record<string, unknown> | undefined
  const names = Object.keys(value)
  for (const [position, name] of names.entries()) {
    const inner = memberSchema(schema, name)
    const at = path === '' ? name : `${path}.${name}`
    if (inner === undefined) {
      context.unknownFields.push(at)
      copy ??= copyUntil(value, names, position)
      continue
    }
    const next = visit(value[name], inner, at, placeOf(schema, name, place), context, depth + 1)
    if (next !== value[name]) copy ??= copyUntil(value, names, position)
    if (copy !== undefined) setMember(copy, name, next)
  }
  return copy ?? value
}

function copyUntil(value: Readonly<Record<string, unknown>>, names: readonly string[], end: number): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  for (const name of names.slice(0, end)) setMember(copy, name, value[name])
  return copy
}

function placeOf(schema: TypeSchema, name: string, place: Place): Place {
  if (schema.kind !== 'object') return place
  const structure = schema.typeName ?? place.structure
  return { structure, field: place.field === '' ? name : `${place.field}.${name}` }
}

function checkScalar(value: unknown, type: ScalarType, goName: string | undefined, place: Place, context: Context): void {
  const isNumber = typeof value === 'number' || typeof value === 'bigint'
  switch (type) {
    case 'int-or-string':
      if (typeof value !== 'string' && (!isNumber || !isInt32(value))) wrong(value, 'int32', place, context)
      return
    case 'quantity':
      if (typeof value === 'string' ? !isQuantity(value) : !isNumber)
        context.typeError ??= "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
      return
    case 'date-time':
    case 'micro-time':
      if (typeof value !== 'string') wrong(value, 'string', place, context)
      else if (value !== '') context.typeError ??= timeProblem(value, type === 'micro-time')
      return
    case 'boolean':
      if (typeof value !== 'boolean') wrong(value, 'bool', place, context)
      return
    case 'int32':
    case 'int64':
      if (!isNumber) wrong(value, type, place, context)
      else if ((typeof value === 'number' && !Number.isInteger(value)) || (type === 'int32' && !isInt32(value))) wrong(value, type, place, context)
      return
    case 'number':
      if (!isNumber) wrong(value, 'float64', place, context)
      return
    case 'byte':
      if (typeof value !== 'string') wrong(value, '[]uint8', place, context)
      else if (!base64.test(value)) context.typeError ??= `illegal base64 data at input byte ${base64Fault(value)}`
      return
    default:
      if (typeof value !== 'string') wrong(value, goName ?? 'string', place, context)
  }
}

function isInt32(value: unknown): boolean {
  return Number.isInteger(Number(value)) && Number(value) >= minInt32 && Number(value) <= maxInt32
}

const [minInt32, maxInt32] = [-2_147_483_648, 2_147_483_647]
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** Where Go's decoder stops: at the first character that does not belong, or at the group that is not whole. */
function base64Fault(text: string): number {
  const odd = text.search(/[^A-Za-z0-9+/]/)
  return odd < 0 || text[odd] === '=' ? Math.floor((odd < 0 ? text.length : odd) / 4) * 4 : odd
}

/** Go names what it found; of a number that does not fit, the number too. */
function foundType(value: unknown, type: string): string {
  if (Array.isArray(value)) return 'array'
  if (isMap(value)) return 'object'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'string') return 'string'
  return /^int(?:32|64)$/.test(type) ? `number ${String(value)}` : 'number'
}

function wrong(value: unknown, type: string, place: Place, context: Context): unknown {
  const found = foundType(value, type)
  context.typeError ??=
    place.field === ''
      ? `json: cannot unmarshal ${found} into Go value of type ${type}`
      : `json: cannot unmarshal ${found} into Go struct field ${place.structure}.${place.field} of type ${type}`
  return value
}

function goType(schema: TypeSchema): string {
  if ((schema.kind === 'scalar' || schema.kind === 'map') && schema.goType !== undefined) return schema.goType
  switch (schema.kind) {
    case 'scalar':
      return {
        string: 'string',
        int32: 'int32',
        int64: 'int64',
        number: 'float64',
        boolean: 'bool',
        'int-or-string': 'intstr.IntOrString',
        quantity: 'resource.Quantity',
        byte: '[]uint8',
        'date-time': 'v1.Time',
        'micro-time': 'v1.MicroTime',
      }[schema.type]
    case 'list':
      return `[]${goType(schema.items)}`
    case 'map':
      return `map[string]${goType(schema.values)}`
    case 'object':
      return qualified(schema)
    case 'any':
      return 'interface {}'
  }
}

function qualified({ typeName = '', packageName = 'v1' }: ObjectSchema): string {
  return `${packageName}.${typeName}`
}
