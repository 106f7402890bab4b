// Which requests webhooks and policies are asked about. Follows kubernetes `pkg/apis/admissionregistration/validation`.
import { printed } from '@plumbline/schema'
import { compilePolicyExpression } from '../cel/policy-scope.ts'
import type { PolicyNames } from '../cel/policy-scope.ts'
import { qualifiedNameProblems } from '../names.ts'
import { arrayOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import type { Problems } from './problems.ts'

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const maxConditions = 64

/** Check what a rule matches. */
export function checkRule(rule: JsonObject, path: string, problems: Problems): void {
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

/** Check conditions of the request itself. @param names what they may speak of */
export function checkMatchConditions(conditions: unknown, path: string, problems: Problems, names: PolicyNames): void {
  const seen = new Set<string>()
  const given = objectsOf(conditions)
  if (given.length > maxConditions) problems.tooMany(path, given.length, maxConditions)
  for (const [index, condition] of given.entries()) {
    const [at, name] = [`${path}[${index}]`, textOf(condition['name'])]
    const expression = textOf(condition['expression']).trim()
    if (expression === '') problems.required(`${at}.expression`)
    else checkExpression(expression, `${at}.expression`, problems, { names, results: ['bool'] })
    if (name === '') problems.required(`${at}.name`)
    else problems.invalidEach(`${at}.name`, name, qualifiedNameProblems(name))
    if (name !== '' && seen.has(name)) problems.duplicate(`${at}.name`, name)
    seen.add(name)
  }
}

/** What an expression may speak of, and what may come of it: any type where none are given. */
export interface ExpressionUse {
  readonly names: PolicyNames
  readonly results?: readonly string[]
}

/** Check an expression. @param shown the text as the object has it */
export function checkExpression(expression: string, path: string, problems: Problems, { names, results }: ExpressionUse, shown: string = expression): void {
  const compiled = compilePolicyExpression(expression, names)
  if ('message' in compiled) {
    if (!compiled.isUnsupported) problems.invalid(path, shown, `compilation failed: ${compiled.message}`)
    return
  }
  if (results === undefined || results.includes(compiled.type)) return
  const [only] = results
  problems.invalid(path, shown, results.length === 1 ? `must evaluate to ${only} but got ${compiled.type}` : `must evaluate to one of [${results.join(' ')}]`)
}
