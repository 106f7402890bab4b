// The Application resource (argoproj.io/v1alpha1): https://argo-cd.readthedocs.io/en/stable/operator-manual/application.yaml
import type { KubernetesObject, ObjectMeta } from './kubernetes-object.ts'
import type { ApplicationStatus, SyncOperationSource } from './application-status.ts'

/** Group, version and kind of Applications. */
export const applicationApiVersion = 'argoproj.io/v1alpha1'

/** Where the files of an application come from, and how they are rendered. Unknown members are kept. */
export interface ApplicationSource {
  readonly repoURL: string
  readonly path?: string
  readonly targetRevision?: string
  readonly chart?: string
  readonly ref?: string
  readonly name?: string
  readonly directory?: DirectorySettings
  readonly helm?: Readonly<Record<string, unknown>>
  readonly kustomize?: Readonly<Record<string, unknown>>
  readonly plugin?: Readonly<Record<string, unknown>>
}

/** `spec.source.directory`. */
export interface DirectorySettings {
  readonly recurse?: boolean
  readonly include?: string
  readonly exclude?: string
  readonly disableExtensionFilter?: boolean
  readonly jsonnet?: Readonly<Record<string, unknown>>
}

/** Where the application goes. `server` and `name` exclude each other. */
export interface ApplicationDestination {
  readonly server?: string
  readonly name?: string
  readonly namespace?: string
}

/** `spec.syncPolicy.automated`. */
export interface AutomatedSync {
  readonly prune?: boolean
  readonly selfHeal?: boolean
  readonly allowEmpty?: boolean
  /** Default: true. */
  readonly enabled?: boolean
}

/** `retry` of a policy or an operation. Durations are texts such as `5s` or `3m`. */
export interface RetryStrategy {
  readonly limit?: number
  readonly refresh?: boolean
  readonly backoff?: { readonly duration?: string; readonly factor?: number; readonly maxDuration?: string }
}

/** `spec.syncPolicy`. */
export interface SyncPolicy {
  readonly automated?: AutomatedSync
  readonly syncOptions?: readonly string[]
  readonly retry?: RetryStrategy
  readonly managedNamespaceMetadata?: { readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> }
}

/** One entry of `spec.ignoreDifferences`. */
export interface IgnoreDifference {
  readonly group?: string
  readonly kind: string
  readonly name?: string
  readonly namespace?: string
  readonly jsonPointers?: readonly string[]
  readonly jqPathExpressions?: readonly string[]
  readonly managedFieldsManagers?: readonly string[]
}

/** `spec`. */
export interface ApplicationSpec {
  readonly project: string
  readonly source?: ApplicationSource
  readonly sources?: readonly ApplicationSource[]
  readonly destination: ApplicationDestination
  readonly syncPolicy?: SyncPolicy
  readonly ignoreDifferences?: readonly IgnoreDifference[]
  readonly revisionHistoryLimit?: number
  readonly info?: readonly { readonly name: string; readonly value: string }[]
}

/** What is asked for in `operation`, and kept in `status.operationState.operation`. */
export interface Operation {
  readonly sync?: SyncOperation
  readonly initiatedBy?: { readonly username?: string; readonly automated?: boolean }
  readonly info?: readonly { readonly name: string; readonly value: string }[]
  readonly retry?: RetryStrategy
}

/** `operation.sync`. */
export interface SyncOperation extends SyncOperationSource {
  readonly prune?: boolean
  readonly dryRun?: boolean
  readonly syncStrategy?: { readonly apply?: { readonly force?: boolean }; readonly hook?: { readonly force?: boolean } }
  readonly resources?: readonly { readonly group?: string; readonly kind: string; readonly name: string; readonly namespace?: string }[]
  readonly syncOptions?: readonly string[]
  readonly autoHealAttemptsCount?: number
}

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
