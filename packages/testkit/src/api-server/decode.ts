// From a body to an object of a type: format, kind and version, unknown and wrong fields, pruning and defaults.
import { canonicalizeQuantities, checkFields, defaultObject, defaultStructural, pruneObject, withZeroMembers } from '@plumbline/schema'
import { parseJson, parseYamlDocuments, YamlError } from '@plumbline/yaml'
import { parseApiVersion } from './resources.ts'
import type { ResourceType } from './resource-type.ts'
import { badRequest, unsupportedMediaType } from './status-errors.ts'
import { isObject } from './types.ts'
import type { FieldValidation, JsonObject, KubeObject } from './types.ts'

export const bodyTypes: readonly string[] = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

/** Read a body by its media type. @throws {StatusError} 400 or 415 */
export function parseBody(text: string, contentType: string): unknown {
  const media = (contentType.split(';')[0] ?? '').trim()
  if (media === 'application/yaml' || media === 'application/apply-patch+yaml') return parseYamlBody(text)
  if (media === '' || media === 'application/json' || media.endsWith('+json') || media === '*/*') {
    try {
      return parseJson(text)
    } catch (error) {
      throw badRequest(`couldn't get version/kind; json parse error: ${goJsonError(text, error)}`)
    }
  }
  throw unsupportedMediaType(bodyTypes)
}

function parseYamlBody(text: string): unknown {
  try {
    return parseYamlDocuments(text)[0]?.value ?? null
  } catch (error) {
    throw badRequest(`error converting YAML to JSON: yaml: ${error instanceof YamlError ? `line ${error.line}: ${error.message}` : String(error)}`)
  }
}

/** What Go's decoder says of broken JSON, as far as it can be told. */
function goJsonError(text: string, error: unknown): string {
  if (text.trim() === '' || (error instanceof SyntaxError && /end of JSON|Unterminated/i.test(error.message))) return 'unexpected end of JSON input'
  const position = error instanceof SyntaxError ? /position (\d+)/.exec(error.message)?.[1] : undefined
  const character = position === undefined ? text.trim().charAt(0) : text.charAt(Number(position))
  return `invalid character ${JSON.stringify(character).replace(/^"|"$/g, "'")} looking for beginning of value`
}

/** A body read as an object of a type. */
export interface Decoded {
  readonly object: KubeObject
  readonly warnings: readonly string[]
}

/**
 * Check that a body is an object of the type and bring it into the server's form.
 * @throws {StatusError} 400 in the words of the server
 */
export function decodeObject(body: unknown, type: ResourceType, fieldValidation: FieldValidation, duplicates: readonly string[] = []): Decoded {
  if (!isObject(body))
    throw badRequest(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(body) ? 'array' : typeof body} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    )
  const kind = body['kind'] ?? (type.defined === undefined ? type.kind : undefined)
  const apiVersion = body['apiVersion'] ?? (type.defined === undefined ? type.apiVersion : undefined)
  if (typeof kind !== 'string' || kind === '' || typeof apiVersion !== 'string') throw badRequest(`Object 'Kind' is missing in '${JSON.stringify(body)}'`)
  if (kind !== type.kind || apiVersion !== type.apiVersion) throw mismatch(apiVersion, kind, type)
  const named = { ...body, kind, apiVersion }
  return type.defined === undefined ? decodeBuiltIn(named, type, fieldValidation, duplicates) : decodeCustom(named, type, fieldValidation, duplicates)
}

function mismatch(apiVersion: string, kind: string, type: ResourceType): Error {
  const { group, version } = parseApiVersion(apiVersion)
  return badRequest(
    `the API version in the data (${apiVersion}) does not match the expected API version (${type.apiVersion})`.replace(/.*/s, (text) =>
      group === type.group && version === type.version
        ? `${kind} in version "${version}" cannot be handled as a ${type.kind}: converting (${kind}) to (${type.kind}): unknown conversion`
        : text,
    ),
  )
}

