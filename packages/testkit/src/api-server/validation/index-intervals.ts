// Indexes of a job as they are written: `0,3-5`. Follows kubernetes `pkg/apis/batch/validation`: validateIndexesFormat.

interface Interval {
  readonly first: number
  readonly last: number
}

/** How many indexes there are, or what is wrong with the text. @param completions the first index that is none */
export function countIndexes(text: string, completions: number): number | string {
  if (text === '') return 0
  let total = 0
  let last: number | undefined
  for (const part of text.split(',')) {
    const interval = parseInterval(part, completions)
    if (typeof interval === 'string') return interval
    if (last !== undefined && last >= interval.first) return `non-increasing order, previous: ${last}, current: ${interval.first}`
    total += interval.last - interval.first + 1
    last = interval.last
  }
  return total
}

function parseInterval(text: string, completions: number): Interval | string {
  const limits = text.split('-')
  if (limits.length > 2)
    return `the fragment ${JSON.stringify(text)} violates the requirement that an index interval can have at most two parts separated by '-'`
  const numbers: number[] = []
  for (const limit of limits) {
    if (!/^[+-]?\d+$/.test(limit)) return `cannot convert string to integer for index: ${JSON.stringify(limit)}`
    if (Number(limit) >= completions) return `too large index: ${JSON.stringify(limit)}`
    numbers.push(Number(limit))
  }
  const [first = 0, last = first] = numbers
  if (limits.length > 1 && first >= last) return `non-increasing order, previous: ${first}, current: ${last}`
  return { first, last }
}

/** The first index that is in both texts; what cannot be read is passed over. */
export function overlapOf(a: string, b: string, completions: number): number | undefined {
  const intervals = (text: string): Interval[] =>
    text === '' ? [] : text.split(',').flatMap((part) => [parseInterval(part, completions)].filter((interval) => typeof interval !== 'string'))
  for (const one of intervals(a))
    for (const other of intervals(b)) if (one.first <= other.last && other.first <= one.last) return Math.max(one.first, other.first)
  return undefined
}
