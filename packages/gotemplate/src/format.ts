// Go's `fmt`: print, println and printf.
import { bytesOf, textOf } from './bytes.ts'
import { floatText } from './format-float.ts'
import { formatFloat, GoInt } from './numbers.ts'
import { quoted } from './quote.ts'
import { HostObject, isMap, sortedKeys, typeName } from './values.ts'
import type { GoValue } from './values.ts'

const maxDepth = 100

/** A value as `%v` prints it. */
export function valueText(value: GoValue, depth = 0): string {
  if (value === undefined || value === null) return '<nil>'
  switch (typeof value) {
    case 'string':
      return value
    case 'boolean':
      return String(value)
    case 'number':
      return formatFloat(value)
    default:
  }
  if (value instanceof GoInt) return String(value.value)
  if (value instanceof HostObject) return value.text()
  if (value instanceof Uint8Array) return `[${Array.from(value).join(' ')}]`
  if (depth > maxDepth) return '...'
  if (Array.isArray(value)) return `[${value.map((item) => valueText(item, depth + 1)).join(' ')}]`
  if (isMap(value))
    return `map[${sortedKeys(value)
      .map((key) => `${key}:${valueText(value[key], depth + 1)}`)
      .join(' ')}]`
  return '%!v(func)'
}

/** What an action prints. */
export function printedText(value: GoValue): string {
  if (value instanceof HostObject) return value.printed()
  return value === undefined || value === null ? '<no value>' : valueText(value)
}

const isText = (value: GoValue): boolean => typeof value === 'string'

/** `print`: blanks between operands when neither is a string. */
export function sprint(args: readonly GoValue[]): string {
  let result = ''
  for (const [index, value] of args.entries()) {
    if (index > 0 && !isText(value) && !isText(args[index - 1])) result += ' '
    result += valueText(value)
  }
  return result
}

export function sprintln(args: readonly GoValue[]): string {
  return `${args.map((value) => valueText(value)).join(' ')}\n`
}

/** Flags, width and precision of a verb. */
export interface Spec {
  readonly flags: string
  readonly width: number | undefined
  readonly precision: number | undefined
}

function padded(text: string, { flags, width }: Spec, mayZero = false): string {
  const missing = (width ?? 0) - Array.from(text).length
  if (missing <= 0) return text
  if (flags.includes('-')) return text + ' '.repeat(missing)
  if (!mayZero || !flags.includes('0')) return ' '.repeat(missing) + text
  const sign = /^[-+ ]/.exec(text)?.[0] ?? ''
  return sign + '0'.repeat(missing) + text.slice(sign.length)
}

/** What does not suit a verb is shown with its type, with flags and width as they were. */
function bad(verb: string, value: GoValue, spec: Spec): string {
  return value === undefined || value === null ? `%!${verb}(<nil>)` : `%!${verb}(${typeName(value)}=${shown('v', value, spec)})`
}

/** One value, as a verb prints it. */
export function formatted(verb: string, value: GoValue, given: Spec): string {
  // With `v` a plus asks for the names of fields, not for signs.
  const spec = verb === 'v' && given.flags.includes('+') ? { ...given, flags: given.flags.replaceAll('+', '') } : given
  return shown(verb, value, spec)
}

function shown(verb: string, value: GoValue, spec: Spec): string {
  if (verb === 'T') return padded(typeName(value), spec)
  if (verb === 'p') return bad(verb, value, spec)
  if (value === undefined || value === null) return verb === 'v' ? padded('<nil>', spec) : bad(verb, value, spec)
  if (verb === 'v' && spec.flags.includes('#')) return padded(goSyntax(value), spec)
  if (typeof value === 'boolean') return verb === 'v' || verb === 't' ? padded(String(value), spec) : bad(verb, value, spec)
  if (value instanceof GoInt) return formattedInt(verb, value, spec)
  if (typeof value === 'number') return formattedFloat(verb, value, spec)
  if (typeof value === 'string') return formattedText(verb, value, spec)
  if (value instanceof Uint8Array && 'sqxX'.includes(verb)) return formattedText(verb, textOf(value), spec)
  if (value instanceof HostObject) return verb === 'v' || verb === 's' ? padded(value.text(), spec) : bad(verb, value, spec)
  // Members that are nil print so whatever the verb.
  const member = (item: GoValue): string => (item === undefined || item === null ? '<nil>' : shown(verb, item, spec))
  if (Array.isArray(value)) return `[${value.map(member).join(' ')}]`
  if (isMap(value))
    return `map[${sortedKeys(value)
      .map((key) => `${shown(verb, key, spec)}:${member(value[key])}`)
      .join(' ')}]`
  return bad(verb, value, spec)
}

