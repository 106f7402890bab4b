// How much a template may do before it is stopped.

export interface TemplateLimits {
  /** Nodes that are evaluated, in one execution with everything it includes. Default: 50 million. */
  readonly steps: number
  /** Templates inside templates. Default: 2,000. */
  readonly depth: number
  /** Characters that are written, over all templates of one execution. Default: 256 million. */
  readonly output: number
}

export const defaultLimits: TemplateLimits = { steps: 50_000_000, depth: 2000, output: 268_435_456 }

/** What is left of the limits of one execution; shared by everything that it includes. */
export interface Budget {
  steps: number
  output: number
  depth: number
}
