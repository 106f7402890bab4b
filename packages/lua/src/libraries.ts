// Tables, texts, mathematics and the clock (reference manual §5.4 to §5.8). What reads or writes anything outside is not there.
import { badArgument, numberAt, tableAt, tableOf, textAt } from './base-library.ts'
import type { LibraryContext } from './base-library.ts'
import { isTrue } from './operations.ts'
import { matchPattern } from './patterns.ts'
import type { PatternMatch } from './patterns.ts'
import { LuaError, LuaTable, typeName } from './values.ts'
import type { LuaFunction, LuaValue } from './values.ts'

export function tableLibrary({ operations, budget }: LibraryContext): LuaTable {
  return tableOf({
    concat: (args: readonly LuaValue[]) => {
      const table = tableAt(args, 0, 'concat')
      const separator = textAt(args, 1, 'concat', operations, '')
      const [from, to] = [numberAt(args, 2, 'concat', 1), numberAt(args, 3, 'concat', table.length)]
      const parts: string[] = []
      for (let index = from; index <= to; index++) {
        budget.step()
        const value = table.get(index)
        if (typeof value !== 'string' && typeof value !== 'number')
          throw new LuaError(`invalid value (${typeName(value)}) at index ${index} in table for concat`)
        parts.push(operations.show(value))
      }
      const text = parts.join(separator)
      budget.text(text.length)
      return [text]
    },
    getn: (args: readonly LuaValue[]) => [tableAt(args, 0, 'getn').length],
    insert: (args: readonly LuaValue[]) => {
      const table = tableAt(args, 0, 'insert')
      if (args.length < 2) throw new LuaError("wrong number of arguments to 'insert'")
      if (args.length === 2) table.set(table.length + 1, args[1])
      else {
        const position = numberAt(args, 1, 'insert')
        budget.step(Math.max(1, Math.floor((table.length - position) / 64)))
        if (position >= 1 && position <= table.length) table.insert(position, args[2])
        else table.set(position, args[2])
      }
      return []
    },
    maxn: (args: readonly LuaValue[]) => {
      let most = 0
      for (const [key] of tableAt(args, 0, 'maxn').entries()) if (typeof key === 'number' && key > most) most = key
      return [most]
    },
    remove: (args: readonly LuaValue[]) => {
      const table = tableAt(args, 0, 'remove')
      if (table.length === 0) return [undefined]
      const position = numberAt(args, 1, 'remove', table.length)
      budget.step(Math.max(1, Math.floor((table.length - position) / 64)))
      return [position >= 1 && position <= table.length ? table.remove(position) : undefined]
    },
    sort: (args: readonly LuaValue[]) => {
      const [, before] = args
      const isLess = (a: LuaValue, b: LuaValue): boolean => {
        budget.step()
        return before === undefined ? operations.isLess(a, b) : isTrue(operations.call(before, [a, b])[0])
      }
      tableAt(args, 0, 'sort').sort((a, b) => (isLess(a, b) ? -1 : isLess(b, a) ? 1 : 0))
      return []
    },
  })
}

export function mathLibrary(): LuaTable {
  const one =
    (name: string, compute: (value: number) => number): LuaFunction =>
    (args) => [compute(numberAt(args, 0, name))]
  const all =
    (name: string, compute: (...values: number[]) => number): LuaFunction =>
    (args) => [compute(...args.map((_, index) => numberAt(args, index, name)))]
  return tableOf({
    abs: one('abs', Math.abs),
    acos: one('acos', Math.acos),
    asin: one('asin', Math.asin),
    atan: one('atan', Math.atan),
    atan2: all('atan2', (y = 0, x = 0) => Math.atan2(y, x)),
    ceil: one('ceil', Math.ceil),
    cos: one('cos', Math.cos),
    cosh: one('cosh', Math.cosh),
    deg: one('deg', (value) => (value * 180) / Math.PI),
    exp: one('exp', Math.exp),
    floor: one('floor', Math.floor),
    fmod: all('fmod', (a = 0, b = 0) => a % b),
    huge: Number.POSITIVE_INFINITY,
    log: one('log', Math.log),
    log10: one('log10', Math.log10),
    max: all('max', Math.max),
    min: all('min', Math.min),
    mod: all('mod', (a = 0, b = 0) => a % b),
    modf: (args: readonly LuaValue[]) => {
      const value = numberAt(args, 0, 'modf')
      return [Math.trunc(value), value - Math.trunc(value)]
    },
    pi: Math.PI,
    pow: all('pow', (a = 0, b = 0) => a ** b),
    rad: one('rad', (value) => (value * Math.PI) / 180),
    sin: one('sin', Math.sin),
    sinh: one('sinh', Math.sinh),
    sqrt: one('sqrt', Math.sqrt),
    tan: one('tan', Math.tan),
    tanh: one('tanh', Math.tanh),
  })
}

