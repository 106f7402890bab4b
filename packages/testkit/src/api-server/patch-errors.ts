// How patches and applies fail.
import { describeManager, goText, inGoOrder, isNamedText, itemSchema, memberSchema, typeSchemaOf } from '@plumbline/schema'
import type { ApplyOutcome, TypeSchema } from '@plumbline/schema'
import { jsonPatch, strategicPatch } from './patch.ts'
import type { ResourceType } from './resource-type.ts'
import { parseApiVersion } from './resources.ts'
import { StatusError } from './status-errors.ts'
import type { Status } from './status-errors.ts'
import { isObject, setMember } from './types.ts'
import type { JsonObject } from './types.ts'

/** A patch, and what it made. */
export interface FailedPatch {
  readonly live: unknown
  readonly patch: unknown
  readonly result: unknown
  readonly contentType: string
  readonly type: ResourceType
}

/**
 * What a patch makes that cannot be read is the patch's fault. Of strategic patches the patch itself is shown, as Go prints maps;
 * of others the result.
 */
export function invalidPatch(failed: FailedPatch, problem: string): StatusError {
  const shown = failed.contentType === strategicPatch ? goText(failed.patch) : goJson(asPatched(failed))
  const message = `Invalid value: ${JSON.stringify(shown)}: ${problem}`
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: ` "" is invalid: patch: ${message}`,
    reason: 'Invalid',
    details: { causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }] },
    code: 422,
  })
}

/** As Go writes JSON, fit for HTML. */
function goJson(value: unknown): string {
  const text = JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? Number(item) : item))
  return text.replaceAll(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
}

/**
 * The result with its members in the server's order. Its library keeps the text of what a patch does not touch, which is that of Go's types, and of
 * what a JSON patch brings; the maps on the way it writes anew, by name.
 */
function asPatched({ live, patch, result, contentType, type }: FailedPatch): unknown {
  const kept = new Map<unknown, TypeSchema | undefined>()
  const collect = (value: unknown, schema: TypeSchema | undefined): void => {
    if (typeof value !== 'object' || value === null) return
    kept.set(value, schema)
    if (Array.isArray(value)) for (const item of value) collect(item, schema === undefined ? undefined : itemSchema(schema))
    else for (const [name, item] of Object.entries(value)) collect(item, schema === undefined ? undefined : memberSchema(schema, name))
  }
  if (contentType === jsonPatch) collect(patch, undefined)
  if (type.defined === undefined) collect(live, type.schema)
  if (contentType === jsonPatch) for (const node of readNodes(live, patch)) kept.delete(node)
  const write = (value: unknown): unknown => {
    if (kept.has(value)) {
      const schema = kept.get(value)
      return schema === undefined ? value : inGoOrder(value, schema)
    }
    if (Array.isArray(value)) return value.map(write)
    if (!isObject(value)) return value
    const ordered: JsonObject = {}
    for (const name of Object.keys(value).toSorted()) setMember(ordered, name, write(value[name]))
    return ordered
  }
  return write(result)
}

/** What is said where a patch makes an object of a kind that there is not. */
export function unknownKindIn({ result, type }: FailedPatch): string | undefined {
  if (!isObject(result) || type.defined !== undefined) return undefined
  const { apiVersion, kind } = result
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || apiVersion === '' || kind === '') return undefined
  if (typeSchemaOf({ ...parseApiVersion(apiVersion), kind }) !== undefined) return undefined
  return `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:110"`
}

/** The maps and lists that a JSON patch looks into on its ways. */
function readNodes(live: unknown, patch: unknown): unknown[] {
  const pointers = (Array.isArray(patch) ? patch : []).flatMap((entry: unknown) => (isObject(entry) ? [entry['path'], entry['from']] : []))
  return pointers.flatMap((pointer) => {
    const nodes: unknown[] = []
    let node: unknown = live
    for (const part of typeof pointer === 'string' ? pointer.split('/').slice(1) : []) {
      if (typeof node !== 'object' || node === null) break
      nodes.push(node)
      node = (node as JsonObject)[part.replaceAll('~1', '/').replaceAll('~0', '~')]
    }
    return nodes
  })
}

/**
 * What Go's converter of unstructured objects says where its JSON decoder says something else. apimachinery `pkg/runtime/converter.go`
 * @param problem in the words of the decoder
 */
export function converterProblem(problem: string): string {
  const found = /^json: cannot unmarshal (array|object|string|bool|number)(?: (\S+))? into Go (?:struct field \S+|value) of type (.+)$/.exec(problem)
  if (found === null) return problem
  const [, given = '', number = '', type = ''] = found
  const isFraction = number.includes('.') || number.includes('e')
  // Whole numbers are cut to size, but for those that may be texts: these decode themselves.
  if (given === 'number' && !isFraction && type === 'int32') return `json: cannot unmarshal number ${number} into Go value of type int32`
  const kind = { array: 'slice', object: 'map', number: isFraction ? 'float64' : 'int64' }[given] ?? given
  if (type.startsWith('[]')) return `cannot restore slice from ${kind}`
  if (type.startsWith('map[') || type === 'v1.ResourceList') return `cannot restore map from ${kind}`
  const isText = type === 'string' || isNamedText(type)
  if (given === 'number' && (isText || /^(?:u?int\d*|float64)$/.test(type))) return `cannot convert ${kind} to ${type}`
  if (isText) return 'unrecognized type: string'
  if (/^(?:u?int\d*|float64|bool)$/.test(type)) return `unrecognized type: ${type}`
  return `cannot restore struct from: ${kind}`
}

/** Fields that others own, one cause each. */
export function conflictError(outcome: Extract<ApplyOutcome, { kind: 'conflict' }>): StatusError {
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: outcome.message,
    reason: 'Conflict',
    details: {
      causes: outcome.conflicts.map((entry) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${describeManager(entry)}`,
        field: entry.path,
      })),
    },
    code: 409,
  }
  return new StatusError(status)
}
