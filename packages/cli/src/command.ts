// What a command is, and how its options are read.
import { parseArgs } from 'node:util'
import { ConfigError, messageOf } from '@plumbline/core'

/** One command. */
export interface Command {
  readonly usage: string
  /** @returns the exit status */
  run(args: readonly string[]): Promise<number>
}

/** Declared options by name. */
export type OptionTypes = Readonly<Record<string, { readonly type: 'string' | 'boolean'; readonly default?: string | boolean }>>

/** Options and positional arguments. @throws {ConfigError} for what is not declared */
export function parseOptions(
  args: readonly string[],
  options: OptionTypes,
): { readonly values: Readonly<Record<string, string | boolean | undefined>>; readonly positionals: readonly string[] } {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: options as NonNullable<Parameters<typeof parseArgs>[0]>['options'] & object,
      allowPositionals: true,
      strict: true,
    })
    return { values: values as Record<string, string | boolean | undefined>, positionals }
  } catch (error) {
    throw new ConfigError('CONFIG_INVALID', `${messageOf(error)}; --help lists the options`)
  }
}

/** A port from an option. @throws {ConfigError} */
export function portOf(value: string | boolean | undefined, name: string): number | undefined {
  if (value === undefined) return undefined
  const port = Number(value)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ConfigError('CONFIG_INVALID', `--${name} is a port between 0 and 65535, not ${String(value)}`)
  return port
}

/** Resolves at SIGINT or SIGTERM. */
export function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
}
