// Creates, updates, patches and deletes: from a decoded object to the store.
import { randomUUID } from 'node:crypto'
import { applyConfiguration, checkTyped, recordUpdate, SchemaError, untypedSchema, printed } from '@plumbline/schema'
import { checkEscalation } from './access/escalation.ts'
import type { Authorizer } from './access/rbac.ts'
import { requireAccess } from './access/refusals.ts'
import type { Admission } from './admission/admission.ts'
import { createAllocator } from './allocate.ts'
import { preservesChildren } from './delete-options.ts'
import type { DeleteRequest } from './delete-options.ts'
import { convertObject } from './conversions.ts'
import { decodeObject, serverForm, storedForm } from './decode.ts'
import { generatedName } from './names.ts'
import { applyPatch, patched, strategicPatch } from './patch.ts'
import type { ResourceType } from './resource-type.ts'
import { parseApiVersion } from './resources.ts'
import type { Registry } from './resources.ts'
import { completed, isStoredBare, markedTerminating, prepared } from './kind-rules.ts'
import { checkCustomKind, checkUid, checkUrlName, checkUrlNamespace, checkVersion, checkVersionForm } from './write-checks.ts'
import { conflictError, converterProblem, invalidPatch, unknownKindIn } from './patch-errors.ts'
import type { FailedPatch } from './patch-errors.ts'
import { alreadyExists, generatedNameConflict, badRequest, conflict, internalFailure, invalid, MODIFIED, notFound, StatusError } from './status-errors.ts'
import type { GroupResource } from './status-errors.ts'
import type { Storage, Stored } from './storage.ts'
import { generationAfter, hasGeneration, hasStatusEndpoint, resetPathsOf, statusUpdate, withoutStatus } from './strategies.ts'
import { formatTime, isEqual, isObject, objectOf } from './types.ts'
import type { Clock, JsonObject, KubeObject, WriteOptions } from './types.ts'
import { finalizerWarnings, warningsOfObject, warningsOfUpdate } from './warnings/kinds.ts'
import { validateChange, validateNew } from './validation/objects.ts'
import { withWrappedIntegers } from './wrapped-integers.ts'
import { readScale, scaleConfiguration, writeScale } from './scale.ts'

/** What a deletion came to: gone, or still there with a deletion time. */
export interface Deleted {
  readonly object: KubeObject
  readonly isGone: boolean
}

/** Writes of one server. Every function throws {StatusError}. */
export interface Writer {
  create(type: ResourceType, namespace: string, body: unknown, options: WriteOptions, name?: string): KubeObject
  update(
    type: ResourceType,
    namespace: string,
    name: string,
    subresource: string,
    body: unknown,
    options: WriteOptions,
  ): { object: KubeObject; isCreated: boolean }
  patch(
    type: ResourceType,
    namespace: string,
    name: string,
    subresource: string,
    patch: unknown,
    contentType: string,
    options: WriteOptions,
  ): { object: KubeObject; isCreated: boolean }
  delete(type: ResourceType, namespace: string, name: string, request: DeleteRequest): Deleted
  /** A new object that is answered and not stored, with its fields' owners. */
  recordedAs(type: ResourceType, object: KubeObject, options: WriteOptions): KubeObject
  /** Store what a controller of the server itself computed, without rules or bookkeeping of fields. */
  store(type: ResourceType, object: KubeObject): KubeObject
}

/** Kinds that an update makes when they are not there. */
const createdByUpdate = new Set([
  'Lease',
  'Service',
  'Endpoints',
  'Role',
  'RoleBinding',
  'ClusterRole',
  'ClusterRoleBinding',
  'LimitRange',
  'Event',
  'RuntimeClass',
])
/** Holds a definition until its objects are gone. */
export const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io'
const graceful = new Set(['Pod'])
/** Kinds whose deletion is an affair of their own: it has no grace period and is no change of the spec. */
const ownDeletion = new Set(['Namespace', 'CustomResourceDefinition'])
const defaultPodGrace = 30

