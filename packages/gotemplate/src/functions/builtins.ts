// The functions of Go's `text/template` itself.
import { bytesOf, textOf } from '../bytes.ts'
import { FunctionError } from '../errors.ts'
import { sprint, sprintln } from '../format.ts'
import { sprintf } from '../printf.ts'
import { fn } from '../functions.ts'
import type { FunctionMap } from '../functions.ts'
import { GoInt, goInt } from '../numbers.ts'
import { HostObject, isMap, isTrue, typeName } from '../values.ts'
import type { GoValue } from '../values.ts'
import { comparisonsOf } from './compare.ts'

const escapes: Readonly<Record<string, string>> = { '"': '&#34;', "'": '&#39;', '&': '&amp;', '<': '&lt;', '>': '&gt;', '\0': '\uFFFD' }

/** What an object holds, where it is a list or a map; a struct stays itself. */
const plainOf = (value: GoValue): GoValue => (value instanceof HostObject && (value.kindName === 'map' || value.kindName === 'slice') ? value.plain() : value)

function indexOf(position: GoValue, length: number): number {
  if (!(position instanceof GoInt)) {
    if (position === undefined || position === null) throw new FunctionError('cannot index slice/array with nil')
    throw new FunctionError(`cannot index slice/array with type ${typeName(position)}`)
  }
  const index = Number(position.value)
  if (index < 0 || index > length) throw new FunctionError(`index out of range: ${index}`)
  return index
}

function index(value: GoValue, keys: readonly GoValue[]): GoValue {
  if (value === undefined || value === null) throw new FunctionError('index of untyped nil')
  let current: GoValue = value
  for (const key of keys) {
    const item = plainOf(current)
    if (item === undefined || item === null) throw new FunctionError('index of nil pointer')
    if (Array.isArray(item) || typeof item === 'string' || item instanceof Uint8Array) {
      const bytes = typeof item === 'string' ? bytesOf(item) : item
      const at = indexOf(key, bytes.length)
      // Go's own bounds check comes after the one for slices.
      if (at >= bytes.length) throw new FunctionError(`reflect: ${typeof item === 'string' ? 'string' : 'slice'} index out of range`)
      current = bytes instanceof Uint8Array ? new GoInt(BigInt(bytes[at] ?? 0), 'uint8') : bytes[at]
    } else if (isMap(item)) {
      if (key === undefined || key === null) throw new FunctionError('value is nil; should be of type string')
      if (typeof key !== 'string') throw new FunctionError(`value has type ${typeName(key)}; should be string`)
      current = Object.hasOwn(item, key) ? item[key] : undefined
    } else throw new FunctionError(`can't index item of type ${typeName(item).replace(/^\*/, '')}`)
  }
  return current
}

function slice(value: GoValue, positions: readonly GoValue[]): GoValue {
  if (value === undefined || value === null) throw new FunctionError('slice of untyped nil')
  if (positions.length > 3) throw new FunctionError(`too many slice indexes: ${positions.length}`)
  const item = plainOf(value)
  if (typeof item !== 'string' && !Array.isArray(item)) throw new FunctionError(`can't slice item of type ${typeName(item)}`)
  if (typeof item === 'string' && positions.length === 3) throw new FunctionError('cannot 3-index slice a string')
  const bytes = typeof item === 'string' ? bytesOf(item) : item
  const bounds = positions.map((position) => indexOf(position, bytes.length))
  const [start = 0, end = bytes.length] = bounds
  if (start > end) throw new FunctionError(`invalid slice index: ${start} > ${end}`)
  return bytes instanceof Uint8Array ? textOf(bytes.slice(start, end)) : bytes.slice(start, end)
}

/** The length of a text in bytes, of a list or map in members. */
export function lengthOf(value: GoValue): number {
  const item = plainOf(value)
  if (item === undefined) throw new FunctionError('reflect: call of reflect.Value.Type on zero Value')
  if (item === null) throw new FunctionError('len of nil pointer')
  if (typeof item === 'string') return bytesOf(item).length
  if (Array.isArray(item) || item instanceof Uint8Array) return item.length
  if (isMap(item)) return Object.keys(item).length
  throw new FunctionError(`len of type ${typeName(item).replace(/^\*/, '')}`)
}

/** One text is itself, anything else as `print` has it, and nil as an action prints it. */
function evaluated(args: readonly GoValue[]): string {
  const [first] = args
  return args.length === 1 && typeof first === 'string' ? first : sprint(args.map((value) => value ?? '<no value>'))
}

function jsEscaped(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is escaped
  return text.replace(/[\\'"<>&=\x00-\x1f\u2028\u2029]/g, (character) => {
    if (character === '\\') return '\\\\'
    if (character === "'") return "\\'"
    if (character === '"') return '\\"'
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
  })
}

/** The functions of Go's `text/template`. Some messages depend on the minor version of Go 1. */
export function builtinFunctionsOf(goVersion: number): FunctionMap {
  const isRecent = goVersion >= 23
  return {
    ...comparisonsOf(isRecent),
    ...unchanged,
    call: {
      ...fn('any any...', ([text, value]) => {
        if (value === undefined || value === null) throw new FunctionError('call of nil')
        throw new FunctionError(`non-function ${isRecent ? `${String(text)} ` : ''}of type ${typeName(value)}`)
      }),
      takesText: true,
    },
  }
}

const unchanged: FunctionMap = {
  // The engine evaluates these itself: the arguments after the deciding one are left alone.
  and: fn('any any...', (args) => args.find((value) => !isTrue(value)) ?? args.at(-1)),
  or: fn('any any...', (args) => args.find(isTrue) ?? args.at(-1)),
  not: fn('any', ([value]) => !isTrue(value)),
  html: fn('any...', (args) => evaluated(args).replace(/["'&<>\0]/g, (character) => escapes[character] ?? character)),
  js: fn('any...', (args) => jsEscaped(evaluated(args))),
  urlquery: fn('any...', (args) =>
    encodeURIComponent(evaluated(args))
      .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+'),
  ),
  index: fn('any any...', ([value, ...keys]) => index(value, keys)),
  slice: fn('any any...', ([value, ...positions]) => slice(value, positions)),
  len: fn('value', ([value]) => goInt(lengthOf(value))),
  print: fn('any...', (args) => sprint(args)),
  printf: fn('string any...', ([format, ...args]) => sprintf(format as string, args)),
  println: fn('any...', (args) => sprintln(args)),
}

/** Those of a recent Go. */
export const builtinFunctions: FunctionMap = builtinFunctionsOf(25)
