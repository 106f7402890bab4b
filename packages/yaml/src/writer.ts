// Writes YAML byte for byte as Go's Kubernetes tools do. Follows sigs.k8s.io/yaml v1.4 `Marshal` (goyaml.v2 emitter) and, as `pretty`, goyaml.v3 with an indentation of two.
import { goFloatText, goShortestFloat, resolvesToText } from './go-scalars.ts'

/**
 * Which of Go's writers.
 * - `sigs`: list items at the indentation of their key, texts folded behind column 80
 * - `pretty`: list items two deeper, no folding
 */
export type YamlStyle = 'sigs' | 'pretty'

/** How YAML is written. */
export interface YamlWriteOptions {
  /** Default: true, as Go sorts the keys of maps: numbers in them by value, letters behind everything else. */
  readonly sortKeys?: boolean
  /** Default: `sigs`. */
  readonly style?: YamlStyle
}

const foldAfter = 80
const longestSimpleKey = 128

/** One document, with a line feed at its end. Values are those of JSON, and bigints. */
export function formatYaml(value: unknown, options: YamlWriteOptions = {}): string {
  const writer = new YamlWriter(options)
  writer.node(value, -1, false)
  return writer.finish()
}

/** Several documents, each but the first after `---`. */
export function formatYamlDocuments(values: readonly unknown[], options: YamlWriteOptions = {}): string {
  return values.map((value) => formatYaml(value, options)).join('---\n')
}

interface ScalarFacts {
  readonly isPlainAllowed: boolean
  readonly isSingleAllowed: boolean
  readonly isBlockAllowed: boolean
  readonly isMultiline: boolean
}

class YamlWriter {
  #out = ''
  /** Characters since the last line feed. */
  #column = 0
  #isAfterIndicator = false
  readonly #style: YamlStyle
  readonly #isSorted: boolean

  constructor({ style = 'sigs', sortKeys = true }: YamlWriteOptions) {
    this.#style = style
    this.#isSorted = sortKeys
  }

  finish(): string {
    return this.#out.endsWith('\n') ? this.#out : `${this.#out}\n`
  }

  /** `indent` is that of the collection around, -1 at the root. */
  node(value: unknown, indent: number, isInMap: boolean): void {
    if (Array.isArray(value)) {
      if (value.length === 0) this.#flow('[]')
      else this.#list(value, this.#listIndent(indent, isInMap))
      return
    }
    if (typeof value === 'object' && value !== null) {
      const map = value as Record<string, unknown>
      const keys = definedKeys(map)
      if (keys.length === 0) this.#flow('{}')
      else this.#map(map, this.#sorted(keys), indent < 0 ? 0 : indent + 2)
      return
    }
    this.#scalar(value, indent, false)
  }

