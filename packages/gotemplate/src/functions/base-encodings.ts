// Base 64 and base 32, with the places of errors that Go tells. Follows go `encoding/base64` and `encoding/base32`.
import { bytesOf } from '../bytes.ts'
import { FunctionError } from '../errors.ts'

const alphabet64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const alphabet32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

export function base64(bytes: Uint8Array): string {
  let binary = ''
  for (let start = 0; start < bytes.length; start += 8192) binary += String.fromCharCode(...bytes.subarray(start, start + 8192))
  return btoa(binary)
}

const binary = (text: string): string => {
  let result = ''
  for (const byte of bytesOf(text)) result += String.fromCharCode(byte)
  return result
}

function bytesOfDigits(digits: readonly number[], bits: number): Uint8Array {
  const bytes: number[] = []
  let [buffer, size] = [0, 0]
  for (const digit of digits) {
    buffer = ((buffer << bits) | digit) & 0xffff
    size += bits
    if (size < 8) continue
    size -= 8
    bytes.push((buffer >> size) & 0xff)
  }
  return Uint8Array.from(bytes)
}

/** The bytes of base 64; line ends do not count. @throws {FunctionError} */
export function fromBase64(text: string): Uint8Array {
  const source = binary(text)
  const refuse = (place: number): never => {
    throw new FunctionError(`illegal base64 data at input byte ${place}`)
  }
  const isLineEnd = (at: number): boolean => source.charAt(at) === '\n' || source.charAt(at) === '\r'
  const digits: number[] = []
  let at = 0
  for (;;) {
    while (isLineEnd(at)) at++
    const inGroup = digits.length % 4
    if (at >= source.length) return inGroup === 0 ? bytesOfDigits(digits, 6) : refuse(at - inGroup)
    const character = source.charAt(at++)
    const digit = alphabet64.indexOf(character)
    if (digit >= 0) {
      digits.push(digit)
      continue
    }
    if (character !== '=' || inGroup < 2) return refuse(at - 1)
    if (inGroup === 2) {
      while (isLineEnd(at)) at++
      if (at >= source.length) return refuse(source.length)
      if (source.charAt(at) !== '=') return refuse(at - 1)
      at++
    }
    while (isLineEnd(at)) at++
    return at < source.length ? refuse(at) : bytesOfDigits(digits, 6)
  }
}

export function base32(bytes: Uint8Array): string {
  let text = ''
  let [buffer, size] = [0, 0]
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xffff
    size += 8
    while (size >= 5) {
      size -= 5
      text += alphabet32.charAt((buffer >> size) & 31)
    }
  }
  if (size > 0) text += alphabet32.charAt((buffer << (5 - size)) & 31)
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=')
}

/** The bytes of base 32. @throws {FunctionError} */
export function fromBase32(text: string): Uint8Array {
  const source = binary(text).replace(/[\r\n]/g, '')
  const refuse = (place: number): never => {
    throw new FunctionError(`illegal base32 data at input byte ${place}`)
  }
  const digits: number[] = []
  for (let at = 0; at < source.length; at++) {
    const [character, inGroup, left] = [source.charAt(at), digits.length % 8, source.length - at - 1]
    if (character === '=' && inGroup >= 2 && left < 8) {
      if (left + inGroup < 7) return refuse(source.length)
      for (let index = 0; index < 7 - inGroup; index++) if (left > index && source.charAt(at + 1 + index) !== '=') return refuse(at + index)
      return [1, 3, 6].includes(inGroup) ? refuse(at) : bytesOfDigits(digits, 5)
    }
    const digit = alphabet32.indexOf(character)
    if (digit < 0) return refuse(at)
    digits.push(digit)
  }
  return digits.length % 8 === 0 ? bytesOfDigits(digits, 5) : refuse(source.length - (digits.length % 8))
}
