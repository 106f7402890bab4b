// Objects and their comprehensions.
import type { Cursor } from './cursor.ts'
import { withoutEscapes } from './escapes.ts'
import { isStringToken, shownToken } from './lexer.ts'
import type { Token } from './lexer.ts'
import { parseBind, parseForClauses, parseFunctionParameters } from './parse-binds.ts'
import type { ExpressionReader } from './parse-binds.ts'
import { spanBetween, syntaxError } from './source.ts'
import type { Span } from './source.ts'
import type { Member, Node, Visibility } from './syntax-tree.ts'

/** An object whose opening brace is taken. @throws {JsonnetSyntaxError} */
export function parseObject(cursor: Cursor, expression: ExpressionReader, open: Token): Node {
  const members: Member[] = []
  const fieldNames = new Set<string>()
  const localNames = new Set<string>()
  let hasComma = true
  for (;;) {
    const next = cursor.peek()
    if (cursor.takeIf('}')) return { kind: 'object', members, span: spanBetween(open.span, next.span) }
    if (cursor.isAt('for', 'keyword')) return comprehension(cursor, expression, open, members)
    if (!hasComma) throw syntaxError('Expected a comma before next field', next.span)
    if (cursor.takeIf('local', 'keyword')) members.push({ kind: 'local', bind: parseBind(cursor, expression, localNames) })
    else if (cursor.takeIf('assert', 'keyword')) members.push(assertion(cursor, expression, next.span))
    else members.push(field(cursor, expression, fieldNames))
    hasComma = cursor.takeIf(',')
  }
}

function comprehension(cursor: Cursor, expression: ExpressionReader, open: Token, members: Member[]): Node {
  const { span } = cursor.peek()
  const fields = members.filter((member) => member.kind === 'field')
  const [only] = fields
  if (members.some(({ kind }) => kind === 'assert')) throw syntaxError('Object comprehension cannot have asserts', span)
  if (fields.length !== 1 || only === undefined) throw syntaxError('Object comprehension can only have one field', span)
  if (only.visibility !== 'inherit') throw syntaxError('Object comprehensions cannot have hidden fields', span)
  if (!only.isComputed) throw syntaxError('Object comprehensions can only have [e] fields', span)
  const { clauses, end } = parseForClauses(cursor, expression, '}')
  return { kind: 'object-comprehension', members, clauses, span: spanBetween(open.span, end.span) }
}

function assertion(cursor: Cursor, expression: ExpressionReader, start: Span): Member {
  const condition = expression()
  const message = cursor.takeIf(':', 'operator') ? expression() : undefined
  return { kind: 'assert', condition, message, span: spanBetween(start, (message ?? condition).span) }
}

function field(cursor: Cursor, expression: ExpressionReader, fieldNames: Set<string>): Member {
  const first = cursor.take()
  const name = fieldName(cursor, expression, first)
  const isMethod = cursor.takeIf('(')
  const parameters = isMethod ? parseFunctionParameters(cursor, expression, 'method parameter') : []
  const { visibility, isAdded } = fieldOperator(cursor)
  if (isAdded && isMethod) throw syntaxError(`Cannot use +: syntax sugar in a method: ${first.text}`, first.span)
  const isComputed = typeof name !== 'string'
  if (!isComputed) {
    if (fieldNames.has(first.text)) throw syntaxError(`Duplicate field: ${first.text}`, first.span)
    fieldNames.add(first.text)
  }
  const value = expression()
  const body: Node = isMethod ? { kind: 'function', parameters, body: value, span: value.span } : value
  return { kind: 'field', name, isComputed, visibility, isAdded, body }
}

function fieldName(cursor: Cursor, expression: ExpressionReader, first: Token): Node | string {
  if (first.kind === 'identifier') return first.text
  if (isStringToken(first)) return first.kind === 'STRING_DOUBLE' || first.kind === 'STRING_SINGLE' ? withoutEscapes(first.text, first.span) : first.text
  if (first.kind !== 'symbol' || first.text !== '[') throw syntaxError(`Unexpected: ${shownToken(first)} while parsing field definition`, first.span)
  const name = expression()
  cursor.expect(']')
  return name
}

function fieldOperator(cursor: Cursor): { visibility: Visibility; isAdded: boolean } {
  const token = cursor.take()
  if (token.kind !== 'operator') throw syntaxError(`Expected token OPERATOR but got ${shownToken(token)}`, token.span)
  const match = /^(\+?)(:{1,3})$/.exec(token.text)
  if (match === null) throw syntaxError(`Expected one of :, ::, :::, +:, +::, +:::, got: ${token.text}`, token.span)
  const visibilities: readonly Visibility[] = ['inherit', 'hidden', 'visible']
  return { visibility: visibilities[(match[2] ?? '').length - 1] ?? 'inherit', isAdded: match[1] === '+' }
}
