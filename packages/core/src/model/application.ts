// The Application resource (argoproj.io/v1alpha1): https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml
import type { KubernetesObject, ObjectMeta } from './kubernetes-object.ts'
import type { ApplicationSource, ApplicationSpec, Operation } from './application-spec.ts'
import type { ApplicationStatus } from './application-status.ts'

export type * from './application-spec.ts'

/** Group, version and kind of Applications. */
export const applicationApiVersion = 'argoproj.io/v1alpha1'

/** An Application as the engine reads it. */
export interface Application extends KubernetesObject {
  readonly metadata: ObjectMeta
  readonly spec: ApplicationSpec
  readonly status?: ApplicationStatus
  readonly operation?: Operation
}

/** Key of an application: `namespace/name`. */
export function applicationKeyOf(application: { readonly metadata: ObjectMeta }): string {
  return `${application.metadata.namespace ?? ''}/${application.metadata.name ?? ''}`
}

/** The sources in force: `sources` wins over `source`. */
export function sourcesOf(spec: ApplicationSpec): readonly ApplicationSource[] {
  if (spec.sources !== undefined && spec.sources.length > 0) return spec.sources
  return spec.source === undefined ? [] : [spec.source]
}

/** Whether `sources` is in force, which changes the names of the status fields. */
export function hasMultipleSources(spec: ApplicationSpec): boolean {
  return spec.sources !== undefined && spec.sources.length > 0
}

/** Whether automated sync is on. */
export function isAutomated(spec: ApplicationSpec): boolean {
  return spec.syncPolicy?.automated !== undefined && spec.syncPolicy.automated.enabled !== false
}
