// What each kind does when it is written: which endpoint owns which part, when the generation moves, what the server fills in.
import type { ResourceType } from './resource-type.ts'
import { isEqual, isObject } from './types.ts'
import type { JsonObject, KubeObject } from './types.ts'

/** Kinds without `metadata.generation`, although they have a spec. */
const noGeneration = new Set([
  'Pod',
  'Service',
  'Namespace',
  'Node',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'ResourceQuota',
  'LimitRange',
  'Lease',
  'ServiceAccount',
  'APIService',
  'HorizontalPodAutoscaler',
  'CertificateSigningRequest',
  'VolumeAttachment',
  'CSINode',
  'CSIDriver',
  'ResourceClaim',
  'IPAddress',
  'ServiceCIDR',
])
/** Kinds that have a generation from Kubernetes 1.34 on, also for pods. */
const generationFrom = new Set(['Pod'])
/** Kinds without a spec that count the changes of everything but their metadata. */
const withoutSpec = new Set(['EndpointSlice', 'PodTemplate'])
const wholeObjectGeneration = new Set(['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration', 'PriorityLevelConfiguration'])

/** Whether objects of the type count the changes of their spec. */
export function hasGeneration(type: ResourceType): boolean {
  if (type.defined !== undefined) return true
  if (generationFrom.has(type.kind)) return true
  if (wholeObjectGeneration.has(type.kind)) return true
  return withoutSpec.has(type.kind) || type.kind === 'PriorityClass' || (!noGeneration.has(type.kind) && hasSpec(type))
}

function hasSpec({ schema }: ResourceType): boolean {
  return schema?.kind === 'object' && schema.fields.has('spec')
}

/** Whether status is written by an endpoint of its own. */
export function hasStatusEndpoint(type: ResourceType): boolean {
  return type.subresources.has('status')
}

/** Paths that an endpoint neither writes nor owns. */
export function resetPathsOf(type: ResourceType, subresource: string): readonly (readonly string[])[] {
  if (!hasStatusEndpoint(type)) return []
  if (subresource === '') return [['status']]
  if (subresource === 'status') return [['spec'], ['data'], type.defined === undefined ? ['metadata', 'labels'] : ['metadata']]
  return []
}

/** Kinds whose status the client may give when it creates them; all others start without. */
export function withoutStatus(type: ResourceType, object: KubeObject): KubeObject {
  if (!hasStatusEndpoint(type) || !Object.hasOwn(object, 'status')) return object
  const { status: _status, ...rest } = object
  return rest as KubeObject
}

/** Kinds that have no generation until they change. */
function countsFromNothing(type: ResourceType): boolean {
  return type.group === 'storage.k8s.io' && type.kind === 'CSIDriver'
}

/** The generation after a change of the main resource. */
export function generationAfter(type: ResourceType, before: KubeObject, after: KubeObject): number | undefined {
  if (!hasGeneration(type) && !countsFromNothing(type)) return before.metadata.generation
  const current = before.metadata.generation ?? (countsFromNothing(type) ? 0 : 1)
  if (countsFromNothing(type) && current === 0 && isEqual(specOf(type, before), specOf(type, after))) return undefined
  // Deployments count their annotations as well: rollbacks are asked for there.
  const isSame =
    isEqual(specOf(type, before), specOf(type, after)) &&
    (type.kind !== 'EndpointSlice' || isEqual(before.metadata.labels ?? {}, after.metadata.labels ?? {})) &&
    (type.kind !== 'Deployment' || isEqual(before.metadata.annotations ?? {}, after.metadata.annotations ?? {}))
  return isSame ? current : current + 1
}

function specOf(type: ResourceType, object: KubeObject): unknown {
  if (wholeObjectGeneration.has(type.kind)) return object['webhooks'] ?? object['spec']
  if (type.defined === undefined && !withoutSpec.has(type.kind)) return object['spec']
  // Custom resources: everything but metadata, and but status where that is an endpoint of its own.
  const { metadata: _metadata, ...rest } = object
  if (hasStatusEndpoint(type)) delete (rest as JsonObject)['status']
  return rest
}

/** What status updates take from the request: status, and of metadata all but labels, which stay, for built-in kinds. */
export function statusUpdate(type: ResourceType, live: KubeObject, updated: KubeObject): KubeObject {
  const metadata =
    type.defined === undefined ? { ...updated.metadata, labels: live.metadata.labels } : { ...live.metadata, managedFields: updated.metadata.managedFields }
  const cleaned = Object.fromEntries(Object.entries({ ...metadata, generation: live.metadata.generation }).filter(([, value]) => value !== undefined))
  const merged: JsonObject = { ...live, metadata: cleaned }
  if (isObject(updated['status'])) merged['status'] = updated['status']
  else delete merged['status']
  return merged as KubeObject
}
