// Rules of kinds that set a cluster up: classes, limits, aggregated APIs, leases, certificates.
import { compareQuantities, formatQuantity, isQuantity, parseQuantity, printed } from '@plumbline/schema'
import { label1035Problems, labelProblems, qualifiedNameProblems, subdomainProblems } from '../names.ts'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, isEqual, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { checkResourceName, checkResources } from './container-resources.ts'
import { checkLabels } from './labels.ts'
import { ipProblems, isAddress, portNumberProblems } from './messages.ts'
import { Problems } from './problems.ts'
import { checkTolerations } from './scheduling.ts'

const immutableDetail = 'field is immutable'

/** kubernetes `pkg/apis/networking/validation` */
export function validateIngressClass(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  const controller = textOf(spec['controller'])
  if (controller.length > 250) problems.tooLong('spec.controller', 250)
  checkDomainPath(controller, 'spec.controller', problems)
  const { parameters } = spec
  if (!isObject(parameters)) return problems.errors
  const path = 'spec.parameters'
  checkTypedReference(parameters, path, problems)
  const { scope, namespace } = parameters
  if (scope === undefined) problems.required(`${path}.scope`)
  else if (scope === 'Namespace') {
    if (namespace === undefined) problems.required(`${path}.namespace`, "`parameters.scope` is set to 'Namespace'")
    else problems.invalidEach(`${path}.namespace`, namespace, labelProblems(printed(namespace)))
  } else if (scope === 'Cluster') {
    if (namespace !== undefined) problems.forbidden(`${path}.namespace`, "`parameters.scope` is set to 'Cluster'")
  } else problems.unsupported(`${path}.scope`, scope, ['Cluster', 'Namespace'])
  return problems.errors
}

function checkTypedReference(reference: JsonObject, path: string, problems: Problems): void {
  const group = reference['apiGroup']
  if (typeof group === 'string') problems.invalidEach(`${path}.apiGroup`, group, subdomainProblems(group))
  for (const member of ['kind', 'name']) {
    const value = textOf(reference[member])
    if (value === '') problems.required(`${path}.${member}`)
    else for (const character of ['/', '%']) if (value.includes(character)) problems.invalid(`${path}.${member}`, value, `may not contain '${character}'`)
  }
}

