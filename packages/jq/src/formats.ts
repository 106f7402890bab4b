// Formats of texts: `@base64`, `@csv` and their like.
import { JqError, shown, typeOf } from './values.ts'

/** A value as a text: texts as they are, others as JSON. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

const htmlNames: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', "'": '&#39;', '"': '&quot;' }

/** @throws {JqError} */
export function formatText(format: string, value: unknown): string {
  switch (format) {
    case '@text':
      return textOf(value)
    case '@json':
      return JSON.stringify(value)
    case '@html':
      return textOf(value).replaceAll(/[<>&'"]/g, (character) => htmlNames[character] ?? '')
    case '@uri':
      return encodeURIComponent(textOf(value)).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    case '@csv':
      return row(value, ',', (text) => `"${text.replaceAll('"', '""')}"`, 'csv')
    case '@tsv':
      return row(value, '\t', (text) => text.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r'), 'tsv')
    case '@sh':
      return (Array.isArray(value) ? value : [value])
        .map((item: unknown) => {
          if (typeof item === 'object' && item !== null) throw new JqError(`cannot escape for shell: ${typeOf(item)} (${shown(item)})`)
          return typeof item === 'string' ? `'${item.replaceAll("'", "'\\''")}'` : String(item)
        })
        .join(' ')
    case '@base64':
      return btoa([...new TextEncoder().encode(textOf(value))].map((byte) => String.fromCharCode(byte)).join(''))
    case '@base64d':
      try {
        return new TextDecoder().decode(Uint8Array.from(Array.from(atob(textOf(value)), (character) => character.charCodeAt(0))))
      } catch {
        throw new JqError(`cannot decode as base64: ${typeOf(value)} (${shown(value)})`)
      }
    default:
      throw new JqError(`format not defined: ${format}`)
  }
}

function row(value: unknown, separator: string, quote: (text: string) => string, name: string): string {
  if (!Array.isArray(value)) throw new JqError(`cannot format as ${name}, an array is expected but got: ${typeOf(value)} (${shown(value)})`)
  return value
    .map((item: unknown) => {
      if (typeof item === 'object' && item !== null) throw new JqError(`cannot format an array including: ${typeOf(item)} (${shown(item)})`)
      return typeof item === 'string' ? quote(item) : item === null ? '' : textOf(item)
    })
    .join(separator)
}
