// Names: variables of `local`, parameters of functions, clauses of comprehensions.
import { isToken } from './cursor.ts'
import type { Cursor } from './cursor.ts'
import { shownToken } from './lexer.ts'
import type { Token } from './lexer.ts'
import { spanBetween, syntaxError } from './source.ts'
import type { Bind, ForClause, Node, Parameter } from './syntax-tree.ts'

/** Reads the expression that comes. */
export type ExpressionReader = () => Node

/** What stands between `local` and the semicolon. @throws {JsonnetSyntaxError} */
export function parseBinds(cursor: Cursor, expression: ExpressionReader): Bind[] {
  const binds: Bind[] = []
  const names = new Set<string>()
  for (;;) {
    binds.push(parseBind(cursor, expression, names))
    const delimiter = cursor.take()
    if (isToken(delimiter, ';')) return binds
    if (!isToken(delimiter, ',')) throw syntaxError(`Expected , or ; but got ${shownToken(delimiter)}`, delimiter.span)
  }
}

/** `name = value` or `name(parameters) = body`. @throws {JsonnetSyntaxError} */
export function parseBind(cursor: Cursor, expression: ExpressionReader, names: Set<string>): Bind {
  const name = cursor.expectIdentifier()
  if (names.has(name.text)) throw syntaxError(`Duplicate local var: ${name.text}`, name.span)
  names.add(name.text)
  if (!cursor.takeIf('(')) {
    cursor.expectOperator('=')
    return { name: name.text, body: expression() }
  }
  const parameters = parseFunctionParameters(cursor, expression, 'function parameter')
  cursor.expectOperator('=')
  const body = expression()
  return { name: name.text, body: { kind: 'function', parameters, body, span: spanBetween(name.span, body.span) } }
}

/** Parameters up to the closing parenthesis; the opening one is taken. @throws {JsonnetSyntaxError} */
export function parseFunctionParameters(cursor: Cursor, expression: ExpressionReader, what: string): Parameter[] {
  const parameters: Parameter[] = []
  let hasComma = true
  while (!cursor.takeIf(')')) {
    const next = cursor.peek()
    if (!hasComma) throw syntaxError(`Expected a comma before next ${what}, got ${shownToken(next)}`, next.span)
    const name = cursor.expectIdentifier(' while parsing parameter')
    parameters.push({ name: name.text, otherwise: cursor.takeIf('=', 'operator') ? expression() : undefined })
    hasComma = cursor.takeIf(',')
  }
  return parameters
}

/** `for x in list if condition …` up to the closing bracket. @throws {JsonnetSyntaxError} */
export function parseForClauses(cursor: Cursor, expression: ExpressionReader, close: ']' | '}'): { clauses: ForClause[]; end: Token } {
  const clauses: ForClause[] = []
  cursor.expect('for', 'keyword')
  for (;;) {
    const name = cursor.expectIdentifier().text
    cursor.expect('in', 'keyword')
    const list = expression()
    const conditions: Node[] = []
    while (cursor.takeIf('if', 'keyword')) conditions.push(expression())
    clauses.push({ name, list, conditions })
    const end = cursor.take()
    if (isToken(end, close)) return { clauses, end }
    if (!isToken(end, 'for', 'keyword')) throw syntaxError(`Expected for, if or "${close}" after for clause, got: ${shownToken(end)}`, end.span)
  }
}