function decodeBuiltIn(body: JsonObject, type: ResourceType, fieldValidation: FieldValidation, duplicates: readonly string[]): Decoded {
  if (type.schema === undefined) return { object: withMetadata(body), warnings: [] }
  const { object, unknownFields, typeError } = checkFields(body, type.schema)
  const head = `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: `
  if (typeError !== undefined) throw badRequest(`${head}json: ${typeError}`)
  const texts = [...unknownFields.map((field) => `unknown field "${field}"`), ...duplicates.map((field) => `duplicate field "${field}"`)]
  if (texts.length > 0 && fieldValidation === 'Strict') throw badRequest(`${head}strict decoding error: ${texts.join(', ')}`)
  return { object: serverForm(withMetadata(withoutNulls(object) as JsonObject), type), warnings: fieldValidation === 'Warn' ? texts : [] }
}

/** The form in which the server keeps objects of built-in kinds: defaults, canonical quantities, structures that Go always writes. */
export function serverForm(object: KubeObject, type: ResourceType): KubeObject {
  if (type.defined !== undefined) {
    const bare = withoutEmpty(object) as KubeObject
    return type.defined.openAPIV3Schema === undefined ? bare : (defaultStructural(bare, type.defined.openAPIV3Schema) as KubeObject)
  }
  if (type.schema === undefined) return object
  const canonical = canonicalizeQuantities(object, type.schema)
  return withZeroMembers(defaultObject(withoutEmpty(canonical)), type.schema) as KubeObject
}

function decodeCustom(body: JsonObject, type: ResourceType, fieldValidation: FieldValidation, duplicates: readonly string[]): Decoded {
  const schema = type.defined?.openAPIV3Schema
  const metadata = checkMetadata(body, type)
  const object = withMetadata({ ...body, ...(metadata.object === undefined ? {} : { metadata: metadata.object }) })
  if (schema === undefined) return { object, warnings: [] }
  const pruned = pruneObject(object, schema)
  const texts = [...pruned.unknownFields, ...metadata.unknownFields.map((field) => `metadata.${field}`)].map((field) => `unknown field "${field}"`)
  texts.push(...duplicates.map((field) => `duplicate field "${field}"`))
  if (texts.length > 0 && fieldValidation === 'Strict') throw badRequest(`strict decoding error: ${texts.join(', ')}`)
  return { object: serverForm(pruned.object as KubeObject, type), warnings: fieldValidation === 'Warn' ? texts : [] }
}

/** Custom resources have typed metadata all the same. */
function checkMetadata(body: JsonObject, type: ResourceType): { object: unknown; unknownFields: readonly string[] } {
  const schema = type.schema?.kind === 'object' ? type.schema.fields.get('metadata') : undefined
  if (schema === undefined || body['metadata'] === undefined) return { object: body['metadata'], unknownFields: [] }
  const checked = checkFields(body['metadata'], schema)
  if (checked.typeError !== undefined) throw badRequest(`json: ${checked.typeError}`)
  return { object: withoutNulls(checked.object), unknownFields: checked.unknownFields }
}

function withMetadata(body: JsonObject): KubeObject {
  return (isObject(body['metadata']) ? body : { ...body, metadata: {} }) as KubeObject
}

/** Null members are absent ones for Go's decoder; elements of lists and of maps of texts are zero values. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!isObject(value)) return value
  let copy: JsonObject | undefined
  for (const [name, member] of Object.entries(value)) {
    if (member === null) {
      copy ??= { ...value }
      delete copy[name]
      continue
    }
    const next = withoutNulls(member)
    if (next !== member) (copy ??= { ...value })[name] = next
  }
  return copy ?? value
}

/** Empty maps and lists of metadata are not written. */
function withoutEmpty(object: unknown): unknown {
  if (!isObject(object) || !isObject(object['metadata'])) return object
  const metadata = { ...object['metadata'] }
  for (const name of ['labels', 'annotations', 'finalizers', 'ownerReferences']) {
    const value = metadata[name]
    if ((Array.isArray(value) && value.length === 0) || (isObject(value) && Object.keys(value).length === 0)) delete metadata[name]
  }
  return { ...object, metadata }
}
