// Variables while a program is compiled: each is found once, as a number of scopes outwards and a place in one.

/** Where a variable is. */
export interface Location {
  readonly hops: number
  readonly index: number
}

/** The names of one scope. */
export class Names {
  readonly #names: ReadonlyMap<string, number>
  readonly #outer: Names | undefined
  /** Whether `self` means something here. */
  readonly isInObject: boolean

  constructor(names: readonly string[], outer: Names | undefined, isInObject: boolean) {
    this.#names = new Map(names.map((name, index) => [name, index]))
    this.#outer = outer
    this.isInObject = isInObject
  }

  /** A scope inside this one. */
  within(names: readonly string[], isInObject: boolean = this.isInObject): Names {
    return new Names(names, this, isInObject)
  }

  locate(name: string, hops = 0): Location | undefined {
    const index = this.#names.get(name)
    return index === undefined ? this.#outer?.locate(name, hops + 1) : { hops, index }
  }
}
