// Runs the git program: argument lists, no shell, clean environment, deadline, output limit.
import { spawn } from 'node:child_process'
import { SourceError } from '@plumbline/core'
import { withoutPassword } from './repository-address.ts'

/** What a run needs. */
export interface GitRun {
  readonly args: readonly string[]
  readonly cwd: string
  readonly url: string
  readonly authorization?: string
  readonly allowFiles: boolean
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

const maxOutputBytes = 64 * 2 ** 20

/**
 * Environment for git: nothing of the user's configuration, no prompts, no helper programs; the secret goes by environment, where other users
 * of the machine cannot see it, not by argument.
 */
export function gitEnvironment({
  authorization,
  allowFiles,
}: {
  readonly authorization?: string | undefined
  readonly allowFiles: boolean
}): Record<string, string> {
  const keep = [
    'PATH',
    'SSH_AUTH_SOCK',
    'SSL_CERT_FILE',
    'SSL_CERT_DIR',
    'https_proxy',
    'http_proxy',
    'no_proxy',
    'HTTPS_PROXY',
    'HTTP_PROXY',
    'NO_PROXY',
    'TMPDIR',
    'SystemRoot',
  ]
  const kept = Object.fromEntries(keep.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])))
  const settings: [string, string][] = [
    // One request for refs and two for a fetch; protocol 2 needs one more for each.
    ['protocol.version', '0'],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
    ['core.hooksPath', '/dev/null'],
    ['http.lowSpeedLimit', '1'],
    ['http.lowSpeedTime', '30'],
    ['fetch.fsckObjects', 'true'],
    ...(authorization === undefined ? [] : ([['http.extraHeader', `Authorization: ${authorization}`]] as [string, string][])),
  ]
  return {
    ...kept,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ASKPASS: '',
    GIT_ALLOW_PROTOCOL: allowFiles ? 'http:https:ssh:file' : 'http:https:ssh',
    GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  }
}

/** Run git to its end and answer what it printed. @throws {SourceError} */
export function runGit(run: GitRun): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', [...run.args], { cwd: run.cwd, env: gitEnvironment(run), stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: Buffer[] = []
    let size = 0
    let complaint = ''
    let failure: SourceError | undefined
    const stop = (error: SourceError): void => {
      failure ??= error
      child.kill('SIGKILL')
    }
    const shown = withoutPassword(run.url)
    const timer = setTimeout(
      () => stop(new SourceError('SOURCE_UNREACHABLE', `git did not finish within ${run.timeoutMs} ms: ${shown}`, { subject: shown, retryable: true })),
      run.timeoutMs,
    )
    const abort = (): void => stop(new SourceError('CANCELLED', `cancelled: git for ${shown}`, { subject: shown }))
    run.signal?.addEventListener('abort', abort, { once: true })
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxOutputBytes) stop(new SourceError('SOURCE_LIMIT', `git printed more than ${maxOutputBytes} bytes: ${shown}`, { subject: shown }))
      else chunks.push(chunk)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      if (complaint.length < 8192) complaint += chunk.toString()
    })
    const settle = (finish: () => void): void => {
      clearTimeout(timer)
      run.signal?.removeEventListener('abort', abort)
      finish()
    }
    child.on('error', (error) => settle(() => reject(new SourceError('SOURCE_UNREACHABLE', `git could not be started: ${error.message}`, { cause: error }))))
    child.on('close', (code) =>
      settle(() => {
        if (failure !== undefined) reject(failure)
        else if (code === 0) resolve(Buffer.concat(chunks).toString())
        else reject(explain(complaint, run))
      }),
    )
  })
}

/** What git's complaint means; the text of the remote is kept, secrets are not in it. */
function explain(complaint: string, run: GitRun): SourceError {
  const shown = withoutPassword(run.url)
  const reason = complaint
    .split('\n')
    .map((line) => line.replace(/^(?:fatal|error|remote): ?/, '').trim())
    .filter((line) => line !== '')
    .join('; ')
    .replaceAll(run.url, shown)
  if (/authentication failed|could not read username|permission denied|HTTP 40[13]|returned error: 40[13]/i.test(complaint)) {
    return new SourceError('SOURCE_AUTH', `failed to list refs: authentication required: ${reason}`, { subject: shown })
  }
  if (/not found|does not exist|does not appear to be a git repository/i.test(complaint))
    return new SourceError('SOURCE_NOT_FOUND', `failed to list refs: repository not found: ${reason}`, { subject: shown })
  return new SourceError('SOURCE_UNREACHABLE', `failed to list refs: ${reason}`, { subject: shown, retryable: true })
}
