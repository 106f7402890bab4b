// Random requests to the embedded API server and to a real one; what differs is printed, the most frequent first.
//   KUBE_URL=… KUBE_TOKEN=… KUBE_CA=… node test/differential/cluster.mjs [--minutes N] [--seed N] [--batch N] [--keep FOLDER]
// The real answers are recorded by the corpus's runner, which is looked for in PLUMBLINE_TOOLS or ../shared/tools.
// Exits 1 when something differs.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { startCluster } from '../../packages/testkit/dist/index.js'
import { randomCase } from './random-operations.mjs'

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    batch: { type: 'string', default: '200' },
    keep: { type: 'string' },
    details: { type: 'string', default: '40' },
  },
})
const { KUBE_URL: url, KUBE_TOKEN: token, KUBE_CA: ca } = process.env
const runner = join(resolve(process.env.PLUMBLINE_TOOLS ?? '../shared/tools'), 'cluster-conformance.mjs')
if (url === undefined || !existsSync(runner)) {
  console.log(url === undefined ? 'skipped: set KUBE_URL, KUBE_TOKEN and KUBE_CA to a real kube-apiserver' : `skipped: no ${runner}`)
  process.exit(0)
}
const { runCases } = await import(pathToFileURL(runner).href)

/** What parts of the server that write at times of their own have just written. */
const explained = [/api-priority-and-fairness-config-consumer/, /managedFields\[\d\]\.manager: expected "kube-apiserver"/]

/** Types of the built-in kinds, as the embedded server publishes them. */
async function loadSchemas(cluster) {
  const types = new Map()
  const roots = new Map()
  const { paths } = await (await fetch(`${cluster.url}/openapi/v3`)).json()
  for (const [path, { serverRelativeURL }] of Object.entries(paths)) {
    if (!/^(api|apis\/[^/]+)\/v\d/.test(path)) continue
    const { components } = await (await fetch(`${cluster.url}${serverRelativeURL}`)).json()
    for (const [name, schema] of Object.entries(components?.schemas ?? {})) {
      types.set(name, schema)
      for (const { group, version, kind } of schema['x-kubernetes-group-version-kind'] ?? [])
        roots.set(`${group === '' ? version : `${group}/${version}`} ${kind}`, schema)
    }
  }
  return { get: (name) => types.get(name), root: (apiVersion, kind) => roots.get(`${apiVersion} ${kind}`) }
}

const until = Date.now() + Number(options.minutes) * 60_000
const batch = Number(options.batch)
const found = []
const known = []
let [seed, cases, steps] = [Number(options.seed), 0, 0]
const facts = await startCluster({ controllers: false })
const schemas = await loadSchemas(facts)
await facts.close()
do {
  const folder = options.keep === undefined ? mkdtempSync(join(tmpdir(), 'plumbline-requests-')) : resolve(options.keep, String(seed))
  mkdirSync(folder, { recursive: true })
  for (let index = 0; index < batch; index++, seed++) {
    const testCase = randomCase(seed, schemas)
    steps += testCase.steps.length
    writeFileSync(join(folder, `${seed}.json`), JSON.stringify(testCase))
  }
  cases += batch
  const recorded = await runCases({ dirs: [folder], url, token, ca, record: true, times: 2, jobs: 8 })
  const unstable = new Set(recorded.filter(({ ok }) => !ok).map(({ id }) => id))
  const cluster = await startCluster({ controllers: false })
  for (const result of await runCases({ dirs: [folder], url: cluster.url, token: cluster.token, jobs: 8 }))
    if (!result.ok && !unstable.has(result.id)) {
      const isExplained = explained.some((text) => text.test(result.failures.map(({ diffs }) => diffs.join('\n')).join('\n')))
      if (isExplained) known.push(result)
      else found.push(result)
    }
  await cluster.close()
  if (options.keep === undefined) rmSync(folder, { recursive: true, force: true })
  console.error(
    `${cases} cases, ${steps} requests: ${found.length} differ, ${known.length} in what the server writes by itself; ${unstable.size} of the last ${batch} were not the same twice on the real one`,
  )
} while (Date.now() < until)

for (const { id, failures } of found.slice(0, Number(options.details))) {
  console.log(`\n${id}`)
  for (const { what, diffs } of failures.slice(0, 2)) console.log(`  ${what}\n    ${diffs.slice(0, 4).join('\n    ')}`)
}
console.log(`\n${cases} cases, ${steps} requests: ${found.length} differ, ${known.length} more in what the server writes by itself`)
process.exit(found.length === 0 ? 0 : 1)
