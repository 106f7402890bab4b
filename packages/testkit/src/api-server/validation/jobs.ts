// Jobs and what CronJobs make. Follows kubernetes `pkg/apis/batch/validation`.
import { inGoOrder, internalForm, printed, typeSchemaNamed, untypedSchema } from '@plumbline/schema'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, isEqual, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { labelProblems, qualifiedNameProblems } from '../names.ts'
import { checkDomainPath } from './cluster-kinds.ts'
import { countIndexes } from './index-intervals.ts'
import { checkSelector, isUsable, mismatchMessage, selects, shownSelector } from './labels.ts'
import { checkPodTemplate } from './pod-spec.ts'
import { Problems } from './problems.ts'

const counts = ['parallelism', 'completions', 'activeDeadlineSeconds', 'backoffLimit', 'ttlSecondsAfterFinished', 'backoffLimitPerIndex', 'maxFailedIndexes']
const manyCompletions = 100_000
const mostAtManyCompletions = 10_000
const needsIndexes = 'requires indexed completion mode'

/** A job with its selector. */
export function checkJob(job: KubeObject, problems: Problems): void {
  const spec = objectOf(job['spec'])
  checkGeneratedSelector(job, spec, problems)
  checkOwnSpec(spec, problems)
  const completions = spec['completions']
  if (spec['completionMode'] !== 'Indexed' || typeof completions !== 'number' || completions <= 0) return
  // Pods are named by their index.
  const last = `${job.metadata.name ?? ''}-${completions - 1}`
  if (labelProblems(last).length > 0) problems.invalid('metadata.name', job.metadata.name ?? '', `will not able to create pod with invalid DNS label: ${last}`)
}

function checkOwnSpec(spec: JsonObject, problems: Problems): void {
  const { selector } = spec
  checkJobSpec(spec, 'spec', problems)
  if (!isObject(selector)) problems.required('spec.selector')
  checkSelector(selector, 'spec.selector', problems)
  const labels = templateLabels(spec)
  // Without a selector nothing is selected.
  const isMet = isObject(selector) && selects(selector, labels ?? {})
  if (!isMet && (!isObject(selector) || isUsable(selector))) problems.invalid('spec.template.metadata.labels', labels ?? null, mismatchMessage)
}

function templateLabels(spec: JsonObject): JsonObject | undefined {
  const labels = objectOf(objectOf(spec['template'])['metadata'])['labels']
  return isObject(labels) ? labels : undefined
}

/** What is generated must not have been given otherwise. */
function checkGeneratedSelector(job: KubeObject, spec: JsonObject, problems: Problems): void {
  const { selector } = spec
  if (spec['manualSelector'] === true || !isObject(selector)) return
  const { uid = '', name = '' } = job.metadata
  const expected: Readonly<Record<string, string>> = {
    'controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
  }
  const labels = templateLabels(spec)
  for (const [key, value] of Object.entries(expected)) {
    const at = `spec.template.metadata.labels[${key}]`
    if (labels?.[key] === undefined) problems.required(at, `must be '${value}'`)
    else if (labels[key] !== value) problems.invalid(at, labels, `must be '${value}'`)
  }
  if (isUsable(selector) && !selects(selector, expected)) problems.invalid('spec.selector', shownSelector(selector), '`selector` not auto-generated')
}

