// What the API server fills in when a built-in kind is written. Most of it is code there and published nowhere.
import { isMap } from '../values.ts'
import type { JsonMap } from '../values.ts'
import {
  defaultEndpoints,
  defaultEndpointSlice,
  defaultLimitRange,
  defaultNamespace,
  defaultPersistentVolume,
  defaultPersistentVolumeClaim,
  defaultReplicationController,
  defaultSecret,
  defaultService,
} from './core.ts'
import { within } from './fill.ts'
import {
  defaultApiService,
  defaultCsiDriver,
  defaultCustomResourceDefinition,
  defaultFlowSchema,
  defaultHorizontalPodAutoscaler,
  defaultIngressClass,
  defaultNetworkPolicy,
  defaultPriorityClass,
  defaultPriorityLevelConfiguration,
  defaultRoleBinding,
  defaultStorageClass,
  defaultValidatingAdmissionPolicy,
  defaultValidatingAdmissionPolicyBinding,
  defaultWebhookConfiguration,
} from './others.ts'
import { defaultPod, defaultTemplate } from './pod.ts'
import { defaultCronJob, defaultDaemonSet, defaultDeployment, defaultJob, defaultReplicaSet, defaultStatefulSet } from './workloads.ts'

type Default = (object: JsonMap) => JsonMap

const byKind: ReadonlyMap<string, Default> = new Map<string, Default>([
  ['/Pod', defaultPod],
  ['/PodTemplate', defaultTemplate],
  ['/ReplicationController', (object) => within(defaultReplicationController(object), 'spec', defaultTemplate)],
  ['/Service', defaultService],
  ['/Endpoints', defaultEndpoints],
  ['/PersistentVolumeClaim', defaultPersistentVolumeClaim],
  ['/PersistentVolume', defaultPersistentVolume],
  ['/Secret', defaultSecret],
  ['/Namespace', defaultNamespace],
  ['/LimitRange', defaultLimitRange],
  ['apps/Deployment', defaultDeployment],
  ['apps/ReplicaSet', defaultReplicaSet],
  ['apps/DaemonSet', defaultDaemonSet],
  ['apps/StatefulSet', defaultStatefulSet],
  ['batch/Job', defaultJob],
  ['batch/CronJob', defaultCronJob],
  ['discovery.k8s.io/EndpointSlice', defaultEndpointSlice],
  ['rbac.authorization.k8s.io/RoleBinding', defaultRoleBinding],
  ['rbac.authorization.k8s.io/ClusterRoleBinding', defaultRoleBinding],
  ['networking.k8s.io/IngressClass', defaultIngressClass],
  ['networking.k8s.io/NetworkPolicy', defaultNetworkPolicy],
  ['autoscaling/HorizontalPodAutoscaler', defaultHorizontalPodAutoscaler],
  ['storage.k8s.io/StorageClass', defaultStorageClass],
  ['storage.k8s.io/CSIDriver', defaultCsiDriver],
  ['admissionregistration.k8s.io/ValidatingWebhookConfiguration', defaultWebhookConfiguration],
  ['admissionregistration.k8s.io/MutatingWebhookConfiguration', defaultWebhookConfiguration],
  ['admissionregistration.k8s.io/ValidatingAdmissionPolicy', defaultValidatingAdmissionPolicy],
  ['admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding', defaultValidatingAdmissionPolicyBinding],
  ['flowcontrol.apiserver.k8s.io/FlowSchema', defaultFlowSchema],
  ['flowcontrol.apiserver.k8s.io/PriorityLevelConfiguration', defaultPriorityLevelConfiguration],
  ['apiextensions.k8s.io/CustomResourceDefinition', defaultCustomResourceDefinition],
  ['apiregistration.k8s.io/APIService', defaultApiService],
  ['scheduling.k8s.io/PriorityClass', defaultPriorityClass],
])

/** The object with the defaults of its kind. The input is not changed; what is complete is returned as it is. */
export function defaultObject(object: unknown): unknown {
  if (!isMap(object)) return object
  const [apiVersion, kind] = [object['apiVersion'], object['kind']]
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return object
  const slash = apiVersion.indexOf('/')
  const change = byKind.get(`${slash < 0 ? '' : apiVersion.slice(0, slash)}/${kind}`)
  return change === undefined ? object : change(object)
}
