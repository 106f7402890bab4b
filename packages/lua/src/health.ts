// Health checks as Argo CD's settings have them: a script that reads `obj` and returns status and message. Follows argo-cd `util/lua/lua.go`.
import { runLua } from './run-lua.ts'
import type { LuaOptions } from './run-lua.ts'
import { LuaError, LuaTable, toJson } from './values.ts'

/** What a script says of an object. `status` is empty where it says nothing. */
export interface LuaHealth {
  readonly status: string
  readonly message: string
}

const statuses = new Set(['Unknown', 'Progressing', 'Suspended', 'Healthy', 'Degraded', 'Missing'])

/**
 * Health of an object by a script.
 * @throws {LuaError} what the script throws, or that it returns no table; {LuaLimitError} after a second
 */
export function luaHealthCheck(script: string, object: unknown, options: Omit<LuaOptions, 'globals'> = {}): LuaHealth {
  const result = runLua(script, { ...options, globals: { obj: object, actionParams: {} } }).at(-1)
  if (result === undefined) return { status: '', message: '' }
  if (!(result instanceof LuaTable)) throw new LuaError(`expect table output from Lua script, not ${typeof result}`)
  const json = toJson(result)
  // A list, or members of other types, say nothing.
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return { status: '', message: '' }
  const { status, message } = json as Record<string, unknown>
  if (![status, message].every((value) => value === undefined || value === null || typeof value === 'string')) return { status: '', message: '' }
  if (typeof status !== 'string' || !statuses.has(status)) return { status: 'Unknown', message: 'Lua returned an invalid health status' }
  return { status, message: typeof message === 'string' ? message : '' }
}
