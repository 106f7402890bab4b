// Objects. Follows go-jsonnet v0.21 `builtins.go`, and its `std.jsonnet` for what is written in Jsonnet there.
import { fieldNames, fieldOf, hasField, objectOf, visibilitiesOf } from '../objects.ts'
import { booleanOf, objectValueOf, textOf } from '../operators.ts'
import type { Run } from '../run.ts'
import { ArrayValue, arrayOf, FunctionValue, ObjectValue, ready, typeOf } from '../values.ts'
import type { Field, Value } from '../values.ts'
import { binaryDefinition, define, forced, later, ternaryDefinition, unaryDefinition } from './definition.ts'
import type { Definition } from './definition.ts'

function namesOf(run: Run, object: Value, withHidden: boolean): string[] {
  const names = fieldNames(objectValueOf(run, object), withHidden)
  run.elements(names.length * 4)
  return names
}

function has(run: Run, value: Value, name: Value, withHidden: boolean): boolean {
  const object = objectValueOf(run, value)
  const isShown = visibilitiesOf(object).get(textOf(run, name))
  return isShown === true || (withHidden && isShown === false)
}

/** Arrays with an element for each field. */
function eachField(name: string, withHidden: boolean, make: (run: Run, object: ObjectValue, field: string) => Value): Definition {
  return unaryDefinition(name, 'o', (run, object) => {
    const names = namesOf(run, object, withHidden)
    return new ArrayValue(names.map((field) => later(run, () => make(run, object as ObjectValue, field))))
  })
}

function keyAndValue(run: Run, object: ObjectValue, field: string): Value {
  return objectOf([
    ['key', () => field],
    ['value', () => fieldOf(run, object, field)],
  ])
}

/** JSON Merge Patch (RFC 7396) on values: what is null goes, objects are merged, all else is replaced. The target is looked at only for that. */
function mergePatch(run: Run, targetOf: () => Value, patch: Value): Value {
  run.step()
  if (!(patch instanceof ObjectValue)) return patch
  const target = targetOf()
  const base = target instanceof ObjectValue ? target : objectOf([])
  const changed = fieldNames(patch)
  const removed = new Set(changed.filter((name) => fieldOf(run, patch, name) === null))
  const names = [...new Set([...fieldNames(base), ...changed])].filter((name) => !removed.has(name))
  const isChanged = new Set(changed)
  const merged = (name: string): Value => {
    if (!isChanged.has(name)) return fieldOf(run, base, name)
    const isOld = visibilitiesOf(base).get(name) === true
    return mergePatch(run, () => (isOld ? fieldOf(run, base, name) : null), fieldOf(run, patch, name))
  }
  return objectOf(names.map((name): [string, () => Value] => [name, () => merged(name)]))
}

function isContent(value: Value): boolean {
  if (value === null) return false
  if (value instanceof ArrayValue) return value.elements.length > 0
  return !(value instanceof ObjectValue) || fieldNames(value).length > 0
}

/** A value without what is null or empty, at any depth. */
function prune(run: Run, value: Value): Value {
  run.step()
  if (value instanceof ArrayValue) return arrayOf(value.elements.map((item) => prune(run, run.force(item))).filter(isContent))
  if (!(value instanceof ObjectValue)) return value
  const fields: [string, () => Value][] = []
  for (const name of fieldNames(value)) {
    const pruned = prune(run, fieldOf(run, value, name))
    if (isContent(pruned)) fields.push([name, () => pruned])
  }
  return objectOf(fields)
}

function withoutKey(run: Run, object: Value, key: Value): Value {
  const { layers } = objectValueOf(run, object)
  const name = textOf(run, key)
  return ObjectValue.ofLayers(
    layers.map((layer) => {
      const fields = new Map<string, Field>(layer.fields)
      fields.delete(name)
      return { ...layer, fields, asserts: [] }
    }),
  )
}

export const objectDefinitions: readonly Definition[] = [
  binaryDefinition('objectFieldsEx', ['obj', 'hidden'], (run, object, hidden) => {
    objectValueOf(run, object)
    return arrayOf(namesOf(run, object, booleanOf(run, hidden)))
  }),
  unaryDefinition('objectFields', 'o', (run, object) => arrayOf(namesOf(run, object, false))),
  unaryDefinition('objectFieldsAll', 'o', (run, object) => arrayOf(namesOf(run, object, true))),
  ternaryDefinition('objectHasEx', ['obj', 'fname', 'hidden'], (run, object, name, hidden) => {
    objectValueOf(run, object)
    textOf(run, name)
    return has(run, object, name, booleanOf(run, hidden))
  }),
  binaryDefinition('objectHas', ['o', 'f'], (run, object, name) => has(run, object, name, false)),
  binaryDefinition('objectHasAll', ['o', 'f'], (run, object, name) => has(run, object, name, true)),
  define('get', ['o', 'f', 'default?', 'inc_hidden?'], (run, [object, name, otherwise, withHidden]) => {
    const value = forced(run, object)
    const field = forced(run, name)
    objectValueOf(run, value)
    textOf(run, field)
    if (!has(run, value, field, booleanOf(run, forced(run, withHidden, true)))) return forced(run, otherwise)
    return fieldOf(run, value as ObjectValue, field as string)
  }),
  eachField('objectValues', false, fieldOf),
  eachField('objectValuesAll', true, fieldOf),
  eachField('objectKeysValues', false, keyAndValue),
  eachField('objectKeysValuesAll', true, keyAndValue),
  binaryDefinition('mapWithKey', ['func', 'obj'], (run, func, object) => {
    if (!(func instanceof FunctionValue)) throw run.error(`std.mapWithKey first param must be function, got ${typeOf(func)}`)
    if (!(object instanceof ObjectValue)) throw run.error(`std.mapWithKey second param must be object, got ${typeOf(object)}`)
    const call = (name: string): Value =>
      run.apply(
        func,
        ready(name),
        later(run, () => fieldOf(run, object, name)),
      )
    return objectOf(fieldNames(object).map((name): [string, () => Value] => [name, () => call(name)]))
  }),
  define('mergePatch', ['target', 'patch'], (run, [target, patch]) => mergePatch(run, () => forced(run, target), forced(run, patch))),
  unaryDefinition('prune', 'a', prune),
  binaryDefinition('objectRemoveKey', ['obj', 'key'], (run, object, key) =>
    hasField(objectValueOf(run, object), textOf(run, key)) ? withoutKey(run, object, key) : object,
  ),
]