/** The spec of a job, without what belongs to jobs alone that are no templates. */
export function checkJobSpec(spec: JsonObject, path: string, problems: Problems): void {
  for (const name of counts) {
    problems.nonNegative(`${path}.${name}`, spec[name])
    if (name === 'maxFailedIndexes' && spec[name] !== undefined && spec['backoffLimitPerIndex'] === undefined)
      problems.required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified')
  }
  const { managedBy } = spec
  if (typeof managedBy === 'string') {
    checkDomainPath(managedBy, `${path}.managedBy`, problems)
    if (managedBy.length > 63) problems.tooLong(`${path}.managedBy`, 63)
  }
  checkCompletionMode(spec, path, problems)
  if (isObject(spec['podFailurePolicy'])) checkFailurePolicy(spec, spec['podFailurePolicy'], `${path}.podFailurePolicy`, problems)
  if (isObject(spec['successPolicy'])) checkSuccessPolicy(spec, spec['successPolicy'], `${path}.successPolicy`, problems)
  const replacement = spec['podReplacementPolicy']
  const replacements = isObject(spec['podFailurePolicy']) ? ['Failed'] : ['Failed', 'TerminatingOrFailed']
  if (replacement !== undefined && !replacements.includes(printed(replacement))) problems.unsupported(`${path}.podReplacementPolicy`, replacement, replacements)
  const template = objectOf(spec['template'])
  checkPodTemplate(template, `${path}.template`, problems)
  const policy = objectOf(template['spec'])['restartPolicy'] ?? 'Always'
  const at = `${path}.template.spec.restartPolicy`
  if (policy === 'Always' || policy === '') problems.required(at, 'valid values: "OnFailure", "Never"')
  else if (policy !== 'OnFailure' && policy !== 'Never') problems.unsupported(at, policy, ['OnFailure', 'Never'])
  else if (isObject(spec['podFailurePolicy']) && policy !== 'Never')
    problems.invalid(at, policy, 'only "Never" is supported when podFailurePolicy is specified')
}

function checkCompletionMode(spec: JsonObject, path: string, problems: Problems): void {
  const mode = spec['completionMode'] ?? 'NonIndexed'
  const number = (name: string): number | undefined => (typeof spec[name] === 'number' ? spec[name] : undefined)
  const [completions, parallelism, failed] = [number('completions'), number('parallelism'), number('maxFailedIndexes')]
  if (mode !== 'NonIndexed' && mode !== 'Indexed') problems.unsupported(`${path}.completionMode`, mode, ['NonIndexed', 'Indexed'])
  if (mode === 'NonIndexed')
    for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes']) if (spec[name] !== undefined) problems.invalid(`${path}.${name}`, spec[name], needsIndexes)
  if (mode !== 'Indexed') return
  if (completions === undefined) problems.required(`${path}.completions`, 'when completion mode is Indexed')
  if (parallelism !== undefined && parallelism > manyCompletions)
    problems.invalid(`${path}.parallelism`, parallelism, `must be less than or equal to ${manyCompletions} when completion mode is Indexed`)
  if (completions !== undefined && failed !== undefined && failed > completions)
    problems.invalid(`${path}.maxFailedIndexes`, failed, 'must be less than or equal to completions')
  if (failed !== undefined && failed > manyCompletions) problems.invalid(`${path}.maxFailedIndexes`, failed, `must be less than or equal to ${manyCompletions}`)
  if (completions === undefined || completions <= manyCompletions || spec['backoffLimitPerIndex'] === undefined) return
  const limit = `must be less than or equal to ${mostAtManyCompletions} when completions are above ${manyCompletions} and used with backoff limit per index`
  if (failed === undefined) problems.required(`${path}.maxFailedIndexes`, `must be specified when completions is above ${manyCompletions}`)
  if (parallelism !== undefined && parallelism > mostAtManyCompletions) problems.invalid(`${path}.parallelism`, parallelism, limit)
  if (failed !== undefined && failed > mostAtManyCompletions) problems.invalid(`${path}.maxFailedIndexes`, failed, limit)
}

const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const operators = ['In', 'NotIn']
const truths = ['False', 'True', 'Unknown']
const validValues = (values: readonly string[]): string => `valid values: [${values.map((value) => JSON.stringify(value)).join(' ')}]`

