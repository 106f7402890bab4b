// Escapes in quoted texts.
import { syntaxError } from './source.ts'
import type { Span } from './source.ts'

const simple: Readonly<Record<string, string>> = { '"': '"', "'": "'", '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/**
 * The text that is meant.
 * @throws {JsonnetSyntaxError}
 */
export function withoutEscapes(text: string, span: Span): string {
  if (!text.includes('\\')) return text
  // go-jsonnet names the place twice here: its reader wraps the message of its unescaper.
  const fail = (reason: string): Error => {
    const inner = syntaxError(reason, span)
    return syntaxError(inner.reason, span)
  }
  let result = ''
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? ''
    if (character !== '\\') {
      result += character
      continue
    }
    const escape = String.fromCodePoint(text.codePointAt(++at) ?? 0)
    if (at >= text.length) throw fail('Truncated escape sequence in string literal.')
    if (escape !== 'u') {
      const meant = simple[escape]
      if (meant === undefined) throw fail(`Unknown escape sequence in string literal: \\${escape}`)
      result += meant
      continue
    }
    const code = unitAt(text, at + 1, () => fail('Truncated unicode escape sequence in string literal.'), 'Unicode escape sequence was malformed', fail)
    at += 4
    if (code < 0xd800 || code > 0xdfff) {
      result += String.fromCharCode(code)
      continue
    }
    if (at + 7 > text.length) throw fail('Truncated unicode surrogate pair escape sequence in string literal.')
    if (text.slice(at + 1, at + 3) !== '\\u') throw fail('Unicode surrogate pair escape sequence missing low surrogate in string literal.')
    const low = unitAt(text, at + 3, () => fail(''), 'Unicode low surrogate escape sequence was malformed', fail)
    at += 6
    result += code < 0xdc00 && low >= 0xdc00 && low <= 0xdfff ? String.fromCharCode(code, low) : '�'
  }
  return result
}

function unitAt(text: string, at: number, truncated: () => Error, malformed: string, fail: (reason: string) => Error): number {
  const digits = text.slice(at, at + 4)
  if (digits.length < 4) throw truncated()
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw fail(`${malformed}: ${text.slice(0, 4)}`)
  return Number.parseInt(digits, 16)
}
