// Sessions of a real kubectl, run against the embedded API server. Needs kubectl 1.34, named by PLUMBLINE_KUBECTL.
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startCluster } from '@plumbline/testkit'

export async function run({ folder, tools, only }) {
  const kubectl = process.env.PLUMBLINE_KUBECTL
  if (kubectl === undefined || !existsSync(kubectl)) return 'PLUMBLINE_KUBECTL does not name a kubectl 1.34'
  const { runCases } = await import(join(tools, 'kubectl-conformance.mjs'))
  const data = join(tools, '../kube')
  const results = []
  const dir = mkdtempSync(join(tmpdir(), 'plumbline-kubectl-'))
  for (const has of [[], ['controllers'], ['argo-cd-crds']]) {
    const cluster = await startCluster({ controllers: has.includes('controllers'), authorization: 'rbac', tls: true, dir })
    if (has.includes('argo-cd-crds'))
      await promisify(execFile)(kubectl, ['--kubeconfig', cluster.kubeconfigFile, 'apply', '--server-side', '-f', join(data, 'argo-cd-crds')])
    const found = await runCases({
      dirs: [folder],
      kubeconfig: JSON.parse(cluster.kubeconfig()),
      kubectl,
      data,
      has,
      jobs: 3,
      timeoutMs: 60_000,
      ...(only === undefined ? {} : { only }),
    })
    results.push(...found.filter(({ skipped }) => !skipped))
    await cluster.close()
  }
  rmSync(dir, { recursive: true, force: true })
  return results.map(({ id, ok, failures }) => ({
    id,
    isPassed: ok,
    reason:
      failures[0] === undefined
        ? undefined
        : failures.map(({ command, diffs }) => `\n    ${command}\n      ${diffs.slice(0, 6).join('\n      ')}`.slice(0, 1500)).join(''),
  }))
}
