// What goes through a program: values with their paths, and the names that are known around them.
import type { Node } from './parser.ts'
import type { PathStep } from './values.ts'

export type Path = readonly PathStep[] | undefined

/** A value on its way. */
export interface Item {
  readonly value: unknown
  /** Where it was found; undefined where it was made. */
  readonly path: Path
}

/** A function of a program, or an argument of one. */
export interface Closure {
  readonly parameters: readonly string[]
  readonly body: Node
  readonly scope: Scope
}

/** Names that are known at a place. */
export interface Scope {
  readonly parent: Scope | undefined
  readonly variables: ReadonlyMap<string, unknown>
  readonly functions: ReadonlyMap<string, Closure>
}

/** What builtin functions ask of the run that calls them. */
export interface Evaluator {
  step(): void
  evaluate(node: Node, item: Item, scope: Scope): Generator<Item>
  /** Values alone. */
  values(node: Node, value: unknown, scope: Scope): Generator<unknown>
  /** Paths, and what is there. @throws {JqError} when something has none */
  paths(node: Node, value: unknown, scope: Scope): Generator<{ readonly path: readonly PathStep[]; readonly value: unknown }>
  recurse(item: Item): Generator<Item>
}

export function made(value: unknown): Item {
  return { value, path: undefined }
}

export function extended(path: Path, step: PathStep): Path {
  return path === undefined ? undefined : [...path, step]
}
