// `eq` and its kin. Types are compared as Go compares them: an int is not a float.
import { FunctionError } from '../errors.ts'
import { valueText } from '../format.ts'
import { sprintf } from '../printf.ts'
import { fn } from '../functions.ts'
import type { FunctionMap } from '../functions.ts'
import { GoInt } from '../numbers.ts'
import { HostObject, isMap, isNil, isNilList, kindName, typeName } from '../values.ts'
import type { GoValue } from '../values.ts'

type Basic = 'bool' | 'int' | 'float' | 'string'

const badKinds = 'incompatible types for comparison'
const badType = 'invalid type for comparison'

function basicOf(value: GoValue): Basic | undefined {
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return 'float'
  if (typeof value === 'string') return 'string'
  return value instanceof GoInt ? 'int' : undefined
}

function differentKinds(first: GoValue, second: GoValue, namesTypes: boolean): FunctionError {
  return new FunctionError(namesTypes ? `${badKinds}: ${typeName(first)} and ${typeName(second)}` : badKinds)
}

function isComparable(value: GoValue): boolean {
  return !(Array.isArray(value) || isMap(value) || value instanceof Uint8Array || value instanceof HostObject)
}

/** @throws {FunctionError} */
function areEqual(first: GoValue, second: GoValue, namesTypes: boolean): boolean {
  const [a, b] = [basicOf(first), basicOf(second)]
  const [noFirst, noSecond] = [isNil(first), isNil(second)]
  // nil is equal to nil and to lists and maps that nobody has made, and to nothing else.
  if (noFirst || noSecond) return (noFirst || isNilList(first)) && (noSecond || isNilList(second))
  if (a !== b) throw differentKinds(first, second, namesTypes)
  if (a === undefined) {
    if (isNilList(first) || isNilList(second)) return isNilList(first) && isNilList(second)
    if (kindName(first) !== kindName(second))
      throw new FunctionError(`non-comparable types ${sprintf('%s', [first])}: ${typeName(first)}, ${typeName(second)}: ${valueText(second)}`)
    if (!isComparable(second)) throw new FunctionError(`non-comparable type ${sprintf('%s', [second])}: ${typeName(second)}`)
    return first === second
  }
  return first instanceof GoInt && second instanceof GoInt ? first.value === second.value : first === second
}

function isLower(first: GoValue, second: GoValue, namesTypes: boolean): boolean {
  const [a, b] = [basicOf(first), basicOf(second)]
  if (a === undefined || b === undefined) throw new FunctionError(badType)
  if (a !== b) throw differentKinds(first, second, namesTypes)
  if (a === 'bool') throw new FunctionError(badType)
  if (first instanceof GoInt && second instanceof GoInt) return first.value < second.value
  return (first as string) < (second as string)
}

/** With `namesTypes`, messages of `eq` and `ne` name the types that cannot be compared, as they do from Go 1.23 on. */
export function comparisonsOf(namesTypes: boolean): FunctionMap {
  const isEqual = (first: GoValue, second: GoValue): boolean => areEqual(first, second, namesTypes)
  const isLess = (first: GoValue, second: GoValue): boolean => isLower(first, second, namesTypes)
  return {
    eq: fn('any any...', ([first, ...others]) => {
      if (others.length === 0) throw new FunctionError('missing argument for comparison')
      return others.some((other) => isEqual(first, other))
    }),
    ne: fn('any any', ([a, b]) => !isEqual(a, b)),
    lt: fn('any any', ([a, b]) => isLess(a, b)),
    le: fn('any any', ([a, b]) => isLess(a, b) || isEqual(a, b)),
    gt: fn('any any', ([a, b]) => !isLess(a, b) && !isEqual(a, b)),
    ge: fn('any any', ([a, b]) => !isLess(a, b)),
  }
}
