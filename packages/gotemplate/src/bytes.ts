// Go's texts are bytes. Those that are no UTF-8 stand in a JavaScript text as lone surrogates U+DC80 to U+DCFF, so that they survive.
const encoder = new TextEncoder()
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const escapeBase = 0xdc00

/** A text of bytes, whatever they are. `bytesOf` gives the same bytes back. */
export function textOf(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes)
  } catch {
    return escaped(bytes)
  }
}

function escaped(bytes: Uint8Array): string {
  const parts: string[] = []
  let start = 0
  for (let at = 0; at < bytes.length;) {
    const size = sequenceLength(bytes, at)
    if (size > 0) {
      at += size
      continue
    }
    parts.push(strict.decode(bytes.subarray(start, at)), String.fromCharCode(escapeBase + (bytes[at] ?? 0)))
    start = ++at
  }
  parts.push(strict.decode(bytes.subarray(start)))
  return parts.join('')
}

/** How long the character at a position is; 0 when there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0
  if (first < 0x80) return 1
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2
  if (first < 0xc2 || first > 0xf4 || at + size > bytes.length) return 0
  const second = bytes[at + 1] ?? 0
  const [low, high] =
    first === 0xe0 ? [0xa0, 0xbf] : first === 0xed ? [0x80, 0x9f] : first === 0xf0 ? [0x90, 0xbf] : first === 0xf4 ? [0x80, 0x8f] : [0x80, 0xbf]
  if (second < low || second > high) return 0
  for (let next = at + 2; next < at + size; next++) if (((bytes[next] ?? 0) & 0xc0) !== 0x80) return 0
  return size
}

/** The bytes of a text, of escaped ones too. */
export function bytesOf(text: string): Uint8Array {
  if (!/[\ud800-\udfff]/.test(text) || !/[\udc80-\udcff]/.test(text)) return encoder.encode(text)
  const parts: Uint8Array[] = []
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= 0xd800 && code < 0xdc00) {
      at++
      continue
    }
    if (code < escapeBase + 0x80 || code > escapeBase + 0xff) continue
    parts.push(encoder.encode(text.slice(start, at)), Uint8Array.of(code - escapeBase))
    start = at + 1
  }
  return joinBytes([...parts, encoder.encode(text.slice(start))])
}

/** One after the other. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let offset = 0
  for (const part of parts) {
    result.set(part, offset)
    offset += part.length
  }
  return result
}

/** A text in which escaped bytes are what JSON and YAML show for them. */
export function wellFormed(text: string): string {
  return /[\ud800-\udfff]/.test(text) ? text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, (part) => (part.length === 2 ? part : '\ufffd')) : text
}
