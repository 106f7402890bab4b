// Expressions about a request: those of admission policies, and the conditions of webhooks. Objects are values without types here, as for
// apiserver `pkg/admission/plugin/cel`.
import type { JsonObject } from '../types.ts'
import { baseEnvironment, evaluated, faultOf, withLinearMatches } from './rules.ts'
import type { CompileFault } from './rules.ts'
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

const names = ['object', 'oldObject', 'request', 'namespaceObject', 'params', 'variables'] as const

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

function compile(expression: string): ((context: Record<string, unknown>) => unknown) | CompileFault {
  const environment = baseEnvironment()
  for (const name of names) environment.registerVariable(name, 'dyn')
  const text = withLinearMatches(expression)
  const checked = environment.check(text) as { valid: boolean; error?: Error }
  return checked.valid ? (environment.parse(text) as unknown as (context: Record<string, unknown>) => unknown) : faultOf(expression, checked.error)
}

const compiled = new Map<string, ReturnType<typeof compile>>()
const maxCompiled = 1000

/** An expression, compiled once. */
export function compilePolicyExpression(expression: string): ReturnType<typeof compile> {
  const known = compiled.get(expression)
  if (known !== undefined) return known
  if (compiled.size >= maxCompiled) compiled.clear()
  const made = compile(expression)
  compiled.set(expression, made)
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
    return evaluated(() => program(context))
  }
  for (const { name, expression } of input.variables ?? []) sources.set(name, () => evaluate(expression))
  return { evaluate }
}