function checkFailurePolicy(spec: JsonObject, policy: JsonObject, path: string, problems: Problems): void {
  const rules = objectsOf(policy['rules'])
  if (rules.length > 20) problems.tooMany(`${path}.rules`, rules.length, 20)
  const pod = objectOf(objectOf(spec['template'])['spec'])
  const names = new Set([...objectsOf(pod['containers']), ...objectsOf(pod['initContainers'])].map(({ name }) => name))
  for (const [index, rule] of rules.entries()) {
    const at = `${path}.rules[${index}]`
    const action = textOf(rule['action'])
    const [codes, conditions] = [rule['onExitCodes'], objectsOf(rule['onPodConditions'])]
    if (action === '') problems.required(`${at}.action`, validValues(actions))
    else if (action === 'FailIndex') {
      if (spec['backoffLimitPerIndex'] === undefined) problems.invalid(`${at}.action`, action, 'requires the backoffLimitPerIndex to be set')
    } else if (!actions.includes(action)) problems.unsupported(`${at}.action`, action, actions)
    if (isObject(codes)) checkExitCodes(codes, `${at}.onExitCodes`, names, problems)
    if (conditions.length > 0) checkPodConditions(conditions, `${at}.onPodConditions`, problems)
    if (isObject(codes) && conditions.length > 0) problems.invalidUnshown(at, 'specifying both OnExitCodes and OnPodConditions is not supported')
    if (!isObject(codes) && conditions.length === 0) problems.invalidUnshown(at, 'specifying one of OnExitCodes and OnPodConditions is required')
  }
}

function checkPodConditions(patterns: readonly JsonObject[], path: string, problems: Problems): void {
  if (patterns.length > 20) problems.tooMany(path, patterns.length, 20)
  for (const [index, pattern] of patterns.entries()) {
    const [at, type, status] = [`${path}[${index}]`, textOf(pattern['type']), textOf(pattern['status'])]
    problems.invalidEach(`${at}.type`, type, qualifiedNameProblems(type))
    if (status === '') problems.required(`${at}.status`, validValues(truths))
    else if (!truths.includes(status)) problems.unsupported(`${at}.status`, status, truths)
  }
}

function checkExitCodes(codes: JsonObject, path: string, names: ReadonlySet<unknown>, problems: Problems): void {
  const [operator, container, values] = [textOf(codes['operator']), codes['containerName'], arrayOf(codes['values']).map(Number)]
  if (operator === '') problems.required(`${path}.operator`, validValues(operators))
  else if (!operators.includes(operator)) problems.unsupported(`${path}.operator`, operator, operators)
  if (container !== undefined && container !== null && !names.has(container))
    problems.invalid(`${path}.containerName`, container, 'must be one of the container or initContainer names in the pod template')
  const at = `${path}.values`
  if (values.length === 0) problems.invalid(at, codes['values'] ?? null, 'at least one value is required')
  else if (values.length > 255) problems.tooMany(at, values.length, 255)
  for (const [index, value] of values.entries()) {
    if (operator === 'In' && value === 0) problems.invalid(`${at}[${index}]`, value, 'must not be 0 for the In operator')
    if (values.indexOf(value) < index) problems.duplicate(`${at}[${index}]`, value)
  }
  if (values.some((value, index) => index > 0 && (values[index - 1] ?? 0) > value)) problems.invalid(at, values, 'must be ordered')
}

