// Random expressions: values of every type into every function, mostly of the type that the function takes.
import { signatures } from './function-signatures.mjs'
import { randomOf } from './random-numbers.mjs'
import { wordsOf } from './words.mjs'

const {
  texts,
  layouts,
  dates,
  zones,
  durations,
  versions,
  constraints,
  patterns,
  replacements,
  formats,
  paths,
  urls,
  yamlTexts,
  jsonTexts,
  tomlTexts,
  typeNames,
} = wordsOf('expression-words.txt')

/** What `.Values` holds: YAML's types, and texts that conversions know. */
export const expressionValues = `
i: 7
z: 0
neg: -3
big: 12345678901
f: 1.5
tiny: 0.00001
huge: 1e21
t: true
e: ""
s: hello world
u: "héllo Wörld ß 日本"
num: "42"
oct: "0755"
dur: "3h25m"
ver: "1.2.3-rc.1+b5"
lines: "a\\nb\\n  c\\n"
n: null
l: [3, a, null, true, [1], {k: v}, 3]
ls: [b, a, c, a]
ln: [3, 1, 2]
le: []
lm: [{n: a, v: 1}, {n: b, v: 2}]
m: {a: 1, b: two, c: {d: [1, 2], e: null}, "x.y": z}
me: {}
`

const ints = ['0', '1', '2', '3', '5', '-1', '-2', '10', '100', '64']
const numbers = [
  ...ints,
  '1.5',
  '-0.5',
  '2.0',
  '1e6',
  '1e-7',
  '123456789',
  '9223372036854775807',
  '-9223372036854775808',
  '0x10',
  '017',
  '0b101',
  "'a'",
  '1_000',
  '1e100',
  '0.1',
  '3.14159',
  '1e20',
]
const urlParts = ['scheme', 'host', 'path', 'query', 'opaque', 'fragment', 'userinfo', 'hostname', 'x']

/** Texts that suit a parameter, by function and position. */
const suited = {
  printf: [formats],
  date: [layouts],
  dateInZone: [layouts, undefined, zones],
  date_in_zone: [layouts, undefined, zones],
  htmlDateInZone: [undefined, zones],
  toDate: [layouts, dates],
  mustToDate: [layouts, dates],
  dateModify: [durations],
  date_modify: [durations],
  mustDateModify: [durations],
  must_date_modify: [durations],
  duration: [durations],
  durationRound: [durations],
  semver: [versions],
  semverCompare: [constraints, versions],
  regexMatch: [patterns],
  mustRegexMatch: [patterns],
  regexFind: [patterns],
  mustRegexFind: [patterns],
  regexFindAll: [patterns],
  mustRegexFindAll: [patterns],
  regexSplit: [patterns],
  mustRegexSplit: [patterns],
  regexReplaceAll: [patterns, undefined, replacements],
  mustRegexReplaceAll: [patterns, undefined, replacements],
  regexReplaceAllLiteral: [patterns, undefined, replacements],
  mustRegexReplaceAllLiteral: [patterns, undefined, replacements],
  base: [paths],
  dir: [paths],
  clean: [paths],
  ext: [paths],
  isAbs: [paths],
  osBase: [paths],
  osDir: [paths],
  osClean: [paths],
  osExt: [paths],
  osIsAbs: [paths],
  urlParse: [urls],
  kindIs: [typeNames],
  typeIs: [typeNames],
  typeIsLike: [typeNames],
  fromYaml: [yamlTexts],
  fromYamlArray: [yamlTexts],
  fromJson: [jsonTexts],
  fromJsonArray: [jsonTexts],
  mustFromJson: [jsonTexts],
  fromToml: [tomlTexts],
}
const valuePaths = [
  'i',
  'z',
  'neg',
  'big',
  'f',
  'tiny',
  'huge',
  't',
  'e',
  's',
  'u',
  'num',
  'oct',
  'dur',
  'ver',
  'lines',
  'n',
  'l',
  'ls',
  'ln',
  'le',
  'lm',
  'm',
  'me',
  'm.a',
  'm.c',
  'm.c.d',
  'm.c.e',
  'm.nope',
  'nope',
  'm.nope.x',
  's.x',
  'l.x',
  'i.x',
].map((path) => `.Values.${path}`)
const pathsOf = {
  string: ['s', 'u', 'e', 'num', 'oct', 'ver', 'lines', 'dur', 'm.b'],
  int: ['i', 'z'],
  map: ['m', 'me', 'm.c'],
  list: ['l', 'ls', 'ln', 'le', 'lm', 'm.c.d'],
  number: ['i', 'z', 'neg', 'big', 'f', 'tiny', 'huge'],
  bool: ['t'],
}

