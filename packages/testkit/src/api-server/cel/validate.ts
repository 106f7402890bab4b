// `x-kubernetes-validations` of custom resources: asked of objects, and checked in definitions.
// Follows apiextensions-apiserver `pkg/apiserver/schema/cel/validation.go` and `pkg/apis/apiextensions/validation/validation.go`.
import { printed } from '@plumbline/schema'
import type { FieldError } from '../status-errors.ts'
import { isEqual, isObject, objectOf, objectsOf } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { costOf, expressionLimit, maxSizeOf, schemaLimit } from './cost.ts'
import type { CelNode } from './cost.ts'
import { createScope, isFault } from './rules.ts'
import type { Expression } from './rules.ts'

const member = 'x-kubernetes-validations'

interface Rule {
  readonly declared: JsonObject
  readonly expression: Expression
  readonly message: Expression | undefined
  readonly isTransition: boolean
  readonly isOptionalOld: boolean
}

interface Compiled {
  readonly rules: readonly Rule[]
  readonly valueOf: (json: unknown) => unknown
}

const none: Compiled = { rules: [], valueOf: (json) => json }
/** Schemas of served types are made once and stay, so what is compiled of them does too. */
const compiled = new WeakMap<JsonObject, Compiled>()
const hasRulesBelow = new WeakMap<JsonObject, boolean>()

const mentionsOld = (source: string): boolean => /\boldSelf\b/.test(source)

function rulesOf(schema: JsonObject, isResource: boolean): Compiled {
  const known = compiled.get(schema)
  if (known !== undefined) return known
  const declared = objectsOf(schema[member])
  const scopes = new Map<boolean, ReturnType<typeof createScope>>()
  const scopeFor = (isOptionalOld: boolean): ReturnType<typeof createScope> => {
    const scope = scopes.get(isOptionalOld) ?? createScope(schema, isResource, isOptionalOld)
    scopes.set(isOptionalOld, scope)
    return scope
  }
  const rules = declared.flatMap((rule): Rule[] => {
    const source = printed(rule['rule'] ?? '')
    const isOptionalOld = rule['optionalOldSelf'] === true
    const scope = scopeFor(isOptionalOld)
    const expression = scope.compile(source)
    // Definitions with broken rules were refused; what is left is not understood here.
    if (isFault(expression)) return []
    const text = rule['messageExpression']
    const message = typeof text === 'string' && text !== '' ? scope.compile(text) : undefined
    return [
      {
        declared: rule,
        expression,
        message: message === undefined || isFault(message) ? undefined : message,
        isTransition: mentionsOld(source),
        isOptionalOld,
      },
    ]
  })
  const result = declared.length === 0 ? none : { rules, valueOf: (json: unknown) => scopeFor(false).valueOf(json) }
  compiled.set(schema, result)
  return result
}

function hasRules(schema: JsonObject): boolean {
  const known = hasRulesBelow.get(schema)
  if (known !== undefined) return known
  const inner = [schema['items'], schema['additionalProperties'], ...Object.values(objectOf(schema['properties']))]
  const found = objectsOf(schema[member]).length > 0 || inner.some((part) => isObject(part) && hasRules(part))
  hasRulesBelow.set(schema, found)
  return found
}

/** Violated rules of an object. @param previous undefined when it is new */
export function checkRules(object: unknown, previous: unknown, schema: JsonObject): FieldError[] {
  const errors: FieldError[] = []
  if (hasRules(schema)) walk(object, previous, schema, '', true, errors)
  return errors
}

