// Expressions about a request: those of admission policies, and the conditions of webhooks. Objects are values without types here, as for
// apiserver `pkg/admission/plugin/cel`.
import type { JsonObject } from '../types.ts'
import { locatedFault } from './fault-layout.ts'
import { baseEnvironment, checkedExpression, evaluated, withLinearMatches } from './rules.ts'
import type { CompileFault } from './faults.ts'
import { dynamicValue } from './schema-types.ts'

/** What expressions may speak of. */
export interface PolicyInput {
  readonly object: unknown
  readonly oldObject: unknown
  readonly request: JsonObject
  readonly namespaceObject: unknown
  readonly params: unknown
  /** Reckoned when they are first asked for: each may speak of those before it. */
  readonly variables?: readonly { readonly name: string; readonly expression: string }[]
}

/** Evaluates expressions about one request. */
export interface PolicyScope {
  /** @throws {Error} in the words of cel-go */
  evaluate(expression: string): unknown
}

/** Variables of a policy: a value comes to be when it is read. A plain Map, since the library knows values by their constructors. */
function lazyVariables(sources: ReadonlyMap<string, () => unknown>): Map<string, unknown> {
  const values = new Map<string, unknown>()
  const variables = new Map<string, unknown>()
  variables.has = (name) => sources.has(name)
  variables.get = (name) => {
    if (!values.has(name)) values.set(name, sources.get(name)?.())
    return values.get(name)
  }
  return variables
}

/** What there is to speak of beside the request and its objects. */
export interface PolicyNames {
  readonly hasParams: boolean
  /** Whether the expression may ask who may do what: what does is not judged here. */
  readonly hasAuthorizer: boolean
  /** Names of the variables; undefined where there can be none. */
  readonly variables: readonly string[] | undefined
}

const everything: PolicyNames = { hasParams: true, hasAuthorizer: true, variables: [] }
const always = ['object', 'oldObject', 'request', 'namespaceObject'] as const

/** An expression that can be asked. */
export interface PolicyExpression {
  /** Type of its result, in cel-go's notation. */
  readonly type: string
  evaluate(context: Record<string, unknown>): unknown
}

function compile(expression: string, { hasParams, hasAuthorizer, variables }: PolicyNames): PolicyExpression | CompileFault {
  const environment = baseEnvironment()
  for (const name of [...always, ...(hasParams ? ['params'] : []), ...(variables === undefined ? [] : ['variables'])]) environment.registerVariable(name, 'dyn')
  const text = withLinearMatches(expression)
  const checked = checkedExpression(environment, text, expression)
  if ('message' in checked) return hasAuthorizer && /\bauthorizer\b/.test(expression) ? { ...checked, isUnsupported: true } : checked
  const ask = environment.parse(text) as unknown as (context: Record<string, unknown>) => unknown
  return { type: checked.type, evaluate: (context) => ask(context) }
}

const compiled = new Map<string, PolicyExpression | CompileFault>()
const maxCompiled = 1000

/** An expression, compiled once. */
export function compilePolicyExpression(expression: string, names: PolicyNames = everything): PolicyExpression | CompileFault {
  const key = `${names.hasParams} ${names.hasAuthorizer} ${names.variables !== undefined} ${expression}`
  const known = compiled.get(key)
  if (compiled.size >= maxCompiled) compiled.clear()
  const made = known ?? compile(expression, names)
  compiled.set(key, made)
  // Variables have no types here: what is known of them is which there are.
  if ('message' in made || names.variables === undefined || names === everything) return made
  for (const { index, 1: name = '' } of expression.matchAll(/(?<![\w.'"])variables\.([A-Za-z_]\w*)/g))
    if (!names.variables.includes(name)) {
      const message = locatedFault(expression, index + 'variables'.length, `undefined field '${name}'`)
      return { message, isUnsupported: false }
    }
  return made
}

export function createPolicyScope(input: PolicyInput): PolicyScope {
  const sources = new Map<string, () => unknown>()
  const context: Record<string, unknown> = {
    object: dynamicValue(input.object ?? null),
    oldObject: dynamicValue(input.oldObject ?? null),
    request: dynamicValue(input.request),
    namespaceObject: dynamicValue(input.namespaceObject ?? null),
    params: dynamicValue(input.params ?? null),
    variables: lazyVariables(sources),
  }
  function evaluate(expression: string): unknown {
    const program = compilePolicyExpression(expression)
    if ('message' in program) throw new Error(`compilation error: compilation failed: ${program.message}`)
    return evaluated(() => program.evaluate(context))
  }
  for (const { name, expression } of input.variables ?? []) sources.set(name, () => evaluate(expression))
  return { evaluate }
}
