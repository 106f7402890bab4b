// Runs the conformance suites over the corpora.
//   pnpm conformance [suite...] [--only REGEX] [--ratchet] [--update]
// Corpora: $PLUMBLINE_CORPORA, or ../shared/conformance. Prints the ids that fail and `N passed, N failed` for each suite; exits 1 on any failure.
// With --ratchet only failures that are not in open-cases.json count, so that a case that passes today cannot fail tomorrow unseen.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const root = resolve(here, '../..')
const corpora = resolve(process.env.PLUMBLINE_CORPORA ?? join(root, '../shared/conformance'))
const openFile = join(here, 'open-cases.json')

const suites = {
  cluster: () => import('./suites/cluster.mjs'),
  argocd: () => import('./suites/argocd.mjs'),
  diff: () => import('./suites/diff.mjs'),
  health: () => import('./suites/health.mjs'),
  helm: () => import('./suites/helm.mjs'),
  kubectl: () => import('./suites/kubectl.mjs'),
  kustomize: () => import('./suites/kustomize.mjs'),
  sync: () => import('./suites/sync.mjs'),
}

// A suite reads the folder of its own name, unless it stands here.
const folders = { kubectl: 'cluster/kubectl' }

function parseArguments(argv) {
  const options = { names: [], only: undefined, isRatchet: false, isUpdate: false }
  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index]
    if (argument === '--only') options.only = new RegExp(argv[++index])
    else if (argument === '--ratchet') options.isRatchet = true
    else if (argument === '--update') options.isUpdate = true
    else if (argument in suites) options.names.push(argument)
    else {
      console.error(`there is no suite ${argument}; there are ${Object.keys(suites).join(', ')}`)
      process.exit(2)
    }
  }
  return options
}

const options = parseArguments(process.argv.slice(2).filter((argument) => argument !== '--'))
if (!existsSync(corpora)) {
  console.log(`skipped: no corpora at ${corpora}; set PLUMBLINE_CORPORA`)
  process.exit(0)
}
// The runners live beside the corpora they read.
const tools = [join(corpora, '../tools'), join(root, '../shared/tools')].find((folder) => existsSync(folder))
const open = existsSync(openFile) ? JSON.parse(readFileSync(openFile, 'utf8')) : {}
let isGood = true
for (const name of options.names.length > 0 ? options.names : Object.keys(suites)) {
  const folder = join(corpora, folders[name] ?? name)
  if (!existsSync(folder) || tools === undefined) {
    console.log(`${name}: skipped: there is no ${existsSync(folder) ? 'runner' : 'corpus'}`)
    continue
  }
  const started = Date.now()
  const { run } = await suites[name]()
  const results = await run({ folder, tools, root, only: options.only })
  if (typeof results === 'string') {
    console.log(`${name}: skipped: ${results}`)
    continue
  }
  const failed = results.filter(({ isPassed }) => !isPassed)
  const known = new Set(open[name] ?? [])
  const unexpected = failed.filter(({ id }) => !known.has(id))
  for (const { id, reason } of options.isRatchet ? unexpected : failed) console.log(`${name}: failed ${id}${reason === undefined ? '' : `: ${reason}`}`)
  const mended = [...known].filter((id) => results.some((result) => result.id === id && result.isPassed))
  if (options.isRatchet && known.size > 0)
    console.log(`${name}: ${failed.length - unexpected.length} open cases${mended.length > 0 ? `, ${mended.length} of the list pass now: --update it` : ''}`)
  console.log(`${name}: ${results.length - failed.length} passed, ${failed.length} failed (${((Date.now() - started) / 1000).toFixed(0)} s)`)
  if (options.isUpdate && options.only === undefined) open[name] = failed.map(({ id }) => id).sort()
  if ((options.isRatchet ? unexpected : failed).length > 0) isGood = false
}
if (options.isUpdate) writeFileSync(openFile, `${JSON.stringify(open, null, 2)}\n`)
process.exit(isGood || options.isUpdate ? 0 : 1)
