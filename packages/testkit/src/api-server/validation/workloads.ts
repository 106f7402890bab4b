// Workloads: their own rules and what may not change. Follows kubernetes `pkg/apis/apps/validation` and `pkg/apis/batch/validation`.
import { internalForm, printed } from '@plumbline/schema'
import type { ResourceType } from '../resource-type.ts'
import type { FieldError } from '../status-errors.ts'
import { isEqual, isObject, objectOf, objectsOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { labelProblems } from '../names.ts'
import { checkClaimSpec } from './claims.ts'
import { parseSchedule } from '@plumbline/core'
import { checkSelector, isEmptySelector, isUsable, mismatchMessage, selects, shownSelector } from './labels.ts'
import { checkJob, checkJobTemplate, validateJobUpdate } from './jobs.ts'
import { percentProblems } from './messages.ts'
import { checkImageSpaces } from './containers.ts'
import { checkPodSpec, checkPodTemplate, checkTemplateMetadata } from './pod-spec.ts'
import { Problems } from './problems.ts'

/** Problems of a workload, or of a pod. */
export function validateWorkload(type: ResourceType, object: KubeObject, isNew: boolean): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  const check = checks[type.kind]
  check?.(spec, object, problems)
  if (isNew && type.kind === 'Pod' && objectsOf(spec['ephemeralContainers']).length > 0)
    problems.forbidden('spec.ephemeralContainers', 'cannot be set on create')
  return problems.errors
}

const checks: Readonly<Record<string, (spec: JsonObject, object: KubeObject, problems: Problems) => void>> = {
  Pod(spec, _object, problems) {
    checkPodSpec(spec, 'spec', problems)
    // Asked of pods alone: templates may leave it to those who use them.
    if ((spec['serviceAccountName'] ?? '') === '') checkTokens(spec, problems)
    for (const list of ['containers', 'initContainers']) checkImageSpaces(spec[list], `spec.${list}`, problems)
  },
  PodTemplate(_spec, object, problems) {
    checkPodTemplate(objectOf(object['template']), 'template', problems)
  },
  Deployment(spec, _object, problems) {
    problems.nonNegative('spec.replicas', spec['replicas'])
    checkSelected(spec, 'deployment', 'ReplicaSet', problems)
    checkDeploymentStrategy(objectOf(spec['strategy']), 'spec.strategy', problems)
    problems.nonNegative('spec.minReadySeconds', spec['minReadySeconds'])
    problems.nonNegative('spec.revisionHistoryLimit', spec['revisionHistoryLimit'])
    const deadline = spec['progressDeadlineSeconds']
    problems.nonNegative('spec.progressDeadlineSeconds', deadline)
    if (typeof deadline === 'number' && deadline <= numberOf(spec['minReadySeconds']))
      problems.invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')
  },
  ReplicaSet(spec, _object, problems) {
    problems.nonNegative('spec.replicas', spec['replicas'])
    problems.nonNegative('spec.minReadySeconds', spec['minReadySeconds'])
    checkSelected(spec, 'deployment', 'ReplicaSet', problems)
  },
  ReplicationController(spec, _object, problems) {
    problems.nonNegative('spec.minReadySeconds', spec['minReadySeconds'])
    const selector = objectOf(spec['selector'])
    if (Object.keys(selector).length === 0) problems.required('spec.selector')
    problems.nonNegative('spec.replicas', spec['replicas'])
    if (!isObject(spec['template'])) {
      problems.required('spec.template')
      return
    }
    const labels = templateLabels(spec)
    if (!selects({ matchLabels: selector }, labels ?? {})) problems.invalid('spec.template.metadata.labels', labels ?? null, mismatchMessage)
    checkRestarting(spec, 'ReplicationController', problems)
  },
  DaemonSet(spec, _object, problems) {
    const selector = objectOf(spec['selector'])
    checkSelector(selector, 'spec.selector', problems)
    const labels = templateLabels(spec)
    // Without a selector nothing is selected, not even nothing.
    if (isUsable(selector) && (!isObject(spec['selector']) || !selects(selector, labels ?? {})))
      problems.invalid('spec.template.metadata.labels', labels ?? null, mismatchMessage)
    if (isObject(spec['selector']) && isEmptySelector(selector))
      problems.invalid('spec.selector', shownSelector(selector), 'empty selector is invalid for daemonset')
    checkRestarting(spec, 'DaemonSet', problems)
    problems.nonNegative('spec.minReadySeconds', spec['minReadySeconds'])
    checkDaemonStrategy(objectOf(spec['updateStrategy']), 'spec.updateStrategy', problems)
    problems.nonNegative('spec.revisionHistoryLimit', spec['revisionHistoryLimit'])
  },
  StatefulSet: checkStatefulSet,
  Job(_spec, object, problems) {
    checkJob(object, problems)
  },
  CronJob(spec, _object, problems) {
    const schedule = typeof spec['schedule'] === 'string' ? spec['schedule'] : ''
    if (schedule === '') problems.required('spec.schedule')
    else {
      try {
        parseSchedule(schedule)
      } catch (error) {
        problems.invalid('spec.schedule', schedule, error instanceof Error ? error.message : '')
      }
      if (schedule.includes('TZ')) problems.invalid('spec.schedule', schedule, 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')
    }
    problems.nonNegative('spec.startingDeadlineSeconds', spec['startingDeadlineSeconds'])
    checkTimeZone(spec['timeZone'], problems)
    problems.oneOf('spec.concurrencyPolicy', spec['concurrencyPolicy'] ?? 'Allow', ['Allow', 'Forbid', 'Replace'])
    checkJobTemplate(objectOf(spec['jobTemplate']), 'spec.jobTemplate', problems)
    problems.nonNegative('spec.successfulJobsHistoryLimit', spec['successfulJobsHistoryLimit'])
    problems.nonNegative('spec.failedJobsHistoryLimit', spec['failedJobsHistoryLimit'])
  },
}

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)

