// The examples run, and say what their readers are told they say.
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = async (example: string): Promise<string> =>
  (await promisify(execFile)(process.execPath, ['--import', 'tsx', join(root, 'examples', example, 'main.ts')], { cwd: root, timeout: 60_000 })).stdout

it('minimal-engine', async () => {
  expect(await run('minimal-engine')).toContain('argocd/shop: Synced, Healthy')
})

it('bespoke-controller', async () => {
  const out = await run('bespoke-controller')
  expect(out).toContain('delete ConfigMap/default/b')
  expect(out).toContain('in the cluster: a\n')
})
