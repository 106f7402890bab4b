// Bytes to text.

/** Text of bytes; each byte that fits nowhere is replaced on its own, as by Go. */
export function textOfBytes(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return lossyText(bytes)
  }
}

const partLength = 4096

function lossyText(bytes: Uint8Array): string {
  let text = ''
  let codes: number[] = []
  for (let at = 0; at < bytes.length;) {
    const length = validLength(bytes, at)
    codes.push(length === 0 ? 0xfffd : codeOf(bytes, at, length))
    at += Math.max(1, length)
    if (codes.length < partLength) continue
    text += String.fromCodePoint(...codes)
    codes = []
  }
  return text + String.fromCodePoint(...codes)
}

/** How many bytes the character has that begins here; 0 if none does. See https://www.unicode.org/versions/latest, table 3-7. */
function validLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] as number
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (at + length > bytes.length) return 0
  const second = bytes[at + 1] as number
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < least || second > most) return 0
  for (let next = at + 2; next < at + length; next++) if (((bytes[next] as number) & 0xc0) !== 0x80) return 0
  return length
}

function codeOf(bytes: Uint8Array, at: number, length: number): number {
  const first = bytes[at] as number
  if (length === 1) return first
  let code = first & (0xff >> (length + 1))
  for (let next = at + 1; next < at + length; next++) code = (code << 6) | ((bytes[next] as number) & 0x3f)
  return code
}
