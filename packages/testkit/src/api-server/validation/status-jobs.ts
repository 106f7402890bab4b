// The status of jobs. Follows kubernetes `pkg/apis/batch/validation` with the options of `pkg/registry/batch/job/strategy.go`: most is asked
// only of what changes.
import { arrayOf, isEqual, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { countIndexes, overlapOf } from './index-intervals.ts'
import type { Problems } from './problems.ts'

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)

/** What a status says, old or new. */
interface Facts {
  readonly status: JsonObject
  is(type: string): boolean
  readonly isFinished: boolean
}

function factsOf(job: KubeObject): Facts {
  const status = objectOf(job['status'])
  const is = (type: string): boolean => objectsOf(status['conditions']).some((condition) => condition['type'] === type && condition['status'] === 'True')
  return { status, is, isFinished: is('Complete') || is('Failed') }
}

export function checkJobStatus(before: KubeObject, after: KubeObject, problems: Problems): void {
  const [old, next] = [factsOf(before), factsOf(after)]
  const spec = objectOf(after['spec'])
  for (const member of ['active', 'succeeded', 'failed', 'ready', 'terminating']) problems.nonNegative(`status.${member}`, next.status[member])
  checkUncounted(objectOf(next.status['uncountedTerminatedPods']), problems)
  checkTimes(old, next, problems)
  checkEnd(old, next, spec, problems)
  checkIndexes(old, next, spec, problems)
  checkCounts(old, next, problems)
  checkSuccess(next, spec, problems)
  checkChange(old, next, spec, problems)
}

/** Whether what is said of a job, or a member of its status, changes. */
function isChanged(old: Facts, next: Facts, ...names: readonly string[]): boolean {
  return names.some((name) => {
    if (name === 'finished') return old.isFinished !== next.isFinished
    if (/^[A-Z]/.test(name)) return old.is(name) !== next.is(name)
    return !isEqual(old.status[name] ?? null, next.status[name] ?? null)
  })
}

function checkUncounted(pods: JsonObject, problems: Problems): void {
  const seen = new Set<string>()
  for (const member of ['succeeded', 'failed'])
    for (const [index, uid] of arrayOf(pods[member]).map(textOf).entries()) {
      const at = `status.uncountedTerminatedPods.${member}[${index}]`
      if (uid === '') problems.invalid(at, uid, 'must not be empty')
      else if (seen.has(uid)) problems.duplicate(at, uid)
      seen.add(uid)
    }
}

const conditionsPath = 'status.conditions'

function checkTimes(old: Facts, next: Facts, problems: Problems): void {
  const { status } = next
  const [start, end] = [textOf(status['startTime']), textOf(status['completionTime'])]
  const isComplete = next.is('Complete')
  if (isChanged(old, next, 'Complete', 'Failed') && isComplete && next.is('Failed'))
    problems.invalidUnshown(conditionsPath, 'cannot set Complete=True and Failed=true conditions')
  if (isChanged(old, next, 'Complete', 'FailureTarget') && isComplete && next.is('FailureTarget'))
    problems.invalidUnshown(conditionsPath, 'cannot set Complete=True and FailureTarget=true conditions')
  if (isChanged(old, next, 'Complete', 'completionTime')) {
    if (end !== '' && !isComplete) problems.invalid('status.completionTime', end, 'cannot set completionTime when there is no Complete=True condition')
    if (end === '' && isComplete) problems.required('status.completionTime', 'completionTime is required for Complete jobs')
  }
  if (isChanged(old, next, 'startTime', 'completionTime') && start !== '' && end !== '' && Date.parse(end) < Date.parse(start))
    problems.invalid('status.completionTime', end, 'must be equal to or after `startTime`')
}

function checkEnd(old: Facts, next: Facts, spec: JsonObject, problems: Problems): void {
  const { status, isFinished } = next
  if (isChanged(old, next, 'Failed', 'failedIndexes') && next.is('Failed') && !next.is('FailureTarget'))
    problems.invalidUnshown(conditionsPath, 'cannot set Failed=True condition without the FailureTarget=true condition')
  if (isChanged(old, next, 'Complete', 'SuccessCriteriaMet') && next.is('Complete') && !next.is('SuccessCriteriaMet'))
    problems.invalidUnshown(conditionsPath, 'cannot set Complete=True condition without the SuccessCriteriaMet=true condition')
  if (!isFinished) return
  const active = numberOf(status['active'])
  if (isChanged(old, next, 'finished', 'active') && active > 0) problems.invalid('status.active', active, 'active>0 is invalid for finished job')
  const isNothingToDo = spec['suspend'] === true && spec['completions'] === 0
  if (isChanged(old, next, 'finished', 'startTime') && !isNothingToDo && textOf(status['startTime']) === '')
    problems.required('status.startTime', 'startTime is required for finished job')
  const uncounted = status['uncountedTerminatedPods']
  if (!isChanged(old, next, 'finished', 'uncountedTerminatedPods') || !isObject(uncounted)) return
  const { succeeded, failed } = uncounted
  if (arrayOf(succeeded).length + arrayOf(failed).length > 0)
    problems.invalid('status.uncountedTerminatedPods', { Succeeded: succeeded ?? null, Failed: failed ?? null }, 'must be empty for finished job')
}

