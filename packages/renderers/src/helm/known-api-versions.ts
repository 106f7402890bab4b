// Group versions that Helm knows without a cluster. Recorded from helm v3.16.4 and v4.1.4 by printing `.Capabilities.APIVersions`.
import type { HelmVersion } from './helm-version.ts'

function groupVersions(groups: readonly (readonly [group: string, ...versions: readonly string[]])[]): readonly string[] {
  return ['v1', ...groups.flatMap(([group, ...versions]) => versions.map((version) => `${group}/${version}`))]
}

/** In Helm's order. */
export const knownApiVersions: Readonly<Record<HelmVersion, readonly string[]>> = {
  3: groupVersions([
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
  ]),
  4: groupVersions([
    ['admissionregistration.k8s.io', 'v1', 'v1alpha1', 'v1beta1'],
    ['internal.apiserver.k8s.io', 'v1alpha1'],
    ['apps', 'v1', 'v1beta1', 'v1beta2'],
    ['authentication.k8s.io', 'v1', 'v1alpha1', 'v1beta1'],
    ['authorization.k8s.io', 'v1', 'v1beta1'],
    ['autoscaling', 'v1', 'v2', 'v2beta1', 'v2beta2'],
    ['batch', 'v1', 'v1beta1'],
    ['certificates.k8s.io', 'v1', 'v1beta1', 'v1alpha1'],
    ['coordination.k8s.io', 'v1alpha2', 'v1beta1', 'v1'],
    ['discovery.k8s.io', 'v1', 'v1beta1'],
    ['events.k8s.io', 'v1', 'v1beta1'],
    ['extensions', 'v1beta1'],
    ['flowcontrol.apiserver.k8s.io', 'v1', 'v1beta1', 'v1beta2', 'v1beta3'],
    ['networking.k8s.io', 'v1', 'v1beta1'],
    ['node.k8s.io', 'v1', 'v1alpha1', 'v1beta1'],
    ['policy', 'v1', 'v1beta1'],
    ['rbac.authorization.k8s.io', 'v1', 'v1beta1', 'v1alpha1'],
    ['resource.k8s.io', 'v1', 'v1beta2', 'v1beta1', 'v1alpha3'],
    ['scheduling.k8s.io', 'v1alpha1', 'v1beta1', 'v1'],
    ['storage.k8s.io', 'v1beta1', 'v1', 'v1alpha1'],
    ['storagemigration.k8s.io', 'v1beta1'],
    ['apiextensions.k8s.io', 'v1beta1', 'v1'],
  ]),
}
