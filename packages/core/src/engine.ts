// Wires the parts into an engine.
import { EventEmitter } from 'eventemitter3'
import { defaultExclusions } from './compare/exclusions.ts'
import type { Exclusion } from './compare/exclusions.ts'
import { createKnownTypes } from './diff/known-types.ts'
import type { KnownTypeField } from './diff/known-types.ts'
import type { EngineEvent } from './events.ts'
import { builtInHealthChecks } from './health/built-in.ts'
import { createHealthRegistry } from './health/health.ts'
import type { HealthCheck } from './health/health.ts'
import { jobHealthCheck } from './health/job.ts'
import { messageOf } from './errors.ts'
import { applicationKeyOf } from './model/application.ts'
import type { Application, ApplicationSource, IgnoreDifference } from './model/application.ts'
import { defaultFieldManager } from './plan/plan-sync.ts'
import type { SyncPlan } from './plan/sync-plan.ts'
import { defaultTracking } from './plan/tracking.ts'
import type { TrackingSettings } from './plan/tracking.ts'
import type { ApplicationStore } from './ports/application-store.ts'
import type { PlanGuards } from './plan/guards.ts'
import type { Clock } from './ports/clock.ts'
import type { Cluster } from './ports/cluster.ts'
import { silentLogger } from './ports/logger.ts'
import type { Logger } from './ports/logger.ts'
import type { FileProvider } from './ports/remote-files.ts'
import type { Renderer } from './ports/renderer.ts'
import type { SourceProvider } from './ports/source.ts'
import { createReconciler } from './reconcile/reconciler.ts'
import type { RefreshLevel } from './reconcile/refresh-request.ts'
import { createApplicationRenderer } from './render/render-application.ts'
import { applicationsFollowing } from './webhook/affected.ts'
import type { PushEvent } from './webhook/push-event.ts'

/** What an engine is made of. What has no `?` is required; everything else has a default. */
export interface EngineOptions {
  readonly sources: readonly SourceProvider[]
  readonly renderers: readonly Renderer[]
  /** Serves single files that applications name by URL. Default: only repositories are read, through `sources`. */
  readonly files?: FileProvider
  readonly cluster: Cluster
  readonly store: ApplicationStore
  readonly clock: Clock
  readonly logger?: Logger
  /** Namespace of the controller; applications elsewhere carry theirs in tracking marks. Default: argocd. */
  readonly controllerNamespace?: string
  /** `argocd`: Argo CD's own rules where Plumbline's differ on purpose (client-side apply, resumed jobs). Default: plumbline. */
  readonly compatibility?: 'plumbline' | 'argocd'
  readonly tracking?: TrackingSettings
  readonly exclusions?: readonly Exclusion[]
  /** Rules for every application, beside those of its own spec. */
  readonly ignoreDifferences?: readonly IgnoreDifference[]
  /** Fields of custom resources that have types of built-in kinds. */
  readonly knownTypeFields?: readonly KnownTypeField[]
  /** Whether `status` counts in comparisons. Default: false. */
  readonly comparesStatus?: boolean
  /** Whether rules of aggregated roles count in comparisons. Default: false. */
  readonly comparesAggregatedRoles?: boolean
  /** Options of `kustomize build` for every application. Default: none. */
  readonly kustomizeBuildOptions?: readonly string[]
  /** Checked before the built-in ones. */
  readonly healthChecks?: readonly HealthCheck[]
  /** Default: `argocd-controller`. */
  readonly fieldManager?: string
  /** Limits that every plan has to keep; one that does not is refused as a whole. */
  readonly guards?: PlanGuards
  /** Whether every object of a plan is written as a dry run before the first write. Default: no. */
  readonly validatesPlans?: boolean
  /** Time between looks without any event. Default: 120 s. */
  readonly reconcileIntervalMs?: number
  /** Applications worked on at once. Default: 10. */
  readonly concurrency?: number
}

/** Which applications a push concerned, and why the others not. */
export interface PushAnswer {
  readonly affected: readonly { readonly application: string; readonly reason: string }[]
  readonly unaffected: readonly { readonly application: string; readonly reason: string }[]
}

/** A running engine. */
export interface Engine {
  /** Begin to reconcile; resolves when applications have been listed. */
  start(signal?: AbortSignal): Promise<void>
  /** Hear what happens; returns a function that ends it. */
  subscribe(listener: (event: EngineEvent) => void): () => void
  /** Hear the plan of each sync before it is executed. */
  onPlan(listener: (applicationKey: string, plan: SyncPlan) => void): () => void
  /** Look at an application again. */
  refresh(applicationKey: string, level?: RefreshLevel): void
  /** Find out whom a push concerns, by what each application read, and look at those. One question to the remote for all. */
  handlePush(push: PushEvent): Promise<PushAnswer>
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
  /** Orderly stop. A sync under way stays recorded, and goes on when an engine starts again. */
  stop(): Promise<void>
  /** Counters since the start. */
  readonly counters: { readonly renders: number }
}

