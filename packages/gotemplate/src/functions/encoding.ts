// Base 64, base 32 and JSON.
import { bytesOf, textOf, wellFormed } from '../bytes.ts'
import { FunctionError } from '../errors.ts'
import { fn } from '../functions.ts'
import type { FunctionMap } from '../functions.ts'
import { GoInt } from '../numbers.ts'
import { HostObject, isList, isMap, isNilList, isStructMembers, sortedKeys, typeName } from '../values.ts'
import type { GoValue } from '../values.ts'

const alphabet64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const alphabet32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const maxDepth = 1000

export function base64(bytes: Uint8Array): string {
  let binary = ''
  for (let start = 0; start < bytes.length; start += 8192) binary += String.fromCharCode(...bytes.subarray(start, start + 8192))
  return btoa(binary)
}

/** Bytes of a text, or how many characters of it are right. */
function decoded(text: string, alphabet: string, bits: number, group: number): Uint8Array | number {
  const clean = text.replace(/[\r\n]/g, '')
  const body = clean.replace(/=+$/, '')
  for (let index = 0; index < body.length; index++) if (!alphabet.includes(body.charAt(index))) return index
  if (clean.length % group !== 0) return clean.length - (clean.length % group)
  const bytes: number[] = []
  let [buffer, size] = [0, 0]
  for (const character of body) {
    buffer = ((buffer << bits) | alphabet.indexOf(character)) & 0xffff
    size += bits
    if (size >= 8) {
      size -= 8
      bytes.push((buffer >> size) & 0xff)
    }
  }
  return Uint8Array.from(bytes)
}

/** The bytes of base 64. @throws {FunctionError} */
export function fromBase64(text: string): Uint8Array {
  const bytes = decoded(text, alphabet64, 6, 4)
  if (typeof bytes === 'number') throw new FunctionError(`illegal base64 data at input byte ${bytes}`)
  return bytes
}

function base32(bytes: Uint8Array): string {
  let text = ''
  let [buffer, size] = [0, 0]
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xffff
    size += 8
    while (size >= 5) {
      size -= 5
      text += alphabet32.charAt((buffer >> size) & 31)
    }
  }
  if (size > 0) text += alphabet32.charAt((buffer << (5 - size)) & 31)
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=')
}

const htmlEscapes: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', '\u2028': '\\u2028', '\u2029': '\\u2029' }

function jsonText(text: string, escapesHtml: boolean): string {
  const plain = JSON.stringify(wellFormed(text))
  return escapesHtml
    ? plain.replace(/[<>&\u2028\u2029]/g, (character) => htmlEscapes[character] ?? character)
    : plain.replace(/[\u2028\u2029]/g, (c) => htmlEscapes[c] ?? c)
}

/** A value as Go's `encoding/json` writes it. @throws {FunctionError} */
export function toJson(value: GoValue, { escapesHtml = true, indent = '' }: { readonly escapesHtml?: boolean; readonly indent?: string } = {}): string {
  const write = (item: GoValue, pad: string, depth: number): string => {
    if (depth > maxDepth) throw new FunctionError('json: unsupported value: encountered a cycle')
    if (item === undefined || item === null) return 'null'
    if (typeof item === 'string') return jsonText(item, escapesHtml)
    if (typeof item === 'boolean') return String(item)
    if (item instanceof GoInt) return String(item.value)
    if (typeof item === 'number') {
      if (!Number.isFinite(item)) throw new FunctionError(`json: unsupported value: ${Number.isNaN(item) ? 'NaN' : item > 0 ? '+Inf' : '-Inf'}`)
      return Object.is(item, -0) ? '-0' : String(item)
    }
    if (item instanceof Uint8Array) return JSON.stringify(base64(item))
    if (item instanceof HostObject) return write(item.plain(), pad, depth + 1)
    const inner = pad + indent
    const [open, between, close] = indent === '' ? ['', ',', ''] : [`\n${inner}`, `,\n${inner}`, `\n${pad}`]
    if (isNilList(item)) return 'null'
    if (isList(item)) return item.length === 0 ? '[]' : `[${open}${item.map((element) => write(element, inner, depth + 1)).join(between)}${close}]`
    if (isMap(item)) {
      const keys = isStructMembers(item) ? Object.keys(item) : sortedKeys(item)
      if (keys.length === 0) return '{}'
      const colon = indent === '' ? ':' : ': '
      return `{${open}${keys.map((key) => `${jsonText(key, escapesHtml)}${colon}${write(item[key], inner, depth + 1)}`).join(between)}${close}}`
    }
    throw new FunctionError(`json: unsupported type: ${typeName(item)}`)
  }
  return write(value, '', 0)
}

/** Broken JSON as Go's decoder names it. */
function jsonError(text: string, error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  if (text.trim() === '' || /end of JSON|Unterminated/i.test(message)) return 'unexpected end of JSON input'
  const position = /position (\d+)/.exec(message)?.[1]
  const at = position === undefined ? text.search(/\S/) : Number(position)
  const character = text.charAt(at)
  const before = text.slice(0, at).trimEnd().at(-1)
  const where =
    before === undefined
      ? 'looking for beginning of value'
      : before === '{' || (before === ',' && /\{[^[]*$/.test(text.slice(0, at)))
        ? 'looking for beginning of object key string'
        : before === ':' || before === '[' || before === ','
          ? 'looking for beginning of value'
          : 'after top-level value'
  return `invalid character ${character === "'" ? "'\\''" : `'${character}'`} ${where}`
}

/** @throws {FunctionError} in the words of Go */
export function parseJson(text: string): GoValue {
  try {
    return JSON.parse(text) as GoValue
  } catch (error) {
    throw new FunctionError(jsonError(text, error))
  }
}

const quiet = (call: () => GoValue, otherwise: GoValue): GoValue => {
  try {
    return call()
  } catch (error) {
    if (error instanceof FunctionError) return otherwise
    throw error
  }
}

export const encodingFunctions: FunctionMap = {
  b64enc: fn('string', ([text]) => base64(bytesOf(text as string))),
  b64dec: fn('string', ([text]) => {
    try {
      return textOf(fromBase64(text as string))
    } catch (error) {
      return error instanceof Error ? error.message : ''
    }
  }),
  b32enc: fn('string', ([text]) => base32(bytesOf(text as string))),
  b32dec: fn('string', ([text]) => {
    const bytes = decoded(text as string, alphabet32, 5, 8)
    return typeof bytes === 'number' ? `illegal base32 data at input byte ${bytes}` : textOf(bytes)
  }),
  fromJson: fn('string', ([text]) => quiet(() => parseJson(text as string), undefined)),
  mustFromJson: fn('string', ([text]) => parseJson(text as string)),
  toJson: fn('any', ([value]) => quiet(() => toJson(value), '')),
  mustToJson: fn('any', ([value]) => toJson(value)),
  toPrettyJson: fn('any', ([value]) => quiet(() => toJson(value, { indent: '  ' }), '')),
  mustToPrettyJson: fn('any', ([value]) => toJson(value, { indent: '  ' })),
  toRawJson: fn('any', ([value]) => toJson(value, { escapesHtml: false })),
  mustToRawJson: fn('any', ([value]) => toJson(value, { escapesHtml: false })),
}
