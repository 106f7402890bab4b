import { describe, expect, it } from 'vitest'
import { formatJson, formatYaml, formatYamlDocuments, parseJson, parseYaml, parseYamlDocuments } from '@plumbline/yaml'

describe('YAML', () => {
  it('is what kubectl prints: keys in order, lists not indented, blocks for lines', () => {
    expect(formatYaml({ kind: 'ConfigMap', apiVersion: 'v1', data: { script: 'a\nb\n', list: [1, { x: true }] }, empty: {}, none: [] })).toBe(
      'apiVersion: v1\ndata:\n  list:\n  - 1\n  - x: true\n  script: |\n    a\n    b\nempty: {}\nkind: ConfigMap\nnone: []\n',
    )
  })

  it.each([
    'yes',
    'null',
    '1',
    '1e3',
    '0x1',
    '',
    ' a',
    'a ',
    'a: b',
    '- a',
    '#x',
    '@x',
    '"',
    "'",
    '2024-01-01',
    '~',
    'a\tb',
    '\u0007',
    '{',
    '*a',
    '! x',
    'é',
    '😀',
    '.',
    '.5',
    '0o7',
    '1:20',
  ])('quotes %j where it has to', (text) => {
    expect(parseYaml(formatYaml({ value: text, [text]: 1 }))).toEqual({ value: text, [text]: 1 })
  })

  it('writes streams', () => {
    const values = [{ a: 1 }, { b: [] }]
    expect(parseYamlDocuments(formatYamlDocuments(values)).map(({ value }) => value)).toEqual(values)
  })

  it('keeps long integers', () => {
    expect(formatYaml({ a: 9223372036854775807n })).toBe('a: 9223372036854775807\n')
  })
})

describe('JSON', () => {
  it('keeps long integers both ways', () => {
    const text = '{"a":9223372036854775807,"b":[12345678901234567890,1.5],"c":"12345678901234567890"}'
    expect(parseJson(text)).toEqual({ a: 9223372036854775807n, b: [12345678901234567890n, 1.5], c: '12345678901234567890' })
    expect(formatJson(parseJson(text))).toBe(text)
  })

  it('takes no text for one of its own marks', () => {
    const text = '{"a":12345678901234567890,"b":"bigint:5","c":"bigint:0:7"}'
    expect(parseJson(text)).toEqual({ a: 12345678901234567890n, b: 'bigint:5', c: 'bigint:0:7' })
    expect(formatJson(parseJson(text))).toBe(text)
  })

  it('sorts keys where asked', () => {
    expect(formatJson({ b: 1, a: { d: 1, c: [] } }, { sortKeys: true })).toBe('{"a":{"c":[],"d":1},"b":1}')
  })

  it('refuses what is none', () => {
    expect(() => parseJson('{"a":')).toThrow(SyntaxError)
  })
})
