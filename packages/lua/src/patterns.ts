// Patterns of Lua (reference manual §5.4.1). Backtracking is counted as steps.
import type { Budget } from './budget.ts'
import { LuaError } from './values.ts'

/** A capture: a piece of the subject, or a position in it. */
type Capture = { readonly start: number; readonly end: number } | { readonly position: number }

/** Where a pattern matched. */
export interface PatternMatch {
  readonly start: number
  readonly end: number
  /** Texts, and positions for `()`. */
  readonly captures: readonly (string | number)[]
}

const maxCaptures = 32
const maxRecursion = 200

const classes: Readonly<Record<string, (code: number) => boolean>> = {
  a: (code) => (code >= 65 && code <= 90) || (code >= 97 && code <= 122),
  c: (code) => code < 32 || code === 127,
  d: (code) => code >= 48 && code <= 57,
  l: (code) => code >= 97 && code <= 122,
  p: (code) => (code >= 33 && code <= 47) || (code >= 58 && code <= 64) || (code >= 91 && code <= 96) || (code >= 123 && code <= 126),
  s: (code) => code === 32 || (code >= 9 && code <= 13),
  u: (code) => code >= 65 && code <= 90,
  w: (code) => (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122),
  x: (code) => (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102),
  z: (code) => code === 0,
}

/** The first match from a position on, or undefined. @throws {LuaError} for a malformed pattern */
export function matchPattern(subject: string, pattern: string, from: number, budget: Budget): PatternMatch | undefined {
  const isAnchored = pattern.startsWith('^')
  for (let start = from; start <= subject.length; start++) {
    const matcher = new Matcher(subject, pattern, budget)
    const end = matcher.match(start, isAnchored ? 1 : 0)
    if (end !== undefined) return { start, end, captures: matcher.texts() }
    if (isAnchored) return undefined
  }
  return undefined
}

class Matcher {
  readonly #subject: string
  readonly #pattern: string
  readonly #budget: Budget
  #captures: Capture[] = []
  #open: number[] = []
  #depth = 0

  constructor(subject: string, pattern: string, budget: Budget) {
    this.#subject = subject
    this.#pattern = pattern
    this.#budget = budget
  }

  texts(): (string | number)[] {
    return this.#captures.map((capture) => ('position' in capture ? capture.position : this.#subject.slice(capture.start, capture.end)))
  }

  match(at: number, in_: number): number | undefined {
    this.#budget.step()
    if (++this.#depth > maxRecursion) throw new LuaError('pattern too complex')
    try {
      return this.#matchHere(at, in_)
    } finally {
      this.#depth--
    }
  }

  #matchHere(at: number, in_: number): number | undefined {
    const pattern = this.#pattern
    if (in_ >= pattern.length) return at
    const character = pattern.charAt(in_)
    if (character === '(') return pattern.charAt(in_ + 1) === ')' ? this.#position(at, in_) : this.#openCapture(at, in_)
    if (character === ')') return this.#closeCapture(at, in_)
    if (character === '$' && in_ === pattern.length - 1) return at === this.#subject.length ? at : undefined
    if (character === '%' && pattern.charAt(in_ + 1) === 'b') return this.#balanced(at, in_)
    if (character === '%' && /\d/.test(pattern.charAt(in_ + 1))) return this.#back(at, in_)
    const end = this.#itemEnd(in_)
    switch (pattern.charAt(end)) {
      case '?': {
        if (this.#isOne(at, in_, end)) {
          const found = this.#attempt(at + 1, end + 1)
          if (found !== undefined) return found
        }
        return this.match(at, end + 1)
      }
      case '*':
        return this.#most(at, in_, end, 0)
      case '+':
        return this.#most(at, in_, end, 1)
      case '-':
        return this.#least(at, in_, end)
      default:
        return this.#isOne(at, in_, end) ? this.#next(at + 1, end) : undefined
    }
  }

