// From tokens to a tree. Grammar and messages follow Go's `text/template/parse`.
import { bytesOf } from './bytes.ts'
import { floatOf } from './numbers.ts'
import { TemplateError } from './errors.ts'
import { tokenize } from './lexer.ts'
import type { Token, TokenKind } from './lexer.ts'
import { lineAndColumn, nodeText } from './nodes.ts'
import type { CommandNode, Node, NumberValue, Operand, PipeNode, Place, Source, TemplateNode } from './nodes.ts'
import { quoted, unquoted } from './quote.ts'

/** Options of parsing. */
export interface ParseOptions {
  /** Whether a function is there. Default: every one is. */
  readonly hasFunction?: (name: string) => boolean
  /** The minor version of Go 1 that is followed: from 23 on `else with` is known, and lines of comments count. Default: 25. */
  readonly goVersion?: number
  /** Nesting of actions and parentheses at most. Default: 500. */
  readonly maxDepth?: number
}

/** A named template: its body, parsed once. */
export interface Definition {
  readonly name: string
  readonly source: Source
  readonly nodes: readonly Node[]
  /** Whether there is nothing but blanks and definitions in it. */
  readonly isEmpty: boolean
}

/** A parsed file: its own body under its own name, and what it defines. Immutable. */
export interface ParsedTemplate {
  readonly name: string
  readonly definitions: readonly Definition[]
}

/**
 * Parse the text of a template.
 * @throws {TemplateError} `TEMPLATE_PARSE`
 */
export function parseTemplate(name: string, text: string, options: ParseOptions = {}): ParsedTemplate {
  return new Parser({ name, text }, options).parse()
}

type Stop = 'end' | 'else'

class Parser {
  private readonly source: Source
  private readonly options: ParseOptions
  private readonly tokens: readonly Token[]
  private at = 0
  /** How many tokens have been looked at: messages name the line of the last one. */
  private furthest = 0
  private variables: string[] = ['$']
  private readonly definitions = new Map<string, Definition>()
  private rangeDepth = 0
  private depth = 0
  /** Where the action that is being read starts; undefined between actions. */
  private actionStart: Token | undefined

  constructor(source: Source, options: ParseOptions) {
    this.source = source
    this.options = options
    this.tokens = tokenize(source)
  }

  parse(): ParsedTemplate {
    const nodes: Node[] = []
    while (this.peek().kind !== 'end') {
      if (this.peek().kind === 'left') {
        const mark = this.at
        this.next()
        const token = this.nextVisible()
        if (token.kind === 'keyword' && token.text === 'define') {
          this.define()
          continue
        }
        this.at = mark
      }
      const node = this.textOrAction()
      if ('stop' in node) this.fail(`unexpected {{${node.stop}}}`)
      else nodes.push(node)
    }
    this.add(this.source.name, nodes)
    return { name: this.source.name, definitions: [...this.definitions.values()] }
  }

  private add(name: string, nodes: readonly Node[]): void {
    const isEmpty = nodes.every((node) => node.kind === 'text' && node.text.trim() === '')
    const before = this.definitions.get(name)
    if (before !== undefined && !before.isEmpty) {
      if (isEmpty) return
      this.fail(`template: multiple definition of template ${quoted(name)}`)
    }
    this.definitions.set(name, { name, source: this.source, nodes, isEmpty })
  }

  private define(): void {
    const name = this.templateName('define clause')
    this.expectRight('define clause')
    const [variables, rangeDepth] = [this.variables, this.rangeDepth]
    this.variables = ['$']
    this.rangeDepth = 0
    const { nodes, stop } = this.list('define clause')
    if (stop !== 'end') this.fail(`unexpected {{${stop}}} in define clause`)
    this.variables = variables
    this.rangeDepth = rangeDepth
    this.add(name, nodes)
  }

  private templateName(context: string): string {
    const token = this.nextVisible()
    if (token.kind !== 'string' && token.kind !== 'rawString') return this.unexpected(token, context)
    return this.literal(token)
  }

  private literal(token: Token): string {
    const inner = token.text.slice(1, -1)
    return token.kind === 'rawString' ? inner : (unquoted(inner) ?? this.fail('invalid syntax'))
  }

  /** Nodes up to `end` or `else`. */
  private list(_context: string): { readonly nodes: readonly Node[]; readonly stop: Stop } {
    const nodes: Node[] = []
    while (this.peekVisible().kind !== 'end') {
      const node = this.textOrAction()
      if ('stop' in node) return { nodes, stop: node.stop }
      nodes.push(node)
    }
    this.next()
    return this.fail('unexpected EOF')
  }

