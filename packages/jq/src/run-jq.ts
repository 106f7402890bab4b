// A program, compiled once, and what it makes of values.
import { defaultLimits, rootScope, Run } from './evaluate.ts'
import type { JqLimits } from './evaluate.ts'
import { parseJq } from './parser.ts'
import type { Node } from './parser.ts'
import { JqLimitError } from './values.ts'

/** A compiled program. */
export interface JqProgram {
  /** All values that it makes of one. @throws {JqError} {JqLimitError} */
  run(value: unknown): unknown[]
}

const maxSourceLength = 64 * 1024

/**
 * Compile a program.
 * @throws {JqSyntaxError}
 */
export function compileJq(source: string, limits: Partial<JqLimits> = {}): JqProgram {
  if (source.length > maxSourceLength) throw new JqLimitError(`the program has more than ${maxSourceLength} characters`)
  return programOf(parseJq(source), limits)
}

/**
 * A program that takes away what an expression finds, as `del(expression)`.
 * @throws {JqSyntaxError}
 */
export function compileJqDelete(expression: string, limits: Partial<JqLimits> = {}): JqProgram {
  return programOf({ kind: 'call', name: 'del', args: [parseJq(expression)] }, limits)
}

function programOf(node: Node, limits: Partial<JqLimits>): JqProgram {
  return {
    run(value) {
      const results: unknown[] = []
      try {
        for (const result of new Run({ ...defaultLimits, ...limits }).values(node, value, rootScope)) results.push(result)
      } catch (error) {
        if (error instanceof RangeError) throw new JqLimitError('the program goes too deep', { cause: error })
        throw error
      }
      return results
    },
  }
}
