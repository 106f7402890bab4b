// Crossplane, its providers, and Upbound. Follows argo-cd `resource_customizations/{_.crossplane.io,_.upbound.io,*.aws.crossplane.io,pkg.crossplane.io,stacks.crossplane.io}`.
import { valueAt } from '../../model/kubernetes-object.ts'
import { defineHealthCheck } from '../health.ts'
import type { HealthCheck } from '../health.ts'
import { conditionsOf, isPresent, messageOf, reasonOf, say } from './vocabulary.ts'
import type { Check, Condition } from './vocabulary.ts'

/** @param bareKinds kinds whose status has no conditions */
function managed(bareKinds: readonly string[], readyTypes: readonly string[]): Check {
  return (object) => {
    const upToDate = say('Healthy', 'Resource is up-to-date.')
    const list = conditionsOf(object)
    if (list.length === 0) {
      if (!bareKinds.includes(object.kind)) return say('Progressing', 'Provisioning ...')
      return isPresent(valueAt(object, 'status', 'users')) ? say('Healthy', 'Resource is in use.') : upToDate
    }
    const isReady = ({ type, status, reason }: Condition): boolean =>
      (status === 'True' && readyTypes.includes(String(type))) ||
      (readyTypes.includes('Established') && type === 'Established' && reason === 'InactiveManagedResource' && valueAt(object, 'spec', 'state') !== 'Active')
    const failed = list.find(({ type, status }) => status === 'False' && (type === 'LastAsyncOperation' || type === 'Synced'))
    if (failed !== undefined) return say('Degraded', messageOf(failed))
    return list.some(isReady) ? upToDate : say('Progressing', 'Provisioning ...')
  }
}

const providerKinds = ['ProviderConfig', 'ProviderConfigUsage', 'StoreConfig', 'ClusterProviderConfig', 'ClusterProviderConfigUsage']
const crossplane = managed(
  [...providerKinds, 'Composition', 'CompositionRevision', 'DeploymentRuntimeConfig', 'EnvironmentConfig', 'ImageConfig', 'ControllerConfig'],
  ['Ready', 'Healthy', 'Offered', 'Established', 'ValidPipeline', 'RevisionHealthy'],
)
const upbound = managed(providerKinds, ['Ready'])

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
  const found = ['Installed', 'Healthy'].map((type) => conditionsOf(object).findLast((condition) => condition['type'] === type))
  if (found.every((condition) => condition === undefined)) return say('Progressing', 'Waiting for provider to be installed')
  const reasons = found.flatMap((condition) => (condition === undefined ? [] : [reasonOf(condition)]))
  return say(found.every((condition) => condition?.['status'] === 'True') ? 'Healthy' : 'Degraded', reasons.join(' '))
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