/** An expression of a function, with arguments. Its value is printed by `expressionTemplate`. */
export function randomExpression(seed, { helm4 = false } = {}) {
  const random = randomOf(seed)
  const chance = (share) => random() < share
  const pick = (list) => list[Math.floor(random() * list.length)]
  const known = Object.keys(signatures).filter((name) => helm4 || !signatures[name].helm4)
  const returning = (type) => known.filter((name) => signatures[name].returns === type)
  const quoted = (text) => `"${text}"`
  const text = () => quoted(pick(texts))

  function call(name, depth) {
    const { parameters } = signatures[name]
    const args = []
    for (const [index, parameter] of parameters.entries()) {
      const isVariadic = parameter.endsWith('...')
      const type = isVariadic ? parameter.slice(0, -3) : parameter
      const count = isVariadic ? Math.floor(random() * 4) : 1
      for (let made = 0; made < count; made++) args.push(argument(name, index, type, depth))
    }
    if (chance(0.01)) args.pop()
    if (chance(0.01)) args.push(value(depth))
    if (args.length > 0 && chance(0.1)) return `(${args.at(-1)} | ${[name, ...args.slice(0, -1)].join(' ')})`
    return `(${[name, ...args].join(' ')})`
  }
  function argument(name, index, type, depth) {
    const list = suited[name]?.[index]
    if (list !== undefined && chance(0.85)) return quoted(pick(list))
    if (name === 'urlJoin' && chance(0.8))
      return chance(0.5) ? `(urlParse ${quoted(pick(urls))})` : `(dict ${Array.from({ length: 3 }, () => `${quoted(pick(urlParts))} ${text()}`).join(' ')})`
    if (name === 'dict' && chance(0.5)) return text()
    if (name === 'dig') return chance(0.5) ? quoted(pick(['a', 'c', 'd', 'x', 'e'])) : chance(0.6) ? '.Values.m' : value(depth)
    return chance(0.88) ? ofType(type, depth) : value(depth)
  }
  function ofType(type, depth) {
    const makers = returning(type)
    if (depth > 0 && makers.length > 0 && chance(0.3)) return call(pick(makers), depth - 1)
    switch (type) {
      case 'string':
        return chance(0.2) ? `.Values.${pick(pathsOf.string)}` : text()
      case 'int':
        return pick(ints)
      case 'number':
        return chance(0.3)
          ? `.Values.${pick(pathsOf.number)}`
          : chance(0.2)
            ? `(${pick(['int', 'int64', 'float64'])} ${pick(numbers)})`
            : chance(0.1)
              ? text()
              : pick(numbers)
      case 'float64':
        return chance(0.5) ? pick(numbers) : '.Values.f'
      case 'bool':
        return pick(['true', 'false', '.Values.t'])
      case 'map':
        if (chance(0.4)) return `.Values.${pick(pathsOf.map)}`
        return `(dict ${Array.from({ length: Math.floor(random() * 3) }, () => `${quoted(pick(['a', 'b', 'c', 'x.y', '1', '']))} ${value(depth - 1)}`).join(' ')})`
      case 'list':
        if (chance(0.4)) return `.Values.${pick(pathsOf.list)}`
        if (chance(0.2))
          return pick([
            '(until 3)',
            '(splitList "," "b,a,c,a")',
            '(list 1 1.0 "1" true nil)',
            '(list "b" nil "a")',
            '(untilStep 5 0 -2)',
            '(regexFindAll "[a-z]" "abca" -1)',
            '(list (list 1) (list 1) (dict "a" 1))',
            '(chunk 2 (list 1 2 3))',
            '(list)',
          ])
        return `(list ${Array.from({ length: Math.floor(random() * 4) }, () => value(depth - 1)).join(' ')})`
      case 'time':
        return chance(0.7)
          ? `(toDate "2006-01-02T15:04:05Z07:00" ${quoted(pick(['2023-07-14T10:20:30Z', '2024-02-29T23:59:59.123456789+05:30', '1969-12-31T00:00:00-08:00', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z']))})`
          : `(${pick(['toDate', 'mustToDate'])} ${quoted(pick(layouts))} ${quoted(pick(dates))})`
      case 'date':
        return chance(0.6)
          ? ofType('time', 0)
          : chance(0.5)
            ? pick(['0', '1700000000', '-1', '(int64 1700000000)', '1.5', '.Values.i', '"x"', 'nil', '(int 5)'])
            : value(depth)
      default:
        return value(depth)
    }
  }
  function value(depth) {
    if (depth > 0 && chance(0.35)) return call(pick(known), depth - 1)
    const roll = random()
    if (roll < 0.25) return text()
    if (roll < 0.45) return pick(numbers)
    if (roll < 0.5) return pick(['true', 'false'])
    if (roll < 0.55) return 'nil'
    if (roll < 0.75) return pick(valuePaths)
    if (roll < 0.85) return ofType('list', Math.max(0, depth - 1))
    if (roll < 0.94) return ofType('map', Math.max(0, depth - 1))
    return pick([
      '(semver "1.2.3-a+b")',
      '(toDate "2006-01-02" "2024-02-29")',
      '(int64 5)',
      '(until 2)',
      '(b64dec "//79")',
      '.Chart',
      '.Files',
      '.Capabilities.KubeVersion',
      '(index .Values.m "x.y")',
      '(1)',
      '("x").y',
      '(.Values.m).a',
    ])
  }
  return call(pick(known), 2)
}

/** A template that prints the type, the text, the JSON and the YAML of a value. */
export const expressionTemplate = (expression) =>
  `a: {{ $v := ${expression} }}{{ printf "%T|%v|%s" $v $v (print $v) | b64enc }}\nb: {{ toJson $v | b64enc }}\nc: {{ toYaml $v | b64enc }}\n`
