// What a script may use before it is stopped.
import { LuaLimitError } from './values.ts'

/** Bounds of a run. */
export interface LuaLimits {
  /** Statements, calls and turns of loops. */
  readonly maxSteps: number
  readonly maxMs: number
  /** Characters that texts may have, in all. */
  readonly maxCharacters: number
  /** Calls inside each other. */
  readonly maxDepth: number
}

export const defaultLimits: LuaLimits = { maxSteps: 10_000_000, maxMs: 1000, maxCharacters: 64 * 1024 * 1024, maxDepth: 180 }

const stepsPerLook = 4096

/** Counts what a run uses. */
export class Budget {
  readonly #limits: LuaLimits
  readonly #deadline: number
  #steps = 0
  #characters = 0
  #depth = 0

  constructor(limits: LuaLimits) {
    this.#limits = limits
    this.#deadline = performance.now() + limits.maxMs
  }

  /** @throws {LuaLimitError} */
  step(count = 1): void {
    const before = this.#steps
    this.#steps += count
    if (this.#steps > this.#limits.maxSteps) throw new LuaLimitError(`the script takes more than ${this.#limits.maxSteps} steps`)
    if (Math.floor(before / stepsPerLook) !== Math.floor(this.#steps / stepsPerLook) && performance.now() > this.#deadline)
      throw new LuaLimitError(`the script takes longer than ${this.#limits.maxMs} ms`)
  }

  /** @throws {LuaLimitError} */
  text(length: number): void {
    this.#characters += length
    if (this.#characters > this.#limits.maxCharacters) throw new LuaLimitError(`the script makes texts of more than ${this.#limits.maxCharacters} characters`)
  }

  /** @throws {LuaLimitError} */
  enter(): void {
    if (++this.#depth > this.#limits.maxDepth) throw new LuaLimitError('stack overflow')
  }

  leave(): void {
    this.#depth--
  }
}
