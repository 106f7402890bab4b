// What operators do, with metatables (reference manual §2.5 and §2.8).
import type { Budget } from './budget.ts'
import { formatNumber, LuaError, LuaTable, parseNumber, typeName } from './values.ts'
import type { LuaFunction, LuaValue } from './values.ts'

const maxChain = 100

export function isTrue(value: LuaValue): boolean {
  return value !== undefined && value !== false
}

function handlerOf(value: LuaValue, event: string): LuaValue {
  return value instanceof LuaTable ? value.metatable?.get(event) : undefined
}

/** Methods of texts, where the library for them is open. */
export interface Operations {
  index(object: LuaValue, key: LuaValue): LuaValue
  assign(object: LuaValue, key: LuaValue, value: LuaValue): void
  call(callee: LuaValue, args: readonly LuaValue[], what?: string): readonly LuaValue[]
  arithmetic(operator: string, left: LuaValue, right: LuaValue): LuaValue
  concat(left: LuaValue, right: LuaValue): LuaValue
  isEqual(left: LuaValue, right: LuaValue): boolean
  isLess(left: LuaValue, right: LuaValue): boolean
  isLessOrEqual(left: LuaValue, right: LuaValue): boolean
  negate(value: LuaValue): LuaValue
  length(value: LuaValue): LuaValue
  readonly show: (value: LuaValue) => string
  /** Members that all texts have. */
  strings: LuaTable | undefined
}