const bases: Readonly<Record<string, number>> = { d: 10, v: 10, b: 2, o: 8, O: 8, x: 16, X: 16 }
const prefixes: Readonly<Record<string, string>> = { b: '0b', o: '0', O: '0o', x: '0x', X: '0X' }

function formattedInt(verb: string, { value, kind }: GoInt, spec: Spec): string {
  const base = bases[verb]
  if (base !== undefined) {
    const size = value < 0n ? -value : value
    let digits = size.toString(base)
    if (verb === 'X') digits = digits.toUpperCase()
    if (spec.precision !== undefined) digits = spec.precision === 0 && size === 0n ? '' : digits.padStart(spec.precision, '0')
    if (verb === 'O' || (spec.flags.includes('#') && verb !== 'd' && verb !== 'v')) digits = (prefixes[verb] ?? '') + digits
    const sign = value < 0n ? '-' : spec.flags.includes('+') ? '+' : spec.flags.includes(' ') ? ' ' : ''
    return padded(sign + digits, spec, spec.precision === undefined)
  }
  const code = Number(value)
  const isCode = code >= 0 && code <= 0x10ffff
  const character = isCode ? String.fromCodePoint(code) : '\uFFFD'
  switch (verb) {
    case 'c':
      return padded(character, spec)
    case 'q':
      // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
      return padded(quoted(character, "'", spec.flags.includes('+')), spec)
    case 'U': {
      const text = `U+${value
        .toString(16)
        .toUpperCase()
        .padStart(Math.max(4, spec.precision ?? 0), '0')}`
      return padded(spec.flags.includes('#') && isCode ? `${text} '${character}'` : text, spec)
    }
    default:
      return bad(verb, new GoInt(value, kind), spec)
  }
}

function formattedFloat(verb: string, value: number, spec: Spec): string {
  if (!'vbgGxXfFeE'.includes(verb)) return bad(verb, value, spec)
  let text = floatText(verb, value, spec.precision)
  if (!/^[-+]/.test(text)) text = spec.flags.includes('+') ? `+${text}` : spec.flags.includes(' ') ? ` ${text}` : text
  else if (text.startsWith('+') && !spec.flags.includes('+')) text = text.slice(value === Infinity ? 0 : 1)
  return padded(text, spec, Number.isFinite(value))
}

function formattedText(verb: string, value: string, spec: Spec): string {
  const cut = spec.precision === undefined ? value : Array.from(value).slice(0, spec.precision).join('')
  switch (verb) {
    case 'v':
    case 's':
      return padded(cut, spec, true)
    case 'q':
      // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
      return padded(spec.flags.includes('#') && !/[`\x00-\x08\x0a-\x1f\x7f]/.test(cut) ? `\`${cut}\`` : quoted(cut, '"', spec.flags.includes('+')), spec)
    case 'x':
    case 'X': {
      const bytes = [...bytesOf(value)].slice(0, spec.precision).map((byte) => byte.toString(16).padStart(2, '0'))
      const isSpaced = spec.flags.includes(' ')
      const prefix = spec.flags.includes('#') ? '0x' : ''
      const text = isSpaced ? bytes.map((byte) => prefix + byte).join(' ') : bytes.length === 0 ? '' : prefix + bytes.join('')
      return padded(verb === 'X' ? text.toUpperCase() : text, spec)
    }
    default:
      return bad(verb, value, spec)
  }
}

/** A value as `%#v` prints it. */
function goSyntax(value: GoValue, isElement = false): string {
  if (value === undefined || value === null) return isElement ? 'interface {}(nil)' : '<nil>'
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return formatFloat(value, 21)
  if (value instanceof GoInt) return value.kind.startsWith('u') ? `0x${value.value.toString(16)}` : String(value.value)
  if (value instanceof HostObject) return value.text()
  if (value instanceof Uint8Array)
    return `[]byte{${Array.from(value)
      .map((byte) => `0x${byte.toString(16)}`)
      .join(', ')}}`
  if (Array.isArray(value)) return `${typeName(value)}{${value.map((item) => goSyntax(item, true)).join(', ')}}`
  if (isMap(value))
    return `${typeName(value)}{${sortedKeys(value)
      .map((key) => `${quoted(key)}:${goSyntax(value[key], true)}`)
      .join(', ')}}`
  return '(func)'
}
