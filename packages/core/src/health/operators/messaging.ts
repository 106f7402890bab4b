// Kafka, RabbitMQ and streams. Follows argo-cd `resource_customizations/{kafka.strimzi.io,kafka.banzaicloud.io,platform.confluent.io,rabbitmq.com,numaflow.numaproj.io,numaplane.numaproj.io}`.
import { isRecord, valueAt } from '../../model/kubernetes-object.ts'
import type { KubernetesObject } from '../../model/kubernetes-object.ts'
import { defineHealthCheck } from '../health.ts'
import type { Health, HealthCheck } from '../health.ts'
import {
  always,
  conditions,
  conditionsOf,
  firstOf,
  hasStatus,
  isPresent,
  messageOf,
  numberOr,
  on,
  provided,
  reasonOf,
  say,
  statusText,
  waiting,
  words,
} from './vocabulary.ts'
import type { Check, Clause } from './vocabulary.ts'

const strimziNames: Readonly<Record<string, string>> = {
  KafkaBridge: 'KafkaBridge',
  KafkaConnect: 'Kafka Connect',
  KafkaConnector: 'KafkaConnector',
  KafkaTopic: 'Kafka Topic',
  KafkaUser: 'Kafka User',
}
const strimzi = (name: string, isBroken: Clause): Check => firstOf(conditions(isBroken, on('Ready', 'True', 'Healthy', '')), waiting(`Waiting for ${name}`))
const notReady = on('NotReady', 'True', 'Degraded')

const kafkaCluster: Check = (object) => {
  const [state, topic, brokers] = [statusText(object, 'state'), statusText(object, 'cruiseControlTopicStatus'), valueAt(object, 'status', 'brokersState')]
  if (state === 'ClusterRollingUpgrading') return say('Progressing', 'Kafka Cluster is Rolling Upgrading.')
  if (!isRecord(brokers)) return say('Progressing', 'Waiting for KafkaCluster')
  const isInSync = (broker: unknown): boolean =>
    valueAt(broker, 'configurationState') === 'ConfigInSync' &&
    ['GracefulUpscaleSucceeded', 'GracefulDownscaleSucceeded'].includes(String(valueAt(broker, 'gracefulActionState', 'cruiseControlState')))
  if (!Object.values(brokers).every(isInSync)) return say('Degraded', 'Broker Config is out of Sync or CruiseControlState is not Ready')
  if (topic === 'CruiseControlTopicReady' && state === 'ClusterRunning') return say('Healthy', 'Kafka Brokers, CruiseControl and cluster are in Healthy State.')
  const isUnready = topic === undefined || topic === 'CruiseControlTopicNotReady'
  return say('Progressing', isUnready && state === 'ClusterReconciling' ? 'Kafka Cluster is Reconciling.' : 'Waiting for KafkaCluster')
}

const confluent = (kind: string): Check =>
  firstOf(
    words('phase', { RUNNING: say('Healthy', `${kind} running`), PROVISIONING: say('Progressing', `${kind} provisioning`) }),
    waiting(`Waiting for ${kind}`),
  )

const connector: Check = (object) => {
  const [state, failed] = [statusText(object, 'state'), valueAt(object, 'status', 'failedTasksCount')]
  if (state === undefined) return say('Progressing', 'Waiting for Kafka Connector')
  if (state === 'CREATED' && statusText(object, 'connectorState') === 'RUNNING' && !isPresent(failed)) return say('Healthy', 'Connector running')
  if (state === 'ERROR') {
    const [first] = conditionsOf(object)
    return say('Degraded', first === undefined ? 'No conditions available' : messageOf(first))
  }
  return numberOr(failed, 0) > 0 ? say('Degraded', 'Connector has failed tasks') : say('Progressing', 'Waiting for Kafka Connector')
}

const rabbitKinds = ['Binding', 'Exchange', 'Permission', 'Policy', 'Queue', 'Shovel', 'User', 'Vhost']
const rabbit = (kind: string): Check => {
  const name = `RabbitMQ ${kind.toLowerCase()}`
  return firstOf(
    conditions(
      provided(on('Ready', 'True', 'Healthy', `${name} ready`), (condition) => reasonOf(condition) === 'SuccessfulCreateOrUpdate'),
      provided(on('Ready', 'False', 'Degraded', `${name} failed to be created or updated`), (condition) => reasonOf(condition) === 'FailedCreateOrUpdate'),
    ),
    always('Unknown', `${name} status is unknown`),
  )
}

const rabbitCluster: Check = (object) => {
  const list = conditionsOf(object)
  const failed = list.find(({ type, status }) => type === 'ReconcileSuccess' && status === 'False')
  if (failed !== undefined) return say('Degraded', messageOf(failed))
  const statusOf = (type: string): unknown => list.findLast((condition) => condition['type'] === type)?.['status']
  const [available, replicas] = [statusOf('ClusterAvailable'), statusOf('AllReplicasReady')]
  if (available === 'Unknown' || replicas === 'Unknown') return say('Degraded', 'No statefulset or endpoints found')
  if (available === 'False') return say('Progressing', 'Waiting for RabbitMQ cluster formation')
  if (replicas === 'False') return say('Progressing', 'Waiting for RabbitMQ instances ready')
  return available === 'True' && replicas === 'True' ? say('Healthy', 'RabbitMQ cluster ready') : say('Progressing', 'Waiting for RabbitMQ Operator')
}

const isObserved = (object: KubernetesObject): boolean => object.metadata.generation === valueAt(object, 'status', 'observedGeneration')