  #listIndent(indent: number, isInMap: boolean): number {
    if (indent < 0) return 0
    return isInMap && this.#style === 'sigs' ? indent : indent + 2
  }

  #sorted(keys: string[]): readonly string[] {
    if (!this.#isSorted) return keys
    return keys.sort(this.#style === 'sigs' ? compareKeys : comparePrettyKeys)
  }

  #flow(text: string): void {
    this.#isAfterIndicator = false
    this.#put(text)
  }

  #list(list: readonly unknown[], indent: number): void {
    for (const item of list) {
      this.#startLine(indent)
      this.#indicator('- ')
      this.node(item, indent, false)
    }
  }

  #map(map: Record<string, unknown>, keys: readonly string[], indent: number): void {
    for (const key of keys) {
      this.#startLine(indent)
      const value = map[key]
      if (isPlain(key)) {
        this.#isAfterIndicator = false
        this.#put(key)
        this.#put(':')
        this.#value(value, indent)
      } else if (!/[\n\r\u0085\u2028\u2029]/.test(key) && utf8Length(key) <= longestSimpleKey) {
        this.#scalar(key, indent, true)
        this.#put(':')
        this.#value(value, indent)
      } else {
        this.#indicator('? ')
        this.#scalar(key, indent, false)
        this.#startLine(indent)
        this.#indicator(': ')
        this.node(value, indent, false)
      }
    }
  }

  #value(value: unknown, indent: number): void {
    const isNested =
      typeof value === 'object' && value !== null && (Array.isArray(value) ? value.length > 0 : definedKeys(value as Record<string, unknown>).length > 0)
    if (!isNested) this.#put(' ')
    this.node(value, indent, true)
  }

  /** Go on at a column: on this line when only indicators stand there. */
  #startLine(indent: number): void {
    const goesOn = this.#isAfterIndicator && this.#column === indent
    this.#isAfterIndicator = false
    if (goesOn) return
    if (this.#column > 0) this.#break()
    this.#put(' '.repeat(indent))
  }

  #indicator(text: string): void {
    this.#put(text)
    this.#isAfterIndicator = true
  }

  #break(): void {
    this.#out += '\n'
    this.#column = 0
  }

  #put(text: string): void {
    this.#out += text
    // Characters outside the basic plane are always escaped, so units are characters here.
    this.#column += text.length
  }

  #scalar(value: unknown, indent: number, isKey: boolean): void {
    this.#isAfterIndicator = false
    if (typeof value !== 'string') {
      this.#put(scalarText(value, this.#style))
      return
    }
    if (isPlain(value)) {
      this.#put(value)
      return
    }
    const facts = analyze(value, this.#style)
    const deeper = indent < 0 ? 2 : indent + 2
    if (value.includes('\n') && !isKey && facts.isBlockAllowed) this.#literal(value, deeper)
    else if (value.includes('\n') || !resolvesToText(value)) this.#double(value, deeper, !isKey)
    else if (facts.isPlainAllowed) this.#folded(value, '', deeper, !isKey)
    else if (facts.isSingleAllowed && !(isKey && facts.isMultiline)) this.#folded(afterBreaks(value.replaceAll("'", "''"), deeper), "'", deeper, !isKey)
    else this.#double(value, deeper, !isKey)
  }

  /** A plain or single-quoted text: a lone blank behind the limit becomes a line feed. */
  #folded(text: string, quote: string, indent: number, mayFold: boolean): void {
    this.#put(quote)
    if (!mayFold || this.#style === 'pretty' || this.#column + text.length <= foldAfter) {
      this.#put(text)
    } else {
      let from = 0
      for (let at = text.indexOf(' '); at !== -1; at = text.indexOf(' ', at + 1)) {
        const isLone = text.charAt(at - 1) !== ' ' && text.charAt(at + 1) !== ' '
        if (!isLone || at === 0 || at === text.length - 1 || this.#column + (at - from) <= foldAfter) continue
        this.#put(text.slice(from, at))
        this.#break()
        this.#put(' '.repeat(indent))
        from = at + 1
      }
      this.#put(text.slice(from))
    }
    this.#put(quote)
  }

  #double(text: string, indent: number, mayFold: boolean): void {
    const folds = mayFold && this.#style === 'sigs'
    this.#put('"')
    const characters = Array.from(text)
    let wasSpace = false
    for (const [at, character] of characters.entries()) {
      if (character !== ' ') {
        this.#put(isShownAsIs(character) ? character : escapeOf(character))
        wasSpace = false
        continue
      }
      if (folds && !wasSpace && this.#column > foldAfter && at > 0 && at < characters.length - 1) {
        this.#break()
        this.#put(' '.repeat(indent))
        if (characters[at + 1] === ' ') this.#put('\\')
      } else this.#put(' ')
      wasSpace = true
    }
    this.#put('"')
  }

  #literal(text: string, indent: number): void {
    const hint = /^[ \n]/.test(text) ? '2' : ''
    const chomp = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : ''
    this.#put(`|${hint}${chomp}`)
    const lines = text.split('\n')
    const isClosed = lines.at(-1) === ''
    if (isClosed) lines.pop()
    for (const line of lines) {
      this.#break()
      if (line !== '') this.#put(' '.repeat(indent) + line)
    }
    if (isClosed) this.#break()
  }
}

/** Text behind a line separator stands at the indentation, as behind a line feed. */
function afterBreaks(text: string, indent: number): string {
  return text.replace(/[\u2028\u2029](?=[^\u2028\u2029])/g, (separator) => separator + ' '.repeat(indent))
}

function definedKeys(map: Record<string, unknown>): string[] {
  const keys = Object.keys(map)
  return keys.some((key) => map[key] === undefined) ? keys.filter((key) => map[key] !== undefined) : keys
}

function scalarText(value: unknown, style: YamlStyle): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'number') return style === 'pretty' ? goShortestFloat(value) : goFloatText(value)
  return String(value as boolean | bigint)
}

const plainTexts = new Map<string, boolean>()
const maxPlainTexts = 10_000
const longestKnown = 64

/** Whether a short text is written as it is by every style: names and words of manifests come again and again. */
function isPlain(text: string): boolean {
  if (text.length > longestKnown) return false
  const known = plainTexts.get(text)
  if (known !== undefined) return known
  // Without blanks nothing is folded, and none of these characters means anything to YAML.
  const found = /^[A-Za-z_/][\w./-]*$/.test(text) && resolvesToText(text)
  if (plainTexts.size >= maxPlainTexts) plainTexts.clear()
  plainTexts.set(text, found)
  return found
}

