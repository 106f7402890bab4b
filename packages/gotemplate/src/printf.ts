// Reads the formats of `printf`. Follows go `fmt/print.go`.
import { formatted } from './format.ts'
import type { Spec } from './format.ts'
import { GoInt } from './numbers.ts'
import { typeName } from './values.ts'
import type { GoValue } from './values.ts'

const maxNumber = 1_000_000
const noFlags: Spec = { flags: '', width: undefined, precision: undefined }

/** `printf`. */
export function sprintf(format: string, args: readonly GoValue[]): string {
  return new Printer(format, args).print()
}

class Printer {
  readonly #format: string
  readonly #args: readonly GoValue[]
  #at = 0
  #next = 0
  #isReordered = false
  /** Whether an index that was asked for exists, and stands where it may stand. */
  #isGoodIndex = true
  #isBehindIndex = false
  #result = ''

  constructor(format: string, args: readonly GoValue[]) {
    this.#format = format
    this.#args = args
  }

  print(): string {
    for (;;) {
      const percent = this.#format.indexOf('%', this.#at)
      this.#result += this.#format.slice(this.#at, percent < 0 ? undefined : percent)
      if (percent < 0) break
      this.#at = percent + 1
      this.#directive()
    }
    if (!this.#isReordered && this.#next < this.#args.length) this.#result += `%!(EXTRA ${this.#args.slice(this.#next).map(typedText).join(', ')})`
    return this.#result
  }

  #directive(): void {
    this.#isGoodIndex = true
    this.#isBehindIndex = false
    let flags = ''
    while (this.#at < this.#format.length && '#0+- '.includes(this.#peek())) flags += this.#take()
    this.#index()
    let width: number | undefined
    if (this.#peek() === '*') {
      this.#at++
      width = this.#numberFromArguments()
      if (width === undefined) this.#result += '%!(BADWIDTH)'
      else if (width < 0) {
        width = -width
        flags += '-'
      }
    } else {
      width = this.#number()
      if (this.#isBehindIndex && width !== undefined) this.#isGoodIndex = false
    }
    const precision = this.#precision()
    if (!this.#isBehindIndex) this.#index()
    if (this.#at >= this.#format.length) {
      this.#result += '%!(NOVERB)'
      return
    }
    const verb = String.fromCodePoint(this.#format.codePointAt(this.#at) ?? 0)
    this.#at += verb.length
    if (verb === '%') this.#result += '%'
    else if (!this.#isGoodIndex) this.#result += `%!${verb}(BADINDEX)`
    else if (this.#next >= this.#args.length) this.#result += `%!${verb}(MISSING)`
    else this.#result += formatted(verb, this.#args[this.#next++], { flags, width, precision })
  }

  #precision(): number | undefined {
    if (this.#peek() !== '.') return undefined
    this.#at++
    if (this.#isBehindIndex) this.#isGoodIndex = false
    this.#index()
    if (this.#peek() !== '*') return this.#number() ?? 0
    this.#at++
    const precision = this.#numberFromArguments()
    if (precision === undefined || precision < 0) this.#result += '%!(BADPREC)'
    return precision === undefined || precision < 0 ? undefined : precision
  }

  #peek(): string {
    return this.#format.charAt(this.#at)
  }

  #take(): string {
    return this.#format.charAt(this.#at++)
  }

  /** Digits, if some stand here. A number that is too large swallows the rest of the format. */
  #number(): number | undefined {
    const digits = /^[0-9]+/.exec(this.#format.slice(this.#at))?.[0]
    if (digits === undefined) return undefined
    this.#at += digits.length
    if (Number(digits.slice(0, -1)) <= maxNumber) return Number(digits)
    this.#at = this.#format.length
    return undefined
  }

  /** `[3]`: which argument comes next. */
  #index(): void {
    this.#isBehindIndex = false
    if (this.#peek() !== '[') return
    this.#isReordered = true
    const end = this.#format.indexOf(']', this.#at + 1)
    if (end < 0) {
      this.#isGoodIndex = false
      this.#at++
      return
    }
    const text = this.#format.slice(this.#at + 1, end)
    this.#at = end + 1
    const index = /^[0-9]+$/.test(text) ? Number(text) - 1 : -1
    this.#isBehindIndex = /^[0-9]+$/.test(text)
    if (index >= 0 && index < this.#args.length) this.#next = index
    else this.#isGoodIndex = false
  }

  #numberFromArguments(): number | undefined {
    this.#isBehindIndex = false
    if (this.#next >= this.#args.length) return undefined
    const value = this.#args[this.#next++]
    if (!(value instanceof GoInt)) return undefined
    const number = Number(value.value)
    return Math.abs(number) > maxNumber ? undefined : number
  }
}

const typedText = (value: GoValue): string => (value === undefined || value === null ? '<nil>' : `${typeName(value)}=${formatted('v', value, noFlags)}`)
