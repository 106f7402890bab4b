// Tokens one after another, with what go-jsonnet says of tokens that do not fit.
import { shownToken } from './lexer.ts'
import type { Token } from './lexer.ts'
import { syntaxError } from './source.ts'

/** Reads tokens forwards. */
export class Cursor {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  /** The token that comes; the end comes again and again. */
  peek(ahead = 0): Token {
    return (this.#tokens[this.#at + ahead] ?? this.#tokens.at(-1)) as Token
  }

  take(): Token {
    const token = this.peek()
    this.#at++
    return token
  }

  /** Whether the token is this symbol, keyword or operator. */
  isAt(text: string, kind: 'symbol' | 'keyword' | 'operator' = 'symbol'): boolean {
    return isToken(this.peek(), text, kind)
  }

  /** Take the token if it is this one. */
  takeIf(text: string, kind: 'symbol' | 'keyword' | 'operator' = 'symbol'): boolean {
    const isThere = this.isAt(text, kind)
    if (isThere) this.#at++
    return isThere
  }

  /** @throws {JsonnetSyntaxError} when another token comes */
  expect(text: string, kind: 'symbol' | 'keyword' = 'symbol'): Token {
    const token = this.take()
    if (isToken(token, text, kind)) return token
    throw syntaxError(`Expected token ${kind === 'keyword' ? text : `"${text}"`} but got ${shownToken(token)}`, token.span)
  }

  /** @throws {JsonnetSyntaxError} when another token comes */
  expectIdentifier(context = ''): Token {
    const token = this.take()
    if (token.kind === 'identifier') return token
    throw syntaxError(`Expected token IDENTIFIER but got ${shownToken(token)}${context}`, token.span)
  }

  /** @throws {JsonnetSyntaxError} when another token comes */
  expectOperator(text: string): Token {
    const token = this.take()
    if (isToken(token, text, 'operator')) return token
    throw syntaxError(`Expected operator ${text} but got ${shownToken(token)}`, token.span)
  }
}

export function isToken(token: Token, text: string, kind: 'symbol' | 'keyword' | 'operator' = 'symbol'): boolean {
  return token.kind === kind && token.text === text
}
