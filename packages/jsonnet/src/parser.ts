// From tokens to a tree. See https://jsonnet.org/ref/spec.html#parsing; messages and places are those of go-jsonnet v0.21.
import { Cursor, isToken } from './cursor.ts'
import { JsonnetLimitError } from './errors.ts'
import { withoutEscapes } from './escapes.ts'
import { isStringToken, readTokens, shownToken } from './lexer.ts'
import type { Token } from './lexer.ts'
import { parseBinds, parseForClauses, parseFunctionParameters } from './parse-binds.ts'
import { parseObject } from './parse-object.ts'
import { spanBetween, syntaxError } from './source.ts'
import type { Source, Span } from './source.ts'
import type { ImportExpression, Node } from './syntax-tree.ts'

/** Expressions inside each other: each takes some frames of the host's stack. */
const maxNesting = 900

const precedences: Readonly<Record<string, number>> = {
  '*': 5,
  '/': 5,
  '%': 5,
  '+': 6,
  '-': 6,
  '<<': 7,
  '>>': 7,
  '>': 8,
  '>=': 8,
  '<': 8,
  '<=': 8,
  in: 8,
  '==': 9,
  '!=': 9,
  '&': 10,
  '^': 11,
  '|': 12,
  '&&': 13,
  '||': 14,
}
const loosest = 16
const unaryOperators = new Set(['!', '~', '+', '-'])

/** A program, and all imports that stand in it, whether they are ever evaluated or not. */
export interface Program {
  readonly root: Node
  readonly imports: readonly ImportExpression[]
  /** How many there were. */
  readonly tokens: number
}

/**
 * Read a program.
 * @throws {JsonnetSyntaxError}
 * @throws {JsonnetLimitError} when expressions are nested too deep, or tokens are too many
 */
export function parseProgram(source: Source, maxTokens: number): Program {
  const tokens = readTokens(source, maxTokens)
  const parser = new Parser(new Cursor(tokens))
  return { root: parser.program(), imports: parser.imports, tokens: tokens.length }
}

class Parser {
  readonly #cursor: Cursor
  readonly imports: ImportExpression[] = []
  #nesting = 0
  readonly #expression = (): Node => this.#parse(loosest)

  constructor(cursor: Cursor) {
    this.#cursor = cursor
  }

  program(): Node {
    const node = this.#expression()
    const next = this.#cursor.peek()
    if (next.kind !== 'end') throw syntaxError(`Did not expect: ${shownToken(next)}`, next.span)
    return node
  }

  /** An expression whose binary operators bind at least as tightly as `precedence`; lower is tighter. */
  #parse(precedence: number): Node {
    if (++this.#nesting > maxNesting) throw new JsonnetLimitError(`expressions are nested deeper than ${maxNesting}`)
    const begin = this.#cursor.peek()
    let left = this.#operand(begin)
    for (;;) {
      const operator = this.#binaryOperator(precedence)
      if (operator === undefined) break
      this.#cursor.take()
      left = this.#binary(begin, left, operator)
    }
    this.#nesting--
    return left
  }

