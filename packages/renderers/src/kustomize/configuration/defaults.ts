// Where labels, images, names and the like are in the built-in kinds. The facts are those of kustomize v5.7 `api/internal/konfig/builtinpluginconsts`; here they follow from where each kind has its pods.
import type { FieldSpec } from '../field-spec.ts'
import type { NameReference, TransformerConfiguration } from './transformer-configuration.ts'

/** Where the pod specification of a kind is. */
const podSpecs: Readonly<Record<string, string>> = {
  Pod: 'spec',
  PodTemplate: 'template/spec',
  Deployment: 'spec/template/spec',
  ReplicaSet: 'spec/template/spec',
  DaemonSet: 'spec/template/spec',
  StatefulSet: 'spec/template/spec',
  Job: 'spec/template/spec',
  CronJob: 'spec/jobTemplate/spec/template/spec',
  ReplicationController: 'spec/template/spec',
}

const configured = ['Pod', 'PodTemplate', 'Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet', 'Job', 'CronJob']
/** Kinds whose pods refer to service accounts, claims and priorities. */
const scheduled = ['Pod', 'StatefulSet', 'Deployment', 'ReplicationController', 'CronJob', 'Job', 'DaemonSet']

function inPods(kinds: readonly string[], ...paths: readonly string[]): FieldSpec[] {
  return kinds.flatMap((kind) =>
    paths.map((path) => ({ kind, path: `${podSpecs[kind]}/${path}`, ...(kind === 'Pod' && kinds === configured ? { version: 'v1' } : {}) })),
  )
}

function inKinds(kinds: readonly string[], ...paths: readonly string[]): FieldSpec[] {
  return kinds.flatMap((kind) => paths.map((path) => ({ kind, path })))
}

const containers = ['containers', 'initContainers']

