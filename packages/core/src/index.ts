// The public surface. First for users …
export { createByteCache } from './byte-cache.ts'
export type { ByteCache } from './byte-cache.ts'
export { createEngine } from './engine.ts'
export type { Engine, EngineOptions, PushAnswer } from './engine.ts'
export type { EngineEvent, SyncEvent, SyncEventBody } from './events.ts'
export { compare, resourceStatusesOf } from './compare/compare.ts'
export type { ComparedResource, Comparison, CompareRequest, DiffCache } from './compare/compare.ts'
export { compareSnapshots } from './compare/compare-snapshots.ts'
export type { SnapshotComparison } from './compare/compare-snapshots.ts'
export { explainResource } from './compare/explain.ts'
export type { ExplainedDifference, Explanation } from './compare/explain.ts'
export { desiredStateOf } from './compare/desired-state.ts'
export type { DesiredObject, DesiredState, DesiredStateOptions } from './compare/desired-state.ts'
export { defaultExclusions, isExcluded, neverManaged } from './compare/exclusions.ts'
export type { Exclusion } from './compare/exclusions.ts'
export { diffObjects } from './diff/diff.ts'
export { diffServerSide } from './diff/server-side.ts'
export type { ServerSideSettings } from './diff/server-side.ts'
export type { DiffSettings, ObjectDiff } from './diff/diff.ts'
export { differencesOf, isEqual } from './diff/equal.ts'
export type { ValueDifference } from './diff/equal.ts'
export { fieldOwners } from './diff/field-owner.ts'
export type { FieldOwner } from './diff/field-owner.ts'
export { formatDiff } from './diff/format-diff.ts'
export { createIgnoreRules } from './diff/ignore.ts'
export { localTime, nextAfter, parseSchedule } from './model/cron.ts'
export type { LocalTime, Schedule } from './model/cron.ts'
export { syncPermission } from './model/sync-windows.ts'
export type { SyncPermission } from './model/sync-windows.ts'
export { parseSettings } from './model/settings.ts'
export type { InstallationSettings, LuaHealthScript, ParsedSettings } from './model/settings.ts'
export { createKnownTypes } from './diff/known-types.ts'
export type { KnownTypeField, KnownTypes } from './diff/known-types.ts'
export { maskSecrets } from './diff/mask-secret.ts'
export type { SecretPair } from './diff/mask-secret.ts'
export type { IgnoreRules } from './diff/ignore.ts'
export { jsonPatchOf } from './diff/json-patch.ts'
export type { JsonPatchOperation } from './diff/json-patch.ts'
export { canonicalObject, normalizeObject } from './diff/normalize.ts'
export { lastAppliedAnnotation, predictLive } from './diff/predict.ts'
export type { Prediction } from './diff/predict.ts'
export { builtInActions, createActionRegistry } from './actions/discovery.ts'
export type { ActionDiscovery, ActionRegistry, ResourceAction } from './actions/discovery.ts'
export { formatCauses, healthCauses, podCauses } from './health/causes.ts'
export type { HealthCause, HealthCauses } from './health/causes.ts'
export { jobHealthCheck } from './health/job.ts'
export { kstatusOf } from './health/kstatus.ts'
export type { KstatusCode, KstatusCondition, KstatusResult } from './health/kstatus.ts'
export { builtInHealthChecks } from './health/built-in.ts'
export { aggregateHealth, createHealthRegistry, defineHealthCheck, isWorse } from './health/health.ts'
export type { Health, HealthCheck, HealthContribution, HealthRegistry } from './health/health.ts'
export { formatPlanMarkdown } from './plan/format-plan-markdown.ts'
export { checkGuards } from './plan/guards.ts'
export type { GuardViolation, PlanGuards } from './plan/guards.ts'
export { immutableChanges } from './plan/immutable.ts'
export { planDrift } from './plan/plan-drift.ts'
export { formatPlan } from './plan/format-plan.ts'
export { deletePoliciesOf, hookFinalizer, hookPhasesOf, hookTypesOf, isHook } from './plan/hooks.ts'
export { kindRankOf } from './plan/kind-order.ts'
export { orderSteps } from './plan/order.ts'
export { defaultFieldManager, planSync } from './plan/plan-sync.ts'
export type { PlanRequest, SyncRequestPolicy } from './plan/plan-sync.ts'
export type { SyncAction, SyncPlan, SyncPlanOptions, SyncStep } from './plan/sync-plan.ts'
export {
  defaultTracking,
  formatTrackingId,
  isSelfReferenced,
  parseTrackingId,
  trackedApplicationOf,
  trackingAnnotation,
  trackingNameOf,
  withTracking,
} from './plan/tracking.ts'
export type { TrackingId, TrackingMethod, TrackingSettings } from './plan/tracking.ts'
export { waveOf } from './plan/waves.ts'
export { runSync } from './apply/sync-run.ts'
export type { SyncProgress, SyncRunRequest } from './apply/sync-run.ts'
export { createApplier } from './apply/applier.ts'
export type { Applier, ApplyOptions } from './apply/applier.ts'
export { compareWithCluster, createDiffCache } from './reconcile/gather.ts'
export type { ComparisonSettings, GatheredComparison, DiffCaches } from './reconcile/gather.ts'
export { parseApplication, specConditions, inCluster } from './model/parse-application.ts'
export { applicationApiVersion, applicationKeyOf, isAutomated, sourcesOf } from './model/application.ts'
export type {
  Application,
  ApplicationDestination,
  ApplicationSource,
  ApplicationSpec,
  AutomatedSync,
  DirectorySettings,
  IgnoreDifference,
  JsonnetSettings,
  JsonnetVariableSetting,
  Operation,
  RetryStrategy,
  SyncOperation,
  SyncPolicy,
} from './model/application.ts'
export { isCompleted } from './model/application-status.ts'
export type {
  ApplicationStatus,
  Condition,
  ConditionType,
  HealthStatus,
  HealthStatusCode,
  HistoryEntry,
  HookType,
  OperationPhase,
  OperationState,
  ResourceResult,
  ResourceStatus,
  ResultCode,
  SyncPhase,
  SyncResult,
  SyncStatusCode,
} from './model/application-status.ts'
export type { Diagnostic, Manifest, ManifestOrigin } from './model/manifest.ts'
export { annotationOf, isKubernetesObject, isRecord, valueAt } from './model/kubernetes-object.ts'
export type { KubernetesObject, ObjectMeta, OwnerReference } from './model/kubernetes-object.ts'
export { compareResourceIds, formatResourceId, groupOf, keyOf, kindKeyOf, resourceIdOf, versionOf } from './model/resource-id.ts'
export type { GroupKind, ResourceId } from './model/resource-id.ts'
export { whyForbidden } from './model/app-project.ts'
export { matchesGlob } from './model/glob.ts'
export { ApplyError, ClusterError, ConfigError, isPlumblineError, messageOf, PlanError, PlumblineError, RenderError, SourceError } from './errors.ts'
export type { ErrorCode, ErrorDetails } from './errors.ts'
export { applicationsFollowing } from './webhook/affected.ts'
export { parseGitHubPush } from './webhook/push-event.ts'
export type { PushEvent } from './webhook/push-event.ts'
export { isSameRepository } from './webhook/repository-url.ts'

