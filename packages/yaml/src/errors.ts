// Problems in YAML text, each with the place where it is.

/** What kind of problem. */
export type YamlErrorCode = 'YAML_SYNTAX' | 'YAML_LIMIT' | 'YAML_DUPLICATE_KEY' | 'YAML_UNSUPPORTED'

/** Thrown by every reader of this package. */
export class YamlError extends Error {
  readonly code: YamlErrorCode
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number

  constructor(code: YamlErrorCode, message: string, line: number, column: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'YamlError'
    this.code = code
    this.line = line
    this.column = column
  }
}

/** Line and column, from 1, of an offset. */
export function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  let line = 1
  let start = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line++
    start = at + 1
  }
  return { line, column: offset - start + 1 }
}
