// Fields of objects: found behind layers, computed once, checked by asserts. See https://jsonnet.org/ref/spec.html#properties.
import type { Run } from './run.ts'
import { compareTexts, quoted } from './text.ts'
import { ObjectValue, Scope } from './values.ts'
import type { Code, Field, Layer, Value } from './values.ts'

/** The value of a field. @throws {JsonnetRuntimeError} */
export function fieldOf(run: Run, object: ObjectValue, name: string, from = 0): Value {
  checkAsserts(run, object)
  if (from >= object.depth) throw run.error('Attempt to use super when there is no super class.')
  const { layers } = object
  let at = from
  while (at < layers.length && !(layers[at] as Layer).fields.has(name)) at++
  run.step(1 + at - from)
  if (at === layers.length) throw run.error(`Field does not exist: ${name}`)
  const known = object.cache?.[at]?.get(name)
  if (known !== undefined) return known
  const layer = layers[at] as Layer
  const field = layer.fields.get(name) as Field
  const value = inFrame(run, field.code, field.scopeFor?.(object, at) ?? scopeOf(object, layer, at))
  const caches = (object.cache ??= [])
  const cache = (caches[at] ??= new Map<string, Value>())
  cache.set(name, value)
  return value
}

/** Run a body in a frame of its own. @throws {JsonnetRuntimeError} */
export function inFrame(run: Run, code: Code, scope: Scope): Value {
  const depth = run.enter()
  const value = code(scope, 0)
  run.leave(depth)
  return value
}

function scopeOf(object: ObjectValue, layer: Layer, at: number): Scope {
  const scopes = (object.scopes ??= [])
  return (scopes[at] ??= layer.scopeFor(object, at))
}

/** Run the asserts of an object, once. They may use the object, which counts as checked meanwhile. @throws {JsonnetRuntimeError} */
export function checkAsserts(run: Run, object: ObjectValue): void {
  if (object.isChecked) return
  object.isChecked = true
  for (const [at, layer] of object.layers.entries()) for (const check of layer.asserts) inFrame(run, check, scopeOf(object, layer, at))
}

/** Whether a layer has the field; asserts are not checked. */
export function hasField(object: ObjectValue, name: string, from = 0): boolean {
  return object.layers.some((layer, at) => at >= from && layer.fields.has(name))
}

/** Fields and whether they are shown. */
export function visibilitiesOf(object: ObjectValue): ReadonlyMap<string, boolean> {
  if (object.visibilities !== undefined) return object.visibilities
  const visibilities = new Map<string, boolean>()
  for (const layer of object.layers.toReversed()) {
    for (const [name, { visibility }] of layer.fields) {
      if (visibility !== 'inherit' || !visibilities.has(name)) visibilities.set(name, visibility !== 'hidden')
    }
  }
  object.visibilities = visibilities
  return visibilities
}

/** Names of fields in order. */
export function fieldNames(object: ObjectValue, withHidden = false): string[] {
  const names: string[] = []
  for (const [name, isShown] of visibilitiesOf(object)) if (isShown || withHidden) names.push(name)
  return names.sort(compareTexts)
}

/** An object whose fields are computed by functions of the library. */
export function objectOf(fields: Iterable<readonly [string, () => Value]>, visibility: Field['visibility'] = 'inherit'): ObjectValue {
  const map = new Map<string, Field>()
  for (const [name, code] of fields) map.set(name, { visibility, code })
  return ObjectValue.of(layerOf(map))
}

/** A layer without variables of its own. */
export function layerOf(fields: ReadonlyMap<string, Field>): Layer {
  return { fields, asserts: [], scopeFor: (self, depth) => new Scope([], undefined, self, depth) }
}

/** The object of a comprehension: the fields of all objects, each with its own scope. @throws {JsonnetRuntimeError} for a name twice */
export function mergedFields(run: Run, fields: Iterable<readonly [string, Field]>): ObjectValue {
  const map = new Map<string, Field>()
  for (const [name, field] of fields) {
    if (map.has(name)) throw duplicateField(run, name)
    map.set(name, field)
  }
  return ObjectValue.of(layerOf(map))
}

/** What is thrown for a name twice. */
export function duplicateField(run: Run, name: string): Error {
  return run.error(`Duplicate field name: ${quoted(name)}`)
}
