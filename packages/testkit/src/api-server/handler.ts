// One request to one answer, whatever the transport: routing, options, and the calls into reading and writing.
import { printed, goJsonError } from '@plumbline/schema'
import { formatYaml } from '@plumbline/yaml'
import { attributesOf } from './access/attributes.ts'
import { requireAccess } from './access/refusals.ts'
import { answerReview, isReview } from './access/reviews.ts'
import { WebhookPending } from './admission/webhook-calls.ts'
import { mediaForErrors, negotiate } from './accept.ts'
import type { AnswerForm } from './accept.ts'
import type { ApiAnswer, ApiRequest, WatchAnswer } from './answers.ts'
import type { ApiContext } from './context.ts'
import { deleteRequestOf, isAnsweredWithObject, preservesChildren, preservesChildrenWarning } from './delete-options.ts'
import { convertObject } from './conversions.ts'
import { decodeObject, duplicatesOf, parseBody } from './decode.ts'
import { readList } from './list.ts'
import { writeOptionsOf } from './options.ts'
import { applyPatch, jsonPatch, mergePatch, patchTypesOf, strategicPatch } from './patch.ts'
import { parseResourcePath } from './request.ts'
import type { ResourcePath } from './request.ts'
import type { ResourceType } from './resource-type.ts'
import { readScale } from './scale.ts'
import {
  badRequest,
  internalFailure,
  methodNotAllowed,
  notFound,
  PlainError,
  plainNotFound,
  StatusError,
  unknownResource,
  unsupportedMediaType,
} from './status-errors.ts'
import { encodeStatus, protobufMedia } from './status-protobuf.ts'
import { handleSubresource } from './subresources.ts'
import { columnsOf, metadataOf, parseIncludeObject, rowOf } from './tables/table.ts'
import { valueAt } from './types.ts'
import type { JsonObject, KubeObject, WriteOptions } from './types.ts'
import { systemDocument } from './system-paths.ts'

/** Carry out a request. Throws nothing that a client can cause, but for {WebhookPending}. */
export function handle(request: ApiRequest, context: ApiContext): ApiAnswer | WatchAnswer {
  try {
    requireAccess(context.authorizer, attributesOf(request.user, request))
    return route(request, context)
  } catch (error) {
    if (error instanceof WebhookPending) throw error
    return errorAnswer(error, request)
  }
}

/** The answer for a failure. */
export function errorAnswer(error: unknown, request: { readonly headers: Readonly<Record<string, string | undefined>> }): ApiAnswer {
  if (error instanceof PlainError)
    return { status: error.code, text: { content: error.message, type: 'text/plain; charset=utf-8' }, headers: { 'x-content-type-options': 'nosniff' } }
  const failure = error instanceof StatusError ? error : internalFailure(error instanceof Error ? error.message : String(error))
  // Who reads nothing but protobuf is told so in it.
  if (failure.code === 406 && request.headers['accept']?.trim() === protobufMedia)
    return { status: 406, text: { content: encodeStatus(failure.status), type: protobufMedia } }
  const retryAfter = failure.status.details?.retryAfterSeconds
  const isYaml = mediaForErrors(request.headers['accept']) === 'application/yaml'
  return {
    status: failure.code,
    body: failure.status,
    form: { media: isYaml ? 'application/yaml' : 'application/json', as: 'object', tableVersion: 'v1' },
    ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
  }
}

function route(request: ApiRequest, context: ApiContext): ApiAnswer | WatchAnswer {
  const parts = request.path
    .split('/')
    .filter((part) => part !== '')
    .map(decodePart)
  if (parts[0] === 'api' || parts[0] === 'apis') {
    if (request.path.includes('//')) throw unknownResource()
    const resource = parseResourcePath(parts, context.registry)
    if (resource !== undefined) return handleDeprecated(request, resource, context)
  }
  const document = systemDocument(request, context)
  if (document === undefined) throw isOfGroup(parts, context) ? unknownResource() : plainNotFound()
  return document
}

