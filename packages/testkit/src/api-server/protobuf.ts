// Requests in protobuf, as Go's typed clients send them: https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
// Decoded to what the same object is in JSON. Answers are JSON; those clients accept both.
import type { JsonObject } from './types.ts'
import { setMember } from './types.ts'

/** Field of a message: number, name in JSON ('' for members of the message around it), type, flags. */
type Field = readonly [number: number, json: string, type: string | number, flags: number]

/** How types are encoded; made by scripts/generate-protobuf.mjs. */
export interface ProtobufFacts {
  readonly messages: readonly (readonly Field[])[]
  /** `group/version/Kind` → message. */
  readonly kinds: Readonly<Record<string, number>>
  /** Messages that JSON writes as something else than a map. */
  readonly special: Readonly<Record<string, SpecialForm>>
}

type SpecialForm = 'quantity' | 'intOrString' | 'time' | 'microTime' | 'duration' | 'raw' | 'items'

const flags = { repeated: 1, map: 2, keepZero: 4 } as const
const maxDepth = 100
const magic = Buffer.from('k8s\0')

/** Thrown for bytes that are no such object. */
export class ProtobufError extends Error {}

interface Reader {
  readonly bytes: Uint8Array
  at: number
}

/** Decode a body. @throws {ProtobufError} */
export function decodeProtobuf(body: Buffer, facts: ProtobufFacts): JsonObject {
  if (!body.subarray(0, magic.length).equals(magic))
    throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]')
  let [apiVersion, kind] = ['', '']
  let raw: Uint8Array = new Uint8Array()
  for (const { number, value } of fieldsOf(body.subarray(magic.length))) {
    if (number === 2 && value instanceof Uint8Array) raw = value
    if (number !== 1 || !(value instanceof Uint8Array)) continue
    for (const inner of fieldsOf(value)) {
      if (!(inner.value instanceof Uint8Array)) continue
      if (inner.number === 1) apiVersion = textOf(inner.value)
      if (inner.number === 2) kind = textOf(inner.value)
    }
  }
  const slash = apiVersion.indexOf('/')
  const key = `${slash < 0 ? '' : apiVersion.slice(0, slash)}/${apiVersion.slice(slash + 1)}/${kind}`
  const message = facts.kinds[key] ?? (kind === 'DeleteOptions' ? facts.kinds['DeleteOptions'] : undefined)
  if (message === undefined) throw new ProtobufError(`no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`)
  return { kind, apiVersion, ...(messageOf(raw, message, facts, 0) as JsonObject) }
}

interface WireField {
  readonly number: number
  /** A varint, eight or four bytes as a number, or bytes. */
  readonly value: bigint | number | Uint8Array
}

function* fieldsOf(bytes: Uint8Array): Generator<WireField> {
  const reader: Reader = { bytes, at: 0 }
  while (reader.at < bytes.length) {
    const tag = Number(varint(reader))
    const number = tag >>> 3
    switch (tag & 7) {
      case 0:
        yield { number, value: varint(reader) }
        break
      case 1:
        yield { number, value: new DataView(take(reader, 8).slice().buffer).getFloat64(0, true) }
        break
      case 2:
        yield { number, value: take(reader, Number(varint(reader))) }
        break
      case 5:
        yield { number, value: new DataView(take(reader, 4).slice().buffer).getFloat32(0, true) }
        break
      default:
        throw new ProtobufError('the body is no protobuf message')
    }
  }
}

function varint(reader: Reader): bigint {
  let value = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.bytes[reader.at++]
    if (byte === undefined) break
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return value
  }
  throw new ProtobufError('the body is cut off')
}

function take(reader: Reader, length: number): Uint8Array {
  if (length < 0 || reader.at + length > reader.bytes.length) throw new ProtobufError('the body is cut off')
  const part = reader.bytes.subarray(reader.at, reader.at + length)
  reader.at += length
  return part
}

const decoder = new TextDecoder()
const textOf = (bytes: Uint8Array): string => decoder.decode(bytes)

