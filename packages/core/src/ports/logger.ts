// Structured log lines; core never prints.

/** Receives one line: a level, a message, and fields that are plain data without secrets. */
export interface Logger {
  log(level: 'debug' | 'info' | 'warning' | 'error', message: string, fields?: Readonly<Record<string, unknown>>): void
}

/** Drops everything. */
export const silentLogger: Logger = { log: () => undefined }
