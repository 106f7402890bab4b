// Defaults of workloads. Follows kubernetes `pkg/apis/apps/v1/defaults.go` and `pkg/apis/batch/v1/defaults.go`.
import { isMap, member } from '../values.ts'
import type { JsonMap } from '../values.ts'
import { each, fill, pipe, textOf, within, withinOrNew } from './fill.ts'
import { defaultTemplate } from './pod.ts'

function quarterRolling(name: 'strategy' | 'updateStrategy', defaults: JsonMap): (spec: JsonMap) => JsonMap {
  return (spec) =>
    withinOrNew(spec, name, (strategy) => {
      const typed = fill(strategy, { type: 'RollingUpdate' })
      return textOf(typed, 'type') === 'RollingUpdate' ? withinOrNew(typed, 'rollingUpdate', (rolling) => fill(rolling, defaults)) : typed
    })
}

export function defaultDeployment(object: JsonMap): JsonMap {
  return within(object, 'spec', (spec) =>
    pipe(
      spec,
      (map) => fill(map, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 }),
      quarterRolling('strategy', { maxUnavailable: '25%', maxSurge: '25%' }),
      defaultTemplate,
    ),
  )
}

export function defaultReplicaSet(object: JsonMap): JsonMap {
  return within(object, 'spec', (spec) => defaultTemplate(fill(spec, { replicas: 1 })))
}

export function defaultDaemonSet(object: JsonMap): JsonMap {
  return within(object, 'spec', (spec) =>
    pipe(
      spec,
      (map) => fill(map, { revisionHistoryLimit: 10 }),
      quarterRolling('updateStrategy', { maxUnavailable: 1, maxSurge: 0 }),
      // Both numbers are written, whatever the type of the strategy.
      (map) => within(map, 'updateStrategy', (strategy) => within(strategy, 'rollingUpdate', (rolling) => fill(rolling, { maxUnavailable: 0, maxSurge: 0 }))),
      defaultTemplate,
    ),
  )
}

export function defaultStatefulSet(object: JsonMap): JsonMap {
  return within(object, 'spec', (spec) =>
    pipe(
      spec,
      (map) =>
        fill(map, {
          replicas: 1,
          revisionHistoryLimit: 10,
          podManagementPolicy: 'OrderedReady',
          persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
        }),
      (map) => within(map, 'persistentVolumeClaimRetentionPolicy', (policy) => fill(policy, { whenDeleted: 'Retain', whenScaled: 'Retain' })),
      quarterRolling('updateStrategy', { partition: 0 }),
      defaultTemplate,
      (map) =>
        each(map, 'volumeClaimTemplates', (claim) =>
          pipe(
            claim,
            (inner) => fill(inner, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' }),
            (inner) => within(inner, 'spec', (claimSpec) => fill(claimSpec, { volumeMode: 'Filesystem' })),
            (inner) => withinOrNew(inner, 'status', (status) => fill(status, { phase: 'Pending' })),
          ),
        ),
    ),
  )
}

export function defaultJobSpec(spec: JsonMap): JsonMap {
  const isIndexed = textOf(spec, 'completionMode') === 'Indexed' || member(spec, 'backoffLimitPerIndex') !== undefined
  const hasNeither = (member(spec, 'completions') ?? undefined) === undefined && (member(spec, 'parallelism') ?? undefined) === undefined
  return pipe(
    spec,
    (map) =>
      fill(map, {
        ...(hasNeither ? { completions: 1 } : {}),
        parallelism: 1,
        backoffLimit: isIndexed && member(spec, 'backoffLimitPerIndex') !== undefined ? 2_147_483_647 : 6,
        completionMode: 'NonIndexed',
        suspend: false,
        podReplacementPolicy: isMap(member(spec, 'podFailurePolicy')) ? 'Failed' : 'TerminatingOrFailed',
      }),
    (map) =>
      within(map, 'podFailurePolicy', (policy) =>
        each(policy, 'rules', (rule) => each(rule, 'onPodConditions', (condition) => fill(condition, { status: 'True' }))),
      ),
    defaultTemplate,
  )
}

export function defaultJob(object: JsonMap): JsonMap {
  return within(object, 'spec', (spec) => fill(defaultJobSpec(spec), { manualSelector: false }))
}

/** Templates of jobs are defaulted when the job is made; only the pod template's own defaults show. */
export function defaultCronJob(object: JsonMap): JsonMap {
  return within(object, 'spec', (spec) =>
    pipe(
      spec,
      (map) => fill(map, { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 }),
      (map) =>
        within(map, 'jobTemplate', (template) =>
          pipe(
            template,
            (inner) => withinOrNew(inner, 'metadata', (metadata) => metadata),
            (inner) => within(inner, 'spec', defaultTemplate),
          ),
        ),
    ),
  )
}
