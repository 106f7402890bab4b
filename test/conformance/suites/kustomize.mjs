// Kustomizations built in process against the output of real Kustomize, texts included.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export async function run({ folder, tools, root, only }) {
  const dir = mkdtempSync(join(tmpdir(), 'plumbline-kustomize-'))
  const file = join(dir, 'results.json')
  const options = ['--module', join(root, 'test/conformance/adapters/kustomize.mjs'), '--json', file, '--helm', '--text', '--strict-errors']
  if (only !== undefined) options.push('--filter', only.source)
  try {
    await new Promise((resolve, reject) => {
      // The runner takes its YAML reader from where it is started.
      const child = spawn(process.execPath, [join(tools, 'kustomize-conformance.mjs'), join(folder, 'cases'), ...options], { cwd: root, stdio: 'ignore' })
      child.on('error', reject)
      child.on('exit', () => resolve(undefined))
    })
    return JSON.parse(readFileSync(file, 'utf8')).map(({ id, status, verdict, diffs, message }) => ({
      id,
      isPassed: status === 'passed',
      reason: diffs?.[0] ?? message ?? verdict,
    }))
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
