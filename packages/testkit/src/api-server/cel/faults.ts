// What is wrong with expressions, in the words and the layout of cel-go.
import { ParseError } from '@marcbachmann/cel-js'
import { locatedFault } from './fault-layout.ts'
import { matchesFunction } from './functions.ts'
import { syntaxFaults } from './syntax-faults.ts'

/** What stands in the way of an expression. */
export interface CompileFault {
  /** In the words and the layout of cel-go. */
  readonly message: string
  /** A function that is not known here may be known to the server: then nothing is said of the rule. */
  readonly isUnsupported: boolean
}

interface Range {
  readonly start: number
  readonly end: number
}

/** An error of the library. */
export type LibraryError = Error & { code?: string; summary?: string; range?: Range }

/** The name that is not known, where that is what is wrong. */
export function unknownNameIn(error: LibraryError | undefined): string | undefined {
  return error?.code === 'unknown_variable' ? /variable: (.*)$/.exec(error.summary ?? error.message)?.[1] : undefined
}

/** What is wrong with an expression. */
export function faultOf(source: string, error: LibraryError | undefined): CompileFault {
  const summary = error?.summary ?? error?.message ?? ''
  const start = error?.range?.start ?? 0
  const at = (position: number, message: string, isUnsupported = false): CompileFault => ({ message: locatedFault(source, position, message), isUnsupported })
  if (error instanceof ParseError) return { message: syntaxFaults(source, start), isUnsupported: false }
  switch (error?.code) {
    case 'unknown_variable':
      return at(start, `undeclared reference to '${unknownNameIn(error) ?? ''}' (in container '')`)
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
export function goType(name: string | undefined): string {
  return (name ?? '')
    .replaceAll('<', '(')
    .replaceAll('>', ')')
    .replaceAll('selfType', 'selfType.@')
    .replaceAll('.@.', '.')
    .replaceAll('.@', '')
    .replaceAll(/\bnull\b/g, 'null_type')
}
