// Admission policies and their bindings. Follows kubernetes `pkg/apis/admissionregistration/validation`.
import { printed } from '@plumbline/schema'
import type { PolicyNames } from '../cel/policy-scope.ts'
import { label1035Problems, pathSegmentProblems, qualifiedNameProblems, subdomainProblems } from '../names.ts'
import { parseApiVersion } from '../resources.ts'
import type { FieldError } from '../status-errors.ts'
import { arrayOf, isEqual, isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject, KubeObject } from '../types.ts'
import { checkExpression, checkMatchConditions, checkRule } from './admission-rules.ts'
import { checkConditions } from './conditions.ts'
import { checkSelector } from './labels.ts'
import { Problems } from './problems.ts'

const identifier = /^[_a-zA-Z][_a-zA-Z0-9]*$/
const reservedWords = new Set(
  'in as break const continue else false for function if import let loop package namespace null return true var void while'.split(' '),
)

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
  const variables: string[] = []
  const hasParams = isObject(spec['paramKind'])
  const names = { hasParams, hasAuthorizer: true, variables: objectsOf(spec['variables']).length > 0 ? variables : undefined }
  if (!areConditionsKept)
    checkMatchConditions(spec['matchConditions'], 'spec.matchConditions', problems, { hasParams, hasAuthorizer: true, variables: undefined })
  for (const [index, variable] of objectsOf(spec['variables']).entries()) {
    const [path, name, expression] = [`spec.variables[${index}]`, textOf(variable['name']), textOf(variable['expression'])]
    if (name.trim() === '') problems.required(`${path}.name`, 'name is not specified')
    else if (!identifier.test(name) || reservedWords.has(name)) problems.invalid(`${path}.name`, name, 'must be a valid CEL identifier')
    if (expression.trim() === '') problems.required(`${path}.expression`, 'expression is not specified')
    else {
      checkExpression(expression, `${path}.expression`, problems, { names })
      variables.push(name)
    }
  }
  const [validations, annotations] = [objectsOf(spec['validations']), objectsOf(spec['auditAnnotations'])]
  if (validations.length === 0 && annotations.length === 0)
    for (const member of ['validations', 'auditAnnotations'])
      problems.required(`spec.${member}`, 'validations or auditAnnotations must contain at least one item')
  for (const [index, validation] of validations.entries()) checkValidation(validation, `spec.validations[${index}]`, problems, names)
  checkAnnotations(annotations, object.metadata.name ?? '', problems, names)
  return problems.errors
}

const maxAnnotations = 20
const maxValueBytes = 5 * 1024

function checkAnnotations(annotations: readonly JsonObject[], policy: string, problems: Problems, names: PolicyNames): void {
  const keys = new Set<string>()
  if (annotations.length > maxAnnotations)
    problems.invalid(
      'spec.auditAnnotations',
      annotations.map(({ key, valueExpression }) => ({ Key: textOf(key), ValueExpression: textOf(valueExpression) })),
      `must not have more than ${maxAnnotations} auditAnnotations`,
    )
  for (const [index, annotation] of annotations.entries()) {
    const [path, key, expression] = [`spec.auditAnnotations[${index}]`, textOf(annotation['key']), textOf(annotation['valueExpression'])]
    if (policy === '') problems.invalid(`${path}.key`, key, 'requires metadata.name be non-empty')
    else problems.invalidEach(`${path}.key`, `${policy}/${key}`, qualifiedNameProblems(`${policy}/${key}`))
    const trimmed = expression.trim()
    if (trimmed === '') problems.required(`${path}.valueExpression`, 'valueExpression is not specified')
    else if (trimmed.length > maxValueBytes) problems.required(`${path}.valueExpression`, `must not exceed ${maxValueBytes} bytes in length`)
    else checkExpression(trimmed, `${path}.valueExpression`, problems, { names, results: ['string', 'null_type'] }, expression)
    if (keys.has(key)) problems.duplicate(`${path}.key`, key)
    keys.add(key)
  }
}

function checkValidation(validation: JsonObject, path: string, problems: Problems, names: PolicyNames): void {
  const text = (member: string): string => textOf(validation[member])
  if (text('expression').trim() === '') problems.required(`${path}.expression`, 'expression is not specified')
  else checkExpression(text('expression'), `${path}.expression`, problems, { names, results: ['bool'] })
  if (text('messageExpression') !== '') {
    if (text('messageExpression').trim() === '') problems.invalid(`${path}.messageExpression`, text('messageExpression'), 'must be non-empty if specified')
    else checkExpression(text('messageExpression'), `${path}.messageExpression`, problems, { names: { ...names, hasAuthorizer: false }, results: ['string'] })
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
    if (reference['selector'] !== undefined) problems.forbidden(`${path}.name`, 'name and selector are mutually exclusive')
  }
  if (isObject(reference['selector'])) {
    checkSelector(reference['selector'], `${path}.selector`, problems)
    if (name !== '') problems.forbidden(`${path}.selector`, 'name and selector are mutually exclusive')
  } else if (name === '') problems.required(path, 'one of name or selector must be specified')
  const action = reference['parameterNotFoundAction']
  if (textOf(action) === '') problems.required(`${path}.parameterNotFoundAction`)
  else if (!['Deny', 'Allow'].includes(printed(action))) problems.unsupported(`${path}.parameterNotFoundAction`, action, ['Deny', 'Allow'])
}

/** What the server found out about the types in a policy. */
export function checkPolicyStatus(policy: KubeObject, problems: Problems): void {
  const { typeChecking, conditions } = objectOf(policy['status'])
  for (const [index, warning] of objectsOf(objectOf(typeChecking)['expressionWarnings']).entries()) {
    const at = `status.typeChecking.expressionWarnings[${index}]`
    if (textOf(warning['warning']) === '') problems.required(`${at}.warning`)
    if (textOf(warning['fieldRef']).trim() === '') problems.required(`${at}.fieldRef`)
  }
  checkConditions(conditions, 'status.conditions', problems)
}
