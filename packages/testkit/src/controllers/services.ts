// Services get the ready pods they select as EndpointSlices. Follows kubernetes `pkg/controller/endpointslice`.
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { isEqual, objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject } from '../api-server/types.ts'
import { startControlLoop } from './control-loop.ts'
import { controllerReference, isPodReady, ownedBy, pods } from './objects.ts'

const services = { group: '', plural: 'services' }
const slices = { group: 'discovery.k8s.io', plural: 'endpointslices' }

export function startServices(api: ClusterApi, clock: Clock): () => void {
  return startControlLoop({
    api,
    clock,
    resource: services,
    dependents: [{ resource: pods, keyOf: (pod) => serviceOf(api, pod) }],
    reconcile(service) {
      const selector = objectOf(valueAt(service, 'spec', 'selector'))
      if (Object.keys(selector).length === 0 || service.metadata.deletionTimestamp !== undefined) return
      const selected = api.list(pods, service.metadata.namespace).filter((pod) => matches(selector, pod) && typeof valueAt(pod, 'status', 'podIP') === 'string')
      const endpoints = selected.map((pod) => ({
        addresses: [String(valueAt(pod, 'status', 'podIP'))],
        conditions: { ready: isPodReady(pod), serving: isPodReady(pod), terminating: pod.metadata.deletionTimestamp !== undefined },
        nodeName: valueAt(pod, 'spec', 'nodeName'),
        targetRef: { kind: 'Pod', name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid },
      }))
      const ports = objectsOf(valueAt(service, 'spec', 'ports')).map((port): JsonObject => ({
        name: port['name'] ?? '',
        port: targetOf(port, selected),
        protocol: port['protocol'] ?? 'TCP',
      }))
      const [slice] = ownedBy(api, slices, service)
      if (slice === undefined) {
        api.create({
          apiVersion: 'discovery.k8s.io/v1',
          kind: 'EndpointSlice',
          metadata: {
            generateName: `${service.metadata.name ?? ''}-`,
            namespace: service.metadata.namespace ?? '',
            labels: { 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io', 'kubernetes.io/service-name': service.metadata.name ?? '' },
            ownerReferences: [controllerReference(service)],
          },
          addressType: 'IPv4',
          endpoints,
          ports,
        })
      } else if (!isEqual(slice['endpoints'] ?? [], endpoints) || !isEqual(slice['ports'] ?? [], ports)) api.store({ ...slice, endpoints, ports })
    },
  })
}

function matches(selector: JsonObject, pod: KubeObject): boolean {
  return Object.entries(selector).every(([key, value]) => pod.metadata.labels?.[key] === value)
}

function serviceOf(api: ClusterApi, pod: KubeObject): string | undefined {
  const service = api.list(services, pod.metadata.namespace).find((candidate) => {
    const selector = objectOf(valueAt(candidate, 'spec', 'selector'))
    return Object.keys(selector).length > 0 && matches(selector, pod)
  })
  return service === undefined ? undefined : `${service.metadata.namespace ?? ''}/${service.metadata.name ?? ''}`
}

/** Named target ports are looked up in the pods. */
function targetOf(port: JsonObject, selected: readonly KubeObject[]): number {
  const target = port['targetPort'] ?? port['port']
  if (typeof target === 'number') return target
  const named = selected
    .flatMap((pod) => objectsOf(valueAt(pod, 'spec', 'containers')).flatMap((container) => objectsOf(container['ports'])))
    .find((candidate) => candidate['name'] === target)
  return Number(named?.['containerPort'] ?? port['port'] ?? 0)
}
