// Programs that want too much, or that are made to break what reads them.
import { evaluateJsonnet, JsonnetError, JsonnetLimitError } from '@plumbline/jsonnet'
import type { JsonnetLimits } from '@plumbline/jsonnet'
import { describe, expect, it } from 'vitest'

async function outcomeOf(program: string, limits: Partial<JsonnetLimits> = {}): Promise<unknown> {
  return evaluateJsonnet('main.jsonnet', program, { limits }).then(
    ({ value }) => value,
    (error: unknown) => error,
  )
}

const nested = 'std.foldl(function(a, b) [a], std.range(1, 100000), 1)'

describe('a program ends that', () => {
  it.each<[what: string, program: string]>([
    ['calls itself at its end', 'local f(x) = f(x) tailstrict; f(1) tailstrict'],
    ['calls itself twice', 'local f(n) = f(n - 1) + f(n - 1); local g(n) = if n < 2 then 1 else g(n - 1) + g(n - 2); g(60)'],
    ['doubles a text', 'local d(n) = if n == 0 then "x" else local s = d(n - 1); s + s; std.length(d(60))'],
    ['doubles an array', 'local d(n) = if n == 0 then [1] else local s = d(n - 1); s + s; std.length(d(60))'],
    ['repeats', 'std.repeat("x", 2000000000)'],
    ['counts', 'std.range(0, 2000000000)'],
    ['makes an array', 'std.makeArray(2000000000, function(i) i)'],
    ['pads', '"%2000000000d" % 1'],
    ['wants many digits', '"%.200000000f" % 1'],
    ['replaces short with long', 'local s = std.repeat("a", 1000000); std.strReplace(s, "a", s)'],
    ['joins', 'local s = std.repeat("a", 100000); std.join(s, std.makeArray(100000, function(i) s))'],
    ['prints itself twice', 'std.foldl(function(a, b) std.toString([a, a]), std.range(1, 100), "x")'],
    ['has loops in loops', '[1 for a in std.range(1, 1000) for b in std.range(1, 1000) for c in std.range(1, 1000)]'],
    ['asks again and again', 'local s = std.repeat("a", 1000000); std.foldl(function(a, i) std.sha256(s + i), std.range(0, 10000), "")'],
    ['has many parentheses', `${'('.repeat(100_000)}1${')'.repeat(100_000)}`],
    ['has many brackets', '['.repeat(100_000)],
    ['has many signs', `${'-'.repeat(100_000)}1`],
    ['has many variables', `${'local a = 1; '.repeat(50_000)}1`],
    ['adds often', Array.from({ length: 20_000 }, () => '1').join('+')],
    ['has a long chain of members', `{ a: 1 }${'.b'.repeat(50_000)}`],
    ['calls often', `local f(x) = f; f${'(1)'.repeat(50_000)}`],
    ['has a long chain of objects', '{}'.repeat(50_000)],
    ['leaves something to do after each call', 'local f(n) = if n == 0 then 0 else 1 + f(n - 1) tailstrict; f(1000000) tailstrict'],
    ['fills the stack between its frames', `local f(n) = ${'(1 + '.repeat(200)}f(n)${')'.repeat(200)}; f(1)`],
    ['prints what is deep', `std.manifestJsonEx(${nested}, "")`],
    ['compares what is deep', `${nested} == ${nested}`],
    ['flattens what is deep', `std.flattenDeepArray(${nested})`],
    ['has a deep result', nested],
    ['reads deep JSON', 'std.parseJson(std.repeat("[", 100000))'],
    ['adds objects', 'std.foldl(function(a, b) a + { x+: 1 }, std.range(1, 20000), { x: 0 }).x'],
    ['asks for itself', '{ a: self.b, b: self.a }.a'],
  ])('%s', async (_, program) => {
    expect(await outcomeOf(program, { maxSteps: 3_000_000, maxElements: 3_000_000 })).toBeInstanceOf(JsonnetError)
  })
})

describe('limits', () => {
  it('are those that are given', async () => {
    expect(await outcomeOf('std.length(std.range(1, 100000))', { maxSteps: 1000 })).toEqual(new JsonnetLimitError('the program takes more than 1000 steps'))
    expect(await outcomeOf('std.repeat("x", 11)', { maxTextLength: 10 })).toEqual(new JsonnetLimitError('the program makes a text of more than 10 characters'))
    expect(await outcomeOf('std.range(1, 11)', { maxElements: 40 })).toEqual(new JsonnetLimitError('the program makes arrays of more than 40 elements'))
    expect(await outcomeOf('[1, 2, 3]', { maxTokens: 3 })).toEqual(new JsonnetLimitError('the program and its imports have too many tokens'))
    expect(await outcomeOf('local f(x) = f(x) tailstrict; f(1) tailstrict', { maxMs: 20 })).toEqual(
      new JsonnetLimitError('the program takes longer than 20 ms'),
    )
    expect(await outcomeOf('local f(n) = if n == 0 then 1 else f(n - 1); f(20)', { maxStack: 10 })).toMatchObject({
      reason: 'max stack frames exceeded.',
    })
  })

  it('leave room for programs that only look large', async () => {
    expect(await outcomeOf('local f(n) = if n == 0 then 0 else f(n - 1) tailstrict; f(100000) tailstrict')).toBe(0)
    expect(await outcomeOf('std.length(std.foldl(function(a, b) a + { ["k" + b]: b }, std.range(1, 5000), {}))')).toBe(5000)
    expect(await outcomeOf('std.foldl(function(a, b) a + b, std.range(1, 100000), 0)')).toBe(5_000_050_000)
    expect(await outcomeOf('local f(n) = if n == 0 then [] else local y = [n]; y + f(n - 1); std.length(f(150))')).toBe(150)
    expect(await outcomeOf('local s = "😀" + std.repeat("a", 20000); std.foldl(function(n, i) n + std.length(s[i]), std.range(0, 20000), 0)')).toBe(20_001)
  })
})
