// From text to tokens. See https://jsonnet.org/ref/spec.html#lexing; messages are those of go-jsonnet v0.21.
import { JsonnetLimitError } from './errors.ts'
import { syntaxError } from './source.ts'
import type { Source, Span } from './source.ts'
import { readBlock } from './text-block.ts'

export type TokenKind = 'symbol' | 'keyword' | 'identifier' | 'number' | 'operator' | 'end' | StringKind
/** How a text was written: it decides about escapes, and names the token in messages. */
export type StringKind = 'STRING_BLOCK' | 'STRING_DOUBLE' | 'STRING_SINGLE' | 'VERBATIM_STRING_DOUBLE' | 'VERBATIM_STRING_SINGLE'

export interface Token {
  readonly kind: TokenKind
  /** Content without quotes; escapes are still in it. */
  readonly text: string
  readonly span: Span
}

const keywords = new Set('assert else error false for function if import importstr importbin in local null self super tailstrict then true'.split(' '))
const stringKinds: ReadonlySet<string> = new Set<StringKind>([
  'STRING_BLOCK',
  'STRING_DOUBLE',
  'STRING_SINGLE',
  'VERBATIM_STRING_DOUBLE',
  'VERBATIM_STRING_SINGLE',
])

export function isStringToken(token: Token): token is Token & { kind: StringKind } {
  return stringKinds.has(token.kind)
}

/** A token as it stands in messages. */
export function shownToken({ kind, text }: Token): string {
  if (kind === 'end') return 'end of file'
  const kindName = kind === 'symbol' || kind === 'keyword' ? undefined : kind.toUpperCase()
  if (kindName === undefined) return `"${text}"`
  return text === '' ? kindName : `(${kindName}, "${text}")`
}

/**
 * All tokens, the last of which is the end.
 * @throws {JsonnetSyntaxError}
 * @throws {JsonnetLimitError} when there are more than that
 */
export function readTokens(source: Source, maxTokens: number): Token[] {
  const { text } = source
  const tokens: Token[] = []
  let at = 0
  // Where the symbols end that were looked at last: all operators that are cut from them end at the same place.
  let symbolsEnd = 0
  const push = (kind: TokenKind, content: string, start: number, end: number): void => {
    if (tokens.length > maxTokens) throw new JsonnetLimitError('the program and its imports have too many tokens')
    tokens.push({ kind, text: content, span: { source, start, end } })
    at = end
  }
  for (;;) {
    at = afterSpace(text, at)
    const character = text[at]
    if (character === undefined) break
    const start = at
    if (/[{}[\],.();]/.test(character)) push('symbol', character, start, start + 1)
    else if (/[0-9]/.test(character)) push('number', readNumber(source, start), start, start + readNumber(source, start).length)
    else if (/[A-Za-z_]/.test(character)) {
      const word = matchAt(/\w+/y, text, start)
      push(keywords.has(word) ? 'keyword' : 'identifier', word, start, start + word.length)
    } else if (character === '"' || character === "'") {
      const end = quotedEnd(source, start, character)
      push(character === '"' ? 'STRING_DOUBLE' : 'STRING_SINGLE', text.slice(start + 1, end - 1), start, end)
    } else if (character === '@') {
      const { content, end } = readVerbatim(source, start)
      push(text[start + 1] === '"' ? 'VERBATIM_STRING_DOUBLE' : 'VERBATIM_STRING_SINGLE', content, start, end)
    } else if (character === '#' || text.startsWith('//', at)) at = lineEnd(text, at)
    else if (text.startsWith('/*', at)) at = afterComment(source, at)
    else if (text.startsWith('|||', at)) {
      const { content, end } = readBlock(source, start)
      push('STRING_BLOCK', content, start, end)
    } else if (symbolCharacter.test(character)) {
      if (start + 1 >= symbolsEnd) symbolsEnd = endOfSymbols(text, start)
      const operator = readOperator(text, start, symbolsEnd)
      push(operator === '$' ? 'symbol' : 'operator', operator, start, start + operator.length)
    } else throw syntaxError(`Could not lex the character ${quoteRune(text, at)}`, pointAt(source, at))
  }
  push('end', '', text.length, text.length)
  return tokens
}

