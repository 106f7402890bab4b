// Defaults of pods and pod templates. Follows kubernetes `pkg/apis/core/v1/defaults.go`.
import { isMap, member } from '../values.ts'
import type { JsonMap } from '../values.ts'
import { defaultPodResources } from './pod-resources.ts'
import { each, fill, pipe, textOf, within, withinOrNew } from './fill.ts'

const configMode = 0o644

/** A pod's spec. */
export function defaultPodSpec(spec: JsonMap): JsonMap {
  const account = textOf(spec, 'serviceAccountName') || textOf(spec, 'serviceAccount')
  const isHostNetwork = member(spec, 'hostNetwork') === true
  return pipe(
    spec,
    (map) =>
      fill(map, {
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        dnsPolicy: 'ClusterFirst',
        securityContext: {},
        schedulerName: 'default-scheduler',
        ...(account === '' ? {} : { serviceAccount: account, serviceAccountName: account }),
      }),
    (map) => each(map, 'initContainers', (container) => defaultContainer(container, isHostNetwork)),
    (map) => each(map, 'containers', (container) => defaultContainer(container, isHostNetwork)),
    (map) => each(map, 'ephemeralContainers', (container) => defaultContainer(container, isHostNetwork)),
    (map) => each(map, 'volumes', defaultVolume),
  )
}

/** Only pods themselves say whether services become environment variables. */
export function defaultPod(pod: JsonMap): JsonMap {
  return within(pod, 'spec', (spec) =>
    pipe(
      defaultPodSpec(spec),
      (map) => fill(map, { enableServiceLinks: true }),
      (map) => each(map, 'containers', requestsFromLimits),
      (map) => each(map, 'initContainers', requestsFromLimits),
      defaultPodResources,
    ),
  )
}

/** `spec.template` of a workload. */
export function defaultTemplate(spec: JsonMap): JsonMap {
  return within(spec, 'template', (template) =>
    pipe(
      template,
      (map) => withinOrNew(map, 'metadata', (metadata) => metadata),
      (map) => within(map, 'spec', defaultPodSpec),
    ),
  )
}

/** Names of images, with a host in front and a tag and a digest behind. github.com/distribution/reference `regexp.go` */
const imageName =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$/

function defaultContainer(container: JsonMap, isHostNetwork: boolean): JsonMap {
  return pipe(
    container,
    (map) =>
      fill(map, {
        imagePullPolicy: pullPolicyOf(textOf(map, 'image')),
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        resources: {},
      }),
    (map) => each(map, 'ports', (port) => fill(port, { protocol: 'TCP', ...(isHostNetwork ? { hostPort: member(port, 'containerPort') } : {}) })),
    (map) => each(map, 'env', defaultEnv),
    (map) =>
      pipe(
        map,
        (inner) => within(inner, 'livenessProbe', defaultProbe),
        (inner) => within(inner, 'readinessProbe', defaultProbe),
        (inner) => within(inner, 'startupProbe', defaultProbe),
      ),
    (map) =>
      within(map, 'lifecycle', (lifecycle) =>
        pipe(
          lifecycle,
          (inner) => within(inner, 'postStart', defaultHandler),
          (inner) => within(inner, 'preStop', defaultHandler),
        ),
      ),
  )
}

/** An image without a tag, or with `latest`, is pulled each time. */
function pullPolicyOf(image: string): string {
  // What is no name of an image has no tag.
  if (!imageName.test(image)) return 'IfNotPresent'
  const name = image.slice(image.lastIndexOf('/') + 1)
  if (name.includes('@')) return 'IfNotPresent'
  const colon = name.indexOf(':')
  return colon < 0 || name.slice(colon + 1) === 'latest' ? 'Always' : 'IfNotPresent'
}

function requestsFromLimits(container: JsonMap): JsonMap {
  return within(container, 'resources', (resources) => {
    const limits = member(resources, 'limits')
    if (!isMap(limits) || Object.keys(limits).length === 0) return resources
    return withinOrNew(resources, 'requests', (requests) => fill(requests, limits))
  })
}

function defaultEnv(variable: JsonMap): JsonMap {
  return within(variable, 'valueFrom', (source) => within(source, 'fieldRef', (reference) => fill(reference, { apiVersion: 'v1' })))
}

function defaultProbe(probe: JsonMap): JsonMap {
  return pipe(probe, (map) => fill(map, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }), defaultHandler)
}

function defaultHandler(handler: JsonMap): JsonMap {
  return pipe(
    handler,
    (map) => within(map, 'httpGet', (get) => fill(get, { path: '/', scheme: 'HTTP' })),
    (map) => within(map, 'grpc', (grpc) => fill(grpc, { service: '' })),
  )
}

const volumeSources: readonly string[] = [
  'hostPath',
  'emptyDir',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'persistentVolumeClaim',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'downwardAPI',
  'fc',
  'azureFile',
  'configMap',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'projected',
  'portworxVolume',
  'scaleIO',
  'storageos',
  'csi',
  'ephemeral',
  'image',
]

function defaultVolume(volume: JsonMap): JsonMap {
  const hasSource = volumeSources.some((name) => (member(volume, name) ?? undefined) !== undefined)
  return pipe(
    hasSource ? volume : { ...volume, emptyDir: {} },
    (map) => within(map, 'secret', (source) => fill(source, { defaultMode: configMode })),
    (map) => within(map, 'configMap', (source) => fill(source, { defaultMode: configMode })),
    (map) =>
      within(map, 'downwardAPI', (source) =>
        pipe(
          source,
          (inner) => fill(inner, { defaultMode: configMode }),
          (inner) => each(inner, 'items', defaultDownwardItem),
        ),
      ),
    (map) =>
      within(map, 'projected', (source) =>
        pipe(
          source,
          (inner) => fill(inner, { defaultMode: configMode }),
          (inner) => each(inner, 'sources', defaultProjection),
        ),
      ),
    (map) => within(map, 'hostPath', (source) => fill(source, { type: '' })),
    (map) => within(map, 'iscsi', (source) => fill(source, { iscsiInterface: 'default' })),
    (map) => within(map, 'rbd', (source) => fill(source, { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' })),
    (map) => within(map, 'azureDisk', (source) => fill(source, { cachingMode: 'ReadWrite', fsType: 'ext4', kind: 'Shared', readOnly: false })),
    (map) => within(map, 'scaleIO', (source) => fill(source, { storageMode: 'ThinProvisioned', fsType: 'xfs' })),
    (map) =>
      within(map, 'ephemeral', (source) =>
        within(source, 'volumeClaimTemplate', (template) => within(template, 'spec', (spec) => fill(spec, { volumeMode: 'Filesystem' }))),
      ),
  )
}

function defaultDownwardItem(item: JsonMap): JsonMap {
  return within(item, 'fieldRef', (reference) => fill(reference, { apiVersion: 'v1' }))
}

function defaultProjection(source: JsonMap): JsonMap {
  return pipe(
    source,
    (map) => within(map, 'serviceAccountToken', (token) => fill(token, { expirationSeconds: 3600 })),
    (map) => within(map, 'downwardAPI', (inner) => each(inner, 'items', defaultDownwardItem)),
  )
}
