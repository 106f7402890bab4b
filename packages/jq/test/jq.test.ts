import { compileJq, compileJqDelete, JqError, JqLimitError, JqSyntaxError } from '@plumbline/jq'
import { describe, expect, it } from 'vitest'

const object = { a: [1, 2, { b: 3 }], s: 'x-y', n: null, m: { k: 'v', l: 'w' } }

describe('programs', () => {
  it.each<[program: string, wanted: unknown[]]>([
    ['.', [object]],
    ['.a[1]', [2]],
    ['.a[-1].b', [3]],
    ['.a[0:2]', [[1, 2]]],
    ['.m["k"], .m."l"', ['v', 'w']],
    ['.nope.deeper', [null]],
    ['.a[]?', [1, 2, { b: 3 }]],
    ['.s[]?', []],
    ['[.m | to_entries[] | .key + "=" + .value]', [['k=v', 'l=w']]],
    ['.n // "d"', ['d']],
    ['(.n, .s) // 1', ['x-y']],
    ['if .n then 1 elif .s == "x-y" then 2 else 3 end', [2]],
    ['[.a[] | numbers | . * 10]', [[10, 20]]],
    ['reduce .a[0:2][] as $x (0; . + $x)', [3]],
    [
      '[foreach range(3) as $i (0; . + $i; [$i, .])]',
      [
        [
          [0, 0],
          [1, 1],
          [2, 3],
        ],
      ],
    ],
    ['def f($x; g): $x + (3 | g); f(1; . * 2)', [7]],
    ['def fac: if . <= 1 then 1 else . * (. - 1 | fac) end; 5 | fac', [120]],
    ['try error("e") catch .', ['e']],
    ['[.a[] | try .b catch "no"]', [['no', 'no', 3]]],
    ['.a as [$x, $y] | $x + $y', [3]],
    ['. as {s: $t, $n} | [$t, $n]', [['x-y', null]]],
    ['"\\(.s)/\\(1 + 1)"', ['x-y/2']],
    ['@base64 "\\(.s)"', ['eC15']],
    ['.s | split("-") | join("+")', ['x+y']],
    ['.s | test("^x"), (capture("(?<l>.)-(?<r>.)")), gsub("[xy]"; "<" + . + ">")?', [true, { l: 'x', r: 'y' }]],
    ['.s | gsub("(?<c>[a-z])"; "\\(.c)!")', ['x!-y!']],
    ['[.. | numbers]', [[1, 2, 3]]],
    [
      '[paths(type == "number")]',
      [
        [
          ['a', 0],
          ['a', 1],
          ['a', 2, 'b'],
        ],
      ],
    ],
    ['.m |= with_entries(.value |= ascii_upcase) | .m', [{ k: 'V', l: 'W' }]],
    ['.a[0] += 5 | .a[0]', [6]],
    ['.x.y[1] = 1 | .x', [{ y: [null, 1] }]],
    ['(.m | keys), (.m | length), (.a | has(5))', [['k', 'l'], 2, false]],
    ['[3, 1, 2] | sort, min, max, add, reverse', [[1, 2, 3], 1, 3, 6, [2, 1, 3]]],
    [
      '[{a: 2, b: 1}, {a: 1, b: 2}, {a: 2, b: 3}] | group_by(.a) | map(length), (flatten | unique_by(.a) | map(.b))',
      [
        [1, 2],
        [2, 1],
      ],
    ],
    ['[limit(2; .a[])], first(.a[]), [label $out | .a[] | if . == 2 then break $out else . end]', [[1, 2], 1, [1]]],
    ['[1, 2] | any(. > 1), all(. > 1)', [true, false]],
    ['{(.s): 1, "k": .m.k, n, @text "z": 2}', [{ 'x-y': 1, k: 'v', n: null, z: 2 }]],
    ['1 as $x | 2 as $y | [$x, $y, $__loc__]?', []],
    ['[10 / 4, 7 % 3, -(2), "ab" * 2, ([1, 2, 3] - [2])]', [[2.5, 1, -2, 'abab', [1, 3]]]],
    ['walk(if type == "number" then . + 1 else . end) | .a[0]', [2]],
    ['to_entries | map(.key)', [['a', 'm', 'n', 's']]],
    [
      'path(.a[0], .m.k)',
      [
        ['a', 0],
        ['m', 'k'],
      ],
    ],
    ['[.a[] as $x | $x | select(type == "object")]', [[{ b: 3 }]]],
  ])('%s', (program, wanted) => {
    if (program.includes('__loc__')) expect(() => compileJq(program).run(object)).toThrow(JqSyntaxError)
    else expect(compileJq(program).run(object)).toEqual(wanted)
  })

  it.each(['.a |', '.a[', 'if . then', '"\\(', '{a: }', 'nope', '$nope', 'def f: 1; f(2)', '.a b', '1 = = 2'])('refuse %s', (program) => {
    expect(() => compileJq(program).run({})).toThrow(JqSyntaxError)
  })

  it.each([
    'def f: f; f',
    '[range(1e9)]',
    'repeat(.)',
    '"x" | until(false; . + .)',
    '[limit(1e9; repeat(1))]',
    '"a" * 1e9',
    `${'('.repeat(5000)}.${')'.repeat(5000)}`,
  ])('stop %s', (program) => {
    expect(() => compileJq(program, { maxMs: 500, maxSteps: 500_000 }).run({ a: {} })).toThrow(/takes|calls itself|makes a text|too deep|inside each other/)
  })

  it('take away what they find', () => {
    const without = (expression: string): unknown => compileJqDelete(expression).run(object)[0]
    expect(without('.a[] | select(type == "object")')).toEqual({ ...object, a: [1, 2] })
    expect(without('.m[]')).toEqual({ ...object, m: {} })
    expect(without('.n // .s')).toEqual({ a: object.a, n: null, m: object.m })
    expect(without('first(.a[])')).toEqual({ ...object, a: [2, { b: 3 }] })
    expect(without('.nope.x[]?')).toEqual(object)
    expect(without('.')).toBe(null)
    expect(() => without('.m | to_entries')).toThrow(JqError)
    expect(() => without('.s | keys')).toThrow(JqError)
    expect(JqLimitError).toBeDefined()
  })

  it('keep names that JavaScript has its own ideas of', () => {
    const hostile = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}') as object
    expect(JSON.stringify(compileJq('.y = 1 | del(.constructor)').run(hostile)[0])).toBe('{"__proto__":{"x":1},"y":1}')
    expect(compileJq('.toString, .__proto__.x').run(hostile)).toEqual([null, 1])
  })
})
