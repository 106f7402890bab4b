// Rules of `metadata`. Follows apimachinery `pkg/api/validation/objectmeta.go`.
import { label1035Problems, labelProblems, labelValueProblems, pathSegmentProblems, qualifiedNameProblems, subdomainProblems } from '../names.ts'
import { apiServiceNameProblems } from './cluster-kinds.ts'
import { definitionNameProblems } from './custom-resource-definition.ts'
import { isApart } from './rounds.ts'
import { nonNegativeMessage } from './messages.ts'
import type { ResourceType } from '../resource-type.ts'
import type { FieldError } from '../status-errors.ts'
import type { KubeObject, ObjectMeta } from '../types.ts'

const pathNames = new Set(['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'])
const labelNames = new Set(['Namespace', 'StatefulSet'])
const maxAnnotationBytes = 256 * 1024

/** How names of a kind are checked. */
function nameProblems(type: ResourceType, name: string, object: KubeObject): string[] {
  if (type.group === 'certificates.k8s.io' && type.kind === 'CertificateSigningRequest') return []
  if (type.kind === 'CustomResourceDefinition') return definitionNameProblems(object)
  if (type.kind === 'APIService') return apiServiceNameProblems(object, name)
  if (pathNames.has(type.kind) && type.group === 'rbac.authorization.k8s.io') return pathSegmentProblems(name)
  if (labelNames.has(type.kind) && type.defined === undefined) return labelProblems(name)
  if (type.kind === 'Service' && type.group === '') return label1035Problems(name)
  if (type.kind === 'CronJob' && name.length > 52) return ['must be no more than 52 characters']
  return subdomainProblems(name)
}

/** A trailing dash is fine in a prefix; the server checks it with the last two characters replaced. apimachinery `maskTrailingDash` */
function maskedPrefix(prefix: string): string {
  return prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix
}

/** Problems of an object's metadata, as a kind's own rules find them. */
export function validateMetadata(type: ResourceType, object: KubeObject): FieldError[] {
  return [...nameErrors(type, object), ...validateCommon(object.metadata), ...(isCoreKind(type) ? coreFinalizerErrors(object.metadata) : [])]
}

/** Problems of an object's metadata, as the rules that all kinds share find them. */
export function validateSharedMetadata({ metadata }: KubeObject): FieldError[] {
  const names = (['generateName', 'name'] as const).flatMap((member) =>
    pathSegmentProblems(metadata[member] ?? '').map((detail) => ({ type: 'Invalid' as const, path: `metadata.${member}`, value: metadata[member], detail })),
  )
  return [...names, ...validateCommon(metadata)]
}

function isCoreKind(type: ResourceType): boolean {
  return type.defined === undefined && !isApart.has(type.group)
}

function nameErrors(type: ResourceType, object: KubeObject): FieldError[] {
  const { name = '', generateName = '' } = object.metadata
  const errors: FieldError[] = []
  if (generateName !== '')
    for (const detail of nameProblems(type, type.kind === 'APIService' ? generateName : maskedPrefix(generateName), object))
      errors.push({ type: 'Invalid', path: 'metadata.generateName', value: generateName, detail })
  if (name === '') errors.push({ type: 'Required', path: 'metadata.name', detail: 'name or generateName is required' })
  else for (const detail of nameProblems(type, name, object)) errors.push({ type: 'Invalid', path: 'metadata.name', value: name, detail })
  return errors
}

function validateCommon(metadata: ObjectMeta): FieldError[] {
  const { generation = 0 } = metadata
  return [
    ...(generation < 0 ? [{ type: 'Invalid' as const, path: 'metadata.generation', value: generation, detail: nonNegativeMessage }] : []),
    ...textErrors(metadata),
    ...finalizerErrors(metadata.finalizers ?? []),
  ]
}

function finalizerErrors(finalizers: readonly string[]): FieldError[] {
  const errors: FieldError[] = finalizers.flatMap((finalizer) =>
    qualifiedNameProblems(finalizer).map((detail) => ({ type: 'Invalid' as const, path: 'metadata.finalizers', value: finalizer, detail })),
  )
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion'))
    errors.push({ type: 'Invalid', path: 'metadata.finalizers', value: finalizers, detail: 'finalizer orphan and foregroundDeletion cannot be both set' })
  return errors
}