  #binaryOperator(precedence: number): string | undefined {
    const token = this.#cursor.peek()
    const isOperator = token.kind === 'operator' || isToken(token, 'in', 'keyword')
    // `:` and `::` end an expression: they belong to asserts, fields and slices.
    if (!isOperator || token.text === ':' || token.text === '::') return undefined
    const own = precedences[token.text]
    if (own === undefined) throw syntaxError(`Not a binary operator: ${token.text}`, token.span)
    return own <= precedence ? token.text : undefined
  }

  #binary(begin: Token, left: Node, operator: string): Node {
    if (operator === 'in' && this.#cursor.isAt('super', 'keyword')) {
      return { kind: 'in-super', index: left, span: spanBetween(begin.span, this.#cursor.take().span) }
    }
    const right = this.#parse((precedences[operator] ?? 0) - 1)
    return { kind: 'binary', operator, left, right, span: spanBetween(begin.span, right.span) }
  }

  #operand(begin: Token): Node {
    if (begin.kind === 'keyword') {
      const node = this.#keyword(begin)
      if (node !== undefined) return node
    }
    if (begin.kind === 'operator') return this.#unary(begin)
    return this.#suffixes(begin, this.#terminal())
  }

  #unary(begin: Token): Node {
    if (!unaryOperators.has(begin.text)) throw syntaxError(`Not a unary operator: ${begin.text}`, begin.span)
    this.#cursor.take()
    if (++this.#nesting > maxNesting) throw new JsonnetLimitError(`expressions are nested deeper than ${maxNesting}`)
    const operand = this.#operand(this.#cursor.peek())
    this.#nesting--
    return { kind: 'unary', operator: begin.text, operand, span: spanBetween(begin.span, operand.span) }
  }

  /** Expressions that begin with a word and reach as far as they can. */
  #keyword(begin: Token): Node | undefined {
    switch (begin.text) {
      case 'assert':
        return this.#assert(begin)
      case 'error': {
        this.#cursor.take()
        const message = this.#expression()
        return { kind: 'error', message, span: spanBetween(begin.span, message.span) }
      }
      case 'if':
        return this.#conditional(begin)
      case 'function': {
        this.#cursor.take()
        const next = this.#cursor.take()
        if (!isToken(next, '(')) throw syntaxError(`Expected ( but got ${shownToken(next)}`, next.span)
        const parameters = parseFunctionParameters(this.#cursor, this.#expression, 'function parameter')
        const body = this.#expression()
        return { kind: 'function', parameters, body, span: spanBetween(begin.span, body.span) }
      }
      case 'import':
      case 'importstr':
      case 'importbin':
        return this.#import(begin, begin.text)
      case 'local': {
        this.#cursor.take()
        const binds = parseBinds(this.#cursor, this.#expression)
        const body = this.#expression()
        return { kind: 'local', binds, body, span: spanBetween(begin.span, body.span) }
      }
      default:
        return undefined
    }
  }

  #assert(begin: Token): Node {
    this.#cursor.take()
    const condition = this.#expression()
    const message = this.#cursor.takeIf(':', 'operator') ? this.#expression() : undefined
    this.#cursor.expect(';')
    const rest = this.#expression()
    return { kind: 'assert', condition, message, rest, span: spanBetween(begin.span, rest.span) }
  }

  #conditional(begin: Token): Node {
    this.#cursor.take()
    const condition = this.#expression()
    this.#cursor.expect('then', 'keyword')
    const then = this.#expression()
    const otherwise = this.#cursor.takeIf('else', 'keyword') ? this.#expression() : undefined
    return { kind: 'conditional', condition, then, otherwise, span: spanBetween(begin.span, (otherwise ?? then).span) }
  }

  #import(begin: Token, kind: 'import' | 'importstr' | 'importbin'): Node {
    this.#cursor.take()
    const path = this.#expression()
    if (path.kind !== 'string') throw syntaxError('Computed imports are not allowed', path.span)
    if (path.isBlock) throw syntaxError('Block string literals not allowed in imports', path.span)
    const node = { kind, path: path.value, span: spanBetween(begin.span, path.span) }
    this.imports.push(node)
    return node
  }

  #terminal(): Node {
    const token = this.#cursor.take()
    const { span } = token
    if (isStringToken(token)) return stringNode(token)
    switch (token.kind) {
      case 'number':
        return { kind: 'number', text: token.text, span }
      case 'identifier':
        return { kind: 'variable', name: token.text, span }
      case 'end':
        throw syntaxError('Unexpected end of file', span)
      default:
    }
    switch (token.text) {
      case '{':
        return this.#object(token)
      case '[':
        return this.#array(token)
      case '(': {
        const inner = this.#expression()
        return { kind: 'parens', inner, span: spanBetween(span, this.#cursor.expect(')').span) }
      }
      case '$':
        return { kind: 'dollar', span }
      case 'true':
      case 'false':
        return { kind: 'boolean', value: token.text === 'true', span }
      case 'null':
        return { kind: 'null', span }
      case 'self':
        return { kind: 'self', span }
      case 'super':
        return this.#super(span)
      default:
        throw syntaxError(`Unexpected: ${shownToken(token)} while parsing terminal`, span)
    }
  }

  #object(open: Token): Node {
    return parseObject(this.#cursor, this.#expression, open)
  }

  #super(span: Span): Node {
    if (this.#cursor.takeIf('.')) return { kind: 'super-index', index: this.#cursor.expectIdentifier().text, span }
    if (!this.#cursor.takeIf('[')) throw syntaxError('Expected . or [ after super', span)
    const index = this.#expression()
    this.#cursor.expect(']')
    return { kind: 'super-index', index, span }
  }

  #array(open: Token): Node {
    const elements: Node[] = []
    let hasComma = true
    while (!this.#cursor.isAt(']')) {
      if (elements.length === 1 && this.#cursor.isAt('for', 'keyword')) {
        const { clauses, end } = parseForClauses(this.#cursor, this.#expression, ']')
        return { kind: 'array-comprehension', body: elements[0] as Node, clauses, span: spanBetween(open.span, end.span) }
      }
      if (!hasComma) throw syntaxError('Expected a comma before next array element', this.#cursor.peek().span)
      elements.push(this.#expression())
      hasComma = this.#cursor.takeIf(',')
    }
    return { kind: 'array', elements, span: spanBetween(open.span, this.#cursor.take().span) }
  }

  /** Calls, members, indices and objects behind a value. */
  #suffixes(begin: Token, target: Node): Node {
    let node = target
    for (;;) {
      if (this.#cursor.takeIf('.')) {
        const field = this.#cursor.expectIdentifier()
        node = { kind: 'index', target: node, index: field.text, span: spanBetween(begin.span, field.span) }
      } else if (this.#cursor.takeIf('[')) node = this.#index(begin, node)
      else if (this.#cursor.takeIf('(')) node = this.#call(begin, node)
      else if (this.#cursor.isAt('{')) {
        const right = this.#object(this.#cursor.take())
        node = { kind: 'apply-brace', left: node, right, span: spanBetween(begin.span, right.span) }
      } else return node
    }
  }

  #index(begin: Token, target: Node): Node {
    const parts: (Node | undefined)[] = [undefined, undefined, undefined]
    let colons = 0
    let isReady = true
    let end = this.#cursor.peek()
    while (colons < 3) {
      end = this.#cursor.peek()
      if (this.#cursor.takeIf(']')) break
      if (this.#cursor.takeIf(':', 'operator') || this.#cursor.takeIf('::', 'operator')) {
        colons += end.text.length
        isReady = true
      } else if (isReady) {
        parts[colons] = this.#expression()
        isReady = false
      } else throw syntaxError(`Expected token "]" but got ${shownToken(end)}`, end.span)
    }
    if (colons > 2) throw syntaxError('Invalid slice: too many colons', end.span)
    if (colons === 0 && isReady) throw syntaxError('ast.Index requires an expression', end.span)
    const span = spanBetween(begin.span, end.span)
    return colons > 0 ? { kind: 'slice', target, parts, span } : { kind: 'index', target, index: parts[0] as Node, span }
  }

  #call(begin: Token, target: Node): Node {
    const positional: Node[] = []
    const named: { name: string; value: Node }[] = []
    let hasComma = true
    while (!this.#cursor.isAt(')')) {
      const next = this.#cursor.peek()
      if (!hasComma) throw syntaxError(`Expected a comma before next function argument, got ${shownToken(next)}`, next.span)
      const isNamed = next.kind === 'identifier' && isToken(this.#cursor.peek(1), '=', 'operator')
      if (isNamed) {
        this.#cursor.take()
        this.#cursor.take()
      }
      const value = this.#expression()
      hasComma = this.#cursor.takeIf(',')
      if (isNamed) named.push({ name: next.text, value })
      else if (named.length > 0) throw syntaxError('Positional argument after a named argument is not allowed', next.span)
      else positional.push(value)
    }
    const span = spanBetween(begin.span, this.#cursor.take().span)
    return { kind: 'apply', target, positional, named, isTailStrict: this.#cursor.takeIf('tailstrict', 'keyword'), span }
  }
}

/** The tree of a text. @throws {JsonnetSyntaxError} */
function stringNode(token: Token): Node {
  const isEscaped = token.kind === 'STRING_DOUBLE' || token.kind === 'STRING_SINGLE'
  const value = isEscaped ? withoutEscapes(token.text, token.span) : token.text
  return { kind: 'string', value, isBlock: token.kind === 'STRING_BLOCK', span: token.span }
}
