// A pinned program is the one that was pinned: its version is asked before it is used.
import { stat } from 'node:fs/promises'
import { RenderError } from '@plumbline/core'
import { runProgram } from './run-program.ts'
import { environmentOf } from './tool-options.ts'
import type { Tool } from './tool-options.ts'
import type { WorkDirectory } from './work-directory.ts'

/** How a program tells its version. */
export interface VersionQuestion {
  /** Such as `helm`. */
  readonly name: string
  readonly args: readonly string[]
  /** The version in the answer, without `v`; undefined when there is none. */
  readonly read: (answer: string) => string | undefined
}

/** Checks the version; asks the program once for every state of its file. @throws {RenderError} `RENDER_FAILED` for another version */
export type VersionCheck = (directory: WorkDirectory, signal?: AbortSignal) => Promise<void>

const maxAnswerBytes = 64 * 2 ** 10
const timeoutMs = 10_000

/** Create the check of one program. */
export function createVersionCheck(tool: Tool, question: VersionQuestion): VersionCheck {
  const { path, version } = tool
  let known: { readonly state: string; readonly found: string } | undefined
  return async (directory, signal) => {
    const state = await stateOf(path)
    if (known?.state !== state) known = { state, found: await ask(tool, question, directory, signal) }
    if (withoutBuild(known.found) === version || known.found === version) return
    throw new RenderError(
      'RENDER_FAILED',
      `${path} is ${question.name} ${known.found}, and ${version} is wanted: install ${question.name} ${version} there, or change the version in the options`,
      { subject: path },
    )
  }
}

/** Changes when somebody puts another file there. */
async function stateOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs, ctimeMs } = await stat(path)
    return [ino, size, mtimeMs, ctimeMs].join(' ')
  } catch (error) {
    throw new RenderError('RENDER_FAILED', `${path} cannot be started: ${error instanceof Error ? error.message : String(error)}`, {
      subject: path,
      cause: error,
    })
  }
}

async function ask(tool: Tool, { name, args, read }: VersionQuestion, directory: WorkDirectory, signal: AbortSignal | undefined): Promise<string> {
  const environment = environmentOf(directory.path, tool)
  const answer = await runProgram({
    path: tool.path,
    args,
    cwd: directory.path,
    environment,
    limits: { timeoutMs: Math.min(timeoutMs, tool.limits.timeoutMs), maxOutputBytes: maxAnswerBytes },
    shown: [name, ...args].join(' '),
    ...(signal === undefined ? {} : { signal }),
  })
  const found = read(answer)
  if (found !== undefined) return found
  throw new RenderError(
    'RENDER_FAILED',
    `${tool.path} does not tell its version: \`${[name, ...args].join(' ')}\` printed ${JSON.stringify(answer.slice(0, 200))}`,
    {
      subject: tool.path,
    },
  )
}

/** Distributions add `+…` to what they build. */
function withoutBuild(version: string): string {
  return version.replace(/\+.*$/, '')
}