interface Flow {
  readonly kind: string
  /** Phases in which it rests, which is no fault. */
  readonly paused: readonly string[]
  /** What is said of unhealthy parts; their own message when absent. */
  readonly unhealthy?: string
}

function flow({ kind, paused, unhealthy }: Flow): Check {
  return (object) => {
    if (!hasStatus(object) || !isObserved(object)) return say('Progressing', `Waiting for ${kind} status`)
    const phase = statusText(object, 'phase') ?? ''
    if (phase === 'Failed') return say('Degraded', statusText(object, 'message'))
    if (kind !== 'Vertex' && object.metadata.labels?.['numaplane.numaproj.io/progressive-result-state'] === 'failed')
      return say('Degraded', 'Failed progressive upgrade')
    const broken = conditionsOf(object).findLast(({ status }) => status === 'False')
    if (broken !== undefined) return say('Degraded', unhealthy ?? messageOf(broken))
    if (paused.includes(phase)) return say('Healthy', `${kind} is paused`)
    return phase === 'Running' ? say('Healthy', `${kind} is healthy`) : say('Progressing', `Waiting for ${kind} status`)
  }
}

interface Rollout {
  /** The reason of failed children; any but `Progressing` when absent. */
  readonly failure?: string
  readonly paused?: string
  readonly unknown: string
}

function rolloutOf({ failure, paused, unknown }: Rollout): Check {
  return (object) => {
    if (!hasStatus(object) || !isObserved(object)) return say('Progressing', 'Not yet reconciled')
    const list = conditionsOf(object)
    const find = (type: string, status: string, isMeant: (reason: string) => boolean = () => true): Health | undefined => {
      const found = list.find((condition) => condition['type'] === type && condition['status'] === status && isMeant(reasonOf(condition)))
      return found === undefined ? undefined : say('Degraded', messageOf(found))
    }
    const upgradeFailed = failure === undefined ? undefined : find('ProgressiveUpgradeSucceeded', 'False')
    const isUpgrading = (statusText(object, 'upgradeInProgress') ?? '') !== '' || statusText(object, 'phase') === 'Pending'
    if (isUpgrading && upgradeFailed === undefined) return say('Progressing', 'Update in progress')
    if (find('ChildResourcesHealthy', 'False', (reason) => reason === 'Progressing') !== undefined) return say('Progressing', 'Child Progressing')
    if (statusText(object, 'phase') === 'Failed') return say('Degraded', statusText(object, 'message'))
    for (const condition of list) {
      if (condition['status'] !== 'False') continue
      if (condition['type'] === 'ChildResourcesHealthy' && (failure === undefined || reasonOf(condition) === failure))
        return say('Degraded', messageOf(condition))
      if (condition['type'] === 'ProgressiveUpgradeSucceeded' && failure !== undefined) return say('Degraded', 'Progressive upgrade failed')
    }
    const resting = paused === undefined ? undefined : find(paused, 'True')
    if (resting !== undefined) return say('Healthy', resting.message)
    return find('ChildResourcesHealthy', 'True') === undefined ? say('Unknown', unknown) : say('Healthy', 'Healthy')
  }
}

export const messagingHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck(
    'kafka.strimzi.io',
    'Kafka',
    strimzi(
      'Kafka Cluster',
      provided(notReady, (condition) => reasonOf(condition) !== 'Creating'),
    ),
  ),
  ...Object.entries(strimziNames).map(([kind, name]) => defineHealthCheck('kafka.strimzi.io', kind, strimzi(name, notReady))),
  defineHealthCheck('kafka.banzaicloud.io', 'KafkaCluster', kafkaCluster),
  ...['Connect', 'ControlCenter', 'Kafka', 'KsqlDB', 'SchemaRegistry', 'Zookeeper'].map((kind) =>
    defineHealthCheck('platform.confluent.io', kind, confluent(kind)),
  ),
  defineHealthCheck('platform.confluent.io', 'Connector', connector),
  ...rabbitKinds.map((kind) => defineHealthCheck('rabbitmq.com', kind, rabbit(kind))),
  defineHealthCheck('rabbitmq.com', 'RabbitmqCluster', rabbitCluster),
  defineHealthCheck('numaflow.numaproj.io', 'InterStepBufferService', flow({ kind: 'InterStepBufferService', paused: [] })),
  defineHealthCheck('numaflow.numaproj.io', 'MonoVertex', flow({ kind: 'MonoVertex', paused: ['Paused'], unhealthy: 'Subresources are unhealthy' })),
  defineHealthCheck('numaflow.numaproj.io', 'Pipeline', flow({ kind: 'Pipeline', paused: ['Paused', 'Pausing'], unhealthy: 'Subresources are unhealthy' })),
  defineHealthCheck('numaflow.numaproj.io', 'Vertex', flow({ kind: 'Vertex', paused: ['Paused'] })),
  defineHealthCheck('numaplane.numaproj.io', 'ISBServiceRollout', rolloutOf({ failure: 'ISBSvcFailed', unknown: 'Unknown status' })),
  defineHealthCheck(
    'numaplane.numaproj.io',
    'MonoVertexRollout',
    rolloutOf({ failure: 'MonoVertexFailed', paused: 'MonoVertexPausingOrPaused', unknown: 'Unknown MonoVertex status' }),
  ),
  defineHealthCheck('numaplane.numaproj.io', 'NumaflowControllerRollout', rolloutOf({ unknown: 'Unknown status' })),
  defineHealthCheck(
    'numaplane.numaproj.io',
    'PipelineRollout',
    rolloutOf({ failure: 'PipelineFailed', paused: 'PipelinePausingOrPaused', unknown: 'Unknown Pipeline status' }),
  ),
]
