// What single kinds do when they are written, and nobody else does.
import { randomUUID } from 'node:crypto'
import { withoutDisabledFields } from './disabled-fields.ts'
import { storedVersionsOf, withCondition } from './crd.ts'
import type { ResourceType } from './resource-type.ts'
import { templateGeneration, withDecodedStrings, withPodRanges } from './decode.ts'
import { arrayOf, isEqual, isObject, objectOf } from './types.ts'
import type { JsonObject, KubeObject, UserInfo } from './types.ts'

/** Things that single kinds do on every write. */
export function prepared(
  type: ResourceType,
  given: KubeObject,
  previous: KubeObject | undefined,
  { now, user }: { readonly now: string; readonly user: UserInfo },
): KubeObject {
  if (type.defined !== undefined) return given
  const object = withoutDisabledFields(type, given, previous)
  if (type.kind === 'CustomResourceDefinition' && type.group === 'apiextensions.k8s.io') {
    const status = previous === undefined ? { conditions: null, acceptedNames: { plural: '', kind: '' } } : objectOf(object['status'])
    return { ...object, status: { ...status, storedVersions: storedVersionsOf(object, objectOf(object['status'])['storedVersions']) } }
  }
  if (type.group === 'certificates.k8s.io' && type.kind === 'CertificateSigningRequest' && previous === undefined) return requestedBy(object, user)
  if (type.group === 'batch' && type.kind === 'Job' && previous === undefined) return selectedJob(object)
  if (type.group === 'apps' && type.kind === 'DaemonSet') return withTemplateGeneration(object, previous)
  if (type.group === 'coordination.k8s.io' && type.kind === 'Lease') return withoutCoordination(object)
  if (type.group !== '') return object
  if (type.kind === 'LimitRange' && (object.metadata.name ?? '') === '') return { ...object, metadata: { name: randomUUID(), ...object.metadata } }
  if (type.kind === 'Secret') return withDecodedStrings(object)
  if (type.kind === 'ServiceAccount') return withPlainReferences(object)
  const protection = protectionFinalizers[type.kind]
  if (protection !== undefined && previous === undefined) {
    const held = withFinalizer(object, protection)
    return type.kind === 'PersistentVolume' ? { ...held, status: { ...objectOf(held['status']), lastPhaseTransitionTime: now } } : held
  }
  if (type.kind === 'Node') return previous === undefined ? tainted(withPodRanges(object)) : withPodRanges(object)
  if (type.kind === 'Pod' && previous === undefined) return { ...withGrace(object), status: { phase: 'Pending', qosClass: qosOf(object) } }
  if (type.kind === 'Namespace') {
    if (previous === undefined) {
      const finalizers = arrayOf(objectOf(object['spec'])['finalizers'])
      return { ...object, spec: { finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'] }, status: { phase: 'Active' } }
    }
    return { ...object, spec: previous['spec'] }
  }
  return object
}

/** Kinds whose new objects are stored without the defaults of their status. */
export function isStoredBare({ group, kind }: ResourceType): boolean {
  return group === '' && kind === 'PersistentVolumeClaim'
}

/** How often the template changed is told in an annotation: it was a field once. */
function withTemplateGeneration(set: KubeObject, previous: KubeObject | undefined): KubeObject {
  const template = (object: KubeObject): unknown => objectOf(object['spec'])['template']
  const last = Number(previous?.metadata.annotations?.[templateGeneration] ?? '0')
  const count = previous === undefined ? 1 : isEqual(template(previous), template(set)) ? last : last + 1
  return { ...set, metadata: { ...set.metadata, annotations: { ...set.metadata.annotations, [templateGeneration]: String(count) } } }
}

/** Fields of coordinated leader election, which is off. */
function withoutCoordination(lease: KubeObject): KubeObject {
  const spec = objectOf(lease['spec'])
  if (spec['preferredHolder'] === undefined && spec['strategy'] === undefined) return lease
  const { preferredHolder: _holder, strategy: _strategy, ...rest } = spec
  return { ...lease, spec: rest }
}

/** Of its secrets an account keeps the names alone. */
function withPlainReferences(account: KubeObject): KubeObject {
  const secrets = account['secrets']
  if (!Array.isArray(secrets)) return account
  return { ...account, secrets: secrets.map((secret) => (isObject(secret) && secret['name'] !== undefined ? { name: secret['name'] } : {})) }
}

/** Who asks for a certificate is written by the server. */
function requestedBy(request: KubeObject, { name, uid, groups, extra }: UserInfo): KubeObject {
  const spec = { ...objectOf(request['spec']), username: name, groups, ...(uid === undefined ? {} : { uid }), ...(extra === undefined ? {} : { extra }) }
  return { ...request, spec }
}

/** A negative grace is none to speak of. */
function withGrace(pod: KubeObject): KubeObject {
  const spec = objectOf(pod['spec'])
  const grace = spec['terminationGracePeriodSeconds']
  return typeof grace === 'number' && grace < 0 ? { ...pod, spec: { ...spec, terminationGracePeriodSeconds: 1 } } : pod
}

/** A node is not ready until somebody says so: nothing is scheduled to it. */
function tainted(node: KubeObject): KubeObject {
  const spec = objectOf(node['spec'])
  const taints = (spec['taints'] as JsonObject[] | undefined) ?? []
  const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }
  if (taints.some(({ key, effect }) => key === notReady.key && effect === notReady.effect)) return node
  return { ...node, spec: { ...spec, taints: [...taints, notReady] } }
}

/** Volumes and claims are held while they are in use. */
const protectionFinalizers: Readonly<Record<string, string>> = {
  PersistentVolume: 'kubernetes.io/pv-protection',
  PersistentVolumeClaim: 'kubernetes.io/pvc-protection',
}

function withFinalizer(object: KubeObject, name: string): KubeObject {
  const finalizers = object.metadata.finalizers ?? []
  return finalizers.includes(name) ? object : { ...object, metadata: { ...object.metadata, finalizers: [...finalizers, name] } }
}

/** What the status says of an object that is being deleted. */
export function markedTerminating(type: ResourceType, object: KubeObject, now: string): KubeObject {
  const status = objectOf(object['status'])
  if (type.kind === 'Namespace' && type.group === '') return { ...object, status: { ...status, phase: 'Terminating' } }
  if (type.kind !== 'CustomResourceDefinition') return object
  const message = 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon'
  return { ...object, status: withCondition(status, 'Terminating', 'True', 'InstanceDeletionPending', message, now) }
}

/** What shows once the object has been read back: a job without labels has those of its template. */
export function completed(type: ResourceType, object: KubeObject): KubeObject {
  if (type.group !== 'batch' || type.kind !== 'Job' || Object.keys(object.metadata.labels ?? {}).length > 0) return object
  const labels = objectOf(objectOf(objectOf(objectOf(object['spec'])['template'])['metadata'])['labels']) as Record<string, string>
  return Object.keys(labels).length === 0 ? object : { ...object, metadata: { ...object.metadata, labels } }
}

/** Jobs select their pods by their own uid, unless told otherwise; a job without labels takes those of its template. */
function selectedJob(job: KubeObject): KubeObject {
  const spec = objectOf(job['spec'])
  const template = objectOf(spec['template'])
  const metadata = objectOf(template['metadata'])
  const uid = job.metadata.uid ?? ''
  const isManual = spec['manualSelector'] === true || spec['selector'] !== undefined
  const labels = isManual
    ? objectOf(metadata['labels'])
    : {
        ...objectOf(metadata['labels']),
        'batch.kubernetes.io/controller-uid': uid,
        'batch.kubernetes.io/job-name': job.metadata.name ?? '',
        'controller-uid': uid,
        'job-name': job.metadata.name ?? '',
      }
  return {
    ...job,
    spec: {
      ...spec,
      ...(isManual ? {} : { selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } } }),
      template: { ...template, metadata: { ...metadata, ...(Object.keys(labels).length === 0 ? {} : { labels }) } },
    },
  }
}

/** Class of a pod by its requests and limits. Follows kubernetes `pkg/apis/core/v1/helper/qos`. */
function qosOf(pod: KubeObject): string {
  const containers = [
    ...((objectOf(pod['spec'])['containers'] as JsonObject[] | undefined) ?? []),
    ...((objectOf(pod['spec'])['initContainers'] as JsonObject[] | undefined) ?? []),
  ]
  const all = containers.map((container) => objectOf(container['resources']))
  const has = (name: string): boolean => all.some((resources) => Object.keys(objectOf(resources[name])).some((key) => key === 'cpu' || key === 'memory'))
  if (!has('requests') && !has('limits')) return 'BestEffort'
  const isGuaranteed = all.every((resources) =>
    ['cpu', 'memory'].every(
      (key) =>
        objectOf(resources['limits'])[key] !== undefined &&
        isEqual(objectOf(resources['limits'])[key], objectOf(resources['requests'])[key] ?? objectOf(resources['limits'])[key]),
    ),
  )
  return isGuaranteed ? 'Guaranteed' : 'Burstable'
}
