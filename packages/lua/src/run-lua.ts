// Runs a script with values of JSON as its globals.
import luaparse from 'luaparse'
import { openBase, tableOf } from './base-library.ts'
import type { LibraryContext } from './base-library.ts'
import { Budget, defaultLimits } from './budget.ts'
import type { LuaLimits } from './budget.ts'
import { compile } from './compile.ts'
import type { Node } from './compile.ts'
import { clockLibrary, mathLibrary, stringLibrary, tableLibrary } from './libraries.ts'
import { createOperations } from './operations.ts'
import { fromJson, LuaError, LuaTable, toBytes } from './values.ts'
import type { LuaFunction, LuaValue } from './values.ts'

/** How a script runs. */
export interface LuaOptions {
  /** Globals, as JSON. */
  readonly globals?: Readonly<Record<string, unknown>>
  /** Libraries for texts and mathematics too. Without them there are the basic functions, tables and the clock. */
  readonly openLibraries?: boolean
  readonly limits?: Partial<LuaLimits>
  /** Milliseconds since the epoch. Default: the host's clock. */
  readonly now?: () => number
}

const maxSourceLength = 1024 * 1024

/**
 * What a script returns. Lua 5.1 with the `goto` of 5.2, as gopher-lua has it.
 * @throws {LuaError} what the script throws, or its syntax error; {LuaLimitError} when it takes too much
 */
export function runLua(source: string, options: LuaOptions = {}): readonly LuaValue[] {
  const budget = new Budget({ ...defaultLimits, ...options.limits })
  const operations = createOperations(budget)
  const globals = new LuaTable()
  const context: LibraryContext = {
    globals,
    operations,
    budget,
    now: options.now ?? Date.now,
    load: (text) => compile(parse(text), globals, operations, budget),
  }
  openBase(context)
  const table = tableLibrary(context)
  const clock = clockLibrary(context)
  // As Argo CD opens its clock: under the name of the table library.
  for (const [name, value] of Object.entries(clock)) table.set(name, value)
  globals.set('table', table)
  const modules = new Map<string, LuaValue>([['os', tableOf(clock)]])
  if (options.openLibraries === true) {
    const strings = stringLibrary(context)
    operations.strings = strings
    globals.set('string', strings)
    globals.set('math', mathLibrary())
    globals.set('os', modules.get('os'))
  }
  const require: LuaFunction = ([name]) => {
    const found = modules.get(String(name as string)) ?? (typeof name === 'string' ? globals.get(name) : undefined)
    if (found === undefined) throw new LuaError(`module ${String(name as string)} not found`)
    return [found]
  }
  globals.set('require', require)
  for (const [name, value] of Object.entries(options.globals ?? {})) globals.set(name, fromJson(value))
  return context.load(toBytes(source))([])
}

function parse(source: string): Node {
  if (source.length > maxSourceLength) throw new LuaError(`the script has more than ${maxSourceLength} characters`)
  try {
    return luaparse.parse(source, { luaVersion: '5.2', encodingMode: 'pseudo-latin1', comments: false } as never) as unknown as Node
  } catch (error) {
    throw new LuaError(toBytes(error instanceof Error ? error.message : 'syntax error'))
  }
}
