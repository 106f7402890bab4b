// What Go's time.Parse says of a time it cannot read. https://pkg.go.dev/time#Parse

const rfc3339 = '2006-01-02T15:04:05Z07:00'
const rfc3339Micro = '2006-01-02T15:04:05.000000Z07:00'

interface Element {
  readonly layout: string
  readonly pattern: RegExp
  readonly range?: readonly [name: string, min: number, max: number]
}

const elements: readonly Element[] = [
  { layout: '2006', pattern: /^\d{4}/ },
  { layout: '-', pattern: /^-/ },
  { layout: '01', pattern: /^\d\d/, range: ['month', 1, 12] },
  { layout: '-', pattern: /^-/ },
  { layout: '02', pattern: /^\d\d/, range: ['day', 1, 31] },
  { layout: 'T', pattern: /^T/ },
  { layout: '15', pattern: /^\d\d/, range: ['hour', 0, 23] },
  { layout: ':', pattern: /^:/ },
  { layout: '04', pattern: /^\d\d/, range: ['minute', 0, 59] },
  { layout: ':', pattern: /^:/ },
  { layout: '05', pattern: /^\d\d/, range: ['second', 0, 59] },
]

/** Undefined for a time that can be read. */
export function timeProblem(text: string, isMicro: boolean): string | undefined {
  const layout = isMicro ? rfc3339Micro : rfc3339
  const quoted = JSON.stringify(text)
  const refuse = (rest: string, at: string): string =>
    `parsing time ${quoted} as ${JSON.stringify(layout)}: cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(at)}`
  let rest = text
  for (const { layout: at, pattern, range } of elements) {
    const found = pattern.exec(rest)?.[0]
    if (found === undefined) return refuse(rest, at)
    if (range !== undefined && (Number(found) < range[1] || Number(found) > range[2])) return `parsing time ${quoted}: ${range[0]} out of range`
    rest = rest.slice(found.length)
  }
  const fraction = (isMicro ? /^\.\d{6}/ : /^(?:[.,]\d+)?/).exec(rest)?.[0]
  if (fraction === undefined) return refuse(rest, '.000000')
  rest = rest.slice(fraction.length)
  const zone = /^(?:Z|[-+]\d\d:\d\d)/.exec(rest)?.[0]
  if (zone === undefined) return refuse(rest, 'Z07:00')
  if (rest.length > zone.length) return `parsing time ${quoted}: extra text: ${JSON.stringify(rest.slice(zone.length))}`
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8, 10))]
  const daysInMonth = [31, year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 31
  return day > daysInMonth ? `parsing time ${quoted}: day out of range` : undefined
}