function templateLabels(spec: JsonObject): JsonObject | undefined {
  const labels = objectOf(objectOf(spec['template'])['metadata'])['labels']
  return isObject(labels) ? labels : undefined
}

/** A selector, and a template that it has to select. */
function checkSelected(spec: JsonObject, kindInText: string, owner: string, problems: Problems): void {
  const { selector } = spec
  if (isObject(selector)) {
    checkSelector(selector, 'spec.selector', problems)
    if (isEmptySelector(selector)) problems.invalid('spec.selector', shownSelector(selector), `empty selector is invalid for ${kindInText}`)
    if (!isUsable(selector)) {
      problems.invalid('spec.selector', shownSelector(selector), 'invalid label selector')
      return
    }
  } else problems.required('spec.selector')
  const labels = templateLabels(spec)
  const isMissed = isObject(selector) ? !isEmptySelector(selector) && !selects(selector, labels ?? {}) : true
  if (isMissed) problems.invalid('spec.template.metadata.labels', labels ?? null, mismatchMessage)
  checkRestarting(spec, owner, problems)
}

/** A template whose pods are started again whatever happens. */
function checkRestarting(spec: JsonObject, owner: string, problems: Problems): void {
  const template = objectOf(spec['template'])
  checkPodTemplate(template, 'spec.template', problems)
  checkAlways(objectOf(template['spec']), owner, problems)
}

function checkAlways(pod: JsonObject, owner: string, problems: Problems): void {
  if ((pod['restartPolicy'] ?? 'Always') !== 'Always') problems.unsupported('spec.template.spec.restartPolicy', pod['restartPolicy'], ['Always'])
  if (pod['activeDeadlineSeconds'] !== undefined)
    problems.forbidden('spec.template.spec.activeDeadlineSeconds', `activeDeadlineSeconds in ${owner} is not Supported`)
}