/** Whether a path that leads nowhere begins with a group that is served. */
function isOfGroup([root, group = '']: readonly string[], { registry }: ApiContext): boolean {
  return root === 'api' || (root === 'apis' && registry.hasGroup(group))
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Warnings come with failures too: of what is deprecated, and those that a write had gathered. */
function handleDeprecated(request: ApiRequest, resource: ResourcePath, context: ApiContext): ApiAnswer | WatchAnswer {
  try {
    return handleResource(request, resource, context)
  } catch (error) {
    if (error instanceof WebhookPending) throw error
    const warnings = [...deprecation(resource.type), ...(error instanceof StatusError ? error.warnings : [])]
    if (warnings.length === 0) throw error
    const answer = errorAnswer(error, request)
    return { ...answer, warnings: [...warnings, ...(answer.warnings ?? [])] }
  }
}

function handleResource(request: ApiRequest, resource: ResourcePath, context: ApiContext): ApiAnswer | WatchAnswer {
  const { type, name, subresource } = resource
  if (name === '') return handleCollection(request, resource, context)
  if (subresource === '') return handleObject(request, resource, context)
  const declared = type.subresources.get(subresource)
  if (declared === undefined) throw type.defined === undefined ? notServed(type) : notFound({ group: type.group, resource: type.plural }, name)
  if (subresource === 'status' || subresource === 'scale' || subresource === 'ephemeralcontainers' || subresource === 'resize')
    return handleObject(request, resource, context)
  return handleSubresource(request, resource, context)
}

function notServed(type: ResourceType): StatusError {
  return type.defined === undefined
    ? new StatusError({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'the server could not find the requested resource',
        reason: 'NotFound',
        details: {},
        code: 404,
      })
    : methodNotAllowed()
}

function handleCollection(request: ApiRequest, { type, namespace }: ResourcePath, context: ApiContext): ApiAnswer | WatchAnswer {
  const { query } = request
  switch (request.method) {
    case 'GET': {
      requireVerb(type, 'list')
      const isWatch = isTrue(query.get('watch'))
      const form = negotiate(request.headers['accept'], true, type.defined !== undefined)
      if (isWatch) return { watch: { type, namespace: namespace === '' ? undefined : namespace, form, query } }
      const list = readList(type, namespace === '' ? undefined : namespace, query, context)
      return { status: 200, form, body: listIn(form, type, list, query, context), ...warningsOf(type, context) }
    }
    case 'POST': {
      requireVerb(type, 'create')
      if (type.isNamespaced && namespace === '') throw methodNotAllowed()
      const form = negotiate(request.headers['accept'], false, type.defined !== undefined)
      const body = parseBody(request.body, request.headers['content-type'] ?? 'application/json')
      const options = withDuplicates(writeOptionsOf(request, 'CreateOptions'), request)
      if (isReview(type)) {
        const { object } = decodeObject(body, type, options.fieldValidation, options.duplicates)
        return { status: 201, form, body: answerReview(type, context.writer.recordedAs(type, object, options), options.user, context) }
      }
      refuseTerminating(type, body)
      const object = warned(options, () => context.writer.create(type, namespace, body, options))
      return { status: 201, form, body: objectIn(form, type, object, query, context), warnings: [...deprecation(type), ...options.warnings] }
    }
    case 'DELETE': {
      if (type.isNamespaced && namespace === '') throw methodNotAllowed()
      requireVerb(type, 'deletecollection')
      const form = negotiate(request.headers['accept'], false, type.defined !== undefined)
      const options = deleteRequestOf(request)
      const list = readList(type, namespace === '' ? undefined : namespace, query, context)
      for (const { metadata } of list.items) context.writer.delete(type, metadata.namespace ?? '', metadata.name ?? '', options)
      // What is answered is the list that was deleted, as it was before.
      return { status: 200, form, body: listIn(form, type, list, query, context) }
    }
    case 'PUT':
    case 'PATCH':
      // Custom resources are routed by one handler for all paths.
      throw type.defined === undefined ? methodNotAllowed() : badRequest('name must be provided')
    default:
      throw methodNotAllowed()
  }
}

function warned<T>({ warnings }: Pick<WriteOptions, 'warnings'>, write: () => T): T {
  try {
    return write()
  } catch (error) {
    if (error instanceof StatusError) error.warnings.push(...warnings)
    throw error
  }
}

function withDuplicates(options: WriteOptions, { body, headers }: ApiRequest): WriteOptions {
  return options.fieldValidation === 'Ignore' ? options : { ...options, duplicates: duplicatesOf(body, headers['content-type'] ?? 'application/json') }
}

function refuseTerminating(type: ResourceType, body: unknown): void {
  if (type.defined?.isTerminating !== true) return
  const name = printed(valueAt(body, 'metadata', 'name') ?? '')
  throw new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `${type.plural}.${type.group} ${JSON.stringify(name)} is forbidden: create not allowed while custom resource definition is terminating`,
    reason: 'Forbidden',
    details: { name, group: type.group, kind: type.plural },
    code: 403,
  })
}

