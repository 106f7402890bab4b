// From a syntax tree to functions that run it. Locals live in cells of their own, so that closures share them and loops make them anew.
import type { Budget } from './budget.ts'
import { isTrue } from './operations.ts'
import type { Operations } from './operations.ts'
import { LuaError, LuaTable } from './values.ts'
import type { LuaFunction, LuaValue } from './values.ts'

/** A node of the tree, as luaparse makes it. */
export interface Node {
  readonly type: string
  readonly [member: string]: unknown
}

interface Cell {
  value: LuaValue
}

/** One activation of a function. */
interface Frame {
  readonly cells: Cell[]
  readonly upvalues: readonly Cell[]
  readonly varargs: readonly LuaValue[]
}

type Evaluate = (frame: Frame) => LuaValue
type EvaluateAll = (frame: Frame) => readonly LuaValue[]

class Return {
  readonly values: readonly LuaValue[]
  constructor(values: readonly LuaValue[]) {
    this.values = values
  }
}
class Goto {
  readonly label: string
  constructor(label: string) {
    this.label = label
  }
}
const breaking = Symbol('break')
type Signal = undefined | typeof breaking | Return | Goto
type Execute = (frame: Frame) => Signal

/** Where a name lives. */
type Place = { readonly kind: 'local' | 'upvalue'; readonly slot: number } | { readonly kind: 'global' }

/** Names of one function while it is compiled. */
class FunctionScope {
  readonly parent: FunctionScope | undefined
  readonly captured: Place[] = []
  readonly #capturedNames = new Map<string, number>()
  readonly #blocks: Map<string, number>[] = [new Map()]
  #slots = 0

  constructor(parent: FunctionScope | undefined) {
    this.parent = parent
  }

  open(): void {
    this.#blocks.push(new Map())
  }

  close(): void {
    this.#blocks.pop()
  }

  declare(name: string): number {
    const slot = this.#slots++
    this.#blocks.at(-1)?.set(name, slot)
    return slot
  }

  find(name: string): Place {
    for (const block of this.#blocks.toReversed()) {
      const slot = block.get(name)
      if (slot !== undefined) return { kind: 'local', slot }
    }
    if (this.parent === undefined) return { kind: 'global' }
    const outer = this.parent.find(name)
    if (outer.kind === 'global') return outer
    // A name may stand for another variable of the outer function later on.
    const key = `${outer.kind} ${outer.slot}`
    const known = this.#capturedNames.get(key)
    if (known !== undefined) return { kind: 'upvalue', slot: known }
    const slot = this.captured.push(outer) - 1
    this.#capturedNames.set(key, slot)
    return { kind: 'upvalue', slot }
  }
}

