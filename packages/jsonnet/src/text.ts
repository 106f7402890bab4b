// Texts as sequences of code points, which is how Jsonnet counts them.

const surrogates = /[\ud800-\udfff]/

/** Whether units and code points are the same. */
export function isFlat(text: string): boolean {
  return !surrogates.test(text)
}

export function codePointLength(text: string): number {
  if (isFlat(text)) return text.length
  let length = 0
  for (const _ of text) length++
  return length
}

/** A part of a text, by code points. */
export function codePointSlice(text: string, start: number, end: number): string {
  return isFlat(text) ? text.slice(start, end) : Array.from(text).slice(start, end).join('')
}

/** Order by code points; that of UTF-16 differs for those above U+FFFF. */
export function compareTexts(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let at = 0; at < length; at++) {
    const left = a.charCodeAt(at)
    const right = b.charCodeAt(at)
    if (left !== right) return rank(left) < rank(right) ? -1 : 1
  }
  return a.length < b.length ? -1 : 1
}

/** Surrogates stand for what is above all other units. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}

const quotes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** A text in double quotes, as results and `std.escapeStringJson` have it. */
export function quoted(text: string): string {
  return `"${text.replace(/["\\\p{Cc}]/gu, (character) => quotes[character] ?? escaped(character))}"`
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** A text without halves of surrogate pairs: Go's texts cannot hold them. */
export function wellFormed(text: string): string {
  return isFlat(text) ? text : text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (match) => (match.length === 2 ? match : '\ufffd'))
}
