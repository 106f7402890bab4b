// The basic functions (reference manual §5.1), as far as they do no I/O.
import type { Budget } from './budget.ts'
import { isTrue } from './operations.ts'
import type { Operations } from './operations.ts'
import { LuaError, LuaTable, parseNumber, typeName } from './values.ts'
import type { LuaFunction, LuaValue } from './values.ts'

/** What libraries are made with. */
export interface LibraryContext {
  readonly globals: LuaTable
  readonly operations: Operations
  readonly budget: Budget
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** A text as a function. @throws {LuaError} */
  readonly load: (source: string) => LuaFunction
}

export function tableOf(members: Readonly<Record<string, LuaValue>>): LuaTable {
  const table = new LuaTable()
  for (const [name, value] of Object.entries(members)) table.set(name, value)
  return table
}

export function badArgument(position: number, name: string, why: string): LuaError {
  return new LuaError(`bad argument #${position} to ${name} (${why})`)
}

export function tableAt(args: readonly LuaValue[], index: number, name: string): LuaTable {
  const value = args[index]
  if (value instanceof LuaTable) return value
  throw badArgument(index + 1, name, `table expected, got ${typeName(value)}`)
}

export function numberAt(args: readonly LuaValue[], index: number, name: string, otherwise?: number): number {
  const value = args[index]
  if (typeof value === 'number') return value
  const parsed = typeof value === 'string' ? parseNumber(value) : undefined
  if (parsed !== undefined) return parsed
  if (value === undefined && otherwise !== undefined) return otherwise
  throw badArgument(index + 1, name, `number expected, got ${typeName(value)}`)
}

export function textAt(args: readonly LuaValue[], index: number, name: string, operations: Operations, otherwise?: string): string {
  const value = args[index]
  if (typeof value === 'string') return value
  if (typeof value === 'number') return operations.show(value)
  if (value === undefined && otherwise !== undefined) return otherwise
  throw badArgument(index + 1, name, `string expected, got ${typeName(value)}`)
}

export function openBase({ globals, operations, load }: LibraryContext): void {
  const next: LuaFunction = (args) => {
    const table = tableAt(args, 0, 'next')
    let isFound = args[1] === undefined
    for (const [key, value] of table.entries()) {
      if (isFound) return [key, value]
      isFound = key === args[1]
    }
    return [undefined]
  }
  const inext: LuaFunction = ([table, index]) => {
    const position = Number(index) + 1
    const value = operations.index(table, position)
    return value === undefined ? [undefined] : [position, value]
  }
  const protectedCall = (body: LuaFunction, args: readonly LuaValue[], onError: (value: LuaValue) => readonly LuaValue[]): readonly LuaValue[] => {
    try {
      return [true, ...operations.call(body, args)]
    } catch (error) {
      // Limits are no errors of Lua.
      if (!(error instanceof LuaError)) throw error
      return [false, ...onError(error.value)]
    }
  }
  const members: Record<string, LuaFunction> = {
    assert: (args) => {
      if (isTrue(args[0])) return args
      throw new LuaError(args[1] ?? 'assertion failed!')
    },
    error: ([value]) => {
      throw new LuaError(value)
    },
    getmetatable: ([value]) => {
      const metatable = value instanceof LuaTable ? value.metatable : undefined
      return [metatable?.get('__metatable') ?? metatable]
    },
    ipairs: (args) => [inext, tableAt(args, 0, 'ipairs'), 0],
    loadstring: ([source]) => {
      try {
        return [load(String(source as string))]
      } catch (error) {
        if (!(error instanceof LuaError)) throw error
        return [undefined, error.value]
      }
    },
    next,
    pairs: (args) => {
      const entries = tableAt(args, 0, 'pairs').entries()
      return [
        () => {
          const { value, done } = entries.next()
          return done === true ? [undefined] : value
        },
        args[0],
        undefined,
      ]
    },
    pcall: ([body, ...args]) =>
      protectedCall(
        (given) => operations.call(body, given),
        args,
        (value) => [value],
      ),
    print: () => [],
    rawequal: ([a, b]) => [a === b],
    rawget: (args) => [tableAt(args, 0, 'rawget').get(args[1])],
    rawset: (args) => {
      tableAt(args, 0, 'rawset').set(args[1], args[2])
      return [args[0]]
    },
    select: ([which, ...values]) => {
      if (which === '#') return [values.length]
      const index = Number(which)
      if (!Number.isInteger(index) || index === 0) throw badArgument(1, 'select', 'index out of range')
      return index < 0 ? values.slice(index) : values.slice(index - 1)
    },
    setmetatable: (args) => {
      const table = tableAt(args, 0, 'setmetatable')
      const [, metatable] = args
      if (metatable !== undefined && !(metatable instanceof LuaTable)) throw badArgument(2, 'setmetatable', 'nil or table expected')
      if (table.metatable?.get('__metatable') !== undefined) throw new LuaError('cannot change a protected metatable')
      table.metatable = metatable
      return [table]
    },
    tonumber: ([value, base]) => {
      if (base === undefined || base === 10) return [typeof value === 'number' ? value : typeof value === 'string' ? parseNumber(value) : undefined]
      const text = String(value as string)
        .trim()
        .toLowerCase()
      const digits = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, Number(base))
      const isNumber = text !== '' && Array.from(text.replace(/^-/, '')).every((character) => digits.includes(character))
      return [isNumber ? Number.parseInt(text, Number(base)) : undefined]
    },
    tostring: ([value]) => [operations.show(value)],
    type: ([value]) => [typeName(value)],
    unpack: (args) => unpack(args),
    xpcall: ([body, handler]) =>
      protectedCall(
        (given) => operations.call(body, given),
        [],
        (value) => operations.call(handler, [value]),
      ),
  }
  for (const [name, value] of Object.entries(members)) globals.set(name, value)
  globals.set('_G', globals)
  globals.set('_VERSION', 'Lua 5.1')
}

const maxUnpacked = 8000

function unpack(args: readonly LuaValue[]): LuaValue[] {
  const table = tableAt(args, 0, 'unpack')
  const from = numberAt(args, 1, 'unpack', 1)
  const to = numberAt(args, 2, 'unpack', table.length)
  if (to - from >= maxUnpacked) throw new LuaError('too many results to unpack')
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => table.get(from + index))
}