// … then for authors of adapters.
export type { ApplicationStore, PatchOperation, RecordedEvent, StoreChange } from './ports/application-store.ts'
export { formatTime, parseDuration, parseTime } from './ports/clock.ts'
export type { Clock } from './ports/clock.ts'
export type { ApiResource, Cluster, DeleteOptions, LiveChange, LiveState, PatchType, WriteOptions } from './ports/cluster.ts'
export { silentLogger } from './ports/logger.ts'
export type { Logger } from './ports/logger.ts'
export type { ClusterFacts, RenderedBy, Renderer, RendererKind, RenderRequest, RenderResult } from './ports/renderer.ts'
export type { FileProvider, RemoteFile, RemoteFiles } from './ports/remote-files.ts'
export type { SourceProvider, SourceRequest, SourceTree, TreeEntry, TreeEntryKind } from './ports/source.ts'
export { createMemoryTree } from './render/memory-tree.ts'
export { formatRenderedBy, rendererAnnotation } from './render/rendered-by.ts'
export type { RemoteRead } from './render/traced-remotes.ts'
export { createApplicationRenderer } from './render/render-application.ts'
export type { AffectedAnswer, ApplicationRenderer, RenderedSource, RenderApplicationRequest } from './render/render-application.ts'
export { firstChangedRead, traceReads } from './render/traced-tree.ts'
export type { ReadEntry, ReadSet, TracedTree } from './render/traced-tree.ts'
