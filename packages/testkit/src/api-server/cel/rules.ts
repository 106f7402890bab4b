// Rules in the words of CEL: compiled once for a schema, then asked of objects. Follows apiextensions-apiserver `pkg/apiserver/schema/cel`.
import { Environment, EvaluationError } from '@marcbachmann/cel-js'
import { faultOf, goType, unknownNameIn } from './faults.ts'
import type { CompileFault, LibraryError } from './faults.ts'
import { matchesFunction, registerFunctions } from './functions.ts'
import { typeOfSchema } from './schema-types.ts'
import type { CelType } from './schema-types.ts'
import type { JsonObject } from '../types.ts'

const limits = { maxAstNodes: 20_000, maxDepth: 100, maxListElements: 1000, maxMapEntries: 1000, maxCallArguments: 32 }

/** An expression that can be asked. */
export interface Expression {
  /** Type of its result, in the names of CEL. */
  readonly type: string
  /** Its tree, for those who reckon with it. */
  readonly ast: unknown
  /** @throws {Error} in the words of cel-go */
  evaluate(self: unknown, oldSelf: unknown): unknown
}

/** Expressions about one place of a schema. */
export interface RuleScope {
  compile(source: string): Expression | CompileFault
  valueOf(json: unknown): unknown
}

export function isFault(result: Expression | CompileFault): result is CompileFault {
  return 'message' in result
}

let shared: Environment | undefined

/** The environment with all functions and no variables. To make it is costly, to copy it is not. */
export function baseEnvironment(): Environment {
  if (shared === undefined) {
    shared = new Environment({ unlistedVariablesAreDyn: false, enableOptionalTypes: true, homogeneousAggregateLiterals: false, limits } as never)
    registerFunctions(shared)
  }
  return shared.clone()
}

/** @param isOptionalOld whether `oldSelf` is an optional value, there on create too */
export function createScope(schema: JsonObject, isResource: boolean, isOptionalOld: boolean): RuleScope {
  const environment = baseEnvironment()
  const type: CelType = typeOfSchema(environment, schema, 'selfType', isResource)
  environment.registerVariable('self', type.name)
  environment.registerVariable('oldSelf', isOptionalOld ? `optional<${type.name}>` : type.name)
  return {
    valueOf: (json) => type.valueOf(json),
    compile(source) {
      const text = withLinearMatches(source)
      const checked = checkedExpression(environment, text, source)
      if ('message' in checked) return checked
      const ask = environment.parse(text) as unknown as ((context: Record<string, unknown>) => unknown) & { readonly ast: unknown }
      return {
        type: checked.type,
        ast: ask.ast,
        evaluate(self, oldSelf) {
          return evaluated(() => ask({ self, oldSelf }))
        },
      }
    },
  }
}

/** The type of an expression's result, or all that is wrong with it. @param source the text as it was given */
export function checkedExpression(environment: Environment, text: string, source: string): { readonly type: string } | CompileFault {
  const faults: CompileFault[] = []
  const current = environment.clone()
  // The library stops at the first unknown name, cel-go tells of all.
  for (;;) {
    const checked = current.check(text) as { valid: boolean; type?: string; error?: LibraryError }
    if (checked.valid) break
    faults.push(faultOf(source, checked.error))
    const name = unknownNameIn(checked.error)
    if (name === undefined || faults.length > maxFaults) break
    current.registerVariable(name, 'dyn')
  }
  if (faults.length > 0) return { message: faults.map(({ message }) => message).join('\n'), isUnsupported: faults.some(({ isUnsupported }) => isUnsupported) }
  const { type = 'dyn' } = environment.check(text) as { type?: string }
  return { type: goType(type) }
}

const maxFaults = 20

/** The library's own `matches` backtracks; the function of the same length that stands for it does not, and positions stay what they are. */
export function withLinearMatches(source: string): string {
  return source.replaceAll(/("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\bmatches(?=\s*\()/g, (_whole, literal: string | undefined) => literal ?? matchesFunction)
}

/** @throws {Error} in the words of cel-go */
export function evaluated(ask: () => unknown): unknown {
  try {
    return ask()
  } catch (error) {
    throw new Error(runtimeMessage(error), { cause: error })
  }
}

function runtimeMessage(error: unknown): string {
  if (!(error instanceof EvaluationError)) return error instanceof Error ? error.message : String(error)
  const { code, summary } = error as unknown as { code: string; summary: string }
  switch (code) {
    case 'no_such_key':
      return summary.replace(/^No such key/, 'no such key')
    case 'index_out_of_bounds':
      return `index out of bounds: ${/index (-?\d+)/.exec(summary)?.[1] ?? ''}`
    case 'numeric_overflow':
      return 'integer overflow'
    default:
      return summary
  }
}
