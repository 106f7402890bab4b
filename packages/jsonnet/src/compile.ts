// From a tree to functions of the host. Variables are located and `self`, `super` and `$` are checked here, before anything runs.
// What the specification rewrites into calls of the library (https://jsonnet.org/ref/spec.html#desugaring) is done directly.
import { compileArrayComprehension, compileObjectComprehension } from './compile-comprehension.ts'
import { compileApply, compileFunction, compileLocal } from './compile-function.ts'
import { compileObject } from './compile-object.ts'
import { anonymous, delayed, placeOf, thunkMaker } from './compiler.ts'
import type { Compiler, Surroundings } from './compiler.ts'
import { hasField, fieldOf } from './objects.ts'
import { binary, booleanOf, numberOf, objectValueOf, plus, textOf, unary } from './operators.ts'
import { toText } from './manifest.ts'
import { mod } from './std/format.ts'
import type { Place } from './run.ts'
import { slice } from './slice.ts'
import { syntaxError } from './source.ts'
import type { Node } from './syntax-tree.ts'
import { isFlat } from './text.ts'
import { ArrayValue, ObjectValue, typeOf } from './values.ts'
import type { Code, Scope, Thunk, Value } from './values.ts'

type Kind = Node['kind']
type NodeOf<K extends Kind> = Extract<Node, { kind: K }>

/** Compile a node. @throws {JsonnetSyntaxError} */
export function compileNode(compiler: Compiler, node: Node, here: Surroundings): Code {
  const compileKind = compilers[node.kind] as (compiler: Compiler, node: Node, here: Surroundings) => Code
  return compileKind(compiler, node, here)
}

const compilers: { readonly [K in Kind]: (compiler: Compiler, node: NodeOf<K>, here: Surroundings) => Code } = {
  null: () => () => null,
  boolean:
    (_, { value }) =>
    () =>
      value,
  string:
    (_, { value }) =>
    () =>
      value,
  number: compileNumber,
  self: (_, { span }, { names }) => {
    if (!names.isInObject) throw syntaxError("Can't use self outside of an object.", span)
    return (scope) => scope.self as ObjectValue
  },
  dollar: (compiler, { span }, here) => {
    if (here.names.locate('$') === undefined) throw syntaxError('No top-level object found.', span)
    return compileVariable(compiler, { kind: 'variable', name: '$', span }, here)
  },
  variable: compileVariable,
  parens: (compiler, { inner }, { names, context }) => compiler.compile(inner, anonymous(names, context)),
  array: compileArray,
  'array-comprehension': compileArrayComprehension,
  object: compileObject,
  'object-comprehension': compileObjectComprehension,
  'apply-brace': ({ run, compile }, { left, right, span }, { names, context }) => {
    const place = placeOf(span, context)
    const [base, added] = [compile(left, anonymous(names, context)), compile(right, anonymous(names, context))]
    return (scope, tail) => {
      const below = base(scope, 0)
      const above = added(scope, tail === 0 ? 0 : 1)
      run.current = place
      return plus(run, below, above)
    }
  },
  'super-index': compileSuperIndex,
  'in-super': ({ run, compile }, { index, span }, { names, context }) => {
    if (!names.isInObject) throw syntaxError("Can't use super outside of an object.", span)
    const place = placeOf(span, context)
    const name = compile(index, anonymous(names, context))
    return (scope) => {
      const value = name(scope, 0)
      run.current = place
      return hasField(scope.self as ObjectValue, textOf(run, value), scope.layer + 1)
    }
  },
  index: compileIndex,
  slice: compileSlice,
  apply: compileApply,
  unary: ({ run, compile }, { operator, operand, span }, { names, context }) => {
    const place = placeOf(span, context)
    const code = compile(operand, anonymous(names, context))
    return (scope, tail) => {
      const value = code(scope, tail === 0 ? 0 : 1)
      run.current = place
      return unary(run, operator, value)
    }
  },
  binary: compileBinary,
  conditional: (compiler, { condition, then, otherwise, span }, { names, context }) => {
    const inside = anonymous(names, context)
    return chosen(compiler, placeOf(span, context), [
      compiler.compile(condition, inside),
      compiler.compile(then, inside),
      otherwise === undefined ? () => null : compiler.compile(otherwise, inside),
    ])
  },
  local: compileLocal,
  function: compileFunction,
  assert: (compiler, { condition, message, rest, span }, { names, context }) => {
    const inside = anonymous(names, context)
    const check = compiler.compile(condition, inside)
    const then = compiler.compile(rest, inside)
    const failure = message === undefined ? () => 'Assertion failed' : compiler.compile(message, inside)
    return chosen(compiler, {}, [check, then, failing(compiler, placeOf(span), failure)])
  },
  error: (compiler, { message, span }, { names, context }) => failing(compiler, placeOf(span, context), compiler.compile(message, anonymous(names, context))),
  import: importing,
  importstr: importing,
  importbin: importing,
}

