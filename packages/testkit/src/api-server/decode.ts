// From a body to an object of a type: format, kind and version, unknown and wrong fields, pruning and defaults.
import { goJsonError } from '@plumbline/schema'
import type { TypeSchema } from '@plumbline/schema'
import {
  canonicalizeQuantities,
  canonicalText,
  checkFields,
  defaultObject,
  defaultStructural,
  dropNulls,
  memberSchema,
  pruneObject,
  typeSchemaOf,
  untypedSchema,
  withoutZeros,
  withZeroMembers,
} from '@plumbline/schema'
import { parseJson, parseYamlDocuments, YamlError } from '@plumbline/yaml'
import { parseApiVersion } from './resources.ts'
import type { ResourceType } from './resource-type.ts'
import { badRequest, unsupportedMediaType } from './status-errors.ts'
import { isObject, objectOf, setMember, objectsOf, textOf } from './types.ts'
import { duplicateMembers } from './duplicate-members.ts'
import type { Duplicates, FieldValidation, JsonObject, KubeObject } from './types.ts'

export const bodyTypes: readonly string[] = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

const isYamlMedia = (media: string): boolean => media === 'application/yaml' || media === 'application/apply-patch+yaml'

/** What a body names twice. The body has been parsed before. */
export function duplicatesOf(text: string, contentType: string): Duplicates {
  if (!isYamlMedia(mediaOf(contentType))) return { isYaml: false, texts: duplicateMembers(text).map((path) => `duplicate field ${JSON.stringify(path)}`) }
  const warnings = parseYamlDocuments(text)[0]?.warnings ?? []
  const texts = warnings.map(({ line, message }) => `line ${line}: key ${/"(?:[^"\\]|\\.)*"/.exec(message)?.[0] ?? '""'} already set in map`)
  return { isYaml: true, texts }
}

function mediaOf(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim()
}

