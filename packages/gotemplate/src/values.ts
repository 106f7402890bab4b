// Values as templates see them, and what Go calls their types.
import { GoInt } from './numbers.ts'

/** nil is undefined or null; lists are arrays; maps are plain objects, of which own members count alone. */
export type GoValue = unknown

export type GoMap = Record<string, unknown>

const typeMark: unique symbol = Symbol('type')
const methodsMark: unique symbol = Symbol('methods')

/** Methods of a map type by name. */
export type MethodLookup = (receiver: GoMap, name: string) => GoMethod | undefined

/** A list or map whose Go type is narrower than that of values from YAML, such as `[]string`. */
export function typed<T extends object>(value: T, type: string, methods?: MethodLookup): T {
  Object.defineProperty(value, typeMark, { value: type, enumerable: false, configurable: true })
  if (methods !== undefined) Object.defineProperty(value, methodsMark, { value: methods, enumerable: false, configurable: true })
  return value
}

/** A copy, under the type of what it was copied from. Methods and what is nil are not carried over. */
export function sameType<T extends object>(original: object, copy: T): T {
  const type = (original as { [typeMark]?: string })[typeMark]
  return type === undefined ? copy : typed(copy, type)
}

/** The method of a map whose type has some; it goes before a member of the same name. */
export function methodOf(value: GoMap, name: string): GoMethod | undefined {
  return (value as { [methodsMark]?: MethodLookup })[methodsMark]?.(value, name)
}

const orderedMark: unique symbol = Symbol('ordered')

/** The members of a struct: JSON has them in this order, not in that of their names. */
export function structMembers(members: GoMap): GoMap {
  Object.defineProperty(members, orderedMark, { value: true, enumerable: false })
  return members
}

export function isStructMembers(map: GoMap): boolean {
  return (map as { [orderedMark]?: boolean })[orderedMark] === true
}

const nilMark: unique symbol = Symbol('nil')

/** A list that Go has not made: empty, and null in JSON. */
export function nilList(type = '[]interface {}'): readonly GoValue[] {
  const list = typed<GoValue[]>([], type)
  Object.defineProperty(list, nilMark, { value: true, enumerable: false })
  return list
}

/** A map that Go has not made: empty, null in JSON, and nothing can be set in it. */
export function nilMap(): GoMap {
  const map: GoMap = {}
  Object.defineProperty(map, nilMark, { value: true, enumerable: false })
  return map
}

export function isNilMap(value: GoValue): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && (value as { [nilMark]?: boolean })[nilMark] === true
}

export function isNilList(value: GoValue): boolean {
  return Array.isArray(value) && value.length === 0 && (value as { [nilMark]?: boolean })[nilMark] === true
}

/** Types that parameters have. `value` is any, of which the function sees whether nil came as a member of something. */
export type ParameterType =
  | 'any'
  | 'value'
  | 'string'
  | 'int'
  | 'int64'
  | 'uint32'
  | 'float64'
  | 'bool'
  | 'map'
  | 'list'
  | '[]string'
  | 'time.Time'
  | 'sprig.certificate'

/** Whether Go knows members of the value as interfaces, and no more of their types. */
export function holdsInterfaces(value: GoValue): boolean {
  if (Array.isArray(value)) return typeName(value) === '[]interface {}'
  return isMap(value) && !typeName(value).endsWith(']string')
}

/** A method of a host object. */
export interface GoMethod {
  readonly min: number
  readonly max: number
  /** Types of its parameters, by position. Default: it takes anything, and looks itself. */
  readonly parameters?: readonly ParameterType[]
  call(args: readonly GoValue[]): GoValue
}

/** A value of the host with a Go type of its own: fields and methods by name. */
export abstract class HostObject {
  abstract readonly typeName: string
  /** `struct`, `map`, `slice`, `ptr`: what `kindOf` says. */
  readonly kindName: string = 'struct'
  /** The value of a field, or undefined when there is none of the name. */
  field(_name: string): { readonly value: GoValue } | undefined {
    return undefined
  }
  method(_name: string): GoMethod | undefined {
    return undefined
  }
  /** Of a map: what a key that is not there gives. */
  missing(): GoValue {
    return undefined
  }
  /** What `range`, `index`, `toYaml` and `len` see, where that is not the object itself. */
  plain(): GoValue {
    return this.text()
  }
  /** As `%v` prints it. */
  text(): string {
    return `{${this.typeName}}`
  }
  /** As a template prints it, which looks behind pointers. */
  printed(): string {
    return this.text().replace(/^&(?=\{)/, '')
  }
}

export function isNil(value: GoValue): value is undefined | null {
  return value === undefined || value === null
}

export function isMap(value: GoValue): value is GoMap {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

export function isList(value: GoValue): value is readonly GoValue[] {
  return Array.isArray(value)
}

/** An empty map. */
export function newMap(): GoMap {
  return {}
}

/** Set a member without ever reaching a prototype. */
export function setMember(map: GoMap, key: string, value: GoValue): void {
  if (key === '__proto__') Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true })
  else map[key] = value
}

export function memberOf(map: GoMap, key: string): GoValue {
  return Object.hasOwn(map, key) ? map[key] : undefined
}

/** Keys in the order in which Go prints and ranges over maps: by bytes. */
export function sortedKeys(map: GoMap): string[] {
  return Object.keys(map).sort(compareBytes)
}

/** Order of UTF-8 bytes, which is that of code points. */
export function compareBytes(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)]
    if (x === y) continue
    // Surrogates stand for code points above all others.
    const [high, other] = [x >= 0xd800 && x < 0xe000, y >= 0xd800 && y < 0xe000]
    return high === other ? x - y : high ? 1 : -1
  }
  return a.length - b.length
}

/** Go's truth: neither zero nor empty. */
export function isTrue(value: GoValue): boolean {
  if (value === undefined || value === null) return false
  switch (typeof value) {
    case 'boolean':
      return value
    case 'string':
      return value !== ''
    case 'number':
      return value !== 0
    case 'object':
      if (Array.isArray(value)) return value.length > 0
      if (value instanceof GoInt) return value.value !== 0n
      if (value instanceof Uint8Array) return value.length > 0
      if (isMap(value)) return hasMembers(value)
      if (value instanceof HostObject) {
        const plain = value.plain()
        return isMap(plain) || isList(plain) ? isTrue(plain) : true
      }
      return true
    default:
      return true
  }
}

function hasMembers(map: GoMap): boolean {
  for (const _key in map) return true
  return Object.keys(map).length > 0
}

/** The type as `%T` prints it. */
export function typeName(value: GoValue): string {
  if (value === undefined || value === null) return '<nil>'
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'string':
      return 'string'
    case 'number':
      return 'float64'
    case 'function':
      return 'func()'
    default:
  }
  if (value instanceof GoInt) return value.kind
  if (value instanceof HostObject) return value.typeName
  if (value instanceof Uint8Array) return '[]uint8'
  const mark = (value as { [typeMark]?: string })[typeMark]
  if (mark !== undefined) return mark
  return Array.isArray(value) ? '[]interface {}' : 'map[string]interface {}'
}

/** What `kindOf` says. */
export function kindName(value: GoValue): string {
  if (value === undefined || value === null) return 'invalid'
  if (value instanceof HostObject) return value.kindName
  if (Array.isArray(value) || value instanceof Uint8Array) return 'slice'
  if (isMap(value)) return 'map'
  return typeof value === 'function' ? 'func' : typeName(value)
}
