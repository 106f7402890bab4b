// Reads the block subset of YAML that nearly all Kubernetes files keep to: recursive descent over one string, no tokens, no tree.
// Whatever it is not sure about (anchors, aliases, tags, directives, `?`, odd indentation, every error) it hands over by throwing `beyondSubset`;
// the complete reader then takes the whole text, so both always give the same result.
import { positionOf, YamlError } from './errors.ts'
import type { ResolvedOptions, YamlDocument, YamlWarning } from './options.ts'
import { resolveKey, resolvePlain } from './scalars.ts'

/** Thrown when the text leaves the subset. One object for all, since nobody reads its stack. */
export const beyondSubset: Error = new Error('beyond the subset')

const TAB = 9
const LF = 10
const SPACE = 32
const QUOTE = 34
const HASH = 35
const APOSTROPHE = 39
const COMMA = 44
const DASH = 45
const DOT = 46
const COLON = 58
const BACKSLASH = 92
const OPEN_LIST = 91
const CLOSE_LIST = 93
const PIPE = 124
const OPEN_MAP = 123
const CLOSE_MAP = 125
const GREATER = 62

/** Characters that a plain scalar cannot begin with, or that begin something beyond the subset: `!%&*@` `` ` `` `?|>{}[],#"'`. */
const isIndicator = new Uint8Array(128)
for (const character of '!%&*@`?|>{}[],#"\'') isIndicator[character.charCodeAt(0)] = 1

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
}

const cacheSlots = 4096
const keyCache: string[] = Array.from({ length: cacheSlots }, () => '')

/** Assign without ever reaching a prototype's setter. */
export function setMember(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true })
  else map[key] = value
}

