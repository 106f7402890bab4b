// Runs a program to its end: arguments only, no shell, nothing of this process's environment, bounded in time and output.
import { spawn } from 'node:child_process'
import { RenderError } from '@plumbline/core'

/** Bounds of one run. */
export interface ProgramLimits {
  /** Milliseconds. Default: 90,000, as Argo CD. */
  readonly timeoutMs: number
  /** Bytes on standard output. Default: 64 MiB. */
  readonly maxOutputBytes: number
}

/** What to run. */
export interface ProgramRun {
  /** Absolute: a relative one would be looked for below `cwd`, among files of whoever wrote the repository. */
  readonly path: string
  readonly args: readonly string[]
  readonly cwd: string
  /** The whole environment. */
  readonly environment: Readonly<Record<string, string>>
  readonly limits: ProgramLimits
  /** The command as errors show it, without secrets. */
  readonly shown: string
  /** Takes secrets, and paths that mean nothing to people, out of what the program complained about. Default: nothing. */
  readonly redact?: (text: string) => string
  readonly signal?: AbortSignal
}

export const defaultProgramLimits: ProgramLimits = Object.freeze({ timeoutMs: 90_000, maxOutputBytes: 64 * 2 ** 20 })

/** Of what is said on standard error, this much of the start and of the end is kept. */
const keptComplaintBytes = 8 * 2 ** 10
const isWindows = process.platform === 'win32'

/**
 * Run a program and answer what it printed. Whatever ends it, nothing that it started goes on.
 * @throws {RenderError} `RENDER_FAILED` when it cannot be started or fails, `RENDER_LIMIT` at a limit, `CANCELLED` by the signal
 */
export function runProgram(run: ProgramRun): Promise<string> {
  return new Promise((resolve, reject) => {
    if (run.signal?.aborted === true) return reject(cancelled(run))
    let child: ReturnType<typeof start>
    try {
      child = start(run)
    } catch (error) {
      return reject(unstarted(run, error))
    }
    const output: Buffer[] = []
    let size = 0
    const complaint: Complaint = { start: Buffer.alloc(0), end: Buffer.alloc(0), isCut: false }
    let failure: RenderError | undefined
    const stop = (error: RenderError): void => {
      failure ??= error
      killGroup(child.pid)
      // A process that left the group may hold the pipes; nobody waits for it.
      child.stdout.destroy()
      child.stderr.destroy()
    }
    const { timeoutMs, maxOutputBytes } = run.limits
    const timer = setTimeout(() => stop(limit(run, `failed timeout after ${timeoutMs} ms`, 'timeoutMs', complaint)), timeoutMs)
    const abort = (): void => stop(cancelled(run))
    run.signal?.addEventListener('abort', abort, { once: true })
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxOutputBytes) stop(limit(run, `printed more than ${maxOutputBytes} bytes`, 'maxOutputBytes', complaint))
      else output.push(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => addTo(complaint, chunk))
    const settle = (): void => {
      clearTimeout(timer)
      run.signal?.removeEventListener('abort', abort)
    }
    child.on('error', (error) => {
      settle()
      reject(failure ?? unstarted(run, error))
    })
    child.on('exit', () => killGroup(child.pid))
    child.on('close', (code, signal) => {
      settle()
      if (failure !== undefined) reject(failure)
      else if (code === 0) resolve(Buffer.concat(output).toString())
      else reject(failed(run, code === null ? `signal: ${signal ?? 'unknown'}` : `exit status ${code}`, complaint))
    })
  })
}

// In a group of its own, so that what it starts is ended with it.
function start({ path, args, cwd, environment }: ProgramRun) {
  return spawn(path, [...args], { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: !isWindows, windowsHide: true })
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(isWindows ? pid : -pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}

interface Complaint {
  start: Buffer
  end: Buffer
  isCut: boolean
}

function addTo(complaint: Complaint, chunk: Buffer): void {
  const room = keptComplaintBytes - complaint.start.length
  complaint.start = Buffer.concat([complaint.start, chunk.subarray(0, room)])
  const end = Buffer.concat([complaint.end, chunk.subarray(room)])
  complaint.isCut ||= end.length > keptComplaintBytes
  complaint.end = Buffer.from(end.subarray(-keptComplaintBytes))
}

function said({ redact }: ProgramRun, { start: first, end, isCut }: Complaint): string {
  // In one piece, where it is: a character or a secret may lie across the cut.
  const text = (isCut ? `${first.toString()} … ${end.toString()}` : Buffer.concat([first, end]).toString()).trim()
  return redact?.(text) ?? text
}

function failed(run: ProgramRun, how: string, complaint: Complaint): RenderError {
  return new RenderError('RENDER_FAILED', `\`${run.shown}\` failed ${how}: ${said(run, complaint)}`, { subject: run.path })
}

function limit(run: ProgramRun, what: string, option: keyof ProgramLimits, complaint: Complaint): RenderError {
  const text = said(run, complaint)
  return new RenderError('RENDER_LIMIT', `\`${run.shown}\` ${what} (limit ${option})${text === '' ? '' : `: ${text}`}`, {
    subject: run.path,
    retryable: option === 'timeoutMs',
  })
}

function cancelled(run: ProgramRun): RenderError {
  return new RenderError('CANCELLED', `cancelled: \`${run.shown}\``, { subject: run.path, cause: run.signal?.reason })
}

function unstarted(run: ProgramRun, error: unknown): RenderError {
  return new RenderError('RENDER_FAILED', `${run.path} cannot be started: ${error instanceof Error ? error.message : String(error)}`, {
    subject: run.path,
    cause: error,
  })
}
