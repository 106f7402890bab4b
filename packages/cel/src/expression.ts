// Compiled expressions over one value. The language is that of the library; only its `matches`, which backtracks, is replaced by a linear one.
import { Environment } from '@marcbachmann/cel-js'
import { RE2JS } from 're2js'

/** An expression that is none, with the place of the fault in its message. */
export class CelError extends Error {
  override readonly name = 'CelError'
}

/** Asks an expression about a value. @throws {CelError} when it cannot be evaluated, for want of a field above all */
export type Expression = (value: unknown) => unknown

const limits = { maxAstNodes: 10_000, maxDepth: 100, maxListElements: 1000, maxMapEntries: 1000, maxCallArguments: 32 }
const longestExpression = 20_000

/** As long as `matches`, so that places in messages stay right. */
const linearMatches = 'matchez'
const maxPatterns = 256
const patterns = new Map<string, RE2JS>()

function isMatch(text: string, pattern: string): boolean {
  let known = patterns.get(pattern)
  if (known === undefined) {
    known = RE2JS.compile(pattern)
    if (patterns.size >= maxPatterns) patterns.clear()
    patterns.set(pattern, known)
  }
  return known.matcher(text).find()
}

let shared: Environment | undefined

function environment(): Environment {
  if (shared === undefined) {
    shared = new Environment({ unlistedVariablesAreDyn: false, enableOptionalTypes: true, homogeneousAggregateLiterals: false, limits } as never)
    shared.registerVariable('object', 'dyn')
    shared.registerFunction(`string.${linearMatches}(string): bool`, isMatch)
  }
  return shared
}

/**
 * Compile an expression about `object`.
 * @throws {CelError} for a text that is no expression
 */
export function compileExpression(source: string): Expression {
  if (source.length > longestExpression) throw new CelError(`an expression of more than ${longestExpression} characters`)
  const text = source.replaceAll(/("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\bmatches(?=\s*\()/g, (_whole, literal: string | undefined) => literal ?? linearMatches)
  const checked = environment().check(text) as { readonly valid: boolean; readonly error?: Error }
  if (!checked.valid) throw new CelError(shown(checked.error, source))
  const ask = environment().parse(text) as unknown as (context: Readonly<Record<string, unknown>>) => unknown
  return (value) => {
    try {
      return ask({ object: celValue(value) })
    } catch (error) {
      throw new CelError(shown(error, source), { cause: error })
    }
  }
}

function shown(error: unknown, source: string): string {
  const text = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
  return `${text.replaceAll(linearMatches, 'matches')} in ${JSON.stringify(source.length > 100 ? `${source.slice(0, 100)}…` : source)}`
}

/** Whole numbers of JSON are integers of CEL, so that `object.spec.replicas == 3` holds. */
function celValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
  if (Array.isArray(value)) return value.map(celValue)
  if (typeof value !== 'object' || value === null) return value
  return new Map(Object.entries(value).map(([name, member]) => [name, celValue(member)]))
}
