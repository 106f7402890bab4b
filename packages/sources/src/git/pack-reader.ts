// Reads objects out of pack files and loose files with the host's zlib. https://git-scm.com/docs/pack-format
import { open, readdir, readFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { SourceError } from '@plumbline/core'
import type { GitObject, ObjectReader, ObjectType } from './objects.ts'

interface Pack {
  readonly name: string
  readonly file: FileHandle
  readonly index: Buffer
  readonly count: number
  /** Every offset, ascending, and the end of the objects: the distance to the next bounds the compressed size. */
  readonly offsets: Float64Array
}

const packTypes: Readonly<Record<number, ObjectType>> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' }
const defaultMaxBytes = 64 * 2 ** 20
const maxDeltaDepth = 4096
const trailerBytes = 20

/** A reader over the `objects` folder of a repository. */
export interface PackReader extends ObjectReader {
  close(): Promise<void>
}

/** Packs are opened when an object is missed, so that those of later fetches are seen. */
export function createPackReader(objectsDir: string): PackReader {
  const packs = new Map<string, Pack>()

  let opening: Promise<boolean> | undefined

  /** One look at a time: readers that miss an object together must not open a pack twice. */
  function openNewPacks(): Promise<boolean> {
    opening ??= lookForPacks().finally(() => {
      opening = undefined
    })
    return opening
  }

  async function lookForPacks(): Promise<boolean> {
    const folder = join(objectsDir, 'pack')
    const names = await readdir(folder).catch(() => [])
    let isAny = false
    for (const name of names) {
      if (!name.endsWith('.idx') || packs.has(name)) continue
      const pack = await openPack(folder, name).catch(() => undefined)
      if (pack === undefined) continue
      packs.set(name, pack)
      isAny = true
    }
    return isAny
  }

  async function fromPacks(id: Buffer, maxBytes: number): Promise<GitObject | undefined> {
    for (const pack of packs.values()) {
      const offset = offsetOf(pack, id)
      if (offset !== undefined) return readAt(pack, offset, maxBytes, 0)
    }
    return undefined
  }

  async function readAt(pack: Pack, offset: number, maxBytes: number, depth: number): Promise<GitObject> {
    if (depth > maxDeltaDepth) throw damaged(pack)
    const raw = await rawAt(pack, offset)
    const { type, size, at } = headerOf(raw, pack)
    if (size > maxBytes) throw tooLarge(size, maxBytes)
    const plain = packTypes[type]
    if (plain !== undefined) return { type: plain, content: inflate(raw.subarray(at), size) }
    let base: GitObject | undefined
    let start = at
    if (type === 6) {
      const distance = offsetDelta(raw, at)
      start = distance.at
      base = await readAt(pack, offset - distance.value, defaultMaxBytes, depth + 1)
    } else if (type === 7) {
      start = at + 20
      base = await fromPacks(raw.subarray(at, start), defaultMaxBytes)
    }
    if (base === undefined) throw damaged(pack)
    const content = applyDelta(base.content, inflate(raw.subarray(start), size), maxBytes)
    return { type: base.type, content }
  }

  return {
    async read(id, options = {}) {
      if (!/^[0-9a-f]{40}$/.test(id)) return undefined
      const [bytes, maxBytes] = [Buffer.from(id, 'hex'), options.maxBytes ?? defaultMaxBytes]
      const found = await fromPacks(bytes, maxBytes)
      if (found !== undefined) return found
      if (await openNewPacks()) {
        const again = await fromPacks(bytes, maxBytes)
        if (again !== undefined) return again
      }
      return readLoose(objectsDir, id, maxBytes)
    },
    async close() {
      await opening?.catch(() => false)
      await Promise.all([...packs.values()].map(({ file }) => file.close()))
      packs.clear()
    },
  }
}

async function openPack(folder: string, name: string): Promise<Pack> {
  const index = await readFile(join(folder, name))
  if (index.readUInt32BE(0) !== 0xff744f63 || index.readUInt32BE(4) !== 2) throw new SourceError('SOURCE_NOT_FOUND', `${name} is no pack index of version 2`)
  const count = index.readUInt32BE(8 + 255 * 4)
  const file = await open(join(folder, name.replace(/\.idx$/, '.pack')), 'r')
  const { size } = await file.stat()
  const offsets = new Float64Array(count + 1)
  for (let position = 0; position < count; position++) offsets[position] = offsetAt(index, count, position)
  offsets[count] = size - trailerBytes
  return { name, file, index, count, offsets: offsets.sort() }
}

const idsAt = 8 + 256 * 4

function offsetAt(index: Buffer, count: number, position: number): number {
  const small = index.readUInt32BE(idsAt + count * 24 + position * 4)
  return small < 0x80000000 ? small : Number(index.readBigUInt64BE(idsAt + count * 28 + (small - 0x80000000) * 8))
}

function offsetOf({ index, count }: Pack, id: Buffer): number | undefined {
  const first = id[0] ?? 0
  let low = first === 0 ? 0 : index.readUInt32BE(8 + (first - 1) * 4)
  let high = index.readUInt32BE(8 + first * 4)
  while (low < high) {
    const middle = (low + high) >>> 1
    const order = index.compare(id, 0, 20, idsAt + middle * 20, idsAt + middle * 20 + 20)
    if (order === 0) return offsetAt(index, count, middle)
    if (order < 0) low = middle + 1
    else high = middle
  }
  return undefined
}

/** The bytes from one object to the next. */
async function rawAt(pack: Pack, offset: number): Promise<Buffer> {
  let [low, high] = [0, pack.count]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((pack.offsets[middle] ?? 0) <= offset) low = middle + 1
    else high = middle
  }
  const end = pack.offsets[low] ?? offset
  const bytes = Buffer.alloc(Math.max(0, end - offset))
  await pack.file.read(bytes, 0, bytes.length, offset)
  return bytes
}

