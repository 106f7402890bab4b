// Words of a jq program. Texts with expressions inside become words of their own kind.

/** A word. `text` is what it says: a name, a number, an operator. */
export interface Token {
  readonly kind: 'name' | 'field' | 'variable' | 'number' | 'text' | 'format' | 'operator' | 'end'
  readonly text: string
  readonly position: number
  /** Pieces of a text: plain ones, and the sources of expressions with where they begin. */
  readonly parts?: readonly (string | { readonly source: string; readonly position: number })[]
}

/** A program that does not follow the grammar, or uses what is not there. */
export class JqSyntaxError extends Error {
  readonly position: number
  constructor(message: string, position: number) {
    super(message)
    this.position = position
  }
}

const operators = [
  '?//=',
  '?//',
  '//=',
  '|=',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '==',
  '!=',
  '<=',
  '>=',
  '//',
  '..',
  '|',
  ',',
  ':',
  ';',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '.',
  '=',
  '<',
  '>',
  '+',
  '-',
  '*',
  '/',
  '%',
  '?',
]
const escapes: Readonly<Record<string, string>> = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

/** @throws {JqSyntaxError} */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  const take = (kind: Token['kind'], length: number, text = source.slice(at, at + length)): void => {
    tokens.push({ kind, text, position: at })
    at += length
  }
  while (at < source.length) {
    const rest = source.slice(at)
    const blank = /^(?:\s+|#[^\n]*)/.exec(rest)?.[0]
    if (blank !== undefined) {
      at += blank.length
      continue
    }
    const field = /^\.[A-Za-z_]\w*/.exec(rest)?.[0]
    const name = /^(?:[A-Za-z_]\w*::)*[A-Za-z_]\w*/.exec(rest)?.[0]
    const variable = /^\$(?:__loc__|[A-Za-z_]\w*)/.exec(rest)?.[0]
    const number = /^(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/.exec(rest)?.[0]
    const format = /^@\w+/.exec(rest)?.[0]
    const operator = operators.find((candidate) => rest.startsWith(candidate))
    if (rest.startsWith('"')) {
      const { token, end } = readText(source, at)
      tokens.push(token)
      at = end
    } else if (field !== undefined) take('field', field.length, field.slice(1))
    else if (variable !== undefined) take('variable', variable.length, variable.slice(1))
    else if (number !== undefined) take('number', number.length)
    else if (name !== undefined) take('name', name.length)
    else if (format !== undefined) take('format', format.length)
    else if (operator !== undefined) take('operator', operator.length)
    else throw new JqSyntaxError(`unexpected token ${JSON.stringify(rest.charAt(0))}`, at)
  }
  tokens.push({ kind: 'end', text: '', position: at })
  return tokens
}

function readText(source: string, start: number): { token: Token; end: number } {
  const parts: (string | { source: string; position: number })[] = []
  let plain = ''
  let at = start + 1
  for (;;) {
    const character = source.charAt(at)
    if (character === '') throw new JqSyntaxError('unterminated string literal', start)
    if (character === '"') break
    if (character !== '\\') {
      plain += character
      at++
      continue
    }
    const escaped = source.charAt(at + 1)
    if (escaped === '(') {
      const end = closingOf(source, at + 2)
      parts.push(plain, { source: source.slice(at + 2, end), position: at + 2 })
      plain = ''
      at = end + 1
    } else if (escaped === 'u') {
      plain += String.fromCharCode(Number.parseInt(source.slice(at + 2, at + 6), 16))
      at += 6
    } else {
      const meant = escapes[escaped]
      if (meant === undefined) throw new JqSyntaxError(`invalid escape sequence "\\${escaped}" in string literal`, at)
      plain += meant
      at += 2
    }
  }
  parts.push(plain)
  return { token: { kind: 'text', text: parts.length === 1 ? plain : '', position: start, parts }, end: at + 1 }
}

/** Where the parenthesis closes that an interpolation opened. */
function closingOf(source: string, from: number): number {
  let depth = 1
  for (let at = from; at < source.length; at++) {
    const character = source.charAt(at)
    if (character === '"') at = readText(source, at).end - 1
    else if (character === '(') depth++
    else if (character === ')' && --depth === 0) return at
  }
  throw new JqSyntaxError('unterminated string literal', from)
}