  /** Plain characters in a row need no recursion of their own. */
  #next(at: number, in_: number): number | undefined {
    this.#depth--
    try {
      return this.match(at, in_)
    } finally {
      this.#depth++
    }
  }

  #attempt(at: number, in_: number): number | undefined {
    const [captures, open] = [[...this.#captures], [...this.#open]]
    const found = this.match(at, in_)
    if (found === undefined) [this.#captures, this.#open] = [captures, open]
    return found
  }

  #most(at: number, in_: number, end: number, least: number): number | undefined {
    let count = 0
    while (this.#isOne(at + count, in_, end)) {
      this.#budget.step()
      count++
    }
    for (; count >= least; count--) {
      const found = this.#attempt(at + count, end + 1)
      if (found !== undefined) return found
    }
    return undefined
  }

  #least(at: number, in_: number, end: number): number | undefined {
    for (let position = at; ; position++) {
      const found = this.#attempt(position, end + 1)
      if (found !== undefined) return found
      if (!this.#isOne(position, in_, end)) return undefined
    }
  }

  #position(at: number, in_: number): number | undefined {
    this.#captures.push({ position: at + 1 })
    return this.match(at, in_ + 2)
  }

  #openCapture(at: number, in_: number): number | undefined {
    if (this.#captures.length >= maxCaptures) throw new LuaError('too many captures')
    this.#open.push(this.#captures.length)
    this.#captures.push({ start: at, end: -1 })
    return this.match(at, in_ + 1)
  }

  #closeCapture(at: number, in_: number): number | undefined {
    const index = this.#open.pop()
    if (index === undefined) throw new LuaError('invalid pattern capture')
    const capture = this.#captures[index]
    if (capture !== undefined && 'start' in capture) this.#captures[index] = { start: capture.start, end: at }
    return this.match(at, in_ + 1)
  }

  #balanced(at: number, in_: number): number | undefined {
    const [opening, closing] = [this.#pattern.charAt(in_ + 2), this.#pattern.charAt(in_ + 3)]
    if (closing === '') throw new LuaError("missing arguments to '%b'")
    if (this.#subject.charAt(at) !== opening) return undefined
    let depth = 1
    for (let position = at + 1; position < this.#subject.length; position++) {
      this.#budget.step()
      const character = this.#subject.charAt(position)
      if (character === closing) {
        if (--depth === 0) return this.match(position + 1, in_ + 4)
      } else if (character === opening) depth++
    }
    return undefined
  }

  #back(at: number, in_: number): number | undefined {
    const capture = this.#captures[Number(this.#pattern.charAt(in_ + 1)) - 1]
    if (capture === undefined || 'position' in capture || capture.end < 0) throw new LuaError('invalid capture index')
    const text = this.#subject.slice(capture.start, capture.end)
    return this.#subject.startsWith(text, at) ? this.match(at + text.length, in_ + 2) : undefined
  }

  #itemEnd(in_: number): number {
    const pattern = this.#pattern
    const character = pattern.charAt(in_)
    if (character === '%') {
      if (in_ + 1 >= pattern.length) throw new LuaError("malformed pattern (ends with '%')")
      return in_ + 2
    }
    if (character !== '[') return in_ + 1
    let position = in_ + 1
    if (pattern.charAt(position) === '^') position++
    do {
      if (position >= pattern.length) throw new LuaError("malformed pattern (missing ']')")
      position += pattern.charAt(position) === '%' ? 2 : 1
    } while (pattern.charAt(position) !== ']' || position >= pattern.length)
    return position + 1
  }

  #isOne(at: number, in_: number, end: number): boolean {
    if (at >= this.#subject.length) return false
    const code = this.#subject.charCodeAt(at)
    const character = this.#pattern.charAt(in_)
    if (character === '.') return true
    if (character === '%') return isInClass(code, this.#pattern.charAt(in_ + 1))
    return character === '[' ? this.#isInSet(code, in_ + 1, end - 1) : this.#pattern.charCodeAt(in_) === code
  }

  #isInSet(code: number, from: number, to: number): boolean {
    const isNegated = this.#pattern.charAt(from) === '^'
    for (let position = isNegated ? from + 1 : from; position < to; position++) {
      const character = this.#pattern.charAt(position)
      if (character === '%') {
        position++
        if (isInClass(code, this.#pattern.charAt(position))) return !isNegated
      } else if (this.#pattern.charAt(position + 1) === '-' && position + 2 < to) {
        if (this.#pattern.charCodeAt(position) <= code && code <= this.#pattern.charCodeAt(position + 2)) return !isNegated
        position += 2
      } else if (this.#pattern.charCodeAt(position) === code) return !isNegated
    }
    return isNegated
  }
}

function isInClass(code: number, name: string): boolean {
  const test = classes[name.toLowerCase()]
  if (test === undefined) return name.charCodeAt(0) === code
  return name === name.toLowerCase() ? test(code) : !test(code)
}
