// Health by rules: the first whose expression holds says how an object is.
import { CelError, compileExpression } from './expression.ts'
import type { Expression } from './expression.ts'

/** In the words of Argo CD. */
export type CelHealthStatus = 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown'

/** One rule. */
export interface CelHealthRule {
  readonly status: CelHealthStatus
  /** Of type bool, about `object`: `object.status.conditions.exists(c, c.type == "Ready" && c.status == "True")`. */
  readonly when: string
  /** Of type string, about `object`. Default: no message. */
  readonly message?: string
}

/** What the rules say. */
export interface CelHealth {
  readonly status: CelHealthStatus
  readonly message?: string
}

/**
 * Compile rules to a check.
 *
 * Rules are asked in order. One that cannot be evaluated, mostly because the object has no status yet, does not hold; when none holds, the object is
 * Progressing.
 * @throws {CelError} for an expression that is none, with the number of its rule
 */
export function createCelHealth(rules: readonly CelHealthRule[]): (object: unknown) => CelHealth {
  const compiled = rules.map(({ status, when, message }, index) => ({
    status,
    when: numbered(index, when),
    message: message === undefined ? undefined : numbered(index, message),
  }))
  return (object) => {
    for (const { status, when, message } of compiled) {
      if (answerOf(when, object) !== true) continue
      const text = message === undefined ? undefined : answerOf(message, object)
      return { status, ...(typeof text === 'string' && text !== '' ? { message: text } : {}) }
    }
    return { status: 'Progressing' }
  }
}

function numbered(index: number, source: string): Expression {
  try {
    return compileExpression(source)
  } catch (error) {
    throw error instanceof CelError ? new CelError(`rule ${index + 1}: ${error.message}`, { cause: error }) : error
  }
}

function answerOf(expression: Expression, object: unknown): unknown {
  try {
    return expression(object)
  } catch (error) {
    if (error instanceof CelError) return undefined
    throw error
  }
}