/** Positions count from the end where they are negative. */
function position(value: number, length: number): number {
  return value >= 0 ? value : Math.max(0, length + value + 1)
}

const specials = /[\^$*+?.([%-]/

export function stringLibrary({ operations, budget }: LibraryContext): LuaTable {
  const text = (args: readonly LuaValue[], index: number, name: string): string => textAt(args, index, name, operations)
  const made = (value: string): LuaValue[] => {
    budget.text(value.length)
    return [value]
  }
  const resultsOf = (subject: string, match: PatternMatch): LuaValue[] =>
    match.captures.length === 0 ? [subject.slice(match.start, match.end)] : [...match.captures]

  function find(args: readonly LuaValue[], name: 'find' | 'match'): readonly LuaValue[] {
    const [subject, pattern] = [text(args, 0, name), text(args, 1, name)]
    const from = Math.max(1, position(numberAt(args, 2, name, 1), subject.length)) - 1
    if (from > subject.length) return [undefined]
    if (name === 'find' && (isTrue(args[3]) || !specials.test(pattern))) {
      budget.step(1 + Math.floor(subject.length / 64))
      const found = subject.indexOf(pattern, from)
      return found < 0 ? [undefined] : [found + 1, found + pattern.length]
    }
    const match = matchPattern(subject, pattern, from, budget)
    if (match === undefined) return [undefined]
    return name === 'match' ? resultsOf(subject, match) : [match.start + 1, match.end, ...match.captures]
  }

  function replacement(subject: string, match: PatternMatch, by: LuaValue): string {
    const whole = subject.slice(match.start, match.end)
    const first = match.captures[0] ?? whole
    let value: LuaValue
    if (typeof by === 'function') [value] = by(match.captures.length === 0 ? [whole] : match.captures)
    else if (by instanceof LuaTable) value = operations.index(by, first)
    else
      return operations.show(by).replaceAll(/%(.)/gs, (_all, digit: string) => {
        if (digit === '0') return whole
        if (digit >= '1' && digit <= '9') {
          const capture = match.captures[Number(digit) - 1] ?? (digit === '1' ? whole : undefined)
          if (capture === undefined) throw new LuaError('invalid capture index')
          return operations.show(capture)
        }
        return digit
      })
    if (!isTrue(value)) return whole
    if (typeof value !== 'string' && typeof value !== 'number') throw new LuaError(`invalid replacement value (a ${typeName(value)})`)
    return operations.show(value)
  }

  return tableOf({
    byte: (args: readonly LuaValue[]) => {
      const subject = text(args, 0, 'byte')
      const from = position(numberAt(args, 1, 'byte', 1), subject.length)
      const to = position(numberAt(args, 2, 'byte', from), subject.length)
      return Array.from(subject.slice(Math.max(0, from - 1), to), (character) => character.charCodeAt(0))
    },
    char: (args: readonly LuaValue[]) => made(String.fromCharCode(...args.map((_, index) => numberAt(args, index, 'char') & 0xff))),
    find: (args: readonly LuaValue[]) => find(args, 'find'),
    format: (args: readonly LuaValue[]) => made(formatted(args, text, operations.show)),
    gmatch: (args: readonly LuaValue[]) => {
      const [subject, pattern] = [text(args, 0, 'gmatch'), text(args, 1, 'gmatch')]
      let from = 0
      const next: LuaFunction = () => {
        if (from > subject.length) return [undefined]
        const match = matchPattern(subject, pattern, from, budget)
        if (match === undefined) return [undefined]
        from = match.end === match.start ? match.end + 1 : match.end
        return resultsOf(subject, match)
      }
      return [next]
    },
    gsub: (args: readonly LuaValue[]) => {
      const [subject, pattern] = [text(args, 0, 'gsub'), text(args, 1, 'gsub')]
      const most = args[3] === undefined ? Number.POSITIVE_INFINITY : numberAt(args, 3, 'gsub')
      const parts: string[] = []
      let [from, count] = [0, 0]
      while (count < most && from <= subject.length) {
        const match = matchPattern(subject, pattern, from, budget)
        if (match === undefined) break
        count++
        parts.push(subject.slice(from, match.start), replacement(subject, match, args[2]))
        if (match.end > match.start) from = match.end
        else {
          parts.push(subject.charAt(match.end))
          from = match.end + 1
        }
        if (pattern.startsWith('^')) break
      }
      parts.push(subject.slice(from))
      return [...made(parts.join('')), count]
    },
    len: (args: readonly LuaValue[]) => [text(args, 0, 'len').length],
    lower: (args: readonly LuaValue[]) => made(text(args, 0, 'lower').replaceAll(/[A-Z]+/g, (part) => part.toLowerCase())),
    match: (args: readonly LuaValue[]) => find(args, 'match'),
    rep: (args: readonly LuaValue[]) => {
      const [subject, times] = [text(args, 0, 'rep'), Math.max(0, numberAt(args, 1, 'rep'))]
      budget.text(subject.length * times)
      return [subject.repeat(Math.floor(times))]
    },
    reverse: (args: readonly LuaValue[]) =>
      made(
        Array.from(text(args, 0, 'reverse'))
          .toReversed()
          .join(''),
      ),
    sub: (args: readonly LuaValue[]) => {
      const subject = text(args, 0, 'sub')
      const from = Math.max(1, position(numberAt(args, 1, 'sub', 1), subject.length))
      return made(subject.slice(from - 1, Math.max(from - 1, position(numberAt(args, 2, 'sub', -1), subject.length))))
    },
    upper: (args: readonly LuaValue[]) => made(text(args, 0, 'upper').replaceAll(/[a-z]+/g, (part) => part.toUpperCase())),
  })
}

const maxWidth = 99

function formatted(
  args: readonly LuaValue[],
  text: (args: readonly LuaValue[], index: number, name: string) => string,
  show: (value: LuaValue) => string,
): string {
  let next = 0
  return text(args, 0, 'format').replaceAll(
    /%([-+ #0]*)(\d*)(?:\.(\d*))?([a-zA-Z%])/g,
    (_whole, flags: string, width: string, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%'
      next++
      if (Number(width) > maxWidth || Number(precision ?? 0) > maxWidth) throw new LuaError('invalid format (width or precision too long)')
      const digits = precision === undefined ? undefined : Number(precision)
      const body = formatOne(verb, digits)
      const signed = /[diufgeEG]/.test(verb) && !body.startsWith('-') ? (flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '') + body : body
      if (flags.includes('-')) return signed.padEnd(Number(width))
      if (!flags.includes('0') || verb === 's') return signed.padStart(Number(width))
      const sign = /^[-+ ]/.exec(signed)?.[0] ?? ''
      return sign + signed.slice(sign.length).padStart(Number(width) - sign.length, '0')
    },
  )

  function formatOne(verb: string, digits: number | undefined): string {
    switch (verb) {
      case 'd':
      case 'i':
      case 'u':
        return BigInt(Math.trunc(numberAt(args, next, 'format')))
          .toString()
          .replace(/^(-?)(\d+)$/, (_all, sign: string, number: string) => sign + number.padStart(digits ?? 0, '0'))
      case 'c':
        return String.fromCharCode(numberAt(args, next, 'format'))
      case 'x':
        return Math.trunc(numberAt(args, next, 'format')).toString(16)
      case 'X':
        return Math.trunc(numberAt(args, next, 'format'))
          .toString(16)
          .toUpperCase()
      case 'o':
        return Math.trunc(numberAt(args, next, 'format')).toString(8)
      case 'f':
        return numberAt(args, next, 'format').toFixed(digits ?? 6)
      case 'e':
      case 'E':
        return exponential(numberAt(args, next, 'format'), digits ?? 6, verb)
      case 'g':
      case 'G':
        return general(numberAt(args, next, 'format'), digits ?? 6, verb)
      case 'q':
        return `"${text(args, next, 'format').replaceAll(/["\\\n]/g, (character) => `\\${character}`)}"`
      case 's':
      case 'v': {
        if (next >= args.length) throw badArgument(next + 1, 'format', 'no value')
        const value = show(args[next])
        return digits === undefined ? value : value.slice(0, digits)
      }
      default:
        throw new LuaError(`invalid option '%${verb}' to 'format'`)
    }
  }
}

function exponential(value: number, digits: number, verb: string): string {
  const shown = value.toExponential(digits).replace(/e([+-])(\d)$/, 'e$10$2')
  return verb === 'E' ? shown.toUpperCase() : shown
}

function general(value: number, digits: number, verb: string): string {
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)))
  const precision = Math.max(1, digits)
  const shown =
    exponent < -4 || exponent >= precision
      ? exponential(value, precision - 1, 'e').replace(/\.?0+e/, 'e')
      : value
          .toFixed(Math.max(0, precision - 1 - exponent))
          .replace(/(\.\d*?)0+$/, '$1')
          .replace(/\.$/, '')
  return verb === 'G' ? shown.toUpperCase() : shown
}

const fields: readonly (readonly [name: string, read: (date: Date) => number])[] = [
  ['year', (date) => date.getUTCFullYear()],
  ['month', (date) => date.getUTCMonth() + 1],
  ['day', (date) => date.getUTCDate()],
  ['hour', (date) => date.getUTCHours()],
  ['min', (date) => date.getUTCMinutes()],
  ['sec', (date) => date.getUTCSeconds()],
  ['wday', (date) => date.getUTCDay() + 1],
]
const dayMs = 86_400_000
const yearDay = (date: Date): number => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / dayMs) + 1
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const weekDays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** The clock, which is all there is of the operating system. Times are UTC. */
export function clockLibrary({ now, operations }: LibraryContext): Readonly<Record<string, LuaFunction>> {
  return {
    time: (args) => {
      if (args.length === 0 || args[0] === undefined) return [Math.floor(now() / 1000)]
      const table = tableAt(args, 0, 'time')
      const field = (name: string, otherwise: number): number => {
        const value = table.get(name)
        return typeof value === 'number' ? Math.trunc(value) : otherwise
      }
      return [Math.floor(Date.UTC(field('year', -1), field('month', -1) - 1, field('day', -1), field('hour', 12), field('min', 0), field('sec', 0)) / 1000)]
    },
    date: (args) => {
      const format = textAt(args, 0, 'date', operations, '%c').replace(/^!/, '')
      const date = new Date(args[1] === undefined ? now() : numberAt(args, 1, 'date') * 1000)
      if (format.startsWith('*t')) {
        const table = tableOf(Object.fromEntries(fields.map(([name, read]) => [name, read(date)])))
        table.set('yday', yearDay(date))
        table.set('isdst', false)
        return [table]
      }
      return [format.replaceAll(/%(.)/g, (_all, verb: string) => dateField(date, verb))]
    },
  }
}

