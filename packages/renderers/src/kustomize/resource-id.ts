// What a resource is called. Follows kustomize v5.7 `kyaml/resid`.

/** Group, version and kind. */
export interface Gvk {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** Identity of a resource: no two of one build are equal. */
export interface Id extends Gvk {
  readonly name: string
  readonly namespace: string
  /** Filled when it is asked for: not to be carried over to another id. */
  key?: string
}

/** Stands for the namespace of kinds that have none. */
export const noNamespace = '_non_namespaceable_'

/** Kinds without a namespace, at the versions of Kubernetes 1.21: Kustomize carries that schema and takes every other kind for one with a namespace. */
const clusterScoped: ReadonlySet<string> = new Set(
  [
    'v1 ComponentStatus Namespace Node PersistentVolume',
    'admissionregistration.k8s.io/v1 MutatingWebhookConfiguration ValidatingWebhookConfiguration',
    'admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration ValidatingWebhookConfiguration',
    'apiextensions.k8s.io/v1 CustomResourceDefinition',
    'apiextensions.k8s.io/v1beta1 CustomResourceDefinition',
    'apiregistration.k8s.io/v1 APIService',
    'apiregistration.k8s.io/v1beta1 APIService',
    'certificates.k8s.io/v1 CertificateSigningRequest',
    'certificates.k8s.io/v1beta1 CertificateSigningRequest',
    'flowcontrol.apiserver.k8s.io/v1alpha1 FlowSchema PriorityLevelConfiguration',
    'flowcontrol.apiserver.k8s.io/v1beta1 FlowSchema PriorityLevelConfiguration',
    'internal.apiserver.k8s.io/v1alpha1 StorageVersion',
    'networking.k8s.io/v1 IngressClass',
    'networking.k8s.io/v1beta1 IngressClass',
    'node.k8s.io/v1 RuntimeClass',
    'node.k8s.io/v1alpha1 RuntimeClass',
    'node.k8s.io/v1beta1 RuntimeClass',
    'policy/v1beta1 PodSecurityPolicy',
    'rbac.authorization.k8s.io/v1 ClusterRole ClusterRoleBinding',
    'rbac.authorization.k8s.io/v1alpha1 ClusterRole ClusterRoleBinding',
    'rbac.authorization.k8s.io/v1beta1 ClusterRole ClusterRoleBinding',
    'scheduling.k8s.io/v1 PriorityClass',
    'scheduling.k8s.io/v1alpha1 PriorityClass',
    'scheduling.k8s.io/v1beta1 PriorityClass',
    'storage.k8s.io/v1 CSIDriver CSINode StorageClass VolumeAttachment',
    'storage.k8s.io/v1alpha1 VolumeAttachment',
    'storage.k8s.io/v1beta1 CSIDriver CSINode StorageClass VolumeAttachment',
  ].flatMap((line) => {
    const [apiVersion = '', ...kinds] = line.split(' ')
    return kinds.map((kind) => `${apiVersion}/${kind}`)
  }),
)

export function apiVersionOf({ group, version }: Gvk): string {
  return group === '' ? version : `${group}/${version}`
}

const knownGvks = new Map<string, Map<string, Gvk>>()
const maxKnownGvks = 2000

/** The group, version and kind of an object: the same value for the same two texts. */
export function gvkFor(apiVersion: string, kind: string): Gvk {
  let kinds = knownGvks.get(apiVersion)
  const known = kinds?.get(kind)
  if (known !== undefined) return known
  const { group, version } = groupVersionOf(apiVersion)
  const gvk: Gvk = Object.freeze({ group, version, kind })
  if (knownGvks.size >= maxKnownGvks || (kinds?.size ?? 0) >= maxKnownGvks) knownGvks.clear()
  kinds = knownGvks.get(apiVersion) ?? new Map()
  knownGvks.set(apiVersion, kinds.set(kind, gvk))
  return gvk
}

export function groupVersionOf(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.lastIndexOf('/')
  return slash < 0 ? { group: '', version: apiVersion } : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

const clusterScopedKinds: ReadonlySet<string> = new Set([...clusterScoped].map((text) => text.slice(text.lastIndexOf('/') + 1)))

export function isClusterScoped(gvk: Gvk): boolean {
  return clusterScopedKinds.has(gvk.kind) && clusterScoped.has(`${apiVersionOf(gvk)}/${gvk.kind}`)
}

/** The namespace that counts: no namespace is `default`. */
export function effectiveNamespace(id: Id): string {
  if (isClusterScoped(id)) return noNamespace
  return id.namespace === '' ? 'default' : id.namespace
}

/** Equal for ids that are the same resource. */
export function keyOf(id: Id): string {
  return (id.key ??= `${id.group}/${id.version}/${id.kind}/${effectiveNamespace(id)}/${id.name}`)
}

/** Whether empty or equal in every part of the selector. */
export function isSelectedBy(gvk: Gvk, selector: Partial<Gvk>): boolean {
  return fits(selector.group, gvk.group) && fits(selector.version, gvk.version) && fits(selector.kind, gvk.kind)
}

function fits(wanted: string | undefined, found: string): boolean {
  return wanted === undefined || wanted === '' || wanted === found
}

/** `Deployment.v1.apps` */
export function formatGvk({ group, version, kind }: Gvk): string {
  return [kind || '[noKind]', version || '[noVer]', group || '[noGrp]'].join('.')
}

/** `Deployment.v1.apps/name.namespace` */
export function formatId(id: Id): string {
  return `${formatGvk(id)}/${id.name || '[noName]'}.${id.namespace || '[noNs]'}`
}

const firstKinds =
  'Namespace ResourceQuota StorageClass CustomResourceDefinition ServiceAccount PodSecurityPolicy Role ClusterRole RoleBinding ClusterRoleBinding ConfigMap Secret Endpoints Service LimitRange PriorityClass PersistentVolume PersistentVolumeClaim Deployment StatefulSet CronJob PodDisruptionBudget'.split(
    ' ',
  )
const lastKinds = ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration']

/** Places of kinds from a list of the first and one of the last; all others are 0. */
export function ranksOf(first: readonly string[], last: readonly string[]): ReadonlyMap<string, number> {
  return new Map([...first.map((kind, at) => [kind, at - first.length] as const), ...last.map((kind, at) => [kind, at + 1] as const)])
}

/** What others need comes first. */
export const kindRanks: ReadonlyMap<string, number> = ranksOf(firstKinds, lastKinds)

/** `apps_v1_Deployment`; what is missing sorts behind everything. */
export function sortTextOf({ group, version, kind }: Gvk): string {
  return `${group || '~G'}_${version || '~V'}_${kind || '~K'}`
}

export function compareGvk(a: Gvk, b: Gvk): number {
  return (kindRanks.get(a.kind) ?? 0) - (kindRanks.get(b.kind) ?? 0) || compareTexts(sortTextOf(a), sortTextOf(b))
}

export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
