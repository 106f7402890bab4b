// What can be done to an object beyond changing its manifest: restart, pause, resume, promote. Follows argo-cd `resource_customizations/**/actions/discovery.lua`.
import { valueAt } from '../model/kubernetes-object.ts'
import type { KubernetesObject } from '../model/kubernetes-object.ts'
import { groupOf } from '../model/resource-id.ts'
import { recordsAt } from '../health/read.ts'

/** An action that is offered. */
export interface ResourceAction {
  readonly name: string
  /** Shown, but of no use as the object is now. */
  readonly disabled?: boolean
  readonly displayName?: string
  /** CSS classes of the icon, as Argo CD's pages have them. */
  readonly iconClass?: string
  readonly params?: readonly { readonly name: string; readonly default?: string }[]
}

/** Actions of one kind. Pure. */
export interface ActionDiscovery {
  readonly group: string
  readonly kind: string
  readonly discover: (object: KubernetesObject) => readonly ResourceAction[]
}

/** Every action for an object; empty for kinds that have none. Later discoveries of a kind replace earlier ones. */
export type ActionRegistry = (object: KubernetesObject) => readonly ResourceAction[]

export function createActionRegistry(discoveries: readonly ActionDiscovery[]): ActionRegistry {
  const byKind = new Map(discoveries.map((discovery) => [`${discovery.group}/${discovery.kind}`, discovery]))
  return (object) => byKind.get(`${groupOf(object.apiVersion)}/${object.kind}`)?.discover(object) ?? []
}

type Details = Omit<ResourceAction, 'name' | 'disabled'>

function action(name: string, isEnabled = true, details: Details = {}): ResourceAction {
  return { name, ...(isEnabled ? {} : { disabled: true }), ...details }
}

const icon = (name: string): Details => ({ iconClass: `fa fa-fw fa-${name}` })
const solidIcon = (name: string, displayName?: string): Details => ({
  iconClass: `fa-solid fa-fw fa-${name}`,
  ...(displayName === undefined ? {} : { displayName }),
})
const named = (name: string, displayName: string): Details => ({ ...icon(name), displayName })
const restart = action('restart', true, icon('redo'))
const scale = action('scale', true, { ...icon('plus-circle'), params: [{ name: 'replicas' }] })
const isTrue = (object: unknown, ...path: readonly (string | number)[]): boolean => valueAt(object, ...path) === true
const annotationIs = (object: unknown, name: string, value: string): boolean => valueAt(object, 'metadata', 'annotations', name) === value
const labelOf = (object: KubernetesObject, name: string): string => object.metadata.labels?.[name] ?? ''

/** Pausing one way and resuming the other. */
function switchable(isOff: boolean, off: ResourceAction, on: ResourceAction): readonly ResourceAction[] {
  return [
    { ...off, ...(isOff ? { disabled: true } : {}) },
    { ...on, ...(isOff ? {} : { disabled: true }) },
  ]
}

function deployment(object: KubernetesObject): readonly ResourceAction[] {
  const pausing = switchable(isTrue(object, 'spec', 'paused'), action('pause', true, icon('pause-circle')), action('resume', true, icon('play-circle')))
  return [restart, ...pausing, scale]
}

const finished = ['Complete', 'Failed', 'FailureTarget', 'SuccessCriteriaMet']
function job(object: KubernetesObject): readonly ResourceAction[] {
  if (recordsAt(object, 'status', 'conditions').some(({ type, status }) => status === 'True' && finished.includes(String(type)))) return []
  return [
    isTrue(object, 'spec', 'suspend') ? action('resume', true, icon('play')) : action('suspend', true, icon('pause')),
    ...(valueAt(object, 'status') === undefined ? [] : [action('terminate', true, icon('stop'))]),
  ]
}

function cronJob(object: KubernetesObject): readonly ResourceAction[] {
  const isSuspended = isTrue(object, 'spec', 'suspend')
  return [action('create-job', true, named('plus', 'Create Job')), isSuspended ? action('resume', true, icon('play')) : action('suspend', true, icon('pause'))]
}

