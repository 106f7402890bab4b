// Kinds that are never managed: written by controllers, or answers rather than objects.
// The list of argo-cd's default `resource.exclusions` (manifests/base/config/argocd-cm.yaml) and what its controller never watches.
import { matchesGlob } from '../model/glob.ts'
import type { GroupKind } from '../model/resource-id.ts'

/** One exclusion; groups are globs, kinds are globs. */
export interface Exclusion {
  readonly apiGroups: readonly string[]
  readonly kinds: readonly string[]
  /** What is not meant although it fits: with everything else excluded, these are the only kinds that count. */
  readonly unless?: readonly Exclusion[]
}

/** Excluded whatever settings say: answers rather than objects, and too many to watch. */
export const neverManaged: readonly Exclusion[] = [
  { apiGroups: ['events.k8s.io', 'metrics.k8s.io'], kinds: ['*'] },
  { apiGroups: [''], kinds: ['Event'] },
]

/** Excluded unless settings say otherwise. */
export const defaultExclusions: readonly Exclusion[] = [
  ...neverManaged,
  { apiGroups: ['', 'discovery.k8s.io'], kinds: ['Endpoints', 'EndpointSlice'] },
  { apiGroups: ['coordination.k8s.io'], kinds: ['Lease'] },
  {
    apiGroups: ['authentication.k8s.io', 'authorization.k8s.io'],
    kinds: ['SelfSubjectReview', 'TokenReview', 'LocalSubjectAccessReview', 'SelfSubjectAccessReview', 'SelfSubjectRulesReview', 'SubjectAccessReview'],
  },
  { apiGroups: ['certificates.k8s.io'], kinds: ['CertificateSigningRequest'] },
  { apiGroups: ['cert-manager.io'], kinds: ['CertificateRequest'] },
  { apiGroups: ['cilium.io'], kinds: ['CiliumIdentity', 'CiliumEndpoint', 'CiliumEndpointSlice'] },
  {
    apiGroups: ['kyverno.io', 'reports.kyverno.io', 'wgpolicyk8s.io'],
    kinds: [
      'PolicyReport',
      'ClusterPolicyReport',
      'EphemeralReport',
      'ClusterEphemeralReport',
      'AdmissionReport',
      'ClusterAdmissionReport',
      'BackgroundScanReport',
      'ClusterBackgroundScanReport',
      'UpdateRequest',
    ],
  },
]

/** Whether a kind is excluded. */
export function isExcluded(kind: GroupKind, exclusions: readonly Exclusion[]): boolean {
  return exclusions.some(
    ({ apiGroups, kinds, unless = [] }) =>
      apiGroups.some((group) => matchesGlob(group, kind.group)) && kinds.some((pattern) => matchesGlob(pattern, kind.kind)) && !isExcluded(kind, unless),
  )
}
