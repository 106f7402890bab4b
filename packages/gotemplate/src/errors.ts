// Failures of templates, worded as Go words them.

/** A template that cannot be parsed or run. The message is that of Go's `text/template`. */
export class TemplateError extends Error {
  readonly code: 'TEMPLATE_PARSE' | 'TEMPLATE_EXECUTE' | 'TEMPLATE_LIMIT'
  /** Name of the template in which it failed. */
  readonly template: string
  /** From 1. */
  readonly line: number
  constructor(code: TemplateError['code'], message: string, template: string, line: number, options?: ErrorOptions) {
    super(message, options)
    this.name = 'TemplateError'
    this.code = code
    this.template = template
    this.line = line
  }
  /** Whether the stack of the host ended before any limit. */
  get isStackOverflow(): boolean {
    return this.cause instanceof RangeError
  }
}

/** What a function of a template throws; the engine adds where it was called. */
export class FunctionError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'FunctionError'
  }
}
