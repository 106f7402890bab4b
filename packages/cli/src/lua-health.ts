// Health checks in Lua from the settings, as checks of the engine.
import type { Health, HealthCheck, LuaHealthScript } from '@plumbline/core'
import { luaHealthCheck } from '@plumbline/lua'

/** A script as a check. One that fails says so in the health of what it was asked about. */
export function healthCheckOf({ group, kind, script, openLibraries }: LuaHealthScript): HealthCheck {
  return {
    group,
    kind,
    check(object): Health | undefined {
      try {
        const { status, message } = luaHealthCheck(script, object, { openLibraries })
        if (status === '') return undefined
        return { status: status as Health['status'], ...(message === '' ? {} : { message }) }
      } catch (error) {
        return { status: 'Unknown', message: error instanceof Error ? error.message : String(error) }
      }
    },
  }
}
