// Broken JSON, told in Go's words. Follows `encoding/json` scanner.go.

/** Where Go's reader stops, in its words. The text has to be broken. */
export function goJsonError(text: string): string {
  const found = firstUnexpected(text)
  if (found === undefined) return 'unexpected end of JSON input'
  return `invalid character ${quoteCharacter(found.character)} ${found.context}`
}

interface Unexpected {
  readonly character: string
  readonly context: string
}

function quoteCharacter(character: string): string {
  return character === "'" ? "'\\''" : character === '"' ? `'"'` : `'${JSON.stringify(character).slice(1, -1)}'`
}

function firstUnexpected(text: string): Unexpected | undefined {
  const scanner = new JsonScanner(text)
  return scanner.scan()
}

/** Walks over JSON as far as it is valid. */
class JsonScanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  scan(): Unexpected | undefined {
    const stack: ('object' | 'array')[] = []
    let expects: 'value' | 'key' | 'first' | 'comma' = 'value'
    for (;;) {
      this.#blanks()
      const character = this.#text[this.#at]
      const inside = stack.at(-1)
      if (expects === 'comma' && inside === undefined) return character === undefined ? undefined : { character, context: 'after top-level value' }
      if (character === undefined) return undefined
      if (expects === 'comma') {
        if (character === ',') expects = inside === 'object' ? 'key' : 'value'
        else if (character === (inside === 'object' ? '}' : ']')) stack.pop()
        else return { character, context: inside === 'object' ? 'after object key:value pair' : 'after array element' }
        this.#at++
        continue
      }
      if (expects === 'key' || (expects === 'first' && inside === 'object')) {
        if (expects === 'first' && character === '}') {
          stack.pop()
          this.#at++
          expects = 'comma'
          continue
        }
        if (character !== '"') return { character, context: 'looking for beginning of object key string' }
        const problem = this.#string() ?? this.#colon()
        if (problem !== undefined || this.#at >= this.#text.length) return problem
        expects = 'value'
        continue
      }
      if (expects === 'first' && character === ']') {
        stack.pop()
        this.#at++
        expects = 'comma'
        continue
      }
      if (character === '{' || character === '[') {
        stack.push(character === '{' ? 'object' : 'array')
        this.#at++
        expects = 'first'
        continue
      }
      const problem = this.#scalar(character)
      if (problem !== undefined || this.#at >= this.#text.length) return problem
      expects = 'comma'
    }
  }

  #blanks(): void {
    while (/[ \t\r\n]/.test(this.#text[this.#at] ?? '')) this.#at++
  }

  #colon(): Unexpected | undefined {
    this.#blanks()
    const character = this.#text[this.#at]
    if (character === ':' || character === undefined) {
      this.#at++
      return undefined
    }
    return { character, context: 'after object key' }
  }

  #string(): Unexpected | undefined {
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const character = this.#text.charAt(this.#at)
      if (character === '"') {
        this.#at++
        return undefined
      }
      if (character < ' ') return { character, context: 'in string literal' }
      if (character !== '\\') continue
      const escaped = this.#text[++this.#at]
      if (escaped !== undefined && !'"\\/bfnrtu'.includes(escaped)) return { character: escaped, context: 'in string escape code' }
    }
    return undefined
  }

  #scalar(first: string): Unexpected | undefined {
    if (first === '"') return this.#string()
    for (const word of ['true', 'false', 'null']) if (first === word.charAt(0)) return this.#word(word)
    const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/.exec(this.#text.slice(this.#at))
    if (number === null || number[0] === '') {
      if (first !== '-') return { character: first, context: 'looking for beginning of value' }
      const next = this.#text[this.#at + 1]
      this.#at = this.#text.length
      return next === undefined ? undefined : { character: next, context: 'in numeric literal' }
    }
    this.#at += number[0].length
    return undefined
  }

  #word(word: string): Unexpected | undefined {
    for (const [index, wanted] of Array.from(word).entries()) {
      const character = this.#text[this.#at]
      if (character === undefined) return undefined
      if (character !== wanted) return { character, context: `in literal ${word} (expecting '${wanted}')` }
      this.#at++
      if (index === word.length - 1) break
    }
    return undefined
  }
}
