// Charts rendered in process against a real `helm`, byte for byte.
//   PLUMBLINE_HELM3=path PLUMBLINE_HELM4=path node test/differential/helm.mjs [--minutes N] [--seed N] [--only REGEX] [--texts]
// Without --minutes only the fixed cases run. With --texts the words of errors count too; otherwise it is enough that both fail.
// What differs is printed, with the folder that holds the chart. Exits 1 when something differs.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { chartCases, chartYaml } from './chart-cases.mjs'
import { expressionCases } from './expression-cases.mjs'
import { randomChart } from './random-charts.mjs'
import { expressionTemplate, expressionValues, randomExpression } from './random-expressions.mjs'
import { randomChart as randomPackage } from './random-packages.mjs'
import { randomTemplate } from './random-templates.mjs'

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '0' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    texts: { type: 'boolean', default: false },
  },
})
const programs = [
  ['3', process.env.PLUMBLINE_HELM3],
  ['4', process.env.PLUMBLINE_HELM4],
].filter(([, path]) => path !== undefined && existsSync(path))
if (programs.length === 0) {
  console.log('skipped: set PLUMBLINE_HELM3 or PLUMBLINE_HELM4 to the path of a helm')
  process.exit(0)
}
const root = mkdtempSync(join(tmpdir(), 'plumbline-differential-'))

function writeFiles(folder, files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** Write a chart; a case as the conformance adapter takes it. */
function prepare(name, { files, valuesFiles = [], set = [], setString = [], setJson = [], includeCRDs = false, kubeVersion }) {
  const baseDir = join(root, name)
  writeFiles(join(baseDir, 'c'), { 'Chart.yaml': chartYaml, ...files })
  writeFiles(baseDir, Object.fromEntries(valuesFiles.map((text, index) => [`${index}.yaml`, text])))
  const paths = valuesFiles.map((_, index) => join(baseDir, `${index}.yaml`))
  return {
    id: name,
    baseDir,
    chart: 'c',
    chartDir: join(baseDir, 'c'),
    releaseName: 'x',
    namespace: 'default',
    valuesFiles: paths,
    set,
    setString,
    setJson,
    setFile: [],
    includeCRDs,
    kubeVersion,
  }
}

function realHelm(program, testCase) {
  const options_ = [
    ...testCase.valuesFiles.flatMap((file) => ['-f', file]),
    ...testCase.set.flatMap((text) => ['--set', text]),
    ...testCase.setString.flatMap((text) => ['--set-string', text]),
    ...testCase.setJson.flatMap((text) => ['--set-json', text]),
    ...(testCase.kubeVersion === undefined ? [] : ['--kube-version', testCase.kubeVersion]),
    ...(testCase.includeCRDs ? ['--include-crds'] : []),
  ]
  const { status, stdout, stderr } = spawnSync(program, ['template', 'x', testCase.chartDir, ...options_], { encoding: 'utf8', maxBuffer: 2 ** 28 })
  if (status === 0) return { text: stdout }
  return { error: errorText(stderr.slice(Math.max(0, stderr.indexOf('Error: '))).replace(/\n+Use --debug[\s\S]*/, '')) }
}

/** Helm goes through the properties of a schema in no order: what it finds is compared sorted. */
function errorText(text) {
  const plain = text.replace(/^Error: /, '').trim()
  const sorted = plain.includes('the specifications of the schema(s)') ? plain.split('\n').sort().join('\n') : plain
  return sorted.replace(/\s+/g, ' ')
}

async function ours(render, testCase) {
  try {
    return { text: await render(testCase) }
  } catch (error) {
    return { error: errorText(error.message) }
  }
}

function isSame(real, own) {
  if (real.error === undefined || own.error === undefined) return real.text === own.text
  return !options.texts || real.error === own.error
}

function* cases() {
  for (const [name, files] of Object.entries(chartCases)) yield [name, { files, includeCRDs: name === 'crds' }]
  for (const [group, { files, expressions, helm4 }] of Object.entries(expressionCases))
    for (const [index, expression] of [...expressions, ...helm4].entries())
      yield [
        `${group}-${index}`,
        { files: { ...files, 'templates/x.yaml': `a: {{ printf "%s" (${expression}) | b64enc }}\n` }, needs4: index >= expressions.length },
      ]
  const until = Date.now() + Number(options.minutes) * 60_000
  for (let seed = Number(options.seed); Date.now() < until; seed++) {
    yield [`random-${seed}`, randomChart(seed)]
    yield [`package-${seed}`, randomPackage(seed)]
    yield [
      `expression-${seed}`,
      { files: { 'values.yaml': expressionValues, 'a.txt': 'l1\nl2\n', 'templates/x.yaml': expressionTemplate(randomExpression(seed)) } },
    ]
    yield [
      `template-${seed}`,
      { files: { 'values.yaml': expressionValues, 'a.txt': 'l1\nl2\n', 'templates/_x.tpl': randomTemplate(seed), 'templates/x.yaml': included } },
    ]
  }
}

/** What a file prints that may be no YAML. */
const included = '{{ $text := include (print $.Template.BasePath "/_x.tpl") . }}a: {{ $text | b64enc }}\n'

function shown({ text, error }) {
  if (error !== undefined) return `error: ${error}`
  const encoded = /^a: ([A-Za-z0-9+/=]+)$/m.exec(text)?.[1]
  return encoded === undefined ? JSON.stringify(text) : JSON.stringify(Buffer.from(encoded, 'base64').toString())
}

let [ran, differing] = [0, 0]
const renderers = []
for (const [version, program] of programs) {
  process.env.PLUMBLINE_HELM = version
  // Each version has its own instance of the adapter, which reads the variable when it is loaded or called.
  renderers.push([version, program, (await import(`../conformance/adapters/helm.mjs?helm=${version}`)).render])
}
for (const [name, chart] of cases()) {
  if (options.only !== undefined && !new RegExp(options.only).test(name)) continue
  const testCase = prepare(name, chart)
  let isKept = false
  for (const [version, program, render] of renderers) {
    if (chart.needs4 === true && version === '3') continue
    process.env.PLUMBLINE_HELM = version
    const [real, own] = [realHelm(program, testCase), await ours(render, testCase)]
    ran++
    if (isSame(real, own)) continue
    isKept = true
    differing++
    console.log(`helm ${version}: ${testCase.id} differs (${testCase.chartDir})\n  helm: ${shown(real).slice(0, 600)}\n  ours: ${shown(own).slice(0, 600)}`)
  }
  if (!isKept) rmSync(testCase.baseDir, { recursive: true, force: true })
}
if (differing === 0) rmSync(root, { recursive: true, force: true })
console.log(`${ran} compared, ${differing} differ`)
process.exit(differing === 0 ? 0 : 1)