function checkIndexes(old: Facts, next: Facts, spec: JsonObject, problems: Problems): void {
  const { status } = next
  const [completed, failed] = [textOf(status['completedIndexes']), status['failedIndexes']]
  const [isCompletedNew, isFailedNew] = [isChanged(old, next, 'completedIndexes'), isChanged(old, next, 'failedIndexes')]
  const completions = typeof spec['completions'] === 'number' ? spec['completions'] : undefined
  const check = (member: string, text: string): void => {
    const count = countIndexes(text, completions ?? 0)
    if (typeof count === 'string') problems.invalid(`status.${member}`, text, `error parsing ${member}: ${count}`)
  }
  if (isCompletedNew && completions !== undefined) check('completedIndexes', completed)
  const isPerIndex = spec['backoffLimitPerIndex'] !== undefined
  if (isFailedNew && completions !== undefined && isPerIndex && typeof failed === 'string') check('failedIndexes', failed)
  if (isCompletedNew && completed !== '' && spec['completionMode'] !== 'Indexed')
    problems.invalid('status.completedIndexes', completed, 'cannot set non-empty completedIndexes when non-indexed completion mode')
  if (typeof failed !== 'string') return
  if (isFailedNew && !isPerIndex) problems.invalid('status.failedIndexes', failed, 'cannot set non-null failedIndexes when backoffLimitPerIndex is null')
  const overlap = (isFailedNew || isCompletedNew) && completions !== undefined ? overlapOf(completed, failed, completions) : undefined
  if (overlap !== undefined) problems.invalid('status.failedIndexes', failed, `failedIndexes and completedIndexes overlap at index: ${overlap}`)
}

function checkCounts(old: Facts, next: Facts, problems: Problems): void {
  const { status } = next
  const [terminating, ready] = [numberOf(status['terminating']), numberOf(status['ready'])]
  if (isChanged(old, next, 'finished', 'terminating') && next.isFinished && terminating > 0)
    problems.invalid('status.terminating', terminating, 'terminating>0 is invalid for finished job')
  if (isChanged(old, next, 'ready', 'active') && ready > numberOf(status['active']))
    problems.invalid('status.ready', ready, 'cannot set more ready pods than active')
}

function checkSuccess(next: Facts, spec: JsonObject, problems: Problems): void {
  const isMet = next.is('SuccessCriteriaMet')
  if (isMet && next.is('Failed')) problems.invalidUnshown(conditionsPath, 'cannot set SuccessCriteriaMet=True and Failed=true conditions')
  if (isMet && next.is('FailureTarget')) problems.invalidUnshown(conditionsPath, 'cannot set SuccessCriteriaMet=True and FailureTarget=true conditions')
  if (isObject(spec['successPolicy']) && !isMet && next.is('Complete'))
    problems.invalidUnshown(conditionsPath, 'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True')
}

function checkChange(old: Facts, next: Facts, spec: JsonObject, problems: Problems): void {
  for (const type of ['Failed', 'Complete', 'FailureTarget'])
    if (old.is(type) && !next.is(type)) problems.invalidUnshown(conditionsPath, `cannot disable the terminal ${type}=True condition`)
  const { status } = next
  const isLess = (member: string): boolean => numberOf(status[member]) < numberOf(old.status[member])
  if (isLess('failed')) problems.invalid('status.failed', numberOf(status['failed']), 'cannot decrease the failed counter')
  // Indexed jobs may be scaled down.
  const mayShrink = spec['completionMode'] === 'Indexed' && spec['completions'] === spec['parallelism']
  if (isLess('succeeded') && !mayShrink) problems.invalid('status.succeeded', numberOf(status['succeeded']), 'cannot decrease the succeeded counter')
  const [oldEnd, end] = [textOf(old.status['completionTime']), textOf(status['completionTime'])]
  if (end !== '' && oldEnd !== '' && end !== oldEnd) problems.invalid('status.completionTime', end, 'field is immutable')
  const isResuming =
    old.is('Suspended') && objectsOf(status['conditions']).some((condition) => condition['type'] === 'Suspended' && condition['status'] === 'False')
  const start = textOf(old.status['startTime'])
  if (start !== '' && start !== textOf(status['startTime']) && !isResuming && spec['suspend'] !== true)
    problems.required('status.startTime', 'startTime cannot be removed for unsuspended job')
  const [wasMet, isMet] = [old.is('SuccessCriteriaMet'), next.is('SuccessCriteriaMet')]
  if (wasMet && !isMet) problems.invalidUnshown(conditionsPath, 'cannot disable the SuccessCriteriaMet=True condition')
  if (old.is('Complete') && !wasMet && isMet)
    problems.invalidUnshown(conditionsPath, 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions')
}
