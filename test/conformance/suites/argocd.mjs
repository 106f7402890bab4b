// Scenarios recorded from a running Argo CD, replayed against `plumbline run` on `plumbline cluster`: all that need neither an ApplicationSet nor a REST answer.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const scenarios = /^(?!appset-|rest-).+-[a-z]$/
const levels = ['status', 'resources', 'operation', 'history', 'conditions', 'events', 'live', 'tables']

export async function run({ folder, tools, root, only }) {
  const { runScenarios } = await import(join(tools, 'argocd-conformance.mjs'))
  const dir = mkdtempSync(join(tmpdir(), 'plumbline-conformance-'))
  const plumbline = join(root, 'packages/cli/bin/plumbline.mjs')
  const programs = []
  const start = (args, isReady) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [plumbline, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
      programs.push(child)
      child.stdout.on('data', (chunk) => {
        if (isReady(String(chunk))) resolve(undefined)
      })
      child.on('exit', (code) => reject(new Error(`plumbline ${args[0]} ended with ${code}`)))
    })
  const stop = () => {
    for (const program of programs) program.kill()
  }
  // Whoever ends this run ends what it started.
  process.once('SIGTERM', () => {
    stop()
    process.exit(143)
  })
  try {
    await start(['cluster', '--dir', dir], (text) => text.includes('"kubeconfig"'))
    const kubeconfig = join(dir, 'kubeconfig')
    await start(['run', '--kubeconfig', kubeconfig, '--install-crds', '--compatibility', 'argocd', '--quiet'], (text) => text.includes('"ready"'))
    const { results } = await runScenarios({
      dirs: [folder],
      kubeconfig,
      compare: levels,
      jobs: 4,
      only: only ?? scenarios,
    })
    return results
      .filter(({ skipped }) => !skipped)
      .map(({ id, ok, problems, levels: diffs }) => ({
        id,
        isPassed: ok,
        reason:
          problems[0]?.message ??
          Object.entries(diffs)
            .filter(([, list]) => list.length > 0)
            .map(([level, list]) => `${level}: ${list[0].path}`)[0],
      }))
  } finally {
    for (const child of programs) {
      child.removeAllListeners('exit')
      child.kill()
    }
    const patience = setTimeout(() => programs.forEach((child) => child.kill('SIGKILL')), 20_000)
    await Promise.all(programs.filter((child) => (child.exitCode ?? child.signalCode) === null).map((child) => once(child, 'exit')))
    clearTimeout(patience)
    rmSync(dir, { recursive: true, force: true })
  }
}
