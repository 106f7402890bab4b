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
  const mark = unusedMark((candidate) => text.includes(candidate))
  let isMarked = false
  const marked = text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/gs, (token) => {
    if (token.startsWith('"') || Number.isSafeInteger(Number(token))) return token
    isMarked = true
    return `"${mark}${token}"`
  })
  if (!isMarked) return value
  return JSON.parse(marked, (_key, member: unknown) =>
    typeof member === 'string' && member.startsWith(mark) ? BigInt(member.slice(mark.length)) : member,
  ) as unknown
}

/** Texts may hold anything, so a mark is looked for that they do not hold. Digits and colons need no escape in JSON. */
function unusedMark(isUsed: (candidate: string) => boolean): string {
  let mark = 'bigint:'
  for (let count = 0; isUsed(mark); count++) mark = `bigint:${count}:`
  return mark
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
  let hasBigints = false
  const plain = JSON.stringify(
    source,
    (_key, member: unknown) => {
      if (typeof member !== 'bigint') return member
      hasBigints = true
      return String(member)
    },
    options.indent,
  )
  if (!hasBigints) return plain ?? 'null'
  const mark = unusedMark((candidate) => plain.includes(candidate))
  const marked = JSON.stringify(source, (_key, member: unknown) => (typeof member === 'bigint' ? mark + String(member) : member), options.indent)
  return marked.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  // A null prototype keeps `__proto__` an ordinary member.
  const out: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  for (const name of Object.keys(value).sort()) out[name] = sorted((value as Record<string, unknown>)[name])
  return out
}