  private textOrAction(): Node | { readonly stop: Stop } {
    const token = this.nextVisible()
    if (token.kind === 'text') return { kind: 'text', text: token.text }
    if (token.kind !== 'left') return this.unexpected(token, 'input')
    this.actionStart = token
    const node = this.action()
    this.actionStart = undefined
    return node
  }

  private action(): Node | { readonly stop: Stop } {
    const token = this.nextVisible()
    if (token.kind === 'keyword') {
      switch (token.text) {
        case 'end':
          this.expectRight('end')
          return { stop: 'end' }
        case 'else': {
          const following = this.peekVisible()
          // `else if` and `else with` are the caller's to read.
          if (following.kind === 'keyword' && (following.text === 'if' || (following.text === 'with' && this.goVersion >= 23))) return { stop: 'else' }
          this.expectRight('else')
          return { stop: 'else' }
        }
        case 'if':
        case 'with':
          return this.branch(token.text)
        case 'range':
          return this.range()
        case 'template':
          return this.template()
        case 'block':
          return this.block()
        case 'break':
        case 'continue':
          return this.leave(token)
        default:
          return this.fail(`unexpected ${describe(token)} in command`)
      }
    }
    this.at--
    const start = this.peekVisible().position
    return { kind: 'action', pipe: this.pipeline('command', 'right', start) }
  }

  private leave(token: Token): Node {
    const following = this.nextVisible()
    if (following.kind !== 'right') this.unexpected(following, `{{${token.text}}}`)
    if (this.rangeDepth === 0) this.fail(`{{${token.text}}} outside {{range}}`)
    return { kind: token.text as 'break' | 'continue', place: this.place(token.position) }
  }

  private branch(kind: 'if' | 'with'): Node {
    return this.nested(() => {
      const scope = this.variables.length
      const pipe = this.pipeline(kind, 'right')
      const { nodes, stop } = this.list(kind)
      const otherwise = stop === 'else' ? this.otherwise(kind) : undefined
      this.variables.length = scope
      return { kind, pipe, list: nodes, otherwise }
    })
  }

  /** What follows `else`: a branch of its own in `else if` and `else with`, or a list. */
  private otherwise(kind: 'if' | 'with'): readonly Node[] {
    const token = this.peekVisible()
    if (token.kind === 'keyword' && token.text === kind) {
      this.nextVisible()
      return [this.branch(kind)]
    }
    const { nodes, stop } = this.list(kind)
    if (stop !== 'end') this.fail(`expected end; found {{else}}`)
    return nodes
  }

  private range(): Node {
    return this.nested(() => {
      const scope = this.variables.length
      const pipe = this.pipeline('range', 'right')
      this.rangeDepth++
      const { nodes, stop } = this.list('range')
      this.rangeDepth--
      let otherwise: readonly Node[] | undefined
      if (stop === 'else') {
        const rest = this.list('range')
        if (rest.stop !== 'end') this.fail('expected end; found {{else}}')
        otherwise = rest.nodes
      }
      this.variables.length = scope
      return { kind: 'range', pipe, list: nodes, otherwise }
    })
  }

  private template(): TemplateNode {
    const token = this.nextVisible()
    if (token.kind !== 'string' && token.kind !== 'rawString') return this.unexpected(token, 'template clause')
    const name = this.literal(token)
    if (this.peekVisible().kind === 'right') {
      this.nextVisible()
      return { kind: 'template', place: this.place(token.position), name, pipe: undefined }
    }
    return { kind: 'template', place: this.place(token.position), name, pipe: this.pipeline('template clause', 'right') }
  }

  private block(): TemplateNode {
    const token = this.peekVisible()
    const name = this.templateName('block clause')
    const pipe = this.pipeline('block clause', 'right')
    const [variables, rangeDepth] = [this.variables, this.rangeDepth]
    this.variables = ['$']
    this.rangeDepth = 0
    const { nodes, stop } = this.list('block clause')
    if (stop !== 'end') this.fail(`unexpected {{${stop}}} in block clause`)
    this.variables = variables
    this.rangeDepth = rangeDepth
    this.add(name, nodes)
    return { kind: 'template', place: this.place(token.position), name, pipe }
  }

  private nested<T>(parse: () => T): T {
    this.depth++
    if (this.depth > (this.options.maxDepth ?? 500)) this.fail('nested too deeply')
    const result = parse()
    this.depth--
    return result
  }

