// In which order the server looks at an object, and how often: it lists every finding of every look. The order is that of each kind's
// `Validate` and `ValidateUpdate`, kubernetes `pkg/registry/*/strategy.go`, after the looks that all kinds share, apiserver `pkg/registry/rest`.

/**
 * One look: `meta` at the metadata of an object, `change` at how its metadata changed, `object` at the rest, `update` at what may not change.
 */
export type Look = 'meta' | 'change' | 'object' | 'update'

const looks: Readonly<Record<string, Look>> = { M: 'meta', C: 'change', O: 'object', U: 'update' }

/** Updates of most kinds: `C O U`. */
const updates: Readonly<Record<string, string>> = {
  ConfigMap: 'CUMO',
  Secret: 'CUMO',
  Service: 'CUO',
  ServiceAccount: 'CMO',
  PersistentVolumeClaim: 'MOCMOU',
  PersistentVolume: 'MOMOU',
  Endpoints: 'CMO',
  ReplicationController: 'MOCO',
  Namespace: 'MOC',
  Node: 'MOCU',
  LimitRange: 'MO',
  Event: 'O',
  DaemonSet: 'CUO',
  Pod: 'CMOU',
  ControllerRevision: 'CMOU',
  // The update's own rules look at the spec once more.
  Job: 'MOCU',
  NetworkPolicy: 'MOCO',
  Ingress: 'CMO',
  IngressClass: 'CUMO',
  PodDisruptionBudget: 'O',
  Role: 'MOMOC',
  ClusterRole: 'MOMOC',
  RoleBinding: 'MOMOCU',
  ClusterRoleBinding: 'MOMOCU',
  EndpointSlice: 'MOU',
  CSIStorageCapacity: 'MOCU',
  StorageClass: 'MOCU',
  PriorityClass: 'CU',
  VolumeAttachment: 'MOMOU',
  RuntimeClass: 'MOCU',
  FlowSchema: 'MO',
  PriorityLevelConfiguration: 'MO',
  ValidatingWebhookConfiguration: 'MO',
  MutatingWebhookConfiguration: 'MO',
  ValidatingAdmissionPolicy: 'MO',
  ValidatingAdmissionPolicyBinding: 'MO',
  CertificateSigningRequest: 'MOCU',
  APIService: 'CMO',
}

/** Updates of subresources, where it is not the change of the metadata and then the rest: `C U`. */
const subresourceUpdates: Readonly<Record<string, string>> = {
  CronJob: '',
  FlowSchema: 'U',
  PriorityLevelConfiguration: 'U',
  PodDisruptionBudget: 'U',
  ValidatingAdmissionPolicy: 'U',
  VolumeAttachment: 'MOMO',
  CertificateSigningRequest: 'MUC',
}

/** The looks of a kind's own rules at an update. */
export function looksAtUpdate(kind: string, subresource: string, isDefined: boolean): readonly Look[] {
  if (subresource !== '') {
    if (isDefined) return ['change', 'object']
    return (subresourceUpdates[kind] ?? 'CU').split('').map((letter) => looks[letter] ?? 'object')
  }
  return ((isDefined ? undefined : updates[kind]) ?? 'COU').split('').map((letter) => looks[letter] ?? 'object')
}

/** Kinds whose own rules for new objects leave the metadata to the rules that all kinds share, which are asked last. */
export const isMetadataLast: ReadonlySet<string> = new Set(['PodDisruptionBudget', 'Event'])

/** Groups whose finalizers need not be qualified names of the kind that the core knows. */
export const isApart: ReadonlySet<string> = new Set([
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'coordination.k8s.io',
  'node.k8s.io',
])
