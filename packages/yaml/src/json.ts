// JSON with integers that a double cannot hold, as bigint.

const longDigits = /[0-9]{16}/

/**
 * Parse JSON. Integers beyond 2^53 become bigint; all others are as `JSON.parse` gives them.
 * @throws {SyntaxError} as `JSON.parse`
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  if (!longDigits.test(text)) return value
  // Numbers stand outside of texts; those that are too long are marked, and the marks turned into bigints.
  let isMarked = false
  const marked = text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/gs, (token) => {
    if (token.startsWith('"') || Number.isSafeInteger(Number(token))) return token
    isMarked = true
    return `"\u0000bigint:${token}"`
  })
  return isMarked ? (JSON.parse(marked, unmark) as unknown) : value
}

const mark = '\u0000bigint:'

function unmark(_key: string, value: unknown): unknown {
  return typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value
}

/** How JSON is written. */
export interface JsonWriteOptions {
  /** Blanks a level. Default: 0, everything on one line. */
  readonly indent?: number
  /** Default: false. */
  readonly sortKeys?: boolean
}

/** `JSON.stringify` that also writes bigint, as a plain number. */
export function formatJson(value: unknown, options: JsonWriteOptions = {}): string {
  const source = options.sortKeys === true ? sorted(value) : value
  let isMarked = false
  const text = JSON.stringify(
    source,
    (_key, member: unknown) => {
      if (typeof member !== 'bigint') return member
      isMarked = true
      return mark + String(member)
    },
    options.indent,
  )
  return isMarked ? text.replaceAll(/"\\u0000bigint:(-?\d+)"/g, '$1') : (text ?? 'null')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  // A null prototype keeps `__proto__` an ordinary member.
  const out: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const name of Object.keys(value).sort()) out[name] = sorted((value as Record<string, unknown>)[name])
  return out
}
