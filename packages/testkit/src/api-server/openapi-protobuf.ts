// OpenAPI v2 in protobuf, which is the only form that kubectl and Go's clients read it in. Follows gnostic `openapiv2/OpenAPIv2.proto`.
import { ProtobufWriter } from './protobuf-writer.ts'
import type { WriteMembers } from './protobuf-writer.ts'
import { isObject, objectOf, objectsOf } from './types.ts'
import type { JsonObject } from './types.ts'

/** As the server answers: the `@` by which it is asked for is no valid media type. */
export const openApiProtobuf = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/** A value that the format does not know is carried as YAML; JSON is YAML. */
const anyOf =
  (value: unknown): WriteMembers =>
  (out) =>
    out.text(2, JSON.stringify(value))

function extensions(out: ProtobufWriter, field: number, object: JsonObject): void {
  for (const [name, value] of Object.entries(object)) {
    if (!name.startsWith('x-')) continue
    out.message(field, (entry) => {
      entry.text(1, name)
      entry.message(2, anyOf(value))
    })
  }
}

function named(out: ProtobufWriter, field: number, name: string, value: WriteMembers): void {
  out.message(field, (entry) => {
    entry.text(1, name)
    entry.message(2, value)
  })
}

const schemaOf =
  (schema: JsonObject): WriteMembers =>
  (out) => {
    out.text(1, schema['$ref'])
    out.text(2, schema['format'])
    out.text(3, schema['title'])
    out.text(4, schema['description'])
    if (schema['default'] !== undefined) out.message(5, anyOf(schema['default']))
    out.double(6, schema['multipleOf'])
    out.double(7, schema['maximum'])
    out.flag(8, schema['exclusiveMaximum'])
    out.double(9, schema['minimum'])
    out.flag(10, schema['exclusiveMinimum'])
    out.integer(11, schema['maxLength'])
    out.integer(12, schema['minLength'])
    out.text(13, schema['pattern'])
    out.integer(14, schema['maxItems'])
    out.integer(15, schema['minItems'])
    out.flag(16, schema['uniqueItems'])
    out.integer(17, schema['maxProperties'])
    out.integer(18, schema['minProperties'])
    out.texts(19, schema['required'])
    if (Array.isArray(schema['enum'])) for (const value of schema['enum']) out.message(20, anyOf(value))
    const additional = schema['additionalProperties']
    if (isObject(additional)) out.message(21, (item) => item.message(1, schemaOf(additional)))
    else if (additional === true) out.message(21, (item) => item.flag(2, true))
    const { type } = schema
    if (typeof type === 'string' || Array.isArray(type)) out.message(22, (item) => item.texts(1, Array.isArray(type) ? type : [type]))
    const { items } = schema
    if (isObject(items)) out.message(23, (item) => item.message(1, schemaOf(items)))
    for (const part of objectsOf(schema['allOf'])) out.message(24, schemaOf(part))
    const properties = schema['properties']
    if (isObject(properties))
      out.message(25, (list) => {
        for (const [name, value] of Object.entries(properties)) named(list, 1, name, schemaOf(objectOf(value)))
      })
    extensions(out, 31, schema)
  }

const queryParameter =
  (parameter: JsonObject): WriteMembers =>
  (out) => {
    out.flag(1, parameter['required'])
    out.text(2, parameter['in'])
    out.text(3, parameter['description'])
    out.text(4, parameter['name'])
    out.text(6, parameter['type'])
  }

function parameters(out: ProtobufWriter, field: number, list: unknown): void {
  for (const parameter of objectsOf(list)) {
    const reference = parameter['$ref']
    if (typeof reference === 'string') out.message(field, (item) => item.message(2, (value) => value.text(1, reference)))
    // Others than those of the query are of no use to readers of the document.
    else if (parameter['in'] === 'query')
      out.message(field, (item) => item.message(1, (kind) => kind.message(2, (plain) => plain.message(3, queryParameter(parameter)))))
  }
}

const operationOf =
  (operation: JsonObject): WriteMembers =>
  (out) => {
    out.texts(1, operation['tags'])
    out.text(3, operation['description'])
    out.text(5, operation['operationId'])
    out.texts(6, operation['produces'])
    out.texts(7, operation['consumes'])
    parameters(out, 8, operation['parameters'])
    out.message(9, () => undefined)
    out.texts(10, operation['schemes'])
    extensions(out, 13, operation)
  }

const methods: Readonly<Record<string, number>> = { get: 2, put: 3, post: 4, delete: 5, options: 6, head: 7, patch: 8 }

const pathOf =
  (item: JsonObject): WriteMembers =>
  (out) => {
    for (const [method, field] of Object.entries(methods)) if (isObject(item[method])) out.message(field, operationOf(item[method]))
    parameters(out, 9, item['parameters'])
  }

const encoded = new WeakMap<object, Buffer>()

/** A document of OpenAPI v2 as bytes. One that was encoded before is not encoded again. */
export function encodeOpenApi(document: JsonObject): Buffer {
  const known = encoded.get(document)
  if (known !== undefined) return known
  const out = new ProtobufWriter(1 << 20)
  const info = objectOf(document['info'])
  out.text(1, document['swagger'])
  out.message(2, (part) => {
    part.text(1, info['title'])
    part.text(2, info['version'])
  })
  out.message(8, (part) => {
    for (const [path, item] of Object.entries(objectOf(document['paths']))) named(part, 2, path, pathOf(objectOf(item)))
  })
  out.message(9, (part) => {
    for (const [name, schema] of Object.entries(objectOf(document['definitions']))) named(part, 1, name, schemaOf(objectOf(schema)))
  })
  const result = out.result()
  encoded.set(document, result)
  return result
}