function handleObject(request: ApiRequest, { type, namespace, name, subresource }: ResourcePath, context: ApiContext): ApiAnswer {
  const { query } = request
  const form = negotiate(request.headers['accept'], false, type.defined !== undefined)
  switch (request.method) {
    case 'GET': {
      requireVerb(type, 'get')
      const object = readObject(type, namespace, name, query, context)
      return {
        status: 200,
        form,
        body: subresource === 'scale' ? readScale(type, object) : objectIn(form, type, object, query, context),
        ...warningsOf(type, context),
      }
    }
    case 'PUT': {
      requireVerb(type, 'update')
      const body = parseBody(request.body, request.headers['content-type'] ?? 'application/json')
      const options = withDuplicates(writeOptionsOf(request, 'UpdateOptions'), request)
      const { object, isCreated } = warned(options, () => context.writer.update(type, namespace, name, subresource, body, options))
      return { status: isCreated ? 201 : 200, form, body: objectIn(form, type, object, query, context), warnings: [...deprecation(type), ...options.warnings] }
    }
    case 'PATCH': {
      requireVerb(type, 'patch')
      const contentType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
      if (![jsonPatch, mergePatch, strategicPatch, applyPatch].includes(contentType) || !patchTypesOf(type).includes(contentType))
        throw unsupportedMediaType(patchTypesOf(type))
      const options = writeOptionsOf(request, 'PatchOptions', contentType)
      const body = parsePatchBody(request.body, contentType)
      const { object, isCreated } = warned(options, () => context.writer.patch(type, namespace, name, subresource, body, contentType, options))
      return { status: isCreated ? 201 : 200, form, body: objectIn(form, type, object, query, context), warnings: [...deprecation(type), ...options.warnings] }
    }
    case 'POST': {
      if (type.defined === undefined || subresource !== '') throw methodNotAllowed()
      const { query: _query, ...rest } = request
      return handleCollection({ ...rest, query }, { type, namespace, name: '', subresource: '' }, context) as ApiAnswer
    }
    case 'DELETE': {
      if (subresource !== '') throw methodNotAllowed()
      requireVerb(type, 'delete')
      const options = deleteRequestOf(request)
      const preserved = preservesChildren(type, options) && type.kind === 'Job' ? [preservesChildrenWarning] : []
      const { object, isGone } = warned({ warnings: preserved }, () => context.writer.delete(type, namespace, name, options))
      return {
        status: 200,
        form,
        body: isGone && !isAnsweredWithObject(type) ? deletedStatus(type, object) : objectIn(form, type, object, query, context),
        warnings: [...deprecation(type), ...preserved],
      }
    }
    default:
      throw methodNotAllowed()
  }
}