function rollout(object: KubernetesObject): readonly ResourceAction[] {
  const status = valueAt(object, 'status')
  const pauses = valueAt(status, 'pauseConditions')
  const isPaused = Array.isArray(pauses) ? pauses.length > 0 : isTrue(object, 'spec', 'paused')
  const isPromoted = status === undefined || valueAt(status, 'currentPodHash') === valueAt(status, 'stableRS')
  const isAborted = isTrue(status, 'abort')
  const observed = Number(valueAt(status, 'observedGeneration') ?? Number.NaN)
  const isOldController = Number.isNaN(observed) || observed > (object.metadata.generation ?? 0)
  const steps = valueAt(object, 'spec', 'strategy', 'canary', 'steps')
  return [
    action('restart', true, { displayName: 'Restart Pods' }),
    action('resume', isPaused),
    action('abort', !isPromoted && !isAborted),
    action('retry', !isPromoted && isAborted),
    action('pause', !isPromoted && !isAborted && !isTrue(object, 'spec', 'paused')),
    action('promote-full', !isPromoted && !(isOldController && valueAt(object, 'spec', 'strategy', 'blueGreen') !== undefined)),
    action('skip-current-step', Array.isArray(steps) && status !== undefined && valueAt(status, 'currentStepIndex') !== steps.length),
  ]
}

function analysisRun(object: KubernetesObject): readonly ResourceAction[] {
  const isOver = ['Successful', 'Failed', 'Error', 'Inconclusive'].includes(String(valueAt(object, 'status', 'phase')))
  return [action('terminate', !isOver && !isTrue(object, 'spec', 'terminate'))]
}

function application(object: KubernetesObject): readonly ResourceAction[] {
  const automated = valueAt(object, 'spec', 'syncPolicy', 'automated')
  const isOn = automated !== undefined && automated !== null && valueAt(automated, 'enabled') !== false
  return [action('toggle-auto-sync', true, { displayName: isOn ? 'Disable Auto-Sync' : 'Enable Auto-Sync' })]
}

const createWorkflow = (): readonly ResourceAction[] => [action('create-workflow', true, named('plus', 'Create Workflow'))]

function flux(hasReconcile: boolean): (object: KubernetesObject) => readonly ResourceAction[] {
  return (object) => {
    const isSuspended = isTrue(object, 'spec', 'suspend')
    return [...(hasReconcile ? [action('reconcile', !isSuspended)] : []), action('suspend', !isSuspended), action('resume', isSuspended)]
  }
}

function cordonable(hasReconcile: boolean): (object: KubernetesObject) => readonly ResourceAction[] {
  return (object) => {
    const isCordoned = isTrue(object, 'spec', 'cordoned')
    return [
      action('cordon', !isCordoned, icon('pause')),
      action('uncordon', isCordoned, icon('play')),
      ...(hasReconcile ? [action('reconcile', !isCordoned, icon('rotate-right'))] : []),
    ]
  }
}

const neverRefreshed = /^0(?:ns|us|µs|ms|s|m|h)?$/
const isRefreshed = (object: KubernetesObject): boolean => {
  const interval = valueAt(object, 'spec', 'refreshInterval')
  return typeof interval === 'string' || typeof interval === 'number' ? !neverRefreshed.test(String(interval)) : true
}

function scaledObject(object: KubernetesObject): readonly ResourceAction[] {
  const isPaused = annotationIs(object, 'autoscaling.keda.sh/paused', 'true')
  const replicas = valueAt(object, 'metadata', 'annotations', 'autoscaling.keda.sh/paused-replicas')
  const isResting = isPaused || replicas !== undefined
  return [
    action('pause', !isResting, icon('pause-circle')),
    action('paused-replicas', !isPaused, { ...icon('pause-circle'), params: [{ name: 'replicas', default: typeof replicas === 'string' ? replicas : '0' }] }),
    action('resume', isResting, icon('play-circle')),
  ]
}

