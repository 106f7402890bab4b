// `plumbline demo`.
import type { Command } from '../command.ts'

export const demoCommand: Command = {
  usage: `usage: plumbline demo [--keep]\n`,
  run: () => Promise.resolve(0),
}
