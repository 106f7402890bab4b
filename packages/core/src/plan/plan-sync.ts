// From a comparison to a plan. Pure. Follows argo-cd `gitops-engine/pkg/sync/sync_context.go` (getSyncTasks).
import type { ComparedResource } from '../compare/compare.ts'
import type { DesiredObject } from '../compare/desired-state.ts'
import { templateImagesOf } from '../compare/images.ts'
import type { IgnoreRules } from '../diff/ignore.ts'
import { annotationOf, isRecord } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { keyOf, resourceIdOf, versionOf } from '../model/resource-id.ts'
import type { ResourceId } from '../model/resource-id.ts'
import type { RenderedBy } from '../ports/renderer.ts'
import { deletePoliciesOf, hookFinalizer, hookPhasesOf, isHook, isSkipped } from './hooks.ts'
import { immutableChanges } from './immutable.ts'
import { orderSteps } from './order.ts'
import { withPruneWaves } from './prune.ts'
import { withIgnoredAsLive } from './respect-ignored.ts'
import { hasOption, propagationPolicyOf, resourceOptionsOf, usesServerSideApply } from './sync-options.ts'
import type { SyncPlan, SyncStep } from './sync-plan.ts'
import { isSelfReferenced } from './tracking.ts'
import type { TrackingSettings } from './tracking.ts'
import { waveOf } from './waves.ts'

/** Input of a plan. */
export interface PlanRequest {
  readonly application: string
  readonly destinationNamespace: string
  readonly revisions: readonly string[]
  /** The sources as they were rendered, for the record of who rendered them. */
  readonly rendered?: readonly { readonly renderedBy?: RenderedBy }[]
  readonly resources: readonly ComparedResource[]
  /** Every desired object, hooks included. */
  readonly desired: readonly DesiredObject[]
  /** Live objects under the names of hooks. */
  readonly liveHook: (id: ResourceId) => KubernetesObject | undefined
  readonly tracking: TrackingSettings
  readonly policy: SyncRequestPolicy
  /** What comparisons pass over, for `RespectIgnoreDifferences=true`. Default: nothing. */
  readonly ignore?: IgnoreRules
  /** Why the project forbids an object. Default: everything is permitted. */
  readonly whyForbidden?: (id: ResourceId) => string | undefined
  /** When the operation started, epoch ms: generated names of hooks end on it. */
  readonly startedAt: number
}

/** What was asked for. */
export interface SyncRequestPolicy {
  readonly prune?: boolean
  readonly dryRun?: boolean
  /** Texts of sync options, such as `ServerSideApply=true`. */
  readonly options?: readonly string[]
  /** Only these resources; hooks do not run then. */
  readonly resources?: readonly { readonly group?: string; readonly kind: string; readonly name: string; readonly namespace?: string }[]
  /** Apply without hooks. */
  readonly skipHooks?: boolean
  readonly force?: boolean
  /** Use server-side apply where no option says otherwise. Default: true. */
  readonly serverSideByDefault?: boolean
  readonly managedNamespaceMetadata?: { readonly labels?: Readonly<Record<string, string>>; readonly annotations?: Readonly<Record<string, string>> }
  /** Write as Argo CD does, its kubectl included. Default: no. */
  readonly compatibility?: 'argocd'
  /** Default: `argocd-controller`, so that objects can be handed over without conflicts. */
  readonly fieldManager?: string
}

export const defaultFieldManager = 'argocd-controller'

