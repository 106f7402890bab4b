// Cluster API. Follows argo-cd `resource_customizations/{cluster,addons.cluster,controlplane.cluster}.x-k8s.io`.
import { valueAt } from '../../model/kubernetes-object.ts'
import type { KubernetesObject } from '../../model/kubernetes-object.ts'
import { defineHealthCheck } from '../health.ts'
import type { HealthCheck } from '../health.ts'
import {
  always,
  conditions,
  conditionsOf,
  firstOf,
  isPresent,
  isStale,
  messageOf,
  on,
  provided,
  reasonOf,
  say,
  statusText,
  textOf,
  waiting,
  when,
  words,
} from './vocabulary.ts'
import type { Check } from './vocabulary.ts'

const isPaused = (object: KubernetesObject): boolean => valueAt(object, 'spec', 'paused') === true
const notReady = conditions(on('Ready', 'False', 'Degraded'))
const seriouslyNotReady = conditions(provided(on('Ready', 'False', 'Degraded'), ({ severity }) => severity !== 'Info'))

const cluster = firstOf(
  when(isPaused, always('Suspended', 'Cluster is paused')),
  seriouslyNotReady,
  words('phase', { Provisioned: say('Healthy', 'Cluster is running'), Failed: say('Degraded') }),
  waiting('Waiting for clusters'),
)

const machine: Check = (object) => {
  const phase = statusText(object, 'phase')
  if (phase === 'Running') return say('Healthy', 'Machine is running')
  return say(phase === 'Failed' ? 'Degraded' : 'Progressing', notReady(object)?.message ?? (notReady(object) === undefined ? 'Condition is unknown' : ''))
}

const machineDeployment = firstOf(
  when(isPaused, always('Suspended', 'MachineDeployment is paused')),
  words('phase', {
    Running: say('Healthy', 'Machines are running under this deployment'),
    ScalingUp: say('Progressing', 'Cluster is spawning machines'),
    ScalingDown: say('Progressing', 'Cluster is stopping machines'),
    Failed: say('Degraded', 'MachineDeployment is failed'),
  }),
  waiting('Waiting for machines'),
)

const machineHealthCheck: Check = (object) => {
  const current = valueAt(object, 'status', 'currentHealthy')
  if (!isPresent(current)) return say('Progressing')
  return say(valueAt(object, 'status', 'expectedMachines') === current ? 'Healthy' : 'Degraded')
}

const machinePool: Check = (object) => {
  const phase = statusText(object, 'phase')
  const status = phase === 'Running' || phase === 'Scaling' ? 'Healthy' : phase === 'Failed' || phase === 'Unknown' ? 'Degraded' : 'Progressing'
  const unmet = conditionsOf(object)
    .filter((condition) => isPresent(condition['type']) && condition['status'] === 'False')
    .map((condition) => `Not ${textOf(condition['type']) ?? ''}${isPresent(condition['reason']) ? ` (${reasonOf(condition)})` : ''}`)
  return say(status, `${phase === undefined ? '' : `MachinePool is ${phase}`}${unmet.length > 0 ? `: ${unmet.join(', ')}` : ''}`)
}

const controlPlane: Check = (object) => {
  if (isStale(object)) return say('Progressing', 'Waiting for the control plane spec to be reconciled')
  const failure = statusText(object, 'failureMessage') ?? ''
  if (failure !== '') return say('Degraded', failure)
  if (!isPresent(valueAt(object, 'status', 'conditions'))) return say('Progressing', 'Provisioning...')
  const list = conditionsOf(object)
  if (list.some(({ type, status }) => type === 'EKSControlPlaneUpdating' && status === 'True')) return say('Progressing', 'EKS control plane is updating')
  const readyAt = list.findIndex(({ type, status }) => type === 'Ready' && status === 'True')
  if (readyAt >= 0) return say('Healthy', 'Control plane is ready')
  const errors = list.filter(({ status, severity }) => status === 'False' && severity === 'Error')
  if (errors.length > 0) return say('Degraded', errors.map((condition) => `${messageOf(condition)} `).join(''))
  const isSaid = valueAt(object, 'status', 'ready') === false
  return say('Progressing', `Control plane is not ready${isSaid ? ' (.status.ready is false)' : ''}`)
}

export const clusterApiHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck(
    'addons.cluster.x-k8s.io',
    'ClusterResourceSet',
    firstOf(
      conditions(on('ResourcesApplied', 'True', 'Healthy', 'cluster resource set is applied'), on('ResourcesApplied', 'False', 'Degraded')),
      waiting('Initializing cluster resource set'),
    ),
  ),
  defineHealthCheck('cluster.x-k8s.io', 'Cluster', cluster),
  defineHealthCheck('cluster.x-k8s.io', 'Machine', machine),
  defineHealthCheck('cluster.x-k8s.io', 'MachineDeployment', machineDeployment),
  defineHealthCheck('cluster.x-k8s.io', 'MachineHealthCheck', machineHealthCheck),
  defineHealthCheck('cluster.x-k8s.io', 'MachinePool', machinePool),
  defineHealthCheck('controlplane.cluster.x-k8s.io', 'AWSManagedControlPlane', controlPlane),
]