function dateField(date: Date, verb: string): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const [month, weekDay] = [months[date.getUTCMonth()] ?? '', weekDays[date.getUTCDay()] ?? '']
  const clock = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`
  const day = `${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())}/${two(date.getUTCFullYear() % 100)}`
  const texts: Readonly<Record<string, string>> = {
    a: weekDay.slice(0, 3),
    A: weekDay,
    b: month.slice(0, 3),
    B: month,
    c: `${two(date.getUTCDate())} ${month.slice(0, 3)} ${two(date.getUTCFullYear() % 100)} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())} UTC`,
    d: two(date.getUTCDate()),
    F: date.toISOString().slice(0, 10),
    H: two(date.getUTCHours()),
    I: two(date.getUTCHours() % 12 === 0 ? 12 : date.getUTCHours() % 12),
    j: String(yearDay(date)).padStart(3, '0'),
    m: two(date.getUTCMonth() + 1),
    M: two(date.getUTCMinutes()),
    p: date.getUTCHours() < 12 ? 'AM' : 'PM',
    S: two(date.getUTCSeconds()),
    T: clock,
    w: String(date.getUTCDay()),
    x: day,
    X: clock,
    y: two(date.getUTCFullYear() % 100),
    Y: String(date.getUTCFullYear()),
    z: '+0000',
    Z: 'UTC',
    '%': '%',
  }
  return texts[verb] ?? `%${verb}`
}