function numberOf(value: WireField['value']): number | bigint {
  if (typeof value !== 'bigint') return typeof value === 'number' ? value : 0
  const signed = BigInt.asIntN(64, value)
  return signed >= BigInt(Number.MIN_SAFE_INTEGER) && signed <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(signed) : signed
}

function messageOf(bytes: Uint8Array, index: number, facts: ProtobufFacts, depth: number): unknown {
  if (depth > maxDepth) throw new ProtobufError('the object is nested too deeply')
  const form = facts.special[index]
  if (form !== undefined) return specialOf(bytes, form)
  const known = new Map((facts.messages[index] ?? []).map((field) => [field[0], field]))
  const object: JsonObject = {}
  for (const { number, value } of fieldsOf(bytes)) {
    const field = known.get(number)
    if (field === undefined) continue
    const [, name, type, marks] = field
    if ((marks & flags.map) !== 0) {
      const [key, entry] = entryOf(value, type, facts, depth)
      const map = (object[name] ??= {}) as JsonObject
      setMember(map, key, entry)
      continue
    }
    const decoded = valueOf(value, type, facts, depth)
    if (name === '') {
      if (typeof decoded === 'object' && decoded !== null) Object.assign(object, decoded)
    } else if ((marks & flags.repeated) !== 0) ((object[name] ??= []) as unknown[]).push(decoded)
    // Go writes members that are no pointers whether they are set or not.
    else if ((marks & flags.keepZero) !== 0 || !isZero(decoded)) setMember(object, name, decoded)
  }
  return object
}

function isZero(value: unknown): boolean {
  if (value === '' || value === 0 || value === false || value === null || value === undefined) return true
  return typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0
}

function valueOf(value: WireField['value'], type: string | number, facts: ProtobufFacts, depth: number): unknown {
  if (typeof type === 'number') return value instanceof Uint8Array ? messageOf(value, type, facts, depth + 1) : undefined
  switch (type) {
    case 's':
      return value instanceof Uint8Array ? textOf(value) : ''
    case 'B':
      return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : ''
    case 'b':
      return value !== 0n
    default:
      return numberOf(value)
  }
}

function entryOf(value: WireField['value'], type: string | number, facts: ProtobufFacts, depth: number): [key: string, value: unknown] {
  let key = ''
  let entry: unknown = typeof type === 'number' ? {} : ''
  for (const field of value instanceof Uint8Array ? fieldsOf(value) : []) {
    if (field.number === 1 && field.value instanceof Uint8Array) key = textOf(field.value)
    if (field.number === 2) entry = valueOf(field.value, type, facts, depth)
  }
  return [key, entry]
}

function specialOf(bytes: Uint8Array, form: SpecialForm): unknown {
  const fields = new Map<number, WireField['value']>()
  const items: string[] = []
  for (const { number, value } of fieldsOf(bytes)) {
    fields.set(number, value)
    if (form === 'items' && value instanceof Uint8Array) items.push(textOf(value))
  }
  const [first, second, third] = [fields.get(1), fields.get(2), fields.get(3)]
  switch (form) {
    case 'items':
      return items
    case 'quantity':
      return first instanceof Uint8Array ? textOf(first) : '0'
    case 'intOrString':
      return first === 1n ? (third instanceof Uint8Array ? textOf(third) : '') : numberOf(second ?? 0n)
    case 'raw':
      return first instanceof Uint8Array && first.length > 0 ? (JSON.parse(textOf(first)) as unknown) : null
    case 'duration':
      return `${Number(numberOf(first ?? 0n)) / 1e9}s`
    default: {
      const seconds = Number(numberOf(first ?? 0n))
      // The time that Go has for none is in the year 1.
      if (first === undefined || seconds < -62_000_000_000) return null
      const time = new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, '')
      return form === 'time' ? `${time}Z` : `${time}.${String(Math.floor(Number(numberOf(second ?? 0n)) / 1000)).padStart(6, '0')}Z`
    }
  }
}