function walk(value: unknown, old: unknown, schema: JsonObject, path: string, isRoot: boolean, errors: FieldError[]): void {
  if (value === undefined || value === null || !hasRules(schema)) return
  const isResource = isRoot || schema['x-kubernetes-embedded-resource'] === true
  const { rules, valueOf } = rulesOf(schema, isResource)
  if (rules.length > 0) {
    const [self, oldSelf] = [valueOf(value), old === undefined ? undefined : valueOf(old)]
    const isUnchanged = old !== undefined && isEqual(value, old)
    for (const rule of rules) {
      if (rule.isTransition && old === undefined && !rule.isOptionalOld) continue
      const error = ask(rule, self, oldSelf, schema, path)
      // What was wrong before and has not changed does not stand in the way.
      if (error !== undefined && !(isUnchanged && !rule.isTransition)) errors.push(error)
    }
  }
  if (Array.isArray(value)) {
    const items = schema['items']
    if (!isObject(items)) return
    const find = correlated(old, schema)
    for (const [index, item] of value.entries()) walk(item, find(item), items, `${path}[${index}]`, false, errors)
    return
  }
  if (!isObject(value)) return
  const [properties, additional, before] = [objectOf(schema['properties']), schema['additionalProperties'], objectOf(old)]
  for (const name of Object.keys(value).sort()) {
    const inner = Object.hasOwn(properties, name) ? properties[name] : additional
    const at = isObject(additional) && !Object.hasOwn(properties, name) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`
    if (isObject(inner)) walk(value[name], Object.hasOwn(before, name) ? before[name] : undefined, inner, at, false, errors)
  }
}

/** Elements of list maps are the same when their keys are; those of other lists have no past. */
function correlated(old: unknown, schema: JsonObject): (item: unknown) => unknown {
  const keys =
    schema['x-kubernetes-list-type'] === 'map' && Array.isArray(schema['x-kubernetes-list-map-keys']) ? schema['x-kubernetes-list-map-keys'].map(String) : []
  if (keys.length === 0 || !Array.isArray(old)) return () => undefined
  const keyOf = (item: unknown): string => JSON.stringify(keys.map((key) => objectOf(item)[key] ?? null))
  const byKey = new Map(old.map((item: unknown) => [keyOf(item), item]))
  return (item) => byKey.get(keyOf(item))
}

function ask(rule: Rule, self: unknown, oldSelf: unknown, schema: JsonObject, path: string): FieldError | undefined {
  const { declared } = rule
  const source = printed(declared['rule'] ?? '').trim()
  const fixed = printed(declared['message'] ?? '').trim()
  const shownPath = path === '' ? '<nil>' : path
  try {
    if (rule.expression.evaluate(self, oldSelf) === true) return undefined
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    const shown = fixed === '' ? source : fixed
    const detail = why.startsWith('no such overload')
      ? `${why}: call arguments did not match a supported operator, function or macro signature for rule: ${shown}`
      : `${why} evaluating rule: ${shown}`
    return { type: 'Invalid', path: shownPath, value: schema['type'], detail }
  }
  const detail = messageOf(rule, self, oldSelf) ?? (fixed === '' ? `failed rule: ${source}` : fixed)
  const at = `${path}${printed(declared['fieldPath'] ?? '')}`.replace(/^\./, '')
  const finalPath = at === '' ? '<nil>' : at
  switch (declared['reason']) {
    case 'FieldValueForbidden':
      return { type: 'Forbidden', path: finalPath, detail }
    case 'FieldValueRequired':
      return { type: 'Required', path: finalPath, detail }
    case 'FieldValueDuplicate':
      return { type: 'Duplicate', path: finalPath, value: schema['type'], detail: '' }
    default:
      return { type: 'Invalid', path: finalPath, value: schema['type'], detail }
  }
}

const maxMessage = 5120

/** The text that a rule makes for itself, unless it fails or says nothing. */
function messageOf({ message }: Rule, self: unknown, oldSelf: unknown): string | undefined {
  if (message === undefined) return undefined
  try {
    const text = message.evaluate(self, oldSelf)
    if (typeof text !== 'string' || text.trim() === '' || /[\n\r]/.test(text) || text.length > maxMessage) return undefined
    return text.trim()
  } catch {
    return undefined
  }
}

/** Problems of the rules in a schema. */
export function checkRuleDefinitions(schema: JsonObject, path: string): FieldError[] {
  const budget = { total: 0, contributors: [] as string[] }
  const errors = checkNode(schema, path, true, 1, budget, true)
  if (budget.total > schemaLimit) {
    for (const contributor of budget.contributors)
      errors.push({ type: 'Forbidden', path: contributor, detail: 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema' })
    errors.push({
      type: 'Forbidden',
      path,
      detail: `x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema ${excess(budget.total, schemaLimit)}`,
    })
  }
  return errors
}

function excess(cost: number, limit: number): string {
  const factor = cost / limit
  const times = factor > 100 ? 'more than 100x' : `${factor.toFixed(1)}x`
  return `exceeds budget by factor of ${times} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`
}

interface Budget {
  total: number
  readonly contributors: string[]
}

/** @param times how often a value of the place may occur @param isCorrelated whether its former value can be told */
function checkNode(schema: JsonObject, path: string, isRoot: boolean, times: number, budget: Budget, isCorrelated: boolean): FieldError[] {
  if (!hasRules(schema)) return []
  const errors: FieldError[] = []
  const isResource = isRoot || schema['x-kubernetes-embedded-resource'] === true
  for (const [index, rule] of objectsOf(schema[member]).entries())
    errors.push(...checkOne(rule, schema, isResource, `${path}.${member}[${index}]`, times, budget, isCorrelated))
  for (const [name, inner] of Object.entries(objectOf(schema['properties'])))
    if (isObject(inner)) errors.push(...checkNode(inner, `${path}.properties[${name}]`, false, times, budget, isCorrelated))
  const { items, additionalProperties: additional } = schema
  const repeated = times * maxSizeOf(schema)
  const keepsKeys = schema['x-kubernetes-list-type'] === 'map'
  if (isObject(items)) errors.push(...checkNode(items, `${path}.items`, false, repeated, budget, isCorrelated && keepsKeys))
  if (isObject(additional)) errors.push(...checkNode(additional, `${path}.additionalProperties`, false, repeated, budget, isCorrelated))
  return errors
}

function checkOne(rule: JsonObject, schema: JsonObject, isResource: boolean, path: string, times: number, budget: Budget, isCorrelated: boolean): FieldError[] {
  const source = printed(rule['rule'] ?? '')
  if (source.trim() === '') return []
  const errors: FieldError[] = []
  const shown = {
    Rule: source,
    Message: printed(rule['message'] ?? ''),
    MessageExpression: printed(rule['messageExpression'] ?? ''),
    Reason: rule['reason'] ?? null,
    FieldPath: printed(rule['fieldPath'] ?? ''),
    OptionalOldSelf: rule['optionalOldSelf'] ?? null,
  }
  const scope = createScope(schema, isResource, rule['optionalOldSelf'] === true)
  const charge = (expression: Expression, at: string, what: string): void => {
    const cost = costOf(expression.ast as CelNode, schema) * times
    budget.total += cost
    if (cost > expressionLimit) errors.push({ type: 'Forbidden', path: at, detail: `estimated ${what} cost ${excess(cost, expressionLimit)}` })
    if (cost > schemaLimit) budget.contributors.push(at)
  }
  const compiledRule = scope.compile(source)
  if (isFault(compiledRule)) {
    if (!compiledRule.isUnsupported) errors.push({ type: 'Invalid', path: `${path}.rule`, value: shown, detail: `compilation failed: ${compiledRule.message}` })
  } else if (compiledRule.type !== 'bool' && compiledRule.type !== 'dyn')
    errors.push({ type: 'Invalid', path: `${path}.rule`, value: shown, detail: 'cel expression must evaluate to a bool' })
  else {
    if (!isCorrelated && mentionsOld(source))
      errors.push({
        type: 'Invalid',
        path: `${path}.rule`,
        value: source,
        detail: `oldSelf cannot be used on the uncorrelatable portion of the schema within ${path.replace(/\.x-kubernetes-validations.*$/, '')}`,
      })
    charge(compiledRule, `${path}.rule`, 'rule')
  }
  if (shown.MessageExpression !== '') {
    const text = scope.compile(shown.MessageExpression)
    const at = `${path}.messageExpression`
    if (isFault(text)) {
      if (!text.isUnsupported) errors.push({ type: 'Invalid', path: at, value: shown, detail: `messageExpression compilation failed: ${text.message}` })
    } else if (text.type !== 'string' && text.type !== 'dyn')
      errors.push({ type: 'Invalid', path: at, value: shown, detail: 'messageExpression must evaluate to a string' })
    else charge(text, at, 'messageExpression')
  }
  return errors
}
