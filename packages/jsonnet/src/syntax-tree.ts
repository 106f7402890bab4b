// The tree of a program, as written: what is short for something else is resolved when it is compiled.
import type { Span } from './source.ts'

/** An expression. */
export type Node = { readonly span: Span } & Expression

export type Expression =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string; readonly isBlock: boolean }
  | { readonly kind: 'self' }
  | { readonly kind: 'dollar' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'parens'; readonly inner: Node }
  | { readonly kind: 'array'; readonly elements: readonly Node[] }
  | { readonly kind: 'array-comprehension'; readonly body: Node; readonly clauses: readonly ForClause[] }
  | ObjectExpression
  | { readonly kind: 'object-comprehension'; readonly members: readonly Member[]; readonly clauses: readonly ForClause[] }
  | { readonly kind: 'apply-brace'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'super-index'; readonly index: Node | string }
  | { readonly kind: 'in-super'; readonly index: Node }
  | { readonly kind: 'index'; readonly target: Node; readonly index: Node | string }
  | { readonly kind: 'slice'; readonly target: Node; readonly parts: readonly (Node | undefined)[] }
  | ApplyExpression
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Node }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Node; readonly right: Node }
  | { readonly kind: 'conditional'; readonly condition: Node; readonly then: Node; readonly otherwise: Node | undefined }
  | { readonly kind: 'local'; readonly binds: readonly Bind[]; readonly body: Node }
  | FunctionExpression
  | { readonly kind: 'assert'; readonly condition: Node; readonly message: Node | undefined; readonly rest: Node }
  | { readonly kind: 'error'; readonly message: Node }
  | ImportExpression

export interface ObjectExpression {
  readonly kind: 'object'
  readonly members: readonly Member[]
}

export interface ApplyExpression {
  readonly kind: 'apply'
  readonly target: Node
  readonly positional: readonly Node[]
  readonly named: readonly { readonly name: string; readonly value: Node }[]
  readonly isTailStrict: boolean
}

export interface FunctionExpression {
  readonly kind: 'function'
  readonly parameters: readonly Parameter[]
  readonly body: Node
}

export interface ImportExpression {
  readonly kind: 'import' | 'importstr' | 'importbin'
  readonly path: string
}

/** `for name in list if condition if condition` */
export interface ForClause {
  readonly name: string
  readonly list: Node
  readonly conditions: readonly Node[]
}

/** A variable of `local`. */
export interface Bind {
  readonly name: string
  readonly body: Node
}

export interface Parameter {
  readonly name: string
  readonly otherwise: Node | undefined
}

/** How a field is shown: as it was (`:`), never (`::`), always (`:::`). */
export type Visibility = 'inherit' | 'hidden' | 'visible'

/** What stands in an object. */
export type Member =
  | { readonly kind: 'local'; readonly bind: Bind }
  | { readonly kind: 'assert'; readonly condition: Node; readonly message: Node | undefined; readonly span: Span }
  | {
      readonly kind: 'field'
      readonly name: Node | string
      /** Whether the name stands in brackets. */
      readonly isComputed: boolean
      readonly visibility: Visibility
      /** `+:` */
      readonly isAdded: boolean
      readonly body: Node
    }
