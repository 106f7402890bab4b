// What a function of templates declares about itself: Go checks arguments by their types before a call.
import type { Definition } from './parser.ts'
import type { GoValue, ParameterType } from './values.ts'

export type { ParameterType } from './values.ts'

/** What a call may use of the engine that runs it. */
export interface CallContext {
  /** Count work that a function does, in steps of the engine's budget. @throws when it is used up */
  spend(steps: number): void
  /** The templates among which the calling one runs. */
  readonly templates: TemplateNames
  /** Run another template, of these or of a set laid over them, within the same limits. @throws {TemplateError} */
  execute(name: string, data: GoValue, templates?: TemplateNames): string
}

/** Templates by name. */
export interface TemplateNames {
  lookup(name: string): Definition | undefined
}

/** One function. It throws {FunctionError} for what Go returns as an error. */
export interface TemplateFunction {
  readonly parameters: readonly ParameterType[]
  /** Type of further arguments, where their number is open. */
  readonly variadic?: ParameterType
  /** Whether it is given the text of its first argument, before the arguments. */
  readonly takesText?: boolean
  call(args: readonly GoValue[], context: CallContext): GoValue
}

export type FunctionMap = Readonly<Record<string, TemplateFunction>>

/** Declare a function: parameter types in one text, such as `string int any...`. */
export function fn(signature: string, call: TemplateFunction['call']): TemplateFunction {
  const parts = signature.split(' ').filter((part) => part !== '')
  const last = parts.at(-1)
  const isVariadic = last?.endsWith('...') === true
  const types = (isVariadic ? parts.slice(0, -1) : parts) as ParameterType[]
  return { parameters: types, ...(isVariadic ? { variadic: last.slice(0, -3) as ParameterType } : {}), call }
}

/** Names of types as messages print them. */
export const typeTexts: Readonly<Record<ParameterType, string>> = {
  any: 'interface {}',
  value: 'reflect.Value',
  string: 'string',
  int: 'int',
  int64: 'int64',
  float64: 'float64',
  bool: 'bool',
  map: 'map[string]interface {}',
  list: '[]interface {}',
  '[]string': '[]string',
  uint32: 'uint32',
  'time.Time': 'time.Time',
  'sprig.certificate': 'sprig.certificate',
}
