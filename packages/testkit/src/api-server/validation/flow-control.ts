// Flow schemas and priority levels. Follows kubernetes `pkg/apis/flowcontrol/validation`.
import { printed } from '@plumbline/schema'
import { labelProblems, subdomainProblems } from '../names.ts'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { Problems } from './problems.ts'

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch']
const subjectMembers: Readonly<Record<string, string>> = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' }
const maxPrecedence = 10_000
const maxQueues = 10_000_000
const maxHashBits = 60
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)

export function validateFlowSchema(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  const precedence = numberOf(spec['matchingPrecedence'])
  const at = 'spec.matchingPrecedence'
  if (precedence <= 0) problems.invalid(at, precedence, 'must be a positive value')
  if (precedence > maxPrecedence) problems.invalid(at, precedence, `must not be greater than ${maxPrecedence}`)
  if (precedence === 1 && object.metadata.name !== 'exempt') problems.invalid(at, precedence, "only the schema named 'exempt' may have matchingPrecedence 1")
  const method = spec['distinguisherMethod']
  if (isObject(method) && !['ByNamespace', 'ByUser'].includes(textOf(method['type'])))
    problems.unsupported('spec.distinguisherMethod.type', { Type: textOf(method['type']) }, ['ByNamespace', 'ByUser'])
  const level = textOf(objectOf(spec['priorityLevelConfiguration'])['name'])
  if (level === '') problems.required('spec.priorityLevelConfiguration.name', 'must reference a priority level')
  else problems.invalidEach('spec.priorityLevelConfiguration.name', level, subdomainProblems(level))
  for (const [index, rule] of objectsOf(spec['rules']).entries()) checkRule(rule, `spec.rules[${index}]`, problems)
  return problems.errors
}

function checkRule(rule: JsonObject, path: string, problems: Problems): void {
  const [subjects, resourceRules, otherRules] = ['subjects', 'resourceRules', 'nonResourceRules'].map((member) => objectsOf(rule[member])) as [
    JsonObject[],
    JsonObject[],
    JsonObject[],
  ]
  if (subjects.length === 0) problems.required(`${path}.subjects`, 'subjects must contain at least one value')
  for (const [index, subject] of subjects.entries()) checkSubject(subject, `${path}.subjects[${index}]`, problems)
  if (resourceRules.length === 0 && otherRules.length === 0) problems.required(path, 'at least one of resourceRules and nonResourceRules has to be non-empty')
  for (const [index, entry] of resourceRules.entries()) checkResourceRule(entry, `${path}.resourceRules[${index}]`, problems)
  for (const [index, entry] of otherRules.entries()) checkOtherRule(entry, `${path}.nonResourceRules[${index}]`, problems)
}

function checkSubject(subject: JsonObject, path: string, problems: Problems): void {
  const kind = textOf(subject['kind'])
  const member = subjectMembers[kind]
  if (member === undefined) {
    problems.unsupported(`${path}.kind`, kind, ['Group', 'ServiceAccount', 'User'])
    return
  }
  const given = subject[member]
  if (!isObject(given)) problems.required(`${path}.${member}`, `${member} is required when subject kind is '${kind}'`)
  else {
    const name = textOf(given['name'])
    if (name === '') problems.required(`${path}.${member}.name`)
    if (kind === 'ServiceAccount') {
      if (name !== '' && name !== '*') problems.invalidEach(`${path}.${member}.name`, name, subdomainProblems(name))
      const namespace = textOf(given['namespace'])
      if (namespace === '') problems.required(`${path}.${member}.namespace`, 'must specify namespace for service account')
      else problems.invalidEach(`${path}.${member}.namespace`, namespace, labelProblems(namespace))
    }
  }
  const order = kind === 'ServiceAccount' ? ['User', 'Group'] : kind === 'User' ? ['ServiceAccount', 'Group'] : ['ServiceAccount', 'User']
  for (const other of order) {
    const name = subjectMembers[other] ?? ''
    if (subject[name] !== undefined) problems.forbidden(`${path}.${name}`, `${name} is forbidden when subject kind is not '${other}'`)
  }
}

function checkVerbs(rule: JsonObject, path: string, problems: Problems): void {
  const given = arrayOf(rule['verbs']).map(printed)
  if (given.length === 0) problems.required(`${path}.verbs`, 'verbs must contain at least one value')
  else if (given.includes('*')) {
    if (given.length > 1) problems.invalid(`${path}.verbs`, given, "if '*' is present, must not specify other verbs")
  } else if (!given.every((verb) => verbs.includes(verb))) problems.unsupported(`${path}.verbs`, given, verbs)
}

function checkResourceRule(rule: JsonObject, path: string, problems: Problems): void {
  checkVerbs(rule, path, problems)
  for (const [member, one, others] of [
    ['apiGroups', 'api group', 'api groups'],
    ['resources', 'resource', 'resources'],
  ] as const) {
    const given = arrayOf(rule[member]).map(printed)
    if (given.length === 0) problems.required(`${path}.${member}`, `resource rules must supply at least one ${one}`)
    else if (given.length > 1 && given.includes('*')) problems.invalid(`${path}.${member}`, given, `if '*' is present, must not specify other ${others}`)
  }
  const namespaces = arrayOf(rule['namespaces']).map(printed)
  if (namespaces.length === 0 && rule['clusterScope'] !== true)
    problems.required(`${path}.namespaces`, 'resource rules that are not cluster scoped must supply at least one namespace')
  else if (namespaces.includes('*')) {
    if (namespaces.length > 1) problems.invalid(`${path}.namespaces`, namespaces, "if '*' is present, must not specify other namespaces")
  } else
    for (const [index, namespace] of namespaces.entries())
      for (const detail of labelProblems(namespace))
        problems.invalid(`${path}.namespaces[${index}]`, namespace, `each member of this list must be '*' or a DNS-1123 label; ${detail}`)
}