  private pipeline(context: string, end: TokenKind, start = this.peekVisible().position): PipeNode {
    return this.nested(() => {
      const { variables, isAssignment } = this.declarations(context)
      const commands: CommandNode[] = []
      while (true) {
        const token = this.nextVisible()
        if (token.kind === end) {
          this.checkPipeline(commands, context)
          return { kind: 'pipe' as const, place: this.place(start), variables, isAssignment, commands }
        }
        switch (token.kind) {
          case 'bool':
          case 'character':
          case 'dot':
          case 'field':
          case 'identifier':
          case 'number':
          case 'nil':
          case 'rawString':
          case 'string':
          case 'variable':
          case 'leftParenthesis':
            this.at--
            commands.push(this.command())
            continue
          default:
            this.unexpected(token, context)
        }
      }
    })
  }

  private checkPipeline(commands: readonly CommandNode[], context: string): void {
    if (commands.length === 0) this.fail(`missing value for ${context}`)
    for (const [index, { operands }] of commands.slice(1).entries()) {
      const [first] = operands
      if (first === undefined || !['bool', 'dot', 'nil', 'number', 'string'].includes(first.kind)) continue
      this.fail(`non executable command in pipeline stage ${index + 2}`)
    }
  }

  /** `$x :=`, `$x =`, and in a range `$i, $x :=`. From then on the names are known, even where one is only assigned to. */
  private declarations(context: string): { readonly variables: readonly string[]; readonly isAssignment: boolean } {
    const names: string[] = []
    for (;;) {
      const mark = this.at
      if (this.peekVisible().kind !== 'variable') return { variables: names, isAssignment: false }
      const first = this.nextVisible()
      const following = this.peekVisible()
      const isComma = following.kind === 'sign' && following.text === ','
      if (!isComma && following.kind !== 'declare' && following.kind !== 'assign') {
        this.at = mark
        return { variables: names, isAssignment: false }
      }
      this.nextVisible()
      names.push(first.text)
      this.variables.push(first.text)
      if (!isComma) return { variables: names, isAssignment: following.kind === 'assign' }
      if (context !== 'range' || names.length > 1) this.fail(`too many declarations in ${context}`)
      if (!['variable', 'right', 'rightParenthesis'].includes(this.peekVisible().kind)) this.fail('range can only initialize variables')
    }
  }

  private command(): CommandNode {
    const start = this.peekVisible().position
    const operands: Operand[] = []
    while (true) {
      this.skipSpace()
      const operand = this.operand()
      if (operand !== undefined) operands.push(operand)
      const token = this.next()
      if (token.kind === 'space') continue
      if (token.kind === 'right' || token.kind === 'rightParenthesis') this.at--
      else if (token.kind !== 'pipe') this.unexpected(token, 'operand')
      break
    }
    if (operands.length === 0) this.fail('empty command')
    return { kind: 'command', place: this.place(start), operands }
  }

  private operand(): Operand | undefined {
    const term = this.term()
    if (term === undefined || this.peek().kind !== 'field') return term
    const place = this.place(this.peek().position)
    const path: string[] = []
    while (this.peek().kind === 'field') path.push(this.next().text.slice(1))
    switch (term.kind) {
      case 'field':
        return { kind: 'field', place, path: [...term.path, ...path] }
      case 'variable':
        return { kind: 'variable', place, name: term.name, path: [...term.path, ...path] }
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        return this.fail(`unexpected . after term ${quoted(nodeText(term))}`)
      default:
        return { kind: 'chain', place, operand: term, path }
    }
  }

  private term(): Operand | undefined {
    const token = this.nextVisible()
    const place = this.place(token.position)
    switch (token.kind) {
      case 'identifier':
        if (this.options.hasFunction !== undefined && !this.options.hasFunction(token.text)) this.fail(`function ${quoted(token.text)} not defined`)
        return { kind: 'function', place, name: token.text }
      case 'dot':
      case 'nil':
        return { kind: token.kind, place }
      case 'variable':
        if (!this.variables.includes(token.text)) this.fail(`undefined variable ${quoted(token.text)}`)
        return { kind: 'variable', place, name: token.text, path: [] }
      case 'field':
        return { kind: 'field', place, path: [token.text.slice(1)] }
      case 'bool':
        return { kind: 'bool', place, value: token.text === 'true' }
      case 'character':
      case 'number':
        return { kind: 'number', place, text: token.text, value: this.number(token) }
      case 'leftParenthesis':
        return this.pipeline('parenthesized pipeline', 'rightParenthesis')
      case 'string':
      case 'rawString':
        return { kind: 'string', place, quoted: token.text, value: this.literal(token) }
      default:
        this.at--
        return undefined
    }
  }

