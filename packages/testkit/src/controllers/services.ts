// Services get the pods they select as EndpointSlices, and as Endpoints for those that read the older form.
// Follows kubernetes `pkg/controller/endpointslice` and `pkg/controller/endpoint`.
import type { ClusterApi } from '../api-server/cluster-api.ts'
import { isEqual, objectOf, objectsOf, valueAt } from '../api-server/types.ts'
import type { Clock, JsonObject, KubeObject } from '../api-server/types.ts'
import { startControlLoop } from './control-loop.ts'
import { hasAllLabels } from '../api-server/label-selector.ts'
import { conditionOf, controllerReference, ownedBy, pods } from './objects.ts'

const services = { group: '', plural: 'services' }
const slices = { group: 'discovery.k8s.io', plural: 'endpointslices' }
const endpointsResource = { group: '', plural: 'endpoints' }
const headlessLabel = 'service.kubernetes.io/headless'

export function startServices(api: ClusterApi, clock: Clock): () => void {
  return startControlLoop({
    api,
    clock,
    resource: services,
    dependents: [{ resource: pods, keysOf: (pod) => servicesOf(api, pod) }],
    reconcile(service) {
      const selector = objectOf(valueAt(service, 'spec', 'selector'))
      if (Object.keys(selector).length === 0 || service.metadata.deletionTimestamp !== undefined) return
      const selected = api
        .list(pods, service.metadata.namespace)
        .filter((pod) => hasAllLabels(selector, pod) && !isOver(pod) && typeof valueAt(pod, 'status', 'podIP') === 'string')
      putSlice(api, service, selected)
      putEndpoints(api, service, selected)
    },
    onGone(namespace, name) {
      const held = api.get(endpointsResource, namespace, name)
      if (held?.metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller') api.delete(endpointsResource, namespace, name)
    },
  })
}

const isOver = (pod: KubeObject): boolean => ['Succeeded', 'Failed'].includes(String(valueAt(pod, 'status', 'phase')))
/** Whether a pod answers; one that is being stopped may still do so. */
const isServing = (pod: KubeObject): boolean => conditionOf(pod, 'Ready')?.['status'] === 'True'
const isHeadless = (service: KubeObject): boolean => valueAt(service, 'spec', 'clusterIP') === 'None'
const addressOf = (pod: KubeObject): string => String(valueAt(pod, 'status', 'podIP'))

function targetOf({ metadata }: KubeObject): JsonObject {
  return { kind: 'Pod', namespace: metadata.namespace, name: metadata.name, uid: metadata.uid }
}

/** Pods of stateful sets have names of their own. */
function hostnameOf(pod: KubeObject, service: KubeObject): JsonObject {
  const hostname = valueAt(pod, 'spec', 'hostname')
  return typeof hostname === 'string' && hostname !== '' && valueAt(pod, 'spec', 'subdomain') === service.metadata.name ? { hostname } : {}
}

function putSlice(api: ClusterApi, service: KubeObject, selected: readonly KubeObject[]): void {
  const publishes = valueAt(service, 'spec', 'publishNotReadyAddresses') === true
  const endpoints = selected.map((pod) => {
    const terminating = pod.metadata.deletionTimestamp !== undefined
    return {
      addresses: [addressOf(pod)],
      conditions: { ready: publishes || (isServing(pod) && !terminating), serving: isServing(pod), terminating },
      ...hostnameOf(pod, service),
      nodeName: valueAt(pod, 'spec', 'nodeName'),
      targetRef: targetOf(pod),
    }
  })
  const ports = selected.length === 0 ? [] : portsOf(service, selected, true)
  const labels = {
    ...service.metadata.labels,
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    'kubernetes.io/service-name': service.metadata.name ?? '',
    ...(isHeadless(service) ? { [headlessLabel]: '' } : {}),
  }
  const [slice] = ownedBy(api, slices, service)
  if (slice === undefined) {
    api.create({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        generateName: `${service.metadata.name ?? ''}-`,
        namespace: service.metadata.namespace ?? '',
        labels,
        ownerReferences: [controllerReference(service)],
      },
      addressType: 'IPv4',
      endpoints,
      ports,
    })
    return
  }
  const isSame = isEqual(slice['endpoints'] ?? [], endpoints) && isEqual(slice['ports'] ?? [], ports) && isEqual(slice.metadata.labels, labels)
  if (!isSame) api.store({ ...slice, metadata: { ...slice.metadata, labels }, endpoints, ports })
}

