// Databases and search. Follows argo-cd `resource_customizations` of their groups.
import { isRecord, valueAt } from '../../model/kubernetes-object.ts'
import type { HealthStatusCode } from '../../model/application-status.ts'
import { defineHealthCheck } from '../health.ts'
import type { HealthCheck } from '../health.ts'
import { recordsAt } from '../read.ts'
import { always, conditionsOf, firstOf, hasStatus, isPresent, messageOf, numberOr, reasonOf, say, statusText, waiting, when, words } from './vocabulary.ts'
import type { Check } from './vocabulary.ts'

const report = 'Ensure your ArgoCD is current and then check for/file a bug report: https://github.com/argoproj/argo-cd/issues'

const zalandoPostgres: Check = (object) => {
  const state = statusText(object, 'PostgresClusterStatus')
  if (state === undefined) return say('Progressing', 'Waiting for postgres cluster status...')
  return say(state === 'Running' ? 'Healthy' : state === 'Creating' || state === 'Updating' ? 'Progressing' : 'Degraded', state)
}

const cloudNativePhases: Readonly<Record<string, HealthStatusCode>> = {
  'Cluster in healthy state': 'Healthy',
  'Setting up primary': 'Progressing',
  'Creating a new replica': 'Progressing',
  'Upgrading cluster': 'Progressing',
  'Waiting for the instances to become active': 'Progressing',
  'Promoting to primary cluster': 'Progressing',
  'Switchover in progress': 'Degraded',
  'Failing over': 'Degraded',
  'Upgrading Postgres major version': 'Degraded',
  'Cluster upgrade delayed': 'Degraded',
  'Waiting for user action': 'Degraded',
  'Primary instance is being restarted in-place': 'Degraded',
  'Primary instance is being restarted without a switchover': 'Degraded',
  'Cluster cannot execute instance online upgrade due to missing architecture binary': 'Degraded',
  'Online upgrade in progress': 'Degraded',
  'Applying configuration': 'Degraded',
  'Unable to create required cluster objects': 'Suspended',
  'Cluster cannot proceed to reconciliation due to an unknown plugin being required': 'Suspended',
  'Cluster has incomplete or invalid image catalog': 'Suspended',
  'Cluster is unrecoverable and needs manual intervention': 'Suspended',
}

const cloudNativePostgres: Check = (object) => {
  const reason = statusText(object, 'phaseReason')
  if (object.metadata.annotations?.['cnpg.io/reconciliationLoop'] === 'disabled') return say('Suspended', 'Cluster reconciliation is suspended')
  if (!isPresent(valueAt(object, 'status', 'conditions'))) return say('Progressing', reason)
  const hibernation = conditionsOf(object).find(({ type }) => type === 'cnpg.io/hibernation')
  if (hibernation !== undefined) return say(hibernation['status'] === 'True' ? 'Suspended' : 'Degraded', messageOf(hibernation))
  const phase = statusText(object, 'phase') ?? ''
  return say((Object.hasOwn(cloudNativePhases, phase) ? cloudNativePhases[phase] : undefined) ?? 'Unknown', reason)
}

const cloudNativeBackup: Check = (object) => {
  const phase = statusText(object, 'phase') ?? ''
  if (phase === '') return say('Progressing', 'Waiting for backup to be processed')
  if (phase === 'completed') return say('Healthy', 'Backup completed')
  const isFailed = ['failed', 'walArchivingFailing', 'invalid backup definition'].includes(phase)
  return isFailed ? say('Degraded', statusText(object, 'error') ?? phase) : say('Progressing', phase)
}

const cloudNativeDatabase: Check = (object) => {
  const [applied, message] = [valueAt(object, 'status', 'applied'), statusText(object, 'message')]
  const isObserved = object.metadata.generation === undefined || valueAt(object, 'status', 'observedGeneration') === object.metadata.generation
  if (applied === true && isObserved) return say('Healthy', message)
  if (applied === false && isObserved) return say('Degraded', message ?? 'CloudNativePG failed to apply the Database')
  return say('Progressing', message || 'Waiting for CloudNativePG to reconcile Database')
}

const mariaDb: Check = (object) => {
  if (!isPresent(valueAt(object, 'status', 'conditions'))) return say('Progressing', 'No status info available')
  const list = conditionsOf(object)
  const broken = list.find(({ status }) => status === 'False')
  if (broken !== undefined) return say(broken['reason'] === 'Failed' ? 'Degraded' : 'Progressing', messageOf(broken))
  return say('Healthy', list.length === 0 ? '' : messageOf(list.at(-1) ?? {}))
}

const bothOf = (condition: Readonly<Record<string, unknown>>): string => `${reasonOf(condition)} ${messageOf(condition)}`

const mariaBackup: Check = (object) => {
  if (!isPresent(valueAt(object, 'status', 'conditions'))) return say('Progressing', 'No status info available')
  const list = conditionsOf(object)
  const broken = list.find(({ status }) => status === 'False')
  if (broken === undefined) return say('Healthy', list.length === 0 ? '' : bothOf(list.at(-1) ?? {}))
  const isFailed = broken['reason'] === 'CronJobScheduled' && broken['message'] === 'Failed'
  return say(isFailed ? 'Degraded' : 'Progressing', bothOf(broken))
}