  private number(token: Token): NumberValue {
    if (token.kind === 'character') {
      const text = unquoted(token.text.slice(1, -1))
      const code = text === undefined || Array.from(text).length !== 1 ? undefined : text.codePointAt(0)
      if (code === undefined) return this.fail(`malformed character constant: ${token.text}`)
      return { integer: BigInt(code), float: code, isInteger: true }
    }
    // Underlines stand between digits, or behind what tells the base.
    const isParted = !/_(?![0-9a-fA-F])|(?<![0-9a-fA-FxXoObB])_/.test(token.text)
    const text = token.text.replaceAll('_', '')
    const integer = isParted ? integerOf(text) : undefined
    const isSmall = integer !== undefined && integer === BigInt.asIntN(64, integer)
    if (integer !== undefined && (isSmall || (integer >= 0n && integer < 2n ** 64n)))
      return { integer: isSmall ? integer : undefined, float: Number(integer), isInteger: true }
    const float = isParted && /[0-9]/.test(text) ? floatOf(text) : Number.NaN
    if (!Number.isFinite(float)) return this.fail(`illegal number syntax: ${quoted(token.text)}`)
    if (/[.eEpP]/.test(text)) return { integer: Number.isInteger(float) && Math.abs(float) < 2 ** 63 ? BigInt(float) : undefined, float, isInteger: false }
    return this.fail(`integer overflow: ${quoted(token.text)}`)
  }

  private get goVersion(): number {
    return this.options.goVersion ?? 25
  }

  private lineOf(token: Token): number {
    return lineAndColumn(this.place(token.position)).line - (this.goVersion < 23 ? token.commentLines : 0)
  }

  private place(position: number): Place {
    return { source: this.source, position }
  }

  private peek(): Token {
    return this.tokens[this.at] ?? this.endToken()
  }

  private next(): Token {
    const token = this.peek()
    this.at++
    this.furthest = Math.max(this.furthest, this.at)
    if (token.kind === 'error') this.broken(token)
    return token
  }

  private endToken(): Token {
    return { kind: 'end', text: '', position: this.source.text.length, commentLines: 0 }
  }

  private skipSpace(): void {
    while (this.peek().kind === 'space') this.at++
  }

  private peekVisible(): Token {
    const mark = this.at
    this.skipSpace()
    const token = this.peek()
    this.furthest = Math.max(this.furthest, this.at + 1)
    this.at = mark
    if (token.kind === 'error') {
      this.skipSpace()
      this.next()
    }
    return token
  }

  private nextVisible(): Token {
    this.skipSpace()
    return this.next()
  }

  private expectRight(context: string): void {
    const token = this.nextVisible()
    if (token.kind !== 'right') this.unexpected(token, context)
  }

  /** What the lexer found; where the action is over several lines, with its first. */
  private broken(token: Token): never {
    if (this.actionStart === undefined || this.lineOf(this.actionStart) === this.lineOf(token)) return this.fail(token.text)
    const started = ` in action started at ${this.source.name}:${this.lineOf(this.actionStart)}`
    return this.fail(`${token.text}${token.text.endsWith(' action') ? started.slice(' in action'.length) : started}`)
  }

  private unexpected(token: Token, context: string): never {
    if (token.kind === 'error') return this.broken(token)
    if (token.kind === 'end') return this.fail('unexpected EOF')
    return this.fail(`unexpected ${describe(token)} in ${context}`)
  }

  private fail(message: string): never {
    const line = this.lineOf(this.tokens[Math.max(0, Math.min(this.furthest, this.tokens.length) - 1)] ?? this.endToken())
    throw new TemplateError('TEMPLATE_PARSE', `template: ${this.source.name}:${line}: ${message}`, this.source.name, line)
  }
}

function integerOf(text: string): bigint | undefined {
  const match = /^([+-]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([1-9][0-9]*|0))$/.exec(text)
  if (match === null) return undefined
  const [, sign, hex, binary, octal, decimal] = match
  const size =
    hex !== undefined ? BigInt(`0x${hex}`) : binary !== undefined ? BigInt(`0b${binary}`) : octal !== undefined ? BigInt(`0o${octal}`) : BigInt(decimal ?? '0')
  return sign === '-' ? -size : size
}

function describe(token: Token): string {
  if (token.kind === 'end') return 'EOF'
  if (token.kind === 'keyword' || token.kind === 'dot' || token.kind === 'nil') return `<${token.text}>`
  const characters = Array.from(token.text)
  return bytesOf(token.text).length > 10 ? `${quoted(characters.slice(0, 10).join(''))}...` : quoted(token.text)
}
