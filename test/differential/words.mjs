// Lists of words that random cases draw from, one a line under its name; signs stand for line ends and tabs.
import { readFileSync } from 'node:fs'

/** The lists of a file by name. */
export function wordsOf(file) {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8')
  return Object.fromEntries(
    text
      .split(/^## /m)
      .slice(1)
      .map((section) => {
        const [name, ...lines] = section.slice(0, -1).split('\n')
        return [name, lines.map((line) => line.replaceAll('␤', '\n').replaceAll('␉', '\t').replaceAll('␍', '\r'))]
      }),
  )
}
