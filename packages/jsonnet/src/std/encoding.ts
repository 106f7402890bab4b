// Bytes, base64 and digests.
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha512 } from '@noble/hashes/sha2.js'
import { sha3_512 } from '@noble/hashes/sha3.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { textOfBytes } from '../bytes.ts'
import { arrayValueOf, integerOf, textOf } from '../operators.ts'
import type { Run } from '../run.ts'
import { ArrayValue, arrayOf, typeOf } from '../values.ts'
import type { Value } from '../values.ts'
import { unaryDefinition } from './definition.ts'
import type { Definition } from './definition.ts'

function bytesOfText(run: Run, text: string): Uint8Array {
  run.text(text.length)
  return new TextEncoder().encode(text)
}

function digest(name: string, hash: (bytes: Uint8Array) => Uint8Array): Definition {
  return unaryDefinition(name, 's', (run, text) => bytesToHex(hash(bytesOfText(run, textOf(run, text)))))
}

function binaryText(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}

function checkByte(run: Run, code: number): number {
  if (code >= 0 && code <= 255) return code
  throw run.error(`base64 encountered invalid codepoint value in the array (must be 0 <= X <= 255), got ${code}`)
}

function base64(run: Run, input: Value): string {
  if (typeof input === 'string') {
    // Only characters below U+0100 are allowed, and yet it is their UTF-8 that is encoded.
    for (const character of input) checkByte(run, character.codePointAt(0) ?? 0)
    return btoa(binaryText(bytesOfText(run, input)))
  }
  if (!(input instanceof ArrayValue)) throw run.error(`base64 can only base64 encode strings / arrays of single bytes, got ${typeOf(input)}`)
  const bytes = input.elements.map((item) => {
    const value = run.force(item)
    if (typeof value !== 'number' || (value | 0) !== value) throw run.error(`base64 encountered a non-integer value in the array, got ${typeOf(value)}`)
    return checkByte(run, value)
  })
  return btoa(binaryText(Uint8Array.from(bytes)))
}

function base64Bytes(run: Run, input: Value): Uint8Array {
  if (typeof input !== 'string') throw run.error(`base64DecodeBytes requires a string, got ${typeOf(input)}`)
  const { length } = bytesOfText(run, input)
  if (length % 4 !== 0) throw run.error(`input string appears not to be a base64 encoded string. Wrong length found (${length})`)
  const content = input.replaceAll(/[\r\n]/g, '')
  const wrong = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?/.exec(content)?.[0].length ?? 0
  if (wrong < content.length) throw run.error(`failed to decode: illegal base64 data at input byte ${illegalByte(content, wrong)}`)
  return Uint8Array.from(atob(content), (character) => character.charCodeAt(0))
}

function illegalByte(content: string, from: number): number {
  const offset = /^[A-Za-z0-9+/]*/.exec(content.slice(from))?.[0].length ?? 0
  return new TextEncoder().encode(content.slice(0, from + offset)).length
}

function arrayOfBytes(run: Run, bytes: Uint8Array): ArrayValue {
  run.elements(bytes.length * 4)
  return arrayOf(Array.from(bytes))
}

export const encodingDefinitions: readonly Definition[] = [
  digest('md5', md5),
  digest('sha1', sha1),
  digest('sha256', sha256),
  digest('sha512', sha512),
  digest('sha3', sha3_512),
  unaryDefinition('base64', 'input', base64),
  unaryDefinition('base64Decode', 'str', (run, text) => textOfBytes(base64Bytes(run, text))),
  unaryDefinition('base64DecodeBytes', 'str', (run, text) => arrayOfBytes(run, base64Bytes(run, text))),
  unaryDefinition('encodeUTF8', 'str', (run, text) => arrayOfBytes(run, bytesOfText(run, textOf(run, text)))),
  unaryDefinition('decodeUTF8', 'arr', (run, list) => {
    const bytes = arrayValueOf(run, list).elements.map((item) => {
      const code = integerOf(run, run.force(item))
      if (code < 0 || code > 255) throw run.error(`Bytes must be integers in range [0, 255], got ${code}`)
      return code
    })
    return textOfBytes(Uint8Array.from(bytes))
  }),
]