const upgradeState = 'numaplane.numaproj.io/upgrade-state'
const resumeStrategies = 'numaflow.numaproj.io/allowed-resume-strategies'

/** Pausing, and the ways of going on that the object allows. @param place of the specification */
function lifecycle(object: KubernetesObject, isAllowed: boolean, ...place: readonly string[]): readonly ResourceAction[] {
  const isPaused = valueAt(object, 'spec', ...place, ...(place.length > 0 ? ['spec'] : []), 'lifecycle', 'desiredPhase') === 'Paused'
  const strategies = valueAt(object, 'spec', ...place, 'metadata', 'annotations', resumeStrategies)
  return [
    action('pause', isAllowed && !isPaused, solidIcon('pause')),
    action('unpause-gradual', isAllowed && isPaused && strategies !== 'fast', solidIcon('play', 'Unpause (gradual)')),
    action('unpause-fast', isAllowed && isPaused && (strategies === 'fast' || strategies === 'slow, fast'), solidIcon('play', 'Unpause (fast)')),
  ]
}

function forcePromote(object: KubernetesObject, displayName?: string): ResourceAction {
  const isRunning = ['in-progress', 'trial'].includes(labelOf(object, upgradeState))
  return action('force-promote', isRunning && labelOf(object, 'numaplane.numaproj.io/force-promote') !== 'true', solidIcon('forward', displayName))
}

const isOwnedBy = (object: KubernetesObject, kind: string): boolean => recordsAt(object, 'metadata', 'ownerReferences').some((owner) => owner['kind'] === kind)

const monoVertex = (object: KubernetesObject): readonly ResourceAction[] => [
  ...lifecycle(object, !isOwnedBy(object, 'MonoVertexRollout')),
  forcePromote(object, 'Force Promote'),
]

const pipeline = (object: KubernetesObject): readonly ResourceAction[] => [
  ...lifecycle(object, !isOwnedBy(object, 'PipelineRollout') || labelOf(object, upgradeState) === 'recyclable-expired'),
  forcePromote(object, 'Force Promote'),
  action('delete', ['recyclable', 'recyclable-expired'].includes(labelOf(object, upgradeState)), solidIcon('trash', 'Delete')),
]

const pipelineRollout = (object: KubernetesObject): readonly ResourceAction[] => [
  ...lifecycle(object, true, 'pipeline'),
  action('allow-data-loss', valueAt(object, 'status', 'upgradeInProgress') === 'PipelinePauseAndDrain', solidIcon('unlock', 'Allow (Possible) Data Loss')),
  action('disallow-data-loss', annotationIs(object, 'numaplane.numaproj.io/allow-data-loss', 'true'), solidIcon('lock', 'Disallow Data Loss')),
]

function cloudNativePostgres(object: KubernetesObject): readonly ResourceAction[] {
  const instances = valueAt(object, 'status', 'instancesStatus', 'healthy')
  const isSuspended = annotationIs(object, 'cnpg.io/reconciliationLoop', 'disabled')
  const isHibernated = annotationIs(object, 'cnpg.io/hibernation', 'on')
  return [
    action('restart', true, named('recycle', 'Rollout restart Cluster')),
    action('reload', true, named('rotate-right', 'Reload all Configuration')),
    action('promote', Array.isArray(instances) && instances.length >= 2, {
      ...named('angles-up', 'Promote Replica to Primary'),
      params: [{ name: 'instance', default: 'any' }],
    }),
    isSuspended ? action('resume', true, named('play', 'Resume Reconciliation')) : action('suspend', true, named('pause', 'Suspend Reconciliation')),
    isHibernated ? action('rehydrate', true, named('play', 'Rehydrate Cluster')) : action('hibernate', true, named('pause', 'Hibernate Cluster')),
  ]
}