function headerOf(raw: Buffer, pack: Pack): { type: number; size: number; at: number } {
  let byte = raw[0]
  if (byte === undefined) throw damaged(pack)
  const type = (byte >> 4) & 7
  let size = byte & 15
  let scale = 16
  let at = 1
  while ((byte & 0x80) !== 0) {
    byte = raw[at++]
    if (byte === undefined) throw damaged(pack)
    size += (byte & 0x7f) * scale
    scale *= 128
  }
  return { type, size, at }
}

function offsetDelta(raw: Buffer, start: number): { value: number; at: number } {
  let at = start
  let byte = raw[at++] ?? 0
  let value = byte & 0x7f
  while ((byte & 0x80) !== 0) {
    byte = raw[at++] ?? 0
    value = (value + 1) * 128 + (byte & 0x7f)
  }
  return { value, at }
}

/** `size` is known from the header: a stream that inflates to more is refused before it fills the memory. */
function inflate(compressed: Buffer, size: number): Buffer {
  try {
    const content = inflateSync(compressed, { maxOutputLength: Math.max(size, 1) })
    if (content.length !== size) throw new Error('size differs')
    return content
  } catch (error) {
    throw new SourceError('SOURCE_NOT_FOUND', 'an object in the repository is damaged', { cause: error })
  }
}

function applyDelta(base: Uint8Array, delta: Buffer, maxBytes: number): Buffer {
  let at = 0
  const varint = (): number => {
    let [value, scale] = [0, 1]
    for (;;) {
      const byte = delta[at++] ?? 0
      value += (byte & 0x7f) * scale
      scale *= 128
      if ((byte & 0x80) === 0) return value
    }
  }
  const baseSize = varint()
  const size = varint()
  if (baseSize !== base.length) throw new SourceError('SOURCE_NOT_FOUND', 'a delta in the repository is damaged')
  if (size > maxBytes) throw tooLarge(size, maxBytes)
  const out = Buffer.alloc(size)
  let written = 0
  while (at < delta.length) {
    const code = delta[at++] ?? 0
    if ((code & 0x80) !== 0) {
      let [offset, length] = [0, 0]
      for (let bit = 0; bit < 4; bit++) if ((code & (1 << bit)) !== 0) offset += (delta[at++] ?? 0) * 2 ** (8 * bit)
      for (let bit = 0; bit < 3; bit++) if ((code & (16 << bit)) !== 0) length += (delta[at++] ?? 0) * 2 ** (8 * bit)
      if (length === 0) length = 0x10000
      out.set(base.subarray(offset, offset + length), written)
      written += length
    } else {
      out.set(delta.subarray(at, at + code), written)
      at += code
      written += code
    }
  }
  return out
}

async function readLoose(objectsDir: string, id: string, maxBytes: number): Promise<GitObject | undefined> {
  const compressed = await readFile(join(objectsDir, id.slice(0, 2), id.slice(2))).catch(() => undefined)
  if (compressed === undefined) return undefined
  const bytes = inflateSync(compressed, { maxOutputLength: maxBytes + 64 })
  const end = bytes.indexOf(0)
  const [type = 'blob'] = bytes.toString('latin1', 0, end).split(' ')
  return { type: type as ObjectType, content: bytes.subarray(end + 1) }
}

function damaged(pack: Pack): SourceError {
  return new SourceError('SOURCE_NOT_FOUND', `pack ${pack.name} is damaged`)
}

function tooLarge(size: number, maxBytes: number): SourceError {
  return new SourceError('SOURCE_LIMIT', `an object of ${size} bytes is larger than the limit of ${maxBytes} bytes`)
}
