// JSON values as jq sees them: their order, arithmetic and paths. See https://jqlang.org/manual/.

/** What a program throws, with the value that was given to `error`. */
export class JqError extends Error {
  readonly value: unknown
  constructor(value: unknown) {
    super(typeof value === 'string' ? value : `${JSON.stringify(value)} (not a string)`)
    this.value = value
  }
}

/** A program that takes too long. No program can catch it. */
export class JqLimitError extends Error {}

export type JsonMap = Readonly<Record<string, unknown>>
/** A step of a path: a key, an index, or a slice. */
export type PathStep = string | number | { readonly start: number | null; readonly end: number | null }

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function typeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'object' ? 'object' : typeof value
}

export function isTrue(value: unknown): boolean {
  return value !== null && value !== undefined && value !== false
}

/** A value as it stands in messages: cut where it is long. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value)
  return text.length > 30 ? `${text.slice(0, 27)}...` : text
}

const ranks = ['null', 'false', 'true', 'number', 'string', 'array', 'object']
const rankOf = (value: unknown): number => ranks.indexOf(typeof value === 'boolean' ? String(value) : typeOf(value))
const compareTexts = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export function sortedKeys(map: JsonMap): string[] {
  return Object.keys(map).sort(compareTexts)
}

/** The order of all values. */
export function compare(a: unknown, b: unknown): number {
  const rank = rankOf(a) - rankOf(b)
  if (rank !== 0) return rank
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let index = 0; index < Math.min(a.length, b.length); index++) {
      const order = compare(a[index], b[index])
      if (order !== 0) return order
    }
    return a.length - b.length
  }
  if (!isMap(a) || !isMap(b)) return 0
  const [left, right] = [sortedKeys(a), sortedKeys(b)]
  const keys = compare(left, right)
  if (keys !== 0) return keys
  for (const key of left) {
    const order = compare(a[key], b[key])
    if (order !== 0) return order
  }
  return 0
}

/** A map with a member more, whatever its name. */
export function withMember(map: JsonMap, key: string, value: unknown): JsonMap {
  const copy: Record<string, unknown> = { ...map }
  Object.defineProperty(copy, key, { value, enumerable: true, configurable: true, writable: true })
  return copy
}

export function mapOf(entries: Iterable<readonly [string, unknown]>): JsonMap {
  const map: Record<string, unknown> = {}
  for (const [key, value] of entries) Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
  return map
}

export function memberOf(map: JsonMap, key: string): unknown {
  return Object.hasOwn(map, key) ? map[key] : null
}

/** @throws {JqError} */
export function indexInto(value: unknown, key: unknown): unknown {
  if (value === null || value === undefined) {
    if (typeof key === 'string' || typeof key === 'number' || key === null || isMap(key)) return null
  }
  if (isMap(value) && typeof key === 'string') return memberOf(value, key)
  if (Array.isArray(value) && typeof key === 'number') {
    const index = Math.floor(key)
    return (index < 0 ? value[value.length + index] : value[index]) ?? null
  }
  if (Array.isArray(value) && Array.isArray(key)) return indicesOf(value, key)
  if (isMap(key) && (Array.isArray(value) || typeof value === 'string')) return sliceOf(value, key['start'], key['end'])
  if (typeof key === 'string') throw new JqError(`expected an object but got: ${typeOf(value)} (${shown(value)})`)
  throw new JqError(`cannot index ${typeOf(value)} with ${typeOf(key)}`)
}

export function indicesOf(value: unknown, part: unknown): unknown {
  if (value === null) return null
  if (typeof value === 'string' && typeof part === 'string') {
    const found: number[] = []
    if (part === '') return null
    for (let at = value.indexOf(part); at >= 0; at = value.indexOf(part, at + 1)) found.push(Array.from(value.slice(0, at)).length)
    return found
  }
  if (!Array.isArray(value)) throw new JqError(`indices cannot be applied to: ${typeOf(value)} (${shown(value)})`)
  const parts = Array.isArray(part) ? part : [part]
  if (parts.length === 0) return null
  return value.flatMap((_, index) =>
    parts.every((item, offset) => index + offset < value.length && compare(value[index + offset], item) === 0) ? [index] : [],
  )
}

export function sliceBounds(length: number, start: unknown, end: unknown): [number, number] {
  const at = (position: unknown, otherwise: number, round: (value: number) => number): number => {
    if (position === null || position === undefined) return otherwise
    if (typeof position !== 'number') throw new JqError('Start and end indices of an array slice must be numbers')
    const whole = round(position)
    return Math.min(length, Math.max(0, whole < 0 ? length + whole : whole))
  }
  const from = at(start, 0, Math.floor)
  return [from, Math.max(from, at(end, length, Math.ceil))]
}

export function sliceOf(value: unknown, start: unknown, end: unknown): unknown {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') {
    const characters = Array.from(value)
    return characters.slice(...sliceBounds(characters.length, start, end)).join('')
  }
  if (Array.isArray(value)) return value.slice(...sliceBounds(value.length, start, end))
  throw new JqError(`cannot index ${typeOf(value)} with object`)
}

export function getPath(value: unknown, path: readonly PathStep[]): unknown {
  return path.reduce<unknown>((inner, step) => (inner === null || inner === undefined ? null : indexInto(inner, step)), value)
}

const maxIndex = 100_000