function nameReferences(): NameReference[] {
  const rbac = 'rbac.authorization.k8s.io'
  const admission = 'admissionregistration.k8s.io'
  const scaled = inKinds(['HorizontalPodAutoscaler'], 'spec/scaleTargetRef/name')
  return [
    ...['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'].map((kind) => ({ kind, fieldSpecs: scaled })),
    {
      kind: 'ConfigMap',
      version: 'v1',
      fieldSpecs: [
        ...inPods(configured, 'volumes/configMap/name', 'volumes/projected/sources/configMap/name'),
        ...inPods(configured, ...containers.flatMap((list) => [`${list}/env/valueFrom/configMapKeyRef/name`, `${list}/envFrom/configMapRef/name`])),
        ...inKinds(['Node'], 'spec/configSource/configMap'),
        ...inKinds(['Role', 'ClusterRole'], 'rules/resourceNames'),
        ...inKinds(['Ingress'], String.raw`metadata/annotations/nginx.ingress.kubernetes.io\/fastcgi-params-configmap`),
      ],
    },
    {
      kind: 'Secret',
      version: 'v1',
      fieldSpecs: [
        ...inPods(configured, 'volumes/secret/secretName', 'volumes/projected/sources/secret/name', 'imagePullSecrets/name'),
        ...inPods(configured, ...containers.flatMap((list) => [`${list}/env/valueFrom/secretKeyRef/name`, `${list}/envFrom/secretRef/name`])),
        ...inKinds(
          ['Ingress'],
          'spec/tls/secretName',
          String.raw`metadata/annotations/ingress.kubernetes.io\/auth-secret`,
          String.raw`metadata/annotations/nginx.ingress.kubernetes.io\/auth-secret`,
          String.raw`metadata/annotations/nginx.ingress.kubernetes.io\/auth-tls-secret`,
        ),
        ...inKinds(['ServiceAccount'], 'imagePullSecrets/name'),
        ...inKinds(['StorageClass'], ...['secretName', 'adminSecretName', 'userSecretName', 'secretRef'].map((name) => `parameters/${name}`)),
        ...inKinds(['Role', 'ClusterRole'], 'rules/resourceNames'),
        { group: 'serving.knative.dev', version: 'v1', kind: 'Service', path: 'spec/template/spec/containers/env/valueFrom/secretKeyRef/name' },
        ...inKinds(['PersistentVolume'], 'spec/azureFile/secretName'),
      ],
    },
    {
      kind: 'Service',
      version: 'v1',
      fieldSpecs: [
        { group: 'apps', kind: 'StatefulSet', path: 'spec/serviceName' },
        ...inKinds(
          ['Ingress'],
          'spec/rules/http/paths/backend/serviceName',
          'spec/backend/serviceName',
          'spec/rules/http/paths/backend/service/name',
          'spec/defaultBackend/service/name',
        ),
        { group: 'apiregistration.k8s.io', kind: 'APIService', path: 'spec/service/name' },
        { group: admission, kind: 'ValidatingWebhookConfiguration', path: 'webhooks/clientConfig/service' },
        { group: admission, kind: 'MutatingWebhookConfiguration', path: 'webhooks/clientConfig/service' },
      ],
    },
    { kind: 'Role', group: rbac, fieldSpecs: [{ group: rbac, kind: 'RoleBinding', path: 'roleRef/name' }] },
    { kind: 'ClusterRole', group: rbac, fieldSpecs: ['RoleBinding', 'ClusterRoleBinding'].map((kind) => ({ group: rbac, kind, path: 'roleRef/name' })) },
    {
      kind: 'ServiceAccount',
      version: 'v1',
      fieldSpecs: [
        ...['RoleBinding', 'ClusterRoleBinding'].map((kind) => ({ group: rbac, kind, path: 'subjects' })),
        ...inPods(scheduled, 'serviceAccountName'),
      ],
    },
    { kind: 'PersistentVolumeClaim', version: 'v1', fieldSpecs: inPods(scheduled, 'volumes/persistentVolumeClaim/claimName') },
    {
      kind: 'PersistentVolume',
      version: 'v1',
      fieldSpecs: [...inKinds(['PersistentVolumeClaim'], 'spec/volumeName'), ...inKinds(['ClusterRole'], 'rules/resourceNames')],
    },
    {
      kind: 'StorageClass',
      version: 'v1',
      group: 'storage.k8s.io',
      fieldSpecs: [
        ...inKinds(['PersistentVolume', 'PersistentVolumeClaim'], 'spec/storageClassName'),
        ...inKinds(['StatefulSet'], 'spec/volumeClaimTemplates/spec/storageClassName'),
      ],
    },
    { kind: 'PriorityClass', version: 'v1', group: 'scheduling.k8s.io', fieldSpecs: inPods(scheduled, 'priorityClassName') },
    {
      kind: 'ValidatingAdmissionPolicy',
      group: admission,
      fieldSpecs: [{ group: admission, kind: 'ValidatingAdmissionPolicyBinding', path: 'spec/policyName' }],
    },
  ]
}

/** `metadata` of the pods that a kind makes, and of what makes them. */
function templateMetadata(member: 'labels' | 'annotations'): FieldSpec[] {
  const at = (kind: string, path: string, more: Partial<FieldSpec> = {}): FieldSpec => ({ kind, path: `${path}/metadata/${member}`, create: true, ...more })
  return [
    { path: `metadata/${member}`, create: true },
    at('ReplicationController', 'spec/template', { version: 'v1' }),
    at('Deployment', 'spec/template'),
    at('ReplicaSet', 'spec/template'),
    at('DaemonSet', 'spec/template'),
    at('StatefulSet', 'spec/template', member === 'labels' ? { group: 'apps' } : {}),
    at('Job', 'spec/template', { group: 'batch' }),
    at('CronJob', 'spec/jobTemplate', { group: 'batch' }),
    at('CronJob', 'spec/jobTemplate/spec/template', { group: 'batch' }),
  ]
}

