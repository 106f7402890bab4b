// From the text of a template to tokens, as Go's `text/template/parse` takes it apart.
import type { Source } from './nodes.ts'
import { quoted } from './quote.ts'

export type TokenKind =
  | 'text'
  | 'left'
  | 'right'
  | 'identifier'
  | 'field'
  | 'variable'
  | 'dot'
  | 'nil'
  | 'bool'
  | 'string'
  | 'rawString'
  | 'character'
  | 'number'
  | 'pipe'
  | 'declare'
  | 'assign'
  | 'sign'
  | 'space'
  | 'leftParenthesis'
  | 'rightParenthesis'
  | 'keyword'
  | 'end'
  | 'error'

export interface Token {
  readonly kind: TokenKind
  /** The text of the token; of an error, its message. */
  readonly text: string
  readonly position: number
  /** Line ends inside comments before it; Go before 1.23 does not count them. */
  readonly commentLines: number
}

const keywords = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with'])
const blank = /[ \t\r\n]/
const letter = /[\p{L}\p{N}_]/u
const digit = /[0-9]/

/** Every token of a text. An error ends the list. */
export function tokenize({ text }: Source): readonly Token[] {
  const tokens: Token[] = []
  let commentLines = 0
  const push = (kind: TokenKind, start: number, end: number): void => void tokens.push({ kind, text: text.slice(start, end), position: start, commentLines })
  let position = 0
  while (true) {
    const open = text.indexOf('{{', position)
    if (open < 0) {
      if (position < text.length) push('text', position, text.length)
      break
    }
    const isTrimmed = text.charAt(open + 2) === '-' && blank.test(text.charAt(open + 3))
    const end = isTrimmed ? trimmedEnd(text, position, open) : open
    if (end > position) push('text', position, end)
    const inner = open + (isTrimmed ? 4 : 2)
    if (text.startsWith('/*', inner)) {
      const close = commentEnd(text, inner)
      if (typeof close === 'string') {
        tokens.push({ kind: 'error', text: close, position: open, commentLines })
        return tokens
      }
      commentLines += linesIn(text, inner, close)
      position = close
      continue
    }
    push('left', open, open + 2)
    const next = lexAction(text, inner, tokens, commentLines)
    if (next === undefined) return tokens
    position = next
  }
  push('end', text.length, text.length)
  return tokens
}

function linesIn(text: string, start: number, end: number): number {
  let lines = 0
  // What is trimmed behind the comment counts.
  const close = text.indexOf('*/', start + 2)
  for (let at = text.indexOf('\n', start); at >= 0 && at < Math.min(close, end); at = text.indexOf('\n', at + 1)) lines++
  return lines
}

function trimmedEnd(text: string, start: number, end: number): number {
  let last = end
  while (last > start && blank.test(text.charAt(last - 1))) last--
  return last
}

function afterBlanks(text: string, position: number): number {
  let next = position
  while (next < text.length && blank.test(text.charAt(next))) next++
  return next
}

/** Where a comment ends, right delimiter and trimmed blanks included, or what is wrong with it. */
function commentEnd(text: string, inner: number): number | string {
  const close = text.indexOf('*/', inner + 2)
  if (close < 0) return 'unclosed comment'
  const after = close + 2
  if (text.startsWith('}}', after)) return after + 2
  if (blank.test(text.charAt(after)) && text.startsWith('-}}', after + 1)) return afterBlanks(text, after + 4)
  return 'comment ends before closing delimiter'
}

