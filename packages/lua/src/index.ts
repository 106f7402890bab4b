// Lua for checks and actions: no I/O, bounded in steps, time and memory.
export { runLua } from './run-lua.ts'
export type { LuaOptions } from './run-lua.ts'
export { defaultLimits } from './budget.ts'
export type { LuaLimits } from './budget.ts'
export { fromJson, LuaError, LuaLimitError, LuaTable, toJson } from './values.ts'
export type { LuaFunction, LuaValue } from './values.ts'
export { luaHealthCheck } from './health.ts'
export type { LuaHealth } from './health.ts'
