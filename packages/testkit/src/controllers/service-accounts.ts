// Every namespace has a service account `default` and the ConfigMap with the cluster's certificate authority.
import type { ClusterApi } from '../api-server/cluster-api.ts'
import type { Clock } from '../api-server/types.ts'
import { startControlLoop } from './control-loop.ts'

export function startServiceAccounts(api: ClusterApi, clock: Clock): () => void {
  return startControlLoop({
    api,
    clock,
    resource: { group: '', plural: 'namespaces' },
    dependents: [
      {
        resource: { group: '', plural: 'serviceaccounts' },
        keysOf: ({ metadata }) => (metadata.name === 'default' ? [`/${metadata.namespace ?? ''}`] : []),
      },
      {
        resource: { group: '', plural: 'configmaps' },
        keysOf: ({ metadata }) => (metadata.name === 'kube-root-ca.crt' ? [`/${metadata.namespace ?? ''}`] : []),
      },
    ],
    reconcile({ metadata }) {
      if (metadata.deletionTimestamp !== undefined) return
      const namespace = metadata.name ?? ''
      if (api.get({ group: '', plural: 'serviceaccounts' }, namespace, 'default') === undefined)
        api.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } })
      if (api.get({ group: '', plural: 'configmaps' }, namespace, 'kube-root-ca.crt') === undefined) {
        api.create({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: {
            name: 'kube-root-ca.crt',
            namespace,
            annotations: {
              'kubernetes.io/description':
                'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
            },
          },
          data: { 'ca.crt': '' },
        })
      }
    },
  })
}