/** A count, or a share in percent. */
export function checkShare(value: unknown, path: string, problems: Problems, mayExceed = false): void {
  if (value === undefined || value === null) return
  if (typeof value === 'string') problems.invalidEach(path, value, percentProblems(value))
  else problems.nonNegative(path, value)
  if (!mayExceed && typeof value === 'string' && /^\d+%$/.test(value) && Number.parseInt(value) > 100)
    problems.invalid(path, value, 'must not be greater than 100%')
}

function checkTokens(spec: JsonObject, problems: Problems): void {
  for (const [index, volume] of objectsOf(spec['volumes']).entries())
    for (const [at, source] of objectsOf(objectOf(volume['projected'])['sources']).entries())
      if (source['serviceAccountToken'] !== undefined)
        problems.forbidden(`spec.volumes[${index}].projected.sources[${at}].serviceAccountToken`, 'must not be specified when serviceAccountName is not set')
}

function isZero(value: unknown): boolean {
  return value === undefined || value === 0 || (typeof value === 'string' && !/^[1-9]\d*%?$/.test(value))
}

function checkDeploymentStrategy(strategy: JsonObject, path: string, problems: Problems): void {
  const { type, rollingUpdate } = strategy
  if (type === 'Recreate') {
    if (rollingUpdate !== undefined) problems.forbidden(`${path}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")
    return
  }
  if (type !== 'RollingUpdate') {
    problems.unsupported(`${path}.type`, type ?? '', ['Recreate', 'RollingUpdate'])
    return
  }
  if (!isObject(rollingUpdate)) {
    problems.required(`${path}.rollingUpdate`)
    return
  }
  const at = `${path}.rollingUpdate`
  const { maxUnavailable, maxSurge } = rollingUpdate
  checkShare(maxUnavailable, `${at}.maxUnavailable`, problems, true)
  checkShare(maxSurge, `${at}.maxSurge`, problems, true)
  if (isZero(maxUnavailable) && isZero(maxSurge)) problems.invalid(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0')
  if (typeof maxUnavailable === 'string' && Number.parseInt(maxUnavailable) > 100)
    problems.invalid(`${at}.maxUnavailable`, maxUnavailable, 'must not be greater than 100%')
}

function checkDaemonStrategy(strategy: JsonObject, path: string, problems: Problems): void {
  const { type, rollingUpdate } = strategy
  if (type === 'OnDelete') return
  if (type !== 'RollingUpdate') {
    problems.unsupported(path, internalForm(strategy, 'apps.DaemonSetUpdateStrategy'), ['RollingUpdate', 'OnDelete'])
    return
  }
  const at = `${path}.rollingUpdate`
  if (!isObject(rollingUpdate)) {
    problems.required(at)
    return
  }
  const { maxUnavailable, maxSurge } = rollingUpdate
  checkShare(maxUnavailable, `${at}.maxUnavailable`, problems)
  checkShare(maxSurge, `${at}.maxSurge`, problems)
  if (!isZero(maxUnavailable) && !isZero(maxSurge)) problems.invalid(`${at}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero')
  else if (isZero(maxUnavailable) && isZero(maxSurge)) problems.required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0')
}

function checkStatefulSet(spec: JsonObject, _object: KubeObject, problems: Problems): void {
  const policy = spec['podManagementPolicy'] ?? 'OrderedReady'
  if (!['OrderedReady', 'Parallel'].includes(printed(policy))) problems.invalid('spec.podManagementPolicy', policy, "must be 'OrderedReady' or 'Parallel'")
  checkStatefulStrategy(objectOf(spec['updateStrategy']), 'spec.updateStrategy', problems)
  const retention = objectOf(spec['persistentVolumeClaimRetentionPolicy'])
  for (const member of ['whenDeleted', 'whenScaled']) {
    const value = retention[member]
    if (value !== undefined && !['Retain', 'Delete'].includes(printed(value)))
      problems.unsupported(`spec.persistentVolumeClaimRetentionPolicy.${member}`, value, ['Retain', 'Delete'])
  }
  const templates = objectsOf(spec['volumeClaimTemplates'])
  for (const [index, template] of templates.entries()) checkClaimSpec(objectOf(template['spec']), `spec.volumeClaimTemplates[${index}].spec`, problems)
  problems.nonNegative('spec.replicas', spec['replicas'])
  problems.nonNegative('spec.minReadySeconds', spec['minReadySeconds'])
  problems.nonNegative('spec.ordinals.start', objectOf(spec['ordinals'])['start'])
  const service = spec['serviceName']
  if (typeof service === 'string' && service !== '') problems.invalidEach('spec.serviceName', service, labelProblems(service))
  const { selector } = spec
  if (isObject(selector)) {
    checkSelector(selector, 'spec.selector', problems)
    if (isEmptySelector(selector)) problems.invalid('spec.selector', shownSelector(selector), 'empty selector is invalid for statefulset')
    if (!isUsable(selector)) {
      problems.invalid('spec.selector', shownSelector(selector), '')
      return
    }
  } else problems.required('spec.selector')
  const labels = templateLabels(spec)
  if (!isObject(selector) || (!isEmptySelector(selector) && !selects(selector, labels ?? {})))
    problems.invalid('spec.template.metadata.labels', labels ?? null, mismatchMessage)
  // Names of hosts and claims are given by the controller.
  const template = objectOf(spec['template'])
  const { subdomain: _subdomain, hostname: _hostname, ...pod } = objectOf(template['spec'])
  const claimed = new Set(templates.map(({ metadata }) => objectOf(metadata)['name']))
  const volumes = [
    ...[...claimed].map((name) => ({ name, persistentVolumeClaim: { claimName: name } })),
    ...objectsOf(pod['volumes']).filter(({ name }) => !claimed.has(name)),
  ]
  checkPodTemplate({ ...template, spec: { ...pod, ...(volumes.length === 0 ? {} : { volumes }) } }, 'spec.template', problems)
  // The server looks at these twice.
  checkTemplateMetadata(template, 'spec.template', problems)
  checkAlways(pod, 'StatefulSet', problems)
}

function checkStatefulStrategy(strategy: JsonObject, path: string, problems: Problems): void {
  const { type = 'RollingUpdate', rollingUpdate } = strategy
  const at = `${path}.rollingUpdate`
  const given = objectOf(rollingUpdate)
  if (type === 'OnDelete') {
    if (rollingUpdate !== undefined)
      problems.invalid(at, internalForm(given, 'apps.RollingUpdateStatefulSetStrategy'), "only allowed for updateStrategy 'RollingUpdate'")
  } else if (type === 'RollingUpdate') {
    problems.nonNegative(`${at}.partition`, given['partition'])
    checkShare(given['maxUnavailable'], `${at}.maxUnavailable`, problems)
  } else problems.invalid(path, internalForm(strategy, 'apps.StatefulSetUpdateStrategy'), "must be 'RollingUpdate' or 'OnDelete'")
}

function checkTimeZone(zone: unknown, problems: Problems): void {
  if (zone === undefined || zone === null) return
  const name = printed(zone)
  if (name === '') problems.invalid('spec.timeZone', name, 'timeZone must be nil or non-empty string')
  else if (name.toLowerCase() === 'local')
    problems.invalid('spec.timeZone', name, 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones')
  else if (!isTimeZone(name)) problems.invalid('spec.timeZone', name, `unknown time zone ${name}`)
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

const changeable = ['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy', 'minReadySeconds']

/** What may not change. */
export function validateWorkloadUpdate(type: ResourceType, before: KubeObject, after: KubeObject, immutable: (path: string) => FieldError[]): FieldError[] {
  switch (type.kind) {
    case 'StatefulSet': {
      const rest = (object: KubeObject): object => Object.fromEntries(Object.entries(objectOf(object['spec'])).filter(([name]) => !changeable.includes(name)))
      if (isEqual(rest(before), rest(after))) return []
      return [
        {
          type: 'Forbidden',
          path: 'spec',
          detail: `updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden`,
        },
      ]
    }
    case 'Job':
      return validateJobUpdate(before, after)
    default:
      return immutable('spec.selector')
  }
}