export function createWriter(storage: Storage, registry: Registry, clock: Clock, admission: Admission, authorizer: Authorizer): Writer {
  const allocator = createAllocator(storage)
  /** Objects whose defaults are not in the store yet: the next write puts them there, whatever else it changes. */
  const bare = new WeakSet<KubeObject>()
  const now = (): string => formatTime(clock.now())
  const resourceOf = (type: ResourceType): GroupResource => ({ group: type.group, resource: type.plural })
  const kindOf = (type: ResourceType): GroupResource => ({ group: type.group, resource: type.kind })

  function find(type: ResourceType, namespace: string, name: string): Stored {
    const found = storage.get(type.storage, namespace, name)
    if (found === undefined) throw notFound(resourceOf(type), name)
    return found
  }

  /** Objects are kept in one version; others differ in name only, unless a conversion is known. */
  function inVersion(object: KubeObject, type: ResourceType): KubeObject {
    return convertObject(object, type)
  }

  function put(type: ResourceType, object: KubeObject): KubeObject {
    const { selfLink: _link, ...metadata } = object.metadata
    const kept = _link === undefined ? object : { ...object, metadata }
    const stored = storage.put(type.storage, convertObject(kept, type, type.storedApiVersion))
    return inVersion(stored.object, type)
  }

  function create(type: ResourceType, namespace: string, body: unknown, options: WriteOptions, urlName?: string, isApplied = false): KubeObject {
    const { object: decoded, warnings } = decodeObject(body, type, options.fieldValidation, options.duplicates, isApplied)
    options.warnings.push(...warnings)
    const given = decoded.metadata
    // An update that creates forgets the version it was made from.
    if (urlName === undefined && !isApplied && !options.dryRun && /^[1-9]\d*$/.test(given.resourceVersion ?? ''))
      throw internalFailure('resourceVersion should not be set on objects to be created')
    checkUrlNamespace(type, decoded, namespace)
    const name =
      (given.name ?? '') !== ''
        ? given.name
        : urlName !== undefined && urlName !== ''
          ? urlName
          : (given.generateName ?? '') !== ''
            ? generatedName(given.generateName ?? '')
            : ''
    const { managedFields: _fields, resourceVersion, ...plain } = given
    const { selfLink: _link, deletionTimestamp: _deletion, deletionGracePeriodSeconds: _grace, ...cleaned } = plain
    // Only creates as such wipe what a client cannot know.
    const isUpdate = urlName !== undefined || isApplied
    const metadata = {
      ...(isUpdate ? plain : cleaned),
      // A version that means nothing is handed back by those who look and do not write.
      ...(options.dryRun && !isUpdate && resourceVersion !== undefined && resourceVersion !== '' ? { resourceVersion } : {}),
      ...(name === undefined || name === '' ? {} : { name }),
      ...(type.isNamespaced ? { namespace } : {}),
      uid: randomUUID(),
      creationTimestamp: now(),
      ...(hasGeneration(type) ? { generation: 1 } : {}),
    }
    if (!type.isNamespaced) delete (metadata as JsonObject)['namespace']
    if (metadata.generation === 0) delete (metadata as JsonObject)['generation']
    // Fields are recorded before the server fills in its own: what it allocates belongs to nobody.
    const recorded = record(type, '', undefined, { ...decoded, metadata }, options)
    let object = storedForm(serverForm(withoutStatus(type, recorded), type), type)
    if (type.kind === 'Service' && type.group === '') object = allocator.service(object, undefined)
    checkEscalation(type, object, undefined, options.user, authorizer)
    const asked = {
      operation: 'CREATE' as const,
      type,
      namespace,
      name: object.metadata.name ?? '',
      subresource: '',
      previous: undefined,
      dryRun: options.dryRun,
      user: options.user,
      warnings: options.warnings,
    }
    object = prepared(type, reformed(type, object, admission.mutate({ ...asked, object })), undefined, { now: now(), user: options.user })
    const errors = validateNew(type, object)
    if (errors.length > 0) throw invalid(kindOf(type), object.metadata.name ?? '', errors)
    options.warnings.push(...warningsOfObject(type, object), ...finalizerWarnings(type, object, undefined))
    admission.check({ ...asked, object })
    const existing = storage.get(type.storage, namespace, object.metadata.name ?? '')
    if (existing !== undefined) {
      const isGoing = existing.object.metadata.deletionTimestamp !== undefined
      if ((object.metadata.generateName ?? '') !== '') throw generatedNameConflict(resourceOf(type), object.metadata.name ?? '')
      throw alreadyExists(resourceOf(type), object.metadata.name ?? '', isGoing ? 'object is being deleted: ' : '')
    }
    const complete = completed(type, object)
    if (options.dryRun) return complete
    const made = put(type, complete)
    if (isStoredBare(type)) bare.add(storage.get(type.storage, namespace, made.metadata.name ?? '')?.object ?? made)
    return made
  }

  /** An object that admission changed, in the form the server keeps. */
  function reformed(type: ResourceType, before: KubeObject, after: KubeObject): KubeObject {
    return after === before ? after : storedForm(serverForm(after, type), type)
  }

  /** Bookkeeping of fields for everything but apply. */
  function record(type: ResourceType, subresource: string, live: KubeObject | undefined, updated: KubeObject, options: WriteOptions): KubeObject {
    return recorded(
      () =>
        recordUpdate({
          live,
          updated,
          schema: type.schema ?? untypedSchema,
          manager: options.fieldManager,
          apiVersion: type.apiVersion,
          ...(subresource === '' ? {} : { subresource }),
          time: now(),
          resetPaths: resetPathsOf(type, subresource),
        }),
      updated,
    ) as KubeObject
  }

  function update(
    type: ResourceType,
    namespace: string,
    name: string,
    subresource: string,
    body: unknown,
    options: WriteOptions,
  ): { object: KubeObject; isCreated: boolean } {
    if (subresource === 'scale') return { object: scaled(type, inVersion(find(type, namespace, name).object, type), body, options), isCreated: false }
    const live = storage.get(type.storage, namespace, name)?.object
    const { object: decoded, warnings } = decodeObject(body, type, options.fieldValidation, options.duplicates)
    options.warnings.push(...warnings)
    checkUrlNamespace(type, decoded, namespace)
    checkUrlName(decoded, name)
    const mayCreate = createdByUpdate.has(type.kind) && type.defined === undefined && subresource === ''
    if (live === undefined && !mayCreate) throw notFound(resourceOf(type), name)
    checkUid(type, live, decoded, namespace)
    if (live === undefined) {
      checkVersionForm(decoded.metadata.resourceVersion ?? '')
      requireCreate(type, namespace, name, options)
      return { object: create(type, namespace, body, options, name), isCreated: true }
    }
    checkVersion(type, live, decoded)
    return { object: finish(type, subresource, inVersion(live, type), decoded, options), isCreated: false }
  }

  /** Updates and applies that make the object need what a create needs. */
  function requireCreate(type: ResourceType, namespace: string, name: string, { user }: WriteOptions): void {
    requireAccess(authorizer, { user, verb: 'create', path: '', resource: { group: type.group, plural: type.plural, subresource: '', namespace, name } })
  }

  /** A Scale is written even when it changes nothing. Who scales to nothing owns nothing: the Scale then says no number. */
  function scaled(type: ResourceType, live: KubeObject, scale: unknown, options: WriteOptions): KubeObject {
    return writeScale(type, live, scale, (before, updated) => {
      const recorded = withoutScaleTimes(record(type, 'scale', before, updated, options))
      const isNothing = type.defined !== undefined || Object.keys(objectOf(readScale(type, updated)['spec'])).length === 0
      return storeUpdate(type, 'scale', before, nextObject(type, '', before, isNothing ? withoutScaleManagers(recorded) : recorded, options), options)
    })
  }

  /** The common end of updates and patches: server members, rules, bookkeeping, store. */
  function finish(type: ResourceType, subresource: string, live: KubeObject, updated: KubeObject, options: WriteOptions, recordedAs = subresource): KubeObject {
    const next = nextObject(type, subresource, live, record(type, recordedAs, live, updated, options), options)
    const isSame = !bare.has(live) && isEqual(withoutBookkeeping(next), withoutBookkeeping(live)) && areEqualOwners(next, live)
    return storeUpdate(type, subresource, live, isSame ? live : next, options)
  }

  function nextObject(type: ResourceType, subresource: string, live: KubeObject, updated: KubeObject, { user, dryRun }: WriteOptions): KubeObject {
    const { metadata } = updated
    const held = live.metadata
    const restored = {
      ...metadata,
      name: held.name,
      uid: metadata.uid ?? held.uid,
      creationTimestamp: held.creationTimestamp,
      resourceVersion: held.resourceVersion,
      generation: held.generation,
      // Not kept, but handed back by those who only look.
      selfLink: dryRun ? metadata.selfLink : undefined,
      deletionTimestamp: metadata.deletionTimestamp ?? held.deletionTimestamp,
      deletionGracePeriodSeconds: metadata.deletionGracePeriodSeconds ?? held.deletionGracePeriodSeconds,
      ...(type.isNamespaced ? { namespace: metadata.namespace ?? held.namespace } : { namespace: undefined }),
    }
    let next = { ...updated, metadata: Object.fromEntries(Object.entries(restored).filter(([, value]) => value !== undefined)) } as KubeObject
    if (subresource === 'status') next = statusUpdate(type, live, next)
    else if (subresource === '' && hasStatusEndpoint(type)) {
      const { status: _status, ...rest } = next
      next = (Object.hasOwn(live, 'status') ? { ...rest, status: live['status'] } : rest) as KubeObject
    }
    next = storedForm(serverForm(next, type), type)
    if (type.kind === 'Service' && type.group === '' && subresource === '') next = allocator.service(next, live)
    next = prepared(type, next, live, { now: now(), user })
    return subresource === '' ? counted(type, live, next) : next
  }

  /** The object with the number of its changes. */
  function counted(type: ResourceType, live: KubeObject, next: KubeObject): KubeObject {
    const generation = generationAfter(type, live, next)
    return generation === undefined ? next : { ...next, metadata: { ...next.metadata, generation } }
  }

  function storeUpdate(type: ResourceType, subresource: string, live: KubeObject, updated: KubeObject, options: WriteOptions): KubeObject {
    if (updated === live) {
      // What is odd about an object is told whether or not it changes.
      if (subresource === '') options.warnings.push(...warningsOfUpdate(type, live, live))
      return live
    }
    const asked = {
      operation: 'UPDATE' as const,
      type,
      namespace: live.metadata.namespace ?? '',
      name: live.metadata.name ?? '',
      subresource,
      previous: live,
      dryRun: options.dryRun,
      user: options.user,
      warnings: options.warnings,
    }
    const admitted = reformed(type, updated, admission.mutate({ ...asked, object: updated }))
    const next = admitted === updated || subresource !== '' ? admitted : counted(type, live, admitted)
    checkEscalation(type, next, live, options.user, authorizer)
    const errors = validateChange(type, live, next, subresource)
    if (errors.length > 0) throw invalid(kindOf(type), live.metadata.name ?? '', errors)
    if (subresource === '') options.warnings.push(...warningsOfUpdate(type, next, live), ...finalizerWarnings(type, next, live))
    admission.check({ ...asked, object: next })
    if (options.dryRun) return next
    // What admission has set right again is no change.
    if (next !== updated && isEqual(withoutBookkeeping(next), withoutBookkeeping(live)) && areEqualOwners(next, live)) return live
    // The last finalizer of an object that is being deleted lets it go.
    if (next.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0 && !isWaitingForGrace(type, next)) {
      storage.remove(type.storage, live.metadata.namespace ?? '', live.metadata.name ?? '')
      // The answer shows the last state, which was never stored, under the version it was made from.
      return {
        ...next,
        metadata: { ...next.metadata, ...(live.metadata.resourceVersion === undefined ? {} : { resourceVersion: live.metadata.resourceVersion }) },
      }
    }
    return put(type, next)
  }

  function isWaitingForGrace(type: ResourceType, { metadata, ...rest }: KubeObject): boolean {
    if (type.kind === 'Namespace' && type.group === '')
      return ((objectOf((rest as JsonObject)['spec'])['finalizers'] as unknown[] | undefined) ?? []).length > 0
    return graceful.has(type.kind) && type.group === '' && (metadata.deletionGracePeriodSeconds ?? 0) > 0
  }

  function patch(
    type: ResourceType,
    namespace: string,
    name: string,
    subresource: string,
    body: unknown,
    contentType: string,
    options: WriteOptions,
  ): { object: KubeObject; isCreated: boolean } {
    if (contentType === applyPatch) return apply(type, namespace, name, subresource, body, options)
    const stored = find(type, namespace, name).object
    const live = inVersion(stored, type)
    if (subresource === 'scale')
      return { object: scaled(type, live, patched(readScale(type, live, false), body, contentType, type), options), isCreated: false }
    const result = patched(live, body, contentType, type)
    if (type.defined !== undefined && isObject(result)) checkCustomKind(type, result, name)
    const { object: decoded, warnings } = decodePatched({ live, patch: body, result, contentType, type }, options)
    options.warnings.push(...warnings)
    // What does not say its version is read as nothing at all.
    if (type.defined === undefined && isObject(result) && (result['apiVersion'] ?? '') === '') {
      options.warnings.push(
        ...Object.keys(result)
          .filter((key) => key !== 'apiVersion' && key !== 'kind')
          .toSorted()
          .map((key) => `unknown field ${JSON.stringify(key)}`),
      )
      throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`)
    }
    checkUrlNamespace(type, decoded, namespace)
    checkUrlName(decoded, name)
    checkVersion(type, live, decoded)
    return { object: finish(type, subresource, live, decoded, options), isCreated: false }
  }

  /** What a patch made of an object is no fault of the object's: the patch is what is invalid. */
  function decodePatched(failed: FailedPatch, options: WriteOptions): ReturnType<typeof decodeObject> {
    try {
      return decodeObject(failed.result, failed.type, options.fieldValidation)
    } catch (error) {
      if (!(error instanceof StatusError) || error.code !== 400) throw error
      const problem = unknownKindIn(failed) ?? error.message.replace(/^.*? cannot be handled as an? \S+: /, '')
      throw invalidPatch(failed, failed.contentType === strategicPatch ? converterProblem(problem) : problem)
    }
  }

  function apply(
    type: ResourceType,
    namespace: string,
    name: string,
    subresource: string,
    body: unknown,
    options: WriteOptions,
  ): { object: KubeObject; isCreated: boolean } {
    if (!isObject(body)) throw badRequest('error decoding YAML: expected a map')
    if (body['apiVersion'] === undefined || body['kind'] === undefined) throw badRequest('invalid object type: /, Kind=')
    const configuration = body as KubeObject
    if (isObject(configuration.metadata) && configuration.metadata.managedFields !== undefined && configuration.metadata.managedFields !== null)
      throw badRequest('metadata.managedFields must be nil')
    const given = objectOf(configuration['metadata'])
    const stored = storage.get(type.storage, namespace, name)?.object
    const live = stored === undefined ? undefined : inVersion(stored, type)
    if (subresource === 'scale' && live !== undefined) return { object: applyScale(type, live, configuration, options), isCreated: false }
    if (live === undefined && subresource !== '') throw notFound(resourceOf(type), name)
    if (live === undefined) requireCreate(type, namespace, name, options)
    if (live !== undefined && type.defined !== undefined) checkOtherVersions(type, live, configuration)
    const outcome = applied_(type, subresource, live, configuration, options)
    if (outcome.kind === 'conflict') throw conflictError(outcome)
    const merged = (type.defined === undefined ? withWrappedIntegers(outcome.object, type.schema ?? untypedSchema) : outcome.object) as KubeObject
    const { object: decoded } = decodeApplied(merged, given, type)
    if (live === undefined && typeof given['uid'] === 'string' && given['uid'] !== '')
      throw conflict(resourceOf(type), name, `uid mismatch: the provided object specified uid ${given['uid']}, and no existing object was found`)
    checkUrlNamespace(type, decoded, namespace)
    checkUrlName(decoded, name)
    const version = typeof given['resourceVersion'] === 'string' ? given['resourceVersion'] : ''
    checkVersionForm(version)
    if (live === undefined) return { object: createApplied(type, namespace, merged, options), isCreated: true }
    if (version !== '' && version !== '0' && version !== live.metadata.resourceVersion) throw conflict(resourceOf(type), name, MODIFIED)
    if (!outcome.isChanged) return { object: live, isCreated: false }
    const next = nextObject(
      type,
      subresource,
      live,
      {
        ...decoded,
        metadata: { ...decoded.metadata, ...(merged.metadata.managedFields === undefined ? {} : { managedFields: merged.metadata.managedFields }) },
      },
      options,
    )
    if (isEqual(withoutBookkeeping(next), withoutBookkeeping(live)) && areEqualOwners(next, live)) return { object: live, isCreated: false }
    return { object: storeUpdate(type, subresource, live, next, options), isCreated: false }
  }

  /** Owners that wrote in another version are compared in it: a custom object has to fit that version too. */
  function checkOtherVersions(type: ResourceType, live: KubeObject, configuration: KubeObject): void {
    const versions = new Set((live.metadata.managedFields ?? []).map((entry) => printed(objectOf(entry)['apiVersion'])))
    for (const apiVersion of versions) {
      const { group, version } = parseApiVersion(apiVersion)
      const schema = apiVersion === type.apiVersion ? undefined : registry.find(group, version, type.plural)?.schema
      if (schema === undefined) continue
      for (const [what, object] of [
        ['old', live],
        ['new', configuration],
      ] as const)
        try {
          checkTyped(object, schema)
        } catch (error) {
          if (!(error instanceof SchemaError)) throw error
          throw internalFailure(`failed to convert ${what} object: ${error.message}`)
        }
    }
  }

  /** What was merged is read as an object of the type. */
  function decodeApplied(merged: KubeObject, given: JsonObject, type: ResourceType): ReturnType<typeof decodeObject> {
    try {
      return decodeObject(merged, type, 'Ignore', undefined, true)
    } catch (error) {
      if (!(error instanceof StatusError) || error.code !== 400 || type.defined !== undefined) throw error
      const kind = `${type.group}/${type.version}, Kind=${type.kind}`
      const problem = converterProblem(error.message.replace(/^.*? cannot be handled as an? \S+: /, ''))
      throw internalFailure(
        `failed to convert new object (${printed(given['namespace'] ?? '')}/${printed(given['name'] ?? '')}; ${kind}) to proper version: unable to convert unstructured object to ${kind}: ${problem}`,
      )
    }
  }

  function applyScale(type: ResourceType, live: KubeObject, configuration: KubeObject, options: WriteOptions): KubeObject {
    if (type.defined !== undefined)
      throw internalFailure(
        'failed to create manager for existing fields: failed to convert live object (/; autoscaling/v1, Kind=Scale) to proper version: request to convert CR to an invalid group/version: autoscaling/v1',
      )
    const parent = scaleConfiguration(type, live, configuration)
    const outcome = applied_(type, 'scale', live, parent, options)
    if (outcome.kind === 'conflict') throw conflictError(outcome)
    const next = nextObject(type, '', live, withoutScaleTimes(outcome.object as KubeObject), options)
    return readScale(type, storeUpdate(type, 'scale', live, next, options))
  }

  function applied_(
    type: ResourceType,
    subresource: string,
    live: KubeObject | undefined,
    configuration: KubeObject,
    options: WriteOptions,
  ): ReturnType<typeof applyConfiguration> {
    if (live !== undefined) checkUnowned(type, live)
    try {
      return applyConfiguration({
        live,
        configuration,
        schema: type.schema ?? untypedSchema,
        manager: options.fieldManager,
        apiVersion: type.apiVersion,
        ...(subresource === '' ? {} : { subresource }),
        force: options.force ?? false,
        time: now(),
        resetPaths: resetPathsOf(type, subresource),
      })
    } catch (error) {
      if (!(error instanceof SchemaError)) throw error
      throw internalFailure(
        `failed to create typed patch object (${printed(objectOf(configuration.metadata)['namespace'])}/${printed(objectOf(configuration.metadata)['name'])}; ${type.group}/${type.version}, Kind=${type.kind}): ${error.message}`,
      )
    }
  }

  /** Of an object that nobody owns, the one who was before the first apply owns everything: it has to have the form of its type. */
  function checkUnowned(type: ResourceType, live: KubeObject): void {
    if ((live.metadata.managedFields ?? []).length > 0) return
    try {
      checkTyped(live, type.schema ?? untypedSchema)
    } catch (error) {
      if (!(error instanceof SchemaError)) throw error
      const { namespace = '', name = '' } = live.metadata
      throw internalFailure(
        `failed to create manager for existing fields: failed to convert new object (${namespace}/${name}; ${type.group}/${type.version}, Kind=${type.kind}) to smd typed: ${error.message}`,
      )
    }
  }

  /** An apply that makes the object: as a create, but the applier owns what it said. */
  function createApplied(type: ResourceType, namespace: string, merged: KubeObject, options: WriteOptions): KubeObject {
    const { managedFields } = merged.metadata
    const plain = { ...merged, metadata: Object.fromEntries(Object.entries(merged.metadata).filter(([key]) => key !== 'managedFields')) }
    const created = create(type, namespace, plain, { ...options, dryRun: true, fieldValidation: 'Ignore' }, undefined, true)
    const owned = { ...created, metadata: { ...created.metadata, ...(managedFields === undefined ? {} : { managedFields }) } }
    return options.dryRun ? owned : put(type, owned)
  }

  function remove(type: ResourceType, namespace: string, name: string, request: DeleteRequest): Deleted {
    const live = inVersion(find(type, namespace, name).object, type)
    if (request.uid !== undefined && request.uid !== live.metadata.uid) {
      const { uid = '' } = live.metadata
      // Namespaces are asked by a check of their own.
      if (type.group === '' && type.kind === 'Namespace')
        throw conflict(resourceOf(type), name, `Precondition failed: UID in precondition: ${request.uid}, UID in object meta: ${uid}`)
      throw conflict(
        { group: type.group, resource: type.kind },
        name,
        `the UID in the precondition (${request.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
      )
    }
    if (request.resourceVersion !== undefined && request.resourceVersion !== live.metadata.resourceVersion)
      throw conflict(
        { group: type.group, resource: type.kind },
        name,
        `the ResourceVersion in the precondition (${request.resourceVersion}) does not match the ResourceVersion in record (${live.metadata.resourceVersion ?? ''}). The object might have been modified`,
      )
    admission.check({ operation: 'DELETE', type, namespace, name, subresource: '', object: undefined, previous: live, dryRun: request.dryRun })
    const finalizers = new Set(live.metadata.finalizers)
    // The first deletion of a definition is an affair of its own.
    const isDefinition = type.kind === 'CustomResourceDefinition' && type.defined === undefined
    // Nothing depends on events, so nobody waits for what does.
    const isEvent = type.kind === 'Event' && type.defined === undefined
    const isOwnFirst = isDefinition && live.metadata.deletionTimestamp === undefined
    const propagationPolicy = isEvent || isOwnFirst ? undefined : preservesChildren(type, request) ? 'Orphan' : request.propagationPolicy
    if (propagationPolicy === 'Foreground') {
      finalizers.add('foregroundDeletion')
      finalizers.delete('orphan')
    } else if (propagationPolicy === 'Orphan') {
      finalizers.add('orphan')
      finalizers.delete('foregroundDeletion')
    } else if (propagationPolicy === 'Background') {
      finalizers.delete('orphan')
      finalizers.delete('foregroundDeletion')
    }
    if (isDefinition) finalizers.add(cleanupFinalizer)
    const grace = graceOf(type, live, request)
    const isHeld = finalizers.size > 0 || grace > 0 || isWaitingForGrace(type, { ...live, metadata: { ...live.metadata, deletionGracePeriodSeconds: grace } })
    if (!isHeld) {
      const isGraceful = type.group === '' && graceful.has(type.kind)
      if (request.dryRun) return { object: isGraceful && live.metadata.deletionTimestamp === undefined ? endedAtOnce(live) : live, isGone: true }
      const last = live.metadata.deletionTimestamp !== undefined ? cutShort(live) : isGraceful ? put(type, endedAtOnce(live)) : live
      const removed = storage.remove(type.storage, namespace, name, last)
      return { object: inVersion(removed?.object ?? live, type), isGone: true }
    }
    const isFirst = live.metadata.deletionTimestamp === undefined
    const next: KubeObject = {
      ...live,
      metadata: {
        ...live.metadata,
        finalizers: [...finalizers],
        deletionTimestamp: isFirst ? formatTime(clock.now() + grace * 1000) : (live.metadata.deletionTimestamp ?? now()),
        ...(ownDeletion.has(type.kind)
          ? {}
          : {
              deletionGracePeriodSeconds:
                isFirst || grace < (live.metadata.deletionGracePeriodSeconds ?? 0) ? grace : (live.metadata.deletionGracePeriodSeconds ?? grace),
              ...(isFirst && live.metadata.generation !== undefined ? { generation: live.metadata.generation + 1 } : {}),
            }),
      },
    }
    if ((next.metadata.finalizers ?? []).length === 0) delete next.metadata.finalizers
    const marked = markedTerminating(type, next, now())
    if (isEqual(withoutBookkeeping(marked), withoutBookkeeping(live)) || request.dryRun) return { object: marked, isGone: false }
    return { object: put(type, marked), isGone: false }
  }

  /** What could have had grace is marked before it goes, and watchers see both. */
  function endedAtOnce({ metadata, ...object }: KubeObject): KubeObject {
    const generation = metadata.generation === undefined ? {} : { generation: metadata.generation + 1 }
    return { ...object, metadata: { ...metadata, ...generation, deletionTimestamp: now(), deletionGracePeriodSeconds: 0 } } as KubeObject
  }

  /** The last state of an object whose grace was ended before its time. */
  function cutShort(live: KubeObject): KubeObject {
    const { deletionGracePeriodSeconds } = live.metadata
    return deletionGracePeriodSeconds === undefined || deletionGracePeriodSeconds === 0
      ? live
      : { ...live, metadata: { ...live.metadata, deletionGracePeriodSeconds: 0 } }
  }

  function graceOf(type: ResourceType, live: KubeObject, request: DeleteRequest): number {
    if (!graceful.has(type.kind) || type.group !== '') return 0
    const spec = objectOf(live['spec'])
    // Pods that no node has been asked to run, and those that have ended, have nothing to wait for.
    if (typeof spec['nodeName'] !== 'string' || spec['nodeName'] === '') return 0
    const phase = objectOf(live['status'])['phase']
    if (phase === 'Succeeded' || phase === 'Failed') return 0
    if ((request.gracePeriodSeconds ?? 0) < 0) return 1
    return request.gracePeriodSeconds ?? (typeof spec['terminationGracePeriodSeconds'] === 'number' ? spec['terminationGracePeriodSeconds'] : defaultPodGrace)
  }

  return {
    create,
    update,
    patch,
    delete: remove,
    recordedAs: (type, object, options) => record(type, '', undefined, object, options),
    store: (type, object) => {
      const key = object.metadata
      if (key.deletionTimestamp !== undefined && (key.finalizers ?? []).length === 0 && !isWaitingForGrace(type, object))
        return inVersion(storage.remove(type.storage, key.namespace ?? '', key.name ?? '')?.object ?? object, type)
      return put(type, object)
    },
  }
}

/** What does not fit its type is refused by validation; until then nothing is recorded of it. */
function recorded(record: () => object, updated: KubeObject): object {
  try {
    return record()
  } catch (error) {
    if (!(error instanceof SchemaError)) throw error
    // Whose fields cannot be told are nobody's.
    const { managedFields: _fields, ...metadata } = updated.metadata
    return { ...updated, metadata }
  }
}

function withoutBookkeeping(object: KubeObject): unknown {
  const { managedFields: _fields, resourceVersion: _version, ...metadata } = object.metadata
  return { ...object, metadata }
}

/** Owners without the times at which they became it. */
function areEqualOwners(a: KubeObject, b: KubeObject): boolean {
  const plain = (object: KubeObject): unknown => (object.metadata.managedFields ?? []).map((entry) => ({ ...objectOf(entry), time: undefined }))
  return isEqual(plain(a), plain(b))
}

/** Entries of the scale subresource carry no times. */
function withoutScaleTimes(object: KubeObject): KubeObject {
  const entries = (object.metadata.managedFields ?? []).map((entry) => {
    const { time: _time, ...rest } = objectOf(entry)
    return rest['subresource'] === 'scale' ? rest : entry
  })
  // What has no time comes before what has one.
  const rank = (entry: unknown): string => `${objectOf(entry)['operation'] === 'Apply' ? 0 : 1}${objectOf(entry)['time'] === undefined ? 0 : 1}`
  const sorted = entries.toSorted((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0))
  return entries.length === 0 ? object : { ...object, metadata: { ...object.metadata, managedFields: sorted } }
}

function withoutScaleManagers(object: KubeObject): KubeObject {
  const entries = (object.metadata.managedFields ?? []).filter((entry) => objectOf(entry)['subresource'] !== 'scale')
  return { ...object, metadata: { ...object.metadata, managedFields: entries } }
}
