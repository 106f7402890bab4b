import { describe, expect, it } from 'vitest'
import {
  builtinFunctions,
  builtinFunctionsOf,
  bytesOf,
  goInt,
  parseTemplate,
  seededRandom,
  sprigFunctions,
  TemplateError,
  TemplateSet,
  textOf,
} from '@plumbline/gotemplate'
import type { ExecuteOptions, GoValue } from '@plumbline/gotemplate'

const functions = { ...builtinFunctions, ...sprigFunctions({ random: seededRandom('test'), now: () => Date.UTC(2024, 1, 29, 12) }) }

function run(text: string, data: GoValue = {}, options: Partial<ExecuteOptions> = {}): string {
  const set = new TemplateSet()
  set.add(parseTemplate('t', text, { hasFunction: (name) => Object.hasOwn(functions, name) }))
  return set.execute('t', data, { functions, ...options })
}

function failure(text: string, data: GoValue = {}, options: Partial<ExecuteOptions> = {}): TemplateError {
  try {
    run(text, data, options)
  } catch (error) {
    if (error instanceof TemplateError) return error
    throw error
  }
  throw new Error('it did not fail')
}

describe('the language', () => {
  it.each<[string, string, GoValue?]>([
    ['a {{- /* gone */ -}} b', 'ab'],
    ['{{ if .a }}1{{ else if .b }}2{{ else }}3{{ end }}', '2', { b: [0] }],
    ['{{ with .a }}{{ . }}{{ else }}none{{ end }}', 'none', { a: '' }],
    ['{{ range $k, $v := . }}{{ $k }}={{ $v }};{{ end }}', 'a=1;b=2;', { b: 2, a: 1 }],
    ['{{ range $i, $v := . }}{{ if eq $i 1 }}{{ continue }}{{ end }}{{ if eq $i 3 }}{{ break }}{{ end }}{{ $v }}{{ end }}', 'ac', ['a', 'b', 'c', 'd']],
    ['{{ range . }}x{{ else }}empty{{ end }}', 'empty', []],
    ['{{ $a := 1 }}{{ if true }}{{ $a = 2 }}{{ $a := 3 }}{{ end }}{{ $a }}', '2'],
    ['{{ define "in" }}<{{ . }}>{{ end }}{{ template "in" "x" }}', '<x>'],
    ['{{ block "b" . }}default{{ end }}', 'default'],
    ['{{ and 0 (fail "not reached") }}{{ or 1 (fail "not reached") }}', '01'],
    ['{{ .missing }}|{{ .a.b }}', '<no value>|<no value>', { a: {} }],
    ["{{ 1_000 }} {{ 0x1p4 }} {{ 0b11 }} {{ 'a' }} {{ 1e6 }}", '1000 16 3 97 1e+06'],
    ['{{ print 1 2 "a" "b" 3 }}', '1 2ab3'],
    ['{{ index .a 1 "k" }}{{ len "é" }}', 'v2', { a: [0, { k: 'v' }] }],
    ['{{ eq 1 2 1 }}{{ ne "a" nil }}{{ lt 1.5 2.5 }}', 'truetruetrue'],
    ['{{ (dict "a" (list 1 "x" nil)) }}', 'map[a:[1 x <nil>]]'],
  ])('%s', (text, expected, data) => {
    expect(run(text, data)).toBe(expected)
  })

  it('prints as Go does', () => {
    const formats: [string, GoValue[], string][] = [
      ['%v %d %s %q', [1.5, goInt(3), 'a', 'b"'], '1.5 3 a "b\\""'],
      ['%5.1f|%-5d|%05d|%x|%X', [2.25, goInt(7), goInt(-7), 'hi', goInt(255)], '  2.2|7    |-0007|6869|FF'],
      ['%+v %#v %T', [goInt(5), ['a'], { a: 1 }], '5 []interface {}{"a"} map[string]interface {}'],
      ['%d', ['x'], '%!d(string=x)'],
      ['%s %s', ['a'], 'a %!s(MISSING)'],
      ['%[2]s %[1]s', ['a', 'b'], 'b a'],
    ]
    for (const [format, args, expected] of formats) {
      const names = args.map((_, index) => `(index . ${index + 1})`).join(' ')
      expect(run(`{{ printf (index . 0) ${names} }}`, [format, ...args]), format).toBe(expected)
    }
  })

  it.each([
    ['{{ .a.b.c }}', { a: { b: 'text' } }, 'template: t:1:5: executing "t" at <.a.b.c>: can\'t evaluate field c in type interface {}'],
    ['\n  {{ index .a 5 }}', { a: [1] }, 'template: t:2:5: executing "t" at <index .a 5>: error calling index: index out of range: 5'],
    ['{{ eq 1 "a" }}', {}, 'incompatible types for comparison'],
    ['{{ upper 5 }}', {}, 'expected string; found 5'],
    ['{{ fail "no luck" }}', {}, 'error calling fail: no luck'],
    ['{{ template "absent" }}', {}, 'template "absent" not defined'],
  ])('says where and why: %s', (text, data, message) => {
    const error = failure(text, data)
    expect(error.message).toContain(message)
    expect(error.code).toBe('TEMPLATE_EXECUTE')
  })

  it.each(['{{ if }}', '{{ .a', '{{ end }}', '{{ nofunction 1 }}', '{{ "a }}', '{{ $undefined }}', '{{ break }}', '{{ define "x" }}'])('refuses %s', (text) => {
    expect(failure(text).code).toBe('TEMPLATE_PARSE')
  })

  it('has no prototype to reach', () => {
    expect(run('{{ .constructor }}|{{ .a.__proto__ }}|{{ hasKey .a "toString" }}', { a: {} })).toBe('<no value>|<no value>|false')
    expect(run('{{ $d := dict }}{{ $_ := set $d "__proto__" "x" }}{{ $d | toJson }}')).toBe('{"__proto__":"x"}')
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })
})