function checkOtherRule(rule: JsonObject, path: string, problems: Problems): void {
  checkVerbs(rule, path, problems)
  const urls = arrayOf(rule['nonResourceURLs']).map(printed)
  const at = `${path}.nonResourceURLs`
  if (urls.length === 0) problems.required(at, 'nonResourceURLs must contain at least one value')
  else if (urls.includes('*')) {
    if (urls.length > 1) problems.invalid(at, urls, "if '*' is present, must not specify other non-resource URLs")
  } else for (const [index, url] of urls.entries()) checkUrlPath(url, `${at}[${index}]`, problems)
}

function checkUrlPath(url: string, path: string, problems: Problems): void {
  if (url === '') problems.invalid(path, url, 'must not be empty')
  else if (url === '/') return
  else if (!url.startsWith('/')) problems.invalid(path, url, 'must start with slash')
  else if (url.includes(' ')) problems.invalid(path, url, 'must not contain white-space')
  else if (url.includes('//')) problems.invalid(path, url, 'must not contain double slash')
  else if (url.slice(0, -1).includes('*') || (url.endsWith('*') && !url.endsWith('/*'))) problems.invalid(path, url, 'wildcard can only do suffix matching')
}

export function validatePriorityLevel(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  const type = textOf(spec['type'])
  const { limited, exempt } = spec
  if ((object.metadata.name === 'exempt') !== (type === 'Exempt')) problems.invalid('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'")
  if (type === 'Exempt') {
    if (limited !== undefined) problems.forbidden('spec.limited', 'must be nil if the type is not Limited')
    if (isObject(exempt)) checkShares(exempt, 'spec.exempt', problems)
  } else if (type === 'Limited') {
    if (exempt !== undefined) problems.forbidden('spec.exempt', 'must be nil if the type is Limited')
    if (!isObject(limited)) problems.required('spec.limited', 'must not be empty when type is Limited')
    else {
      if (numberOf(limited['nominalConcurrencyShares']) < 0)
        problems.invalid('spec.limited.nominalConcurrencyShares', limited['nominalConcurrencyShares'], 'must be a non-negative integer')
      checkResponse(objectOf(limited['limitResponse']), 'spec.limited.limitResponse', problems)
      checkLendable(limited, 'spec.limited', problems)
      const borrowing = limited['borrowingLimitPercent']
      if (typeof borrowing === 'number' && borrowing < 0)
        problems.invalid('spec.limited.borrowingLimitPercent', borrowing, 'if specified, must be a non-negative integer')
    }
  } else problems.unsupported('spec.type', type, ['Exempt', 'Limited'])
  return problems.errors
}

function checkShares(level: JsonObject, path: string, problems: Problems): void {
  if (numberOf(level['nominalConcurrencyShares']) < 0)
    problems.invalid(`${path}.nominalConcurrencyShares`, level['nominalConcurrencyShares'], 'must be a non-negative integer')
  checkLendable(level, path, problems)
}

function checkLendable(level: JsonObject, path: string, problems: Problems): void {
  const percent = level['lendablePercent']
  if (typeof percent === 'number' && (percent < 0 || percent > 100))
    problems.invalid(`${path}.lendablePercent`, percent, 'must be between 0 and 100, inclusive')
}

function checkResponse(response: JsonObject, path: string, problems: Problems): void {
  const type = textOf(response['type'])
  const { queuing } = response
  if (type === 'Reject') {
    if (queuing !== undefined) problems.forbidden(`${path}.queuing`, 'must be nil if limited.limitResponse.type is not Limited')
  } else if (type === 'Queue') {
    if (!isObject(queuing)) problems.required(`${path}.queuing`, 'must not be empty if limited.limitResponse.type is Limited')
    else checkQueuing(queuing, `${path}.queuing`, problems)
  } else problems.unsupported(`${path}.type`, type, ['Queue', 'Reject'])
}

function checkQueuing(queuing: JsonObject, path: string, problems: Problems): void {
  const [length, queues, hand] = ['queueLengthLimit', 'queues', 'handSize'].map((member) => numberOf(queuing[member])) as [number, number, number]
  if (length <= 0) problems.invalid(`${path}.queueLengthLimit`, length, 'must be positive')
  if (queues <= 0) problems.invalid(`${path}.queues`, queues, 'must be positive')
  else if (queues > maxQueues) problems.invalid(`${path}.queues`, queues, `must not be greater than ${maxQueues}`)
  if (hand <= 0) problems.invalid(`${path}.handSize`, hand, 'must be positive')
  else if (hand > queues) problems.invalid(`${path}.handSize`, hand, `should not be greater than queues (${queues})`)
  else if (entropyBits(queues, hand) > maxHashBits)
    problems.invalid(`${path}.handSize`, hand, `required entropy bits of deckSize ${queues} and handSize ${hand} should not be greater than ${maxHashBits}`)
}

/** Bits that it takes to deal a hand from a deck. apiserver `pkg/util/shufflesharding` */
function entropyBits(deck: number, hand: number): number {
  return Math.ceil(Math.log2(deck) * hand)
}
