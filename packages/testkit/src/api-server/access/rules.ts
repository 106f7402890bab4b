// Rules of roles: what one allows, what a set of them covers, and how a rule is written in refusals.
import { arrayOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { quoteGo } from '../status-errors.ts'
import type { AccessAttributes } from './attributes.ts'

/** A rule of a role; absent lists are empty. */
export interface PolicyRule {
  readonly verbs: readonly string[]
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly resourceNames: readonly string[]
  readonly nonResourceURLs: readonly string[]
}

export function ruleOf(rule: JsonObject): PolicyRule {
  const texts = (member: string): readonly string[] => arrayOf(rule[member]).filter((item) => typeof item === 'string')
  return {
    verbs: texts('verbs'),
    apiGroups: texts('apiGroups'),
    resources: texts('resources'),
    resourceNames: texts('resourceNames'),
    nonResourceURLs: texts('nonResourceURLs'),
  }
}

const hasAny = (list: readonly string[], value: string): boolean => list.includes('*') || list.includes(value)

/** Whether a rule allows what is asked. */
export function allows(rule: PolicyRule, { verb, resource, path }: AccessAttributes): boolean {
  if (!hasAny(rule.verbs, verb)) return false
  if (resource === undefined) return rule.nonResourceURLs.some((pattern) => matchesPath(pattern, path))
  const asked = resource.subresource === '' ? resource.plural : `${resource.plural}/${resource.subresource}`
  return (
    hasAny(rule.apiGroups, resource.group) &&
    (hasAny(rule.resources, asked) || (resource.subresource !== '' && rule.resources.includes(`*/${resource.subresource}`))) &&
    (rule.resourceNames.length === 0 || rule.resourceNames.includes(resource.name))
  )
}

function matchesPath(pattern: string, path: string): boolean {
  return pattern === '*' || pattern === path || (pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1)))
}

/** What of the asked rules the held ones do not cover, verbs of one resource together; the text of each, sorted. */
export function missingRules(held: readonly PolicyRule[], asked: readonly PolicyRule[]): readonly string[] {
  const missing = asked.flatMap(single).filter((rule) => !held.some((owner) => covers(owner, rule)))
  return [...new Set(compacted(missing).map(ruleText))].sort()
}

/** The rule as rules of one group, one resource, one verb and at most one name. */
function single(rule: PolicyRule): readonly PolicyRule[] {
  const names = rule.resourceNames.length === 0 ? [[]] : rule.resourceNames.map((name) => [name])
  return [
    ...rule.apiGroups.flatMap((group) =>
      rule.resources.flatMap((resource) =>
        rule.verbs.flatMap((verb) =>
          names.map((resourceNames) => ({ verbs: [verb], apiGroups: [group], resources: [resource], resourceNames, nonResourceURLs: [] })),
        ),
      ),
    ),
    ...rule.nonResourceURLs.flatMap((url) =>
      rule.verbs.map((verb) => ({ verbs: [verb], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [url] })),
    ),
  ]
}

function covers(owner: PolicyRule, asked: PolicyRule): boolean {
  if (!asked.verbs.every((verb) => hasAny(owner.verbs, verb))) return false
  if (!asked.nonResourceURLs.every((url) => owner.nonResourceURLs.some((pattern) => matchesPath(pattern, url)))) return false
  if (!asked.apiGroups.every((group) => hasAny(owner.apiGroups, group))) return false
  const hasResources = asked.resources.every((resource) => {
    const slash = resource.indexOf('/')
    return hasAny(owner.resources, resource) || (slash > 0 && owner.resources.includes(`*${resource.slice(slash)}`))
  })
  if (!hasResources) return false
  if (owner.resourceNames.length === 0) return true
  return asked.resourceNames.length > 0 && asked.resourceNames.every((name) => owner.resourceNames.includes(name))
}

function compacted(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const byResource = new Map<string, PolicyRule>()
  for (const rule of rules) {
    const key = JSON.stringify([
      rule.apiGroups,
      rule.resources,
      rule.resourceNames,
      rule.nonResourceURLs.length === 0 ? [] : [rule.verbs, rule.nonResourceURLs],
    ])
    const earlier = byResource.get(key)
    byResource.set(key, earlier === undefined ? rule : { ...earlier, verbs: [...new Set([...earlier.verbs, ...rule.verbs])] })
  }
  return [...byResource.values()]
}

function ruleText(rule: PolicyRule): string {
  const parts: readonly [name: string, values: readonly string[]][] = [
    ['APIGroups', rule.apiGroups],
    ['Resources', rule.resources],
    ['NonResourceURLs', rule.nonResourceURLs],
    ['ResourceNames', rule.resourceNames],
    ['Verbs', rule.verbs],
  ]
  return `{${parts
    .filter(([, values]) => values.length > 0)
    .map(([name, values]) => `${name}:[${values.map(quoteGo).join(' ')}]`)
    .join(', ')}}`
}
