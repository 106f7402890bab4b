// Runs a tree: every expression makes any number of values out of one, each with the path at which it was found, as long as there is one.
import { builtins } from './builtins.ts'
import { definitions } from './definitions.ts'
import { formatText } from './formats.ts'
import { extended, made } from './item.ts'
import type { Closure, Evaluator, Item, Scope } from './item.ts'
import { JqSyntaxError } from './lexer.ts'
import type { Node, Pattern } from './parser.ts'
import { arithmetic, compare, getPath, indexInto, isMap, isTrue, JqError, JqLimitError, mapOf, setPath, shown, sliceOf, typeOf } from './values.ts'
import type { PathStep } from './values.ts'

/** Bounds of a run. */
export interface JqLimits {
  readonly maxSteps: number
  readonly maxMs: number
  /** Calls and values inside each other. */
  readonly maxDepth: number
}

export const defaultLimits: JqLimits = { maxSteps: 5_000_000, maxMs: 1000, maxDepth: 400 }

class Break {
  readonly label: object
  constructor(label: object) {
    this.label = label
  }
}

const stepsPerLook = 1024

/** What is used of the limits. */
export class Run implements Evaluator {
  readonly #limits: JqLimits
  readonly #deadline: number
  #steps = 0
  #depth = 0

  constructor(limits: JqLimits) {
    this.#limits = limits
    this.#deadline = performance.now() + limits.maxMs
  }