function analyze(text: string, style: YamlStyle): ScalarFacts {
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  const hasSpecial = (
    style === 'sigs' ? /[^\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/ : /[^\t\n\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/
  ).test(text)
  const hasSpaceBreak = text.includes(' \n')
  const hasBreakSpace = text.includes('\n ')
  const isMultiline = /[\n\u2028\u2029]/.test(text)
  const hasTab = style === 'pretty' && text.includes('\t')
  const hasIndicator = /^(?:---|\.\.\.)|^[#,[\]{}&*!|>'"%@`]|^[?:-](?:[ \t\n]|$)|:(?:[ \t\n]|$)|[ \t\n]#/.test(text)
  const isEdged = /^[ \n]|[ \n]$/.test(text)
  return {
    isPlainAllowed: !hasSpecial && !hasTab && !isMultiline && !hasIndicator && !isEdged,
    isSingleAllowed: !hasSpecial && !hasTab && !hasBreakSpace && !hasSpaceBreak,
    isBlockAllowed: !hasSpecial && !hasSpaceBreak && !text.endsWith(' '),
    isMultiline,
  }
}

function isShownAsIs(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  if (code === 0x22 || code === 0x5c || code === 0x2028 || code === 0x2029) return false
  if (code < 0x7f) return code >= 0x20
  if (code > 0xffff) return false
  return code >= 0xa0 && code !== 0xfeff && code < 0xfffe && !(code >= 0xd800 && code < 0xe000)
}

const shortEscapes: ReadonlyMap<number, string> = new Map([
  [0x00, '0'],
  [0x07, 'a'],
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0b, 'v'],
  [0x0c, 'f'],
  [0x0d, 'r'],
  [0x1b, 'e'],
  [0x22, '"'],
  [0x5c, '\\'],
  [0x85, 'N'],
  [0xa0, '_'],
  [0x2028, 'L'],
  [0x2029, 'P'],
])

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0
  const short = shortEscapes.get(code)
  if (short !== undefined) return `\\${short}`
  const hex = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

function utf8Length(text: string): number {
  let length = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return length
}

const letter = /\p{L}/u
const digit = /\p{Nd}/u

/** Digits by value, letters behind everything else. Follows goyaml.v2 `sorter.go`. */
function compareKeys(left: string, right: string): number {
  return compareNaturally(left, right, false)
}

function comparePrettyKeys(left: string, right: string): number {
  return compareNaturally(left, right, true)
}

function compareNaturally(left: string, right: string, lettersFollowDigits: boolean): number {
  if (left === right) return 0
  const shorter = Math.min(left.length, right.length)
  let same = 0
  while (same < shorter && left.charCodeAt(same) === right.charCodeAt(same)) same++
  if (same === shorter) return left.length - right.length
  const [first, second] = [left.charCodeAt(same), right.charCodeAt(same)]
  if (isAsciiLetter(first) && isAsciiLetter(second)) return first - second
  const a = Array.from(left)
  const b = Array.from(right)
  let wasDigit = false
  for (let at = 0; at < a.length && at < b.length; at++) {
    const x = a[at] ?? ''
    const y = b[at] ?? ''
    if (x === y) {
      wasDigit = digit.test(x)
      continue
    }
    const isLetterX = letter.test(x)
    const isLetterY = letter.test(y)
    if (isLetterX && isLetterY) return byCodePoint(x, y)
    if (isLetterX || isLetterY) return (lettersFollowDigits && wasDigit ? isLetterX : isLetterY) ? -1 : 1
    return compareDigits(a, b, at)
  }
  return a.length - b.length
}

function isAsciiLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a)
}

function compareDigits(a: readonly string[], b: readonly string[], at: number): number {
  const isInsideNumber = (a[at] === '0' || b[at] === '0') && hasSignificantDigitBefore(a, at)
  const [x, endX] = numberAt(a, at, isInsideNumber)
  const [y, endY] = numberAt(b, at, isInsideNumber)
  if (x !== y) return x < y ? -1 : 1
  return endX === endY ? byCodePoint(a[at] ?? '', b[at] ?? '') : endX - endY
}

function hasSignificantDigitBefore(text: readonly string[], at: number): boolean {
  for (let before = at - 1; before >= 0 && digit.test(text[before] ?? ''); before--) if (text[before] !== '0') return true
  return false
}

function numberAt(text: readonly string[], from: number, startsWithOne: boolean): readonly [bigint, number] {
  let value = startsWithOne ? 1n : 0n
  let end = from
  for (; end < text.length && digit.test(text[end] ?? ''); end++) value = BigInt.asIntN(64, value * 10n + BigInt((text[end]?.codePointAt(0) ?? 48) - 48))
  return [value, end]
}

function byCodePoint(left: string, right: string): number {
  return (left.codePointAt(0) ?? 0) - (right.codePointAt(0) ?? 0)
}
