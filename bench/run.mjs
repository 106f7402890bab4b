// Runs benches and prints one table; the rows go to bench/results/NAME.json as well.
//   node bench/run.mjs [NAME ...]
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { printRows } from './lib/measure.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const known = readdirSync(here)
  .filter((file) => file.endsWith('.bench.mjs'))
  .map((file) => file.slice(0, -'.bench.mjs'.length))
  .sort()
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !known.includes(name))
if (unknown.length > 0) {
  console.error(`there is no bench ${unknown.join(', ')}; there are ${known.join(', ')}`)
  process.exit(2)
}
mkdirSync(join(here, 'results'), { recursive: true })
for (const name of asked.length === 0 ? known : asked) {
  const { run } = await import(pathToFileURL(join(here, `${name}.bench.mjs`)).href)
  console.log(`\n${name}`)
  const rows = await run()
  printRows(rows)
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? '', cores: cpus().length }
  writeFileSync(join(here, 'results', `${name}.json`), `${JSON.stringify({ name, at: new Date().toISOString(), machine, rows }, null, 2)}\n`)
}