/** Compute the plan. Same input, same plan, in a total order. */
export function planSync(request: PlanRequest): SyncPlan {
  const { policy } = request
  const options = policy.options ?? []
  const isSelected = selectionOf(policy)
  const prune = policy.prune ?? false
  const steps: SyncStep[] = []
  for (const resource of request.resources) {
    const object = resource.desired ?? resource.live
    if (object === undefined || resource.isHook || isSkipped(object) || !isSelected(resource.id)) continue
    if (resource.live !== undefined && !isSelfReferenced(resource.live, request.tracking)) continue
    steps.push(
      resource.desired === undefined
        ? pruneStep(resource, object, prune, options)
        : applyStep(resource, respected(resource.desired, resource.live, request, options), policy, options),
    )
  }
  if (policy.skipHooks !== true && policy.resources === undefined) steps.push(...request.desired.flatMap((desired) => hookSteps(request, desired, options)))
  const namespace = namespaceStep(request, options)
  if (namespace !== undefined) steps.push(namespace)
  return {
    planVersion: 1,
    application: request.application,
    revisions: request.revisions,
    ...(request.rendered === undefined ? {} : { renderedBy: request.rendered.map(({ renderedBy }) => renderedBy ?? null) }),
    steps: orderSteps(withPruneWaves(steps), request.destinationNamespace).map((step) => withVerdict(step, request)),
    options: {
      prune,
      dryRun: policy.dryRun ?? false,
      propagationPolicy: propagationPolicyOf(options),
      applyOutOfSyncOnly: options.includes('ApplyOutOfSyncOnly=true'),
      fieldManager: policy.fieldManager ?? defaultFieldManager,
      ...(policy.compatibility === undefined ? {} : { compatibility: policy.compatibility }),
      destinationNamespace: request.destinationNamespace,
    },
  }
}

function respected(desired: KubernetesObject, live: KubernetesObject | undefined, { ignore }: PlanRequest, options: readonly string[]): KubernetesObject {
  if (ignore === undefined || live === undefined || !options.includes('RespectIgnoreDifferences=true')) return desired
  return withIgnoredAsLive(desired, live, ignore)
}

function selectionOf({ resources }: SyncRequestPolicy): (id: ResourceId) => boolean {
  if (resources === undefined || resources.length === 0) return () => true
  return (id) =>
    resources.some(
      ({ group, kind, name, namespace }) =>
        (group ?? '') === id.group && kind === id.kind && name === id.name && (namespace === undefined || namespace === '' || namespace === id.namespace),
    )
}

function liveOf(object: KubernetesObject | undefined): Pick<SyncStep, 'live'> {
  return object === undefined ? {} : { live: { uid: object.metadata.uid ?? '', resourceVersion: object.metadata.resourceVersion ?? '' } }
}

/** What a person has set on the live object counts as well, until it is taken away there. */
function writeSettings(
  object: KubernetesObject,
  live: KubernetesObject | undefined,
  policy: SyncRequestPolicy,
  options: readonly string[],
): Pick<SyncStep, 'method' | 'force'> {
  const own = [...resourceOptionsOf(object), ...resourceOptionsOf(live)]
  const isForced = policy.force === true || own.includes('Force=true')
  const method =
    own.includes('Replace=true') || options.includes('Replace=true')
      ? 'replace'
      : usesServerSideApply(object, options, policy.serverSideByDefault ?? true)
        ? 'server-side'
        : 'client-side'
  return { method, ...(isForced ? { force: true } : {}) }
}

function applyStep(resource: ComparedResource, object: KubernetesObject, policy: SyncRequestPolicy, options: readonly string[]): SyncStep {
  return {
    action: 'apply',
    phase: 'Sync',
    wave: waveOf(object),
    id: resource.id,
    version: versionOf(object.apiVersion),
    object,
    ...(resource.origin === undefined ? {} : { origin: resource.origin }),
    ...writeSettings(object, resource.live, policy, options),
    ...liveOf(resource.live),
    ...immutableOf(resource),
    isModified: resource.status !== 'Synced',
  }
}

function immutableOf({ live, diff }: ComparedResource): Pick<SyncStep, 'immutable'> {
  const immutable = live === undefined ? [] : immutableChanges(live, diff.differences)
  return immutable.length === 0 ? {} : { immutable }
}

function withVerdict(step: SyncStep, { whyForbidden }: PlanRequest): SyncStep {
  const forbidden = whyForbidden?.(step.id)
  return forbidden === undefined ? step : { ...step, forbidden }
}

