// Warnings that come with a write that is carried out all the same, by kind. Follows the strategies of kubernetes `pkg/registry`.
import { podTemplateOf, podTemplatePath } from '../pod-templates.ts'
import type { ResourceType } from '../resource-type.ts'
import { arrayOf, isObject, objectOf, objectsOf, textOf, valueAt } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { addressWarnings, networkWarnings } from './addresses.ts'
import { keyPairWarnings } from './key-pairs.ts'
import { deprecationOf, nodeSelectorWarnings, nodeTermWarnings } from './node-labels.ts'
import { claimWarnings, podWarnings } from './pods.ts'

/** Kinds whose name becomes part of names of pods. */
const namesPods = new Set(['Deployment', 'ReplicaSet', 'Job', 'CronJob', 'ReplicationController'])

/** Finalizers that come with a write and could be anybody's. Custom resources alone are looked at. */
export function finalizerWarnings(type: ResourceType, object: KubeObject, previous: KubeObject | undefined): string[] {
  if (type.defined === undefined) return []
  const known = new Set(previous?.metadata.finalizers)
  return [...new Set(object.metadata.finalizers)]
    .filter((finalizer) => !known.has(finalizer) && !finalizer.includes('/') && !['kubernetes', 'orphan', 'foregroundDeletion'].includes(finalizer))
    .map((finalizer) => {
      const advice = `prefer a domain-qualified finalizer name ${finalizer.includes('.') ? 'including a path (/) ' : ''}to avoid`
      return `metadata.finalizers: ${JSON.stringify(finalizer)}: ${advice} accidental conflicts with other finalizer writers`
    })
}

/** Warnings of an object that is created. */
export function warningsOfObject(type: ResourceType, object: KubeObject): string[] {
  const path = podTemplatePath(type)
  if (`${type.group}/${type.kind}` === '/Pod')
    return [
      ...nameWarnings(object, "this is used in the Pod's hostname"),
      ...podWarnings(objectOf(object['spec']), object.metadata.annotations ?? {}, 'spec', 'metadata'),
    ]
  const names = namesPods.has(type.kind) && path !== undefined ? nameWarnings(object, 'this is used in Pod names and hostnames') : []
  return [...names, ...templateWarnings(type, object), ...ownWarnings(type, object, undefined)]
}

/** Warnings of a changed object: of its template only once the spec has changed at all. */
export function warningsOfUpdate(type: ResourceType, object: KubeObject, previous: KubeObject): string[] {
  const isChanged = object.metadata.generation !== previous.metadata.generation
  // Replication controllers are told of the template they had.
  const judged = type.kind === 'ReplicationController' ? previous : object
  return [...(isChanged ? templateWarnings(type, judged) : []), ...ownWarnings(type, object, previous)]
}

function nameWarnings({ metadata: { name = '' } }: KubeObject, use: string): string[] {
  const problems = [...(name.length > 63 ? ['must be no more than 63 characters'] : []), ...(name.includes('.') ? ['must not contain dots'] : [])]
  if (problems.length === 0) return []
  return [`metadata.name: ${use}, which can result in surprising behavior; a DNS label is recommended: [${problems.join(' ')}]`]
}

function templateWarnings(type: ResourceType, object: KubeObject): string[] {
  const path = podTemplatePath(type)
  const template = podTemplateOf(type, object)
  if (path === undefined || template === undefined) return []
  const annotations = objectOf(objectOf(template['metadata'])['annotations'])
  return [...jobWarnings(type, object), ...podWarnings(objectOf(template['spec']), annotations, `${path}.spec`, `${path}.metadata`)]
}

function jobWarnings({ kind }: ResourceType, object: KubeObject): string[] {
  const path = kind === 'Job' ? ['spec'] : kind === 'CronJob' ? ['spec', 'jobTemplate', 'spec'] : undefined
  const spec = path === undefined ? {} : objectOf(valueAt(object, ...path))
  const isLarge = Number(spec['completions'] ?? 0) > 100_000 && Number(spec['parallelism'] ?? 0) > 10_000
  if (path === undefined || spec['completionMode'] !== 'Indexed' || !isLarge) return []
  return [
    `${path.join('.')}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`,
  ]
}

type Rule = (object: KubeObject, previous: KubeObject | undefined, spec: JsonObject) => string[]

