// What the parts of the compiler share.
import type { Place, Run } from './run.ts'
import type { Names } from './names.ts'
import type { Span } from './source.ts'
import type { ImportExpression, Node } from './syntax-tree.ts'
import { Thunk } from './values.ts'
import type { Code, Scope, Value } from './values.ts'

/** Where a node stands: what it may name, and what traces say of it. */
export interface Surroundings {
  readonly names: Names
  /** Such as `function <f>`; undefined where go-jsonnet has none. */
  readonly context: string | undefined
  /** The variable that the node is the value of, or `anonymous`. */
  readonly bind: string
}

export interface Compiler {
  readonly run: Run
  /** @throws {JsonnetSyntaxError} for names that are not known, and `self`, `super` and `$` outside of objects */
  readonly compile: (node: Node, surroundings: Surroundings) => Code
  /** What an import gives when it is evaluated. */
  readonly imported: (expression: ImportExpression, span: Span) => () => Value
}

export function anonymous(names: Names, context: string | undefined): Surroundings {
  return { names, context, bind: 'anonymous' }
}

/** The context of what is computed later. */
export function delayed(context: string | undefined): string | undefined {
  return context === undefined ? undefined : `thunk from <${context}>`
}

export function placeOf(span: Span, context?: string): Place {
  return context === undefined ? { span } : { span, context }
}

/** What makes the thunk of a node. One for all of a literal's uses. */
export function thunkMaker(compiler: Compiler, node: Node, surroundings: Surroundings): (scope: Scope) => Thunk {
  const code = compiler.compile(node, surroundings)
  const value = constantOf(node)
  if (value === undefined) return (scope) => new Thunk(undefined, code, scope)
  const thunk = new Thunk(value)
  return () => thunk
}

function constantOf(node: Node): Value | undefined {
  if (node.kind === 'null') return null
  if (node.kind === 'boolean' || node.kind === 'string') return node.value
  return node.kind === 'number' && Number.isFinite(Number(node.text)) ? Number(node.text) : undefined
}
