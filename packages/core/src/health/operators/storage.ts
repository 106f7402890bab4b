// Storage and backups. Follows argo-cd `resource_customizations` of their groups.
import { isRecord, valueAt } from '../../model/kubernetes-object.ts'
import { defineHealthCheck } from '../health.ts'
import type { HealthCheck } from '../health.ts'
import { conditions, conditionsOf, firstOf, hasStatus, isPresent, messageOf, on, say, statusText, textOf, waiting, when, words } from './vocabulary.ts'
import type { Check, Rule } from './vocabulary.ts'

const noStatus = waiting('No status available')

const astraVault: Check = (object) => {
  const state = statusText(object, 'state')?.toLowerCase()
  if (state === 'available') return say('Healthy', `${object.kind} Available`)
  return state === 'failed' ? say('Degraded', `${object.kind} Failed`) : noStatus(object)
}
const astraRun: Check = (object) => {
  const state = statusText(object, 'state')
  if (state === undefined) return noStatus(object)
  if (state === 'Completed') return say('Healthy', `${object.kind} Completed`)
  return state === 'Running' ? say('Progressing', `${object.kind} Running`) : say('Degraded', state)
}
const astraApplication = firstOf(
  conditions(
    on('Ready', 'True', 'Healthy', (_condition, object) => `Astra Application Ready, protectionState: ${statusText(object, 'protectionState') ?? ''}`),
    on('Ready', 'False', 'Degraded', (condition) => `Astra Application Degraded, message: ${messageOf(condition)}`),
  ),
  noStatus,
)
const astraHook: Check = (object) => {
  const enabled = valueAt(object, 'spec', 'enabled')
  if (enabled === true) return say('Healthy', `${object.kind} enabled`)
  return enabled === false ? say('Suspended', `${object.kind} disabled`) : noStatus(object)
}
const astraSchedule: Check = (object) => {
  const last = statusText(object, 'lastScheduleTime')
  return say('Healthy', last === undefined ? 'Protection policy not yet executed' : `Protection policy lastScheduleTime: ${last}`)
}

const tridentBackend: Check = (object) => {
  const [phase, operation, message] = [statusText(object, 'phase'), statusText(object, 'lastOperationStatus'), statusText(object, 'message')]
  if (phase === 'Bound' && operation === 'Success') return say('Healthy', message)
  return operation === 'Failed' ? say('Degraded', message) : say('Progressing', 'Waiting for backend creation')
}
const tridentOrchestrator: Check = (object) => {
  const [status, message] = [statusText(object, 'status'), statusText(object, 'message')]
  if (status === 'Installed') return say('Healthy', message)
  return status === 'Failed' || status === 'Error' ? say('Degraded', message) : say('Progressing', 'Waiting for trident installation')
}

const volumeSnapshot: Check = (object) => {
  if (valueAt(object, 'status', 'readyToUse') === true) return say('Healthy', 'Ready to use')
  if (isPresent(valueAt(object, 'status', 'error'))) return say('Degraded', statusText(object, 'error', 'message'))
  return say('Progressing', 'Waiting for status')
}

const dataVolume: Check = (object) => {
  const phase = statusText(object, 'phase')
  if (phase === 'Succeeded') return say('Healthy', phase)
  if (phase === 'Paused') return say('Suspended', phase)
  const failed = conditionsOf(object).find(({ type, status, reason }) => type === 'Running' && status === 'False' && reason === 'Error')
  if (failed !== undefined) return say('Degraded', messageOf(failed))
  return say(phase === 'Failed' || phase === 'Unknown' ? 'Degraded' : 'Progressing', phase ?? 'No status available')
}

const storageCluster: Check = (object) => {
  for (const [type, status] of [
    ['Degraded', 'Degraded'],
    ['Progressing', 'Progressing'],
    ['Available', 'Healthy'],
  ] as const) {
    const found = conditionsOf(object).findLast((condition) => condition['type'] === type && condition['status'] === 'True')
    if (found !== undefined) return say(status, messageOf(found))
  }
  return say('Unknown', 'StorageCluster is in an unknown state.')
}

const cephCluster: Check = (object) => {
  if (!hasStatus(object)) return say('Progressing', 'Waiting for status to be reported')
  const [ceph, state, message] = [statusText(object, 'ceph', 'health'), statusText(object, 'state'), statusText(object, 'message')]
  const parts: string[] = []
  let status: 'Healthy' | 'Degraded' | 'Progressing' = 'Progressing'
  if (ceph !== undefined) {
    const details = valueAt(object, 'status', 'ceph', 'details')
    const texts = (isRecord(details) ? Object.keys(details).sort() : []).flatMap((name) => textOf(valueAt(details, name, 'message')) ?? [])
    parts.push(`Ceph health is ${ceph}${texts.length > 0 ? ` (${texts.join('; ')})` : ''}`)
    status = ceph === 'HEALTH_OK' ? 'Healthy' : ceph === 'HEALTH_ERR' || ceph === 'HEALTH_WARN' ? 'Degraded' : 'Progressing'
  }
  if (state !== undefined && status === 'Healthy') {
    parts.push(`Ceph cluster state is ${state}`)
    if (state !== 'Created' && state !== 'Connected') status = state === 'Error' ? 'Degraded' : 'Progressing'
  }
  return say(status, [...parts, message ?? ''].filter((text) => text !== '').join(' - '))
}

