// The merge-relevant shape of custom resources, out of the OpenAPI schema of their definition.
import { typeSchemaOf } from './kubernetes/types.ts'
import { untypedSchema } from './type-schema.ts'
import type { TypeSchema } from './type-schema.ts'
import { isMap } from './values.ts'
import type { JsonMap } from './values.ts'

const noZero = { structures: [], nulls: [], scalars: {} } as const

/** Schema of objects of a definition; `metadata` is that of every object. Without a schema nothing is known of the rest. */
export function typeSchemaOfCrd(openAPIV3Schema: unknown): TypeSchema {
  const root = isMap(openAPIV3Schema) ? convert(openAPIV3Schema) : untypedSchema
  const fields = new Map<string, TypeSchema>(root.kind === 'object' ? root.fields : [])
  const text: TypeSchema = { kind: 'scalar', type: 'string' }
  fields.set('apiVersion', text)
  fields.set('kind', text)
  const metadata = typeSchemaOf({ group: '', version: 'v1', kind: 'ConfigMap' })?.fields.get('metadata')
  if (metadata !== undefined) fields.set('metadata', metadata)
  return {
    kind: 'object',
    fields,
    isAtomic: false,
    isOpen: root.kind === 'any' || (root.kind === 'object' && root.isOpen),
    required: [],
    defaults: {},
    zero: noZero,
  }
}

function convert(schema: JsonMap): TypeSchema {
  if (schema['x-kubernetes-int-or-string'] === true) return { kind: 'scalar', type: 'int-or-string' }
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true || schema['x-kubernetes-embedded-resource'] === true
  switch (schema['type']) {
    case 'object':
      return convertObject(schema, isOpen)
    case 'array':
      return convertList(schema)
    case 'string':
      return { kind: 'scalar', type: 'string' }
    case 'boolean':
      return { kind: 'scalar', type: 'boolean' }
    case 'integer':
      return { kind: 'scalar', type: 'int64' }
    case 'number':
      return { kind: 'scalar', type: 'number' }
    default:
      return untypedSchema
  }
}

function convertObject(schema: JsonMap, isOpen: boolean): TypeSchema {
  const isAtomic = schema['x-kubernetes-map-type'] === 'atomic'
  const properties = schema['properties']
  const additional = schema['additionalProperties']
  if (!isMap(properties)) {
    if (isMap(additional)) return { kind: 'map', values: convert(additional), isAtomic }
    if (isOpen || additional === true) return isAtomic ? { kind: 'map', values: untypedSchema, isAtomic } : untypedSchema
    return { kind: 'object', fields: new Map(), isAtomic, isOpen: false, required: [], defaults: {}, zero: noZero }
  }
  let fields: ReadonlyMap<string, TypeSchema> | undefined
  const defaults = Object.fromEntries(
    Object.entries(properties).flatMap(([name, member]) => (isMap(member) && member['default'] !== undefined ? [[name, member['default']]] : [])),
  )
  return {
    kind: 'object',
    get fields() {
      fields ??= new Map(Object.entries(properties).map(([name, member]) => [name, isMap(member) ? convert(member) : untypedSchema]))
      return fields
    },
    isAtomic,
    isOpen,
    required: Array.isArray(schema['required']) ? schema['required'].map(String) : [],
    defaults,
    zero: noZero,
  }
}

function convertList(schema: JsonMap): TypeSchema {
  const items = isMap(schema['items']) ? convert(schema['items']) : untypedSchema
  const listType = schema['x-kubernetes-list-type']
  const keys = Array.isArray(schema['x-kubernetes-list-map-keys']) ? schema['x-kubernetes-list-map-keys'].map(String) : []
  return { kind: 'list', items, listType: listType === 'set' || listType === 'map' ? listType : 'atomic', keys }
}
