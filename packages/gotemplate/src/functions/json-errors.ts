// What Go's reader says of broken JSON. Follows go `encoding/json/scanner.go`.
import { bytesOf } from '../bytes.ts'
import { quoted } from '../quote.ts'

type Expected = 'value' | 'firstValue' | 'firstKey' | 'key' | 'colon' | 'end'

/** The message of Go for a text that is no JSON. */
export function jsonErrorText(text: string): string {
  const found = new Scanner(text).problem()
  if (found === undefined) return 'unexpected end of JSON input'
  const shown = found.character === "'" ? "'\\''" : found.character === '"' ? `'"'` : `'${quoted(found.character).slice(1, -1)}'`
  return `invalid character ${shown} ${found.context}`
}

interface Problem {
  readonly character: string
  readonly context: string
}

/** Walks over a text byte by byte; behind the end it sees one blank, as Go's does. */
class Scanner {
  readonly #bytes: Uint8Array
  readonly #stack: ('object' | 'array')[] = []
  #at = 0

  constructor(text: string) {
    this.#bytes = bytesOf(text)
  }

  problem(): Problem | undefined {
    let expected: Expected = 'value'
    while (this.#at < this.#bytes.length) {
      const character = this.#character()
      if (/[ \t\r\n]/.test(character)) {
        this.#at++
        continue
      }
      const next = this.#step(expected, character)
      if (typeof next !== 'string') return next
      expected = next
    }
    return undefined
  }

  #character(): string {
    return this.#at < this.#bytes.length ? String.fromCharCode(this.#bytes[this.#at] ?? 0) : ' '
  }

  #step(expected: Expected, character: string): Expected | Problem {
    const inside = this.#stack.at(-1)
    switch (expected) {
      case 'end': {
        if (inside === undefined) return { character, context: 'after top-level value' }
        this.#at++
        if (character === ',') return inside === 'object' ? 'key' : 'value'
        if (character === (inside === 'object' ? '}' : ']')) return this.#leave()
        return { character, context: inside === 'object' ? 'after object key:value pair' : 'after array element' }
      }
      case 'colon':
        this.#at++
        return character === ':' ? 'value' : { character, context: 'after object key' }
      case 'firstKey':
      case 'key':
        if (expected === 'firstKey' && character === '}') {
          this.#at++
          return this.#leave()
        }
        if (character !== '"') return { character, context: 'looking for beginning of object key string' }
        return this.#string() ?? 'colon'
      default:
    }
    if (expected === 'firstValue' && character === ']') {
      this.#at++
      return this.#leave()
    }
    if (character === '{' || character === '[') {
      this.#at++
      this.#stack.push(character === '{' ? 'object' : 'array')
      return character === '{' ? 'firstKey' : 'firstValue'
    }
    return this.#scalar(character) ?? 'end'
  }

  #leave(): Expected {
    this.#stack.pop()
    return 'end'
  }

  #scalar(first: string): Problem | undefined {
    if (first === '"') return this.#string()
    if (/[-0-9]/.test(first)) return this.#number()
    const word = ['true', 'false', 'null'].find((known) => known.startsWith(first))
    if (word === undefined) return { character: first, context: 'looking for beginning of value' }
    for (const wanted of word) {
      if (this.#character() !== wanted) return { character: this.#character(), context: `in literal ${word} (expecting '${wanted}')` }
      this.#at++
    }
    return undefined
  }

  /** Digits, of which one has to be there. */
  #digits(context: string): Problem | undefined {
    if (!/[0-9]/.test(this.#character())) return { character: this.#character(), context }
    while (/[0-9]/.test(this.#character())) this.#at++
    return undefined
  }

  #number(): Problem | undefined {
    if (this.#character() === '-') this.#at++
    if (this.#character() === '0') this.#at++
    else {
      const problem = this.#digits('in numeric literal')
      if (problem !== undefined) return problem
    }
    if (this.#character() === '.') {
      this.#at++
      const problem = this.#digits('after decimal point in numeric literal')
      if (problem !== undefined) return problem
    }
    if (!/[eE]/.test(this.#character())) return undefined
    this.#at++
    if (/[-+]/.test(this.#character())) this.#at++
    return this.#digits('in exponent of numeric literal')
  }

  #string(): Problem | undefined {
    for (this.#at++; this.#at < this.#bytes.length; this.#at++) {
      const character = this.#character()
      if (character === '"') {
        this.#at++
        return undefined
      }
      if (character < ' ') return { character, context: 'in string literal' }
      if (character !== '\\') continue
      this.#at++
      const problem = this.#escape()
      if (problem !== undefined) return problem
    }
    return undefined
  }

  #escape(): Problem | undefined {
    const character = this.#character()
    if (!'"\\/bfnrtu'.includes(character)) return { character, context: 'in string escape code' }
    for (let digits = 0; character === 'u' && digits < 4; digits++) {
      this.#at++
      if (!/[0-9a-fA-F]/.test(this.#character())) return { character: this.#character(), context: 'in \\u hexadecimal character escape' }
    }
    return undefined
  }
}
