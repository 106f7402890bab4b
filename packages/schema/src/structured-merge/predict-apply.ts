// What an apply leaves, without its bookkeeping: a comparison asks this of every object, and needs to know neither conflicts nor owners.
import { mergeTyped } from './typed.ts'
import { itemSchema, memberSchema, untypedSchema } from '../type-schema.ts'
import type { ListSchema, TypeSchema } from '../type-schema.ts'
import { canonicalText, isMap, isSame, member } from '../values.ts'
import type { JsonMap } from '../values.ts'

/**
 * The live object after a forced apply, when the manager still names every field that it owns: then nothing is taken away, and the result is the merge
 * of both. What does not change is the very same value.
 * @returns undefined when fields would be taken away, or when that cannot be told: `applyConfiguration` knows
 * @throws {SchemaError} when a list has elements without keys
 */
export function predictApply(
  live: JsonMap,
  configuration: JsonMap,
  owner: { readonly manager: string; readonly apiVersion: string },
  schema: TypeSchema,
): JsonMap | undefined {
  const metadata = member(live, 'metadata')
  const entries = isMap(metadata) ? metadata['managedFields'] : undefined
  if (!Array.isArray(entries)) return undefined
  const own = entries.filter(
    (entry): entry is JsonMap => isMap(entry) && entry['manager'] === owner.manager && entry['operation'] === 'Apply' && (entry['subresource'] ?? '') === '',
  )
  const [entry] = own
  if (own.length !== 1 || entry?.['apiVersion'] !== owner.apiVersion || !isMap(entry['fieldsV1'])) return undefined
  if (!names(configuration, entry['fieldsV1'], schema)) return undefined
  return mergeTyped(live, configuration, schema) as JsonMap
}

/** Whether a value has every field of a set in the form of `fieldsV1`. */
function names(value: unknown, fields: JsonMap, schema: TypeSchema): boolean {
  for (const element in fields) {
    if (element === '.') continue
    const below = fields[element]
    if (!isMap(below)) return false
    const kind = element.slice(0, 2)
    const rest = element.slice(2)
    if (kind === 'f:') {
      if (!isMap(value) || !Object.hasOwn(value, rest) || value[rest] === null) return false
      if (!names(value[rest], below, memberSchema(schema, rest) ?? untypedSchema)) return false
    } else if (schema.kind !== 'list' || !Array.isArray(value)) return false
    else if (kind === 'v:') {
      if (!value.some((item) => canonicalText(item) === rest)) return false
    } else if (kind === 'k:') {
      const item = itemWith(value, rest, schema)
      if (item === undefined || !names(item, below, itemSchema(schema))) return false
    } else return false
  }
  return true
}

const maxKnownKeys = 5000
const knownKeys = new Map<string, JsonMap>()

function keyOf(text: string): JsonMap | undefined {
  const known = knownKeys.get(text)
  if (known !== undefined) return known
  const key: unknown = JSON.parse(text)
  if (!isMap(key)) return undefined
  if (knownKeys.size >= maxKnownKeys) knownKeys.clear()
  knownKeys.set(text, key)
  return key
}

/** The element of a list that a key means. Absent members of it have their defaults. */
function itemWith(list: readonly unknown[], text: string, schema: ListSchema): unknown {
  const key = keyOf(text)
  if (key === undefined) return undefined
  const defaults = schema.items.kind === 'object' ? schema.items.defaults : {}
  return list.find((item) => {
    if (!isMap(item)) return false
    for (const name in key) if (!isSame(member(item, name) ?? defaults[name], key[name])) return false
    return true
  })
}
