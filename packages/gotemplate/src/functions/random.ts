// Random texts, from the randomness of the host.
import { FunctionError } from '../errors.ts'
import { fn } from '../functions.ts'
import type { FunctionMap } from '../functions.ts'
import { base64 } from './base-encodings.ts'
import { int, numberOf } from './conversions.ts'
import type { SprigPorts } from './ports.ts'

const digits = '0123456789'
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ascii = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')
const maxCount = 1_000_000

export function randomFunctions(ports: SprigPorts): FunctionMap {
  /** A number below a bound, without bias. */
  const below = (bound: number): number => {
    const limit = Math.floor(0x1_0000_0000 / bound) * bound
    while (true) {
      const [a = 0, b = 0, c = 0, d = 0] = ports.random(4)
      const value = a * 0x1_00_00_00 + b * 0x1_00_00 + c * 0x1_00 + d
      if (value < limit) return value % bound
    }
  }
  const textOf = (alphabet: string) =>
    fn('int', ([count]) => {
      const length = numberOf(count)
      if (length > maxCount) throw new FunctionError(`more than ${maxCount} random characters`)
      return Array.from({ length: Math.max(0, length) }, () => alphabet.charAt(below(alphabet.length))).join('')
    })
  return {
    randAlphaNum: textOf(letters + digits),
    randAlpha: textOf(letters),
    randNumeric: textOf(digits),
    randAscii: textOf(ascii),
    randBytes: fn('int', ([count]) => {
      if (numberOf(count) > maxCount) throw new FunctionError(`more than ${maxCount} random bytes`)
      return base64(ports.random(numberOf(count)))
    }),
    randInt: fn('int int', ([min, max]) => {
      if (numberOf(max) <= numberOf(min)) throw new FunctionError('invalid argument to Intn')
      return int(numberOf(min) + below(numberOf(max) - numberOf(min)))
    }),
    shuffle: fn('string', ([text]) => {
      const characters = Array.from(text as string)
      for (let index = characters.length - 1; index > 0; index--) {
        const other = below(index + 1)
        const [a, b] = [characters[index] ?? '', characters[other] ?? '']
        characters[index] = b
        characters[other] = a
      }
      return characters.join('')
    }),
    uuidv4: fn('', () => {
      const bytes = ports.random(16)
      bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
      bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
      const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
    }),
  }
}
