// Small tools that every bench uses.
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Folder of the corpora, or undefined where there is none. */
export function corporaFolder() {
  const folder = resolve(process.env.PLUMBLINE_CORPORA ?? join(root, '../shared/conformance'))
  return existsSync(folder) ? folder : undefined
}

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** The value below which a share of the numbers lies. */
export function quantile(numbers, share) {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** Milliseconds of one run. */
export function timed(work) {
  const start = performance.now()
  work()
  return performance.now() - start
}

function shown(value) {
  if (value === undefined || value === null || value === '') return ''
  if (typeof value !== 'number') return String(value)
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** One table: case, ours, peer, ratio, goal, counts. */
export function printRows(rows) {
  const header = ['case', 'ours', 'unit', 'peer', '', 'ratio', 'goal', 'counts']
  const cells = rows.map((row) => [
    row.case,
    shown(row.ours),
    row.unit ?? '',
    shown(row.peer),
    row.peerName ?? '',
    shown(row.ratio),
    row.goal ?? '',
    row.counts ?? '',
  ])
  const widths = header.map((title, index) => Math.max(title.length, ...cells.map((row) => row[index].length)))
  for (const row of [header, ...cells])
    console.log(
      row
        .map((cell, index) => cell.padEnd(widths[index]))
        .join('  ')
        .trimEnd(),
    )
}