/** A phase in a sentence; @param meanings words that are no progress */
function phased(what: string, meanings: Readonly<Record<string, 'Healthy' | 'Degraded'>>): Rule {
  return (object) => {
    const phase = statusText(object, 'phase')
    return phase === undefined ? undefined : say((Object.hasOwn(meanings, phase) ? meanings[phase] : undefined) ?? 'Progressing', `${what} phase is ${phase}`)
  }
}

const objectStorePhase = firstOf(phased('Ceph object store', { Ready: 'Healthy', Failure: 'Degraded' }), waiting('Waiting for status to be reported'))
const cephObjectStore: Check = (object) => {
  const { status, message } = objectStorePhase(object)
  const endpoint = statusText(object, 'info', 'endpoint') ?? ''
  return say(status, `${message ?? ''}${endpoint === '' ? '' : ` - endpoint: ${endpoint}`}`)
}

const bucketClaim = firstOf(
  phased('Object bucket claim', { Bound: 'Healthy', Failed: 'Degraded' }),
  when(hasStatus, waiting('Waiting for phase to be reported')),
  waiting('Waiting for status to be reported'),
)

const veleroFailures = ['FailedValidation', 'Failed', 'PartiallyFailed', 'WaitingForPluginOperationsPartiallyFailed', 'FinalizingPartiallyFailed']
const velero =
  (what: string): Check =>
  (object) => {
    const phase = statusText(object, 'phase')
    if (phase === undefined) return say('Progressing', `Waiting for ${what.toLowerCase()} to be processed`)
    if (phase === 'Completed') return say('Healthy', `${what} completed`)
    return veleroFailures.includes(phase) ? say('Degraded', statusText(object, 'failureReason') ?? phase) : say('Progressing', phase)
  }
const veleroSchedule = firstOf(
  words('phase', { Enabled: say('Healthy', 'Schedule is enabled'), FailedValidation: say('Degraded', 'Schedule failed validation') }),
  (object) => {
    const phase = statusText(object, 'phase')
    return phase === undefined ? undefined : say('Progressing', phase)
  },
  waiting('Waiting for schedule to be processed'),
)

const medusa =
  (unknown: string, isDone: 'first' | 'last'): Check =>
  (object) => {
    const [finished, failed, observed] = ['finished', 'failed', 'observedGeneration'].map((field) => valueAt(object, 'status', field))
    if (!hasStatus(object)) return say('Unknown', 'No status object')
    if (!isPresent(observed)) return say('Unknown', 'No observedGeneration')
    if (observed !== object.metadata.generation) return say('Progressing', 'observedGeneration is not equal to generation')
    if (!isPresent(finished) && !isPresent(failed)) return say('Progressing', unknown)
    if (isPresent(failed) && (isDone === 'last' || !isPresent(finished))) return say('Degraded', 'Failed nodes exist')
    return say(Array.isArray(finished) && finished.length > 0 ? 'Healthy' : 'Progressing')
  }

export const storageHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck('astra.netapp.io', 'AppVault', astraVault),
  defineHealthCheck('astra.netapp.io', 'Application', astraApplication),
  ...['Backup', 'ExecHooksRun', 'ResourceBackup', 'ResticVolumeBackup', 'Snapshot'].map((kind) => defineHealthCheck('astra.netapp.io', kind, astraRun)),
  defineHealthCheck('astra.netapp.io', 'ExecHook', astraHook),
  defineHealthCheck('astra.netapp.io', 'Schedule', astraSchedule),
  defineHealthCheck('trident.netapp.io', 'TridentBackendConfig', tridentBackend),
  defineHealthCheck('trident.netapp.io', 'TridentOrchestrator', tridentOrchestrator),
  defineHealthCheck('snapshot.storage.k8s.io', 'VolumeSnapshot', volumeSnapshot),
  defineHealthCheck('snapshot.storage.k8s.io', 'VolumeSnapshotContent', volumeSnapshot),
  defineHealthCheck('cdi.kubevirt.io', 'DataVolume', dataVolume),
  defineHealthCheck('ocs.openshift.io', 'StorageCluster', storageCluster),
  defineHealthCheck('ceph.rook.io', 'CephCluster', cephCluster),
  defineHealthCheck('ceph.rook.io', 'CephObjectStore', cephObjectStore),
  defineHealthCheck('objectbucket.io', 'ObjectBucketClaim', bucketClaim),
  defineHealthCheck('velero.io', 'Backup', velero('Backup')),
  defineHealthCheck('velero.io', 'Restore', velero('Restore')),
  defineHealthCheck('velero.io', 'Schedule', veleroSchedule),
  defineHealthCheck('medusa.k8ssandra.io', 'MedusaBackupJob', medusa('Status not known yet', 'first')),
  defineHealthCheck('medusa.k8ssandra.io', 'MedusaTask', medusa('', 'last')),
]
