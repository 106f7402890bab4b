// Go's string literals: reading and writing.

const simple: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', "'": "'", '"': '"' }
const written: Readonly<Record<string, string>> = { '\x07': '\\a', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v', '\\': '\\\\' }

/** The text of an interpreted string or character literal, without its quotes; undefined when an escape is wrong. */
export function unquoted(text: string): string | undefined {
  if (!text.includes('\\')) return text
  let result = ''
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index)
    if (character !== '\\') {
      result += character
      continue
    }
    const next = text.charAt(++index)
    if (Object.hasOwn(simple, next)) {
      result += simple[next] ?? ''
      continue
    }
    const size = next === 'x' ? 2 : next === 'u' ? 4 : next === 'U' ? 8 : 0
    if (size > 0) {
      const digits = text.slice(index + 1, index + 1 + size)
      const code = Number.parseInt(digits, 16)
      if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length < size || code > 0x10ffff) return undefined
      result += String.fromCodePoint(code)
      index += size
      continue
    }
    const octal = text.slice(index, index + 3)
    if (!/^[0-7]{3}$/.test(octal)) return undefined
    result += String.fromCharCode(Number.parseInt(octal, 8))
    index += 2
  }
  return result
}

const isPrintable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u

/** A string as `%q` prints it. */
export function quoted(text: string, quote = '"', isAscii = false): string {
  let result = quote
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (character === quote) result += `\\${quote}`
    else if (Object.hasOwn(written, character)) result += written[character] ?? ''
    else if (code < 0x20 || code === 0x7f) result += `\\x${code.toString(16).padStart(2, '0')}`
    else if (code < 0x7f || (!isAscii && isPrintable.test(character))) result += character
    else if (code <= 0xffff) result += `\\u${code.toString(16).padStart(4, '0')}`
    else result += `\\U${code.toString(16).padStart(8, '0')}`
  }
  return result + quote
}