const mariaObject: Check = (object) => {
  let message = 'No status info available'
  for (const condition of conditionsOf(object)) {
    message = messageOf(condition)
    if (condition['type'] === 'Ready') return say(condition['status'] === 'True' ? 'Healthy' : 'Degraded', message)
  }
  return say('Progressing', message)
}

const mariaJob: Check = (object) => {
  let message = 'No status info available'
  for (const condition of conditionsOf(object)) {
    message = bothOf(condition)
    if (condition['status'] !== 'True') continue
    if (condition['reason'] === 'JobComplete') return say('Healthy', message)
    if (condition['reason'] === 'JobFailed') return say('Degraded', message)
  }
  return say('Progressing', message)
}

const mongoStates: Readonly<Record<string, HealthStatusCode>> = {
  initializing: 'Progressing',
  ready: 'Healthy',
  error: 'Degraded',
  stopping: 'Progressing',
  paused: 'Suspended',
}
const nodesOf = (object: Parameters<Check>[0]): string => `${statusText(object, 'ready') ?? ''}/${statusText(object, 'size') ?? ''} node(s) are ready`

const perconaMongo: Check = (object) => {
  if (!hasStatus(object)) return say('Unknown', 'Cluster status is unknown')
  const state = statusText(object, 'state') ?? ''
  return say((Object.hasOwn(mongoStates, state) ? mongoStates[state] : undefined) ?? 'Unknown', nodesOf(object))
}

const perconaXtra: Check = (object) => {
  const messages = valueAt(object, 'status', 'message')
  switch (statusText(object, 'state')) {
    case 'initializing':
      return say('Progressing', nodesOf(object))
    case 'ready':
      return say('Healthy', nodesOf(object))
    case 'paused':
      return say('Unknown', 'Cluster is paused')
    case 'stopping':
      return say('Degraded', `Cluster is stopping (${nodesOf(object)})`)
    case 'error':
      return say('Degraded', `Cluster is on error: ${Array.isArray(messages) ? messages.join(', ') : ''}`)
    default:
      return say('Unknown', `Cluster status is unknown. ${report}`)
  }
}

const cassandra: Check = (object) => {
  const racks = valueAt(object, 'status', 'racks')
  const isBehind = (rack: unknown): boolean => {
    const [members, readyMembers] = [valueAt(rack, 'members'), valueAt(rack, 'readyMembers')]
    return isPresent(members) && isPresent(readyMembers) && members !== readyMembers
  }
  return isRecord(racks) && !Object.values(racks).some(isBehind) ? say('Healthy') : say('Progressing', 'Waiting for Cassandra Cluster')
}

const clickHouse = (name: string): Check =>
  firstOf(
    words('status', {
      Completed: say('Healthy', `${name} installation completed successfully`),
      InProgress: say('Progressing', `${name} installation in progress`),
    }),
    (object) => {
      const status = statusText(object, 'status')
      return status === undefined ? undefined : say('Degraded', `${name} status: ${status}`)
    },
    waiting(`${name} status not yet available`),
  )

const elasticsearchByHealth = words('health', {
  green: say('Healthy', 'Elasticsearch Cluster status is Green'),
  yellow: say('Progressing', 'Elasticsearch Cluster status is Yellow. Check the status of indices, replicas and shards'),
  red: say('Degraded', 'Elasticsearch Cluster status is Red. Check the status of indices, replicas and shards'),
})
const elasticsearchPhases = words('phase', {
  ApplyingChanges: say('Progressing', 'Elasticsearch phase is ApplyingChanges'),
  MigratingData: say('Progressing', 'Elasticsearch phase is MigratingData'),
  Invalid: say('Degraded', 'Elasticsearch phase is Invalid'),
})

const elasticsearch: Check = (object) => {
  const unknown = say('Unknown', `Elasticsearch Cluster status is unknown. ${report}`)
  const available = valueAt(object, 'status', 'availableNodes')
  if (typeof available !== 'number') return unknown
  const wanted = recordsAt(object, 'spec', 'nodeSets').reduce((sum, { count }) => sum + (typeof count === 'number' ? count : 0), 0)
  if (available < wanted) return say('Progressing', `The desired amount of availableNodes is ${wanted} but the current amount is ${available}`)
  const [phase, health] = [statusText(object, 'phase'), statusText(object, 'health')]
  if (available !== wanted || phase === undefined || health === undefined) return unknown
  return (phase === 'Ready' ? elasticsearchByHealth(object) : elasticsearchPhases(object)) ?? unknown
}