function pruneStep(resource: ComparedResource, live: KubernetesObject, prune: boolean, options: readonly string[]): SyncStep {
  const own = resourceOptionsOf(live)
  const isKept = own.includes('Prune=false') || (options.includes('Prune=false') && !own.some((option) => option.startsWith('Prune=')))
  const skip = !prune ? 'ignored (requires pruning)' : isKept ? 'ignored (no prune)' : undefined
  return {
    action: 'prune',
    phase: 'Sync',
    wave: waveOf(live),
    ownWave: waveOf(live),
    id: resource.id,
    version: resource.version,
    ...liveOf(live),
    ...(templateImagesOf(live).length === 0 ? {} : { images: templateImagesOf(live) }),
    isModified: true,
    ...(hasOption('PruneLast=true', live, options) ? { isLast: true } : {}),
    ...(skip === undefined ? {} : { skip }),
    ...(skip === undefined && needsConfirmation(own, options) ? { needsConfirmation: true } : {}),
  }
}

function needsConfirmation(own: readonly string[], options: readonly string[]): boolean {
  return own.includes('Prune=confirm') || (options.includes('Prune=confirm') && !own.some((option) => option.startsWith('Prune=')))
}

function hookSteps(request: PlanRequest, { object, origin }: DesiredObject, options: readonly string[]): SyncStep[] {
  if (!isHook(object)) return []
  return hookPhasesOf(object).map((phase) => {
    const named = withGeneratedName(object, phase, request)
    const finalizers = [...(named.metadata.finalizers ?? []), hookFinalizer]
    const hook: KubernetesObject = { ...named, metadata: { ...named.metadata, finalizers } }
    const id = resourceIdOf(hook)
    const { method } = writeSettings(object, undefined, request.policy, options)
    return {
      action: 'hook' as const,
      phase,
      wave: waveOf(object),
      id,
      version: versionOf(hook.apiVersion),
      object: hook,
      ...(origin === undefined ? {} : { origin }),
      hookType: phase,
      deletePolicies: deletePoliciesOf(object),
      ...(method === undefined ? {} : { method }),
      ...liveOf(request.liveHook(id)),
      isModified: true,
    }
  })
}

/** Name of a hook that has only a `generateName`: the same for the whole operation, so that a restart finds it again. */
function withGeneratedName(object: KubernetesObject, phase: string, request: PlanRequest): KubernetesObject {
  if ((object.metadata.name ?? '') !== '') return object
  const revision = request.revisions[0] ?? ''
  const short = revision.length >= 8 ? revision.slice(0, 7) : revision
  const name = `${object.metadata.generateName ?? ''}${short}-${phase.toLowerCase()}-${Math.floor(request.startedAt / 1000)}`
  return { ...object, metadata: { ...object.metadata, name } }
}

/** The destination's namespace, made before anything else when `CreateNamespace=true` is set and nothing in git is that namespace. */
function namespaceStep(request: PlanRequest, options: readonly string[]): SyncStep | undefined {
  const name = request.destinationNamespace
  if (!options.includes('CreateNamespace=true') || name === '') return undefined
  const id: ResourceId = { group: '', kind: 'Namespace', namespace: '', name }
  if (request.desired.some(({ object }) => keyOf(resourceIdOf(object)) === keyOf(id))) return undefined
  const live = request.liveHook(id)
  const metadata = request.policy.managedNamespaceMetadata
  if (live !== undefined && (metadata === undefined || hasMetadata(live, metadata))) return undefined
  const annotations = { ...metadata?.annotations, ...(metadata === undefined ? {} : { 'argocd.argoproj.io/sync-options': 'ServerSideApply=true' }) }
  const object: KubernetesObject = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
  }
  return { action: 'apply', phase: 'PreSync', wave: 0, id, version: 'v1', object, method: 'server-side', ...liveOf(live), isModified: true, isImplied: true }
}

function hasMetadata(live: KubernetesObject, wanted: NonNullable<SyncRequestPolicy['managedNamespaceMetadata']>): boolean {
  const labels = isRecord(live.metadata.labels) ? live.metadata.labels : {}
  return (
    Object.entries(wanted.labels ?? {}).every(([name, value]) => labels[name] === value) &&
    Object.entries(wanted.annotations ?? {}).every(([name, value]) => annotationOf(live, name) === value)
  )
}
