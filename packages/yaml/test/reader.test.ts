import { describe, expect, it } from 'vitest'
import { parseYaml, parseYamlDocuments, YamlError } from '@plumbline/yaml'
import type { YamlReadOptions } from '@plumbline/yaml'

const failure = (text: string, options: YamlReadOptions = {}): YamlError => {
  try {
    parseYamlDocuments(text, options)
  } catch (error) {
    if (error instanceof YamlError) return error
    throw error
  }
  throw new Error(`expected ${JSON.stringify(text)} to be refused`)
}

describe('documents', () => {
  it('are split, and know where they are', () => {
    const documents = parseYamlDocuments('# head\n---\na: 1\n---\n# nothing\n---\nb: 2\n...\n')
    expect(documents.map(({ value }) => value)).toEqual([{ a: 1 }, null, { b: 2 }])
    expect(documents.map(({ line }) => line)[0]).toBe(3)
  })

  it('are none in a stream of comments', () => {
    expect(parseYamlDocuments('# only\n# comments\n')).toEqual([])
    expect(parseYaml('')).toBeNull()
  })

  it('are one where one is asked for', () => {
    expect(() => parseYaml('a: 1\n---\nb: 2\n')).toThrow(/expected one document, found 2/)
  })

  it('may have carriage returns', () => {
    expect(parseYaml('a: 1\r\nb: |\r\n  x\r\n  y\r\n')).toEqual({ a: 1, b: 'x\ny\n' })
  })
})

describe('scalars', () => {
  it.each([
    ['yes', true],
    ['Off', false],
    ['0x1F', 31],
    ['0o17', 15],
    ['017', 15],
    ['1e3', 1000],
    ['.5', 0.5],
    ['~', null],
    ['null', null],
    ['"yes"', 'yes'],
    ["'it''s'", "it's"],
    ['"a\\tb\\u00e9"', 'a\tbé'],
    ['1_000', 1000],
    ['2024-01-02', '2024-01-02'],
    ['v1.2.3', 'v1.2.3'],
    ['10m', '10m'],
    ['- ', [null]],
  ])('%s', (text, value) => {
    expect(parseYaml(text)).toEqual(value)
  })

  it('keep integers that a double cannot hold', () => {
    expect(parseYaml('a: 9223372036854775807\nb: 9007199254740993')).toEqual({ a: 9223372036854775807n, b: 9007199254740993n })
  })

  it('of blocks keep or fold their lines', () => {
    expect(parseYaml('a: |-\n  one\n    two\n\n  three\nb: >\n  one\n  two\n\n  three\nc: |2+\n    x\n\n')).toEqual({
      a: 'one\n  two\n\nthree',
      b: 'one two\nthree\n',
      c: '  x\n\n',
    })
  })
})

describe('collections', () => {
  it('of both styles nest', () => {
    expect(parseYaml('a: {b: [1, {c: d}], e: }\nf:\n- g: 1\n  h: 2\n-\n  - i\n')).toEqual({ a: { b: [1, { c: 'd' }], e: null }, f: [{ g: 1, h: 2 }, ['i']] })
  })

  it('repeat by anchors and merge', () => {
    expect(parseYaml('base: &b {x: 1, z: 2}\nuse:\n  <<: *b\n  z: 3\nagain: *b\n')).toEqual({
      base: { x: 1, z: 2 },
      use: { x: 1, z: 3 },
      again: { x: 1, z: 2 },
    })
  })

  it('have booleans for keys where YAML 1.1 has booleans, as kubectl reads them', () => {
    expect(parseYaml('y: 1\nno: 2\n')).toEqual({ true: 1, false: 2 })
  })

  it('never touch a prototype', () => {
    const value = parseYaml('__proto__:\n  polluted: yes\nconstructor: 1\n') as Record<string, unknown>
    expect(Object.hasOwn(value, '__proto__')).toBe(true)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('with a key twice keep the last and say so', () => {
    const [document] = parseYamlDocuments('a: 1\nb: 2\na: 3\n')
    expect(document?.value).toEqual({ a: 3, b: 2 })
    expect(document?.warnings).toMatchObject([{ code: 'DUPLICATE_KEY', line: 3, column: 1 }])
    expect(failure('a: 1\na: 2\n', { duplicateKeys: 'error' })).toMatchObject({ code: 'YAML_DUPLICATE_KEY', line: 2 })
  })
})

describe('what is wrong', () => {
  it.each([
    ['tabs', 'a:\n\tb: 1\n', 2],
    ['a flow that never ends', 'a: [1, 2\nb: 3\n', 2],
    ['an alias of nothing', 'a: *none\n', 1],
    ['a quote that never ends', 'a: "x\n', 1],
    ['two values', 'a: b: c\n', 1],
    ['a badly indented member', 'a:\n    b: 1\n  c: 2\n', 3],
  ])('%s', (_what, text, line) => {
    const error = failure(text)
    expect(error.line).toBeGreaterThanOrEqual(line)
    expect(error.column).toBeGreaterThan(0)
    expect(error.message).not.toBe('')
  })

  it('names the place in a later document', () => {
    expect(failure('a: 1\n---\nb: [\n')).toMatchObject({ line: expect.any(Number) as number })
    expect(failure('a: 1\n---\nb: [\n').line).toBeGreaterThanOrEqual(3)
  })
})

describe('limits', () => {
  it('of size, before anything is read', () => {
    const large = `a: ${'x'.repeat(100 * 2 ** 20)}\n`
    const start = performance.now()
    expect(failure(large)).toMatchObject({ code: 'YAML_LIMIT' })
    // A hundred megabytes are refused unread: far below what reading them takes.
    expect(performance.now() - start).toBeLessThan(5000)
  })

  it('of depth', () => {
    expect(failure(`${'['.repeat(5000)}${']'.repeat(5000)}`)).toMatchObject({ code: 'YAML_LIMIT' })
    expect(failure(Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'))).toMatchObject({ code: 'YAML_LIMIT' })
  })

  it('of aliases: a billion laughs are not laughed', () => {
    const levels = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
    for (const [index, name] of Array.from('bcdefghi').entries())
      levels.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcdefghi'[index] ?? ''}`).join(', ')}]`)
    expect(failure(levels.join('\n'))).toMatchObject({ code: 'YAML_LIMIT' })
  })
})