function importing(compiler: Compiler, node: NodeOf<'import' | 'importstr' | 'importbin'>, { context }: Surroundings): Code {
  const place = placeOf(node.span, context)
  const value = compiler.imported(node, node.span)
  return () => {
    compiler.run.current = place
    return value()
  }
}

function chosen({ run }: Compiler, place: Place, [condition, then, otherwise]: readonly [Code, Code, Code]): Code {
  return (scope, tail) => {
    const value = condition(scope, 0)
    if (value === true) return then(scope, tail)
    if (value === false) return otherwise(scope, tail)
    run.current = place
    return booleanOf(run, value)
  }
}

function failing({ run }: Compiler, place: Place, message: Code): Code {
  return (scope) => {
    run.current = place
    const value = message(scope, 0)
    run.current = place
    throw run.error(toText(run, value))
  }
}

function compileNumber({ run }: Compiler, { text, span }: NodeOf<'number'>, { context }: Surroundings): Code {
  const value = Number(text)
  if (Number.isFinite(value)) return () => value
  const place = placeOf(span, context)
  return () => {
    run.current = place
    throw run.error('overflow')
  }
}

function compileVariable({ run }: Compiler, { name, span }: NodeOf<'variable'>, { names, context }: Surroundings): Code {
  const location = names.locate(name)
  if (location === undefined) throw syntaxError(`Unknown variable: ${name}`, span)
  const place = placeOf(span, context)
  const { hops, index } = location
  return (scope) => {
    let home = scope
    for (let left = hops; left > 0; left--) home = home.outer as Scope
    const thunk = home.slots[index] as Thunk
    if (thunk.value !== undefined) return thunk.value
    run.current = place
    return run.force(thunk)
  }
}

function compileArray(compiler: Compiler, { elements }: NodeOf<'array'>, { names, context }: Surroundings): Code {
  const makers = elements.map((node) => thunkMaker(compiler, node, anonymous(names, delayed(context))))
  return (scope) => {
    compiler.run.step(makers.length)
    return new ArrayValue(makers.map((make) => make(scope)))
  }
}

function compileSuperIndex({ run, compile }: Compiler, { index, span }: NodeOf<'super-index'>, { names, context }: Surroundings): Code {
  if (!names.isInObject) throw syntaxError("Can't use super outside of an object.", span)
  const place = placeOf(span, context)
  const name: Code = typeof index === 'string' ? () => index : compile(index, anonymous(names, context))
  return (scope) => {
    const value = name(scope, 0)
    run.current = place
    return fieldOf(run, scope.self as ObjectValue, textOf(run, value), scope.layer + 1)
  }
}

