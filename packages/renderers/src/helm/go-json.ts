// JSON as Go reads it: numbers are floats, and what is wrong is told in Go's words.
import { FunctionError } from '@plumbline/gotemplate'
import { goJsonError } from '@plumbline/schema'
import { floats } from './yaml-values.ts'

/** The value of a text. @throws {FunctionError} */
export function parseGoJson(text: string): unknown {
  try {
    return floats(JSON.parse(text, (_key, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? null : value)))
  } catch (error) {
    throw new FunctionError(goJsonError(text), { cause: error })
  }
}

/** A number that no float64 holds; Go leaves it out and goes on. */
export function firstTooLarge(text: string): string | undefined {
  if (!/\d{300}|[eE]\+?\d{3}/.test(text)) return undefined
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gs) ?? []
  return tokens.find((token) => !token.startsWith('"') && !Number.isFinite(Number(token)))
}
