// Texts of programs and places in them, printed as go-jsonnet does: columns are bytes of UTF-8, counted from 1.
import { JsonnetSyntaxError } from './errors.ts'

/** The text of a file, or of a variable that is code. */
export interface Source {
  /** As printed in messages. */
  readonly name: string
  /** Where imports of the file start from; '' for code that is no file. */
  readonly path: string
  readonly text: string
}

/** A part of a text: offsets in UTF-16 units, the end is not in it. */
export interface Span {
  readonly source: Source
  readonly start: number
  readonly end: number
}

/** From the start of one part to the end of another. */
export function spanBetween(first: Span, last: Span): Span {
  return { source: first.source, start: first.start, end: last.end }
}

interface Position {
  readonly line: number
  readonly column: number
}

function positionOf({ text }: Source, offset: number): Position {
  let line = 1
  let lineStart = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++
    lineStart = at + 1
  }
  return { line, column: new TextEncoder().encode(text.slice(lineStart, offset)).length + 1 }
}

/** The line that a part starts in, from 1. */
export function lineOf({ source, start }: Span): number {
  return positionOf(source, start).line
}

/** `file:1:2`, `file:1:2-3` or `file:(1:2)-(3:4)`. */
export function formatSpan({ source, start, end }: Span): string {
  const first = positionOf(source, start)
  const last = positionOf(source, end)
  if (first.line !== last.line) return `${source.name}:(${first.line}:${first.column})-(${last.line}:${last.column})`
  return `${source.name}:${first.line}:${first.column}${first.column === last.column ? '' : `-${last.column}`}`
}

/** What a reader of programs throws, with the lines of the place. */
export function syntaxError(reason: string, span: Span): JsonnetSyntaxError {
  const { text } = span.source
  const from = text.lastIndexOf('\n', span.start - 1) + 1
  const to = text.indexOf('\n', Math.max(span.end - 1, span.start))
  return new JsonnetSyntaxError(`${formatSpan(span)} ${reason}`, text.slice(span.start === 0 ? 0 : from, to < 0 ? text.length : to))
}
