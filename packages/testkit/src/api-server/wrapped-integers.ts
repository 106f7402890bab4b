// Whole numbers that are too large for their field.
import { itemSchema, memberSchema, untypedSchema } from '@plumbline/schema'
import type { TypeSchema } from '@plumbline/schema'
import { isObject, setMember } from './types.ts'
import type { JsonObject } from './types.ts'

/** The server's converter cuts whole numbers to the size of their field. apimachinery `pkg/runtime/converter.go` */
export function withWrappedIntegers(value: unknown, schema: TypeSchema): unknown {
  if (schema.kind === 'scalar') {
    const isWhole = schema.type === 'int32' && (typeof value === 'bigint' || Number.isSafeInteger(value))
    return isWhole ? Number(BigInt.asIntN(32, BigInt(value as number | bigint))) : value
  }
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => withWrappedIntegers(item, itemSchema(schema)))
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  if (!isObject(value) || schema.kind === 'any') return value
  let copy: JsonObject | undefined
  for (const [name, item] of Object.entries(value)) {
    const next = withWrappedIntegers(item, memberSchema(schema, name) ?? untypedSchema)
    if (next !== item) setMember((copy ??= { ...value }), name, next)
  }
  return copy ?? value
}
