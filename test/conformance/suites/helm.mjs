// Charts rendered in process against the output of real Helm: the cases as Helm 3 renders them, and again, as `ID@helm4`, as Helm 4 does.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export async function run({ folder, tools, root, only }) {
  const dir = mkdtempSync(join(tmpdir(), 'plumbline-helm-'))
  try {
    const results = []
    for (const version of ['3', '4']) {
      const suffix = version === '4' ? '@helm4' : ''
      const file = join(dir, `${version}.json`)
      await runCorpus({ folder, tools, root, version, file, only })
      for (const { id, pass, why } of JSON.parse(readFileSync(file, 'utf8')).results) results.push({ id: id + suffix, isPassed: pass, reason: why?.[0] })
    }
    return results
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

function runCorpus({ folder, tools, root, version, file, only }) {
  const options = ['--dir', folder, '--module', join(root, 'test/conformance/adapters/helm.mjs'), '--json', file]
  // Where Helm 3 is followed, texts have to be equal too; of Helm 4 there are fewer.
  options.push(...(version === '4' ? ['--golden4'] : ['--strict-text']), ...(only === undefined ? [] : ['--filter', only.source]))
  return new Promise((resolve, reject) => {
    // The runner takes its YAML reader from where it is started.
    const child = spawn(process.execPath, [join(tools, 'helm-conformance.mjs'), ...options], {
      cwd: root,
      env: { ...process.env, PLUMBLINE_HELM: version },
      stdio: 'ignore',
    })
    child.on('error', reject)
    child.on('exit', () => resolve(undefined))
  })
}
