// Objects. See https://jsonnet.org/ref/spec.html#properties.
import { anonymous, placeOf, thunkMaker } from './compiler.ts'
import type { Compiler, Surroundings } from './compiler.ts'
import { toText } from './manifest.ts'
import type { Names } from './names.ts'
import { duplicateField, fieldOf, hasField, inFrame } from './objects.ts'
import { booleanOf, plus } from './operators.ts'
import type { Place, Run } from './run.ts'
import type { Span } from './source.ts'
import type { Member, ObjectExpression } from './syntax-tree.ts'
import { ObjectValue, Scope, Thunk, typeOf } from './values.ts'
import type { Code, Field, Layer, Value } from './values.ts'

type FieldMember = Extract<Member, { kind: 'field' }>
type AssertMember = Extract<Member, { kind: 'assert' }>

/** @throws {JsonnetSyntaxError} */
export function compileObject(compiler: Compiler, { members, span }: ObjectExpression & { span: Span }, here: Surroundings): Code {
  const { run } = compiler
  const inside = objectSurroundings(members, here)
  const locals = compileLocals(compiler, members, inside)
  const fields = members.filter((member) => member.kind === 'field').map((member) => compileField(compiler, member, inside))
  const asserts = members.filter((member) => member.kind === 'assert').map((member) => compileAssert(compiler, member, inside))
  const names = members.filter((member) => member.kind === 'field').map(({ name }) => compileName(compiler, name, here))
  const place = placeOf(span, here.context)
  const evaluated = (scope: Scope): ReadonlyMap<string, Field> => {
    const map = new Map<string, Field>()
    for (const [at, nameCode] of names.entries()) {
      const value = nameCode(scope, 0)
      run.current = place
      const name = fieldNameOf(run, value)
      if (name === undefined) continue
      if (map.has(name)) throw duplicateField(run, name)
      map.set(name, (fields[at] as FieldMaker)(name))
    }
    return map
  }
  const isStatic = members.every((member) => member.kind !== 'field' || typeof member.name === 'string')
  let shared: ReadonlyMap<string, Field> | undefined
  return (scope) => {
    // An object takes the memory of several other values.
    run.step(4 + (isStatic ? 0 : names.length))
    const map = isStatic ? (shared ??= evaluated(scope)) : evaluated(scope)
    const layer: Layer = { fields: map, asserts, scopeFor: (self, depth) => objectScope(scope, self, depth, locals) }
    return ObjectValue.of(layer)
  }
}

/** Makes a field for a name that may not be known before. */
export type FieldMaker = (name: string) => Field

/** Where members are compiled: the object's own variables are known, and `$` is the outermost object. */
export function objectSurroundings(members: readonly Member[], { names, context, bind }: Surroundings): Surroundings {
  const variables = members.flatMap((member) => (member.kind === 'local' ? [member.bind.name] : []))
  const isOutermost = names.locate('$') === undefined
  return anonymous(names.within(isOutermost ? [...variables, '$'] : variables, true), context === undefined ? undefined : `object <${bind}>`)
}

/** What makes the variables of an object, in their order. @throws {JsonnetSyntaxError} */
export function compileLocals(compiler: Compiler, members: readonly Member[], inside: Surroundings): ((scope: Scope) => Thunk)[] {
  return members.flatMap((member) => (member.kind === 'local' ? [thunkMaker(compiler, member.bind.body, inside)] : []))
}

/** The scope of members. The last variable is `$`, if nothing further out is. */
export function objectScope(outer: Scope, self: ObjectValue, depth: number, locals: readonly ((scope: Scope) => Thunk)[]): Scope {
  const scope = new Scope([], outer, self, depth)
  for (const make of locals) scope.slots.push(make(scope))
  scope.slots.push(new Thunk(self))
  return scope
}

/** @throws {JsonnetSyntaxError} */
export function compileName(compiler: Compiler, name: FieldMember['name'], { names, context }: { names: Names; context: string | undefined }): Code {
  return typeof name === 'string' ? () => name : compiler.compile(name, anonymous(names, context))
}

/** The name that a value is; a field whose name is null is none. @throws {JsonnetRuntimeError} */
export function fieldNameOf(run: Run, value: Value): string | undefined {
  if (typeof value === 'string') return value
  if (value === null) return undefined
  throw run.error(`Field name must be string, got ${typeOf(value)}`)
}

/** @throws {JsonnetSyntaxError} */
export function compileField(compiler: Compiler, { body, visibility, isAdded }: FieldMember, inside: Surroundings): FieldMaker {
  const code = compiler.compile(body, inside)
  if (!isAdded) {
    const field: Field = { visibility, code }
    return () => field
  }
  const place: Place = { span: body.span, context: '+:' }
  return (name) => ({ visibility, code: (scope) => added(compiler.run, place, name, code, scope) })
}

function added(run: Run, place: Place, name: string, code: Code, scope: Scope): Value {
  run.current = place
  const right = inFrame(run, code, scope)
  const self = scope.self as ObjectValue
  if (!hasField(self, name, scope.layer + 1)) return right
  const left = fieldOf(run, self, name, scope.layer + 1)
  run.current = place
  return plus(run, left, right)
}

function compileAssert(compiler: Compiler, { condition, message, span }: AssertMember, inside: Surroundings): Code {
  const { run } = compiler
  const place = placeOf(span)
  const check = compiler.compile(condition, inside)
  const failure: Code = message === undefined ? () => 'Object assertion failed.' : compiler.compile(message, inside)
  return (scope) => {
    const value = check(scope, 0)
    run.current = place
    if (booleanOf(run, value)) return true
    const reason = failure(scope, 0)
    run.current = place
    throw run.error(toText(run, reason))
  }
}