const defaults = { controllerNamespace: 'argocd', reconcileIntervalMs: 120_000, concurrency: 10 } as const

/** Create an engine over its ports. Nothing happens before `start`. */
export function createEngine(options: EngineOptions): Engine {
  const isOriginal = options.compatibility === 'argocd'
  const logger = options.logger ?? silentLogger
  const emitter = new EventEmitter<{ event: [EngineEvent]; plan: [string, SyncPlan] }>()
  const counters = { renders: 0 }
  const renderer = createApplicationRenderer({
    sources: options.sources,
    renderers: options.renderers,
    ...(options.kustomizeBuildOptions === undefined ? {} : { kustomizeBuildOptions: options.kustomizeBuildOptions }),
    ...(options.files === undefined ? {} : { files: options.files }),
    onRender: () => void counters.renders++,
  })
  const { store, clock } = options
  const controllerNamespace = options.controllerNamespace ?? defaults.controllerNamespace
  const reconciler = createReconciler({
    store,
    cluster: options.cluster,
    renderer,
    clock,
    logger,
    isOriginal,
    firstLook: { ...(options.guards === undefined ? {} : { guards: options.guards }), validates: options.validatesPlans ?? false },
    reconcileIntervalMs: options.reconcileIntervalMs ?? defaults.reconcileIntervalMs,
    concurrency: options.concurrency ?? defaults.concurrency,
    settings: {
      tracking: options.tracking ?? defaultTracking,
      exclusions: options.exclusions ?? defaultExclusions,
      health: createHealthRegistry([...builtInHealthChecks, ...(isOriginal ? [jobHealthCheck(true)] : []), ...(options.healthChecks ?? [])]),
      prediction: { mode: isOriginal ? 'three-way' : 'ownership', fieldManager: options.fieldManager ?? defaultFieldManager },
      controllerNamespace,
      ignoreDifferences: options.ignoreDifferences ?? [],
      diff: {
        ...(options.knownTypeFields === undefined ? {} : { knownTypes: createKnownTypes(options.knownTypeFields) }),
        comparesStatus: options.comparesStatus ?? false,
        comparesAggregatedRoles: options.comparesAggregatedRoles ?? false,
      },
    },
    emit: (event) => emitter.emit('event', event),
    onPlan: (key, plan) => emitter.emit('plan', key, plan),
  })

  async function handlePush(push: PushEvent): Promise<PushAnswer> {
    const affected: { application: string; reason: string }[] = []
    const unaffected: { application: string; reason: string }[] = []
    const since = clock.now()
    const elsewhere = (application: Application): readonly ApplicationSource[] =>
      renderer.lastRemoteReads(applicationKeyOf(application)).flatMap((read) => (read.kind === 'repository' ? [read] : []))
    for (const application of applicationsFollowing(push, store.list(), elsewhere)) {
      const key = applicationKeyOf(application)
      try {
        const clusterFacts = await options.cluster.facts()
        // The first question goes to the remote; the others take its answer.
        const answer = await renderer.isAffected({ application, clusterFacts, since })
        if (answer.isAffected) affected.push({ application: key, reason: answer.reason })
        else unaffected.push({ application: key, reason: answer.reason })
      } catch (error) {
        // What cannot be told is looked at.
        affected.push({ application: key, reason: messageOf(error) })
      }
    }
    for (const { application, reason } of affected)
      reconciler.request(application, { level: 'latest', reason: `push to ${push.revision}: ${reason}`, at: since })
    for (const { application, reason } of unaffected) {
      emitter.emit('event', { type: 'application.unaffected', at: clock.now(), application, reason })
      logger.log('info', `${application} is not affected by the push to ${push.revision}: ${reason}`, { application })
    }
    return { affected, unaffected }
  }

  return {
    start: (signal) => reconciler.start(signal),
    subscribe(listener) {
      emitter.on('event', listener)
      return () => void emitter.off('event', listener)
    },
    onPlan(listener) {
      emitter.on('plan', listener)
      return () => void emitter.off('plan', listener)
    },
    refresh: (key, level = 'force') =>
      reconciler.request(key, { level, reason: `${level} refresh requested`, ...(level === 'force' || level === 'hard' ? { at: clock.now() } : {}) }),
    handlePush,
    idle: () => reconciler.idle(),
    stop: () => reconciler.stop(),
    counters,
  }
}