const annotationRule =
  (texts: Readonly<Record<string, string>>): Rule =>
  ({ metadata: { annotations = {} } }) =>
    Object.keys(texts)
      .filter((name) => Object.hasOwn(annotations, name))
      .map((name) => `metadata.annotations[${name}]: ${texts[name] ?? ''}`)

const storageClassAnnotation = { 'volume.beta.kubernetes.io/storage-class': 'deprecated since v1.8; use "storageClassName" attribute instead' }
const volumeAnnotations = {
  ...storageClassAnnotation,
  'volume.beta.kubernetes.io/mount-options': 'deprecated since v1.31; use "mountOptions" attribute instead',
}
const mountableSecrets = 'kubernetes.io/enforce-mountable-secrets'
const controllersOfSlices = ['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io']

const rules: Readonly<Record<string, Rule>> = {
  '/Service': (service, _previous, spec) => serviceWarnings(service, spec),
  '/Secret': keyPairWarnings,
  '/ServiceAccount': ({ metadata: { annotations = {} } }, previous) =>
    Object.hasOwn(annotations, mountableSecrets) && !Object.hasOwn(previous?.metadata.annotations ?? {}, mountableSecrets)
      ? [`metadata.annotations[${mountableSecrets}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`]
      : [],
  '/Endpoints': ({ metadata, subsets }) =>
    metadata.labels?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller'
      ? []
      : objectsOf(subsets).flatMap((subset, index) =>
          ['addresses', 'notReadyAddresses'].flatMap((list) =>
            objectsOf(subset[list]).flatMap(({ ip }, place) => addressWarnings(`subsets[${index}].${list}[${place}].ip`, ip)),
          ),
        ),
  '/Node': (_node, _previous, spec) => [
    ...(isObject(spec['configSource']) ? ['spec.configSource: the feature is removed'] : []),
    ...(textOf(spec['externalID']) === '' ? [] : ['spec.externalID: this field is deprecated, and is unused by Kubernetes']),
    ...arrayOf(spec['podCIDRs']).flatMap((network, index) => networkWarnings(`spec.podCIDRs[${index}]`, network)),
  ],
  '/PersistentVolumeClaim': (claim, previous, spec) => [...annotationRule(storageClassAnnotation)(claim, previous, spec), ...claimWarnings(spec, 'spec')],
  '/PersistentVolume': (volume, previous, spec) => [
    ...annotationRule(volumeAnnotations)(volume, previous, spec),
    ...(spec['persistentVolumeReclaimPolicy'] === 'Recycle'
      ? ['spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.']
      : []),
    ...objectsOf(valueAt(spec, 'nodeAffinity', 'required', 'nodeSelectorTerms')).flatMap((term, index) =>
      nodeTermWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${index}]`),
    ),
    ...Object.keys(deprecatedVolumes)
      .filter((member) => isObject(spec[member]))
      .map((member) => `spec.${member === 'storageos' ? 'storageOS' : member}: ${deprecatedVolumes[member] ?? ''}`),
  ],
  'apps/StatefulSet': (_set, previous, spec) => [
    ...objectsOf(spec['volumeClaimTemplates']).flatMap((claim, index) =>
      claimWarnings(objectOf(claim['spec']), `spec.volumeClaimTemplates[${index}]${previous === undefined ? '' : '.Spec'}`),
    ),
    ...(typeof spec['revisionHistoryLimit'] === 'number' && spec['revisionHistoryLimit'] < 0
      ? ['spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended']
      : []),
  ],
  'batch/CronJob': (_job, previous, spec) =>
    previous !== undefined && textOf(spec['schedule']).includes('TZ')
      ? [
          'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details',
        ]
      : [],
  'networking.k8s.io/Ingress': ({ metadata: { annotations = {} } }, previous, spec) =>
    previous === undefined && Object.hasOwn(annotations, 'kubernetes.io/ingress.class') && spec['ingressClassName'] === undefined
      ? [`annotation "kubernetes.io/ingress.class" is deprecated, please use 'spec.ingressClassName' instead`]
      : [],
  'networking.k8s.io/NetworkPolicy': (_policy, _previous, spec) =>
    (
      [
        ['ingress', 'from'],
        ['egress', 'to'],
      ] as const
    ).flatMap(([list, side]) =>
      objectsOf(spec[list]).flatMap((rule, index) =>
        objectsOf(rule[side]).flatMap((peer, place) => {
          const block = objectOf(peer['ipBlock'])
          const at = `spec.${list}[${index}].${side}[${place}].ipBlock`
          return [
            ...networkWarnings(`${at}.cidr`, block['cidr']),
            ...arrayOf(block['except']).flatMap((network, number) => networkWarnings(`${at}.except[${number}]`, network)),
          ]
        }),
      ),
    ),
  'discovery.k8s.io/EndpointSlice': ({ metadata, addressType, endpoints }, previous) => [
    ...(previous === undefined && addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : []),
    ...(controllersOfSlices.includes(metadata.labels?.['endpointslice.kubernetes.io/managed-by'] ?? '')
      ? []
      : objectsOf(endpoints).flatMap(({ addresses }, index) =>
          arrayOf(addresses).flatMap((address, place) => addressWarnings(`endpoints[${index}].addresses[${place}]`, address)),
        )),
  ],
  'storage.k8s.io/StorageClass': ({ allowedTopologies }) =>
    objectsOf(allowedTopologies).flatMap((topology, index) =>
      objectsOf(topology['matchLabelExpressions']).flatMap(({ key }, place) => {
        const text = deprecationOf(key)
        return text === undefined ? [] : [`allowedTopologies[${index}].matchLabelExpressions[${place}].key: ${text}`]
      }),
    ),
  'storage.k8s.io/CSIStorageCapacity': ({ nodeTopology }) => nodeSelectorWarnings(objectOf(nodeTopology), 'nodeTopology'),
  'node.k8s.io/RuntimeClass': ({ scheduling }, previous) =>
    previous === undefined
      ? Object.keys(objectOf(objectOf(scheduling)['nodeSelector']))
          .toSorted()
          .flatMap((label) => {
            const text = deprecationOf(label)
            return text === undefined ? [] : [`scheduling.nodeSelector: ${text}`]
          })
      : [],
}

const deprecatedVolumes: Readonly<Record<string, string>> = {
  cephfs: 'deprecated in v1.28, non-functional in v1.31+',
  photonPersistentDisk: 'deprecated in v1.11, non-functional in v1.16+',
  scaleIO: 'deprecated in v1.16, non-functional in v1.22+',
  storageos: 'deprecated in v1.22, non-functional in v1.25+',
  glusterfs: 'deprecated in v1.25, non-functional in v1.26+',
  rbd: 'deprecated in v1.28, non-functional in v1.31+',
}

function ownWarnings(type: ResourceType, object: KubeObject, previous: KubeObject | undefined): string[] {
  const rule = rules[`${type.group}/${type.kind}`]
  return type.defined === undefined && rule !== undefined ? rule(object, previous, objectOf(object['spec'])) : []
}

function serviceWarnings({ metadata: { annotations = {} } }: KubeObject, spec: JsonObject): string[] {
  const hints = 'service.kubernetes.io/topology-aware-hints'
  const isExternal = spec['type'] === 'ExternalName'
  const isHeadless = spec['type'] === 'ClusterIP' && spec['clusterIP'] === 'None'
  const hasExternalIPs = arrayOf(spec['externalIPs']).length > 0
  const addresses = (member: string): string[] => arrayOf(spec[member]).flatMap((address, index) => addressWarnings(`spec.${member}[${index}]`, address))
  return [
    ...(Object.hasOwn(annotations, hints) ? [`annotation ${hints} is deprecated, please use service.kubernetes.io/topology-mode instead`] : []),
    ...(isExternal || isHeadless ? [] : addresses('clusterIPs')),
    ...(isHeadless && textOf(spec['loadBalancerIP']) !== '' ? ['spec.loadBalancerIP is ignored for headless services'] : []),
    ...(isHeadless && hasExternalIPs ? ['spec.externalIPs is ignored for headless services'] : []),
    ...(isHeadless && spec['sessionAffinity'] !== 'None' ? ['spec.SessionAffinity is ignored for headless services'] : []),
    ...addresses('externalIPs'),
    ...addressWarnings('spec.loadBalancerIP', spec['loadBalancerIP']),
    ...arrayOf(spec['loadBalancerSourceRanges']).flatMap((network, index) => networkWarnings(`spec.loadBalancerSourceRanges[${index}]`, network)),
    ...(isExternal && hasExternalIPs ? ['spec.externalIPs is ignored when spec.type is "ExternalName"'] : []),
    ...(!isExternal && textOf(spec['externalName']) !== '' ? ['spec.externalName is ignored when spec.type is not "ExternalName"'] : []),
  ]
}
