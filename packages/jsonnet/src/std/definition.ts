// How members of the library are written down.
import type { Run } from '../run.ts'
import { codePointLength } from '../text.ts'
import { fieldNames } from '../objects.ts'
import { typeError } from '../operators.ts'
import { ArrayValue, FunctionValue, ObjectValue, ready, Scope, Thunk } from '../values.ts'
import type { Value } from '../values.ts'

/** A function of the library. A parameter that may be left out ends in `?`. */
export interface Definition {
  readonly name: string
  readonly parameters: readonly string[]
  /** Arguments come as they were given, not computed yet. */
  readonly evaluate: (run: Run, supplied: readonly (Thunk | undefined)[]) => Value
}

export function define(name: string, parameters: readonly string[], evaluate: Definition['evaluate']): Definition {
  return { name, parameters, evaluate }
}

/** A function of one value. */
export function unaryDefinition(name: string, parameter: string, evaluate: (run: Run, a: Value) => Value): Definition {
  return define(name, [parameter], (run, [a]) => evaluate(run, forced(run, a)))
}

/** A function of two values. */
export function binaryDefinition(name: string, parameters: readonly [string, string], evaluate: (run: Run, a: Value, b: Value) => Value): Definition {
  return define(name, parameters, (run, [a, b]) => {
    const first = forced(run, a)
    return evaluate(run, first, forced(run, b))
  })
}

/** A function of three values. */
export function ternaryDefinition(
  name: string,
  parameters: readonly [string, string, string],
  evaluate: (run: Run, a: Value, b: Value, c: Value) => Value,
): Definition {
  return define(name, parameters, (run, [a, b, c]) => {
    const first = forced(run, a)
    const second = forced(run, b)
    return evaluate(run, first, second, forced(run, c))
  })
}

/** The value of an argument, or what stands for one that was left out. */
export function forced(run: Run, argument: Thunk | undefined, otherwise: Value = null): Value {
  return argument === undefined ? otherwise : run.force(argument)
}

/** The member of the library for one run. */
export function functionValueOf(run: Run, { parameters, evaluate }: Definition): FunctionValue {
  const shown = parameters.map((name) => ({ name: name.replace(/\?$/, ''), isOptional: name.endsWith('?') }))
  return new FunctionValue(shown, (supplied) => evaluate(run, supplied))
}

const emptyScope = new Scope([], undefined, undefined, 0)

/** An element that is computed when it is needed. */
export function later(run: Run, compute: () => Value): Thunk {
  return new Thunk(
    undefined,
    () => {
      run.current = {}
      return compute()
    },
    emptyScope,
  )
}

/** `std.length`. @throws {JsonnetRuntimeError} */
export function lengthOf(run: Run, value: Value): number {
  if (typeof value === 'string') {
    run.text(value.length)
    return codePointLength(value)
  }
  if (value instanceof ArrayValue) return value.elements.length
  if (value instanceof ObjectValue) return fieldNames(value).length
  if (value instanceof FunctionValue) return value.parameters.filter(({ isOptional }) => !isOptional).length
  throw typeError(run, value)
}

/** The elements of an array, or the characters of a text. Undefined for other values. */
export function elementsOf(run: Run, value: Value): readonly Thunk[] | undefined {
  if (value instanceof ArrayValue) return value.elements
  if (typeof value !== 'string') return undefined
  run.text(value.length)
  run.elements(value.length * 4)
  return Array.from(value, ready)
}
