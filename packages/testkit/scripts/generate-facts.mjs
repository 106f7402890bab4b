// Packs recorded API facts (discovery, OpenAPI, table columns, bootstrap objects) into data/*.json.gz.
// Usage: node scripts/generate-facts.mjs FACTS_FOLDER
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const facts = process.argv[2]
if (facts === undefined) throw new Error('usage: generate-facts.mjs FACTS_FOLDER')
const data = fileURLToPath(new URL('../data/', import.meta.url))
rmSync(join(data, 'openapi-v3'), { recursive: true, force: true })
mkdirSync(join(data, 'openapi-v3'), { recursive: true })

const read = (...path) => JSON.parse(readFileSync(join(facts, ...path), 'utf8'))
const filesOf = (...path) => readdirSync(join(facts, ...path)).sort()

// A fixed mtime keeps the packed files equal from run to run.
function pack(name, value) {
  const packed = gzipSync(JSON.stringify(value), { level: 9 })
  packed.fill(0, 4, 8)
  writeFileSync(join(data, `${name}.json.gz`), packed)
}

const legacy = Object.fromEntries(filesOf('discovery', 'legacy').map((file) => [file.replace(/\.json$/, ''), read('discovery', 'legacy', file)]))
pack('discovery', {
  version: read('version.json'),
  paths: read('discovery', 'paths.json').paths,
  legacy,
  aggregated: { api: read('discovery', 'aggregated', 'api.json'), apis: read('discovery', 'aggregated', 'apis.json') },
})
pack('columns', read('table-columns.json'))
pack(
  'bootstrap',
  filesOf('defaults').flatMap((file) => read('defaults', file)),
)
pack('openapi-v2', read('openapi', 'v2.json'))
for (const file of filesOf('openapi', 'v3')) pack(join('openapi-v3', file.replace(/\.json$/, '')), read('openapi', 'v3', file))