/** The value with something else at a path. @throws {JqError} */
export function setPath(value: unknown, path: readonly PathStep[], next: (old: unknown) => unknown, from = 0): unknown {
  if (from === path.length) return next(value)
  const step = path[from] as PathStep
  if (typeof step === 'string') {
    if (value !== null && value !== undefined && !isMap(value)) throw new JqError(`expected an object but got: ${typeOf(value)} (${shown(value)})`)
    const map = value ?? {}
    return withMember(map as JsonMap, step, setPath(memberOf(map as JsonMap, step), path, next, from + 1))
  }
  if (value !== null && value !== undefined && !Array.isArray(value)) throw new JqError(`expected an array but got: ${typeOf(value)} (${shown(value)})`)
  const list = [...((value ?? []) as unknown[])]
  if (typeof step === 'number') {
    const index = Math.floor(step) < 0 ? list.length + Math.floor(step) : Math.floor(step)
    if (index < 0) throw new JqError('Out of bounds negative array index')
    if (index > maxIndex) throw new JqError(`array index too large: ${index}`)
    while (list.length < index) list.push(null)
    list[index] = setPath(list[index] ?? null, path, next, from + 1)
    return list
  }
  const [start, end] = sliceBounds(list.length, step.start, step.end)
  const part = setPath(list.slice(start, end), path, next, from + 1)
  if (!Array.isArray(part)) throw new JqError('A slice of an array can only be assigned another array')
  return [...list.slice(0, start), ...(part as unknown[]), ...list.slice(end)]
}

/** The value without what is at the paths. */
export function deletePaths(value: unknown, paths: readonly (readonly PathStep[])[]): unknown {
  const sorted = paths.toSorted((a, b) => compare(b, a))
  return sorted.reduce<unknown>((result, path) => deletePath(result, path, 0), value)
}

function deletePath(value: unknown, path: readonly PathStep[], from: number): unknown {
  if (from === path.length) return null
  if (value === null || value === undefined) return null
  const step = path[from] as PathStep
  const isLast = from === path.length - 1
  if (typeof step === 'string') {
    if (!isMap(value)) throw new JqError(`expected an object but got: ${typeOf(value)} (${shown(value)})`)
    if (!Object.hasOwn(value, step)) return value
    if (!isLast) return withMember(value, step, deletePath(value[step], path, from + 1))
    return mapOf(Object.entries(value).filter(([key]) => key !== step))
  }
  if (!Array.isArray(value)) throw new JqError(`expected an array but got: ${typeOf(value)} (${shown(value)})`)
  if (typeof step === 'number') {
    const index = Math.floor(step) < 0 ? value.length + Math.floor(step) : Math.floor(step)
    if (index < 0 || index >= value.length) return value
    return isLast ? value.toSpliced(index, 1) : value.with(index, deletePath(value[index], path, from + 1))
  }
  const [start, end] = sliceBounds(value.length, step.start, step.end)
  if (isLast) return value.toSpliced(start, end - start)
  const part = deletePath(value.slice(start, end), path, from + 1)
  return [...value.slice(0, start), ...((part ?? []) as unknown[]), ...value.slice(end)]
}

/** @throws {JqError} */
export function arithmetic(operator: string, a: unknown, b: unknown): unknown {
  if (operator === '+') return plus(a, b)
  if (typeof a === 'number' && typeof b === 'number') {
    switch (operator) {
      case '-':
        return a - b
      case '*':
        return a * b
      case '/':
        if (b === 0) throw new JqError(`cannot divide ${typeOf(a)} (${shown(a)}) by: ${typeOf(b)} (${shown(b)})`)
        return a / b
      default:
        if (Math.trunc(b) === 0) throw new JqError(`cannot modulo ${typeOf(a)} (${shown(a)}) by: ${typeOf(b)} (${shown(b)})`)
        return Math.trunc(a) % Math.abs(Math.trunc(b))
    }
  }
  if (operator === '-' && Array.isArray(a) && Array.isArray(b)) return a.filter((item) => !b.some((other) => compare(item, other) === 0))
  if (operator === '*' && isMap(a) && isMap(b)) return mergedDeep(a, b)
  if (operator === '*') {
    const [text, count] = typeof a === 'string' ? [a, b] : [b, a]
    if (typeof text === 'string' && typeof count === 'number') return count <= 0 ? null : repeated(text, Math.max(1, Math.floor(count)))
  }
  if (operator === '/' && typeof a === 'string' && typeof b === 'string') return a === '' ? [] : a.split(b)
  const verbs: Readonly<Record<string, string>> = { '-': 'subtract', '*': 'multiply', '/': 'divide', '%': 'modulo' }
  throw new JqError(`cannot ${verbs[operator] ?? ''}: ${typeOf(a)} (${shown(a)}) and ${typeOf(b)} (${shown(b)})`)
}

const maxText = 16 * 1024 * 1024

function repeated(text: string, count: number): string {
  if (text.length * count > maxText) throw new JqLimitError(`the program makes a text of more than ${maxText} characters`)
  return text.repeat(count)
}

function plus(a: unknown, b: unknown): unknown {
  if (a === null) return b
  if (b === null) return a
  if (typeof a === 'number' && typeof b === 'number') return a + b
  if (typeof a === 'string' && typeof b === 'string') {
    if (a.length + b.length > maxText) throw new JqLimitError(`the program makes a text of more than ${maxText} characters`)
    return a + b
  }
  if (Array.isArray(a) && Array.isArray(b)) return [...(a as unknown[]), ...(b as unknown[])]
  if (isMap(a) && isMap(b)) return mapOf([...Object.entries(a), ...Object.entries(b)])
  throw new JqError(`cannot add: ${typeOf(a)} (${shown(a)}) and ${typeOf(b)} (${shown(b)})`)
}

function mergedDeep(a: JsonMap, b: JsonMap): JsonMap {
  return mapOf([
    ...Object.entries(a),
    ...Object.entries(b).map(([key, value]): [string, unknown] => {
      const old = memberOf(a, key)
      return [key, isMap(old) && isMap(value) ? mergedDeep(old, value) : value]
    }),
  ])
}
