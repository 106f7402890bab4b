// Defaults of services, storage and other core kinds. Follows kubernetes `pkg/apis/core/v1/defaults.go`.
import { isMap, member } from '../values.ts'
import type { JsonMap } from '../values.ts'
import { each, fill, pipe, textOf, within } from './fill.ts'

export function defaultService(object: JsonMap): JsonMap {
  return within(object, 'spec', (given) => {
    const spec = fill(given, { sessionAffinity: 'None', type: 'ClusterIP' })
    const type = textOf(spec, 'type')
    const isExternal =
      type === 'NodePort' || type === 'LoadBalancer' || (Array.isArray(member(spec, 'externalIPs')) && (member(spec, 'externalIPs') as unknown[]).length > 0)
    return pipe(
      spec,
      (map) => (textOf(map, 'sessionAffinity') === 'None' ? withoutAffinity(map) : map),
      (map) => (textOf(map, 'sessionAffinity') === 'ClientIP' ? fill(map, { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } }) : map),
      (map) => each(map, 'ports', (port) => fill(port, { protocol: 'TCP', targetPort: member(port, 'port') })),
      (map) =>
        isExternal && type !== 'ClusterIP'
          ? fill(map, { externalTrafficPolicy: 'Cluster' })
          : isExternal
            ? fill(map, { externalTrafficPolicy: 'Cluster' })
            : map,
      (map) => (type === 'ExternalName' ? map : fill(map, { internalTrafficPolicy: 'Cluster' })),
      (map) => (type === 'LoadBalancer' ? fill(map, { allocateLoadBalancerNodePorts: true }) : map),
    )
  })
}

function withoutAffinity({ sessionAffinityConfig: _config, ...spec }: JsonMap): JsonMap {
  return spec
}

export function defaultEndpoints(object: JsonMap): JsonMap {
  return each(object, 'subsets', (subset) => each(subset, 'ports', (port) => fill(port, { protocol: 'TCP' })))
}

export function defaultEndpointSlice(object: JsonMap): JsonMap {
  return each(object, 'ports', (port) => fill(port, { name: '', protocol: 'TCP' }))
}

export function defaultPersistentVolumeClaim(object: JsonMap): JsonMap {
  return pipe(
    object,
    (map) => within(map, 'spec', (spec) => withDataSource(fill(spec, { volumeMode: 'Filesystem' }))),
    (map) => (isMap(member(map, 'status')) ? within(map, 'status', (status) => fill(status, { phase: 'Pending' })) : { ...map, status: { phase: 'Pending' } }),
  )
}

/** The two members that name the source of a claim say the same; the older one is for claims and snapshots, and any other is forgotten. */
function withDataSource(spec: JsonMap): JsonMap {
  const [source, reference] = [member(spec, 'dataSource'), member(spec, 'dataSourceRef')]
  // Sources in other namespaces are a feature that is off.
  if (isMap(reference) && textOf(reference, 'namespace') !== '') {
    const { dataSourceRef: _foreign, ...rest } = spec
    return withDataSource(rest)
  }
  if (isMap(source) && !isMap(reference) && !isClaimOrSnapshot(source)) {
    const { dataSource: _ignored, ...rest } = spec
    return rest
  }
  const given = isMap(source) ? source : isMap(reference) ? reference : undefined
  if (given === undefined) return spec
  const full = fill(given, { apiGroup: null })
  return { ...spec, dataSource: full, dataSourceRef: isMap(reference) ? fill(reference, { apiGroup: null }) : full }
}

function isClaimOrSnapshot(source: JsonMap): boolean {
  const [group, kind] = [textOf(source, 'apiGroup'), textOf(source, 'kind')]
  return (group === '' && kind === 'PersistentVolumeClaim') || (group === 'snapshot.storage.k8s.io' && kind === 'VolumeSnapshot')
}

export function defaultPersistentVolume(object: JsonMap): JsonMap {
  return pipe(
    object,
    (map) =>
      within(map, 'spec', (spec) =>
        pipe(
          spec,
          (inner) => fill(inner, { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }),
          (inner) => within(inner, 'hostPath', (path) => fill(path, { type: '' })),
          (inner) => within(inner, 'claimRef', (reference) => fill(reference, { kind: 'PersistentVolumeClaim', apiVersion: 'v1' })),
        ),
      ),
    (map) => (isMap(member(map, 'status')) ? within(map, 'status', (status) => fill(status, { phase: 'Pending' })) : { ...map, status: { phase: 'Pending' } }),
  )
}

export function defaultSecret(object: JsonMap): JsonMap {
  return fill(object, { type: 'Opaque' })
}

export function defaultNamespace(object: JsonMap): JsonMap {
  return pipe(
    object,
    (map) => (isMap(member(map, 'status')) ? within(map, 'status', (status) => fill(status, { phase: 'Active' })) : { ...map, status: { phase: 'Active' } }),
    (map) =>
      within(map, 'metadata', (metadata) => {
        const name = textOf(metadata, 'name')
        if (name === '') return metadata
        const labels = member(metadata, 'labels')
        return { ...metadata, labels: { ...(isMap(labels) ? labels : {}), 'kubernetes.io/metadata.name': name } }
      }),
  )
}

/** Limits stand in for what is not said about a container. */
export function defaultLimitRange(object: JsonMap): JsonMap {
  return within(object, 'spec', (spec) =>
    each(spec, 'limits', (limit) => {
      if (textOf(limit, 'type') !== 'Container') return limit
      const max = member(limit, 'max')
      const filled = isMap(max) ? { ...limit, default: fill(isMap(member(limit, 'default')) ? (member(limit, 'default') as JsonMap) : {}, max) } : limit
      const [standard, min] = [member(filled, 'default'), member(filled, 'min')]
      const requests = fill(isMap(member(filled, 'defaultRequest')) ? (member(filled, 'defaultRequest') as JsonMap) : {}, isMap(standard) ? standard : {})
      const all = fill(requests, isMap(min) ? min : {})
      return Object.keys(all).length === 0 ? filled : { ...filled, defaultRequest: all }
    }),
  )
}

export function defaultReplicationController(object: JsonMap): JsonMap {
  const spec = member(object, 'spec')
  const template = isMap(spec) ? member(spec, 'template') : undefined
  const templateMetadata = isMap(template) ? member(template, 'metadata') : undefined
  const labels = isMap(templateMetadata) ? member(templateMetadata, 'labels') : undefined
  const hasLabels = isMap(labels) && Object.keys(labels).length > 0
  return pipe(
    object,
    (map) => within(map, 'metadata', (metadata) => (hasLabels ? fill(metadata, { labels }) : metadata)),
    (map) => within(map, 'spec', (inner) => fill(inner, { replicas: 1, ...(hasLabels ? { selector: labels } : {}) })),
  )
}
