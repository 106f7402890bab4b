// Comprehensions of arrays and objects.
import { anonymous, delayed, placeOf, thunkMaker } from './compiler.ts'
import type { Compiler, Surroundings } from './compiler.ts'
import { compileField, compileLocals, compileName, fieldNameOf, objectScope, objectSurroundings } from './compile-object.ts'
import type { Names } from './names.ts'
import { mergedFields } from './objects.ts'
import { arrayValueOf, booleanOf } from './operators.ts'
import type { Place } from './run.ts'
import type { ForClause, Node } from './syntax-tree.ts'
import { ArrayValue, Scope } from './values.ts'
import type { Code, Field, Thunk } from './values.ts'

type NodeOf<K extends Node['kind']> = Extract<Node, { kind: K }>

interface Loop {
  readonly list: Code
  readonly conditions: readonly Code[]
}

/** @throws {JsonnetSyntaxError} */
export function compileArrayComprehension(compiler: Compiler, node: NodeOf<'array-comprehension'>, { names, context }: Surroundings): Code {
  const { loops, innermost } = compileLoops(compiler, node.clauses, names, context)
  const make = thunkMaker(compiler, node.body, anonymous(innermost, delayed(context)))
  const place = placeOf(node.span)
  return (scope) => {
    const elements: Thunk[] = []
    go(compiler, place, loops, scope, (inner) => elements.push(make(inner)))
    compiler.run.elements(elements.length)
    return new ArrayValue(elements)
  }
}

/** @throws {JsonnetSyntaxError} */
export function compileObjectComprehension(compiler: Compiler, node: NodeOf<'object-comprehension'>, { names, context, bind }: Surroundings): Code {
  const { run } = compiler
  const { loops, innermost } = compileLoops(compiler, node.clauses, names, context)
  const inside = objectSurroundings(node.members, { names: innermost, context, bind })
  const locals = compileLocals(compiler, node.members, inside)
  const [member] = node.members.filter(({ kind }) => kind === 'field') as [Extract<(typeof node.members)[number], { kind: 'field' }>]
  const fieldFor = compileField(compiler, member, inside)
  const nameCode = compileName(compiler, member.name, { names: innermost, context })
  const place = placeOf(node.span)
  const namePlace = placeOf(node.span, context)
  const fieldIn = (inner: Scope): readonly [string, Field] | undefined => {
    const depth = run.enter()
    const value = nameCode(inner, 0)
    run.current = namePlace
    const name = fieldNameOf(run, value)
    run.leave(depth)
    return name === undefined ? undefined : [name, { ...fieldFor(name), scopeFor: (self, layer) => objectScope(inner, self, layer, locals) }]
  }
  return (scope) => {
    const scopes: Scope[] = []
    run.current = place
    const depth = run.enter()
    go(compiler, place, loops, scope, (inner) => scopes.push(inner))
    run.leave(depth)
    return mergedFields(
      run,
      scopes.map(fieldIn).filter((field) => field !== undefined),
    )
  }
}

function compileLoops(
  compiler: Compiler,
  clauses: readonly ForClause[],
  names: Names,
  context: string | undefined,
): { loops: readonly Loop[]; innermost: Names } {
  let innermost = names
  const loops = clauses.map(({ name, list, conditions }): Loop => {
    const listCode = compiler.compile(list, anonymous(innermost, context))
    innermost = innermost.within([name])
    return { list: listCode, conditions: conditions.map((condition) => compiler.compile(condition, anonymous(innermost, context))) }
  })
  return { loops, innermost }
}

/** Go through all lists, with a frame for each list and each of its elements, as go-jsonnet counts them. */
function go(compiler: Compiler, place: Place, loops: readonly Loop[], scope: Scope, visit: (inner: Scope) => void, at = 0): void {
  const { run } = compiler
  const loop = loops[at]
  if (loop === undefined) {
    visit(scope)
    return
  }
  run.current = place
  const listDepth = run.enter()
  const list = loop.list(scope, 0)
  run.leave(listDepth)
  for (const element of arrayValueOf(run, list).elements) {
    const depth = run.enter()
    const inner = new Scope([element], scope, scope.self, scope.layer)
    if (loop.conditions.every((condition) => isTrue(compiler, condition, inner))) go(compiler, place, loops, inner, visit, at + 1)
    run.leave(depth)
  }
}

function isTrue({ run }: Compiler, condition: Code, scope: Scope): boolean {
  const value = condition(scope, 0)
  // The condition is part of a rewriting that has no place.
  run.current = {}
  return booleanOf(run, value)
}
