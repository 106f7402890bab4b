import { formatYaml } from '@plumbline/yaml'
import { describe, expect, it } from 'vitest'

const words = (count: number): string => 'word '.repeat(count).trimEnd()

describe("Go's writer", () => {
  it.each([
    ['yes', '"yes"'],
    ['0123', '"0123"'],
    ['1_000', '"1_000"'],
    ['12:30', '"12:30"'],
    ['2024-01-01', '"2024-01-01"'],
    ['2024-13-01', '2024-13-01'],
    ['2001-12-14 21:59:43.10 -5', '2001-12-14 21:59:43.10 -5'],
    ['1e400', '1e400'],
    ['', '""'],
    ['a: b', "'a: b'"],
    ['-x', '-x'],
    ['<<', '<<'],
    ['it\'s "x"', 'it\'s "x"'],
    ["'q", "'''q'"],
    ['a\tb', '"a\\tb"'],
    ['\u{1F600}', '"\\U0001F600"'],
    ['\u00e9', '\u00e9'],
  ])('writes the text %j as %s', (text, written) => {
    expect(formatYaml({ k: text })).toBe(`k: ${written}\n`)
  })

  it.each([
    [1_000_000, '1000000'],
    [1e21, '1e+21'],
    [1_234_567.5, '1.2345675e+06'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [-0, '0'],
  ])('writes the number %d as %s', (number, written) => {
    expect(formatYaml([number])).toBe(`- ${written}\n`)
  })

  it('folds plain and quoted texts at a blank behind column 80', () => {
    expect(formatYaml({ k: words(20) })).toBe(`k: ${words(16)}\n  ${words(4)}\n`)
    expect(formatYaml({ k: `a: ${words(20)}` })).toBe(`k: 'a: ${words(15)}\n  ${words(5)}'\n`)
  })

  it('chooses chomping and indentation of blocks by their ends', () => {
    expect(formatYaml({ a: 'x\ny', b: 'x\n', c: 'x\n\n', d: ' x\ny', e: 'x \ny' })).toBe(
      'a: |-\n  x\n  y\nb: |\n  x\nc: |+\n  x\n\nd: |2-\n   x\n  y\ne: "x \\ny"\n',
    )
  })

  it('puts lists at the indentation of their key, and nested ones on one line', () => {
    expect(formatYaml({ a: [{ b: [1, [2]] }, [], {}] })).toBe('a:\n- b:\n  - 1\n  - - 2\n- []\n- {}\n')
    expect(formatYaml({ a: [{ b: 1 }] }, { style: 'pretty' })).toBe('a:\n  - b: 1\n')
  })

  it('orders keys by the numbers in them, letters last', () => {
    expect(formatYaml({ a10: 1, a2: 1, B: 1, '1': 1, '-': 1 })).toBe('\'-\': 1\n"1": 1\nB: 1\na2: 1\na10: 1\n')
  })

  it('gives long keys a line of their own', () => {
    const long = 'k'.repeat(129)
    expect(formatYaml({ [long]: { a: 1, b: [2] } })).toBe(`? ${long}\n: a: 1\n  b:\n  - 2\n`)
  })
})
