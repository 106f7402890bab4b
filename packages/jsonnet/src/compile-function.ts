// Functions, calls and `local`.
import { anonymous, delayed, placeOf, thunkMaker } from './compiler.ts'
import type { Compiler, Surroundings } from './compiler.ts'
import { functionOf } from './operators.ts'
import type { Span } from './source.ts'
import type { ApplyExpression, FunctionExpression, Node, Parameter } from './syntax-tree.ts'
import { FunctionValue, Scope, Thunk } from './values.ts'
import type { Arguments, Code } from './values.ts'

/** @throws {JsonnetSyntaxError} */
export function compileFunction(compiler: Compiler, { parameters, body }: FunctionExpression, { names, context, bind }: Surroundings): Code {
  const own = context === undefined ? undefined : `function <${bind}>`
  // A name may stand twice; all of them are one variable.
  const variables = [...new Set(parameters.map(({ name }) => name))]
  const inside = anonymous(names.within(variables), own)
  const defaults = parameters.map(({ otherwise }) => (otherwise === undefined ? undefined : compiler.compile(otherwise, inside)))
  const code = compiler.compile(body, inside)
  const slots = parameters.map(({ name }) => variables.indexOf(name))
  const shown = parameters.map(({ name, otherwise }) => ({ name, isOptional: otherwise !== undefined }))
  return (scope) => new FunctionValue(shown, { bind: (supplied) => boundScope(scope, supplied, parameters, slots, defaults), body: code })
}

function boundScope(
  closure: Scope,
  { positional, named }: Arguments,
  parameters: readonly Parameter[],
  slots: readonly number[],
  defaults: readonly (Code | undefined)[],
): Scope {
  const scope = new Scope([], closure, closure.self, closure.layer)
  for (let at = 0; at < positional.length; at++) scope.slots[slots[at] as number] = positional[at] as Thunk
  for (const { name, value } of named) scope.slots[slots[parameters.findIndex((parameter) => parameter.name === name)] as number] = value
  for (let at = 0; at < slots.length; at++) {
    const slot = slots[at] as number
    if (scope.slots[slot] === undefined && defaults[at] !== undefined) scope.slots[slot] = new Thunk(undefined, defaults[at], scope)
  }
  return scope
}

/** @throws {JsonnetSyntaxError} */
export function compileApply(compiler: Compiler, node: ApplyExpression & { span: Span }, { names, context }: Surroundings): Code {
  const { run } = compiler
  const place = placeOf(node.span, context)
  const later = anonymous(names, delayed(context))
  const target = compiler.compile(node.target, anonymous(names, context))
  const positional = node.positional.map((argument) => thunkMaker(compiler, argument, later))
  const named = node.named.map(({ name, value }) => ({ name, make: thunkMaker(compiler, value, later) }))
  const { isTailStrict } = node
  return (scope, tail) => {
    const value = target(scope, 0)
    run.current = place
    const callee = functionOf(run, value)
    run.step(positional.length + named.length)
    const supplied: Arguments = {
      positional: positional.map((make) => make(scope)),
      named: named.length === 0 ? none : named.map(({ name, make }) => ({ name, value: make(scope) })),
      isTailStrict,
    }
    if (tail !== 0 && run.trim() && tail === 2) {
      run.tail = { target: callee, supplied }
      return null
    }
    return run.call(callee, supplied)
  }
}

const none: Arguments['named'] = []

/** @throws {JsonnetSyntaxError} */
export function compileLocal(compiler: Compiler, node: Extract<Node, { kind: 'local' }>, { names, context, bind }: Surroundings): Code {
  const inside = names.within(node.binds.map(({ name }) => name))
  const makers = node.binds.map(({ name, body }) =>
    thunkMaker(compiler, body, { names: inside, context: context === undefined ? undefined : `thunk <${name}> from <${context}>`, bind: name }),
  )
  const body = compiler.compile(node.body, { names: inside, context, bind })
  return (outer, tail) => {
    const scope = new Scope([], outer, outer.self, outer.layer)
    compiler.run.step(makers.length)
    for (const make of makers) scope.slots.push(make(scope))
    return body(scope, tail)
  }
}