/** Read a body by its media type. @throws {StatusError} 400 or 415 */
export function parseBody(text: string, contentType: string): unknown {
  const media = mediaOf(contentType)
  if (isYamlMedia(media)) return parseYamlBody(text)
  if (media === '' || media === 'application/json' || media.endsWith('+json') || media === '*/*') {
    try {
      return parseJson(text)
    } catch {
      throw badRequest(`couldn't get version/kind; json parse error: ${goJsonError(text)}`)
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

/** A body read as an object of a type. */
export interface Decoded {
  readonly object: KubeObject
  readonly warnings: readonly string[]
}

/**
 * Check that a body is an object of the type and bring it into the server's form.
 * @throws {StatusError} 400 in the words of the server
 */
export function decodeObject(
  body: unknown,
  type: ResourceType,
  fieldValidation: FieldValidation,
  duplicates: Duplicates = noDuplicates,
  isApplied = false,
): Decoded {
  if (!isObject(body))
    throw badRequest(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(body) ? 'array' : typeof body} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
    )
  const isBuiltIn = type.defined === undefined
  for (const member of ['apiVersion', 'kind'])
    if (!['string', 'undefined'].includes(typeof body[member]) && body[member] !== null)
      throw badRequest(
        `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonKind(body[member])} into Go struct field .${member} of type string`,
      )
  // What a built-in object does not say of itself, its path says.
  const kind = isBuiltIn ? textOf(body['kind']) || type.kind : body['kind']
  const apiVersion = isBuiltIn ? textOf(body['apiVersion']) || type.apiVersion : body['apiVersion']
  if (typeof kind !== 'string' || kind === '' || typeof apiVersion !== 'string') throw badRequest(`Object 'Kind' is missing in '${canonicalText(body)}'`)
  if (kind !== type.kind || apiVersion !== type.apiVersion) throw mismatch(apiVersion, kind, type)
  const named = { ...body, kind, apiVersion }
  return type.defined === undefined
    ? decodeBuiltIn(named, type, fieldValidation, duplicates, isApplied)
    : decodeCustom(named, type, fieldValidation, duplicates, isApplied)
}

function jsonKind(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value === 'boolean' ? 'bool' : typeof value
}

/** Go names of the packages that hold a group's types in the form all versions convert to. */
const internalPackages: Readonly<Record<string, string>> = { '': 'core', 'rbac.authorization.k8s.io': 'rbac', 'events.k8s.io': 'core' }

function mismatch(apiVersion: string, kind: string, type: ResourceType): Error {
  const { group, version } = parseApiVersion(apiVersion)
  const head = `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${type.kind}: `
  if (type.defined !== undefined || (group === type.group && kind === type.kind))
    return badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${type.apiVersion})`)
  if (typeSchemaOf({ group, version, kind }) === undefined)
    return badRequest(`${head}no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:110"`)
  const internal = internalPackages[type.group] ?? type.group.split('.')[0] ?? ''
  return badRequest(`${head}converting (${version}.${kind}) to (${internal}.${type.kind}): unknown conversion`)
}

function decodeBuiltIn(body: JsonObject, type: ResourceType, fieldValidation: FieldValidation, duplicates: Duplicates, isApplied: boolean): Decoded {
  if (type.schema === undefined) return { object: withMetadata(body), warnings: [] }
  const { object, unknownFields, typeError } = checkFields(body, type.schema)
  const head = `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: `
  if (typeError !== undefined) throw badRequest(`${head}${typeError}`)
  const texts = [...unknownFields.map((field) => `unknown field "${field}"`), ...duplicates.texts]
  if (texts.length > 0 && fieldValidation === 'Strict') throw badRequest(`${head}${strictError(texts, duplicates)}`)
  const read = serverForm(withMetadata(withoutNulls(object, type.schema) as JsonObject), type)
  const formed = isApplied ? read : converted(type, read)
  // An empty list of managers asks for the bookkeeping to be forgotten.
  const managers = isObject(body['metadata']) ? body['metadata']['managedFields'] : undefined
  const asked = Array.isArray(managers) && managers.length === 0 ? { ...formed, metadata: { ...formed.metadata, managedFields: [] } } : formed
  return { object: asked, warnings: fieldValidation === 'Warn' ? texts : [] }
}

/** What is written in several ways is kept in one, and belongs to who wrote it in any. */
function converted({ group, kind }: ResourceType, object: KubeObject): KubeObject {
  if (group === '' && kind === 'Secret') return withDecodedStrings(object)
  if (group === '' && kind === 'Node') return withPodRanges(object)
  if (group === '' && kind === 'Pod') return withPodAddresses(object)
  // How often the template changed comes out of what was a field once.
  if (group === 'apps' && kind === 'DaemonSet' && object.metadata.annotations?.[templateGeneration] === undefined)
    return { ...object, metadata: { ...object.metadata, annotations: { ...object.metadata.annotations, [templateGeneration]: '0' } } }
  return object
}

export const templateGeneration = 'deprecated.daemonset.template.generation'

/** A Node whose one range of pods is the first of its ranges; where they contradict each other, the one counts. */
export function withPodRanges(node: KubeObject): KubeObject {
  const spec = objectOf(node['spec'])
  const [one, ranges] = [textOf(spec['podCIDR']), Array.isArray(spec['podCIDRs']) ? (spec['podCIDRs'] as unknown[]) : []]
  const kept = one !== '' && ranges[0] !== one ? [one] : ranges
  if (kept.length === 0 || (kept === ranges && one === kept[0])) return node
  return { ...node, spec: { ...spec, podCIDR: kept[0], podCIDRs: kept } }
}

/** A Pod whose one address is the first of its addresses; where they contradict each other, the one counts. */
function withPodAddresses(pod: KubeObject): KubeObject {
  const status = objectOf(pod['status'])
  const [one, addresses] = [textOf(status['podIP']), objectsOf(status['podIPs'])]
  const kept = one !== '' && addresses[0]?.['ip'] !== one ? [{ ip: one }] : addresses
  if (kept.length === 0 || (kept === addresses && one === kept[0]?.['ip'])) return pod
  return { ...pod, status: { ...status, podIP: kept[0]?.['ip'], podIPs: kept } }
}

/** A Secret with its `stringData` among its data. */
export function withDecodedStrings(secret: KubeObject): KubeObject {
  if (!isObject(secret['stringData'])) return secret
  const { stringData, ...rest } = secret as KubeObject & { stringData: JsonObject }
  const data = { ...objectOf(rest['data']) }
  for (const [key, value] of Object.entries(stringData)) setMember(data, key, Buffer.from(String(value)).toString('base64'))
  return { ...rest, data } as KubeObject
}

function strictError(texts: readonly string[], { isYaml, texts: duplicates }: Duplicates): string {
  const inYaml = isYaml && duplicates.length > 0 ? `yaml: unmarshal errors:\n${duplicates.map((text) => `  ${text}`).join('\n')}` : undefined
  const others = inYaml === undefined ? texts : [...texts.filter((text) => !duplicates.includes(text)), inYaml]
  return `strict decoding error: ${others.join(', ')}`
}

const noDuplicates: Duplicates = { texts: [], isYaml: false }

/** What comes back from the store, where empty lists and maps are not kept. */
export function storedForm(object: KubeObject, type: ResourceType): KubeObject {
  return type.defined !== undefined || type.schema === undefined ? object : (withZeroMembers(object, type.schema, true) as KubeObject)
}

/** The form in which the server keeps objects of built-in kinds: defaults, canonical quantities, structures that Go always writes. */
export function serverForm(object: KubeObject, type: ResourceType): KubeObject {
  if (type.defined !== undefined) {
    const bare = withoutEmpty(object) as KubeObject
    return type.defined.openAPIV3Schema === undefined ? bare : (defaultStructural(bare, type.defined.openAPIV3Schema) as KubeObject)
  }
  if (type.schema === undefined) return object
  const canonical = canonicalizeQuantities(object, type.schema)
  const cleaned = withoutEmpty(withoutZeros(canonical, type.schema))
  // A spec that is no pointer is there to have defaults although nobody gave one.
  const isBare = type.schema.kind === 'object' && type.schema.zero.structures.includes('spec') && isObject(cleaned) && cleaned['spec'] === undefined
  return withZeroMembers(defaultObject(isBare ? { ...cleaned, spec: {} } : cleaned), type.schema) as KubeObject
}

function decodeCustom(body: JsonObject, type: ResourceType, fieldValidation: FieldValidation, duplicates: Duplicates, isApplied: boolean): Decoded {
  const schema = type.defined?.openAPIV3Schema
  const metadata = checkMetadata(body, type)
  const object = withMetadata({ ...body, ...(metadata.object === undefined ? {} : { metadata: metadata.object }) })
  if (schema === undefined) return { object, warnings: [] }
  const pruned = pruneObject(object, schema)
  const texts = [...pruned.unknownFields, ...metadata.unknownFields.map((field) => `metadata.${field}`)].map((field) => `unknown field "${field}"`)
  texts.push(...duplicates.texts)
  if (texts.length > 0 && fieldValidation === 'Strict')
    throw badRequest(`${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: ${strictError(texts, duplicates)}`)
  // Applied configurations are merged, never read as objects: their nulls stay.
  const object_ = isApplied ? pruned.object : dropNulls(pruned.object, schema)
  return { object: serverForm(object_ as KubeObject, type), warnings: fieldValidation === 'Warn' ? texts : [] }
}

/** Custom resources have typed metadata all the same. */
function checkMetadata(body: JsonObject, type: ResourceType): { object: unknown; unknownFields: readonly string[] } {
  const schema = type.schema?.kind === 'object' ? type.schema.fields.get('metadata') : undefined
  if (schema === undefined || body['metadata'] === undefined) return { object: body['metadata'], unknownFields: [] }
  const checked = checkFields(body['metadata'], schema)
  if (checked.typeError !== undefined) throw badRequest(`${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: ${checked.typeError}`)
  return { object: withoutNulls(checked.object, schema), unknownFields: checked.unknownFields }
}

function withMetadata(body: JsonObject): KubeObject {
  return (isObject(body['metadata']) ? body : { ...body, metadata: {} }) as KubeObject
}

/** Null members are absent ones for Go's decoder; nulls in lists and maps are zero values. */
function withoutNulls(value: unknown, schema: TypeSchema): unknown {
  if (Array.isArray(value)) {
    if (schema.kind !== 'list') return value
    return value.map((item) => (item === null ? zeroOf(schema.items) : withoutNulls(item, schema.items)))
  }
  if (!isObject(value) || (schema.kind !== 'object' && schema.kind !== 'map')) return value
  let copy: JsonObject | undefined
  for (const [name, item] of Object.entries(value)) {
    if (item === null) {
      copy ??= { ...value }
      if (schema.kind === 'map' && schema.values.kind !== 'any') copy[name] = zeroOf(schema.values)
      else delete copy[name]
      continue
    }
    const next = withoutNulls(item, memberSchema(schema, name) ?? untypedSchema)
    if (next !== item) (copy ??= { ...value })[name] = next
  }
  return copy ?? value
}

function zeroOf(schema: TypeSchema): unknown {
  if (schema.kind === 'object') return {}
  if (schema.kind !== 'scalar') return null
  if (schema.type === 'boolean') return false
  if (schema.type === 'quantity') return '0'
  if (schema.type === 'byte') return null
  return schema.type === 'int32' || schema.type === 'int64' || schema.type === 'number' || schema.type === 'int-or-string' ? 0 : ''
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
