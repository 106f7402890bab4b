// Conditions in statuses. Follows apimachinery `pkg/apis/meta/v1/validation`.
import { qualifiedNameProblems } from '../names.ts'
import { objectsOf, textOf } from '../types.ts'
import type { Problems } from './problems.ts'

const statuses = ['False', 'True', 'Unknown']
const maxReason = 1024
const maxMessage = 32_768
const reasonMessage =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')"

/** Conditions of the form that all newer kinds share. */
export function checkConditions(conditions: unknown, path: string, problems: Problems): void {
  const seen = new Set<string>()
  for (const [index, condition] of objectsOf(conditions).entries()) {
    const at = `${path}[${index}]`
    const [type, status, reason] = [textOf(condition['type']), textOf(condition['status']), textOf(condition['reason'])]
    if (seen.has(type)) problems.duplicate(`${at}.type`, type)
    seen.add(type)
    problems.invalidEach(`${at}.type`, type, qualifiedNameProblems(type))
    if (!statuses.includes(status)) problems.unsupported(`${at}.status`, status, statuses)
    const generation = condition['observedGeneration']
    if (typeof generation === 'number' && generation < 0) problems.invalid(`${at}.observedGeneration`, generation, 'must be greater than or equal to zero')
    if ((condition['lastTransitionTime'] ?? null) === null) problems.required(`${at}.lastTransitionTime`)
    if (reason === '') problems.required(`${at}.reason`)
    else {
      if (!/^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/.test(reason)) problems.invalid(`${at}.reason`, reason, reasonMessage)
      if (reason.length > maxReason) problems.tooLong(`${at}.reason`, maxReason)
    }
    if (textOf(condition['message']).length > maxMessage) problems.tooLong(`${at}.message`, maxMessage)
  }
}

/** Conditions that have a type, each another: those of flow control. */
export function checkConditionTypes(conditions: unknown, path: string, problems: Problems): void {
  const seen = new Set<string>()
  for (const [index, condition] of objectsOf(conditions).entries()) {
    const [at, type] = [`${path}[${index}].type`, textOf(condition['type'])]
    if (seen.has(type)) problems.duplicate(at, type)
    seen.add(type)
    if (type === '') problems.required(at)
  }
}
