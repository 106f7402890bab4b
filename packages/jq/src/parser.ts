// From words to a tree, by precedence: `|`, `,`, `//`, assignment, `or`, `and`, comparison, sum, product, then what follows a term.
import { JqSyntaxError, tokenize } from './lexer.ts'
import type { Token } from './lexer.ts'

/** An expression. */
export type Node =
  | { readonly kind: 'identity' | 'recurse' }
  | { readonly kind: 'literal'; readonly value: unknown }
  | { readonly kind: 'text'; readonly format: string | undefined; readonly parts: readonly (string | Node)[] }
  | { readonly kind: 'format'; readonly name: string }
  | { readonly kind: 'index'; readonly target: Node; readonly key: Node }
  | { readonly kind: 'slice'; readonly target: Node; readonly from: Node | undefined; readonly to: Node | undefined }
  | { readonly kind: 'iterate' | 'optional'; readonly target: Node }
  | { readonly kind: 'pipe' | 'comma' | 'alternative' | 'and' | 'or'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'binary' | 'assign'; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'negate'; readonly value: Node }
  | { readonly kind: 'list'; readonly body: Node | undefined }
  | { readonly kind: 'object'; readonly entries: readonly { readonly key: Node; readonly value: Node }[] }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: 'if'; readonly condition: Node; readonly then: Node; readonly otherwise: Node }
  | { readonly kind: 'try'; readonly body: Node; readonly handler: Node | undefined }
  | { readonly kind: 'reduce'; readonly source: Node; readonly pattern: Pattern; readonly init: Node; readonly update: Node }
  | { readonly kind: 'foreach'; readonly source: Node; readonly pattern: Pattern; readonly init: Node; readonly update: Node; readonly extract: Node }
  | { readonly kind: 'bind'; readonly source: Node; readonly patterns: readonly Pattern[]; readonly body: Node }
  | { readonly kind: 'define'; readonly name: string; readonly parameters: readonly string[]; readonly body: Node; readonly rest: Node }
  | { readonly kind: 'label'; readonly name: string; readonly body: Node }
  | { readonly kind: 'break'; readonly name: string }

/** What a value is taken apart into. */
export type Pattern =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Pattern[] }
  | { readonly kind: 'object'; readonly entries: readonly { readonly key: Node; readonly name: string | undefined; readonly pattern: Pattern | undefined }[] }

const identity: Node = { kind: 'identity' }
const maxDepth = 256
const comparisons = ['==', '!=', '<', '<=', '>', '>=']
const assignments = ['=', '|=', '+=', '-=', '*=', '/=', '%=', '//=']
const keywords = new Set(['def', 'if', 'then', 'elif', 'else', 'end', 'as', 'reduce', 'foreach', 'try', 'catch', 'label', 'and', 'or', 'import', 'include'])

/** @throws {JqSyntaxError} */
export function parseJq(source: string): Node {
  return new Parser(source, 0).program()
}

class Parser {
  readonly #tokens: readonly Token[]
  readonly #nesting: number
  #at = 0
  #depth = 0

  constructor(source: string, nesting: number) {
    this.#tokens = tokenize(source)
    this.#nesting = nesting
    if (nesting > 16) throw new JqSyntaxError('too many interpolations inside each other', 0)
  }

  program(): Node {
    if (this.#isAtEnd()) return identity
    const node = this.#pipe()
    if (!this.#isAtEnd()) throw this.#unexpected()
    return node
  }

  #isAtEnd(): boolean {
    return this.#token.kind === 'end'
  }

  get #token(): Token {
    return this.#tokens[this.#at] as Token
  }

