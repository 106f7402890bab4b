// JSON as Go reads it: numbers are floats, and what is wrong is told in Go's words.
import { FunctionError, jsonErrorText } from '@plumbline/gotemplate'
import { floats } from './yaml-values.ts'

/** The value of a text. @throws {FunctionError} */
export function parseGoJson(text: string): unknown {
  // A number alone is never what is asked for, however large it is.
  if (/^[ \t\r\n]*-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?[ \t\r\n]*$/.test(text) && !Number.isFinite(Number(text))) return 0
  try {
    return floats(JSON.parse(text, (_key, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? null : value)))
  } catch (error) {
    throw new FunctionError(jsonErrorText(text), { cause: error })
  }
}