function compileIndex(compiler: Compiler, { target, index, span }: NodeOf<'index'>, { names, context }: Surroundings): Code {
  const { run } = compiler
  const place = placeOf(span, context)
  // go-jsonnet gives no context to what stands before a dot.
  const base = compiler.compile(target, anonymous(names, typeof index === 'string' ? undefined : context))
  const key: Code = typeof index === 'string' ? () => index : compiler.compile(index, anonymous(names, context))
  const characterAt = characterFinder(compiler)
  return (scope) => {
    const value = base(scope, 0)
    const name = key(scope, 0)
    run.current = place
    if (value instanceof ObjectValue) return fieldOf(run, value, textOf(run, name))
    if (value instanceof ArrayValue) {
      const at = Math.trunc(numberOf(run, name))
      return run.force(value.elements[at] ?? outOfBounds(compiler, at, value.elements.length))
    }
    if (typeof value === 'string') return characterAt(value, Math.trunc(numberOf(run, name)))
    throw run.error(`Value non indexable: *jsonnet.value${typeOf(value).replace(/^./, (first) => first.toUpperCase())}`)
  }
}

/** Finds characters by number. Programs go through one text, so the one that was looked at last is kept in parts. */
function characterFinder(compiler: Compiler): (text: string, at: number) => Value {
  let known = ''
  let characters: string | readonly string[] = ''
  return (text, at) => {
    if (text !== known) {
      compiler.run.text(text.length)
      known = text
      characters = isFlat(text) ? text : Array.from(text)
    }
    return characters[at] ?? outOfBounds(compiler, at, characters.length)
  }
}

function outOfBounds({ run }: Compiler, at: number, length: number): never {
  const shown = Math.abs(at) < 2 ** 63 ? BigInt(at) : -(2n ** 63n)
  throw run.error(`Index ${shown} out of bounds, not within [0, ${length})`)
}

/** An argument of what the specification makes a call of: it has a frame. */
function argument({ run }: Compiler, place: Place, code: Code): (scope: Scope) => Value {
  return (scope) => {
    run.current = place
    const depth = run.enter()
    const value = code(scope, 0)
    run.leave(depth)
    return value
  }
}

function compileSlice(compiler: Compiler, { target, parts, span }: NodeOf<'slice'>, { names, context }: Surroundings): Code {
  const place = placeOf(span)
  const base = argument(compiler, place, compiler.compile(target, anonymous(names, context)))
  const bounds = parts.map((part) => (part === undefined ? () => null : argument(compiler, place, compiler.compile(part, anonymous(names, context)))))
  return (scope) => {
    const value = base(scope)
    const [start = null, end = null, step = null] = bounds.map((bound) => bound(scope))
    return slice(compiler.run, value, start, end, step)
  }
}

function compileBinary(compiler: Compiler, node: NodeOf<'binary'>, { names, context }: Surroundings): Code {
  const { run } = compiler
  const { operator, span } = node
  const left = compiler.compile(node.left, anonymous(names, context))
  const right = compiler.compile(node.right, anonymous(names, context))
  if (operator === '&&' || operator === '||') return shortcut(compiler, placeOf(span, context), operator === '||', left, right)
  if (operator === '%' || operator === 'in') {
    const place = placeOf(span)
    const [first, second] = [argument(compiler, place, left), argument(compiler, place, right)]
    if (operator === '%') return (scope) => mod(run, first(scope), second(scope))
    return (scope) => {
      const object = second(scope)
      const name = first(scope)
      return hasField(objectValueOf(run, object), textOf(run, name))
    }
  }
  const place = placeOf(span, context)
  return (scope, tail) => {
    const a = left(scope, 0)
    const b = right(scope, tail === 0 ? 0 : 1)
    run.current = place
    return binary(run, operator, a, b)
  }
}

function shortcut({ run }: Compiler, place: Place, decides: boolean, left: Code, right: Code): Code {
  return (scope, tail) => {
    const first = left(scope, 0)
    if (first === decides) return first
    run.current = place
    booleanOf(run, first)
    const second = right(scope, tail === 0 ? 0 : 1)
    run.current = place
    return booleanOf(run, second)
  }
}
