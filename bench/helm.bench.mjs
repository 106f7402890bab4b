// Charts rendered in process beside real `helm template`, turn by turn. Peers: $PLUMBLINE_HELM3, $PLUMBLINE_HELM4 (paths of programs); without them only ours is measured.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { formatRendered, loadChart, renderChart, setValues } from '@plumbline/renderers'
import { corporaFolder, median } from './lib/measure.mjs'

export const name = 'helm'
const here = dirname(fileURLToPath(import.meta.url))
const rounds = 7

function readFolder(folder, prefix = '') {
  const files = {}
  for (const entry of readdirSync(join(folder, prefix), { withFileTypes: true })) {
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`
    if (entry.isDirectory()) Object.assign(files, readFolder(folder, path))
    else if (!entry.name.endsWith('.tgz')) files[path] = readFileSync(join(folder, path), 'utf8')
  }
  return files
}

/** Listings are made once, as a source keeps them; a changed file has another id. */
function treeOf(files, changed = {}) {
  const listings = new Map([['', new Map()]])
  const encoder = new TextEncoder()
  for (const path of Object.keys(files)) {
    const parts = path.split('/')
    for (let depth = 0; depth < parts.length; depth++) {
      const [folder, entry] = [parts.slice(0, depth).join('/'), parts[depth]]
      const isFile = depth === parts.length - 1
      if (!listings.has(folder)) listings.set(folder, new Map())
      const id = isFile ? `${(changed[path] ?? files[path]).length} ${path} ${changed[path] ?? files[path].slice(0, 200)}` : parts.slice(0, depth + 1).join('/')
      listings.get(folder).set(entry, { name: entry, kind: isFile ? 'file' : 'directory', id })
    }
  }
  const sorted = new Map([...listings].map(([folder, entries]) => [folder, [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1))]))
  return {
    revision: 'r',
    async read(path) {
      const text = changed[path] ?? files[path]
      return text === undefined ? undefined : encoder.encode(text)
    },
    list: async (path) => sorted.get(path),
    entry: async (path) => (sorted.has(path) ? { kind: 'directory', id: path } : undefined),
  }
}

async function timed(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}

async function medianOf(work) {
  const times = []
  for (let round = 0; round < rounds; round++) times.push(await timed(() => work(round)))
  return median(times)
}

function peers() {
  const found = [
    ['helm 3', process.env.PLUMBLINE_HELM3],
    ['helm 4', process.env.PLUMBLINE_HELM4],
  ]
  return found.filter(([, path]) => path !== undefined && existsSync(path))
}

function helmTime(path, chart) {
  const times = []
  for (let round = 0; round < rounds; round++) {
    const start = performance.now()
    execFileSync(path, ['template', 'r', chart, '--skip-schema-validation'], { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 28 })
    times.push(performance.now() - start)
  }
  return median(times)
}

/** A whole process: start, load, render, print. */
function coldTime(chart) {
  const runs = []
  for (let round = 0; round < 5; round++) {
    const start = performance.now()
    const { stdout } = spawnSync(process.execPath, [join(here, 'lib/render-once.mjs'), chart], { encoding: 'utf8' })
    runs.push({ wall: performance.now() - start, peak: Number(stdout.trim()) / 1024 })
  }
  return { wall: median(runs.map(({ wall }) => wall)), peak: median(runs.map(({ peak }) => peak)) }
}

async function measure(title, folder) {
  const files = readFolder(folder)
  const rows = []
  const add = (what, ours, goal, peer) =>
    rows.push({
      case: `${title}: ${what}`,
      ours,
      unit: 'ms',
      ...(peer === undefined ? {} : { peer: peer.time, peerName: peer.name, ratio: ours / peer.time }),
      goal,
    })
  const measured = peers().map(([peerName, path]) => ({ name: peerName, time: helmTime(path, folder) }))
  const [peer] = measured
  const cold = coldTime(folder)
  for (const one of measured) add(`cold process against ${one.name}`, cold.wall, '<= 1.0', one)
  if (measured.length === 0) add('cold process', cold.wall, '', undefined)
  rows.push({ case: `${title}: peak memory of the cold process`, ours: cold.peak, unit: 'MiB' })
  const unchanged = treeOf(files)
  const options = { releaseName: 'r', namespace: 'default', skipSchemaValidation: true }
  const render = async (changed, set = []) => {
    const values = {}
    for (const text of set) setValues(text, values)
    const chart = await loadChart(changed === undefined ? unchanged : treeOf(files, changed), '')
    return formatRendered(renderChart(chart, { ...options, values }))
  }
  add('first rendering in a warm process', await timed(() => render(undefined)), '', peer)
  add('one value changed', await medianOf((round) => render(undefined, [`plumblineBench=${round}`])), '<= 0.10', peer)
  const template = Object.keys(files).find((path) => /^templates\/[^_]*\.yaml$/.test(path)) ?? ''
  add('one template changed', await medianOf((round) => render({ [template]: `${files[template]}\n# ${round}\n` })), '', peer)
  return rows
}

export async function run() {
  const corpora = corporaFolder()
  if (corpora === undefined) return []
  const rows = []
  for (const [title, chart] of [
    ['kube-prometheus-stack', 'kube-prometheus-stack'],
    ['argo-cd', 'argo-cd'],
    ['small chart', 'micro-objects-a'],
  ]) {
    const folder = [join(corpora, 'helm/charts', chart), join(corpora, 'helm/charts', chart.split('/').at(-1))].find((candidate) => existsSync(candidate))
    if (folder !== undefined) rows.push(...(await measure(title, folder)))
  }
  return rows
}
