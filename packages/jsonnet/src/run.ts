// One evaluation: what it has used, where it is, and how it calls and forces.
import { JsonnetLimitError, JsonnetRuntimeError } from './errors.ts'
import type { JsonnetLimits } from './limits.ts'
import { formatSpan } from './source.ts'
import type { Span } from './source.ts'
import { quoted } from './text.ts'
import type { Arguments, FunctionValue, TailCall, Thunk, Value } from './values.ts'

/** A place in a trace: a part of a program, or words of the evaluator's own. */
export interface Place {
  readonly span?: Span | undefined
  readonly words?: string
  /** Which part of a result is being made. */
  readonly part?: string | number
  /** What the place stands in, such as `function <f>`. */
  readonly context?: string
}

/** What is current at the start of a frame: traces leave it out. */
export const nowhere: Place = Object.freeze({})

/** Traces are cut in their middle to this many lines, as by go-jsonnet. */
const maxTraceLines = 20
const stepsPerLook = 4096

export class Run {
  readonly limits: JsonnetLimits
  /** Where the program is. Whoever computes something sets it before it can fail. */
  current: Place = nowhere
  /** What `std.trace` said. */
  readonly traces: string[] = []
  /** A call that the frame below has to make: see `Tail`. */
  tail: TailCall | undefined
  readonly #frames: Place[] = []
  readonly #canTrim: boolean[] = []
  readonly #deadline: number
  #steps = 0
  #untilLook = stepsPerLook
  #elements = 0

  constructor(limits: JsonnetLimits) {
    this.limits = limits
    this.#deadline = performance.now() + limits.maxMs
  }

  /** @throws {JsonnetLimitError} */
  step(count = 1): void {
    this.#untilLook -= count
    if (this.#untilLook > 0) return
    this.#steps += stepsPerLook - this.#untilLook
    this.#untilLook = stepsPerLook
    const { maxSteps, maxMs } = this.limits
    if (this.#steps > maxSteps) throw new JsonnetLimitError(`the program takes more than ${maxSteps} steps`)
    if (performance.now() > this.#deadline) throw new JsonnetLimitError(`the program takes longer than ${maxMs} ms`)
  }

  /** Account for a text that is read or made in whole. @throws {JsonnetLimitError} */
  text(length: number): void {
    if (length > this.limits.maxTextLength) throw new JsonnetLimitError(`the program makes a text of more than ${this.limits.maxTextLength} characters`)
    this.step(1 + Math.floor(length / 16))
  }

  /** Account for elements of an array that is made. @throws {JsonnetLimitError} */
  elements(count: number): void {
    this.#elements += count
    if (this.#elements > this.limits.maxElements) throw new JsonnetLimitError(`the program makes arrays of more than ${this.limits.maxElements} elements`)
    this.step(1 + Math.floor(count / 4))
  }

  /** What is thrown when the program fails here. */
  error(reason: string): JsonnetRuntimeError {
    const places = [...this.#frames, this.current].filter((place) => place !== nowhere).reverse()
    const lines = places.length <= maxTraceLines ? places.map(formatPlace) : cropped(places)
    return new JsonnetRuntimeError(reason, lines)
  }

  /** Begin a frame, and say how many there are. @throws {JsonnetRuntimeError} when there are too many */
  enter(canTrim = false): number {
    this.step()
    if (this.#frames.length >= this.limits.maxStack) throw this.error('max stack frames exceeded.')
    this.#frames.push(this.current)
    this.#canTrim.push(canTrim)
    return this.#frames.length
  }

  /** End a frame, unless a call at its end took its place. */
  leave(depth: number): void {
    if (this.#frames.length !== depth) return
    this.#canTrim.pop()
    this.current = this.#frames.pop() as Place
  }

  /** Whether the frame was one that makes room for the call at its end; then it is gone. */
  trim(): boolean {
    if (this.#canTrim.at(-1) !== true) return false
    this.#frames.pop()
    this.#canTrim.pop()
    return true
  }

  /** The value of a thunk, computed once. */
  force(thunk: Thunk): Value {
    if (thunk.value !== undefined) return thunk.value
    const depth = this.enter()
    const value = (thunk.code as NonNullable<Thunk['code']>)(thunk.scope as NonNullable<Thunk['scope']>, 0)
    this.leave(depth)
    thunk.value = value
    thunk.code = undefined
    thunk.scope = undefined
    return value
  }

  /** Call a function, and whatever it calls at its end. */
  call(first: FunctionValue, arguments_: Arguments): Value {
    const caller = this.current
    let target = first
    let supplied = arguments_
    for (;;) {
      this.#checkArguments(target, supplied)
      if (target.native !== undefined) {
        this.step()
        const value = target.native(inOrder(target, supplied))
        this.current = caller
        return value
      }
      const scope = (target.bind as NonNullable<FunctionValue['bind']>)(supplied)
      if (supplied.isTailStrict) for (const slot of scope.slots) this.force(slot)
      const depth = this.enter(supplied.isTailStrict)
      const value = (target.body as NonNullable<FunctionValue['body']>)(scope, supplied.isTailStrict ? 2 : 0)
      const { tail } = this
      if (tail === undefined) {
        this.leave(depth)
        this.current = caller
        return value
      }
      this.tail = undefined
      target = tail.target
      supplied = tail.supplied
    }
  }

  /** Call with values in order. */
  apply(target: FunctionValue, ...positional: readonly Thunk[]): Value {
    return this.call(target, { positional, named: [], isTailStrict: false })
  }

  #checkArguments({ parameters }: FunctionValue, { positional, named }: Arguments): void {
    if (positional.length > parameters.length) throw this.error(`function expected ${parameters.length} positional argument(s), but got ${positional.length}`)
    if (named.length === 0) {
      for (let at = positional.length; at < parameters.length; at++) {
        const { name, isOptional } = parameters[at] as (typeof parameters)[number]
        if (!isOptional && !isNamedBefore(parameters, positional.length, name)) throw this.error(`Missing argument: ${name}`)
      }
      return
    }
    const received = new Set(parameters.slice(0, positional.length).map(({ name }) => name))
    for (const { name } of named) {
      if (received.has(name)) throw this.error(`Argument ${name} already provided`)
      if (!parameters.some((parameter) => parameter.name === name)) throw this.error(`function has no parameter ${name}`)
      received.add(name)
    }
    const missing = parameters.find(({ name, isOptional }) => !isOptional && !received.has(name))
    if (missing !== undefined) throw this.error(`Missing argument: ${missing.name}`)
  }
}

/** `function(x, x)` is allowed, and one argument is enough for both. */
function isNamedBefore(parameters: FunctionValue['parameters'], count: number, name: string): boolean {
  for (let at = 0; at < count; at++) if (parameters[at]?.name === name) return true
  return false
}

function inOrder({ parameters }: FunctionValue, { positional, named }: Arguments): readonly (Thunk | undefined)[] {
  if (named.length === 0) return positional
  return parameters.map(({ name }, index) => positional[index] ?? named.find((argument) => argument.name === name)?.value)
}

function formatPlace({ span, words, part, context }: Place): string {
  const shown = typeof part === 'string' ? `Field ${quoted(part)}` : part === undefined ? (words ?? '') : `Array element ${part}`
  return `\t${span === undefined ? shown : formatSpan(span)}\t${context ?? ''}`
}

function cropped(places: readonly Place[]): string[] {
  const half = maxTraceLines / 2
  return [...places.slice(0, half).map(formatPlace), '\t...', ...places.slice(-half).map(formatPlace)]
}
