// What goes wrong: programs that cannot be read, programs that fail, programs that take too much.

/** A program that cannot be evaluated. `message` is what go-jsonnet prints, without the newlines at its end. */
export class JsonnetError extends Error {}

/** A program that cannot be read: `file:1:2-3 Unknown variable: x`, and below it the lines of the place. */
export class JsonnetSyntaxError extends JsonnetError {
  /** The first line of the message: place and reason. */
  readonly reason: string
  constructor(reason: string, lines: string) {
    super(lines === '' ? reason : `${reason}\n\n${lines}`)
    this.reason = reason
  }
}

/** A program that fails: `RUNTIME ERROR: reason`, and below it the places that led there, innermost first. */
export class JsonnetRuntimeError extends JsonnetError {
  /** What the program gave to `error`, or what the evaluator has to say. */
  readonly reason: string
  constructor(reason: string, trace: readonly string[]) {
    super([`RUNTIME ERROR: ${reason}`, ...trace].join('\n'))
    this.reason = reason
  }
}

/** A program that takes more than it may. */
export class JsonnetLimitError extends JsonnetError {}