function checkSuccessPolicy(spec: JsonObject, policy: JsonObject, path: string, problems: Problems): void {
  const rules = objectsOf(policy['rules'])
  if ((spec['completionMode'] ?? 'NonIndexed') !== 'Indexed') {
    problems.invalid(path, internalForm(policy, 'batch.SuccessPolicy'), needsIndexes)
    return
  }
  if (rules.length === 0) problems.required(`${path}.rules`, 'at least one rules must be specified when the successPolicy is specified')
  if (rules.length > 20) problems.tooMany(`${path}.rules`, rules.length, 20)
  const completions = typeof spec['completions'] === 'number' ? spec['completions'] : 0
  for (const [index, { succeededIndexes: indexes, succeededCount: count }] of rules.entries()) {
    const at = `${path}.rules[${index}]`
    if (indexes === undefined && count === undefined) problems.required(at, 'at least one of succeededCount or succeededIndexes must be specified')
    const total = typeof indexes === 'string' ? countIndexes(indexes, completions) : 0
    if (textOf(indexes).length > 64 * 1024) problems.tooLong(`${at}.succeededIndexes`, 64 * 1024)
    if (typeof total === 'string') problems.invalid(`${at}.succeededIndexes`, indexes, `error parsing succeededIndexes: ${total}`)
    if (typeof count !== 'number') continue
    problems.nonNegative(`${at}.succeededCount`, count)
    const most = (limit: number, what: string): void => {
      if (count > limit) problems.invalid(`${at}.succeededCount`, count, `must be less than or equal to ${limit} (the number of ${what})`)
    }
    most(completions, 'specified completions')
    if (indexes !== undefined) most(typeof total === 'number' ? total : 0, 'indexes in the specified succeededIndexes field')
  }
}

/** A job as a CronJob makes it: the selector is left to the server. */
export function checkJobTemplate(template: JsonObject, path: string, problems: Problems): void {
  const spec = objectOf(template['spec'])
  checkJobSpec(spec, `${path}.spec`, problems)
  if (isObject(spec['selector'])) problems.invalid(`${path}.spec.selector`, spec['selector'], '`selector` will be auto-generated')
  if (spec['manualSelector'] === true) problems.unsupported(`${path}.spec.manualSelector`, true, ['nil', 'false'])
}

/** Members that may not change, with the form they are shown in. */
const immutable: readonly (readonly [member: string, form: string])[] = [
  ['selector', ''],
  ['template', 'core.PodTemplateSpec'],
  ['completionMode', ''],
  ['podFailurePolicy', 'batch.PodFailurePolicy'],
  ['backoffLimitPerIndex', ''],
  ['managedBy', ''],
  ['successPolicy', 'batch.SuccessPolicy'],
]
const immutableMessage = 'field is immutable'

/** What may not change of a job; the server looks at the spec once more before. */
export function validateJobUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  const problems = new Problems()
  const [old, next] = [objectOf(before['spec']), objectOf(after['spec'])]
  checkOwnSpec(next, problems)
  if (!isEqual(old['completions'] ?? null, next['completions'] ?? null)) {
    if (next['completionMode'] !== 'Indexed') problems.invalid('spec.completions', next['completions'] ?? null, immutableMessage)
    else if (next['completions'] !== undefined && next['completions'] !== next['parallelism'])
      problems.invalid('spec.completions', next['completions'], 'can only be modified in tandem with spec.parallelism')
  }
  for (const [member, form] of immutable) {
    const isFree = member === 'template' && isSchedulable(before) && isSameButForPlaces(before, after)
    if (isFree || isEqual(old[member] ?? null, next[member] ?? null)) continue
    const value = next[member] ?? null
    const shown = form === '' || value === null ? inGoOrder(value, selectorSchema) : internalForm(value, form)
    problems.invalid(`spec.${member}`, shown, immutableMessage)
  }
  return problems.errors
}

const selectorSchema = typeSchemaNamed('io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector') ?? untypedSchema

/** Where its pods run may change of a job that never started. */
function isSchedulable(job: KubeObject): boolean {
  return objectOf(job['spec'])['suspend'] === true && objectOf(job['status'])['startTime'] === undefined
}

function isSameButForPlaces(before: KubeObject, after: KubeObject): boolean {
  const rest = (job: KubeObject): unknown => {
    const { metadata, spec, ...others } = objectOf(objectOf(job['spec'])['template'])
    const { annotations: _annotations, labels: _labels, ...meta } = objectOf(metadata)
    const { nodeSelector: _selector, tolerations: _tolerations, schedulingGates: _gates, affinity, ...pod } = objectOf(spec)
    const { nodeAffinity: _nodes, ...affinities } = objectOf(affinity)
    return { ...others, meta, pod, affinities }
  }
  return isEqual(rest(before), rest(after))
}