function putEndpoints(api: ClusterApi, service: KubeObject, selected: readonly KubeObject[]): void {
  const { name = '', namespace = '' } = service.metadata
  const publishes = valueAt(service, 'spec', 'publishNotReadyAddresses') === true
  const address = (pod: KubeObject): JsonObject => ({
    ip: addressOf(pod),
    ...hostnameOf(pod, service),
    nodeName: valueAt(pod, 'spec', 'nodeName'),
    targetRef: targetOf(pod),
  })
  const staying = selected.filter((pod) => publishes || pod.metadata.deletionTimestamp === undefined).toSorted((a, b) => (addressOf(a) < addressOf(b) ? -1 : 1))
  const ready = staying.filter((pod) => publishes || isServing(pod)).map(address)
  const others = staying.filter((pod) => !publishes && !isServing(pod)).map(address)
  const ports = portsOf(service, staying, false)
  const subsets =
    staying.length === 0
      ? undefined
      : [
          {
            ...(ready.length === 0 ? {} : { addresses: ready }),
            ...(others.length === 0 ? {} : { notReadyAddresses: others }),
            ...(ports.length === 0 ? {} : { ports }),
          },
        ]
  const labels = {
    ...service.metadata.labels,
    'endpoints.kubernetes.io/managed-by': 'endpoint-controller',
    ...(isHeadless(service) ? { [headlessLabel]: '' } : {}),
  }
  const held = api.get(endpointsResource, namespace, name)
  if (held === undefined)
    api.create({ apiVersion: 'v1', kind: 'Endpoints', metadata: { name, namespace, labels }, ...(subsets === undefined ? {} : { subsets }) })
  else if (!isEqual(held['subsets'], subsets) || !isEqual(held.metadata.labels, labels)) {
    const { subsets: _subsets, ...rest } = held
    api.store({ ...rest, metadata: { ...held.metadata, labels }, ...(subsets === undefined ? {} : { subsets }) } as KubeObject)
  }
}

function servicesOf(api: ClusterApi, pod: KubeObject): string[] {
  if (pod.metadata.labels === undefined) return []
  return api
    .list(services, pod.metadata.namespace)
    .filter((service) => hasAllLabels(objectOf(valueAt(service, 'spec', 'selector')), pod))
    .map(({ metadata }) => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`)
}

/** Ports with the numbers of the pods; a named one is looked up there. Slices name every port, if with nothing. */
function portsOf(service: KubeObject, selected: readonly KubeObject[], isNamed: boolean): JsonObject[] {
  return objectsOf(valueAt(service, 'spec', 'ports')).map((port): JsonObject => ({
    ...(isNamed || port['name'] !== undefined ? { name: port['name'] ?? '' } : {}),
    port: portOf(port, selected),
    protocol: port['protocol'] ?? 'TCP',
    ...(port['appProtocol'] === undefined ? {} : { appProtocol: port['appProtocol'] }),
  }))
}

function portOf(port: JsonObject, selected: readonly KubeObject[]): number {
  const target = port['targetPort'] ?? port['port']
  if (typeof target === 'number') return target === 0 ? Number(port['port']) : target
  const named = selected
    .flatMap((pod) => objectsOf(valueAt(pod, 'spec', 'containers')).flatMap((container) => objectsOf(container['ports'])))
    .find((candidate) => candidate['name'] === target)
  return Number(named?.['containerPort'] ?? port['port'] ?? 0)
}