function selectors(): FieldSpec[] {
  const affinities = ['podAffinity', 'podAntiAffinity'].flatMap((affinity) => [
    `affinity/${affinity}/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels`,
    `affinity/${affinity}/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels`,
  ])
  const spread = [...affinities, 'topologySpreadConstraints/labelSelector/matchLabels']
  return [
    ...['Service', 'ReplicationController'].map((kind) => ({ kind, version: 'v1', path: 'spec/selector', create: true })),
    ...['Deployment', 'ReplicaSet', 'DaemonSet'].map((kind) => ({ kind, path: 'spec/selector/matchLabels', create: true })),
    { kind: 'StatefulSet', group: 'apps', path: 'spec/selector/matchLabels', create: true },
    ...['Deployment', 'StatefulSet'].flatMap((kind) => spread.map((path) => ({ kind, group: 'apps', path: `spec/template/spec/${path}` }))),
    { kind: 'Job', group: 'batch', path: 'spec/selector/matchLabels' },
    { kind: 'CronJob', group: 'batch', path: 'spec/jobTemplate/spec/selector/matchLabels' },
    { kind: 'PodDisruptionBudget', group: 'policy', path: 'spec/selector/matchLabels' },
    ...['spec', 'spec/ingress/from', 'spec/egress/to'].map((place) => ({
      kind: 'NetworkPolicy',
      group: 'networking.k8s.io',
      path: `${place}/podSelector/matchLabels`,
    })),
  ]
}

function variableFields(): FieldSpec[] {
  const kinds = ['CronJob', 'DaemonSet', 'Deployment', 'Job', 'Pod', 'ReplicaSet', 'StatefulSet']
  const members = ['args', 'command', 'env/value', 'volumeMounts/mountPath']
  return [
    ...inPods(kinds, ...containers.flatMap((list) => members.map((member) => `${list}/${member}`))),
    // The path of CronJobs is the one that Kustomize has, although no CronJob has its volumes there.
    { kind: 'CronJob', path: 'spec/jobTemplate/spec/template/volumes/nfs/server' },
    ...inPods(['DaemonSet', 'Deployment', 'Job', 'Pod', 'ReplicaSet'], 'volumes/nfs/server'),
    ...inKinds(['Deployment'], 'spec/template/metadata/annotations'),
    ...inKinds(['Ingress'], 'spec/rules/host', 'spec/tls/hosts', 'spec/tls/secretName'),
    ...inKinds(['Service'], 'spec/ports/port', 'spec/ports/targetPort'),
    ...inKinds(['StatefulSet'], 'spec/volumeClaimTemplates/spec/nfs/server'),
    ...inKinds(['PersistentVolume'], 'spec/nfs/server'),
    { path: 'metadata/labels' },
    { path: 'metadata/annotations' },
  ]
}

/** What every build starts with. */
export function defaultConfiguration(): TransformerConfiguration {
  const labels = [...templateMetadata('labels'), { group: 'apps', kind: 'StatefulSet', path: 'spec/volumeClaimTemplates[]/metadata/labels', create: true }]
  const images = ['spec', 'spec/template/spec'].flatMap((place) =>
    ['containers[]/image', 'initContainers[]/image', 'volumes[]/image/reference'].map((path) => ({ path: `${place}/${path}`, create: true })),
  )
  return {
    namePrefix: [{ path: 'metadata/name' }],
    nameSuffix: [{ path: 'metadata/name' }],
    namespace: [
      { kind: 'Namespace', path: 'metadata/name', create: true },
      { group: 'apiregistration.k8s.io', kind: 'APIService', path: 'spec/service/namespace', create: true },
      { group: 'apiextensions.k8s.io', kind: 'CustomResourceDefinition', path: 'spec/conversion/webhook/clientConfig/service/namespace' },
    ],
    commonLabels: [...selectors(), ...labels],
    labels: [],
    templateLabels: labels,
    commonAnnotations: templateMetadata('annotations'),
    nameReference: nameReferences(),
    varReference: variableFields(),
    images,
    replicas: ['Deployment', 'ReplicationController', 'ReplicaSet', 'StatefulSet'].map((kind) => ({ kind, path: 'spec/replicas', create: true })),
  }
}
