// Messages of protobuf, written: https://protobuf.dev/programming-guides/encoding/

/** Writes the members of a message. */
export type WriteMembers = (out: ProtobufWriter) => void

/** A growing text of bytes. */
export class ProtobufWriter {
  #bytes: Buffer
  #length = 0

  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafe(capacity)
  }

  get length(): number {
    return this.#length
  }

  result(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  #reserve(size: number): void {
    if (this.#length + size <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + size))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }

  varint(value: number): void {
    this.#reserve(10)
    let rest = value
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#bytes[this.#length++] = rest
  }

  bytes(field: number, content: Buffer): void {
    this.varint(field * 8 + 2)
    this.varint(content.length)
    this.#reserve(content.length)
    content.copy(this.#bytes, this.#length)
    this.#length += content.length
  }

  /** A text that is written even when it is empty. */
  givenText(field: number, value: string): void {
    this.bytes(field, Buffer.from(value))
  }

  text(field: number, value: unknown): void {
    if (typeof value === 'string' && value !== '') this.bytes(field, Buffer.from(value))
  }

  texts(field: number, values: unknown): void {
    if (Array.isArray(values)) for (const value of values) if (typeof value === 'string') this.bytes(field, Buffer.from(value))
  }

  flag(field: number, value: unknown): void {
    if (value !== true) return
    this.varint(field * 8)
    this.varint(1)
  }

  integer(field: number, value: unknown): void {
    if (typeof value !== 'number' || value <= 0) return
    this.varint(field * 8)
    this.varint(value)
  }

  double(field: number, value: unknown): void {
    if (typeof value !== 'number') return
    this.varint(field * 8 + 1)
    this.#reserve(8)
    this.#length = this.#bytes.writeDoubleLE(value, this.#length)
  }

  message(field: number, write: WriteMembers): void {
    const inner = new ProtobufWriter(64)
    write(inner)
    this.bytes(field, inner.result())
  }
}
