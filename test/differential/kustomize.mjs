// Random kustomizations built in process and by a real `kubectl kustomize`; what differs is printed.
//   PLUMBLINE_KUBECTL=… node test/differential/kustomize.mjs [--count N] [--seed N] [--keep FOLDER]
// Exits 1 when something differs. Errors have to be errors on both sides; their texts are compared too and counted apart.
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { buildKustomization, formatBuild } from '../../packages/renderers/dist/index.js'
import { localTree } from '../../packages/sources/dist/index.js'
import { randomKustomization } from './random-kustomizations.mjs'

const { values: options } = parseArgs({
  options: { count: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' }, keep: { type: 'string' } },
})
const kubectl = process.env.PLUMBLINE_KUBECTL
if (kubectl === undefined) {
  console.log('skipped: set PLUMBLINE_KUBECTL to a kubectl 1.34')
  process.exit(0)
}
const run = promisify(execFile)
const root = options.keep ?? mkdtempSync(join(tmpdir(), 'plumbline-kustomize-'))

async function real(folder) {
  try {
    return { text: (await run(kubectl, ['kustomize', folder], { maxBuffer: 64 * 2 ** 20, timeout: 20_000 })).stdout }
  } catch (error) {
    const lines = String(error.stderr).split('\n')
    return { error: (lines.find((line) => line.startsWith('error: ')) ?? lines.at(-1)).replace(/^error: /, '') }
  }
}

async function ours(top, path) {
  try {
    return { text: formatBuild(await buildKustomization(localTree(top), path)) }
  } catch (error) {
    return { error: error.message }
  }
}

let [different, texts] = [0, 0]
const first = Number(options.seed)
for (let seed = first; seed < first + Number(options.count); seed++) {
  const { files, path } = randomKustomization(seed)
  const top = join(root, String(seed))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(top, name)), { recursive: true })
    writeFileSync(join(top, name), content)
  }
  const [theirs, own] = await Promise.all([real(join(top, path)), ours(top, path)])
  if (theirs.error !== undefined && own.error !== undefined) {
    const plain = (text) => text.replaceAll(`${top}/`, '/').replaceAll(top, '/')
    if (plain(theirs.error) !== plain(own.error)) {
      texts++
      console.log(`seed ${seed}: texts of errors\n  kustomize: ${plain(theirs.error).slice(0, 400)}\n  ours:      ${plain(own.error).slice(0, 400)}`)
    }
  } else if (theirs.text !== own.text) {
    different++
    console.log(`seed ${seed}: ${firstDifference(theirs, own)}`)
  }
  if (options.keep === undefined) rmSync(top, { recursive: true, force: true })
}
console.log(`${options.count} kustomizations: ${different} differ, ${texts} in the text of an error`)
process.exit(different > 0 ? 1 : 0)

function firstDifference(theirs, own) {
  if (theirs.error !== undefined) return `kustomize fails: ${theirs.error.slice(0, 400)}`
  if (own.error !== undefined) return `ours fails: ${own.error.slice(0, 400)}`
  const [a, b] = [theirs.text.split('\n'), own.text.split('\n')]
  const at = a.findIndex((line, index) => line !== b[index])
  const shown = (lines) => lines.slice(Math.max(0, at - 3), at + 5).join('\n    ')
  return `line ${at + 1}\n  kustomize:\n    ${shown(a)}\n  ours:\n    ${shown(b)}`
}
