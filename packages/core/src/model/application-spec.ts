// What a user asks for: the spec of an Application and the operation that carries it out.

/** Revision and source of a sync: single or multiple. */
export interface SyncOperationSource {
  readonly revision?: string
  readonly revisions?: readonly string[]
  readonly source?: ApplicationSource
  readonly sources?: readonly ApplicationSource[]
}

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
  readonly jsonnet?: JsonnetSettings
}

/** `spec.source.directory.jsonnet`. */
export interface JsonnetSettings {
  /** External variables, for `std.extVar`. */
  readonly extVars?: readonly JsonnetVariableSetting[]
  /** Top-level arguments, for programs that are functions. */
  readonly tlas?: readonly JsonnetVariableSetting[]
  /** Folders of libraries, from the root of the repository. */
  readonly libs?: readonly string[]
}

/** A variable of Jsonnet. `value` may name variables of the build environment; with `code` it is a program, otherwise a text. */
export interface JsonnetVariableSetting {
  readonly name: string
  /** Default: ''. */
  readonly value?: string
  readonly code?: boolean
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