const symbolCharacter = /[!$:~+\-&|^=<>*/%]/

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

function pointAt(source: Source, at: number): Span {
  return { source, start: at, end: at }
}

function afterSpace(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\t' || text[at] === '\r') at++
  return at
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

function afterComment(source: Source, start: number): number {
  const end = source.text.indexOf('*/', start + 2)
  if (end < 0) throw syntaxError('Multi-line comment has no terminating */', pointAt(source, start))
  return end + 2
}

/** A character as Go's QuoteRuneToASCII writes it. */
function quoteRune(text: string, at: number): string {
  const code = text.codePointAt(at)
  if (code === undefined) return "'\\ufffd'"
  const named: Readonly<Record<number, string>> = { 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r', 39: "\\'", 92: '\\\\' }
  if (named[code] !== undefined) return `'${named[code]}'`
  if (code < 0x20 || code === 0x7f) return `'\\x${code.toString(16).padStart(2, '0')}'`
  if (code < 0x7f) return `'${String.fromCodePoint(code)}'`
  return code < 0x10000 ? `'\\u${code.toString(16).padStart(4, '0')}'` : `'\\U${code.toString(16).padStart(8, '0')}'`
}

function readNumber(source: Source, start: number): string {
  const { text } = source
  const fail = (where: string, at: number): never => {
    throw syntaxError(`Couldn't lex number, junk after ${where}: ${quoteRune(text, at)}`, pointAt(source, at))
  }
  let at = start + matchAt(/0|[1-9][0-9]*/y, text, start).length
  if (text[at] === '.') {
    const digits = matchAt(/[0-9]+/y, text, at + 1)
    if (digits === '') fail('decimal point', at + 1)
    at += 1 + digits.length
  }
  if (text[at] === 'e' || text[at] === 'E') {
    const sign = matchAt(/[+-]/y, text, at + 1)
    const digits = matchAt(/[0-9]+/y, text, at + 1 + sign.length)
    if (digits === '') fail(sign === '' ? "'E'" : 'exponent sign', at + 1 + sign.length)
    at += 1 + sign.length + digits.length
  }
  return text.slice(start, at)
}

function quotedEnd(source: Source, start: number, quote: string): number {
  const { text } = source
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === quote) return at + 1
    if (text[at] === '\\') at++
  }
  throw syntaxError('Unterminated String', pointAt(source, start))
}

function readVerbatim(source: Source, start: number): { content: string; end: number } {
  const { text } = source
  const quote = text[start + 1]
  if (quote !== '"' && quote !== "'")
    throw syntaxError(`Couldn't lex verbatim string, junk after '@': ${text.codePointAt(start + 1) ?? -1}`, pointAt(source, start))
  for (let at = start + 2; at < text.length; at++) {
    if (text[at] !== quote) continue
    if (text[at + 1] !== quote) return { content: text.slice(start + 2, at).replaceAll(quote + quote, quote), end: at + 1 }
    at++
  }
  throw syntaxError('Unterminated String', pointAt(source, start))
}

/** As many symbols as stand together. Comments and blocks do not start in an operator. */
function endOfSymbols(text: string, start: number): number {
  let end = start + 1
  while (symbolCharacter.test(text[end] ?? '') && text[end] !== '/' && !text.startsWith('|||', end)) end++
  return end
}

/**
 * Symbols as one operator. Those that end like a unary one are cut to their first character, all of them: go-jsonnet reads `1==-1` as
 * `1 = = -1` and refuses it.
 */
function readOperator(text: string, start: number, end: number): string {
  return /[+\-~!$]/.test(text[end - 1] ?? '') ? text.slice(start, start + 1) : text.slice(start, end)
}