const standardFinalizers = new Set(['kubernetes', 'orphan', 'foregroundDeletion'])

/** kubernetes `pkg/apis/core/validation`: finalizers are the core's own, or somebody's. */
function coreFinalizerErrors({ finalizers = [] }: ObjectMeta): FieldError[] {
  return finalizers.flatMap((finalizer, index) =>
    finalizer.includes('/') || standardFinalizers.has(finalizer)
      ? []
      : [
          {
            type: 'Invalid' as const,
            path: `metadata.finalizers[${index}]`,
            value: finalizer,
            detail: 'name is neither a standard finalizer name nor is it fully qualified',
          },
        ],
  )
}

/** Labels, annotations and owners. */
function textErrors(metadata: ObjectMeta): FieldError[] {
  const errors: FieldError[] = []
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    for (const detail of qualifiedNameProblems(key)) errors.push({ type: 'Invalid', path: 'metadata.labels', value: key, detail })
    for (const detail of labelValueProblems(String(value))) errors.push({ type: 'Invalid', path: 'metadata.labels', value, detail })
  }
  let size = 0
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    for (const detail of qualifiedNameProblems(key.toLowerCase())) errors.push({ type: 'Invalid', path: 'metadata.annotations', value: key, detail })
    size += key.length + String(value).length
  }
  if (size > maxAnnotationBytes) errors.push({ type: 'TooLong', path: 'metadata.annotations', detail: `may not be more than ${maxAnnotationBytes} bytes` })
  for (const owner of metadata.ownerReferences ?? []) {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const)
      if ((owner[field] ?? '') === '')
        errors.push({
          type: 'Invalid',
          // The path leaves out which reference it is.
          path: `metadata.ownerReferences.${field}`,
          value: '',
          detail: `${field === 'apiVersion' ? 'version ' : ''}must not be empty`,
        })
    if (owner.apiVersion === 'v1' && owner.kind === 'Event')
      errors.push({ type: 'Invalid', path: 'metadata.ownerReferences', value: owner, detail: '/v1, Kind=Event is disallowed from being an owner' })
  }
  const controllers = (metadata.ownerReferences ?? []).filter(({ controller }) => controller === true)
  if (controllers.length > 1)
    errors.push({
      type: 'Invalid',
      path: 'metadata.ownerReferences',
      value: metadata.ownerReferences,
      detail: `Only one reference can have Controller set to true. Found "true" in references for ${controllers.map(({ kind, name }) => `${kind}/${name}`).join(' and ')}`,
    })
  return errors
}

/** Problems of changed metadata, as a kind's own rules find them. */
export function validateMetadataChange(type: ResourceType, before: KubeObject, after: KubeObject): FieldError[] {
  return [...validateSharedChange(before, after), ...(isCoreKind(type) ? coreFinalizerErrors(after.metadata) : [])]
}

/** Problems of changed metadata, as the rules that all kinds share find them. apimachinery `ValidateObjectMetaAccessorUpdate` */
export function validateSharedChange(before: KubeObject, after: KubeObject): FieldError[] {
  return [...changeProblems(before, after), ...textErrors(after.metadata)]
}

function changeProblems({ metadata: before }: KubeObject, { metadata: after }: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  for (const field of ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const) {
    if ((before[field] ?? null) === (after[field] ?? null)) continue
    errors.push({ type: 'Invalid', path: `metadata.${field}`, value: after[field] ?? null, detail: 'field is immutable' })
  }
  if (before.deletionTimestamp !== undefined) {
    const added = (after.finalizers ?? []).filter((finalizer) => !(before.finalizers ?? []).includes(finalizer))
    if (added.length > 0)
      errors.push({
        type: 'Forbidden',
        path: 'metadata.finalizers',
        detail: `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((finalizer) => JSON.stringify(finalizer)).join(', ')}}`,
      })
  }
  return errors
}
