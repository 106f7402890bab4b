// OpenKruise. Follows argo-cd `resource_customizations/{apps,game,rollouts}.kruise.io`.
import { valueAt } from '../../model/kubernetes-object.ts'
import type { KubernetesObject } from '../../model/kubernetes-object.ts'
import { defineHealthCheck } from '../health.ts'
import type { HealthCheck } from '../health.ts'
import { always, conditionsOf, firstOf, isPresent, numberOr, say, statusText, waiting, when } from './vocabulary.ts'
import type { Check } from './vocabulary.ts'

const isObserved = (object: KubernetesObject): boolean =>
  isPresent(valueAt(object, 'status')) && object.metadata.generation === valueAt(object, 'status', 'observedGeneration')
const statusNumber = (object: KubernetesObject, field: string): number => numberOr(object, 0, 'status', field)

interface Workload {
  readonly title: string
  /** Where `paused` and `partition` are, below `spec.updateStrategy`. */
  readonly strategy: readonly string[]
  /** The counter that stays away while nothing is updated. */
  readonly updated: string
  readonly needsHand: (object: KubernetesObject, partition: unknown) => boolean
  readonly isReady: (object: KubernetesObject) => boolean
  /** Whether being not ready is a fault; otherwise it is on its way. */
  readonly isFaulty: (object: KubernetesObject) => boolean
  readonly fault: string
}

function workload({ title, strategy, updated, needsHand, isReady, isFaulty, fault }: Workload): Check {
  return (object) => {
    if (!isObserved(object)) return say('Progressing', 'Waiting for initialization')
    const own = valueAt(object, 'spec', 'updateStrategy', ...strategy)
    if (valueAt(own, 'paused') === true || !isPresent(valueAt(object, 'status', updated))) return say('Suspended', `${title} is paused`)
    const partition = valueAt(own, 'partition')
    if (partition !== 0 && (partition !== undefined || title !== 'Daemonset') && (object.metadata.generation ?? 0) > 1)
      return needsHand(object, partition) ? say('Suspended', `${title} needs manual intervention`) : say('Progressing', 'Waiting for initialization')
    if (isReady(object)) return say('Healthy', `All ${title} workloads are ready and updated`)
    return isFaulty(object) ? say('Degraded', fault) : say('Progressing', 'Waiting for initialization')
  }
}

const areUpdatedAvailable = (object: KubernetesObject): boolean =>
  valueAt(object, 'status', 'updatedAvailableReplicas') === valueAt(object, 'status', 'replicas')

const cloneSet = workload({
  title: 'Cloneset',
  strategy: [],
  updated: 'updatedAvailableReplicas',
  needsHand: (object) => statusNumber(object, 'updatedReplicas') >= statusNumber(object, 'expectedUpdatedReplicas'),
  isReady: areUpdatedAvailable,
  isFaulty: () => true,
  fault: 'Some replicas are not ready or available',
})

const statefulSet = workload({
  title: 'Statefulset',
  strategy: ['rollingUpdate'],
  updated: 'updatedAvailableReplicas',
  needsHand: (object, partition) => statusNumber(object, 'updatedReplicas') > statusNumber(object, 'replicas') - Number(partition),
  isReady: areUpdatedAvailable,
  isFaulty: () => true,
  fault: 'Some replicas are not ready or available',
})

const daemonSet = workload({
  title: 'Daemonset',
  strategy: ['rollingUpdate'],
  updated: 'updatedNumberScheduled',
  needsHand: (object, partition) => statusNumber(object, 'updatedNumberScheduled') > statusNumber(object, 'desiredNumberScheduled') - Number(partition),
  isReady: (object) =>
    statusNumber(object, 'updatedNumberScheduled') === statusNumber(object, 'desiredNumberScheduled') &&
    statusNumber(object, 'numberAvailable') === statusNumber(object, 'desiredNumberScheduled'),
  isFaulty: (object) =>
    statusNumber(object, 'updatedNumberScheduled') === statusNumber(object, 'desiredNumberScheduled') &&
    statusNumber(object, 'numberUnavailable') === statusNumber(object, 'desiredNumberScheduled'),
  fault: 'Some pods are not ready or available',
})

