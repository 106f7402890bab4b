// Globs as Go's gobwas/glob reads them: `*`, `?`, `[a-z]`, `{a,b}`; with separators `*` stops at them and `**` does not.
// Matching takes time proportional to pattern × text; nothing backtracks exponentially.

const maxPatternLength = 1024
const maxAlternatives = 256

/** Whether a pattern that may hold `{a,b}` alternatives matches the whole text. A malformed pattern matches only itself. */
export function matchesGlob(pattern: string, text: string, separator?: string): boolean {
  if (pattern.length > maxPatternLength) return false
  return alternativesOf(pattern).some((alternative) => matchesPlain(alternative, text, separator))
}

function alternativesOf(pattern: string): string[] {
  const open = pattern.indexOf('{')
  if (open < 0) return [pattern]
  let depth = 0
  let start = open + 1
  const choices: string[] = []
  for (let at = open; at < pattern.length; at++) {
    const character = pattern[at]
    if (character === '\\') at++
    else if (character === '{') depth++
    else if (character === ',' && depth === 1) {
      choices.push(pattern.slice(start, at))
      start = at + 1
    } else if (character === '}' && --depth === 0) {
      choices.push(pattern.slice(start, at))
      const rest = pattern.slice(at + 1)
      const expanded = choices.flatMap((choice) => alternativesOf(pattern.slice(0, open) + choice + rest))
      return expanded.slice(0, maxAlternatives)
    }
  }
  return [pattern]
}

/** Greedy match with one point of return for `*` and one for `**`: linear retries, no recursion. */
function matchesPlain(pattern: string, text: string, separator: string | undefined): boolean {
  // One bit a pattern position would do; patterns are short, so a set of positions is advanced over the text.
  const tokens = tokensOf(pattern)
  let positions = new Set<number>([0])
  const close = (set: Set<number>): Set<number> => {
    for (const position of set) if (tokens[position]?.kind === 'many' || tokens[position]?.kind === 'any') set.add(position + 1)
    return set
  }
  close(positions)
  for (const character of text) {
    const next = new Set<number>()
    for (const position of positions) {
      const token = tokens[position]
      if (token === undefined) continue
      if (token.kind === 'any' || (token.kind === 'many' && character !== separator)) next.add(position)
      else if (token.kind === 'one' && character !== separator) next.add(position + 1)
      else if (token.kind === 'set' && token.matches(character)) next.add(position + 1)
      else if (token.kind === 'text' && token.text === character) next.add(position + 1)
    }
    if (next.size === 0) return false
    positions = close(next)
  }
  return positions.has(tokens.length)
}

type Token =
  | { readonly kind: 'any' | 'many' | 'one' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'set'; matches(character: string): boolean }

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at)
    if (character === '*') {
      if (pattern[at + 1] === '*') {
        tokens.push({ kind: 'any' })
        at++
      } else tokens.push({ kind: 'many' })
    } else if (character === '?') tokens.push({ kind: 'one' })
    else if (character === '[') {
      const end = pattern.indexOf(']', at + 2)
      if (end < 0) tokens.push({ kind: 'text', text: character })
      else {
        tokens.push({ kind: 'set', matches: setOf(pattern.slice(at + 1, end)) })
        at = end
      }
    } else if (character === '\\' && at + 1 < pattern.length) tokens.push({ kind: 'text', text: pattern.charAt(++at) })
    else tokens.push({ kind: 'text', text: character })
  }
  return tokens
}

function setOf(body: string): (character: string) => boolean {
  const isNegated = body.startsWith('!') || body.startsWith('^')
  const characters = isNegated ? body.slice(1) : body
  const range = /^(.)-(.)$/su.exec(characters)
  const isIn =
    range === null
      ? (character: string) => characters.includes(character)
      : (character: string) => character >= (range[1] ?? '') && character <= (range[2] ?? '')
  return (character) => isIn(character) !== isNegated
}