const mariaDb = (object: KubernetesObject): readonly ResourceAction[] => [
  isTrue(object, 'spec', 'suspend') ? action('resume', true, named('play', 'Resume')) : action('suspend', true, named('pause', 'Suspend')),
]

const of = (group: string, kind: string, discover: ActionDiscovery['discover']): ActionDiscovery => ({ group, kind, discover })

/** Every discovery that ships. */
export const builtInActions: readonly ActionDiscovery[] = [
  of('apps', 'Deployment', deployment),
  of('apps', 'DaemonSet', () => [restart]),
  of('apps', 'StatefulSet', () => [restart, scale]),
  of('batch', 'CronJob', cronJob),
  of('batch', 'Job', job),
  of('argoproj.io', 'AnalysisRun', analysisRun),
  of('argoproj.io', 'Application', application),
  of('argoproj.io', 'CronWorkflow', createWorkflow),
  of('argoproj.io', 'Rollout', rollout),
  of('argoproj.io', 'WorkflowTemplate', createWorkflow),
  of('capsule.clastix.io', 'GlobalTenantResource', cordonable(true)),
  of('capsule.clastix.io', 'Tenant', cordonable(false)),
  of('capsule.clastix.io', 'TenantResource', cordonable(true)),
  of('core.strimzi.io', 'StrimziPodSet', (object) => [action('rolling-update', !annotationIs(object, 'strimzi.io/manual-rolling-update', 'true'))]),
  of('external-secrets.io', 'ExternalSecret', (object) => [action('refresh', isRefreshed(object) || valueAt(object, 'spec', 'refreshPolicy') === 'OnChange')]),
  of('external-secrets.io', 'PushSecret', (object) => [action('push', isRefreshed(object))]),
  of('helm.toolkit.fluxcd.io', 'HelmRelease', flux(true)),
  of('image.toolkit.fluxcd.io', 'ImageRepository', flux(true)),
  of('image.toolkit.fluxcd.io', 'ImageUpdateAutomation', flux(true)),
  of('kustomize.toolkit.fluxcd.io', 'Kustomization', flux(true)),
  of('notification.toolkit.fluxcd.io', 'Alert', flux(false)),
  of('notification.toolkit.fluxcd.io', 'Provider', flux(false)),
  of('notification.toolkit.fluxcd.io', 'Receiver', flux(true)),
  ...['Bucket', 'GitRepository', 'HelmChart', 'HelmRepository', 'OCIRepository'].map((kind) => of('source.toolkit.fluxcd.io', kind, flux(true))),
  of('k8s.mariadb.com', 'MariaDB', mariaDb),
  of('keda.sh', 'ScaledJob', (object) =>
    switchable(
      annotationIs(object, 'autoscaling.keda.sh/paused', 'true'),
      action('pause', true, icon('pause-circle')),
      action('resume', true, icon('play-circle')),
    ),
  ),
  of('keda.sh', 'ScaledObject', scaledObject),
  of('numaflow.numaproj.io', 'InterStepBufferService', (object) => [forcePromote(object)]),
  of('numaflow.numaproj.io', 'MonoVertex', monoVertex),
  of('numaflow.numaproj.io', 'Pipeline', pipeline),
  of('numaplane.numaproj.io', 'MonoVertexRollout', (object) => lifecycle(object, true, 'monoVertex')),
  of('numaplane.numaproj.io', 'PipelineRollout', pipelineRollout),
  of('postgresql.cnpg.io', 'Cluster', cloudNativePostgres),
  of('promoter.argoproj.io', 'PullRequest', (object) => [action('merge', valueAt(object, 'spec', 'state') === 'open', named('code-merge', 'Merge PR'))]),
  of('psmdb.percona.com', 'PerconaServerMongoDB', (object) =>
    switchable(isTrue(object, 'spec', 'pause'), action('pause', true, icon('pause-circle')), action('unpause', true, icon('play-circle'))),
  ),
]
