// Layouts of times: Go's reference time, cut into elements. Follows go `time/format.go`.

export const months: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
export const weekDays: readonly string[] = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** A piece of a layout: text as it is, and behind it an element, which is empty at the end. */
export interface LayoutChunk {
  readonly prefix: string
  readonly element: string
}

// Longer ones first; short names are only names when no small letter goes on behind them.
const elementPattern =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|2|_2006|_2|__2|3|4|5|PM|pm|-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07|[.,](?:0+|9+)(?![0-9])/g

const maxCached = 200
const cached = new Map<string, readonly LayoutChunk[]>()

export function layoutChunks(layout: string): readonly LayoutChunk[] {
  const known = cached.get(layout)
  if (known !== undefined) return known
  const chunks: LayoutChunk[] = []
  let last = 0
  for (const match of layout.matchAll(elementPattern)) {
    // `_2006` is a year behind an underline.
    const isYear = match[0] === '_2006'
    chunks.push({ prefix: layout.slice(last, match.index + (isYear ? 1 : 0)), element: isYear ? '2006' : match[0] })
    last = match.index + match[0].length
  }
  chunks.push({ prefix: layout.slice(last), element: '' })
  if (cached.size >= maxCached) cached.clear()
  cached.set(layout, chunks)
  return chunks
}

export const isFraction = (element: string): boolean => /^[.,]/.test(element)
export const isOffset = (element: string): boolean => /^[-Z]07/.test(element)

/** Days of a month, from 1. */
export function daysIn(month: number, year: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}

export const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
