// Webhooks. Follows kubernetes `pkg/apis/admissionregistration/validation`.
import { printed } from '@plumbline/schema'
import { label1035Problems, subdomainProblems } from '../names.ts'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, isEqual, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { checkMatchConditions, checkRule } from './admission-rules.ts'
import { checkSelector } from './labels.ts'
import { portNumberProblems } from './messages.ts'
import { Problems } from './problems.ts'

const reviewVersions = ['v1', 'v1beta1']
/** Webhooks have neither parameters nor variables. */
const names = { hasParams: false, variables: undefined, hasAuthorizer: true } as const

export function validateWebhooks(object: KubeObject, previous?: KubeObject): FieldError[] {
  const problems = new Problems()
  const isMutating = object.kind === 'MutatingWebhookConfiguration'
  const [hooks, before] = [objectsOf(object['webhooks']), objectsOf(previous?.['webhooks'])]
  const areConditionsKept =
    previous !== undefined &&
    isEqual(
      hooks.map((hook) => hook['matchConditions'] ?? []),
      before.map((hook) => hook['matchConditions'] ?? []),
    )
  const taken = new Set<string>()
  for (const [index, hook] of hooks.entries()) {
    const path = `webhooks[${index}]`
    checkWebhook(hook, isMutating, !areConditionsKept, path, problems)
    checkReviewVersions(hook, path, problems)
    const name = textOf(hook['name'])
    if (name !== '' && taken.has(name)) problems.duplicate(`${path}.name`, name)
    taken.add(name)
  }
  return problems.errors
}

function checkWebhook(hook: JsonObject, isMutating: boolean, hasNewConditions: boolean, path: string, problems: Problems): void {
  const optional = (member: string, supported: readonly string[]): void => {
    if (hook[member] !== undefined && !supported.includes(printed(hook[member]))) problems.unsupported(`${path}.${member}`, hook[member], supported)
  }
  checkFullName(textOf(hook['name']), `${path}.name`, problems)
  for (const [index, rule] of objectsOf(hook['rules']).entries()) checkRule(rule, `${path}.rules[${index}]`, problems)
  optional('failurePolicy', ['Fail', 'Ignore'])
  optional('matchPolicy', ['Equivalent', 'Exact'])
  if (hook['sideEffects'] === undefined) problems.required(`${path}.sideEffects`, 'must specify one of None, NoneOnDryRun')
  optional('sideEffects', ['None', 'NoneOnDryRun'])
  const seconds = hook['timeoutSeconds']
  if (typeof seconds === 'number' && (seconds > 30 || seconds < 1))
    problems.invalid(`${path}.timeoutSeconds`, seconds, 'the timeout value must be between 1 and 30 seconds')
  checkSelector(hook['namespaceSelector'], `${path}.namespaceSelector`, problems)
  checkSelector(hook['objectSelector'], `${path}.objectSelector`, problems)
  if (isMutating) optional('reinvocationPolicy', ['IfNeeded', 'Never'])
  const client = objectOf(hook['clientConfig'])
  if ((client['url'] === undefined) === (client['service'] === undefined))
    problems.required(`${path}.clientConfig`, 'exactly one of url or service is required')
  else if (typeof client['url'] === 'string') checkUrl(client['url'], `${path}.clientConfig.url`, problems)
  else checkService(objectOf(client['service']), `${path}.clientConfig.service`, problems)
  if (hasNewConditions) checkMatchConditions(hook['matchConditions'], `${path}.matchConditions`, problems, names)
}

function checkFullName(name: string, path: string, problems: Problems): void {
  if (name === '') problems.required(path)
  else if (subdomainProblems(name).length > 0) problems.invalid(path, name, subdomainProblems(name).join(','))
  else if (name.split('.').length < 3) problems.invalid(path, name, 'should be a domain with at least three segments separated by dots')
}

function checkReviewVersions(hook: JsonObject, path: string, problems: Problems): void {
  const at = `${path}.admissionReviewVersions`
  const versions = arrayOf(hook['admissionReviewVersions']).map(printed)
  if (versions.length === 0) {
    problems.required(at, `must specify one of ${reviewVersions.join(', ')}`)
    return
  }
  const seen = new Set<string>()
  for (const [index, version] of versions.entries()) {
    if (seen.has(version)) problems.invalid(`${at}[${index}]`, version, 'duplicate version')
    else problems.invalidEach(`${at}[${index}]`, version, label1035Problems(version))
    seen.add(version)
  }
  if (!versions.some((version) => reviewVersions.includes(version))) problems.invalid(at, versions, `must include at least one of ${reviewVersions.join(', ')}`)
}

function checkUrl(text: string, path: string, problems: Problems): void {
  const form = '; desired format: https://host[/path]'
  const parts = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(text)
  const [, scheme = '', user, host = '', , query = '', fragment = ''] = parts ?? []
  if (scheme.toLowerCase() !== 'https') problems.invalid(path, scheme.toLowerCase(), `'https' is the only allowed URL scheme${form}`)
  if (host === '') problems.invalid(path, host, `host must be specified${form}`)
  if (user !== undefined) problems.invalid(path, user, 'user information is not permitted in the URL')
  if (fragment !== '') problems.invalid(path, fragment, 'fragments are not permitted in the URL')
  if (query !== '') problems.invalid(path, query, 'query parameters are not permitted in the URL')
}

function checkService(service: JsonObject, path: string, problems: Problems): void {
  if (textOf(service['name']) === '') problems.required(`${path}.name`, 'service name is required')
  if (textOf(service['namespace']) === '') problems.required(`${path}.namespace`, 'service namespace is required')
  const port = typeof service['port'] === 'number' ? service['port'] : 443
  const details = portNumberProblems(port)
  if (details.length > 0) problems.invalid(`${path}.port`, port, `port is not valid: ${details.join(',')}`)
  const target = textOf(service['path'])
  if (target === '' || target === '/') return
  if (target === '//') {
    problems.invalid(`${path}.path`, target, 'segment[0] may not be empty')
    return
  }
  if (!target.startsWith('/')) problems.invalid(`${path}.path`, target, "must start with a '/'")
  const segments = target.slice(1).replace(/\/$/, '').split('/')
  for (const [index, segment] of segments.entries())
    if (segment === '') problems.invalid(`${path}.path`, target, `segment[${index}] may not be empty`)
    else for (const detail of subdomainProblems(segment)) problems.invalid(`${path}.path`, target, `segment[${index}]: ${detail}`)
}
