// Group versions that Helm knows without a cluster. Recorded from helm v3.16.4 and v4.1.4 by printing `.Capabilities.APIVersions`.
import type { HelmVersion } from './helm-version.ts'

type Group = readonly [group: string, ...versions: readonly string[]]

function groupVersions(known: readonly Group[]): readonly string[] {
  return ['v1', ...known.flatMap(([group, ...versions]) => versions.map((version) => `${group}/${version}`))]
}

/** Groups with their versions, in Helm's order. */
const groups: readonly Group[] = [
  ['admissionregistration.k8s.io', 'v1', 'v1alpha1', 'v1beta1'],
  ['internal.apiserver.k8s.io', 'v1alpha1'],
  ['apps', 'v1', 'v1beta1', 'v1beta2'],
  ['authentication.k8s.io', 'v1', 'v1alpha1', 'v1beta1'],
  ['authorization.k8s.io', 'v1', 'v1beta1'],
  ['autoscaling', 'v1', 'v2', 'v2beta1', 'v2beta2'],
  ['batch', 'v1', 'v1beta1'],
  ['certificates.k8s.io', 'v1', 'v1beta1', 'v1alpha1'],
  ['coordination.k8s.io', 'v1alpha1', 'v1beta1', 'v1'],
  ['discovery.k8s.io', 'v1', 'v1beta1'],
  ['events.k8s.io', 'v1', 'v1beta1'],
  ['extensions', 'v1beta1'],
  ['flowcontrol.apiserver.k8s.io', 'v1', 'v1beta1', 'v1beta2', 'v1beta3'],
  ['networking.k8s.io', 'v1', 'v1alpha1', 'v1beta1'],
  ['node.k8s.io', 'v1', 'v1alpha1', 'v1beta1'],
  ['policy', 'v1', 'v1beta1'],
  ['rbac.authorization.k8s.io', 'v1', 'v1beta1', 'v1alpha1'],
  ['resource.k8s.io', 'v1alpha3'],
  ['scheduling.k8s.io', 'v1alpha1', 'v1beta1', 'v1'],
  ['storage.k8s.io', 'v1beta1', 'v1', 'v1alpha1'],
  ['storagemigration.k8s.io', 'v1alpha1'],
  ['apiextensions.k8s.io', 'v1beta1', 'v1'],
]

/** What Helm 4 knows of other versions. */
const newer: readonly Group[] = [
  ['coordination.k8s.io', 'v1alpha2', 'v1beta1', 'v1'],
  ['networking.k8s.io', 'v1', 'v1beta1'],
  ['resource.k8s.io', 'v1', 'v1beta2', 'v1beta1', 'v1alpha3'],
  ['storagemigration.k8s.io', 'v1beta1'],
]

/** In Helm's order. */
export const knownApiVersions: Readonly<Record<HelmVersion, readonly string[]>> = {
  3: groupVersions(groups),
  4: groupVersions(groups.map((group) => newer.find(([name]) => name === group[0]) ?? group)),
}
