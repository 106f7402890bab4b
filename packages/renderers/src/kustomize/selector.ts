// Choosing resources: regular expressions on their ids, and the selectors of Kubernetes on labels and annotations. Follows kustomize v5.7 `api/types/selector.go`.
import { RE2JS } from 're2js'
import { KustomizeError, messageOf } from './errors.ts'
import { effectiveNamespace } from './resource-id.ts'
import { currentIdOf, originalIdOf, textsAt } from './resource.ts'
import type { Resource } from './resource.ts'

/** What a patch names as its target. */
export interface Selector {
  readonly group?: string
  readonly version?: string
  readonly kind?: string
  readonly name?: string
  readonly namespace?: string
  readonly labelSelector?: string
  readonly annotationSelector?: string
}

/** A test on the whole text; RE2, so that no expression of a repository can take more than linear time. @throws {KustomizeError} */
export function wholeMatch(pattern: string | undefined): (text: string) => boolean {
  if (pattern === undefined || pattern === '') return () => true
  if (/^[\w-]+$/.test(pattern)) return (text) => text === pattern
  try {
    const expression = RE2JS.compile(`^(?:${pattern})$`)
    return (text) => expression.matcher(text).find()
  } catch (error) {
    throw new KustomizeError(messageOf(error), 'KUSTOMIZE_INVALID', error)
  }
}

/** Resources that a selector fits, in order. */
export function select(resources: readonly Resource[], selector: Selector): Resource[] {
  const [group, version, kind] = [wholeMatch(selector.group), wholeMatch(selector.version), wholeMatch(selector.kind)]
  const [name, namespace] = [wholeMatch(selector.name), wholeMatch(selector.namespace)]
  const [labels, annotations] = [parseLabelSelector(selector.labelSelector), parseLabelSelector(selector.annotationSelector)]
  return resources.filter((resource) => {
    const [current, original] = [currentIdOf(resource), originalIdOf(resource)]
    if (!namespace(effectiveNamespace(original)) && !namespace(effectiveNamespace(current))) return false
    if (!name(original.name) && !name(current.name)) return false
    if (!group(current.group) || !version(current.version) || !kind(current.kind)) return false
    return labels(textsAt(resource.object, 'labels')) && annotations(textsAt(resource.object, 'annotations'))
  })
}

type LabelTest = (labels: Readonly<Record<string, string>>) => boolean

/**
 * A selector such as `app=web,tier in (front, back),!canary`.
 * @throws {KustomizeError}
 */
export function parseLabelSelector(text: string | undefined): LabelTest {
  if (text === undefined || text.trim() === '') return () => true
  const tests = splitRequirements(text).map(parseRequirement)
  return (labels) => tests.every((test) => test(labels))
}

/** Commas inside of parentheses separate values. */
function splitRequirements(text: string): string[] {
  return text.split(/,(?![^(]*\))/).map((part) => part.trim())
}

const key = String.raw`([A-Za-z0-9](?:[\w.\-/]*[A-Za-z0-9])?)`
const setRequirement = new RegExp(String.raw`^${key}\s+(in|notin)\s*\(([^()]*)\)$`)
const equalRequirement = new RegExp(String.raw`^${key}\s*(==|=|!=)\s*([\w.\-]*)$`)
const orderRequirement = new RegExp(String.raw`^${key}\s*([<>])\s*(-?\d+)$`)
const existRequirement = new RegExp(String.raw`^(!?)\s*${key}$`)

function parseRequirement(text: string): LabelTest {
  const set = setRequirement.exec(text)
  if (set !== null) {
    const [, name = '', operator, list = ''] = set
    const values = new Set(list.split(',').map((value) => value.trim()))
    return (labels) => (Object.hasOwn(labels, name) ? values.has(labels[name] ?? '') === (operator === 'in') : operator === 'notin')
  }
  const equal = equalRequirement.exec(text)
  if (equal !== null) {
    const [, name = '', operator, value = ''] = equal
    return (labels) => (Object.hasOwn(labels, name) && labels[name] === value) === (operator !== '!=')
  }
  const order = orderRequirement.exec(text)
  if (order !== null) {
    const [, name = '', operator, bound = ''] = order
    return (labels) => Object.hasOwn(labels, name) && (operator === '<' ? Number(labels[name]) < Number(bound) : Number(labels[name]) > Number(bound))
  }
  const exist = existRequirement.exec(text)
  if (exist === null) throw new KustomizeError(`unable to parse requirement: found '${text}'`)
  const [, negation, name = ''] = exist
  return (labels) => Object.hasOwn(labels, name) === (negation === '')
}
