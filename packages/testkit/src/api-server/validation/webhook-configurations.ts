// Webhooks, admission policies and their bindings. Follows kubernetes `pkg/apis/admissionregistration/validation`.
import { printed } from '@plumbline/schema'
import { compilePolicyExpression } from '../cel/policy-scope.ts'
import { locatedFault } from '../cel/rules.ts'
import { label1035Problems, pathSegmentProblems, qualifiedNameProblems, subdomainProblems } from '../names.ts'
import { parseApiVersion } from '../resources.ts'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, isEqual, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { checkSelector } from './labels.ts'
import { portNumberProblems } from './messages.ts'
import { Problems } from './problems.ts'

const reviewVersions = ['v1', 'v1beta1']
const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const identifier = /^[_a-zA-Z][_a-zA-Z0-9]*$/
const reservedWords = new Set(
  'in as break const continue else false for function if import let loop package namespace null return true var void while'.split(' '),
)

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
  const names = new Set<string>()
  for (const [index, hook] of hooks.entries()) {
    const path = `webhooks[${index}]`
    checkWebhook(hook, isMutating, !areConditionsKept, path, problems)
    checkReviewVersions(hook, path, problems)
    const name = textOf(hook['name'])
    if (name !== '' && names.has(name)) problems.duplicate(`${path}.name`, name)
    names.add(name)
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
  if (hasNewConditions) checkConditions(hook['matchConditions'], `${path}.matchConditions`, problems)
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

function checkRule(rule: JsonObject, path: string, problems: Problems): void {
  const list = (member: string): string[] => arrayOf(rule[member]).map(printed)
  const asked = list('operations')
  if (asked.length === 0) problems.required(`${path}.operations`)
  if (asked.length > 1 && asked.includes('*')) problems.invalid(`${path}.operations`, asked, "if '*' is present, must not specify other operations")
  for (const [index, operation] of asked.entries())
    if (!operations.includes(operation)) problems.unsupported(`${path}.operations[${index}]`, operation, operations)
  const [groups, versions] = [list('apiGroups'), list('apiVersions')]
  if (groups.length === 0) problems.required(`${path}.apiGroups`)
  if (groups.length > 1 && groups.includes('*')) problems.invalid(`${path}.apiGroups`, groups, "if '*' is present, must not specify other API groups")
  if (versions.length === 0) problems.required(`${path}.apiVersions`)
  if (versions.length > 1 && versions.includes('*')) problems.invalid(`${path}.apiVersions`, versions, "if '*' is present, must not specify other API versions")
  for (const [index, version] of versions.entries()) if (version === '') problems.required(`${path}.apiVersions[${index}]`)
  checkResourceNames(list('resources'), `${path}.resources`, problems)
  const { scope } = rule
  if (scope !== undefined && !['*', 'Cluster', 'Namespaced'].includes(printed(scope)))
    problems.unsupported(`${path}.scope`, scope, ['*', 'Cluster', 'Namespaced'])
}

function checkResourceNames(resources: readonly string[], path: string, problems: Problems): void {
  if (resources.length === 0) problems.required(path)
  const [whole, everywhere] = [new Set<string>(), new Set<string>()]
  let hasPlain = false
  for (const [index, resource] of resources.entries()) {
    const at = `${path}[${index}]`
    if (resource === '') {
      problems.required(at)
      continue
    }
    const slash = resource.indexOf('/')
    if (slash < 0) {
      hasPlain = resource !== '*'
      continue
    }
    const [name, inner] = [resource.slice(0, slash), resource.slice(slash + 1)]
    if (whole.has(name)) problems.invalid(at, resource, `if '${name}/*' is present, must not specify ${resource}`)
    if (everywhere.has(inner)) problems.invalid(at, resource, `if '*/${inner}' is present, must not specify ${resource}`)
    if (inner === '*') whole.add(name)
    if (name === '*') everywhere.add(inner)
  }
  if (resources.length > 1 && resources.includes('*/*')) problems.invalid(path, resources, "if '*/*' is present, must not specify other resources")
  if (resources.includes('*') && hasPlain) problems.invalid(path, resources, "if '*' is present, must not specify other resources without subresources")
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

function checkConditions(conditions: unknown, path: string, problems: Problems, variables: readonly string[] = []): void {
  const names = new Set<string>()
  for (const [index, condition] of objectsOf(conditions).entries()) {
    const [at, name] = [`${path}[${index}]`, textOf(condition['name'])]
    const expression = textOf(condition['expression']).trim()
    if (expression === '') problems.required(`${at}.expression`)
    else checkExpression(expression, `${at}.expression`, problems, variables)
    if (name === '') problems.required(`${at}.name`)
    else problems.invalidEach(`${at}.name`, name, qualifiedNameProblems(name))
    if (name !== '' && names.has(name)) problems.duplicate(`${at}.name`, name)
    names.add(name)
  }
}

function checkExpression(expression: string, path: string, problems: Problems, variables: readonly string[]): void {
  const compiled = compilePolicyExpression(expression)
  if ('message' in compiled) {
    if (!compiled.isUnsupported) problems.invalid(path, expression, `compilation failed: ${compiled.message}`)
    return
  }
  // Variables have no types here: what is known of them is which there are.
  for (const { index, 1: name = '' } of expression.matchAll(/(?<![\w.'"])variables\.([A-Za-z_]\w*)/g))
    if (!variables.includes(name)) {
      problems.invalid(path, expression, `compilation failed: ${locatedFault(expression, index + 'variables'.length, `undefined field '${name}'`)}`)
      return
    }
}

export function validatePolicy(object: KubeObject, previous?: KubeObject): FieldError[] {
  const problems = new Problems()
  const [spec, before] = [objectOf(object['spec']), objectOf(previous?.['spec'])]
  problems.oneOf('spec.failurePolicy', spec['failurePolicy'], ['Fail', 'Ignore'])
  if (isObject(spec['paramKind'])) checkParamKind(spec['paramKind'], 'spec.paramKind', problems)
  if (!isObject(spec['matchConstraints'])) problems.required('spec.matchConstraints')
  else {
    checkMatch(spec['matchConstraints'], 'spec.matchConstraints', problems)
    if (objectsOf(spec['matchConstraints']['resourceRules']).length === 0) problems.required('spec.matchConstraints.resourceRules')
  }
  const areConditionsKept =
    previous !== undefined && isEqual(spec['paramKind'], before['paramKind']) && isEqual(spec['matchConditions'] ?? [], before['matchConditions'] ?? [])
  if (!areConditionsKept) checkConditions(spec['matchConditions'], 'spec.matchConditions', problems)
  const variables: string[] = []
  for (const [index, variable] of objectsOf(spec['variables']).entries()) {
    const [path, name, expression] = [`spec.variables[${index}]`, textOf(variable['name']), textOf(variable['expression'])]
    if (name.trim() === '') problems.required(`${path}.name`, 'name is not specified')
    else if (!identifier.test(name) || reservedWords.has(name)) problems.invalid(`${path}.name`, name, 'must be a valid CEL identifier')
    if (expression.trim() === '') problems.required(`${path}.expression`, 'expression is not specified')
    else {
      const before = problems.errors.length
      checkExpression(expression, `${path}.expression`, problems, variables)
      if (problems.errors.length === before) variables.push(name)
    }
  }
  const [validations, annotations] = [objectsOf(spec['validations']), objectsOf(spec['auditAnnotations'])]
  if (validations.length === 0 && annotations.length === 0)
    for (const member of ['validations', 'auditAnnotations'])
      problems.required(`spec.${member}`, 'validations or auditAnnotations must contain at least one item')
  for (const [index, validation] of validations.entries()) checkValidation(validation, `spec.validations[${index}]`, problems, variables)
  const keys = new Set<string>()
  for (const [index, annotation] of annotations.entries()) {
    const [path, key, expression] = [`spec.auditAnnotations[${index}]`, textOf(annotation['key']), textOf(annotation['valueExpression']).trim()]
    problems.invalidEach(`${path}.key`, `${object.metadata.name ?? ''}/${key}`, qualifiedNameProblems(`${object.metadata.name ?? ''}/${key}`))
    if (expression === '') problems.required(`${path}.valueExpression`, 'valueExpression is not specified')
    else checkExpression(expression, `${path}.valueExpression`, problems, variables)
    if (keys.has(key)) problems.duplicate(`${path}.key`, key)
    keys.add(key)
  }
  return problems.errors
}

function checkValidation(validation: JsonObject, path: string, problems: Problems, variables: readonly string[]): void {
  const text = (member: string): string => textOf(validation[member])
  if (text('expression').trim() === '') problems.required(`${path}.expression`, 'expression is not specified')
  else checkExpression(text('expression'), `${path}.expression`, problems, variables)
  if (text('messageExpression') !== '') {
    if (text('messageExpression').trim() === '') problems.invalid(`${path}.messageExpression`, text('messageExpression'), 'must be non-empty if specified')
    else checkExpression(text('messageExpression'), `${path}.messageExpression`, problems, variables)
  }
  if (text('message') !== '' && text('message').trim() === '') problems.invalid(`${path}.message`, text('message'), 'must be non-empty if specified')
  else if (/[\n\r]/.test(text('message').trim())) problems.invalid(`${path}.message`, text('message'), 'must not contain line breaks')
  const reasons = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']
  if (validation['reason'] !== undefined && !reasons.includes(text('reason'))) problems.unsupported(`${path}.reason`, validation['reason'], reasons)
}

function checkParamKind(kind: JsonObject, path: string, problems: Problems): void {
  const [apiVersion, name] = [textOf(kind['apiVersion']), textOf(kind['kind'])]
  if (apiVersion === '') problems.required(`${path}.apiVersion`)
  else if (apiVersion.split('/').length > 2) problems.invalid(`${path}.apiVersion`, apiVersion, `unexpected GroupVersion string: ${apiVersion}`)
  else {
    const { group, version } = parseApiVersion(apiVersion)
    if (group !== '' && subdomainProblems(group).length > 0) problems.invalid(`${path}.apiVersion`, group, subdomainProblems(group).join(','))
    if (version === '') problems.invalid(`${path}.apiVersion`, apiVersion, 'version must be specified')
    else if (label1035Problems(version).length > 0) problems.invalid(`${path}.apiVersion`, version, label1035Problems(version).join(','))
  }
  if (name === '') problems.required(`${path}.kind`)
  else {
    const details = label1035Problems(name.toLowerCase())
    if (details.length > 0) problems.invalid(`${path}.kind`, name, `may have mixed case, but should otherwise match: ${details.join(',')}`)
  }
}

function checkMatch(match: JsonObject, path: string, problems: Problems): void {
  problems.oneOf(`${path}.matchPolicy`, match['matchPolicy'], ['Equivalent', 'Exact'])
  for (const member of ['namespaceSelector', 'objectSelector'])
    if (isObject(match[member])) checkSelector(match[member], `${path}.${member}`, problems)
    else problems.required(`${path}.${member}`)
  for (const member of ['resourceRules', 'excludeResourceRules'])
    for (const [index, rule] of objectsOf(match[member]).entries()) {
      const at = `${path}.${member}[${index}]`
      const names = new Set<string>()
      for (const [nameIndex, entry] of arrayOf(rule['resourceNames']).entries()) {
        const name = printed(entry)
        problems.invalidEach(`${at}.resourceNames[${nameIndex}]`, name, pathSegmentProblems(name))
        if (names.has(name)) problems.duplicate(`${at}.resourceNames[${nameIndex}]`, name)
        names.add(name)
      }
      checkRule(rule, at, problems)
    }
}

export function validatePolicyBinding(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  const name = textOf(spec['policyName'])
  if (name === '') problems.required('spec.policyName')
  else problems.invalidEach('spec.policyName', name, subdomainProblems(name))
  if (isObject(spec['paramRef'])) checkParamRef(spec['paramRef'], 'spec.paramRef', problems)
  if (isObject(spec['matchResources'])) checkMatch(spec['matchResources'], 'spec.matchResources', problems)
  const actions = arrayOf(spec['validationActions']).map(printed)
  const seen = new Set<string>()
  for (const [index, action] of actions.entries()) {
    if (!['Audit', 'Deny', 'Warn'].includes(action)) problems.unsupported(`spec.validationActions[${index}]`, action, ['Audit', 'Deny', 'Warn'])
    if (seen.has(action)) problems.duplicate(`spec.validationActions[${index}]`, action)
    seen.add(action)
  }
  if (seen.has('Deny') && seen.has('Warn'))
    problems.invalid(
      'spec.validationActions',
      actions,
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    )
  if (seen.size === 0) problems.required('spec.validationActions', 'at least one validation action is required')
  return problems.errors
}

function checkParamRef(reference: JsonObject, path: string, problems: Problems): void {
  const name = textOf(reference['name'])
  if (name !== '') {
    problems.invalidEach(`${path}.name`, name, pathSegmentProblems(name))
    if (reference['selector'] !== undefined) problems.forbidden(`${path}.name`, `name and selector are mutually exclusive`)
  }
  if (isObject(reference['selector'])) checkSelector(reference['selector'], `${path}.selector`, problems)
  else if (name === '') problems.required(path, 'one of name or selector must be specified')
  const action = reference['parameterNotFoundAction']
  if (action === undefined) problems.required(`${path}.parameterNotFoundAction`)
  else if (!['Allow', 'Deny'].includes(printed(action))) problems.unsupported(`${path}.parameterNotFoundAction`, action, ['Allow', 'Deny'])
}