  /** @throws {JqLimitError} */
  step(): void {
    if (++this.#steps > this.#limits.maxSteps) throw new JqLimitError(`the program takes more than ${this.#limits.maxSteps} steps`)
    if (this.#steps % stepsPerLook === 0 && performance.now() > this.#deadline) throw new JqLimitError(`the program takes longer than ${this.#limits.maxMs} ms`)
  }

  *call(node: Node, item: Item, scope: Scope): Generator<Item> {
    if (++this.#depth > this.#limits.maxDepth) throw new JqLimitError('the program calls itself too often')
    try {
      yield* this.evaluate(node, item, scope)
    } finally {
      this.#depth--
    }
  }

  /** Values alone. */
  *values(node: Node, value: unknown, scope: Scope): Generator<unknown> {
    for (const item of this.evaluate(node, { value, path: undefined }, scope)) yield item.value
  }

  /** Paths, and what is there. @throws {JqError} when something has none */
  *paths(node: Node, value: unknown, scope: Scope): Generator<{ readonly path: readonly PathStep[]; readonly value: unknown }> {
    for (const { value: found, path } of this.evaluate(node, { value, path: [] }, scope)) {
      if (path === undefined) throw new JqError(`invalid path against: ${typeOf(found)} (${shown(found)})`)
      yield { path, value: found }
    }
  }

  *evaluate(node: Node, item: Item, scope: Scope): Generator<Item> {
    this.step()
    switch (node.kind) {
      case 'identity':
        yield item
        return
      case 'literal':
        yield { value: node.value, path: undefined }
        return
      case 'recurse':
        yield* this.recurse(item)
        return
      case 'index':
        for (const target of this.evaluate(node.target, item, scope))
          for (const key of this.values(node.key, item.value, scope)) {
            checkPath(item, target)
            yield { value: indexInto(target.value, key), path: isStep(key) ? extended(target.path, key) : undefined }
          }
        return
      case 'slice':
        for (const target of this.evaluate(node.target, item, scope))
          for (const end of node.to === undefined ? [null] : this.values(node.to, item.value, scope))
            for (const start of node.from === undefined ? [null] : this.values(node.from, item.value, scope)) {
              checkPath(item, target)
              yield { value: sliceOf(target.value, start, end), path: extended(target.path, { start: start as number | null, end: end as number | null }) }
            }
        return
      case 'iterate':
        for (const target of this.evaluate(node.target, item, scope)) {
          checkPath(item, target)
          yield* this.iterate(target)
        }
        return
      case 'optional':
        yield* this.attempt(node.target, undefined, item, scope)
        return
      case 'try':
        yield* this.attempt(node.body, node.handler, item, scope)
        return
      case 'pipe':
        for (const left of this.evaluate(node.left, item, scope)) yield* this.evaluate(node.right, left, scope)
        return
      case 'comma':
        yield* this.evaluate(node.left, item, scope)
        yield* this.evaluate(node.right, item, scope)
        return
      case 'alternative':
        yield* this.alternative(node.left, node.right, item, scope)
        return
      case 'and':
      case 'or':
        for (const left of this.values(node.left, item.value, scope)) {
          if (isTrue(left) !== (node.kind === 'and')) yield made(node.kind === 'or')
          else for (const right of this.values(node.right, item.value, scope)) yield made(isTrue(right))
        }
        return
      case 'binary':
        for (const right of this.values(node.right, item.value, scope))
          for (const left of this.values(node.left, item.value, scope)) yield made(binary(node.operator, left, right))
        return
      case 'negate':
        for (const value of this.values(node.value, item.value, scope)) {
          if (typeof value !== 'number') throw new JqError(`cannot negate: ${typeOf(value)} (${shown(value)})`)
          yield made(-value)
        }
        return
      case 'assign':
        yield* this.assign(node.operator, node.left, node.right, item, scope)
        return
      case 'list':
        yield made(node.body === undefined ? [] : [...this.values(node.body, item.value, scope)])
        return
      case 'object':
        yield* this.object(node.entries, 0, [], item, scope)
        return
      case 'text':
        yield* this.text(node.parts, node.format, 0, '', item, scope)
        return
      case 'format':
        yield made(formatText(node.name, item.value))
        return
      case 'variable':
        yield made(variableOf(node.name, scope))
        return
      case 'call':
        yield* this.apply(node.name, node.args, item, scope)
        return
      case 'if':
        for (const condition of this.values(node.condition, item.value, scope))
          yield* this.evaluate(isTrue(condition) ? node.then : node.otherwise, item, scope)
        return
      case 'reduce':
        for (const init of this.evaluate(node.init, item, scope)) {
          let state: Item | undefined = init
          for (const source of this.values(node.source, item.value, scope))
            for (const bound of this.bind(node.pattern, source, scope)) {
              let last: Item | undefined
              for (const next of this.evaluate(node.update, state ?? made(null), bound)) last = next
              state = last
            }
          yield state ?? made(null)
        }
        return
      case 'foreach':
        for (const init of this.evaluate(node.init, item, scope)) {
          let state = init
          for (const source of this.values(node.source, item.value, scope))
            for (const bound of this.bind(node.pattern, source, scope))
              for (const next of this.evaluate(node.update, state, bound)) {
                state = next
                yield* this.evaluate(node.extract, next, bound)
              }
        }
        return
      case 'bind':
        for (const source of this.values(node.source, item.value, scope)) yield* this.destructured(node.patterns, source, node.body, item, scope)
        return
      case 'define': {
        const functions = new Map<string, Closure>()
        const inner: Scope = { parent: scope, variables: new Map(), functions }
        functions.set(`${node.name}/${node.parameters.length}`, { parameters: node.parameters, body: node.body, scope: inner })
        yield* this.evaluate(node.rest, item, inner)
        return
      }
      case 'label': {
        const label = {}
        try {
          yield* this.evaluate(node.body, item, { parent: scope, variables: new Map([[`*label*${node.name}`, label]]), functions: new Map() })
        } catch (error) {
          if (!(error instanceof Break) || error.label !== label) throw error
        }
        return
      }
      case 'break':
        // What stops the values of a label is no error that `try` could catch.
        throw new Break(variableOf(`*label*${node.name}`, scope) as object)
    }
  }

  *iterate({ value, path }: Item): Generator<Item> {
    if (Array.isArray(value)) {
      for (const [index, inner] of value.entries()) {
        this.step()
        yield { value: inner, path: extended(path, index) }
      }
    } else if (isMap(value)) {
      for (const key of Object.keys(value).sort((a, b) => (a < b ? -1 : 1))) {
        this.step()
        yield { value: value[key], path: extended(path, key) }
      }
    } else throw new JqError(`cannot iterate over: ${typeOf(value)}${value === null ? '' : ` (${shown(value)})`}`)
  }

  *recurse(item: Item): Generator<Item> {
    const stack: Item[] = [item]
    for (;;) {
      const next = stack.pop()
      if (next === undefined) return
      this.step()
      yield next
      if (Array.isArray(next.value) || isMap(next.value)) stack.push(...[...this.iterate(next)].toReversed())
    }
  }

  *attempt(body: Node, handler: Node | undefined, item: Item, scope: Scope): Generator<Item> {
    const results = this.evaluate(body, item, scope)
    for (;;) {
      let result: IteratorResult<Item>
      try {
        result = results.next()
      } catch (error) {
        if (!(error instanceof JqError)) throw error
        if (handler !== undefined) yield* this.evaluate(handler, made(error.value), scope)
        return
      }
      if (result.done === true) return
      yield result.value
    }
  }

  /** All values of the left that are true, or, if there are none, those of the right. Errors of the left are passed over. */
  *alternative(left: Node, right: Node, item: Item, scope: Scope): Generator<Item> {
    let isFound = false
    for (const found of this.attempt(left, undefined, item, scope)) {
      if (!isTrue(found.value)) continue
      isFound = true
      yield found
    }
    if (!isFound) yield* this.evaluate(right, item, scope)
  }

  *assign(operator: string, left: Node, right: Node, item: Item, scope: Scope): Generator<Item> {
    if (operator === '|=') {
      yield made(this.updated(left, item.value, scope, (old) => this.values(right, old, scope).next()))
      return
    }
    for (const value of this.values(right, item.value, scope)) {
      const next = (old: unknown): unknown => {
        if (operator === '=') return value
        if (operator === '//=') return isTrue(old) ? old : value
        return arithmetic(operator.slice(0, -1), old, value)
      }
      let result = item.value
      for (const { path } of this.paths(left, item.value, scope)) result = setPath(result, path, next)
      yield made(result)
    }
  }

  /** What has no new value goes. */
  updated(left: Node, value: unknown, scope: Scope, next: (old: unknown) => IteratorResult<unknown>): unknown {
    let result = value
    const gone: (readonly PathStep[])[] = []
    for (const { path } of this.paths(left, value, scope)) {
      const { done, value: replaced } = next(getPath(result, path))
      if (done === true) gone.push(path)
      else result = setPath(result, path, () => replaced)
    }
    return gone.length === 0 ? result : builtins.delete(result, gone)
  }

  *object(
    entries: Extract<Node, { kind: 'object' }>['entries'],
    at: number,
    held: readonly (readonly [string, unknown])[],
    item: Item,
    scope: Scope,
  ): Generator<Item> {
    const entry = entries[at]
    if (entry === undefined) {
      yield made(mapOf(held))
      return
    }
    for (const key of this.values(entry.key, item.value, scope)) {
      if (typeof key !== 'string') throw new JqError(`expected a string for object key but got: ${typeOf(key)} (${shown(key)})`)
      for (const value of this.values(entry.value, item.value, scope)) yield* this.object(entries, at + 1, [...held, [key, value]], item, scope)
    }
  }

  *text(parts: readonly (string | Node)[], format: string | undefined, at: number, held: string, item: Item, scope: Scope): Generator<Item> {
    const part = parts[at]
    if (part === undefined) yield made(held)
    else if (typeof part === 'string') yield* this.text(parts, format, at + 1, held + part, item, scope)
    else
      for (const value of this.values(part, item.value, scope))
        yield* this.text(parts, format, at + 1, held + formatText(format ?? '@text', value), item, scope)
  }

  *bind(pattern: Pattern, value: unknown, scope: Scope): Generator<Scope> {
    switch (pattern.kind) {
      case 'name':
        yield { parent: scope, variables: new Map([[pattern.name, value]]), functions: new Map() }
        return
      case 'list': {
        if (value !== null && !Array.isArray(value)) throw new JqError(`cannot index ${typeOf(value)} with number`)
        let scopes: Scope[] = [scope]
        for (const [index, inner] of pattern.items.entries()) scopes = scopes.flatMap((held) => [...this.bind(inner, indexInto(value, index), held)])
        yield* scopes
        return
      }
      case 'object': {
        let scopes: Scope[] = [scope]
        for (const { key, name, pattern: inner } of pattern.entries)
          scopes = scopes.flatMap((held) =>
            [...this.values(key, value, held)].flatMap((member) => {
              const found = indexInto(value, member)
              const named: Scope = name === undefined ? held : { parent: held, variables: new Map([[name, found]]), functions: new Map() }
              return inner === undefined ? [named] : [...this.bind(inner, found, named)]
            }),
          )
        yield* scopes
      }
    }
  }

  /** Patterns are tried one after the other; names of those that do not fit are null. */
  *destructured(patterns: readonly Pattern[], source: unknown, body: Node, item: Item, scope: Scope): Generator<Item> {
    const nulls: Scope =
      patterns.length === 1 ? scope : { parent: scope, variables: new Map(patterns.flatMap(namesOf).map((name) => [name, null])), functions: new Map() }
    for (const [index, pattern] of patterns.entries()) {
      try {
        for (const bound of this.bind(pattern, source, nulls)) yield* this.evaluate(body, item, bound)
        return
      } catch (error) {
        if (!(error instanceof JqError) || index === patterns.length - 1) throw error
      }
    }
  }

  *apply(name: string, args: readonly Node[], item: Item, scope: Scope): Generator<Item> {
    const key = `${name}/${args.length}`
    const found = functionOf(key, scope)
    if (found !== undefined) {
      yield* this.closure(found, args, item, scope)
      return
    }
    const native = builtins.paths[key]
    if (native !== undefined) {
      yield* native(this, args, item, scope)
      return
    }
    const simple = builtins.values[key]
    if (simple !== undefined) {
      yield* this.cartesian(simple, args, [], item, scope)
      return
    }
    const defined = definitions()[key]
    if (defined === undefined) throw new JqSyntaxError(`function not defined: ${key}`, 0)
    yield* this.closure({ ...defined, scope: rootScope }, args, item, scope)
  }

  *closure({ parameters, body, scope: home }: Closure, args: readonly Node[], item: Item, scope: Scope): Generator<Item> {
    const functions = new Map<string, Closure>()
    let inner: Scope = { parent: home, variables: new Map(), functions }
    const named = parameters.flatMap((parameter, index) => (parameter.startsWith('$') ? [{ name: parameter.slice(1), argument: args[index] as Node }] : []))
    for (const [index, parameter] of parameters.entries()) {
      const argument = args[index] as Node
      functions.set(`${parameter.replace(/^\$/, '')}/0`, { parameters: [], body: argument, scope })
    }
    if (named.length === 0) {
      yield* this.call(body, item, inner)
      return
    }
    // Arguments with a `$` are values: the body runs for each of them.
    let scopes: Scope[] = [inner]
    for (const { name, argument } of named)
      scopes = scopes.flatMap((held) =>
        [...this.values(argument, item.value, scope)].map((value) => ({ parent: held, variables: new Map([[name, value]]), functions: new Map() })),
      )
    for (inner of scopes) yield* this.call(body, item, inner)
  }

  *cartesian(
    native: (input: unknown, args: readonly unknown[]) => unknown,
    args: readonly Node[],
    held: readonly unknown[],
    item: Item,
    scope: Scope,
  ): Generator<Item> {
    const [next, ...rest] = args
    if (next === undefined) yield made(native(item.value, held))
    else for (const value of this.values(next, item.value, scope)) yield* this.cartesian(native, rest, [...held, value], item, scope)
  }
}

export const rootScope: Scope = { parent: undefined, variables: new Map<string, unknown>([['ENV', {}]]), functions: new Map() }

/** Whether something that was made is asked for the paths inside it. */
function checkPath(input: Item, target: Item): void {
  if (input.path !== undefined && target.path === undefined && target.value !== null)
    throw new JqError(`invalid path against: ${typeOf(target.value)} (${shown(target.value)})`)
}

function isStep(key: unknown): key is PathStep {
  return typeof key === 'string' || typeof key === 'number' || isMap(key)
}

function binary(operator: string, left: unknown, right: unknown): unknown {
  switch (operator) {
    case '==':
      return compare(left, right) === 0
    case '!=':
      return compare(left, right) !== 0
    case '<':
      return compare(left, right) < 0
    case '<=':
      return compare(left, right) <= 0
    case '>':
      return compare(left, right) > 0
    case '>=':
      return compare(left, right) >= 0
    default:
      return arithmetic(operator, left, right)
  }
}

function variableOf(name: string, scope: Scope): unknown {
  for (let current: Scope | undefined = scope; current !== undefined; current = current.parent)
    if (current.variables.has(name)) return current.variables.get(name)
  throw new JqSyntaxError(`variable not defined: $${name}`, 0)
}

function functionOf(key: string, scope: Scope): Closure | undefined {
  for (let current: Scope | undefined = scope; current !== undefined; current = current.parent) {
    const found = current.functions.get(key)
    if (found !== undefined) return found
  }
  return undefined
}

function namesOf(pattern: Pattern): string[] {
  if (pattern.kind === 'name') return [pattern.name]
  if (pattern.kind === 'list') return pattern.items.flatMap(namesOf)
  return pattern.entries.flatMap(({ name, pattern: inner }) => [...(name === undefined ? [] : [name]), ...(inner === undefined ? [] : namesOf(inner))])
}
