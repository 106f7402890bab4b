// Crossplane, its providers, and Upbound. Follows argo-cd `resource_customizations/{_.crossplane.io,_.upbound.io,*.aws.crossplane.io,pkg.crossplane.io,stacks.crossplane.io}`.
import { isRecord, valueAt } from '../../model/kubernetes-object.ts'
import { defineHealthCheck } from '../health.ts'
import type { HealthCheck } from '../health.ts'
import { conditionsOf, isPresent, messageOf, reasonOf, say } from './vocabulary.ts'
import type { Check } from './vocabulary.ts'

/** Kinds that a family has, whose status stays empty. */
function managed(kindsWithoutStatus: readonly string[], readyTypes: readonly string[]): Check {
  return (object) => {
    const upToDate = say('Healthy', 'Resource is up-to-date.')
    const status = valueAt(object, 'status')
    if (!isRecord(status) || (Object.keys(status).length === 0 && kindsWithoutStatus.includes(object.kind))) return upToDate
    if (!isPresent(status['conditions'])) {
      const isInUse = (object.kind === 'ProviderConfig' || object.kind === 'ClusterProviderConfig') && isPresent(status['users'])
      return isInUse ? say('Healthy', 'Resource is in use.') : say('Progressing', 'Provisioning ...')
    }
    for (const condition of conditionsOf(object)) {
      if ((condition['type'] === 'LastAsyncOperation' || condition['type'] === 'Synced') && condition['status'] === 'False')
        return say('Degraded', messageOf(condition))
      if (readyTypes.includes(String(condition['type'])) && condition['status'] === 'True') return upToDate
    }
    return say('Progressing', 'Provisioning ...')
  }
}

const crossplane = managed(
  ['Composition', 'CompositionRevision', 'DeploymentRuntimeConfig', 'ClusterProviderConfig', 'ProviderConfig', 'ProviderConfigUsage', 'ControllerConfig'],
  ['Ready', 'Healthy', 'Offered', 'Established', 'ValidPipeline', 'RevisionHealthy'],
)
const upbound = managed(['ClusterProviderConfig', 'ProviderConfig', 'ProviderConfigUsage'], ['Ready'])

/** Resources of the AWS provider: ready and synced are told apart. */
function cloudResource(what: string): Check {
  return (object) => {
    if (!isPresent(valueAt(object, 'status', 'conditions'))) return say('Progressing', `Waiting for ${what} to be created`)
    let [isReady, isSynced, isPaused] = [false, false, false]
    let [readyReason, error, pause] = ['', '', '']
    for (const condition of conditionsOf(object)) {
      if (condition['type'] === 'Ready') {
        isReady = condition['status'] === 'True'
        readyReason = reasonOf(condition)
      } else if (condition['type'] === 'Synced') {
        isSynced = condition['status'] === 'True'
        if (condition['reason'] === 'ReconcileError') error = messageOf(condition)
        if (condition['reason'] === 'ReconcilePaused') {
          isPaused = true
          pause = reasonOf(condition)
        }
      }
    }
    if (isReady && isSynced) return say('Healthy', readyReason)
    if (!isSynced && isPaused) return say('Suspended', pause)
    return !isReady && isSynced && !isPaused ? say('Progressing', `Waiting for ${what} to be available`) : say('Degraded', error)
  }
}

const provider: Check = (object) => {
  if (!isPresent(valueAt(object, 'status', 'conditions'))) return say('Progressing', 'Waiting for provider to be installed')
  const last = (type: string): { readonly status: unknown; readonly reason: string } => {
    const condition = conditionsOf(object).findLast((one) => one['type'] === type)
    return { status: condition?.['status'], reason: condition === undefined ? '' : reasonOf(condition) }
  }
  const [installed, isHealthy] = [last('Installed'), last('Healthy')]
  return say(installed.status === 'True' && isHealthy.status === 'True' ? 'Healthy' : 'Degraded', `${installed.reason} ${isHealthy.reason}`)
}

const stackInstall: Check = (object) => {
  let message = 'Waiting for stack to be installed'
  for (const condition of conditionsOf(object, 'status', 'conditionedStatus', 'conditions')) {
    if (condition['type'] !== 'Ready') continue
    message = reasonOf(condition)
    if (condition['status'] === 'True') return say('Healthy', message)
  }
  return say('Progressing', message)
}

export const crossplaneHealthChecks: readonly HealthCheck[] = [
  defineHealthCheck('*.crossplane.io', '*', crossplane),
  defineHealthCheck('*.upbound.io', '*', upbound),
  defineHealthCheck('cloudfront.aws.crossplane.io', 'Distribution', cloudResource('distribution')),
  defineHealthCheck('iam.aws.crossplane.io', 'Policy', cloudResource('Policy')),
  defineHealthCheck('iam.aws.crossplane.io', 'Role', cloudResource('Role')),
  defineHealthCheck('iam.aws.crossplane.io', 'RolePolicyAttachment', cloudResource('RolePolicyAttachment')),
  defineHealthCheck('pkg.crossplane.io', 'Provider', provider),
  defineHealthCheck('rds.aws.crossplane.io', 'DBCluster', cloudResource('DBCluster')),
  defineHealthCheck('rds.aws.crossplane.io', 'DBInstance', cloudResource('DBInstance')),
  defineHealthCheck('route53.aws.crossplane.io', 'ResourceRecordSet', cloudResource('resourcrecordset')),
  defineHealthCheck('s3.aws.crossplane.io', 'Bucket', cloudResource('Bucket')),
  defineHealthCheck('stacks.crossplane.io', 'ClusterStackInstall', stackInstall),
]
