// Shapes of configuration: names whatever their case, values of the kinds that the fields have. Follows Go's `encoding/json`, through which Kustomize reads its files.
import { KustomizeError } from './errors.ts'
import { isMap, textOf } from './resource.ts'
import type { JsonMap } from './resource.ts'

/** What a value has to be. `any` is left as it is. */
export type Shape =
  | 'text'
  | 'flag'
  | 'integer'
  | 'any'
  | 'texts'
  | 'textMap'
  | 'flagMap'
  | { readonly list: Shape }
  | { readonly fields: Readonly<Record<string, Shape>> }

/** How strictly it is read. */
export interface ConformOptions {
  /** Go's name of the structure, for errors. */
  readonly structure: string
  /** Whether a name that is no field is an error; otherwise it stays. */
  readonly isStrict: boolean
  /** Whether numbers and booleans may stand for texts. Default: no. */
  readonly convertsScalars?: boolean
}

/** The value with its fields under their proper names, nulls left out. @throws {KustomizeError} */
export function conform(value: unknown, shape: Shape, options: ConformOptions, path = ''): unknown {
  if (value === null || value === undefined || shape === 'any') return value ?? undefined
  switch (shape) {
    case 'text':
      if (options.convertsScalars === true && typeof value !== 'object') return textOf(value)
      return expectKind(value, typeof value === 'string', 'string', options, path)
    case 'flag':
      return expectKind(value, typeof value === 'boolean', 'bool', options, path)
    case 'integer':
      return expectKind(value, typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value)), 'int', options, path)
    case 'texts':
      return listOf(value, 'text', '[]string', options, path)
    case 'textMap':
      return mapOf(value, 'text', 'map[string]string', options, path)
    case 'flagMap':
      return mapOf(value, 'flag', 'map[string]bool', options, path)
    default:
      return 'list' in shape ? listOf(value, shape.list, '[]types', options, path) : fieldsOf(value, shape.fields, options, path)
  }
}

function expectKind(value: unknown, isRight: boolean, wanted: string, options: ConformOptions, path: string): unknown {
  if (!isRight) throw wrong(value, wanted, options, path)
  return value
}

function wrong(value: unknown, wanted: string, { structure }: ConformOptions, path: string): KustomizeError {
  return new KustomizeError(`json: cannot unmarshal ${kindName(value)} into Go struct field ${structure}${path} of type ${wanted}`)
}

function kindName(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'number' || typeof value === 'bigint' ? 'number' : typeof value === 'string' ? 'string' : 'object'
}

function listOf(value: unknown, item: Shape, wanted: string, options: ConformOptions, path: string): unknown[] {
  if (!Array.isArray(value)) throw wrong(value, wanted, options, path)
  return value.map(
    (entry: unknown) => conform(entry, item, options, path) ?? (item === 'text' ? '' : typeof item === 'object' && 'fields' in item ? {} : entry),
  )
}

function mapOf(value: unknown, item: Shape, wanted: string, options: ConformOptions, path: string): JsonMap {
  if (!isMap(value)) throw wrong(value, wanted, options, path)
  const keys = Object.keys(value).sort()
  return Object.fromEntries(keys.map((key) => [key, conform(value[key], item, options, path) ?? (item === 'flag' ? false : '')]))
}

function fieldsOf(value: unknown, fields: Readonly<Record<string, Shape>>, options: ConformOptions, path: string): JsonMap {
  if (!isMap(value)) throw wrong(value, `types${path}`, options, path)
  const known = new Map(Object.keys(fields).map((name) => [name.toLowerCase(), name]))
  const out: JsonMap = {}
  for (const key of Object.keys(value).sort()) {
    const name = known.get(key.toLowerCase())
    if (name === undefined && options.isStrict) throw new KustomizeError(`json: unknown field "${key}"`)
    const content = name === undefined ? value[key] : conform(value[key], fields[name] ?? 'any', options, `${path}.${name}`)
    if (content !== undefined) out[name ?? key] = content
  }
  return out
}
