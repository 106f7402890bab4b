// The syntax of `--set` and its kin. Follows helm `pkg/strvals`.
import { goInt, isMap, setMember, typeName } from '@plumbline/gotemplate'
import type { GoMap } from '@plumbline/gotemplate'
import { ChartError } from './chart.ts'
import { parseGoJson } from './go-json.ts'
import type { HelmVersion } from './helm-version.ts'
import { mergeMaps } from './values.ts'
import { floats } from './yaml-values.ts'

const maxIndex = 65_536
const maxLevels = 30

/** How the text behind `=` becomes a value. */
type Kind = 'typed' | 'string' | 'json' | 'literal' | 'reader'

/** Thrown where the text ends; what was set until then counts. */
class End extends Error {}

class SetError extends Error {}

class SetParser {
  private readonly characters: readonly string[]
  private readonly kind: Kind
  private readonly reader: ((text: string) => unknown) | undefined
  private at = 0

  constructor(text: string, kind: Kind, reader?: (text: string) => unknown) {
    this.characters = Array.from(text)
    this.kind = kind
    this.reader = reader
  }

  into(values: GoMap): void {
    try {
      while (true) this.key(values, 0)
    } catch (error) {
      if (!(error instanceof End)) throw error
    }
  }

  /** Characters up to one of the stops. `last` is undefined when the text ends before. */
  private until(stops: string): { readonly text: string; readonly last: string | undefined } {
    let text = ''
    while (this.at < this.characters.length) {
      const character = this.characters[this.at++] ?? ''
      if (stops.includes(character)) return { text, last: character }
      if (character === '\\' && this.kind !== 'literal') {
        const next = this.characters[this.at++]
        if (next === undefined) return { text, last: undefined }
        text += next
      } else text += character
    }
    return { text, last: undefined }
  }

  private key(values: GoMap, level: number): void {
    const { text, last } = this.until(this.kind === 'literal' ? '=[.' : '=[,.')
    switch (last) {
      case undefined:
        if (text === '') throw new End()
        throw new SetError(`key ${JSON.stringify(text)} has no value`)
      case '[': {
        const index = this.index()
        const existing = values[text]
        if (Object.hasOwn(values, text) && !Array.isArray(existing)) throw conversion(existing, '[]interface {}')
        const list = Array.isArray(existing) ? [...(existing as unknown[])] : []
        let end: unknown
        try {
          this.item(list, index, level)
        } catch (error) {
          if (!(error instanceof End)) throw error
          end = error
        }
        assign(values, text, list)
        if (end !== undefined) throw end as Error
        return
      }
      case '=':
        this.value((value) => assign(values, text, value))
        return
      case ',':
        assign(values, text, '')
        throw new SetError(`key ${JSON.stringify(text)} has no value (cannot end with ,)`)
      default: {
        if (level + 1 > maxLevels) throw new SetError(`value name nested level is greater than maximum supported nested level of ${maxLevels}`)
        const existing = values[text]
        if (Object.hasOwn(values, text) && !isMap(existing)) throw conversion(existing, 'map[string]interface {}')
        const inner: GoMap = isMap(existing) ? existing : {}
        let end: unknown
        try {
          this.key(inner, level + 1)
        } catch (error) {
          if (!(error instanceof End)) throw error
          end = error
        }
        const isEmpty = Object.keys(inner).length === 0
        if (end === undefined && isEmpty) throw new SetError(`key map ${JSON.stringify(text)} has no value`)
        if (!isEmpty) assign(values, text, inner)
        if (end !== undefined) throw end as Error
      }
    }
  }

  private index(): number {
    const { text, last } = this.until(']')
    if (last === undefined) throw new SetError('error parsing index: EOF')
    if (!/^[+-]?[0-9]+$/.test(text)) throw new SetError(`error parsing index: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`)
    return Number(text)
  }

  private item(list: unknown[], index: number, level: number): void {
    if (index < 0) throw new SetError(`negative ${index} index not allowed`)
    if (index > maxIndex) throw new SetError(`index of ${index} is greater than maximum supported index of ${maxIndex}`)
    const { text, last } = this.until('[.=')
    if (text !== '') throw new SetError(`unexpected data at end of array index: ${JSON.stringify(text)}`)
    const set = (value: unknown): void => {
      while (list.length < index) list.push(null)
      list[index] = value
    }
    switch (last) {
      case undefined:
        throw new End()
      case '=':
        this.value(set, false)
        return
      case '[': {
        const next = this.index()
        const existing = list[index]
        if (existing !== undefined && existing !== null && !Array.isArray(existing)) throw conversion(existing, '[]interface {}')
        const inner = Array.isArray(existing) ? [...(existing as unknown[])] : []
        this.item(inner, next, level)
        set(inner)
        return
      }
      default: {
        const existing = list[index]
        const inner: GoMap = isMap(existing) ? existing : {}
        // Helm drops an item that ends the text without a value.
        this.key(inner, level)
        set(inner)
      }
    }
  }

