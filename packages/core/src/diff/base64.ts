// Base64 of UTF-8 text, without the host.

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Standard base64 with padding, of the text's UTF-8 bytes. */
export function encodeBase64(text: string): string {
  const bytes = new TextEncoder().encode(text)
  let encoded = ''
  for (let index = 0; index < bytes.length; index += 3) {
    const [a, b, c] = [bytes[index] ?? 0, bytes[index + 1], bytes[index + 2]]
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0)
    encoded +=
      alphabet.charAt(bits >> 18) +
      alphabet.charAt((bits >> 12) & 63) +
      (b === undefined ? '=' : alphabet.charAt((bits >> 6) & 63)) +
      (c === undefined ? '=' : alphabet.charAt(bits & 63))
  }
  return encoded
}
