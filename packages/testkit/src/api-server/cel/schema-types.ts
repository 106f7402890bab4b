// A structural schema as types of CEL, and objects as values of them. Follows apiserver `pkg/cel/common/schemas.go` and `values.go`.
import type { Environment } from '@marcbachmann/cel-js'
import { isEqual, isObject, objectOf } from '../types.ts'
import type { JsonObject } from '../types.ts'

/** A type of CEL with the way from JSON to its values. */
export interface CelType {
  readonly name: string
  /** @throws nothing: what does not fit its type has been refused before. */
  valueOf(json: unknown): unknown
}

const dynamic: CelType = { name: 'dyn', valueOf: dynamicValue }

/** Values without a schema: whole numbers are integers. */
export function dynamicValue(json: unknown): unknown {
  if (typeof json === 'number') return Number.isSafeInteger(json) ? BigInt(json) : json
  if (Array.isArray(json)) return json.map(dynamicValue)
  if (!isObject(json)) return json
  return new Map(Object.entries(json).map(([key, value]) => [key, dynamicValue(value)]))
}

const reserved = new Set([
  'true',
  'false',
  'null',
  'in',
  'as',
  'break',
  'const',
  'continue',
  'else',
  'for',
  'function',
  'if',
  'import',
  'let',
  'loop',
  'package',
  'namespace',
  'return',
  'var',
  'void',
  'while',
])

/** A member's name as expressions write it; undefined where they cannot. */
export function escapedName(name: string): string | undefined {
  if (reserved.has(name)) return `__${name}__`
  if (!/^[A-Za-z_./-][\w./-]*$/.test(name) || /^\d/.test(name)) return undefined
  return name.replaceAll('__', '__underscores__').replaceAll('.', '__dot__').replaceAll('-', '__dash__').replaceAll('/', '__slash__')
}

/** Objects of one type, kept apart from maps. */
class Instance {
  readonly json: unknown
  constructor(json: unknown, members: Readonly<Record<string, unknown>>) {
    Object.defineProperty(this, 'json', { value: json, enumerable: false })
    this.json = json
    Object.assign(this, members)
  }
}

const metadataSchema: JsonObject = { type: 'object', properties: { name: { type: 'string' }, generateName: { type: 'string' } } }
const embeddedMembers: JsonObject = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: metadataSchema }

/** Registers the types that a schema needs, each under the name of its place. */
export function typeOfSchema(environment: Environment, schema: JsonObject, place: string, isResource: boolean): CelType {
  if (schema['x-kubernetes-int-or-string'] === true) return dynamic
  const isEmbedded = isResource || schema['x-kubernetes-embedded-resource'] === true
  switch (schema['type']) {
    case 'boolean':
      return { name: 'bool', valueOf: (json) => json }
    case 'integer':
      return { name: 'int', valueOf: (json) => (typeof json === 'number' ? BigInt(Math.trunc(json)) : json) }
    case 'number':
      return { name: 'double', valueOf: (json) => (typeof json === 'bigint' ? Number(json) : json) }
    case 'string':
      return stringType(schema)
    case 'array': {
      const items = isObject(schema['items']) ? typeOfSchema(environment, schema['items'], `${place}.items`, false) : dynamic
      return { name: `list<${items.name}>`, valueOf: (json) => (Array.isArray(json) ? json.map((item) => items.valueOf(item)) : json) }
    }
    case 'object':
      break
    default:
      return dynamic
  }
  const additional = schema['additionalProperties']
  if (isObject(additional)) {
    const values = typeOfSchema(environment, additional, `${place}.values`, false)
    const valueOf = (json: unknown): unknown => (isObject(json) ? new Map(Object.entries(json).map(([key, value]) => [key, values.valueOf(value)])) : json)
    return { name: `map<string, ${values.name}>`, valueOf }
  }
  const declared = { ...objectOf(schema['properties']), ...(isEmbedded ? embeddedMembers : {}) }
  if (Object.keys(declared).length === 0) return { name: 'map<string, dyn>', valueOf: dynamicValue }
  return objectType(environment, declared, place)
}

function stringType(schema: JsonObject): CelType {
  switch (schema['format']) {
    case 'date-time':
    case 'date':
      return { name: 'google.protobuf.Timestamp', valueOf: (json) => (typeof json === 'string' ? new Date(json) : json) }
    case 'byte':
      return { name: 'bytes', valueOf: (json) => (typeof json === 'string' ? new Uint8Array(Buffer.from(json, 'base64')) : json) }
    default:
      return { name: 'string', valueOf: (json) => json }
  }
}

function objectType(environment: Environment, properties: JsonObject, place: string): CelType {
  const members = Object.entries(properties).flatMap(([name, schema]) => {
    const escaped = escapedName(name)
    return escaped === undefined ? [] : [{ name, escaped, type: typeOfSchema(environment, objectOf(schema), `${place}.${escaped}`, false) }]
  })
  class Member extends Instance {}
  environment.registerType(place, { ctor: Member, fields: Object.fromEntries(members.map(({ escaped, type }) => [escaped, type.name])) } as never)
  environment.registerOperator(`${place} == ${place}`, (a: Instance, b: Instance) => isEqual(a.json, b.json))
  return {
    name: place,
    valueOf(json) {
      if (!isObject(json)) return json
      const values = members.flatMap(({ name, escaped, type }) => (Object.hasOwn(json, name) ? [[escaped, type.valueOf(json[name])] as const] : []))
      return new Member(json, Object.fromEntries(values))
    },
  }
}
