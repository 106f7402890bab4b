// Options of deletions: from the body, or from the query where there is none.
import { printed } from '@plumbline/schema'
import type { ApiRequest } from './answers.ts'
import { parseBody } from './decode.ts'
import type { ResourceType } from './resource-type.ts'
import { badRequest, internalFailure, invalid, StatusError } from './status-errors.ts'
import { isObject, objectOf } from './types.ts'
import type { JsonObject } from './types.ts'

/** Options of a deletion, as `DeleteOptions` has them. */
export interface DeleteRequest {
  readonly propagationPolicy?: string
  readonly gracePeriodSeconds?: number
  readonly uid?: string
  readonly resourceVersion?: string
  readonly dryRun: boolean
}

const policies = ['Foreground', 'Background', 'Orphan']
const integerMembers = ['gracePeriodSeconds'] as const

/** Kinds whose deletion is answered with the object itself. */
const answersObject = new Set([
  '/Namespace',
  '/PersistentVolume',
  '/PersistentVolumeClaim',
  '/Pod',
  '/PodTemplate',
  '/ResourceQuota',
  '/Service',
  '/ServiceAccount',
  'resource.k8s.io/DeviceClass',
  'resource.k8s.io/ResourceClaim',
  'resource.k8s.io/ResourceClaimTemplate',
  'resource.k8s.io/ResourceSlice',
  'storage.k8s.io/CSIDriver',
  'storage.k8s.io/CSINode',
  'storage.k8s.io/StorageClass',
  'storage.k8s.io/VolumeAttachment',
  'storage.k8s.io/VolumeAttributesClass',
])

export function isAnsweredWithObject({ group, kind }: ResourceType): boolean {
  return answersObject.has(`${group}/${kind}`)
}

/** Jobs of the first version kept their pods, and still do unless told otherwise. */
export function preservesChildren({ group, kind }: ResourceType, { propagationPolicy }: DeleteRequest): boolean {
  return propagationPolicy === undefined && ((group === 'batch' && kind === 'Job') || (group === '' && kind === 'ReplicationController'))
}

export const preservesChildrenWarning =
  'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning'

/** @throws {StatusError} */
export function deleteRequestOf(request: ApiRequest): DeleteRequest {
  return deleteRequestIn(request.body.trim() === '' ? fromQuery(request.query) : fromBody(request))
}

function fromBody(request: ApiRequest): JsonObject {
  let body: unknown
  try {
    body = parseBody(request.body, request.headers['content-type'] ?? 'application/json')
  } catch (error) {
    throw error instanceof StatusError && error.code === 415 ? error : internalFailure(error instanceof Error ? error.message : '')
  }
  if (!isObject(body)) throw badRequest('expected DeleteOptions')
  for (const member of integerMembers) {
    const value = body[member]
    if (value === undefined || value === null || (typeof value === 'number' && Number.isInteger(value))) continue
    const goType =
      typeof value === 'string'
        ? 'string'
        : typeof value === 'boolean'
          ? 'bool'
          : typeof value === 'number'
            ? `number ${value}`
            : Array.isArray(value)
              ? 'array'
              : 'object'
    throw internalFailure(`json: cannot unmarshal ${goType} into Go struct field DeleteOptions.${member} of type int64`)
  }
  return body
}

function fromQuery(query: URLSearchParams): JsonObject {
  const grace = query.get('gracePeriodSeconds')
  if (grace !== null && !/^[+-]?\d+$/.test(grace)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(grace)}: invalid syntax`)
  return {
    propagationPolicy: query.get('propagationPolicy') ?? undefined,
    gracePeriodSeconds: grace === null ? undefined : Number(grace),
    dryRun: query.getAll('dryRun'),
    orphanDependents: query.has('orphanDependents') ? query.get('orphanDependents') === 'true' : undefined,
  }
}

/** @throws {StatusError} 422 about DeleteOptions */
export function deleteRequestIn(options: JsonObject): DeleteRequest {
  const { uid, resourceVersion } = objectOf(options['preconditions'])
  const { propagationPolicy, orphanDependents, gracePeriodSeconds, dryRun } = options
  const policy = propagationPolicy ?? (orphanDependents === true ? 'Orphan' : orphanDependents === false ? 'Background' : undefined)
  if (policy !== undefined && !policies.includes(printed(policy)))
    throw invalid({ group: 'meta.k8s.io', resource: 'DeleteOptions' }, '', [
      {
        type: 'NotSupported',
        path: 'propagationPolicy',
        value: policy,
        detail: `supported values: ${[...policies, 'nil'].map((name) => JSON.stringify(name)).join(', ')}`,
      },
    ])
  return {
    dryRun: Array.isArray(dryRun) && dryRun.includes('All'),
    ...(typeof policy === 'string' ? { propagationPolicy: policy } : {}),
    ...(typeof gracePeriodSeconds === 'number' ? { gracePeriodSeconds } : {}),
    ...(typeof uid === 'string' ? { uid } : {}),
    ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
  }
}