  /** Read a value, up to the comma behind it. */
  private value(set: (value: unknown) => void, endsText = true): void {
    if (this.kind === 'literal') {
      set(this.characters.slice(this.at).join(''))
      this.at = this.characters.length
      return
    }
    if (this.kind === 'json') {
      this.json(set)
      return
    }
    if (this.at >= this.characters.length) {
      set('')
      if (!endsText) return
      throw new End()
    }
    if (this.characters[this.at] === '{') {
      this.at++
      set(this.list())
      return
    }
    set(this.converted(this.until(',').text))
  }

  private list(): unknown[] {
    const items: unknown[] = []
    while (true) {
      const { text, last } = this.until(',}')
      if (last === undefined) throw new SetError("list must terminate with '}'")
      items.push(this.converted(text))
      if (last !== '}') continue
      if (this.characters[this.at] === ',') this.at++
      return items
    }
  }

  private json(set: (value: unknown) => void): void {
    const isEmpty = (): boolean => {
      while (this.at < this.characters.length) {
        const character = this.characters[this.at] ?? ''
        if (character === ',') {
          this.at++
          return true
        }
        if (!/\s/.test(character)) return false
        this.at++
      }
      return true
    }
    if (isEmpty()) {
      set(null)
      return
    }
    const end = jsonEnd(this.characters, this.at)
    const text = this.characters.slice(this.at, end).join('')
    let value: unknown
    try {
      value = JSON.parse(text)
    } catch (error) {
      throw new SetError(jsonError(text, error))
    }
    set(floats(value))
    this.at = end
    isEmpty()
  }

  private converted(text: string): unknown {
    if (this.reader !== undefined) return this.reader(text)
    if (this.kind === 'string') return text
    switch (text.toLowerCase()) {
      case 'true':
        return true
      case 'false':
        return false
      case 'null':
        return null
      default:
    }
    if (text === '0') return goInt(0, 'int64')
    if (!text.startsWith('0') && /^[+-]?[0-9]+$/.test(text)) {
      const value = BigInt(text)
      if (value === BigInt.asIntN(64, value)) return goInt(value, 'int64')
    }
    return text
  }
}

/** Where the first JSON value of a text ends. */
function jsonEnd(characters: readonly string[], start: number): number {
  let [depth, inString] = [0, false]
  for (let index = start; index < characters.length; index++) {
    const character = characters[index] ?? ''
    if (inString) {
      if (character === '\\') index++
      else if (character === '"') inString = false
      if (!inString && depth === 0) return index + 1
      continue
    }
    if (character === '"') inString = true
    else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') {
      depth--
      if (depth <= 0) return index + 1
    } else if (depth === 0 && (character === ',' || /\s/.test(character))) return index
  }
  return characters.length
}

function jsonError(text: string, error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  if (/end of JSON|Unterminated/i.test(message)) return 'unexpected EOF'
  const position = Number(/position (\d+)/.exec(message)?.[1] ?? 0)
  return `invalid character '${text.charAt(position)}' looking for beginning of value`
}

function assign(values: GoMap, key: string, value: unknown): void {
  if (key !== '') setMember(values, key, value)
}

function conversion(value: unknown, type: string): Error {
  return new SetError(
    `unable to parse key: interface conversion: interface {} is ${value === undefined || value === null ? 'nil' : typeName(value)}, not ${type}`,
  )
}

const flags: Readonly<Record<Kind, string>> = { typed: 'set', string: 'set-string', json: 'set-json', literal: 'set-literal', reader: 'set-file' }

function parseInto(text: string, values: GoMap, kind: Kind, reader?: (text: string) => unknown): void {
  try {
    new SetParser(text, kind, reader).into(values)
  } catch (error) {
    if (!(error instanceof SetError)) throw error
    // Of JSON Helm shows the text, and keeps the reason to itself.
    throw new ChartError(
      'CHART_VALUES',
      kind === 'json' ? `failed parsing --set-json data ${text}` : `failed parsing --${flags[kind]} data: ${error.message}`,
      {
        cause: error,
      },
    )
  }
}

/** `a.b=1,c={x,y}`: integers, booleans and null are what they look like. @throws {ChartError} */
export const setValues = (text: string, values: GoMap): void => parseInto(text, values, 'typed')
/** As `setValues`, but everything stays text. @throws {ChartError} */
export const setStrings = (text: string, values: GoMap): void => parseInto(text, values, 'string')
/** `a.b={"x": 1}`. @throws {ChartError} */
export function setJson(text: string, values: GoMap, helm: HelmVersion = 3): void {
  if (helm === 3 || !text.trim().startsWith('{')) {
    parseInto(text, values, 'json')
    return
  }
  // Helm 4 takes a whole object too.
  let given: unknown
  try {
    given = parseGoJson(text.trim())
  } catch (error) {
    throw new ChartError('CHART_VALUES', `failed parsing --set-json data JSON: ${text}`, { cause: error })
  }
  const merged = mergeMaps(values, given as GoMap)
  for (const key of Object.keys(merged)) setMember(values, key, merged[key])
}
/** Everything behind the first `=` is the value. @throws {ChartError} */
export const setLiteral = (text: string, values: GoMap): void => parseInto(text, values, 'literal')
/** `a.b=path`: the value is the content of a file, which `read` gives. @throws {ChartError} */
export const setFiles = (text: string, values: GoMap, read: (path: string) => string): void => parseInto(text, values, 'reader', read)
