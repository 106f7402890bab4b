// Values of Lua: nil is undefined, numbers are doubles, texts are strings of bytes (one character a byte), as the reference manual has them (§2.2).

/** Anything a script can hold. */
export type LuaValue = undefined | boolean | number | string | LuaTable | LuaFunction

/** A function: arguments in, results out. */
export interface LuaFunction {
  (args: readonly LuaValue[]): readonly LuaValue[]
}

/** What `error` throws, with the value that was given to it. */
export class LuaError extends Error {
  readonly value: LuaValue
  constructor(value: LuaValue) {
    super(typeof value === 'string' ? fromBytes(value) : `(error object is a ${typeName(value)} value)`)
    this.value = value
  }
}

/** A script that takes too long or too much. No script can catch it. */
export class LuaLimitError extends Error {}

/** A table: a list from 1 on, and a map for everything else. */
export class LuaTable {
  readonly #list: LuaValue[] = []
  readonly #map = new Map<LuaValue, LuaValue>()
  metatable: LuaTable | undefined

  get(key: LuaValue): LuaValue {
    if (typeof key === 'number' && key >= 1 && key <= this.#list.length && Number.isInteger(key)) return this.#list[key - 1]
    return this.#map.get(key)
  }

  set(key: LuaValue, value: LuaValue): void {
    if (typeof key === 'number' && Number.isInteger(key) && key >= 1) {
      const { length } = this.#list
      if (key <= length) {
        this.#list[key - 1] = value
        if (key === length && value === undefined) this.#shrink()
        return
      }
      if (key === length + 1) {
        if (value === undefined) return
        this.#list.push(value)
        this.#map.delete(key)
        this.#grow()
        return
      }
    }
    if (value === undefined) this.#map.delete(key)
    else this.#map.set(key, value)
  }

  #shrink(): void {
    while (this.#list.length > 0 && this.#list.at(-1) === undefined) this.#list.pop()
  }

  #grow(): void {
    for (let next = this.#list.length + 1; this.#map.has(next); next++) {
      this.#list.push(this.#map.get(next))
      this.#map.delete(next)
    }
  }

  get length(): number {
    return this.#list.length
  }

  /** How many entries there are; of holes none. */
  get size(): number {
    return this.#map.size + this.#list.reduce<number>((count, value) => count + (value === undefined ? 0 : 1), 0)
  }

  /** Entries in order: the list, then the rest as it was put in. */
  *entries(): Generator<readonly [LuaValue, LuaValue]> {
    for (let index = 0; index < this.#list.length; index++) if (this.#list[index] !== undefined) yield [index + 1, this.#list[index]]
    for (const entry of this.#map) yield entry
  }

  insert(position: number, value: LuaValue): void {
    this.#list.splice(position - 1, 0, value)
    this.#grow()
  }

  remove(position: number): LuaValue {
    const [removed] = this.#list.splice(position - 1, 1)
    this.#shrink()
    return removed
  }

  sort(compare: (a: LuaValue, b: LuaValue) => number): void {
    this.#list.sort(compare)
  }
}

export function typeName(value: LuaValue): string {
  if (value === undefined) return 'nil'
  if (value instanceof LuaTable) return 'table'
  return typeof value === 'function' ? 'function' : typeof value
}

/** Text as bytes, which is what Lua's texts are made of. */
export function toBytes(text: string): string {
  let isPlain = true
  for (let index = 0; index < text.length && isPlain; index++) isPlain = text.charCodeAt(index) < 0x80
  if (isPlain) return text
  return [...new TextEncoder().encode(text)].map((byte) => String.fromCharCode(byte)).join('')
}

/** Bytes as text. */
export function fromBytes(bytes: string): string {
  return new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)))
}

/** A number as it is printed: whole ones without a point, others as short as they read back, in Go's notation. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value).toString()
  const exponent = Math.floor(Math.log10(Math.abs(value)))
  if (exponent >= -5 && exponent < 21 && Math.abs(value) >= 1e-4) return String(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}

/** A text as the number it is, or undefined. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim()
  if (/^[-+]?0[xX][\da-fA-F]+$/.test(trimmed)) return Number.parseInt(trimmed, 16)
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(trimmed) ? Number(trimmed) : undefined
}

/** JSON as values of Lua; null is nil. */
export function fromJson(json: unknown): LuaValue {
  if (json === null || json === undefined) return undefined
  if (typeof json === 'string') return toBytes(json)
  if (typeof json === 'number' || typeof json === 'boolean') return json
  if (typeof json === 'bigint') return Number(json)
  const table = new LuaTable()
  if (Array.isArray(json)) for (const [index, item] of json.entries()) table.set(index + 1, fromJson(item))
  else for (const [key, value] of Object.entries(json as object)) table.set(toBytes(key), fromJson(value))
  return table
}

const maxDepth = 200

/** A value as JSON. A table with a first element is a list, an empty one too. @throws {LuaError} for what JSON has no form for */
export function toJson(value: LuaValue, depth = 0): unknown {
  if (depth > maxDepth) throw new LuaError('cannot encode recursively nested tables to JSON')
  if (value === undefined) return null
  if (typeof value === 'string') return fromBytes(value)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (!(value instanceof LuaTable)) throw new LuaError(`cannot encode ${typeName(value)} to JSON`)
  if (value.length > 0 || value.size === 0) {
    if (value.size !== value.length) throw new LuaError('cannot encode mixed or invalid key types')
    return Array.from(value.entries(), ([, item]) => toJson(item, depth + 1))
  }
  const object: Record<string, unknown> = {}
  for (const [key, item] of value.entries()) {
    if (typeof key !== 'string') throw new LuaError('cannot encode mixed or invalid key types')
    Object.defineProperty(object, fromBytes(key), { value: toJson(item, depth + 1), enumerable: true, configurable: true, writable: true })
  }
  return object
}