const advancedCronJob = firstOf(
  when(
    (object) => statusText(object, 'lastScheduleTime') === undefined && valueAt(object, 'spec', 'paused') === true,
    always('Suspended', 'AdvancedCronJob is Paused'),
  ),
  when((object) => {
    const active = valueAt(object, 'status', 'active')
    return Array.isArray(active) && active.length > 0
  }, waiting('AdvancedCronJobs has active jobs')),
  when((object) => statusText(object, 'lastScheduleTime') === undefined, always('Degraded', 'AdvancedCronJobs has not run successfully')),
  always('Healthy', 'AdvancedCronJobs has run successfully'),
)

const broadcastJob: Check = (job) => {
  const field = (name: string): unknown => valueAt(job, 'status', name)
  const phase = field('phase')
  if (field('desired') === field('succeeded') && phase === 'completed') return say('Healthy', 'BroadcastJob is completed successfully')
  if (field('active') !== 0 && phase === 'running') return say('Progressing', 'BroadcastJob is still running')
  if (field('failed') !== 0 && phase === 'failed') return say('Degraded', 'BroadcastJob failed')
  if (phase === 'paused' && valueAt(job, 'spec', 'paused') === true) return say('Suspended', 'BroadcastJob is Paused')
  return say('Progressing', 'BroadcastJob is still running')
}

const gameServer: Check = (server) => {
  if (!isPresent(valueAt(server, 'status'))) return say('Unknown', 'Waiting for GameServer to be ready')
  const [current, desired] = [statusText(server, 'currentState'), statusText(server, 'desiredState')]
  if (current !== desired) return say('Progressing', `State change: ${current ?? 'Unknown'} → ${desired ?? 'Unknown'}`)
  if (conditionsOf(server, 'status', 'podStatus', 'conditions').some(({ type, status }) => type === 'KruisePodReady' && status !== 'True'))
    return say('Degraded', 'Pod is not ready: KruisePodReady')
  return current === 'Ready' ? say('Healthy', 'GameServer is Ready') : say('Unknown', 'Waiting for GameServer to be ready')
}

const gameServerSet: Check = (set) => {
  if (!isObserved(set)) return say('Progressing', 'Waiting for GameServerSet initialization')
  const rolling = valueAt(set, 'spec', 'updateStrategy', 'rollingUpdate')
  if (valueAt(rolling, 'paused') === true) return say('Suspended', 'GameServerSet is paused')
  const partition = numberOr(rolling, 0, 'partition')
  const replicas = statusNumber(set, 'replicas')
  if (partition !== 0 && statusNumber(set, 'updatedReplicas') >= replicas - partition)
    return say('Suspended', `Partition=${partition}, waiting for manual intervention`)
  if (statusNumber(set, 'updatedReadyReplicas') === replicas) return say('Healthy', 'All GameServerSet replicas are updated and ready')
  const readyReplicas = statusNumber(set, 'readyReplicas')
  return say(
    'Progressing',
    readyReplicas < replicas ? `ReadyReplicas ${readyReplicas}/${replicas}, still progressing` : 'Waiting for GameServerSet initialization',
  )
}

const rollout: Check = (object) => {
  const progressing = say('Progressing', 'Rollout is still progressing')
  if (!isObserved(object)) return progressing
  const [step, phase] = [statusText(object, 'canaryStatus', 'currentStepState'), statusText(object, 'phase')]
  if (step === 'StepPaused' && phase === 'Progressing') return say('Suspended', 'Rollout is Paused need manual intervention')
  if (step === 'Completed' && phase === 'Healthy') return say('Healthy', 'Rollout is Completed')
  if (step === 'StepPaused' && (phase === 'Terminating' || phase === 'Disabled')) return say('Degraded', 'Rollout is Disabled or Terminating')
  return progressing
}

export const kruiseHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck('apps.kruise.io', 'AdvancedCronJob', advancedCronJob),
  defineHealthCheck('apps.kruise.io', 'BroadcastJob', broadcastJob),
  defineHealthCheck('apps.kruise.io', 'CloneSet', cloneSet),
  defineHealthCheck('apps.kruise.io', 'DaemonSet', daemonSet),
  defineHealthCheck('apps.kruise.io', 'StatefulSet', statefulSet),
  defineHealthCheck('game.kruise.io', 'GameServer', gameServer),
  defineHealthCheck('game.kruise.io', 'GameServerSet', gameServerSet),
  defineHealthCheck('rollouts.kruise.io', 'Rollout', rollout),
]