function parsePatchBody(text: string, contentType: string): unknown {
  if (contentType === applyPatch) {
    try {
      return parseBody(text, contentType)
    } catch (error) {
      throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : ''}`)
    }
  }
  try {
    return JSON.parse(text) as unknown
  } catch {
    // Only strategic patches are read before anything is said of patches.
    throw badRequest(`${contentType === strategicPatch ? '' : 'error decoding patch: '}${goJsonError(text)}`)
  }
}

function deletedStatus(type: ResourceType, object: KubeObject): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name: object.metadata.name, ...(type.group === '' ? {} : { group: type.group }), kind: type.plural, uid: object.metadata.uid },
  }
}

function readObject(type: ResourceType, namespace: string, name: string, query: URLSearchParams, { storage }: ApiContext): KubeObject {
  const version = query.get('resourceVersion')
  if (version !== null && version !== '' && !/^\d+$/.test(version))
    throw internalFailure(`resourceVersion: Invalid value: ${JSON.stringify(version)}: strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`)
  if (version !== null && Number(version) > storage.version()) throw tooLarge(version, storage.version())
  const found = storage.get(type.storage, namespace, name)
  if (found === undefined) throw notFound({ group: type.group, resource: type.plural }, name)
  return shown(found.object, type)
}

function tooLarge(requested: string, current: number): StatusError {
  return new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `Timeout: Too large resource version: ${requested}, current: ${current}`,
    reason: 'Timeout',
    details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
    code: 504,
  })
}

/** The object in the version that was asked for. */
function shown(object: KubeObject, type: ResourceType): KubeObject {
  return convertObject(object, type)
}

function requireVerb(type: ResourceType, verb: string): void {
  if (!type.verbs.includes(verb)) throw methodNotAllowed()
}

function isTrue(value: string | null): boolean {
  return value === 'true' || value === '1' || value === ''
}

function deprecation(type: ResourceType): readonly string[] {
  if (type.defined?.deprecationWarning !== undefined) return [type.defined.deprecationWarning]
  return type.kind === 'Endpoints' && type.group === '' ? ['v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice'] : []
}

function warningsOf(type: ResourceType, _context: ApiContext): { readonly warnings?: readonly string[] } {
  const warnings = deprecation(type)
  return warnings.length === 0 ? {} : { warnings }
}

function objectIn(form: AnswerForm, type: ResourceType, object: KubeObject, query: URLSearchParams, context: ApiContext): unknown {
  if (form.as === 'Table') return tableOf(type, [object], query, context, { resourceVersion: object.metadata.resourceVersion ?? '' }, form)
  return form.as === 'object' ? object : { ...metadataOf(object), apiVersion: `meta.k8s.io/${form.tableVersion}` }
}

function listIn(
  form: AnswerForm,
  type: ResourceType,
  list: { readonly metadata: JsonObject; readonly items: readonly KubeObject[] },
  query: URLSearchParams,
  context: ApiContext,
): unknown {
  if (form.as === 'Table') return tableOf(type, list.items, query, context, withoutEmptyContinue(list.metadata), form)
  if (form.as !== 'object')
    return { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${form.tableVersion}`, metadata: list.metadata, items: list.items.map(metadataOf) }
  // Items of typed lists do not say what they are.
  const items = type.defined === undefined ? list.items.map(({ kind: _kind, apiVersion: _apiVersion, ...item }) => item) : list.items
  return { kind: type.listKind, apiVersion: type.apiVersion, metadata: list.metadata, items }
}

function withoutEmptyContinue({ continue: token, ...metadata }: JsonObject): JsonObject {
  return token === undefined || token === '' ? metadata : { ...metadata, continue: token }
}

/** Rows of a Table. */
export function tableOf(
  type: ResourceType,
  items: readonly KubeObject[],
  query: URLSearchParams,
  { facts, clock }: ApiContext,
  metadata: JsonObject,
  form: AnswerForm,
  isFirst = true,
): JsonObject {
  const include = parseIncludeObject(query.get('includeObject'))
  const columns = columnsOf(type, facts)
  const rows = items.map((item) => rowOf(type, shown(item, type), include, clock.now(), columns))
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${form.tableVersion}`,
    metadata,
    ...(isFirst ? { columnDefinitions: columns } : { columnDefinitions: null }),
    rows,
  }
}

/** The text of an answer's body. */
export function serialise(answer: ApiAnswer): { readonly content: string | Buffer; readonly type: string } | undefined {
  if (answer.text !== undefined) return answer.text
  if (answer.body === undefined) return undefined
  if (answer.form?.media === 'application/yaml') return { content: formatYaml(answer.body), type: 'application/yaml' }
  return { content: `${JSON.stringify(answer.body, bigAsNumber)}\n`, type: 'application/json' }
}

function bigAsNumber(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value
}
