// Base 64, base 32 and JSON.
import { bytesOf, textOf } from '../bytes.ts'
import { FunctionError } from '../errors.ts'
import { fn } from '../functions.ts'
import type { FunctionMap } from '../functions.ts'
import { GoInt } from '../numbers.ts'
import { HostObject, isList, isMap, isNilList, isNilMap, isStructMembers, sortedKeys, typeName } from '../values.ts'
import type { GoValue } from '../values.ts'
import { base32, base64, fromBase32, fromBase64 } from './base-encodings.ts'
import { jsonErrorText } from './json-errors.ts'

const maxDepth = 1000

const htmlEscapes: Readonly<Record<string, string>> = { '<': '\\u003c', '>': '\\u003e', '&': '\\u0026', '\u2028': '\\u2028', '\u2029': '\\u2029' }

function jsonText(text: string, escapesHtml: boolean): string {
  // Bytes that are no UTF-8 stand escaped, a replacement character that was there before does not.
  const plain = JSON.stringify(text).replace(/\\ud[89a-f][0-9a-f]{2}/g, (escape, at: number, all: string) => (isEscaped(all, at) ? escape : '\\ufffd'))
  return escapesHtml
    ? plain.replace(/[<>&\u2028\u2029]/g, (character) => htmlEscapes[character] ?? character)
    : plain.replace(/[\u2028\u2029]/g, (c) => htmlEscapes[c] ?? c)
}

/** Whether the backslash at a place is itself behind one that escapes it. */
function isEscaped(text: string, at: number): boolean {
  let count = 0
  while (text.charAt(at - 1 - count) === '\\') count++
  return count % 2 === 1
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
    if (isNilList(item) || isNilMap(item)) return 'null'
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

/** @throws {FunctionError} in the words of Go */
export function parseJson(text: string): GoValue {
  let value: GoValue
  try {
    value = JSON.parse(text) as GoValue
  } catch (error) {
    throw new FunctionError(jsonErrorText(text), { cause: error })
  }
  const large = firstTooLarge(text)
  if (large !== undefined) throw new FunctionError(`json: cannot unmarshal number ${large} into Go value of type float64`)
  return value
}

/** The first number that no float64 holds. */
export function firstTooLarge(text: string): string | undefined {
  if (!/\d{300}|[eE]\+?\d{3}/.test(text)) return undefined
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gs) ?? []
  return tokens.find((token) => !token.startsWith('"') && !Number.isFinite(Number(token)))
}

const quiet = (call: () => GoValue, otherwise: GoValue): GoValue => {
  try {
    return call()
  } catch (error) {
    if (error instanceof FunctionError) return otherwise
    throw error
  }
}

/** Sprig answers with the text of the error. */
function textOrMessage(decode: () => string): string {
  try {
    return decode()
  } catch (error) {
    if (error instanceof FunctionError) return error.message
    throw error
  }
}

export const encodingFunctions: FunctionMap = {
  b64enc: fn('string', ([text]) => base64(bytesOf(text as string))),
  b64dec: fn('string', ([text]) => textOrMessage(() => textOf(fromBase64(text as string)))),
  b32enc: fn('string', ([text]) => base32(bytesOf(text as string))),
  b32dec: fn('string', ([text]) => textOrMessage(() => textOf(fromBase32(text as string)))),
  fromJson: fn('string', ([text]) => quiet(() => parseJson(text as string), undefined)),
  mustFromJson: fn('string', ([text]) => parseJson(text as string)),
  toJson: fn('any', ([value]) => quiet(() => toJson(value), '')),
  mustToJson: fn('any', ([value]) => toJson(value)),
  toPrettyJson: fn('any', ([value]) => quiet(() => toJson(value, { indent: '  ' }), '')),
  mustToPrettyJson: fn('any', ([value]) => toJson(value, { indent: '  ' })),
  toRawJson: fn('any', ([value]) => toJson(value, { escapesHtml: false })),
  mustToRawJson: fn('any', ([value]) => toJson(value, { escapesHtml: false })),
}
