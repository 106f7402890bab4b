// Claims are bound at once, as with a provisioner that never fails.
import { printed } from '@plumbline/schema'
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { objectOf, valueAt } from '../api-server/types.ts'
import type { Clock } from '../api-server/types.ts'
import { startControlLoop } from './control-loop.ts'
import { storeStatus } from './objects.ts'

const claims = { group: '', plural: 'persistentvolumeclaims' }

export function startVolumeClaims(api: ClusterApi, clock: Clock): () => void {
  return startControlLoop({
    api,
    clock,
    resource: claims,
    reconcile(claim) {
      if (claim.metadata.deletionTimestamp !== undefined || valueAt(claim, 'status', 'phase') === 'Bound') return
      const { name = '', namespace = '', uid = '' } = claim.metadata
      const volume = `pvc-${uid}`
      const spec = objectOf(claim['spec'])
      const storage = valueAt(spec, 'resources', 'requests', 'storage') ?? '1Gi'
      if (api.get({ group: '', plural: 'persistentvolumes' }, '', volume) === undefined) {
        const made = api.create({
          apiVersion: 'v1',
          kind: 'PersistentVolume',
          metadata: { name: volume },
          spec: {
            accessModes: spec['accessModes'] ?? ['ReadWriteOnce'],
            capacity: { storage },
            claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
            hostPath: { path: `/volumes/${volume}` },
            persistentVolumeReclaimPolicy: 'Delete',
            ...(spec['storageClassName'] === undefined ? {} : { storageClassName: spec['storageClassName'] }),
          },
        })
        api.store({ ...made, status: { phase: 'Bound' } })
      }
      const bound = api.store({
        ...claim,
        metadata: { ...claim.metadata, annotations: { ...claim.metadata.annotations, 'pv.kubernetes.io/bind-completed': 'yes' } },
        spec: { ...spec, volumeName: volume },
      })
      storeStatus(api, bound, { phase: 'Bound', accessModes: spec['accessModes'] ?? [], capacity: { storage } })
    },
    onGone() {
      for (const volume of api.list({ group: '', plural: 'persistentvolumes' })) {
        const reference = objectOf(valueAt(volume, 'spec', 'claimRef'))
        const claim = api.get(claims, printed(reference['namespace'] ?? ''), printed(reference['name'] ?? ''))
        if (claim?.metadata.uid !== reference['uid'] && valueAt(volume, 'spec', 'persistentVolumeReclaimPolicy') === 'Delete')
          api.delete({ group: '', plural: 'persistentvolumes' }, '', volume.metadata.name ?? '')
      }
    },
  })
}
