// Rules in the words of CEL: compiled once for a schema, then asked of objects. Follows apiextensions-apiserver `pkg/apiserver/schema/cel`.
import { Environment, EvaluationError, ParseError } from '@marcbachmann/cel-js'
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

/** What stands in the way of an expression. */
export interface CompileFault {
  /** In the words and the layout of cel-go. */
  readonly message: string
  /** A function that is not known here may be known to the server: then nothing is said of the rule. */
  readonly isUnsupported: boolean
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
      const checked = environment.check(text) as { valid: boolean; type?: string; error?: Error & { code?: string; summary?: string; range?: Range } }
      if (!checked.valid) return faultOf(source, checked.error)
      const ask = environment.parse(text) as unknown as ((context: Record<string, unknown>) => unknown) & { readonly ast: unknown }
      return {
        type: checked.type ?? 'dyn',
        ast: ask.ast,
        evaluate(self, oldSelf) {
          return evaluated(() => ask({ self, oldSelf }))
        },
      }
    },
  }
}

interface Range {
  readonly start: number
  readonly end: number
}

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

const expected = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}"

export function faultOf(source: string, error: (Error & { code?: string; summary?: string; range?: Range }) | undefined): CompileFault {
  const summary = error?.summary ?? error?.message ?? ''
  const start = error?.range?.start ?? 0
  const at = (position: number, message: string, isUnsupported = false): CompileFault => ({ message: locatedFault(source, position, message), isUnsupported })
  if (error instanceof ParseError) {
    const token = source.slice(start).trim()
    if (token === '') return at(source.length, `Syntax error: mismatched input '<EOF>' expecting ${expected}`)
    return at(start, `Syntax error: extraneous input '${/^(?:\w+|.)/.exec(source.slice(start))?.[0] ?? ''}' expecting ${expected}`)
  }
  switch (error?.code) {
    case 'unknown_variable':
      return at(start, `undeclared reference to '${/variable: (.*)$/.exec(summary)?.[1] ?? ''}' (in container '')`)
    case 'no_such_key':
      return at(Math.max(0, start - 1), `undefined field '${/key: (.*)$/.exec(summary)?.[1] ?? ''}'`)
    case 'no_such_overload': {
      const binary = /overload: (\S+) (\S+) (\S+)$/.exec(summary)
      if (binary !== null) {
        const operator = binary[2] ?? ''
        const position = source.indexOf(` ${operator} `, start)
        return at(
          position < 0 ? start : position + 1,
          `found no matching overload for '_${operator}_' applied to '(${goType(binary[1])}, ${goType(binary[3])})'`,
        )
      }
      const unary = /overload: ([!-])(\S+)$/.exec(summary)
      return at(start, `found no matching overload for '${unary?.[1] ?? ''}_' applied to '(${goType(unary?.[2])})'`)
    }
    case 'no_matching_overload': {
      const call = /for '(?:(.*)\.)?(\w+)\((.*)\)'/.exec(summary)
      const position = source.indexOf('(', source.indexOf(call?.[2] ?? '(', start))
      const receiver = call?.[1] === undefined ? '' : `${goType(call[1])}.`
      const name = call?.[2] === matchesFunction ? 'matches' : call?.[2]
      return at(Math.max(start, position), `found no matching overload for '${name ?? ''}' applied to '${receiver}(${goType(call?.[3])})'`, true)
    }
    default:
      return at(start, summary, true)
  }
}

/** Types in cel-go's notation. */
function goType(name: string | undefined): string {
  return (name ?? '').replaceAll('<', '(').replaceAll('>', ')').replaceAll('selfType', 'selfType.@').replaceAll('.@.', '.').replaceAll('.@', '')
}

/** A fault at a place of a text, in the layout of cel-go. */
export function locatedFault(source: string, position: number, message: string): string {
  const before = source.slice(0, position)
  const line = before.split('\n').length
  const column = position - (before.lastIndexOf('\n') + 1)
  const shown = source.split('\n')[line - 1] ?? ''
  return `ERROR: <input>:${line}:${column + 1}: ${message}\n | ${shown}\n | ${'.'.repeat(column)}^`
}