/** A domain, a slash and a path. apimachinery `IsDomainPrefixedPath` */
export function checkDomainPath(text: string, path: string, problems: Problems): void {
  if (text === '') {
    problems.required(path)
    return
  }
  const slash = text.indexOf('/')
  const [domain, rest] = [text.slice(0, slash), text.slice(slash + 1)]
  if (slash < 0 || domain === '' || rest === '') {
    problems.invalid(path, text, 'must be a domain-prefixed path (such as "acme.io/foo")')
    return
  }
  problems.invalidEach(path, domain, subdomainProblems(domain))
  if (!/^(?:[A-Za-z0-9/\-._~%!$&'()*+,;=:]+)$/.test(rest))
    problems.invalid(path, rest, "Invalid path (e.g. 'example.com/path', regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')")
}

export function validateIngressClassUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  const [old, next] = [objectOf(before['spec'])['controller'], objectOf(after['spec'])['controller']]
  return isEqual(old, next) ? [] : [{ type: 'Invalid', path: 'spec.controller', value: next ?? '', detail: immutableDetail }]
}

/** kubernetes `pkg/apis/node/validation` */
export function validateRuntimeClass(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const handler = textOf(object['handler'])
  problems.invalidEach('handler', handler, labelProblems(handler))
  // An overhead is looked at as if it were the limits of a container.
  if (isObject(object['overhead'])) checkResources({ limits: object['overhead']['podFixed'] }, 'overhead', problems)
  const { scheduling } = object
  if (isObject(scheduling)) {
    checkLabels(scheduling['nodeSelector'], 'scheduling.nodeSelector', problems)
    // The server names the member twice.
    checkTolerations(scheduling['tolerations'], 'scheduling.tolerations.tolerations', problems)
    checkUnique(objectsOf(scheduling['tolerations']), 'scheduling.tolerations', problems)
  }
  return problems.errors
}

function checkUnique(tolerations: readonly JsonObject[], path: string, problems: Problems): void {
  const seen = new Set<string>()
  for (const [index, { key, operator, value, effect, tolerationSeconds }] of tolerations.entries()) {
    const toleration = { Key: textOf(key), Operator: textOf(operator), Value: textOf(value), Effect: textOf(effect) }
    const identity = JSON.stringify(toleration)
    if (seen.has(identity)) problems.duplicate(`${path}[${index}]`, { ...toleration, TolerationSeconds: tolerationSeconds ?? null })
    seen.add(identity)
  }
}

export function validateRuntimeClassUpdate(before: KubeObject, after: KubeObject): FieldError[] {
  return isEqual(before['handler'], after['handler']) ? [] : [{ type: 'Invalid', path: 'handler', value: after['handler'] ?? '', detail: immutableDetail }]
}

/** kube-aggregator `pkg/apis/apiregistration/validation` */
export function apiServiceNameProblems(object: KubeObject, name: string): string[] {
  const spec = objectOf(object['spec'])
  const required = `${textOf(spec['version'])}.${textOf(spec['group'])}`
  return name === required ? [] : [`must be \`spec.version+"."+spec.group\`: ${JSON.stringify(required)}`]
}

export function validateApiService(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  const [group, version] = [textOf(spec['group']), textOf(spec['version'])]
  if (group === '' && version !== 'v1') problems.required('spec.group', 'only v1 may have an empty group and it better be legacy kube')
  if (group !== '') problems.invalidEach('spec.group', group, subdomainProblems(group))
  problems.invalidEach('spec.version', version, label1035Problems(version))
  for (const [member, most] of [
    ['groupPriorityMinimum', 20_000],
    ['versionPriority', 1000],
  ] as const) {
    const value = typeof spec[member] === 'number' ? spec[member] : 0
    if (value <= 0 || value > most) problems.invalid(`spec.${member}`, value, `must be positive and less than ${most}`)
  }
  const { service, insecureSkipTLSVerify: isInsecure } = spec
  const bundle = textOf(spec['caBundle'])
  if (!isObject(service)) {
    if (bundle !== '') problems.invalid('spec.caBundle', `${Buffer.from(bundle, 'base64').length} bytes`, 'local APIServices may not have a caBundle')
    if (isInsecure === true) problems.invalid('spec.insecureSkipTLSVerify', true, 'local APIServices may not have insecureSkipTLSVerify')
    return problems.errors
  }
  for (const member of ['namespace', 'name']) if (textOf(service[member]) === '') problems.required(`spec.service.${member}`)
  const port = typeof service['port'] === 'number' ? service['port'] : 443
  const details = portNumberProblems(port)
  if (details.length > 0) problems.invalid('spec.service.port', port, `port is not valid: ${details.join(', ')}`)
  if (isInsecure === true && bundle !== '') problems.invalid('spec.insecureSkipTLSVerify', true, 'may not be true if caBundle is present')
  return problems.errors
}

/** kubernetes `pkg/apis/core/validation`: ValidateNamespace */
export function validateNamespace(object: KubeObject): FieldError[] {
  const problems = new Problems()
  for (const finalizer of arrayOf(objectOf(object['spec'])['finalizers']).map(printed)) {
    problems.invalidEach('spec.finalizers', finalizer, qualifiedNameProblems(finalizer))
    if (!finalizer.includes('/') && !['kubernetes', 'orphan', 'foregroundDeletion'].includes(finalizer))
      problems.invalid('spec.finalizers', finalizer, 'name is neither a standard finalizer name nor is it fully qualified')
  }
  return problems.errors
}

/** kubernetes `pkg/apis/core/validation`: ValidateLimitRange. The server goes over its maps in no order; ours is that of the names. */
export function validateLimitRange(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const types = new Set<string>()
  for (const [index, limit] of objectsOf(objectOf(object['spec'])['limits']).entries()) {
    const path = `spec.limits[${index}]`
    const type = textOf(limit['type'])
    const details = qualifiedNameProblems(type)
    problems.invalidEach(`${path}.type`, type, details)
    if (details.length === 0 && !type.includes('/') && !['Pod', 'Container', 'PersistentVolumeClaim'].includes(type))
      problems.invalid(`${path}.type`, type, 'must be a standard limit type or fully qualified')
    if (types.has(type)) problems.duplicate(`${path}.type`, type)
    types.add(type)
    const check = (member: string): void => {
      for (const name of Object.keys(objectOf(limit[member])))
        checkResourceName(name, `${path}.${member}[${name}]`, type === 'Pod' || type === 'Container', problems)
    }
    check('max')
    check('min')
    for (const member of ['default', 'defaultRequest'])
      if (type !== 'Pod') check(member)
      else if (Object.keys(objectOf(limit[member])).length > 0) problems.forbidden(`${path}.${member}`, "may not be specified when `type` is 'Pod'")
    if (type === 'PersistentVolumeClaim' && objectOf(limit['min'])['storage'] === undefined && objectOf(limit['max'])['storage'] === undefined)
      problems.required(`${path}.limits`, 'either minimum or maximum storage value is required, but neither was provided')
    check('maxLimitRequestRatio')
    checkLimits(limit, type === 'Pod', path, problems)
  }
  return problems.errors
}

function checkLimits(limit: JsonObject, isPod: boolean, path: string, problems: Problems): void {
  const amounts = (member: string): JsonObject => (isPod && member.startsWith('default') ? {} : objectOf(limit[member]))
  const names = [...new Set(['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'].flatMap((member) => Object.keys(amounts(member))))].toSorted()
  for (const name of names) {
    const of = (member: string): string | undefined => {
      const value = amounts(member)[name]
      return isQuantity(value) ? formatQuantity(parseQuantity(value)) : undefined
    }
    const [min, max, usual, request, ratio] = [of('min'), of('max'), of('default'), of('defaultRequest'), of('maxLimitRequestRatio')]
    const isMore = (a: string | undefined, b: string | undefined): boolean =>
      a !== undefined && b !== undefined && compareQuantities(parseQuantity(a), parseQuantity(b)) > 0
    const refuse = (member: string, value: string | undefined, detail: string): void => problems.invalid(`${path}.${member}[${name}]`, value, detail)
    if (isMore(min, max)) refuse('min', min, `min value ${min} is greater than max value ${max}`)
    if (isMore(min, request)) refuse('defaultRequest', request, `min value ${min} is greater than default request value ${request}`)
    if (isMore(request, max)) refuse('defaultRequest', request, `default request value ${request} is greater than max value ${max}`)
    if (isMore(request, usual)) refuse('defaultRequest', request, `default request value ${request} is greater than default limit value ${usual}`)
    if (isMore(min, usual)) refuse('default', min, `min value ${min} is greater than default value ${usual}`)
    if (isMore(usual, max)) refuse('default', max, `default value ${usual} is greater than max value ${max}`)
    if (isMore('1', ratio)) refuse('maxLimitRequestRatio', ratio, `ratio ${ratio} is less than 1`)
  }
}

/** kubernetes `pkg/apis/core/validation`: what version 1 of the core asks of events */
export function validateEvent(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const namespace = object.metadata.namespace ?? ''
  const involved = textOf(objectOf(object['involvedObject'])['namespace'])
  if (involved === '' ? namespace !== 'default' : involved !== namespace)
    problems.invalid('involvedObject.namespace', involved, 'does not match event.namespace')
  return problems.errors
}

/** kubernetes `pkg/apis/coordination/validation` */
export function validateLease(object: KubeObject): FieldError[] {
  const problems = new Problems()
  const spec = objectOf(object['spec'])
  const [duration, transitions] = [spec['leaseDurationSeconds'], spec['leaseTransitions']]
  if (typeof duration === 'number' && duration <= 0) problems.invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0')
  if (typeof transitions === 'number' && transitions < 0) problems.invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')
  return problems.errors
}

/** kubernetes `pkg/apis/apps/validation`: ValidateControllerRevision */
export function validateRevision(object: KubeObject, previous?: KubeObject): FieldError[] {
  const problems = new Problems()
  const { data, revision } = object
  if (previous === undefined) {
    if (data === undefined || data === null) problems.required('data', 'data is mandatory')
    else if (!isObject(data)) problems.required('data', 'data must be a valid JSON object')
  }
  if (typeof revision === 'number') problems.nonNegative('revision', revision)
  return problems.errors
}

/** Addresses that a balancer announces. @param isHost whether a name that is an address is refused */
export function checkBalancer(status: unknown, path: string, problems: Problems): void {
  for (const [index, ingress] of objectsOf(objectOf(status)['ingress']).entries()) {
    const at = `${path}.ingress[${index}]`
    const [ip, hostname] = [textOf(ingress['ip']), textOf(ingress['hostname'])]
    if (ip !== '') problems.invalidEach(`${at}.ip`, ip, ipProblems(ip))
    if (hostname === '') continue
    problems.invalidEach(`${at}.hostname`, hostname, subdomainProblems(hostname))
    if (isAddress(hostname)) problems.invalid(`${at}.hostname`, hostname, 'must be a DNS name, not an IP address')
  }
}
