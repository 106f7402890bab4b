// Texts in several lines: `|||`, and `|||-` without the last newline.
import { syntaxError } from './source.ts'
import type { Source } from './source.ts'

/**
 * Read a block.
 * @param start where its bars are
 * @throws {JsonnetSyntaxError}
 */
export function readBlock(source: Source, start: number): { content: string; end: number } {
  const { text } = source
  const fail = (reason: string): Error => syntaxError(reason, { source, start, end: start })
  let at = start + 3
  const isChomped = text[at] === '-'
  if (isChomped) at++
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\r') at++
  if (text[at] !== '\n') throw fail('Text block requires new line after |||.')
  at++
  let content = ''
  const takeBlankLines = (): void => {
    for (; text[at] === '\n'; at++) content += '\n'
  }
  takeBlankLines()
  const indent = /^[ \t]*/.exec(text.slice(at, lineEnd(text, at)))?.[0] ?? ''
  if (indent === '') throw fail("Text block's first line must start with whitespace")
  while (text.startsWith(indent, at)) {
    const newline = text.indexOf('\n', at + indent.length)
    if (newline < 0) throw fail('Unexpected EOF')
    content += text.slice(at + indent.length, newline + 1)
    at = newline + 1
    takeBlankLines()
  }
  while (text[at] === ' ' || text[at] === '\t') at++
  if (!text.startsWith('|||', at)) throw fail('Text block not terminated with |||')
  return { content: isChomped ? content.slice(0, -1) : content, end: at + 3 }
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end < 0 ? text.length : end
}