describe('errors', () => {
  it.each<[string, string, GoValue?]>([
    // The place is that of what was evaluated last, as in Go.
    ['{{ upper (list 1 "x") }}', 't:1:17: executing "t" at <"x">: wrong type for value; expected string; got []interface {}'],
    ['{{ (.a).b.c }}', 't:1:4: executing "t" at <.a>: can\'t evaluate field b in type string', { a: 'x' }],
    ['{{ hasKey .none "a" }}', 't:1:10: executing "t" at <.none>: wrong type for value; expected map[string]interface {}; got interface {}'],
    ['{{ len .none }}', 't:1:3: executing "t" at <len .none>: error calling len: len of nil pointer'],
    ['{{ unixEpoch "x" }}', 't:1:13: executing "t" at <"x">: can\'t handle "x" for arg of type time.Time'],
    [
      '{{ regexFind "(" "x" }}',
      't:1:3: executing "t" at <regexFind "(" "x">: error calling regexFind: regexp: Compile(`(`): error parsing regexp: missing closing ): `(`',
    ],
    [
      '{{ mustFromJson "{\\"a\\":1,}" }}',
      't:1:3: executing "t" at <mustFromJson "{\\"a\\":1,}">: error calling mustFromJson: invalid character \'}\' looking for beginning of object key string',
    ],
    ['{{ 9223372036854775808 }}', 't:1:3: executing "t" at <9223372036854775808>: 9223372036854775808 overflows int'],
  ])('%s', (text, expected, data) => {
    expect(failure(text, data).message).toBe(`template: ${expected}`)
  })

  it.each([
    ['{{ . / 2 }}', 't:1: unexpected "/" in operand'],
    ['{{ .a..b }}', 't:1: unexpected <.> in operand'],
    ['{{ range $a, $b, $c := . }}{{ end }}', 't:1: too many declarations in range'],
    ['{{ 08 }}', 't:1: integer overflow: "08"'],
    ['{{ 3- }}', 't:1: bad number syntax: "3-"'],
    ['{{/* a\nb */}}\n{{ nope }}', 't:3: function "nope" not defined'],
  ])('of the parser: %s', (text, expected) => {
    expect(failure(text).message).toBe(`template: ${expected}`)
  })

  it('of older versions of Go count no lines inside comments, and know no types that cannot be compared', () => {
    const old = () => parseTemplate('t', '{{/* a\nb */}}\n{{ nope }}', { hasFunction: () => false, goVersion: 22 })
    expect(old).toThrow('template: t:2: function "nope" not defined')
    expect(failure('{{ eq 1 "a" }}').message).toContain('incompatible types for comparison: int and string')
    expect(failure('{{ eq 1 "a" }}', {}, { functions: { ...functions, ...builtinFunctionsOf(22) } }).message).toMatch(/incompatible types for comparison$/)
  })
})

describe('limits', () => {
  it.each([
    ['{{ define "x" }}{{ template "x" }}{{ end }}{{ template "x" }}'],
    ['{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}'],
    ['{{ repeat 2000000000 "x" }}'],
    ['{{ range until 1000 }}{{ repeat 1000000 "x" }}{{ end }}'],
  ])('stop %s', (text) => {
    expect(['TEMPLATE_LIMIT', 'TEMPLATE_EXECUTE']).toContain(failure(text, {}, { limits: { steps: 1_000_000, output: 1_000_000 } }).code)
  })

  it('are not reached by a pattern that would take forever elsewhere', () => {
    expect(run(`{{ regexMatch "^(a+)+$" "${'a'.repeat(5000)}b" }}`)).toBe('false')
  })
})

