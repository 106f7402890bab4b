// JSON with the messages of Go's `encoding/json`.
import { setMember } from './json-text.ts'
import type { Json } from './json-text.ts'

const maxNesting = 1000

/**
 * Read a text.
 * @param fail makes the error that is thrown
 */
export function parseGoJson(text: string, fail: (reason: string) => Error): Json {
  return new GoJson(text, fail).document()
}

class GoJson {
  readonly #text: string
  readonly #fail: (reason: string) => Error
  #at = 0
  #nesting = 0

  constructor(text: string, fail: (reason: string) => Error) {
    this.#text = text
    this.#fail = fail
  }

  document(): Json {
    const value = this.#value()
    this.#space()
    if (this.#at < this.#text.length) throw this.#unexpected('after top-level value')
    return value
  }

  #space(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  /** Go looks at bytes, and at a space where the text ends: only in a word, a number or an escape is that one unexpected itself. */
  #unexpected(context: string): Error {
    const code = this.#text.codePointAt(this.#at)
    const isInside = /^in (?!string literal)|^after decimal point/.test(context)
    if (code === undefined && !isInside) return this.#fail('unexpected end of JSON input')
    const first = new TextEncoder().encode(String.fromCodePoint(code ?? 0x20))[0] ?? 0x20
    const character = String.fromCharCode(first)
    const shown = character === "'" ? `'\\''` : character === '"' ? `'"'` : `'${JSON.stringify(character).slice(1, -1)}'`
    return this.#fail(`invalid character ${shown} ${context}`)
  }

  #value(): Json {
    this.#space()
    const character = this.#text[this.#at]
    if (character === '{' || character === '[') {
      if (++this.#nesting > maxNesting) throw this.#fail('exceeded max depth')
      const value = character === '{' ? this.#object() : this.#array()
      this.#nesting--
      return value
    }
    if (character === '"') return this.#string()
    if (character === '-' || /[0-9]/.test(character ?? '')) return this.#number()
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      if (character === word[0]) return this.#word(word, value)
    }
    throw this.#unexpected('looking for beginning of value')
  }

  #word(word: string, value: Json): Json {
    for (const letter of word) {
      if (this.#text[this.#at] !== letter) throw this.#unexpected(`in literal ${word} (expecting '${letter}')`)
      this.#at++
    }
    return value
  }

  #array(): Json {
    const items: Json[] = []
    this.#at++
    this.#space()
    if (this.#text[this.#at] === ']') {
      this.#at++
      return items
    }
    for (;;) {
      items.push(this.#value())
      this.#space()
      const delimiter = this.#text[this.#at]
      if (delimiter !== ',' && delimiter !== ']') throw this.#unexpected('after array element')
      this.#at++
      if (delimiter === ']') return items
    }
  }

  #object(): Json {
    const map: Record<string, Json> = {}
    this.#at++
    this.#space()
    if (this.#text[this.#at] === '}') {
      this.#at++
      return map
    }
    for (;;) {
      this.#space()
      if (this.#text[this.#at] !== '"') throw this.#unexpected('looking for beginning of object key string')
      const name = this.#string()
      this.#space()
      if (this.#text[this.#at] !== ':') throw this.#unexpected('after object key')
      this.#at++
      setMember(map, name, this.#value())
      this.#space()
      const delimiter = this.#text[this.#at]
      if (delimiter !== ',' && delimiter !== '}') throw this.#unexpected('after object key:value pair')
      this.#at++
      if (delimiter === '}') return map
    }
  }

  #string(): string {
    const start = this.#at++
    for (;;) {
      const character = this.#text[this.#at]
      if (character === undefined || character < ' ') throw this.#unexpected('in string literal')
      this.#at++
      if (character === '"') break
      if (character === '\\') this.#escape()
    }
    // Halves of pairs are no characters for Go.
    const text = JSON.parse(this.#text.slice(start, this.#at)) as string
    return text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (match) => (match.length === 2 ? match : '\ufffd'))
  }

  #escape(): void {
    const escape = this.#text[this.#at]
    if (escape === undefined || !/["\\/bfnrtu]/.test(escape)) throw this.#unexpected('in string escape code')
    this.#at++
    if (escape !== 'u') return
    for (let digits = 0; digits < 4; digits++) {
      if (!/[0-9a-fA-F]/.test(this.#text[this.#at] ?? '')) throw this.#unexpected('in \\u hexadecimal character escape')
      this.#at++
    }
  }

  #number(): number {
    const start = this.#at
    if (this.#text[this.#at] === '-') this.#at++
    if (this.#text[this.#at] === '0') this.#at++
    else this.#digits('in numeric literal')
    if (this.#text[this.#at] === '.') {
      this.#at++
      this.#digits('after decimal point in numeric literal')
    }
    if (/[eE]/.test(this.#text[this.#at] ?? '')) {
      this.#at++
      if (/[+-]/.test(this.#text[this.#at] ?? '')) this.#at++
      this.#digits('in exponent of numeric literal')
    }
    const digits = this.#text.slice(start, this.#at)
    const value = Number(digits)
    if (!Number.isFinite(value)) throw this.#fail(`json: cannot unmarshal number ${digits} into Go value of type float64`)
    return value
  }

  #digits(context: string): void {
    if (!/[0-9]/.test(this.#text[this.#at] ?? '')) throw this.#unexpected(context)
    while (/[0-9]/.test(this.#text[this.#at] ?? '')) this.#at++
  }
}
