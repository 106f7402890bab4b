// What programs compute with. null, booleans, numbers and texts are those of the host.

export type Value = null | boolean | number | string | ArrayValue | ObjectValue | FunctionValue

/** What an expression was compiled to. `tail` says whether a call at its end may be left to the caller. */
export type Code = (scope: Scope, tail: Tail) => Value

/** 0: no tail of a function; 1: the frame of the function may go, but its value is still needed here; 2: the call may be returned. */
export type Tail = 0 | 1 | 2

/** Variables that came into being together, inside others. Where each is found was settled when the program was compiled. */
export class Scope {
  readonly slots: Thunk[]
  readonly outer: Scope | undefined
  /** The object that `self` is, or undefined outside of all. */
  readonly self: ObjectValue | undefined
  /** The layer of the object that the code stands in: `super` begins behind it. */
  readonly layer: number
  constructor(slots: Thunk[], outer: Scope | undefined, self: ObjectValue | undefined, layer: number) {
    this.slots = slots
    this.outer = outer
    this.self = self
    this.layer = layer
  }
}

/** A value that is computed when it is first needed. */
export class Thunk {
  value: Value | undefined
  code: Code | undefined
  scope: Scope | undefined
  constructor(value: Value | undefined, code?: Code, scope?: Scope) {
    this.value = value
    this.code = code
    this.scope = scope
  }
}

export function ready(value: Value): Thunk {
  return new Thunk(value)
}

export class ArrayValue {
  readonly elements: readonly Thunk[]
  constructor(elements: readonly Thunk[]) {
    this.elements = elements
  }
}

export function arrayOf(values: readonly Value[]): ArrayValue {
  return new ArrayValue(values.map(ready))
}

/** A parameter; one with something to fall back on may be left out. */
export interface FunctionParameter {
  readonly name: string
  readonly isOptional: boolean
}

/** Arguments of a call. */
export interface Arguments {
  readonly positional: readonly Thunk[]
  readonly named: readonly { readonly name: string; readonly value: Thunk }[]
  readonly isTailStrict: boolean
}

/** A function of a program, or one of the library. */
export class FunctionValue {
  readonly parameters: readonly FunctionParameter[]
  /** The scope of a body, with the arguments in it. */
  readonly bind: ((supplied: Arguments) => Scope) | undefined
  readonly body: Code | undefined
  /** What a function of the library does with its arguments, in order of its parameters. */
  readonly native: ((supplied: readonly (Thunk | undefined)[]) => Value) | undefined
  constructor(
    parameters: readonly FunctionParameter[],
    own: { readonly bind: (supplied: Arguments) => Scope; readonly body: Code } | ((supplied: readonly (Thunk | undefined)[]) => Value),
  ) {
    this.parameters = parameters
    this.native = typeof own === 'function' ? own : undefined
    this.bind = typeof own === 'function' ? undefined : own.bind
    this.body = typeof own === 'function' ? undefined : own.body
  }
}

/** A field of one layer. */
export interface Field {
  readonly visibility: 'inherit' | 'hidden' | 'visible'
  readonly code: Code
  /** Makes the scope of the body, if it is not that of the layer: fields of comprehensions have one each. */
  readonly scopeFor?: (self: ObjectValue, depth: number) => Scope
}

/** One object as written, before it is merged with others. */
export interface Layer {
  readonly fields: ReadonlyMap<string, Field>
  readonly asserts: readonly Code[]
  /** Makes the scope of the bodies, for the object that the layer became part of. */
  readonly scopeFor: (self: ObjectValue, depth: number) => Scope
}

/** An object: layers, of which the first is the last that was added. */
export class ObjectValue {
  #layers: readonly Layer[] | undefined
  #halves: readonly [left: ObjectValue, right: ObjectValue] | undefined
  readonly depth: number
  /** Values of fields by the layer they were found in. */
  cache: (Map<string, Value> | undefined)[] | undefined
  /** Scopes of the layers, made when they are needed. */
  scopes: (Scope | undefined)[] | undefined
  isChecked = false
  visibilities: ReadonlyMap<string, boolean> | undefined

  private constructor(layers: readonly Layer[] | undefined, halves: readonly [ObjectValue, ObjectValue] | undefined, depth: number) {
    this.#layers = layers
    this.#halves = halves
    this.depth = depth
  }

  static of(layer: Layer): ObjectValue {
    return new ObjectValue([layer], undefined, 1)
  }

  static ofLayers(layers: readonly Layer[]): ObjectValue {
    return new ObjectValue(layers, undefined, layers.length)
  }

  /** `left + right`; costs nothing until a field is asked for. */
  static merged(left: ObjectValue, right: ObjectValue): ObjectValue {
    return new ObjectValue(undefined, [left, right], left.depth + right.depth)
  }

  get layers(): readonly Layer[] {
    if (this.#layers !== undefined) return this.#layers
    const layers: Layer[] = []
    const pending: ObjectValue[] = [this]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      if (next.#layers !== undefined) for (const layer of next.#layers) layers.push(layer)
      else if (next.#halves !== undefined) pending.push(next.#halves[0], next.#halves[1])
    }
    this.#layers = layers
    this.#halves = undefined
    return layers
  }
}

/** A call at the end of a function, left to whoever called that. */
export interface TailCall {
  readonly target: FunctionValue
  readonly supplied: Arguments
}

export function typeOf(value: Value): string {
  if (value === null) return 'null'
  if (value instanceof ArrayValue) return 'array'
  if (value instanceof ObjectValue) return 'object'
  if (value instanceof FunctionValue) return 'function'
  return typeof value
}
