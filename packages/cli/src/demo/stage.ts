// What the demo prints: numbered acts, what happens as it happens, and how long it took.

/** Where an act is played. */
export interface Stage {
  /** Begin an act. */
  act(title: string): void
  /** Something that happened. */
  tell(text: string): void
  /** Something that had to hold, and does. */
  prove(text: string): void
  /** A command and what it prints. */
  show(command: string, output: string): void
  /** Lines that belong together, such as a plan. */
  quote(text: string): void
}

const paint = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const

/** A stage on a stream; colours only for a terminal, and not where NO_COLOR is set. https://no-color.org */
export function createStage(out: NodeJS.WriteStream, startedAt: number): Stage {
  const isColoured = out.isTTY && (process.env['NO_COLOR'] ?? '') === ''
  const painted = (colour: keyof typeof paint, text: string): string => (isColoured ? `\u001b[${paint[colour]}m${text}\u001b[0m` : text)
  const clock = (): string => painted('dim', `${((performance.now() - startedAt) / 1000).toFixed(2).padStart(6)}s`)
  const write = (line: string): void => void out.write(`${line}\n`)
  const lines = (text: string, colour: (line: string) => string): void => {
    for (const line of text.split('\n')) write(`        ${colour(line)}`)
  }
  const diffColour = (line: string): string => {
    const sign = line.trimStart()[0]
    if (sign === '+') return painted('green', line)
    if (sign === '-') return painted('red', line)
    return sign === '~' ? painted('yellow', line) : line
  }
  let acts = 0
  return {
    act: (title) => write(`\n${painted('bold', `${++acts}. ${title}`)}`),
    tell: (text) => write(`${clock()} ${text}`),
    prove: (text) => write(`${clock()} ${painted('green', '✓')} ${text}`),
    show(command, output) {
      write(`        ${painted('cyan', `$ ${command}`)}`)
      lines(output, (line) => line)
    },
    quote: (text) => lines(text, diffColour),
  }
}
