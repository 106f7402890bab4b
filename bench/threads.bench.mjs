// Many large charts at once: how long the event loop is kept from everything else, in the main thread and with rendering threads.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { helm } from '@plumbline/renderers'
import { renderThreads } from '@plumbline/renderers/threads'
import { localTree } from '@plumbline/sources/local'
import { corporaFolder, quantile } from './lib/measure.mjs'

export const name = 'threads'
const applications = 30

/** Answers every question once, as a source of commits does. */
function kept(tree) {
  const answers = new Map()
  const once = (ask) => (path) => {
    const key = `${ask} ${path}`
    if (!answers.has(key)) answers.set(key, tree[ask](path))
    return answers.get(key)
  }
  return { revision: tree.revision, read: once('read'), list: once('list'), entry: once('entry') }
}

async function measured(renderer, tree) {
  const request = (round, index) => ({
    tree,
    path: 'kube-prometheus-stack',
    source: {
      repoURL: 'https://git.example/charts.git',
      path: 'kube-prometheus-stack',
      helm: { valuesObject: { bench: `${round} ${index}` }, skipSchemaValidation: true },
    },
    application: { name: `app-${index}`, namespace: 'argocd', project: 'default', destinationNamespace: 'monitoring' },
  })
  const all = (round) => Promise.all(Array.from({ length: applications }, (_, index) => renderer.render(request(round, index))))
  await all(0)
  // A timer that wants to run every millisecond; one that never runs is as late as the whole work.
  const delays = []
  let last = performance.now()
  const note = () => {
    delays.push(performance.now() - last - 1)
    last = performance.now()
  }
  const timer = setInterval(note, 1)
  const start = performance.now()
  await all(1)
  const wall = performance.now() - start
  clearInterval(timer)
  note()
  return { wall, p99: quantile(delays, 0.99), max: Math.max(...delays) }
}

export async function run() {
  const corpora = corporaFolder()
  const folder = corpora === undefined ? undefined : join(corpora, 'helm/charts')
  if (folder === undefined || !existsSync(join(folder, 'kube-prometheus-stack'))) return []
  const tree = kept(localTree(folder))
  const rows = []
  const add = (where, { wall, p99, max }) => {
    rows.push({ case: `${applications} renderings of kube-prometheus-stack, ${where}: wall`, ours: wall, unit: 'ms' })
    rows.push({ case: `… longest time the event loop was kept`, ours: max, unit: 'ms' })
    rows.push({ case: `… p99 of the loop's delay`, ours: p99, unit: 'ms' })
  }
  add('main thread', await measured(helm(), tree))
  for (const count of [1, 2]) {
    const threads = await renderThreads({ threads: count })
    try {
      add(`${count} thread${count === 1 ? '' : 's'}`, await measured(threads.renderers[0], tree))
    } finally {
      await threads.close()
    }
  }
  return rows
}
