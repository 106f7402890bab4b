// A developer's clone: files are edited and pushed with the real git program.
import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

/** A clone of one repository. */
export interface WorkTree {
  /** Write files (null removes), commit and push. @returns the commit's id */
  push(message: string, files: Readonly<Record<string, string | null>>): Promise<string>
}

const run = promisify(execFile)

/** Clone a repository into a folder. Settings of the machine's user (hooks, signing, credential helpers) are left out. */
export async function cloneRepository(url: string, folder: string): Promise<WorkTree> {
  const env = {
    ...process.env,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Demo',
    GIT_AUTHOR_EMAIL: 'demo@plumbline.dev',
    GIT_COMMITTER_NAME: 'Demo',
    GIT_COMMITTER_EMAIL: 'demo@plumbline.dev',
  }
  const git = async (...args: string[]): Promise<string> => (await run('git', args, { cwd: folder, env })).stdout.trim()
  await mkdir(folder, { recursive: true })
  await git('clone', '--quiet', url, '.')
  await git('checkout', '--quiet', '-B', 'main')
  return {
    async push(message, files) {
      for (const [path, content] of Object.entries(files)) {
        const file = join(folder, path)
        if (content === null) await rm(file)
        else {
          await mkdir(dirname(file), { recursive: true })
          await writeFile(file, content)
        }
      }
      await git('add', '--all')
      await git('commit', '--quiet', '--message', message)
      await git('push', '--quiet', 'origin', 'main')
      return git('rev-parse', 'HEAD')
    },
  }
}