/** Lex one action from after its left delimiter; the position after it, or undefined after an error. */
function lexAction(text: string, start: number, tokens: Token[], commentLines: number): number | undefined {
  let position = start
  let depth = 0
  const fail = (message: string): undefined => {
    tokens.push({ kind: 'error', text: message, position, commentLines })
    return undefined
  }
  const push = (kind: TokenKind, end: number): void => {
    tokens.push({ kind, text: text.slice(position, end), position, commentLines })
    position = end
  }
  while (true) {
    // The end of an action may trim the blanks behind it.
    if (blank.test(text.charAt(position)) && text.startsWith('-}}', position + 1)) {
      if (depth > 0) return fail('unclosed left paren')
      tokens.push({ kind: 'right', text: '}}', position: position + 1, commentLines })
      return afterBlanks(text, position + 4)
    }
    if (text.startsWith('}}', position)) {
      if (depth > 0) return fail('unclosed left paren')
      tokens.push({ kind: 'right', text: '}}', position, commentLines })
      return position + 2
    }
    if (position >= text.length) return fail('unclosed action')
    const character = text.charAt(position)
    if (blank.test(character)) {
      let end = position
      // A blank that belongs to the trimming end is left to it.
      while (blank.test(text.charAt(end)) && !text.startsWith('-}}', end + 1)) end++
      if (end === position) continue
      push('space', end)
      continue
    }
    switch (character) {
      case '=':
        push('assign', position + 1)
        continue
      case '|':
        push('pipe', position + 1)
        continue
      case '(':
        depth++
        push('leftParenthesis', position + 1)
        continue
      case ')':
        depth--
        if (depth < 0) return fail('unexpected right paren')
        push('rightParenthesis', position + 1)
        continue
      case ':':
        if (text.charAt(position + 1) !== '=') return fail('expected :=')
        push('declare', position + 2)
        continue
      case '"':
      case '`': {
        const end = stringEnd(text, position, character)
        if (end === undefined) return fail(character === '"' ? 'unterminated quoted string' : 'unterminated raw quoted string')
        push(character === '"' ? 'string' : 'rawString', end)
        continue
      }
      case "'": {
        const end = stringEnd(text, position, "'")
        if (end === undefined) return fail('unterminated character constant')
        push('character', end)
        continue
      }
      default:
    }
    if (character === '$' || (character === '.' && !digit.test(text.charAt(position + 1)))) {
      let end = position + 1
      while (end < text.length && letter.test(characterAt(text, end))) end += characterAt(text, end).length
      const bad = badAfter(text, end)
      if (character === '.' && end === position + 1) {
        if (bad !== undefined) return fail(bad)
        push('dot', end)
        continue
      }
      if (bad !== undefined) return fail(bad)
      push(character === '$' ? 'variable' : 'field', end)
      continue
    }
    if (/[-+0-9.]/.test(character)) {
      const { end, isGood } = scanNumber(text, position)
      if (!isGood) return fail(`bad number syntax: ${quoted(text.slice(position, end))}`)
      // A sign behind a number is that of the imaginary part, which has to be there then.
      if (/[+-]/.test(text.charAt(end))) return fail(`bad number syntax: ${quoted(text.slice(position, scanNumber(text, end).end))}`)
      push('number', end)
      continue
    }
    const first = characterAt(text, position)
    if (letter.test(first)) {
      let end = position
      while (end < text.length && letter.test(characterAt(text, end))) end += characterAt(text, end).length
      const bad = badAfter(text, end)
      if (bad !== undefined) return fail(bad)
      const word = text.slice(position, end)
      push(keywords.has(word) ? 'keyword' : word === 'true' || word === 'false' ? 'bool' : word === 'nil' ? 'nil' : 'identifier', end)
      continue
    }
    if (/^[\x21-\x7e]$/.test(first)) push('sign', position + 1)
    else return fail(`unrecognized character in action: ${codePoint(first)}`)
  }
}

/** How far a number goes, and whether no letter follows it. Whether it is one at all is looked at later. */
function scanNumber(text: string, start: number): { readonly end: number; readonly isGood: boolean } {
  const pattern =
    /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y
  pattern.lastIndex = start
  const end = start + (pattern.exec(text)?.[0].length ?? 0)
  const next = characterAt(text, end)
  return letter.test(next) ? { end: end + next.length, isGood: false } : { end, isGood: true }
}

function characterAt(text: string, position: number): string {
  const code = text.codePointAt(position)
  return code === undefined ? '' : String.fromCodePoint(code)
}

/** What may not follow a word. */
function badAfter(text: string, position: number): string | undefined {
  const next = characterAt(text, position)
  if (next === '' || blank.test(next) || '.,|:)('.includes(next) || text.startsWith('}}', position)) return undefined
  return `bad character ${codePoint(next)}`
}

function codePoint(character: string): string {
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character) ? `U+${code} '${character}'` : `U+${code}`
}

function stringEnd(text: string, start: number, quote: string): number | undefined {
  for (let index = start + 1; index < text.length; index++) {
    const character = text.charAt(index)
    if (character === quote) return index + 1
    if (quote === '`') continue
    if (character === '\n') return undefined
    if (character === '\\') index++
  }
  return undefined
}