/** A whole script as a function. */
export function compile(chunk: Node, globals: LuaTable, operations: Operations, budget: Budget): LuaFunction {
  const scope = new FunctionScope(undefined)
  const body = block(chunk['body'] as Node[], scope)
  return (varargs) => run(body, { cells: [], upvalues: [], varargs })

  function run(execute: Execute, frame: Frame): readonly LuaValue[] {
    budget.enter()
    try {
      const signal = execute(frame)
      return signal instanceof Return ? signal.values : []
    } finally {
      budget.leave()
    }
  }

  function block(statements: readonly Node[], scope: FunctionScope, isScoped = true): Execute {
    if (isScoped) scope.open()
    const labels = new Map<string, number>()
    const steps = statements.map((node, index) => {
      if (node.type === 'LabelStatement') labels.set(nameOf(node['label']), index)
      return statement(node, scope)
    })
    if (isScoped) scope.close()
    return (frame) => {
      for (let index = 0; index < steps.length; index++) {
        budget.step()
        const signal = (steps[index] as Execute)(frame)
        if (signal === undefined) continue
        const target = signal instanceof Goto ? labels.get(signal.label) : undefined
        if (target === undefined) return signal
        index = target
      }
      return undefined
    }
  }

  function statement(node: Node, scope: FunctionScope): Execute {
    switch (node.type) {
      case 'LabelStatement':
        return () => undefined
      case 'BreakStatement':
        return () => breaking
      case 'GotoStatement': {
        const signal = new Goto(nameOf(node['label']))
        return () => signal
      }
      case 'ReturnStatement': {
        const values = expressions(node['arguments'] as Node[], scope)
        return (frame) => new Return(values(frame))
      }
      case 'CallStatement': {
        const call = many(node['expression'] as Node, scope)
        return (frame) => void call(frame)
      }
      case 'DoStatement':
        return block(node['body'] as Node[], scope)
      case 'LocalStatement': {
        const values = expressions(node['init'] as Node[], scope)
        const slots = (node['variables'] as Node[]).map((variable) => scope.declare(nameOf(variable)))
        return (frame) => {
          const results = values(frame)
          for (const [index, slot] of slots.entries()) frame.cells[slot] = { value: results[index] }
          return undefined
        }
      }
      case 'AssignmentStatement': {
        const values = expressions(node['init'] as Node[], scope)
        const targets = (node['variables'] as Node[]).map((variable) => target(variable, scope))
        return (frame) => {
          const stores = targets.map((prepare) => prepare(frame))
          const results = values(frame)
          for (const [index, store] of stores.entries()) store(results[index])
          return undefined
        }
      }
      case 'IfStatement':
        return ifStatement(node['clauses'] as Node[], scope)
      case 'WhileStatement': {
        const condition = one(node['condition'] as Node, scope)
        return loop(condition, block(node['body'] as Node[], scope))
      }
      case 'RepeatStatement': {
        // The condition sees what the body declares.
        scope.open()
        const body = block(node['body'] as Node[], scope, false)
        const condition = one(node['condition'] as Node, scope)
        scope.close()
        return (frame) => {
          do {
            budget.step()
            const signal = body(frame)
            if (signal === breaking) return undefined
            if (signal !== undefined) return signal
          } while (!isTrue(condition(frame)))
          return undefined
        }
      }
      case 'ForNumericStatement':
        return forNumeric(node, scope)
      case 'ForGenericStatement':
        return forGeneric(node, scope)
      case 'FunctionDeclaration':
        return functionStatement(node, scope)
      default:
        throw new LuaError(`${node.type} is not supported`)
    }
  }

  function loop(condition: Evaluate, body: Execute): Execute {
    return (frame) => {
      while (isTrue(condition(frame))) {
        budget.step()
        const signal = body(frame)
        if (signal === breaking) return undefined
        if (signal !== undefined) return signal
      }
      return undefined
    }
  }

  function ifStatement(clauses: readonly Node[], scope: FunctionScope): Execute {
    const parts = clauses.map((clause) => ({
      condition: clause['condition'] === undefined ? undefined : one(clause['condition'] as Node, scope),
      body: block(clause['body'] as Node[], scope),
    }))
    return (frame) => {
      for (const { condition, body } of parts) if (condition === undefined || isTrue(condition(frame))) return body(frame)
      return undefined
    }
  }

  function forNumeric(node: Node, scope: FunctionScope): Execute {
    const [start, end] = [one(node['start'] as Node, scope), one(node['end'] as Node, scope)]
    const step = node['step'] === null || node['step'] === undefined ? undefined : one(node['step'] as Node, scope)
    scope.open()
    const slot = scope.declare(nameOf(node['variable']))
    const body = block(node['body'] as Node[], scope)
    scope.close()
    return (frame) => {
      const numbers = [start(frame), end(frame), step === undefined ? 1 : step(frame)].map((value) => Number(value))
      const [first = 0, last = 0, by = 1] = numbers
      if (numbers.some((value) => Number.isNaN(value))) throw new LuaError("'for' initial value must be a number")
      for (let value = first; by >= 0 ? value <= last : value >= last; value += by) {
        budget.step()
        frame.cells[slot] = { value }
        const signal = body(frame)
        if (signal === breaking) return undefined
        if (signal !== undefined) return signal
      }
      return undefined
    }
  }

  function forGeneric(node: Node, scope: FunctionScope): Execute {
    const iterators = expressions(node['iterators'] as Node[], scope)
    scope.open()
    const slots = (node['variables'] as Node[]).map((variable) => scope.declare(nameOf(variable)))
    const body = block(node['body'] as Node[], scope)
    scope.close()
    return (frame) => {
      const [next, state, initial] = iterators(frame)
      let control = initial
      for (;;) {
        budget.step()
        const values = operations.call(next, [state, control], 'for iterator')
        if (values[0] === undefined) return undefined
        control = values[0]
        for (const [index, slot] of slots.entries()) frame.cells[slot] = { value: values[index] }
        const signal = body(frame)
        if (signal === breaking) return undefined
        if (signal !== undefined) return signal
      }
    }
  }

  function functionStatement(node: Node, scope: FunctionScope): Execute {
    const identifier = node['identifier'] as Node
    if (node['isLocal'] === true) {
      const slot = scope.declare(nameOf(identifier))
      const make = closure(node, scope)
      return (frame) => {
        // The function knows itself.
        const cell: Cell = { value: undefined }
        frame.cells[slot] = cell
        cell.value = make(frame)
        return undefined
      }
    }
    const prepare = target(identifier, scope)
    const make = closure(node, scope, identifier.type === 'MemberExpression' && identifier['indexer'] === ':')
    return (frame) => prepare(frame)(make(frame)) as undefined
  }

  function closure(node: Node, outer: FunctionScope, hasSelf = false): (frame: Frame) => LuaFunction {
    const scope = new FunctionScope(outer)
    const parameters = (node['parameters'] as Node[]).filter(({ type }) => type === 'Identifier').map(nameOf)
    const names = hasSelf ? ['self', ...parameters] : parameters
    const slots = names.map((name) => scope.declare(name))
    const isVariadic = (node['parameters'] as Node[]).some(({ type }) => type === 'VarargLiteral')
    const body = block(node['body'] as Node[], scope)
    return (frame) => {
      const upvalues = scope.captured.map((place) => cellOf(place, frame))
      return (args) => {
        budget.step()
        const cells: Cell[] = []
        for (const [index, slot] of slots.entries()) cells[slot] = { value: args[index] }
        return run(body, { cells, upvalues, varargs: isVariadic ? args.slice(slots.length) : [] })
      }
    }
  }

  function cellOf(place: Place, frame: Frame): Cell {
    if (place.kind === 'global') throw new LuaError('a global has no cell')
    if (place.kind === 'upvalue') return frame.upvalues[place.slot] as Cell
    return (frame.cells[place.slot] ??= { value: undefined })
  }

  /** What stores a value, once its object and key are known. */
  function target(node: Node, scope: FunctionScope): (frame: Frame) => (value: LuaValue) => void {
    if (node.type === 'Identifier') {
      const name = nameOf(node)
      const place = scope.find(name)
      if (place.kind === 'global') return () => (value) => globals.set(name, value)
      return (frame) => (value) => {
        cellOf(place, frame).value = value
      }
    }
    const object = one(node['base'] as Node, scope)
    const key = keyOf(node, scope)
    return (frame) => {
      const [held, at] = [object(frame), key(frame)]
      return (value) => operations.assign(held, at, value)
    }
  }

  function keyOf(node: Node, scope: FunctionScope): Evaluate {
    if (node.type === 'IndexExpression') return one(node['index'] as Node, scope)
    const name = nameOf(node['identifier'])
    return () => name
  }

  /** Expressions of a list: all results of the last, one of each other. */
  function expressions(nodes: readonly Node[], scope: FunctionScope): EvaluateAll {
    const last = nodes.at(-1)
    if (last === undefined) return () => []
    const rest = many(last, scope)
    const first = nodes.slice(0, -1).map((node) => one(node, scope))
    if (first.length === 0) return rest
    return (frame) => [...first.map((evaluate) => evaluate(frame)), ...rest(frame)]
  }

  function isMany({ type, inParens }: Node): boolean {
    return inParens !== true && ['CallExpression', 'TableCallExpression', 'StringCallExpression', 'VarargLiteral'].includes(type)
  }

  function many(node: Node, scope: FunctionScope): EvaluateAll {
    if (!isMany(node)) {
      const evaluate = one(node, scope)
      return (frame) => [evaluate(frame)]
    }
    return node.type === 'VarargLiteral' ? (frame) => frame.varargs : callExpression(node, scope)
  }

  function callExpression(node: Node, scope: FunctionScope): EvaluateAll {
    const base = node['base'] as Node
    const args =
      node.type === 'CallExpression'
        ? expressions(node['arguments'] as Node[], scope)
        : expressions([(node.type === 'StringCallExpression' ? node['argument'] : (node['arguments'] ?? node['argument'])) as Node], scope)
    if (base.type === 'MemberExpression' && base['indexer'] === ':') {
      const object = one(base['base'] as Node, scope)
      const name = nameOf(base['identifier'])
      return (frame) => {
        const self = object(frame)
        return operations.call(operations.index(self, name), [self, ...args(frame)], name)
      }
    }
    const callee = one(base, scope)
    const what = base.type === 'Identifier' ? nameOf(base) : ''
    return (frame) => operations.call(callee(frame), args(frame), what)
  }

  function one(node: Node, scope: FunctionScope): Evaluate {
    switch (node.type) {
      case 'NilLiteral':
        return () => undefined
      case 'BooleanLiteral':
      case 'NumericLiteral':
      case 'StringLiteral': {
        const value = node['value'] as LuaValue
        return () => value
      }
      case 'VarargLiteral':
        return (frame) => frame.varargs[0]
      case 'Identifier': {
        const name = nameOf(node)
        const place = scope.find(name)
        if (place.kind === 'global') return () => globals.get(name)
        return (frame) => cellOf(place, frame).value
      }
      case 'FunctionDeclaration':
        return closure(node, scope)
      case 'MemberExpression':
      case 'IndexExpression': {
        const [object, key] = [one(node['base'] as Node, scope), keyOf(node, scope)]
        return (frame) => operations.index(object(frame), key(frame))
      }
      case 'CallExpression':
      case 'TableCallExpression':
      case 'StringCallExpression': {
        const call = callExpression(node, scope)
        return (frame) => call(frame)[0]
      }
      case 'TableConstructorExpression':
        return tableConstructor(node['fields'] as Node[], scope)
      case 'LogicalExpression': {
        const [left, right] = [one(node['left'] as Node, scope), one(node['right'] as Node, scope)]
        return node['operator'] === 'and'
          ? (frame) => {
              const value = left(frame)
              return isTrue(value) ? right(frame) : value
            }
          : (frame) => {
              const value = left(frame)
              return isTrue(value) ? value : right(frame)
            }
      }
      case 'UnaryExpression': {
        const argument = one(node['argument'] as Node, scope)
        if (node['operator'] === 'not') return (frame) => !isTrue(argument(frame))
        return node['operator'] === '-' ? (frame) => operations.negate(argument(frame)) : (frame) => operations.length(argument(frame))
      }
      case 'BinaryExpression':
        return binary(String(node['operator']), one(node['left'] as Node, scope), one(node['right'] as Node, scope))
      default:
        throw new LuaError(`${node.type} is not supported`)
    }
  }

  function binary(operator: string, left: Evaluate, right: Evaluate): Evaluate {
    switch (operator) {
      case '..':
        return (frame) => operations.concat(left(frame), right(frame))
      case '==':
        return (frame) => operations.isEqual(left(frame), right(frame))
      case '~=':
        return (frame) => !operations.isEqual(left(frame), right(frame))
      case '<':
        return (frame) => operations.isLess(left(frame), right(frame))
      case '<=':
        return (frame) => operations.isLessOrEqual(left(frame), right(frame))
      case '>':
        return (frame) => {
          const [a, b] = [left(frame), right(frame)]
          return operations.isLess(b, a)
        }
      case '>=':
        return (frame) => {
          const [a, b] = [left(frame), right(frame)]
          return operations.isLessOrEqual(b, a)
        }
      default:
        return (frame) => operations.arithmetic(operator, left(frame), right(frame))
    }
  }

  function tableConstructor(fields: readonly Node[], scope: FunctionScope): Evaluate {
    const fill = fields.map((field, position): ((frame: Frame, table: LuaTable, next: number) => number) => {
      const value = field['value'] as Node
      if (field.type === 'TableValue') {
        // The last one of a list brings all its results.
        if (position === fields.length - 1 && isMany(value)) {
          const all = many(value, scope)
          return (frame, table, next) => {
            const results = all(frame)
            for (const [index, result] of results.entries()) table.set(next + index, result)
            return next + results.length
          }
        }
        const evaluate = one(value, scope)
        return (frame, table, next) => {
          table.set(next, evaluate(frame))
          return next + 1
        }
      }
      const name = field.type === 'TableKeyString' ? nameOf(field['key']) : undefined
      const key = name === undefined ? one(field['key'] as Node, scope) : () => name
      const evaluate = one(value, scope)
      return (frame, table, next) => {
        operations.assign(table, key(frame), evaluate(frame))
        return next
      }
    })
    return (frame) => {
      const table = new LuaTable()
      budget.step(fields.length)
      let next = 1
      for (const step of fill) next = step(frame, table, next)
      return table
    }
  }
}

function nameOf(node: unknown): string {
  return String((node as Node)['name'])
}