/** Read every document. `text` has no carriage returns. @throws beyondSubset @throws {YamlError} for limits and duplicate keys */
export function readFast(text: string, options: ResolvedOptions): YamlDocument[] {
  const length = text.length
  const rules = options.scalars
  let i = text.charCodeAt(0) === 0xfeff ? 1 : 0
  let lineStart = i
  let column = 0
  let depth = 0
  let warnings: YamlWarning[] = []

  /** Go to the next line with content; false at the end of the document. `i` must be at the start of a line. */
  function nextContent(): boolean {
    for (;;) {
      lineStart = i
      while (text.charCodeAt(i) === SPACE) i++
      if (i >= length) {
        column = -1
        return false
      }
      const code = text.charCodeAt(i)
      if (code === LF) {
        i++
        continue
      }
      if (code === HASH) {
        skipLine()
        continue
      }
      if (code === TAB) {
        if (isBlankLine(i)) {
          skipLine()
          continue
        }
        throw beyondSubset
      }
      column = i - lineStart
      if (column === 0 && isMarker(i)) {
        column = -1
        return false
      }
      return true
    }
  }

  function isBlankLine(from: number): boolean {
    let at = from
    while (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === TAB) at++
    return at >= length || text.charCodeAt(at) === LF
  }

  function skipLine(): void {
    const end = text.indexOf('\n', i)
    i = end < 0 ? length : end + 1
  }

  function isMarker(at: number): boolean {
    const code = text.charCodeAt(at)
    if ((code !== DASH && code !== DOT) || text.charCodeAt(at + 1) !== code || text.charCodeAt(at + 2) !== code) return false
    const after = text.charCodeAt(at + 3)
    return at + 3 >= length || after === LF || after === SPACE || after === TAB
  }

  /** Only blanks or a comment may follow on this line; goes to the start of the next. */
  function endLine(): void {
    const from = i
    while (text.charCodeAt(i) === SPACE) i++
    if (i >= length) return
    const code = text.charCodeAt(i)
    if (code === LF) i++
    else if (code === HASH && i > from) skipLine()
    else if (code === TAB && isBlankLine(i)) skipLine()
    else throw beyondSubset
  }

  function isBlankAt(at: number): boolean {
    const code = text.charCodeAt(at)
    return code === SPACE || code === LF || at >= length
  }

  function enter(): void {
    if (++depth <= options.maxDepth) return
    const { line, column: at } = positionOf(text, i)
    throw new YamlError('YAML_LIMIT', `collections are nested deeper than ${options.maxDepth}`, line, at)
  }

  /** A node that begins at `i`, in `column`; `parent` is the indentation of the collection around it. */
  function readNode(parent: number): unknown {
    const code = text.charCodeAt(i)
    if (code === DASH && isBlankAt(i + 1)) return readSequence(column)
    const at = i
    const key = readKey()
    if (key !== undefined) return readMapping(column, key, at)
    return readInline(parent)
  }

  /** A key and its colon, or undefined with `i` unmoved. */
  function readKey(): string | undefined {
    const start = i
    const first = text.charCodeAt(i)
    if (first === QUOTE || first === APOSTROPHE) {
      const key = first === QUOTE ? quotedOnLine() : singleOnLine()
      if (key !== undefined) {
        let at = i
        while (text.charCodeAt(at) === SPACE) at++
        if (text.charCodeAt(at) === COLON && isBlankAt(at + 1)) {
          i = at + 1
          return key
        }
      }
      i = start
      return undefined
    }
    if (first < 128 && isIndicator[first] === 1) {
      if (first === 63 && !isBlankAt(i + 1)) throw beyondSubset
      return undefined
    }
    let hash = 0
    for (let at = i; at < length; at++) {
      const code = text.charCodeAt(at)
      if (code === COLON) {
        const after = text.charCodeAt(at + 1)
        if (after === SPACE || after === LF || at + 1 >= length) {
          let end = at
          while (text.charCodeAt(end - 1) === SPACE) end--
          if (end === start) throw beyondSubset
          i = at + 1
          return internKey(start, end, hash)
        }
        if (after === TAB) throw beyondSubset
      } else if (code === LF) return undefined
      else if (code === HASH && text.charCodeAt(at - 1) === SPACE) return undefined
      else if (code === TAB) throw beyondSubset
      hash = (hash * 31 + code) | 0
    }
    return undefined
  }

  function internKey(start: number, end: number, hash: number): string {
    const slot = hash & (cacheSlots - 1)
    const kept = keyCache[slot] as string
    if (kept.length === end - start && text.startsWith(kept, start)) return kept
    const raw = text.slice(start, end)
    if (raw === '<<') throw beyondSubset
    let key: string
    try {
      key = resolveKey(raw, rules)
    } catch {
      throw beyondSubset
    }
    // Only keys that stand for themselves under every rule are kept.
    if (key === raw && end - start < 64 && resolveKey(raw, 'sigs') === raw) keyCache[slot] = raw
    return key
  }

  /** Whether the last value read was none at all. */
  let isMissing = false

  function readMapping(indent: number, firstKey: string, firstAt: number): Record<string, unknown> {
    enter()
    const map: Record<string, unknown> = {}
    let key = firstKey
    let keyAt = firstAt
    for (;;) {
      isMissing = false
      const value = readValue(indent)
      if (isMissing && value === null) options.onMissingValue?.(map, key)
      if (map[key] !== undefined && Object.hasOwn(map, key)) duplicate(key, keyAt)
      setMember(map, key, value)
      if (column < 0 || column < indent) break
      if (column > indent) throw beyondSubset
      keyAt = i
      if (text.charCodeAt(i) === DASH && isBlankAt(i + 1)) throw beyondSubset
      const next = readKey()
      if (next === undefined) throw beyondSubset
      key = next
    }
    depth--
    return map
  }

  function duplicate(key: string, at: number): void {
    const { line, column: columnAt } = positionOf(text, at)
    const message = `key ${JSON.stringify(key)} is already defined in this map`
    if (options.duplicateKeys === 'error') throw new YamlError('YAML_DUPLICATE_KEY', message, line, columnAt)
    warnings.push({ code: 'DUPLICATE_KEY', message: `${message}; the last one counts`, line, column: columnAt })
  }

  /** What follows a key's colon; afterwards `i` is at the next content, `column` its indentation or -1. */
  function readValue(indent: number): unknown {
    while (text.charCodeAt(i) === SPACE) i++
    const code = text.charCodeAt(i)
    if (code !== LF && i < length && code !== HASH) {
      if (code === TAB || (code === DASH && isBlankAt(i + 1))) throw beyondSubset
      return readInline(indent)
    }
    endLine()
    const isNext = nextContent()
    if (isNext && column > indent) return readNode(indent)
    // A list may stand at the indentation of its key.
    if (isNext && column === indent && text.charCodeAt(i) === DASH && isBlankAt(i + 1)) return readSequence(indent)
    isMissing = true
    return null
  }

  function readSequence(indent: number): unknown[] {
    enter()
    const list: unknown[] = []
    for (;;) {
      i++
      while (text.charCodeAt(i) === SPACE) i++
      const code = text.charCodeAt(i)
      if (code === TAB) throw beyondSubset
      if (code === LF || i >= length || code === HASH) {
        endLine()
        list.push(nextContent() && column > indent ? readNode(indent) : null)
      } else {
        column = i - lineStart
        list.push(readNode(indent))
      }
      if (column < indent || column < 0) break
      if (column > indent || text.charCodeAt(i) !== DASH || !isBlankAt(i + 1)) {
        // At the indentation of a key the list ends where the next key begins.
        if (column === indent) break
        throw beyondSubset
      }
    }
    depth--
    return list
  }

  /** A scalar or flow collection that begins on this line; afterwards at the next content. */
  function readInline(parent: number): unknown {
    const code = text.charCodeAt(i)
    let value: unknown
    if (code === QUOTE) value = readDouble(parent)
    else if (code === APOSTROPHE) value = readSingle(parent)
    else if (code === OPEN_LIST || code === OPEN_MAP) value = readFlow(parent)
    else if (code === PIPE || code === GREATER) return readBlock(parent, code === GREATER)
    else if (code < 128 && isIndicator[code] === 1) throw beyondSubset
    else return readPlain(parent)
    endLine()
    nextContent()
    return value
  }

  /** A plain scalar, which may go on in deeper lines. */
  function readPlain(parent: number): unknown {
    const first = plainLine()
    const hadComment = text.charCodeAt(i) === HASH
    endLine()
    if (!nextContent() || column <= parent) return resolved(first)
    if (hadComment) throw beyondSubset
    let folded = first
    for (;;) {
      // Blank lines between two lines are line ends in the value.
      const breaks = countBreaks(lineStart)
      folded += breaks === 0 ? ' ' : '\n'.repeat(breaks)
      folded += plainLine()
      const isEnded = text.charCodeAt(i) === HASH
      endLine()
      const from = i
      if (!nextContent() || column <= parent) return folded
      if (isEnded || text.slice(from, lineStart).includes('#')) throw beyondSubset
    }
  }

  /** Blank lines right before a line. A comment there ends a plain scalar, so it is beyond the subset. */
  function countBreaks(start: number): number {
    let count = 0
    let at = start - 1
    for (;;) {
      const before = text.lastIndexOf('\n', at - 1)
      for (let k = before + 1; k < at; k++) {
        const code = text.charCodeAt(k)
        if (code !== SPACE) {
          if (code === HASH) throw beyondSubset
          return count
        }
      }
      count++
      at = before
    }
  }

  /** The rest of a line as part of a plain scalar; stops at its end or at a comment. */
  function plainLine(): string {
    const start = i
    let end = text.indexOf('\n', i)
    if (end < 0) end = length
    for (let at = start; at < end; at++) {
      const code = text.charCodeAt(at)
      if (code === COLON) {
        const after = text.charCodeAt(at + 1)
        if (after === SPACE || after === TAB || at + 1 >= end) throw beyondSubset
      } else if (code === HASH && at > start) {
        const before = text.charCodeAt(at - 1)
        if (before === SPACE || before === TAB) {
          end = at
          break
        }
      } else if (code === TAB) throw beyondSubset
    }
    i = end
    while (end > start && text.charCodeAt(end - 1) === SPACE) end--
    return text.slice(start, end)
  }

  function resolved(plain: string): unknown {
    try {
      return resolvePlain(plain, rules)
    } catch {
      throw beyondSubset
    }
  }

  function quotedOnLine(): string | undefined {
    let end = i + 1
    for (; end < length; end++) {
      const code = text.charCodeAt(end)
      if (code === QUOTE) break
      if (code === BACKSLASH) end++
      else if (code === LF) return undefined
    }
    if (end >= length) throw beyondSubset
    const raw = text.slice(i + 1, end)
    i = end + 1
    return raw.includes('\\') ? unescaped(raw) : raw
  }

  function unescaped(raw: string): string {
    let out = ''
    for (let at = 0; at < raw.length; at++) {
      const character = raw.charAt(at)
      if (character !== '\\') {
        out += character
        continue
      }
      const name = raw.charAt(++at)
      const simple = escapes[name]
      if (simple !== undefined) {
        out += simple
        continue
      }
      const digits = name === 'x' ? 2 : name === 'u' ? 4 : name === 'U' ? 8 : 0
      const hex = raw.slice(at + 1, at + 1 + digits)
      if (digits === 0 || hex.length < digits || !/^[0-9a-fA-F]+$/.test(hex)) throw beyondSubset
      const point = Number.parseInt(hex, 16)
      if (point > 0x10ffff) throw beyondSubset
      out += String.fromCodePoint(point)
      at += digits
    }
    return out
  }

  function singleOnLine(): string | undefined {
    let end = i + 1
    let hasPairs = false
    for (; end < length; end++) {
      const code = text.charCodeAt(end)
      if (code === APOSTROPHE) {
        if (text.charCodeAt(end + 1) !== APOSTROPHE) break
        hasPairs = true
        end++
      } else if (code === LF) return undefined
    }
    if (end >= length) throw beyondSubset
    const raw = text.slice(i + 1, end)
    i = end + 1
    return hasPairs ? raw.replaceAll("''", "'") : raw
  }

  function readDouble(parent: number): string {
    const start = i
    const short = quotedOnLine()
    if (short !== undefined) return short
    let end = start + 1
    for (; end < length; end++) {
      const code = text.charCodeAt(end)
      if (code === QUOTE) break
      if (code === BACKSLASH) end++
    }
    if (end >= length) throw beyondSubset
    const raw = text.slice(start + 1, end)
    i = end + 1
    // An escaped line end joins lines without a blank.
    if (/\\\n/.test(raw)) throw beyondSubset
    return unescaped(foldQuoted(raw, parent))
  }

  function readSingle(parent: number): string {
    const start = i
    const short = singleOnLine()
    if (short !== undefined) return short
    let end = start + 1
    for (; end < length; end++) {
      if (text.charCodeAt(end) !== APOSTROPHE) continue
      if (text.charCodeAt(end + 1) !== APOSTROPHE) break
      end++
    }
    if (end >= length) throw beyondSubset
    i = end + 1
    return foldQuoted(text.slice(start + 1, end), parent).replaceAll("''", "'")
  }

  /** Line folding inside quotes. */
  function foldQuoted(raw: string, parent: number): string {
    const lines = raw.split('\n')
    let out = trimmedEnd(lines[0] as string)
    let breaks = 0
    for (let at = 1; at < lines.length; at++) {
      const line = lines[at] as string
      const content = line.replace(/^[ \t]+/, '')
      if (content === '' && at < lines.length - 1) {
        breaks++
        continue
      }
      if (content !== '' && (line.length - content.length <= parent || line.startsWith('\t') || /^(?:---|\.\.\.)/.test(line))) throw beyondSubset
      out += breaks === 0 ? ' ' : '\n'.repeat(breaks)
      breaks = 0
      out += at < lines.length - 1 ? trimmedEnd(content) : content
    }
    return out
  }

  function trimmedEnd(line: string): string {
    let end = line.length
    while (end > 0 && (line.charCodeAt(end - 1) === SPACE || line.charCodeAt(end - 1) === TAB)) end--
    return line.slice(0, end)
  }

  function readBlock(parent: number, isFolded: boolean): string {
    if (parent < 0) throw beyondSubset
    i++
    let chomp = 0
    let explicit = 0
    for (;;) {
      const code = text.charCodeAt(i)
      if (code === DASH || code === 43) {
        if (chomp !== 0) throw beyondSubset
        chomp = code
      } else if (code > 48 && code <= 57) {
        if (explicit !== 0) throw beyondSubset
        explicit = code - 48
      } else break
      i++
    }
    endLine()
    let indent = explicit === 0 ? 0 : parent + explicit
    let out = ''
    let blanks = 0
    let hasContent = false
    let wasMore = false
    let widestBlank = 0
    while (i < length) {
      const start = i
      let at = i
      while (text.charCodeAt(at) === SPACE && (indent === 0 || at - start < indent)) at++
      const code = text.charCodeAt(at)
      if (code === LF || at >= length) {
        if (indent === 0) widestBlank = Math.max(widestBlank, at - start)
        if (at < length) blanks++
        i = Math.min(at + 1, length)
        continue
      }
      if (indent === 0) {
        if (at - start <= parent) break
        indent = at - start
        if (code === TAB || widestBlank > indent) throw beyondSubset
      } else if (at - start < indent) {
        // Less indented: the end, unless a tab makes it doubtful.
        if (code === TAB) throw beyondSubset
        if (at - start > parent && code !== HASH) throw beyondSubset
        break
      }
      let end = text.indexOf('\n', at)
      if (end < 0) end = length
      const isMore = isFolded && (code === SPACE || code === TAB)
      if (!isFolded) {
        if (hasContent || blanks > 0) out += '\n'.repeat(hasContent ? 1 + blanks : blanks)
      } else if (isMore) {
        wasMore = true
        out += '\n'.repeat(hasContent ? 1 + blanks : blanks)
      } else if (wasMore) {
        wasMore = false
        out += '\n'.repeat(blanks + 1)
      } else if (blanks > 0) out += '\n'.repeat(blanks)
      else if (hasContent) out += ' '
      blanks = 0
      hasContent = true
      out += text.slice(at, end)
      i = end + 1
    }
    // A last line without a line end has none to keep, as in libyaml and Go.
    const hasFinalBreak = i <= length
    i = Math.min(i, length)
    if (chomp === 43) out += '\n'.repeat(hasContent ? (hasFinalBreak ? 1 : 0) + blanks : blanks)
    else if (chomp === 0 && hasContent && hasFinalBreak) out += '\n'
    nextContent()
    return out
  }

  /** Blanks, line ends and comments inside a flow collection. */
  function skipFlowBlanks(parent: number): void {
    for (;;) {
      const code = text.charCodeAt(i)
      if (code === SPACE || code === TAB) i++
      else if (code === LF) {
        i++
        const start = i
        while (text.charCodeAt(i) === SPACE) i++
        const next = text.charCodeAt(i)
        if (next === TAB && !isBlankLine(i)) throw beyondSubset
        if (next !== LF && next !== HASH && i < length && (i - start <= parent || (i === start && isMarker(i)))) throw beyondSubset
      } else if (code === HASH) {
        const before = text.charCodeAt(i - 1)
        if (before !== SPACE && before !== LF && before !== TAB) throw beyondSubset
        const end = text.indexOf('\n', i)
        i = end < 0 ? length : end
      } else return
    }
  }

  function readFlow(parent: number): unknown {
    enter()
    const value = text.charCodeAt(i) === OPEN_LIST ? readFlowList(parent) : readFlowMap(parent)
    depth--
    return value
  }

  function readFlowList(parent: number): unknown[] {
    const list: unknown[] = []
    i++
    for (;;) {
      skipFlowBlanks(parent)
      const code = text.charCodeAt(i)
      if (code === CLOSE_LIST) {
        i++
        return list
      }
      if (code === COMMA) throw beyondSubset
      list.push(readFlowValue(parent))
      skipFlowBlanks(parent)
      const after = text.charCodeAt(i)
      if (after === COMMA) i++
      else if (after !== CLOSE_LIST) throw beyondSubset
    }
  }

  function readFlowMap(parent: number): Record<string, unknown> {
    const map: Record<string, unknown> = {}
    i++
    for (;;) {
      skipFlowBlanks(parent)
      const code = text.charCodeAt(i)
      if (code === CLOSE_MAP) {
        i++
        return map
      }
      const at = i
      const isQuoted = code === QUOTE || code === APOSTROPHE
      const key = code === QUOTE ? readDouble(parent) : code === APOSTROPHE ? readSingle(parent) : flowKey()
      skipFlowBlanks(parent)
      let value: unknown = null
      if (text.charCodeAt(i) === COLON) {
        const after = text.charCodeAt(i + 1)
        if (!isQuoted && after !== SPACE && after !== LF && after !== COMMA && after !== CLOSE_MAP) throw beyondSubset
        i++
        skipFlowBlanks(parent)
        const next = text.charCodeAt(i)
        if (next !== COMMA && next !== CLOSE_MAP) value = readFlowValue(parent)
        else options.onMissingValue?.(map, key)
      } else options.onMissingValue?.(map, key)
      if (map[key] !== undefined && Object.hasOwn(map, key)) duplicate(key, at)
      setMember(map, key, value)
      skipFlowBlanks(parent)
      const end = text.charCodeAt(i)
      if (end === COMMA) i++
      else if (end !== CLOSE_MAP) throw beyondSubset
    }
  }

  function flowKey(): string {
    const raw = flowPlain()
    if (raw === '' || raw === '<<') throw beyondSubset
    try {
      return resolveKey(raw, rules)
    } catch {
      throw beyondSubset
    }
  }

  function readFlowValue(parent: number): unknown {
    const code = text.charCodeAt(i)
    if (code === QUOTE || code === APOSTROPHE) {
      const value = code === QUOTE ? readDouble(parent) : readSingle(parent)
      skipFlowBlanks(parent)
      if (text.charCodeAt(i) === COLON) throw beyondSubset
      return value
    }
    if (code === OPEN_LIST || code === OPEN_MAP) {
      const value = readFlow(parent)
      skipFlowBlanks(parent)
      if (text.charCodeAt(i) === COLON) throw beyondSubset
      return value
    }
    return resolved(flowPlain())
  }

  /** A plain scalar inside a flow collection, on one line. */
  function flowPlain(): string {
    const start = i
    const first = text.charCodeAt(i)
    if ((first < 128 && isIndicator[first] === 1) || i >= length || first === COLON || (first === DASH && isBlankAt(i + 1))) throw beyondSubset
    for (; i < length; i++) {
      const code = text.charCodeAt(i)
      if (code === COMMA || code === CLOSE_LIST || code === CLOSE_MAP || code === OPEN_LIST || code === OPEN_MAP) break
      if (code === COLON) {
        const after = text.charCodeAt(i + 1)
        if (after === SPACE || after === LF || after === COMMA || after === CLOSE_LIST || after === CLOSE_MAP || i + 1 >= length) break
      }
      if (code === LF || code === TAB || (code === HASH && text.charCodeAt(i - 1) === SPACE)) break
    }
    let end = i
    while (end > start && text.charCodeAt(end - 1) === SPACE) end--
    const after = text.charCodeAt(i)
    if (after === OPEN_LIST || after === OPEN_MAP || after === TAB || after === HASH) throw beyondSubset
    if (after === LF) {
      // A scalar that goes on in the next line is beyond the subset; the end of the collection is not.
      let at = i
      while (text.charCodeAt(at) === SPACE || text.charCodeAt(at) === LF) at++
      const next = text.charCodeAt(at)
      if (next !== COMMA && next !== CLOSE_LIST && next !== CLOSE_MAP && next !== COLON) throw beyondSubset
    }
    return text.slice(start, end)
  }

  const documents: YamlDocument[] = []
  let line = 1
  let counted = 0
  const lineAt = (offset: number): number => {
    for (let at = text.indexOf('\n', counted); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
      line++
      counted = at + 1
    }
    return line
  }
  let isExplicit = false
  while (i < length || isExplicit) {
    const start = i
    warnings = []
    let value: unknown = null
    let isEmpty = true
    let contentAt = start
    if (isExplicit && !atLineStart()) {
      // Content behind `---` on its own line: only scalars and flow collections are common, and only those are taken.
      while (text.charCodeAt(i) === SPACE) i++
      const code = text.charCodeAt(i)
      if (code !== LF && i < length && code !== HASH) throw beyondSubset
      endLine()
    }
    if (nextContent()) {
      if (text.charCodeAt(i) === 37) throw beyondSubset
      contentAt = i
      isEmpty = false
      value = readNode(-1)
      if (column >= 0) throw beyondSubset
    }
    const end = i
    if (!isEmpty || isExplicit) documents.push({ value, line: lineAt(contentAt), start, end, warnings, isEmpty })
    isExplicit = false
    if (i >= length) break
    // At a marker.
    const isEnd = text.charCodeAt(i) === DOT
    i += 3
    if (isEnd) endLine()
    else isExplicit = true
  }
  return documents

  function atLineStart(): boolean {
    return i === 0 || text.charCodeAt(i - 1) === LF
  }
}
