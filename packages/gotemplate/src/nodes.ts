// The tree of a parsed template.

/** Where a node stands: which text, and at which offset. */
export interface Place {
  readonly source: Source
  readonly position: number
}

/** The text of one template file. */
export interface Source {
  readonly name: string
  readonly text: string
}

export type Node = TextNode | ActionNode | BranchNode | RangeNode | TemplateNode | { readonly kind: 'break' | 'continue'; readonly place: Place }

export interface TextNode {
  readonly kind: 'text'
  readonly text: string
}

export interface ActionNode {
  readonly kind: 'action'
  readonly pipe: PipeNode
}

export interface BranchNode {
  readonly kind: 'if' | 'with'
  readonly pipe: PipeNode
  readonly list: readonly Node[]
  readonly otherwise: readonly Node[] | undefined
}

export interface RangeNode {
  readonly kind: 'range'
  readonly pipe: PipeNode
  readonly list: readonly Node[]
  readonly otherwise: readonly Node[] | undefined
}

export interface TemplateNode {
  readonly kind: 'template'
  readonly place: Place
  readonly name: string
  readonly pipe: PipeNode | undefined
}

export interface PipeNode {
  readonly kind: 'pipe'
  readonly place: Place
  /** Names of variables that are set, with `$`. */
  readonly variables: readonly string[]
  /** `=`: the variables are there already. */
  readonly isAssignment: boolean
  readonly commands: readonly CommandNode[]
}

export interface CommandNode {
  readonly kind: 'command'
  readonly place: Place
  readonly operands: readonly Operand[]
}

export type Operand =
  | { readonly kind: 'dot' | 'nil'; readonly place: Place }
  | { readonly kind: 'bool'; readonly place: Place; readonly value: boolean }
  | { readonly kind: 'number'; readonly place: Place; readonly text: string; readonly value: NumberValue }
  | { readonly kind: 'string'; readonly place: Place; readonly quoted: string; readonly value: string }
  | { readonly kind: 'field'; readonly place: Place; readonly path: readonly string[] }
  | { readonly kind: 'variable'; readonly place: Place; readonly name: string; readonly path: readonly string[] }
  | { readonly kind: 'function'; readonly place: Place; readonly name: string }
  | { readonly kind: 'chain'; readonly place: Place; readonly operand: Operand; readonly path: readonly string[] }
  | PipeNode

/** A constant can be read as an integer, as a float, or as both. */
export interface NumberValue {
  readonly integer: bigint | undefined
  readonly float: number | undefined
  /** Whether the text is that of an integer. */
  readonly isInteger: boolean
}

/** A node as Go writes it, for messages. */
export function nodeText(node: Operand | CommandNode): string {
  switch (node.kind) {
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
    case 'bool':
      return String(node.value)
    case 'number':
      return node.text
    case 'string':
      return node.quoted
    case 'field':
      return node.path.map((name) => `.${name}`).join('')
    case 'variable':
      return [node.name, ...node.path].join('.')
    case 'function':
      return node.name
    case 'chain':
      return `${node.operand.kind === 'pipe' ? `(${nodeText(node.operand)})` : nodeText(node.operand)}${node.path.map((name) => `.${name}`).join('')}`
    case 'command':
      return node.operands.map((operand) => (operand.kind === 'pipe' ? `(${nodeText(operand)})` : nodeText(operand))).join(' ')
    case 'pipe': {
      const declared = node.variables.length === 0 ? '' : `${node.variables.join(', ')} ${node.isAssignment ? '=' : ':='} `
      return declared + node.commands.map(nodeText).join(' | ')
    }
  }
}

/** Line from 1, and column in bytes from 0, as Go counts. */
export function lineAndColumn({ source, position }: Place): { readonly line: number; readonly column: number } {
  const before = source.text.slice(0, position)
  const start = before.lastIndexOf('\n') + 1
  let line = 1
  for (let at = before.indexOf('\n'); at >= 0; at = before.indexOf('\n', at + 1)) line++
  return { line, column: byteLength(before.slice(start)) }
}

const encoder = new TextEncoder()

function byteLength(text: string): number {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return encoder.encode(text).length
  return text.length
}
