// The words in which checks of operators' kinds are written: conditions in their order, words of a phase, numbers that have to agree.
// The facts are those of argo-cd `resource_customizations`.
import type { HealthStatusCode } from '../../model/application-status.ts'
import { valueAt } from '../../model/kubernetes-object.ts'
import type { KubernetesObject } from '../../model/kubernetes-object.ts'
import { unknownHealth } from '../health.ts'
import type { Health } from '../health.ts'
import { recordsAt } from '../read.ts'

/** One rule: the health of an object, or `undefined` where the rule has nothing to say. */
export type Rule = (object: KubernetesObject) => Health | undefined

/** A check: always an answer. */
export type Check = (object: KubernetesObject) => Health

/** A condition as operators write it; any field may be absent. */
export type Condition = Readonly<Record<string, unknown>>

/** What a condition says when it is met. */
export interface Clause {
  readonly isMet: (condition: Condition, object: KubernetesObject) => boolean
  readonly answer: (condition: Condition, object: KubernetesObject) => Health
}

/** What is said where a check comes to no answer: Argo CD takes such an answer for a mistake of the check. */
export const noAnswer: Health = unknownHealth('Lua returned an invalid health status')

export function say(status: HealthStatusCode, message: string | undefined = ''): Health {
  return message === '' ? { status } : { status, message }
}

/** The text of a field, or `undefined`. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}

/** A text at a path below `status`. */
export function statusText(object: KubernetesObject, ...path: readonly (string | number)[]): string | undefined {
  return textOf(valueAt(object, 'status', ...path))
}

/** A number at a path, or `missing`. */
export function numberOr(object: unknown, missing: number, ...path: readonly (string | number)[]): number {
  const value = valueAt(object, ...path)
  return typeof value === 'number' ? value : missing
}

export function hasStatus(object: KubernetesObject): boolean {
  return isPresent(valueAt(object, 'status'))
}

export function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null
}

export function messageOf(condition: Condition): string {
  return textOf(condition['message']) ?? ''
}

export function reasonOf(condition: Condition): string {
  return textOf(condition['reason']) ?? ''
}

/** Where a message comes from: the condition's own, a text, the condition's own or else a text, or a function. */
export type Saying = string | { readonly orElse: string } | ((condition: Condition, object: KubernetesObject) => string) | undefined

/** A clause for a type and a status; an empty type or status fits all. */
export function on(type: string | readonly string[], status: string, health: HealthStatusCode, saying?: Saying): Clause {
  const types = typeof type === 'string' ? [type] : type
  return {
    isMet: (condition) => (type === '' || types.includes(textOf(condition['type']) ?? '')) && (status === '' || condition['status'] === status),
    answer: (condition, object) => say(health, said(condition, object, saying)),
  }
}

/** A clause for a reason, with any type. */
export function because(reason: string, status: string, health: HealthStatusCode, saying?: Saying): Clause {
  const clause = on('', status, health, saying)
  return { isMet: (condition, object) => condition['reason'] === reason && clause.isMet(condition, object), answer: clause.answer }
}

/** The clause with a further demand. */
export function provided(clause: Clause, demand: (condition: Condition, object: KubernetesObject) => boolean): Clause {
  return { isMet: (condition, object) => clause.isMet(condition, object) && demand(condition, object), answer: clause.answer }
}

function said(condition: Condition, object: KubernetesObject, saying: Saying): string {
  if (saying === undefined) return messageOf(condition)
  if (typeof saying === 'string') return saying
  return typeof saying === 'function' ? saying(condition, object) : (textOf(condition['message']) ?? saying.orElse)
}

export function conditionsOf(object: unknown, ...path: readonly (string | number)[]): readonly Condition[] {
  return recordsAt(object, ...(path.length === 0 ? ['status', 'conditions'] : path))
}

/** The first condition, in the order of the list, that meets a clause answers. */
export function conditions(...clauses: readonly Clause[]): Rule {
  return (object) => {
    for (const condition of conditionsOf(object)) for (const clause of clauses) if (clause.isMet(condition, object)) return clause.answer(condition, object)
    return undefined
  }
}

/** The words of a phase, and what they mean; the message is the word unless another is given. */
export function words(path: string | readonly string[], meanings: Readonly<Record<string, Health | HealthStatusCode>>): Rule {
  const steps = typeof path === 'string' ? [path] : path
  return (object) => {
    const word = statusText(object, ...steps)
    const meaning = word === undefined || !Object.hasOwn(meanings, word) ? undefined : meanings[word]
    return typeof meaning === 'string' ? say(meaning, word) : meaning
  }
}

/** The first rule that has something to say. */
export function firstOf(...rules: readonly [...Rule[], Check]): Check {
  return (object) => {
    for (const rule of rules) {
      const health = rule(object)
      if (health !== undefined) return health
    }
    return noAnswer
  }
}

/** Always the same. */
export function always(status: HealthStatusCode, message = ''): Check {
  const health = say(status, message)
  return () => health
}

export const waiting = (message: string): Check => always('Progressing', message)

/** The rule, where a demand on the object is met. */
export function when(demand: (object: KubernetesObject) => boolean, rule: Rule): Rule {
  return (object) => (demand(object) ? rule(object) : undefined)
}

/** Whether the status, or a condition, is of an older spec; what says nothing of it counts as current. */
export function isStale(object: KubernetesObject, part: unknown = valueAt(object, 'status')): boolean {
  const observed = valueAt(part, 'observedGeneration')
  return isPresent(observed) && object.metadata.generation !== undefined && observed !== object.metadata.generation
}

/** What most operators report: one condition that says whether the object is ready. */
export function ready(message: string, type = 'Ready'): Check {
  return firstOf(conditions(on(type, 'False', 'Degraded'), on(type, 'True', 'Healthy')), waiting(message))
}
