// Randomness that is the same for the same seed: what was rendered once renders so again.
import { sha256 } from '@noble/hashes/sha2.js'

const encoder = new TextEncoder()
const blockSize = 32

/** Bytes that follow from a seed, each call going on where the one before ended. */
export function seededRandom(seed: string): (count: number) => Uint8Array {
  let [block, offset, counter] = [new Uint8Array(0), 0, 0]
  return (count) => {
    const bytes = new Uint8Array(count)
    for (let index = 0; index < count; index++) {
      if (offset === block.length) {
        block = sha256(encoder.encode(`${seed}\0${counter++}`)) as Uint8Array<ArrayBuffer>
        offset = block.length - blockSize
      }
      bytes[index] = block[offset++] ?? 0
    }
    return bytes
  }
}