  #unexpected(): JqSyntaxError {
    const { kind, text, position } = this.#token
    return new JqSyntaxError(kind === 'end' ? 'unexpected EOF' : `unexpected token ${JSON.stringify(text)}`, position)
  }

  #is(text: string): boolean {
    const { kind, text: own } = this.#token
    return (kind === 'operator' || kind === 'name') && own === text
  }

  #accept(text: string): boolean {
    if (!this.#is(text)) return false
    this.#at++
    return true
  }

  #expect(text: string): void {
    if (!this.#accept(text)) throw this.#unexpected()
  }

  #word(kind: Token['kind']): string {
    const { kind: own, text } = this.#token
    if (own !== kind) throw this.#unexpected()
    this.#at++
    return text
  }

  #nested<T>(parse: () => T): T {
    if (++this.#depth > maxDepth) throw new JqSyntaxError('too many expressions inside each other', this.#token.position)
    const result = parse()
    this.#depth--
    return result
  }

  #pipe(hasComma = true): Node {
    return this.#nested(() => {
      if (this.#is('def')) return this.#definition()
      if (this.#accept('label')) {
        const name = this.#word('variable')
        this.#expect('|')
        return { kind: 'label', name, body: this.#pipe(hasComma) }
      }
      const left = hasComma ? this.#comma() : this.#alternative()
      if (this.#accept('as')) {
        const patterns = [this.#pattern()]
        while (this.#accept('?//')) patterns.push(this.#pattern())
        this.#expect('|')
        return { kind: 'bind', source: left, patterns, body: this.#pipe(hasComma) }
      }
      return this.#accept('|') ? { kind: 'pipe', left, right: this.#pipe(hasComma) } : left
    })
  }

  #definition(): Node {
    this.#expect('def')
    const name = this.#word('name')
    const parameters: string[] = []
    if (this.#accept('(')) {
      do parameters.push(this.#token.kind === 'variable' ? `$${this.#word('variable')}` : this.#word('name'))
      while (this.#accept(';'))
      this.#expect(')')
    }
    this.#expect(':')
    const body = this.#pipe()
    this.#expect(';')
    const isLast = this.#token.kind === 'end' || this.#is(')') || this.#is(';')
    return { kind: 'define', name, parameters, body, rest: isLast ? identity : this.#pipe() }
  }

  #comma(): Node {
    let left = this.#alternative()
    while (this.#accept(',')) left = { kind: 'comma', left, right: this.#alternative() }
    return left
  }

  /** Groups from the right. */
  #alternative(): Node {
    const left = this.#assignment()
    return this.#accept('//') ? { kind: 'alternative', left, right: this.#nested(() => this.#alternative()) } : left
  }

  #assignment(): Node {
    const left = this.#or()
    const operator = assignments.find((candidate) => this.#is(candidate))
    if (operator === undefined) return left
    this.#at++
    return { kind: 'assign', operator, left, right: this.#nested(() => this.#alternative()) }
  }

  #or(): Node {
    let left = this.#and()
    while (this.#accept('or')) left = { kind: 'or', left, right: this.#and() }
    return left
  }

  #and(): Node {
    let left = this.#comparison()
    while (this.#accept('and')) left = { kind: 'and', left, right: this.#comparison() }
    return left
  }

  #comparison(): Node {
    const left = this.#sum()
    const operator = comparisons.find((candidate) => this.#is(candidate))
    if (operator === undefined) return left
    this.#at++
    return { kind: 'binary', operator, left, right: this.#sum() }
  }

  #sum(): Node {
    let left = this.#product()
    for (;;) {
      const operator = ['+', '-'].find((candidate) => this.#accept(candidate))
      if (operator === undefined) return left
      left = { kind: 'binary', operator, left, right: this.#product() }
    }
  }

  #product(): Node {
    let left = this.#unary()
    for (;;) {
      const operator = ['*', '/', '%'].find((candidate) => this.#accept(candidate))
      if (operator === undefined) return left
      left = { kind: 'binary', operator, left, right: this.#unary() }
    }
  }

  #unary(): Node {
    return this.#accept('-') ? { kind: 'negate', value: this.#nested(() => this.#unary()) } : this.#postfix()
  }

  #postfix(): Node {
    let node = this.#term()
    for (;;) {
      const token = this.#token
      if (token.kind === 'field') {
        this.#at++
        node = { kind: 'index', target: node, key: { kind: 'literal', value: token.text } }
      } else if (this.#is('.') && ['text', 'operator'].includes(this.#tokens[this.#at + 1]?.kind ?? '')) {
        this.#at++
        node = this.#token.kind === 'text' ? { kind: 'index', target: node, key: this.#text(undefined) } : this.#bracket(node)
      } else if (this.#is('[')) node = this.#bracket(node)
      else if (this.#accept('?')) node = { kind: 'optional', target: node }
      else return node
    }
  }

  #bracket(target: Node): Node {
    this.#expect('[')
    if (this.#accept(']')) return { kind: 'iterate', target }
    if (this.#accept(':')) {
      const to = this.#pipe()
      this.#expect(']')
      return { kind: 'slice', target, from: undefined, to }
    }
    const from = this.#pipe()
    if (!this.#accept(':')) {
      this.#expect(']')
      return { kind: 'index', target, key: from }
    }
    const to = this.#is(']') ? undefined : this.#pipe()
    this.#expect(']')
    return { kind: 'slice', target, from, to }
  }

  #term(): Node {
    const token = this.#token
    switch (token.kind) {
      case 'number':
        this.#at++
        return { kind: 'literal', value: Number(token.text) }
      case 'text':
        return this.#text(undefined)
      case 'format':
        this.#at++
        return this.#token.kind === 'text' ? this.#text(token.text) : { kind: 'format', name: token.text }
      case 'field':
        this.#at++
        return { kind: 'index', target: identity, key: { kind: 'literal', value: token.text } }
      case 'variable':
        this.#at++
        return { kind: 'variable', name: token.text }
      case 'name':
        return this.#named(token)
      case 'end':
        throw this.#unexpected()
      case 'operator':
        break
    }
    if (this.#accept('..')) return { kind: 'recurse' }
    if (this.#accept('(')) {
      const node = this.#pipe()
      this.#expect(')')
      return node
    }
    if (this.#accept('[')) {
      const body = this.#is(']') ? undefined : this.#pipe()
      this.#expect(']')
      return { kind: 'list', body }
    }
    if (this.#is('{')) return this.#object()
    if (this.#accept('.')) {
      if (this.#token.kind === 'text') return { kind: 'index', target: identity, key: this.#text(undefined) }
      return identity
    }
    throw this.#unexpected()
  }

  #text(format: string | undefined): Node {
    const { parts = [], text } = this.#token
    this.#at++
    if (parts.length === 1) return { kind: 'literal', value: text }
    return { kind: 'text', format, parts: parts.map((part) => (typeof part === 'string' ? part : new Parser(part.source, this.#nesting + 1).program())) }
  }

  #named(token: Token): Node {
    switch (token.text) {
      case 'if':
        this.#at++
        return this.#condition()
      case 'try': {
        this.#at++
        const body = this.#nested(() => this.#postfix())
        return { kind: 'try', body, handler: this.#accept('catch') ? this.#nested(() => this.#postfix()) : undefined }
      }
      case 'reduce':
      case 'foreach':
        this.#at++
        return this.#fold(token.text)
      case 'def':
        return this.#definition()
      default:
        break
    }
    if (keywords.has(token.text)) throw this.#unexpected()
    this.#at++
    if (token.text === 'null' || token.text === 'true' || token.text === 'false') return { kind: 'literal', value: JSON.parse(token.text) as unknown }
    if (token.text === 'break' && this.#token.kind === 'variable') return { kind: 'break', name: this.#word('variable') }
    const args: Node[] = []
    if (this.#accept('(')) {
      do args.push(this.#pipe())
      while (this.#accept(';'))
      this.#expect(')')
    }
    return { kind: 'call', name: token.text, args }
  }

  #condition(): Node {
    const condition = this.#pipe()
    this.#expect('then')
    const then = this.#pipe()
    if (this.#accept('elif')) return { kind: 'if', condition, then, otherwise: this.#nested(() => this.#condition()) }
    const otherwise = this.#accept('else') ? this.#pipe() : identity
    this.#expect('end')
    return { kind: 'if', condition, then, otherwise }
  }

  #fold(kind: 'reduce' | 'foreach'): Node {
    const source = this.#postfix()
    this.#expect('as')
    const pattern = this.#pattern()
    this.#expect('(')
    const init = this.#pipe()
    this.#expect(';')
    const update = this.#pipe()
    const extract = kind === 'foreach' && this.#accept(';') ? this.#pipe() : identity
    this.#expect(')')
    return kind === 'reduce' ? { kind, source, pattern, init, update } : { kind, source, pattern, init, update, extract }
  }

  #pattern(): Pattern {
    if (this.#token.kind === 'variable') return { kind: 'name', name: this.#word('variable') }
    if (this.#accept('[')) {
      const items: Pattern[] = []
      do items.push(this.#nested(() => this.#pattern()))
      while (this.#accept(','))
      this.#expect(']')
      return { kind: 'list', items }
    }
    this.#expect('{')
    const entries: { key: Node; name: string | undefined; pattern: Pattern | undefined }[] = []
    do {
      const token = this.#token
      let key: Node
      let name: string | undefined
      if (token.kind === 'variable') {
        name = this.#word('variable')
        key = { kind: 'literal', value: name }
      } else if (token.kind === 'text') key = this.#text(undefined)
      else if (this.#accept('(')) {
        key = this.#pipe()
        this.#expect(')')
      } else key = { kind: 'literal', value: this.#word('name') }
      const pattern = this.#accept(':') ? this.#nested(() => this.#pattern()) : undefined
      if (pattern === undefined && name === undefined) throw this.#unexpected()
      entries.push({ key, name, pattern })
    } while (this.#accept(','))
    this.#expect('}')
    return { kind: 'object', entries }
  }

  #object(): Node {
    this.#expect('{')
    const entries: { key: Node; value: Node }[] = []
    while (!this.#accept('}')) {
      entries.push(this.#entry())
      if (!this.#is('}')) this.#expect(',')
    }
    return { kind: 'object', entries }
  }

  #entry(): { key: Node; value: Node } {
    const token = this.#token
    const valued = (key: Node, short: Node): { key: Node; value: Node } => (this.#accept(':') ? { key, value: this.#pipe(false) } : { key, value: short })
    switch (token.kind) {
      case 'variable':
        this.#at++
        return { key: { kind: 'literal', value: token.text }, value: { kind: 'variable', name: token.text } }
      case 'text':
      case 'format': {
        const key = token.kind === 'text' ? this.#text(undefined) : this.#term()
        return valued(key, { kind: 'index', target: identity, key })
      }
      case 'number':
      case 'name': {
        this.#at++
        const key: Node = { kind: 'literal', value: token.text }
        return valued(key, { kind: 'index', target: identity, key })
      }
      default: {
        this.#expect('(')
        const key = this.#pipe()
        this.#expect(')')
        this.#expect(':')
        return { key, value: this.#pipe(false) }
      }
    }
  }
}
