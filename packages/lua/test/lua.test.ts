import { luaHealthCheck, LuaError, LuaLimitError, runLua, toJson } from '@plumbline/lua'
import { describe, expect, it } from 'vitest'

const value = (script: string, options = {}): unknown => toJson(runLua(script, { openLibraries: true, ...options })[0])

describe('scripts', () => {
  it.each([
    ['return 7 / 2', 3.5],
    ['return 4 / 2 .. ""', '2'],
    ['return 10 % 3, 1', 1],
    ['return 2 ^ 10', 1024],
    ['return "a" .. 1 .. 2.5', 'a12.5'],
    ['return #"abc" + #{1, 2, 3}', 6],
    ['return not nil and 1 or 2', 1],
    ['local t = {1, 2, x = "y", [10] = 3} return t.x .. t[2]', 'y2'],
    ['local a, b = (function() return 1, 2 end)() return a + b', 3],
    ['local function f(...) return select("#", ...) end return f(1, nil, 3)', 3],
    ['local s = 0 for i = 10, 1, -3 do s = s + i end return s', 22],
    ['local s = "" for k, v in pairs({a = 1, b = 2}) do s = s .. k .. v end return s', 'a1b2'],
    ['local i = 0 repeat local j = i i = i + 1 until j == 3 return i', 4],
    ['local n = 0 while true do n = n + 1 if n > 4 then break end end return n', 5],
    ['for i = 1, 3 do for j = 1, 3 do if j == 2 then goto continue end end ::continue:: end return "ok"', 'ok'],
    ['local fs = {} for i = 1, 3 do fs[i] = function() return i end end return fs[1]() + fs[3]()', 4],
    ['local t = setmetatable({}, {__index = function(_, k) return k .. "!" end}) return t.hey', 'hey!'],
    ['local t = {} function t.a.b() end return 1', undefined],
    ['local t = {n = 1} function t:inc(by) self.n = self.n + by return self end return t:inc(2):inc(3).n', 6],
    ['local ok, e = pcall(error, {code = 5}) return e.code', 5],
    ['return tostring(nil) .. tostring(true) .. tostring(1e21) .. tostring(0.1)', 'niltrue1e+210.1'],
    ['return tonumber("0x10") + tonumber(" 5 ")', 21],
    ['local t = {3, 1, 2} table.sort(t, function(a, b) return a > b end) return table.concat(t, ",")', '3,2,1'],
    ['return ("x"):rep(3):upper()', 'XXX'],
    ['return string.format("%5.2f|%-4s|%03d|%x", 3.14159, "a", 7, 255)', ' 3.14|a   |007|ff'],
    ['return (string.gsub("hello world", "(%w+)", "<%1>"))', '<hello> <world>'],
    ['return string.match("key = value", "^(%w+)%s*=%s*(%w+)$")', 'key'],
    ['local s = "" for w in string.gmatch("a,b,,c", "([^,]*)") do s = s .. "[" .. w .. "]" end return s', '[a][][b][][][c][]'],
    ['return string.find("a.b", ".", 1, true)', 2],
    ['return string.match("f(a(b)c)d", "%b()")', '(a(b)c)'],
    ['return #"é"', 2],
    ['return string.upper("é")', 'é'],
    ['return math.floor(-1.5) + math.max(1, 5, 3)', 3],
    ['return os.date("%Y-%m-%dT%H:%M:%SZ", 0)', '1970-01-01T00:00:00Z'],
    ['return os.time({year = 2024, month = 2, day = 29, hour = 0})', 1709164800],
    ['return require("os").time()', 1],
    ['local n = 0 for i = 1, 500 do if not pcall(function() error(i) end) then n = n + 1 end end return n', 500],
    ['local a <const> = 1 return a', undefined],
  ])('%s', (script, wanted) => {
    if (wanted === undefined) expect(() => value(script)).toThrow(LuaError)
    else expect(value(script, { now: () => 1000 })).toEqual(wanted)
  })

  it('have nothing of the outside', () => {
    for (const name of ['io', 'os.execute', 'os.getenv', 'dofile', 'loadfile', 'debug', 'package'])
      expect(() => runLua(`${name}.x()`, { openLibraries: true })).toThrow(LuaError)
    expect(value('return type(_G.constructor) .. type(({}).__proto__) .. type(obj.constructor)', { globals: { obj: {} } })).toBe('nilnilnil')
  })

  it.each([
    'while true do end',
    'local function f() return f() + 1 end return f()',
    'local s = "x" while true do s = s .. s end',
    'return string.rep("x", 1e12)',
    'local t = {} for i = 1, 1e9 do t[i] = i end',
    'return string.find(string.rep("a", 3000), string.rep("a*", 30) .. "b")',
    'return pcall(function() while true do end end)',
    'goto a ::a:: goto a',
  ])('stop: %s', (script) => {
    expect(() => runLua(script, { openLibraries: true, limits: { maxMs: 500, maxSteps: 2_000_000 } })).toThrow(
      /takes (more|longer)|makes texts|stack overflow|too complex/,
    )
    expect(LuaLimitError).toBeDefined()
  })

  it('tell health', () => {
    const script = `
      local hs = { status = "Progressing", message = "waiting" }
      if obj.status ~= nil then
        for _, condition in ipairs(obj.status.conditions) do
          if condition.type == "Ready" and condition.status == "True" then hs = { status = "Healthy", message = condition.message } end
        end
      end
      return hs`
    expect(luaHealthCheck(script, { status: { conditions: [{ type: 'Ready', status: 'True', message: 'läuft' }] } })).toEqual({
      status: 'Healthy',
      message: 'läuft',
    })
    expect(luaHealthCheck(script, {})).toEqual({ status: 'Progressing', message: 'waiting' })
    expect(luaHealthCheck('return {status = "Fine"}', {})).toEqual({ status: 'Unknown', message: 'Lua returned an invalid health status' })
    expect(() => luaHealthCheck('return 1', {})).toThrow('expect table output')
    expect(() => luaHealthCheck('x =', {})).toThrow(LuaError)
  })
})
