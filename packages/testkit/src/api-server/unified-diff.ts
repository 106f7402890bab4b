// The difference of two texts as the server's library tells it, line by line with three lines around each change: that of Python's difflib,
// whose longest common runs come first, and to which lines that are everywhere say nothing. Errors about what may not change hold one.

interface Block {
  readonly a: number
  readonly b: number
  readonly size: number
}

interface Change {
  readonly tag: 'equal' | 'delete' | 'insert' | 'replace'
  readonly a: readonly [number, number]
  readonly b: readonly [number, number]
}

const around = 3

/** Both values as indented JSON, and how they differ; nothing where they do not. */
export function differenceOf(before: unknown, after: unknown): string {
  return unifiedDiff(linesOf(before), linesOf(after))
}

/** As Go writes JSON, fit for HTML. */
function linesOf(value: unknown): string[] {
  return JSON.stringify(value, undefined, 1)
    .replaceAll(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
    .split('\n')
}

function unifiedDiff(a: readonly string[], b: readonly string[]): string {
  let text = ''
  for (const group of groupsOf(changesOf(a, b))) {
    const [first, last] = [group[0], group.at(-1)]
    if (first === undefined || last === undefined) continue
    text += `@@ -${rangeOf(first.a[0], last.a[1])} +${rangeOf(first.b[0], last.b[1])} @@\n`
    for (const { tag, a: old, b: next } of group) {
      if (tag === 'equal') for (const line of a.slice(...old)) text += ` ${line}\n`
      if (tag === 'delete' || tag === 'replace') for (const line of a.slice(...old)) text += `-${line}\n`
      if (tag === 'insert' || tag === 'replace') for (const line of b.slice(...next)) text += `+${line}\n`
    }
  }
  return text
}

function rangeOf(start: number, end: number): string {
  const count = end - start
  if (count === 1) return String(start + 1)
  // An empty range stands behind the line it begins at.
  return `${count === 0 ? start : start + 1},${count}`
}

/** Where the lines of `b` are; in long texts without those that make up more than a hundredth. */
function positionsOf(b: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const positions = new Map<string, number[]>()
  for (const [index, line] of b.entries()) {
    const known = positions.get(line)
    if (known === undefined) positions.set(line, [index])
    else known.push(index)
  }
  if (b.length < 200) return positions
  const most = Math.floor(b.length / 100) + 1
  return new Map([...positions].filter(([, indices]) => indices.length <= most))
}

function longestBlock(
  a: readonly string[],
  b: readonly string[],
  positions: ReadonlyMap<string, readonly number[]>,
  [aStart, aEnd, bStart, bEnd]: readonly [number, number, number, number],
): Block {
  let best: Block = { a: aStart, b: bStart, size: 0 }
  let lengths = new Map<number, number>()
  for (let i = aStart; i < aEnd; i++) {
    const next = new Map<number, number>()
    for (const j of positions.get(a[i] ?? '') ?? []) {
      if (j < bStart || j >= bEnd) continue
      const size = (lengths.get(j - 1) ?? 0) + 1
      next.set(j, size)
      if (size > best.size) best = { a: i - size + 1, b: j - size + 1, size }
    }
    lengths = next
  }
  let { a: i, b: j, size } = best
  // Lines that say nothing by themselves belong to a run that they touch.
  while (i > aStart && j > bStart && a[i - 1] === b[j - 1]) [i, j, size] = [i - 1, j - 1, size + 1]
  while (i + size < aEnd && j + size < bEnd && a[i + size] === b[j + size]) size++
  return { a: i, b: j, size }
}

function blocksOf(a: readonly string[], b: readonly string[]): Block[] {
  const positions = positionsOf(b)
  const found: Block[] = []
  const open: (readonly [number, number, number, number])[] = [[0, a.length, 0, b.length]]
  for (let range = open.pop(); range !== undefined; range = open.pop()) {
    const block = longestBlock(a, b, positions, range)
    if (block.size === 0) continue
    found.push(block)
    open.push([range[0], block.a, range[2], block.b], [block.a + block.size, range[1], block.b + block.size, range[3]])
  }
  return found.toSorted((x, y) => x.a - y.a)
}

function changesOf(a: readonly string[], b: readonly string[]): Change[] {
  const changes: Change[] = []
  let [i, j] = [0, 0]
  for (const block of [...blocksOf(a, b), { a: a.length, b: b.length, size: 0 }]) {
    const [isLess, isMore] = [i < block.a, j < block.b]
    if (isLess || isMore) changes.push({ tag: isLess ? (isMore ? 'replace' : 'delete') : 'insert', a: [i, block.a], b: [j, block.b] })
    i = block.a + block.size
    j = block.b + block.size
    if (block.size === 0) continue
    const last = changes.at(-1)
    if (last?.tag === 'equal') changes[changes.length - 1] = { tag: 'equal', a: [last.a[0], i], b: [last.b[0], j] }
    else changes.push({ tag: 'equal', a: [block.a, i], b: [block.b, j] })
  }
  return changes
}

/** Changes with what stands around them; what is far from any is left out. */
function groupsOf(changes: readonly Change[]): Change[][] {
  if (changes.every(({ tag }) => tag === 'equal')) return []
  const groups: Change[][] = []
  let group: Change[] = []
  for (const [index, { tag, a, b }] of changes.entries()) {
    const isEdge = index === 0 || index === changes.length - 1
    const size = a[1] - a[0]
    if (tag !== 'equal') group.push({ tag, a, b })
    else if (isEdge) {
      const kept = Math.min(around, size)
      group.push(index === 0 ? { tag, a: [a[1] - kept, a[1]], b: [b[1] - kept, b[1]] } : { tag, a: [a[0], a[0] + kept], b: [b[0], b[0] + kept] })
    } else if (size > around * 2) {
      groups.push([...group, { tag, a: [a[0], a[0] + around], b: [b[0], b[0] + around] }])
      group = [{ tag, a: [a[1] - around, a[1]], b: [b[1] - around, b[1]] }]
    } else group.push({ tag, a, b })
  }
  if (group.length > 0) groups.push(group)
  return groups
}
