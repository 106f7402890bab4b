// Whether the API services that users register can be reached. Follows kube-aggregator `pkg/controllers/status/remote`.
import { printed } from '@plumbline/schema'
import type { Registry } from './resources.ts'
import type { Storage } from './storage.ts'
import { formatTime, isObject, objectOf, objectsOf, valueAt } from './types.ts'
import type { Clock, JsonObject, KubeObject } from './types.ts'
import type { Writer } from './write.ts'

const watched = new Set(['services', 'discovery.k8s.io/endpointslices'])

/** Begin: the condition `Available` follows the service that an API service names. */
export function followApiServices(storage: Storage, registry: Registry, writer: Writer, clock: Clock): void {
  const type = registry.findByKind('apiregistration.k8s.io', 'v1', 'APIService')
  if (type === undefined) return

  function look(name: string): void {
    const object = type === undefined ? undefined : storage.get(type.storage, '', name)?.object
    if (type === undefined || object === undefined || object.metadata.deletionTimestamp !== undefined) return
    const state = availabilityOf(object, storage)
    const conditions = objectsOf(valueAt(object, 'status', 'conditions'))
    const before = conditions.find((condition) => condition['type'] === 'Available')
    if (before?.['status'] === state.status && before['reason'] === state.reason && before['message'] === state.message) return
    const lastTransitionTime = before?.['status'] === state.status ? before['lastTransitionTime'] : formatTime(clock.now())
    const condition: JsonObject = { type: 'Available', status: state.status, lastTransitionTime, reason: state.reason, message: state.message }
    const rest = conditions.filter((entry) => entry !== before)
    writer.store(type, { ...object, status: { ...objectOf(object['status']), conditions: [...rest, condition] } })
  }

  storage.subscribe(undefined, (event) => {
    if (event.storage === type.storage) {
      if (event.type !== 'DELETED') queueMicrotask(() => look(event.current.object.metadata.name ?? ''))
    } else if (watched.has(event.storage)) {
      queueMicrotask(() => {
        for (const { object } of storage.list(type.storage, undefined)) if (isObject(valueAt(object, 'spec', 'service'))) look(object.metadata.name ?? '')
      })
    }
  })
}

interface Availability {
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

function availabilityOf(object: KubeObject, storage: Storage): Availability {
  const reference = valueAt(object, 'spec', 'service')
  if (!isObject(reference)) return { status: 'True', reason: 'Local', message: 'Local APIServices are always available' }
  const [namespace, name] = [printed(reference['namespace'] ?? ''), printed(reference['name'] ?? '')]
  const number = typeof reference['port'] === 'number' ? reference['port'] : 443
  const no = (reason: string, message: string): Availability => ({ status: 'False', reason, message })
  const service = storage.get('services', namespace, name)?.object
  if (service === undefined) return no('ServiceNotFound', `service/${name} in "${namespace}" is not present`)
  if (valueAt(service, 'spec', 'type') !== 'ExternalName') {
    const port = objectsOf(valueAt(service, 'spec', 'ports')).find((entry) => entry['port'] === number)
    if (port === undefined) return no('ServicePortError', `service/${name} in "${namespace}" is not listening on port ${number}`)
    const slices = storage
      .list('discovery.k8s.io/endpointslices', namespace)
      .map((entry) => entry.object)
      .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
    if (slices.length === 0) return no('EndpointsNotFound', `cannot find endpointslices for service/${name} in "${namespace}"`)
    const hasReady = slices.some((slice) => objectsOf(slice['endpoints']).some((endpoint) => valueAt(endpoint, 'conditions', 'ready') !== false))
    if (!hasReady)
      return no('MissingEndpoints', `endpointslices for service/${name} in "${namespace}" have no addresses with port name "${printed(port['name'] ?? '')}"`)
  }
  // No container runs behind a service here, so what is registered never answers.
  return no('FailedDiscoveryCheck', `failing or missing response from https://${name}.${namespace}.svc:${number}: nothing answers`)
}
