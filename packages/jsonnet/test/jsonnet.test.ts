import { evaluateJsonnet, formatJson, JsonnetLimitError, JsonnetRuntimeError, JsonnetSyntaxError } from '@plumbline/jsonnet'
import type { JsonnetOptions } from '@plumbline/jsonnet'
import { describe, expect, it } from 'vitest'

async function valueOf(program: string, options?: JsonnetOptions): Promise<unknown> {
  return (await evaluateJsonnet('main.jsonnet', program, options)).value
}

async function errorOf(program: string, options?: JsonnetOptions): Promise<Error> {
  return valueOf(program, options).then(
    (value) => new Error(`no error, but ${JSON.stringify(value)}`),
    (error: unknown) => error as Error,
  )
}

describe('results', () => {
  it('are plain JSON', async () => {
    expect(await valueOf('{ a: [1, "x", null, true, { b:: 1 }], local c = 2, d: c }')).toEqual({ a: [1, 'x', null, true, {}], d: 2 })
  })

  it('have members of any name', async () => {
    const value = (await valueOf('{ __proto__: { polluted: true }, constructor: 1, toString: 2 }')) as Record<string, unknown>
    expect(Object.keys(value).sort()).toEqual(['__proto__', 'constructor', 'toString'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(formatJson(value as never)).toContain('"__proto__": {')
  })

  it('are printed in order of code points', async () => {
    const { value } = await evaluateJsonnet('main.jsonnet', `{ '10': 1, '9': 2, 'ｚ': 3, '😀': 4 }`)
    expect([...formatJson(value).matchAll(/"(.*?)":/g)].map((match) => match[1])).toEqual(['10', '9', 'ｚ', '😀'])
  })

  it('are computed once and only where needed', async () => {
    const { value, traces } = await evaluateJsonnet('main.jsonnet', `local x = std.trace('x', 1), y = std.trace('y', 2); [x, x, std.length([y])]`)
    expect(value).toEqual([1, 1, 1])
    expect(traces).toEqual(['TRACE: main.jsonnet:1 x'])
  })
})

describe('imports', () => {
  const files: Readonly<Record<string, string>> = { 'a.libsonnet': '{ b: import "b.libsonnet", n: std.thisFile }', 'b.libsonnet': '1 + ', 'c.txt': 'é' }
  const options: JsonnetOptions = {
    import: (_from, path) => (files[path] === undefined ? undefined : Promise.resolve({ path, content: files[path] })),
  }

  it('are read before the program runs, and fail only where they are evaluated', async () => {
    expect(await valueOf(`(import 'a.libsonnet').n + (if false then import 'nope' else '') + importstr 'c.txt'`, options)).toBe('a.libsonneté')
    expect(await valueOf(`importbin 'c.txt'`, options)).toEqual([195, 169])
    expect((await errorOf(`(import 'a.libsonnet').b`, options)).message).toMatch(
      /^RUNTIME ERROR: b\.libsonnet:1:5 Unexpected end of file\n\ta\.libsonnet:1:6-26\t/,
    )
    expect((await errorOf(`import 'nope'`, options)).message).toMatch(
      /^RUNTIME ERROR: couldn't open import "nope": no match locally or in the Jsonnet library paths\n/,
    )
  })

  it('can be refused with a reason', async () => {
    expect((await errorOf(`import 'x'`, { import: () => ({ reason: 'not that one' }) })).message).toMatch(/^RUNTIME ERROR: not that one\n/)
  })

  it('end when the signal says so, and with what the importer throws', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    expect((await errorOf(`import 'a.libsonnet'`, { ...options, signal })).message).toBe('enough')
    const failing: JsonnetOptions = { import: () => Promise.reject(new Error('disk')) }
    expect((await errorOf(`1 + import 'a'`, failing)).message).toBe('disk')
  })

  it('are bounded in number and size', async () => {
    const endless: JsonnetOptions = { import: (_from, path) => ({ path: `${path}x`, content: `import '${path}x'` }), limits: { maxImports: 5 } }
    expect(await errorOf(`import 'a'`, endless)).toBeInstanceOf(JsonnetLimitError)
    const large: JsonnetOptions = { import: (_from, path) => ({ path, content: ' '.repeat(100) }), limits: { maxImportBytes: 99 } }
    expect((await errorOf(`importstr 'a'`, large)).message).toBe('the program imports more than 99 bytes')
  })
})

describe('errors', () => {
  it('have the place and the line where a program cannot be read', async () => {
    const error = await errorOf('{\n  a: 1,\n  b: é,\n}')
    expect(error).toBeInstanceOf(JsonnetSyntaxError)
    expect(error.message).toBe(`main.jsonnet:3:6 Could not lex the character '\\u00e9'\n\n  b: é,`)
    expect((await errorOf('local a = 1;\nlocal b = a + c;\nb')).message).toBe('main.jsonnet:2:15-16 Unknown variable: c\n\nlocal b = a + c;')
  })

  it('have the trace where it fails', async () => {
    const error = await errorOf(`local f(x) = error 'no ' + x;\n{ a: [f(3)] }`)
    expect(error).toBeInstanceOf(JsonnetRuntimeError)
    expect((error as JsonnetRuntimeError).reason).toBe('no 3')
    expect(error.message.split('\n')).toEqual([
      'RUNTIME ERROR: no 3',
      '\tmain.jsonnet:1:14-29\tfunction <f>',
      '\tmain.jsonnet:2:7-11\tthunk from <object <anonymous>>',
      '\tArray element 0\t',
      '\tField "a"\t',
      '\tDuring manifestation\t',
    ])
  })

  it('are cut in the middle when the trace is long', async () => {
    const { message } = await errorOf('local f(x) = f(x + 1); f(1)')
    expect(message).toMatch(/^RUNTIME ERROR: max stack frames exceeded\.\n/)
    expect(message.split('\n')).toHaveLength(22)
    expect(message.split('\n')[11]).toBe('\t...')
  })

  it('of variables that are code come when they are used', async () => {
    const extVars = [{ name: 'bad', value: '1 +', code: true }]
    expect(await valueOf('1', { extVars })).toBe(1)
    expect((await errorOf(`std.extVar('bad')`, { extVars })).message).toMatch(/^<extvar:bad>:1:4 Unexpected end of file/)
  })
})

describe('a function', () => {
  it('is called with the top-level arguments', async () => {
    const tlas = [
      { name: 'a', value: 'x' },
      { name: 'b', value: '[1, 2]', code: true },
    ]
    expect(await valueOf('function(a, b, c=std.length(b)) { a: a, c: c }', { tlas })).toEqual({ a: 'x', c: 2 })
    expect((await errorOf('function(a) a', { tlas })).message).toMatch(/^RUNTIME ERROR: function has no parameter b\n/)
    expect(await valueOf('{ ignored: true }', { tlas })).toEqual({ ignored: true })
  })
})

it('reads YAML with the reader that it is given', async () => {
  const readYaml = (document: string): unknown => ({ length: document.length })
  expect(await valueOf(`std.parseYaml('a: 1\\n---\\nb: 2\\n')`, { readYaml })).toEqual([{ length: 5 }, { length: 5 }])
  expect((await errorOf(`std.parseYaml('a')`)).message).toMatch(/no reader of YAML was given/)
})
