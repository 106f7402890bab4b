// The small language of format codes: `%(key)-10.3f`.

export interface FormatCode {
  readonly key: string | undefined
  /** Of `#`, `0`, `-`, space and `+`. */
  readonly flags: ReadonlySet<string>
  readonly width: number | '*' | undefined
  readonly precision: number | '*' | undefined
  readonly conversion: 'd' | 'o' | 'x' | 'e' | 'f' | 'g' | 'c' | 's' | '%'
  readonly isCapital: boolean
}

const conversions: Readonly<Record<string, FormatCode['conversion']>> = {
  d: 'd',
  i: 'd',
  u: 'd',
  o: 'o',
  x: 'x',
  X: 'x',
  e: 'e',
  E: 'e',
  f: 'f',
  F: 'f',
  g: 'g',
  G: 'g',
  c: 'c',
  s: 's',
  '%': '%',
}

/**
 * Take a template apart.
 * @param fail makes the error that is thrown
 */
export function parseFormat(template: string, fail: (reason: string) => Error): (string | FormatCode)[] {
  const codes: (string | FormatCode)[] = []
  let from = 0
  for (let at = template.indexOf('%'); at >= 0; at = template.indexOf('%', from)) {
    codes.push(template.slice(from, at))
    const pattern = /(?:\(([^)]*)\))?([#0\- +]*)(\*|[0-9]*)(?:\.(\*|[0-9]*))?[hlL]?/y
    pattern.lastIndex = at + 1
    const match = pattern.exec(template)
    const end = pattern.lastIndex
    const letter = String.fromCodePoint(template.codePointAt(end) ?? 0)
    if (match === null || end >= template.length || (template[at + 1] === '(' && match[1] === undefined)) throw fail('Truncated format code.')
    const conversion = conversions[letter]
    if (conversion === undefined) throw fail(`Unrecognised conversion type: ${letter}`)
    codes.push({
      key: match[1],
      flags: new Set(match[2]),
      width: boundOf(match[3]),
      precision: match[4] === '' ? 0 : boundOf(match[4]),
      conversion,
      isCapital: letter !== letter.toLowerCase(),
    })
    from = end + 1
  }
  codes.push(template.slice(from))
  return codes
}

function boundOf(digits: string | undefined): number | '*' | undefined {
  if (digits === undefined || digits === '') return undefined
  return digits === '*' ? '*' : Number(digits)
}
