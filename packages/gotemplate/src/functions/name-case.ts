// Names in snake, kebab and Pascal case. Follows huandu/xstrings `convert.go`.
import { eachLower, eachUpper } from './letter-case.ts'

type Kind = 'number' | 'upper' | 'letters' | 'connector' | 'punctuation' | 'other'

interface Word {
  readonly kind: Kind
  readonly text: string
}

const isConnector = (character: string): boolean => character === '-' || character === '_' || /[\t\n\v\f\r \u0085\p{Z}]/u.test(character)
const isUpper = (character: string): boolean => /\p{Lu}/u.test(character)
/** Letters of scripts that write words without blanks between do not count. */
const isLetter = (character: string): boolean => /\p{L}/u.test(character) && !/[\u3034-\u30ff\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff]/.test(character)

function kindOf(character: string): Kind {
  if (isConnector(character)) return 'connector'
  if (/\p{P}/u.test(character)) return 'punctuation'
  if (isUpper(character)) return 'upper'
  if (isLetter(character)) return 'letters'
  return /\p{N}/u.test(character) ? 'number' : 'other'
}

/** `HTTPServer2x` is HTTP, Server, 2, x. */
function wordsOf(text: string): readonly Word[] {
  const characters = Array.from(text)
  const words: Word[] = []
  for (let at = 0; at < characters.length;) {
    const kind = kindOf(characters[at] ?? '')
    let end = at + 1
    const advance = (next: (kind: Kind) => boolean): void => {
      while (end < characters.length && next(kindOf(characters[end] ?? ''))) end++
    }
    if (kind !== 'upper') advance((next) => next === kind)
    else if (kindOf(characters[end] ?? '') === 'letters') advance((next) => next === 'letters')
    else {
      advance((next) => next === 'upper')
      // The last of several capitals begins the next word.
      if (end - at > 1 && kindOf(characters[end] ?? '') === 'letters') end--
    }
    words.push({ kind, text: characters.slice(at, end).join('') })
    at = end
  }
  return words
}

const isGap = (word: Word | undefined): boolean => word === undefined || word.kind === 'connector' || word.kind === 'punctuation'

/** Words in lower case with a connector between. A number belongs to the word before it, unless letters follow. */
export function connected(text: string, connector: string): string {
  const words = wordsOf(text)
  let result = ''
  const put = ({ kind, text: word }: Word): void => {
    if (kind === 'connector') result += connector.repeat(Array.from(word).length)
    else result += kind === 'upper' ? eachLower(word) : word
  }
  let at = 0
  const putWordsWithNumbers = (): void => {
    for (let word = words[at]; word?.kind === 'letters' || word?.kind === 'number'; word = words[at]) {
      put(word)
      at++
    }
  }
  while (at < words.length - 1) {
    const word = words[at++]
    if (word === undefined) break
    put(word)
    if (word.kind === 'connector' || word.kind === 'punctuation') continue
    const next = words[at]
    if (word.kind === 'number') {
      putWordsWithNumbers()
      if (!isGap(words[at])) result += connector
    } else if (next?.kind !== 'number') {
      if (!isGap(next)) result += connector
    } else if (at < words.length - 1) {
      const following = words[at + 1]
      if (following?.kind === 'letters') {
        result += connector
        putWordsWithNumbers()
        if (!isGap(words[at])) result += connector
      } else {
        put(next)
        at++
        if (!isGap(following)) result += connector
      }
    }
  }
  const last = words[at]
  if (last !== undefined) put(last)
  return result
}

/** `some_name` as `SomeName`. Connectors at the ends and doubled ones stay. */
export function pascal(text: string): string {
  const characters = Array.from(text)
  let at = 0
  while (at < characters.length && isConnector(characters[at] ?? '')) at++
  let result = characters.slice(0, at).join('')
  const first = characters[at]
  // What has nothing but connectors has its last one twice.
  if (first === undefined) return result + (characters.at(-1) ?? '')
  let isLowering = isUpper(first)
  let previous = eachUpper(first)
  for (const character of characters.slice(at + 1)) {
    let current = character
    // Of several connectors the last one is what the next letter replaces.
    if (isConnector(current) && isConnector(previous)) {
      result += previous
      previous = current
      continue
    }
    if (isConnector(previous)) {
      isLowering = isUpper(current)
      current = eachUpper(current)
    } else {
      if (isLowering && isUpper(current)) current = eachLower(current)
      else isLowering = false
      result += previous
    }
    previous = current
  }
  return result + previous
}