const beat: Check = (object) => {
  const unknown = say('Unknown', `Elastic Beat status is unknown. ${report}`)
  const [health, available, expected] = [statusText(object, 'health'), statusText(object, 'availableNodes'), statusText(object, 'expectedNodes')]
  if (health === undefined) return expected === undefined ? unknown : say('Progressing', 'Elastic Beat phase is progressing')
  if (health === 'red') return say('Degraded', 'Elastic Beat status is Red')
  if (health === 'green') return say('Healthy', 'Elastic Beat status is Green')
  if (health !== 'yellow') return unknown
  if (available === undefined || expected === undefined) return say('Progressing', 'Elastic Beat phase is progressing')
  return say('Progressing', `Elastic Beat status is deploying, there is ${available} instance(s) on ${expected} expected`)
}

const minioFaults = [
  'Statefulset not controlled by operator',
  'Another MinIO Tenant already exists in the namespace',
  'Tenant credentials are not set properly',
  'Different versions across MinIO Pools',
  'Pool Decommissioning Not Allowed',
]
const minio: Check = (object) => {
  const state = statusText(object, 'currentState')
  if (state === undefined) return say('Progressing', 'No status info available')
  return say(state === 'Initialized' ? 'Healthy' : minioFaults.includes(state) ? 'Degraded' : 'Progressing', state)
}

const solr: Check = (object) => {
  if (!isPresent(valueAt(object, 'status', 'solrNodes'))) return say('Progressing', 'Waiting for solr to exist')
  const isUnready = recordsAt(object, 'status', 'solrNodes').some((node) => node['ready'] !== true)
  return isUnready ? say('Progressing', 'Not all replicas are ready') : say('Healthy', 'Solr is ready')
}

/** Where `Reconciling` is told: the operator is not consistent about it. */
const atlas =
  (field: 'reason' | 'message', underWay: readonly string[]): Check =>
  (object) => {
    const condition = conditionsOf(object).find(({ type }) => type === 'Ready')
    if (condition === undefined) return say('Progressing', 'Waiting for Atlas Operator')
    if (condition['status'] === 'True') return say('Healthy', reasonOf(condition))
    return say(underWay.includes(String(condition[field])) ? 'Progressing' : 'Degraded', reasonOf(condition))
  }

const zookeeper = firstOf(
  when(
    (object) => {
      const readyReplicas = numberOr(object, 0, 'status', 'readyReplicas')
      return readyReplicas !== 0 && readyReplicas === numberOr(object, 0, 'status', 'replicas')
    },
    always('Healthy', 'All ZK Nodes have joined the ensemble'),
  ),
  waiting('Waiting for ZK Nodes to join the ensemble'),
)

const logstash = firstOf(
  words('health', {
    green: say('Healthy', 'Logstash status is Green'),
    yellow: say('Progressing', 'Logstash status is Yellow'),
    red: say('Degraded', 'Logstash status is Red'),
  }),
  waiting('Waiting for Logstash'),
)

export const databaseHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck('acid.zalan.do', 'postgresql', zalandoPostgres),
  defineHealthCheck('postgresql.cnpg.io', 'Cluster', cloudNativePostgres),
  defineHealthCheck('postgresql.cnpg.io', 'Backup', cloudNativeBackup),
  defineHealthCheck('postgresql.cnpg.io', 'Database', cloudNativeDatabase),
  defineHealthCheck('k8s.mariadb.com', 'Backup', mariaBackup),
  ...['Database', 'Grant', 'User'].map((kind) => defineHealthCheck('k8s.mariadb.com', kind, mariaObject)),
  defineHealthCheck('k8s.mariadb.com', 'MariaDB', mariaDb),
  defineHealthCheck('k8s.mariadb.com', 'SqlJob', mariaJob),
  defineHealthCheck('mariadb.mmontes.io', 'MariaDB', mariaDb),
  defineHealthCheck('psmdb.percona.com', 'PerconaServerMongoDB', perconaMongo),
  defineHealthCheck('pxc.percona.com', 'PerconaXtraDBCluster', perconaXtra),
  defineHealthCheck('cassandra.rook.io', 'Cluster', cassandra),
  defineHealthCheck('clickhouse-keeper.altinity.com', 'ClickHouseKeeperInstallation', clickHouse('ClickHouseKeeper')),
  defineHealthCheck('clickhouse.altinity.com', 'ClickHouseInstallation', clickHouse('ClickHouse')),
  defineHealthCheck('elasticsearch.k8s.elastic.co', 'Elasticsearch', elasticsearch),
  defineHealthCheck('beat.k8s.elastic.co', 'Beat', beat),
  defineHealthCheck('logstash.k8s.elastic.co', 'Logstash', logstash),
  defineHealthCheck('minio.min.io', 'Tenant', minio),
  defineHealthCheck('solr.apache.org', 'SolrCloud', solr),
  defineHealthCheck('db.atlasgo.io', 'AtlasMigration', atlas('reason', ['Reconciling'])),
  defineHealthCheck('db.atlasgo.io', 'AtlasSchema', atlas('message', ['Reconciling', 'GettingDevDB'])),
  defineHealthCheck('zookeeper.pravega.io', 'ZookeeperCluster', zookeeper),
]