describe('times', () => {
  it.each([
    ['{{ (mustToDate "2006-01-02T15:04:05Z07:00" "2024-02-29T23:59:59.123456789+05:30") }}', '2024-02-29 23:59:59.123456789 +0530 +0530'],
    ['{{ dateInZone "Mon Jan _2 15:04:05 MST 2006" (int64 1720915200) "Europe/Berlin" }}', 'Sun Jul 14 02:00:00 CEST 2024'],
    ['{{ (dateModify "2us" (toDate "2006-002" "2024-060")) }}', '2024-02-29 00:00:00.000002 +0000 UTC'],
    ['{{ duration "86400" }} {{ durationRound "90m30s" }}', '24h0m0s 1h'],
  ])('%s', (text, expected) => {
    expect(run(text)).toBe(expected)
  })

  it.each([
    ['1/2/06', '2024-02-29', 'parsing time "2024-02-29": month out of range'],
    ['15h04.05', '0001-01-01', 'parsing time "0001-01-01" as "15h04.05": cannot parse "01-01-01" as "h"'],
    ['2006-01-02', '2023-02-30', 'parsing time "2023-02-30": day out of range'],
  ])('a text that does not fit %s', (layout, text, expected) => {
    expect(failure('{{ mustToDate .layout .text }}', { layout, text }).message).toContain(expected)
  })
})

describe('functions', () => {
  it.each([
    ['{{ "HTTPServer" | snakecase }} {{ "a1B2" | kebabcase }} {{ "_complex__Case_" | camelcase }}', 'http_server a1-b2 _Complex_Case_'],
    ['{{ title "it\'s o\'neil" }} {{ upper "straße" }} {{ lower "ΑΣ" }}', "It'S O'Neil STRAßE ασ"],
    ['{{ trunc 3 "héllo" }} {{ abbrev 5 "hello world" }} {{ wrap 5 "a b c d" | quote }}', 'hé he... "a b c\\nd"'],
    ['{{ merge (dict "a" 0 "b" (dict "x" 1)) (dict "a" 2 "b" (dict "y" 2) "c" nil) | toJson }}', '{"a":2,"b":{"x":1,"y":2}}'],
    ['{{ mergeOverwrite (dict "a" true "b" "x") (dict "a" false "b" nil) | toJson }}', '{"a":false,"b":null}'],
    ['{{ regexFindAll "[0-9]+" "a1b22" -1 | join "," }} {{ regexFindAll "z" "a" -1 | toJson }}', '1,22 null'],
    ['{{ semverCompare "^1.2.0" "1.9.0" }} {{ semverCompare ">=1.0.0" "1.0.0-beta" }} {{ (semver "1.2.3-x+y").Prerelease }}', 'true false x'],
    ['{{ now | date "2006-01-02T15:04" }} {{ dateModify "-24h" now | date "Jan 2" }}', '2024-02-29T12:00 Feb 28'],
    ['{{ sha256sum "a" | trunc 8 }} {{ b64enc "é" }} {{ b64dec "w6k=" }} {{ adler32sum "abc" }}', 'ca978112 w6k= é 38600999'],
    ['{{ list 3 1 2 | sortAlpha | join "" }} {{ list 1 1 2 | uniq | len }} {{ chunk 2 (list 1 2 3) | toJson }}', '123 2 [[1,2],[3]]'],
    ['{{ div 7 2 }} {{ mod -7 3 }} {{ round 2.345 2 }} {{ max 1 5 3 }} {{ add1 1 }} {{ addf 1.5 2 }}', '3 -1 2.35 5 2 3.5'],
    [
      '{{ kindOf .}} {{ typeOf 1 }} {{ kindIs "map" (dict) }} {{ empty (list) }} {{ default "d" "" }} {{ coalesce nil "" "x" }} {{ ternary 1 2 true }}',
      'map int true true d x 1',
    ],
    ['{{ base "a/b.c" }} {{ ext "a/b.c" }} {{ clean "a/../b" }} {{ (urlParse "https://u@h:1/p?q#f").host }}', 'b.c .c b h:1'],
    ['{{ toJson "<a>" }} {{ toRawJson "<a>" }} {{ fromJson "{\\"a\\":[1]}" }}', '"\\u003ca\\u003e" "<a>" map[a:[1]]'],
  ])('%s', (text, expected) => {
    expect(run(text)).toBe(expected)
  })

  it('keep bytes that are no text', () => {
    const bytes = Uint8Array.of(0, 0xff, 0xc3, 0xa9, 0xed, 0xa0, 0x80, 0xf0, 0x9f)
    expect([...bytesOf(textOf(bytes))]).toEqual([...bytes])
    expect(bytesOf(textOf(new Uint8Array(300_000).fill(0xff)))).toHaveLength(300_000)
    expect(run('{{ b64enc . }}', textOf(bytes))).toBe(Buffer.from(bytes).toString('base64'))
  })

  it('draw the same chance from the same seed', () => {
    const draw = (seed: string): string => {
      const own = { ...builtinFunctions, ...sprigFunctions({ random: seededRandom(seed), now: () => 0 }) }
      const set = new TemplateSet()
      set.add(parseTemplate('t', '{{ randAlphaNum 20 }} {{ uuidv4 }}', { hasFunction: () => true }))
      return set.execute('t', {}, { functions: own })
    }
    expect(draw('a')).toBe(draw('a'))
    expect(draw('a')).not.toBe(draw('b'))
    expect(draw('a')).toMatch(/^[0-9a-zA-Z]{20} [0-9a-f]{8}-[0-9a-f]{4}-4/)
  })
})