export function createOperations(budget: Budget): Operations {
  const operations: Operations = { index, assign, call, arithmetic, concat, isEqual, isLess, isLessOrEqual, negate, length, show, strings: undefined }
  return operations

  function index(object: LuaValue, key: LuaValue): LuaValue {
    let current = object
    for (let depth = 0; depth < maxChain; depth++) {
      if (current instanceof LuaTable) {
        const found = current.get(key)
        if (found !== undefined) return found
        const handler = current.metatable?.get('__index')
        if (handler === undefined) return undefined
        if (typeof handler === 'function') return handler([current, key])[0]
        current = handler
      } else if (typeof current === 'string' && operations.strings !== undefined) return operations.strings.get(key)
      else throw new LuaError(`attempt to index a non-table object(${typeName(current)}) with key '${show(key)}'`)
    }
    throw new LuaError('loop in gettable')
  }

  function assign(object: LuaValue, key: LuaValue, value: LuaValue): void {
    let current = object
    for (let depth = 0; depth < maxChain; depth++) {
      if (!(current instanceof LuaTable)) throw new LuaError(`attempt to index a non-table object(${typeName(current)}) with key '${show(key)}'`)
      const handler = current.get(key) === undefined ? current.metatable?.get('__newindex') : undefined
      if (handler === undefined) {
        if (key === undefined) throw new LuaError('table index is nil')
        if (typeof key === 'number' && Number.isNaN(key)) throw new LuaError('table index is NaN')
        current.set(key, value)
        return
      }
      if (typeof handler === 'function') {
        handler([current, key, value])
        return
      }
      current = handler
    }
    throw new LuaError('loop in settable')
  }

  function call(callee: LuaValue, args: readonly LuaValue[], what = ''): readonly LuaValue[] {
    if (typeof callee === 'function') return callee(args)
    const handler = handlerOf(callee, '__call')
    if (typeof handler === 'function') return handler([callee, ...args])
    throw new LuaError(`attempt to call a non-function object${what === '' ? '' : ` (${what})`}`)
  }

  function numberOf(value: LuaValue): number | undefined {
    return typeof value === 'number' ? value : typeof value === 'string' ? parseNumber(value) : undefined
  }

  function viaHandler(event: string, left: LuaValue, right: LuaValue): readonly LuaValue[] | undefined {
    const handler = handlerOf(left, event) ?? handlerOf(right, event)
    return handler === undefined ? undefined : call(handler, [left, right])
  }

  function arithmetic(operator: string, left: LuaValue, right: LuaValue): LuaValue {
    const [a, b] = [numberOf(left), numberOf(right)]
    if (a === undefined || b === undefined) {
      const result = viaHandler(events[operator] ?? '', left, right)
      if (result !== undefined) return result[0]
      throw new LuaError(`cannot perform ${names[operator] ?? ''} operation between ${typeName(left)} and ${typeName(right)}`)
    }
    switch (operator) {
      case '+':
        return a + b
      case '-':
        return a - b
      case '*':
        return a * b
      case '/':
        return a / b
      case '%':
        return b === 0 ? Number.NaN : a - Math.floor(a / b) * b
      default:
        return a ** b
    }
  }

  function concat(left: LuaValue, right: LuaValue): LuaValue {
    const isText = (value: LuaValue): value is string | number => typeof value === 'string' || typeof value === 'number'
    if (!isText(left) || !isText(right)) {
      const result = viaHandler('__concat', left, right)
      if (result !== undefined) return result[0]
      throw new LuaError(`cannot perform concat operation between ${typeName(left)} and ${typeName(right)}`)
    }
    const text = show(left) + show(right)
    budget.text(text.length)
    return text
  }

  function isEqual(left: LuaValue, right: LuaValue): boolean {
    if (left === right) return true
    if (!(left instanceof LuaTable) || !(right instanceof LuaTable)) return false
    const handler = handlerOf(left, '__eq')
    return handler !== undefined && handler === handlerOf(right, '__eq') && isTrue(call(handler, [left, right])[0])
  }

  function compare(event: string, left: LuaValue, right: LuaValue, plain: (a: number | string, b: number | string) => boolean): boolean {
    if (typeof left === 'number' && typeof right === 'number') return plain(left, right)
    if (typeof left === 'string' && typeof right === 'string') return plain(left, right)
    const result = viaHandler(event, left, right)
    if (result !== undefined) return isTrue(result[0])
    throw new LuaError(`attempt to compare ${typeName(left)} with ${typeName(right)}`)
  }

  function isLess(left: LuaValue, right: LuaValue): boolean {
    return compare('__lt', left, right, (a, b) => a < b)
  }

  function isLessOrEqual(left: LuaValue, right: LuaValue): boolean {
    return compare('__le', left, right, (a, b) => a <= b)
  }

  function negate(value: LuaValue): LuaValue {
    const number = numberOf(value)
    if (number !== undefined) return -number
    const handler = handlerOf(value, '__unm')
    if (handler !== undefined) return call(handler, [value])[0]
    throw new LuaError('__unm undefined')
  }

  function length(value: LuaValue): LuaValue {
    if (typeof value === 'string' || value instanceof LuaTable) {
      const handler = handlerOf(value, '__len')
      return handler === undefined ? value.length : call(handler, [value])[0]
    }
    throw new LuaError('__len undefined')
  }

  function show(value: LuaValue): string {
    const handler = handlerOf(value, '__tostring')
    if (handler !== undefined) {
      const [text] = call(handler, [value])
      if (typeof text !== 'string') throw new LuaError("'tostring' must return a string to 'print'")
      return text
    }
    if (typeof value === 'number') return formatNumber(value)
    if (typeof value === 'string') return value
    if (value === undefined) return 'nil'
    return typeof value === 'boolean' ? String(value) : `${typeName(value)}: 0x${identityOf(value)}`
  }
}

const events: Readonly<Record<string, string>> = { '+': '__add', '-': '__sub', '*': '__mul', '/': '__div', '%': '__mod', '^': '__pow' }
const names: Readonly<Record<string, string>> = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div', '%': 'mod', '^': 'pow' }

const identities = new WeakMap<LuaTable | LuaFunction, string>()
let nextIdentity = 0xc000000000

function identityOf(value: LuaTable | LuaFunction): string {
  const known = identities.get(value)
  if (known !== undefined) return known
  nextIdentity += 32
  const identity = nextIdentity.toString(16)
  identities.set(value, identity)
  return identity
}
