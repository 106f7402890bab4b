// Claims and volumes find each other, and stay as long as they are in use. Follows kubernetes `pkg/controller/volume/persistentvolume` and its protections.
// A claim stays pending without a fitting volume, unless its class is provisioned here.
import { compareQuantities, isQuantity, parseQuantity, printed } from '@plumbline/schema'
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { arrayOf, objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { Clock, KubeObject } from '../api-server/types.ts'
import { startControlLoop } from './control-loop.ts'
import { createRecorder } from './events.ts'
import { isSelectedBy } from '../api-server/label-selector.ts'
import { isPodActive, pods, storeStatus } from './objects.ts'

const claims = { group: '', plural: 'persistentvolumeclaims' }
const volumes = { group: '', plural: 'persistentvolumes' }
const classes = { group: 'storage.k8s.io', plural: 'storageclasses' }
/** Provisioner of classes whose claims are given a volume at once. */
export const instantProvisioner = 'plumbline.dev/instant'

export function startVolumeClaims(api: ClusterApi, clock: Clock): () => void {
  const record = createRecorder(api, clock, 'persistentvolume-controller')
  const pendingKeys = (): string[] =>
    api
      .list(claims)
      .flatMap((claim) => (valueAt(claim, 'status', 'phase') === 'Bound' ? [] : [`${claim.metadata.namespace ?? ''}/${claim.metadata.name ?? ''}`]))
  const stops = [
    startControlLoop({
      api,
      clock,
      resource: claims,
      dependents: [
        { resource: volumes, keysOf: pendingKeys },
        { resource: classes, keysOf: pendingKeys },
        { resource: pods, keysOf: claimsOf },
      ],
      reconcile(claim) {
        if (claim.metadata.deletionTimestamp !== undefined) {
          if (!isInUse(api, claim)) withoutFinalizer(api, claim, 'kubernetes.io/pvc-protection')
          return
        }
        if (valueAt(claim, 'status', 'phase') === 'Bound') return
        const volume = fittingVolume(api, claim) ?? provisioned(api, claim)
        if (volume !== undefined) bind(api, claim, volume)
        else explain(api, claim, record)
      },
      onGone(namespace, name) {
        for (const volume of api.list(volumes)) {
          const reference = objectOf(valueAt(volume, 'spec', 'claimRef'))
          if (reference['namespace'] === namespace && reference['name'] === name && valueAt(volume, 'status', 'phase') === 'Bound') release(api, volume)
        }
      },
    }),
    startControlLoop({
      api,
      clock,
      resource: volumes,
      reconcile(volume) {
        const phase = valueAt(volume, 'status', 'phase')
        if (volume.metadata.deletionTimestamp !== undefined) {
          if (phase !== 'Bound') withoutFinalizer(api, volume, 'kubernetes.io/pv-protection')
        } else if (phase === undefined || phase === 'Pending') {
          if (valueAt(volume, 'spec', 'claimRef', 'uid') === undefined) storeStatus(api, volume, { ...objectOf(volume['status']), phase: 'Available' })
        }
      },
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}

function claimsOf(pod: KubeObject): string[] {
  return objectsOf(valueAt(pod, 'spec', 'volumes')).flatMap((volume) => {
    const name = valueAt(volume, 'persistentVolumeClaim', 'claimName')
    return typeof name === 'string' ? [`${pod.metadata.namespace ?? ''}/${name}`] : []
  })
}

function isInUse(api: ClusterApi, { metadata }: KubeObject): boolean {
  const key = `${metadata.namespace ?? ''}/${metadata.name ?? ''}`
  return api
    .list(pods, metadata.namespace)
    .some(
      (pod) =>
        (isPodActive(pod) || pod.metadata.deletionTimestamp !== undefined) &&
        typeof valueAt(pod, 'spec', 'nodeName') === 'string' &&
        claimsOf(pod).includes(key),
    )
}

function withoutFinalizer(api: ClusterApi, object: KubeObject, finalizer: string): void {
  if (!(object.metadata.finalizers ?? []).includes(finalizer)) return
  const rest = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer)
  const { finalizers: _finalizers, ...metadata } = object.metadata
  api.store({ ...object, metadata: rest.length === 0 ? metadata : { ...metadata, finalizers: rest } })
}

/** The smallest volume that has what the claim asks for. */
function fittingVolume(api: ClusterApi, claim: KubeObject): KubeObject | undefined {
  const spec = objectOf(claim['spec'])
  const wanted = valueAt(spec, 'resources', 'requests', 'storage')
  const sizeOf = (value: unknown): ReturnType<typeof parseQuantity> => parseQuantity(isQuantity(value) ? value : '0')
  const { uid, name, namespace } = claim.metadata
  return api
    .list(volumes)
    .filter((volume) => {
      if (volume.metadata.deletionTimestamp !== undefined) return false
      const reference = objectOf(valueAt(volume, 'spec', 'claimRef'))
      const isMine = reference['name'] === name && reference['namespace'] === namespace && (reference['uid'] === undefined || reference['uid'] === uid)
      if (Object.keys(reference).length > 0 && !isMine) return false
      if (spec['volumeName'] !== undefined && spec['volumeName'] !== volume.metadata.name) return false
      const modes = arrayOf(valueAt(volume, 'spec', 'accessModes'))
      return (
        isMine ||
        (valueAt(volume, 'status', 'phase') === 'Available' &&
          (valueAt(volume, 'spec', 'storageClassName') ?? '') === (spec['storageClassName'] ?? '') &&
          (valueAt(volume, 'spec', 'volumeMode') ?? 'Filesystem') === (spec['volumeMode'] ?? 'Filesystem') &&
          arrayOf(spec['accessModes']).every((mode) => modes.includes(mode)) &&
          (spec['selector'] === undefined || isSelectedBy(spec['selector'], volume.metadata.labels)) &&
          compareQuantities(sizeOf(valueAt(volume, 'spec', 'capacity', 'storage')), sizeOf(wanted)) >= 0)
      )
    })
    .toSorted((a, b) => compareQuantities(sizeOf(valueAt(a, 'spec', 'capacity', 'storage')), sizeOf(valueAt(b, 'spec', 'capacity', 'storage'))))[0]
}

function classOf(api: ClusterApi, claim: KubeObject): KubeObject | undefined {
  const name = valueAt(claim, 'spec', 'storageClassName')
  return typeof name === 'string' && name !== '' ? api.get(classes, '', name) : undefined
}

/** A volume made for a claim, where the class is one of those that are provisioned here. */
function provisioned(api: ClusterApi, claim: KubeObject): KubeObject | undefined {
  const storageClass = classOf(api, claim)
  if (storageClass?.['provisioner'] !== instantProvisioner) return undefined
  const { name = '', namespace = '', uid = '' } = claim.metadata
  const volume = `pvc-${uid}`
  const held = api.get(volumes, '', volume)
  if (held !== undefined) return held
  return api.create({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: volume, annotations: { 'pv.kubernetes.io/provisioned-by': instantProvisioner } },
    spec: {
      accessModes: valueAt(claim, 'spec', 'accessModes') ?? ['ReadWriteOnce'],
      capacity: { storage: valueAt(claim, 'spec', 'resources', 'requests', 'storage') ?? '1Gi' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
      hostPath: { path: `/volumes/${volume}` },
      persistentVolumeReclaimPolicy: storageClass['reclaimPolicy'] ?? 'Delete',
      storageClassName: storageClass.metadata.name,
    },
  })
}

function bind(api: ClusterApi, claim: KubeObject, volume: KubeObject): void {
  const { name, namespace, uid } = claim.metadata
  const claimRef = { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion: claim.metadata.resourceVersion }
  const spec = { ...objectOf(volume['spec']), claimRef: { ...claimRef, ...objectOf(valueAt(volume, 'spec', 'claimRef')), uid } }
  api.store({ ...volume, spec, status: { ...objectOf(volume['status']), phase: 'Bound' } })
  const bound = api.store({
    ...claim,
    metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, 'pv.kubernetes.io/bind-completed': 'yes' } },
    spec: { ...objectOf(claim['spec']), volumeName: volume.metadata.name },
  })
  const accessModes = valueAt(volume, 'spec', 'accessModes') ?? []
  storeStatus(api, bound, { phase: 'Bound', accessModes, capacity: valueAt(volume, 'spec', 'capacity') ?? {} })
}

function release(api: ClusterApi, volume: KubeObject): void {
  const isOurs = volume.metadata.annotations?.['pv.kubernetes.io/provisioned-by'] === instantProvisioner
  const released = api.store({ ...volume, status: { ...objectOf(volume['status']), phase: 'Released' } })
  if (isOurs && valueAt(released, 'spec', 'persistentVolumeReclaimPolicy') === 'Delete') api.delete(volumes, '', volume.metadata.name ?? '')
}

function explain(api: ClusterApi, claim: KubeObject, record: ReturnType<typeof createRecorder>): void {
  const name = printed(valueAt(claim, 'spec', 'storageClassName') ?? '')
  const storageClass = classOf(api, claim)
  if (name === '') record(claim, 'Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set')
  else if (storageClass === undefined) record(claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${name}" not found`)
  else if (storageClass['volumeBindingMode'] === 'WaitForFirstConsumer')
    record(claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding')
  else
    record(
      claim,
      'Normal',
      'ExternalProvisioning',
      `Waiting for a volume to be created either by the external provisioner '${printed(storageClass['provisioner'] ?? '')}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
    )
}
