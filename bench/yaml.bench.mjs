// YAML: ours beside js-yaml 4 and yaml, in one run, turn by turn. JSON.parse of the same data is the floor.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import jsYaml from 'js-yaml'
import { parseAllDocuments } from 'yaml'
import { formatYamlDocuments, parseYamlDocuments } from '@plumbline/yaml'
import { corporaFolder, median, printRows, timed } from './lib/measure.mjs'

export const name = 'yaml'

/** Many small objects, as an application of ordinary manifests has them. */
function smallDocuments() {
  return Array.from({ length: 1200 }, (_, index) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: {
      name: `service-${index}`,
      namespace: `team-${index % 20}`,
      labels: { app: `service-${index}`, tier: 'backend' },
      annotations: { 'example.com/checksum': `${'0123456789abcdef'.repeat(4)}` },
    },
    spec: {
      replicas: (index % 3) + 1,
      selector: { matchLabels: { app: `service-${index}` } },
      template: {
        metadata: { labels: { app: `service-${index}` } },
        spec: {
          containers: [
            {
              name: 'main',
              image: `registry.test/service:${index}`,
              args: ['--port', '8080', '--verbose'],
              env: [{ name: 'MODE', value: 'production' }],
              resources: { limits: { cpu: '500m', memory: '128Mi' } },
            },
          ],
        },
      },
    },
  }))
}

function inputs() {
  const small = formatYamlDocuments(smallDocuments())
  const corpora = corporaFolder()
  const rendered = corpora === undefined ? undefined : join(corpora, 'helm/golden/kube-prometheus-stack-crds.yaml')
  const large = rendered !== undefined && existsSync(rendered) ? readFileSync(rendered, 'utf8') : undefined
  return [...(large === undefined ? [] : [['kube-prometheus-stack with CRDs', large]]), ['1,200 small documents', small]]
}

export async function run() {
  const rows = []
  for (const [title, text] of inputs()) {
    const values = parseYamlDocuments(text).map(({ value }) => value)
    const json = JSON.stringify(values)
    const readers = {
      ours: () => parseYamlDocuments(text),
      'js-yaml 4': () => jsYaml.loadAll(text),
      yaml: () => parseAllDocuments(text).map((document) => document.toJS()),
      'JSON.parse': () => JSON.parse(json),
    }
    const times = Object.fromEntries(Object.keys(readers).map((key) => [key, []]))
    for (let round = 0; round < 7; round++) for (const [key, read] of Object.entries(readers)) if (key !== 'yaml' || round < 3) times[key].push(timed(read))
    const rate = (key) => text.length / 1e6 / (median(times[key]) / 1000)
    for (const peer of ['js-yaml 4', 'yaml', 'JSON.parse'])
      rows.push({
        case: `read ${title}`,
        ours: rate('ours'),
        peer: rate(peer),
        peerName: peer,
        ratio: rate('ours') / rate(peer),
        unit: 'MB/s',
        goal: { 'js-yaml 4': '>= 2', yaml: '>= 8' }[peer] ?? '',
      })
    const writers = {
      ours: () => formatYamlDocuments(values),
      'js-yaml 4': () => values.map((value) => jsYaml.dump(value, { lineWidth: -1, noRefs: true, sortKeys: true })).join('---\n'),
    }
    const written = { ours: [], 'js-yaml 4': [] }
    for (let round = 0; round < 5; round++) for (const [key, write] of Object.entries(writers)) written[key].push(timed(write))
    const writeRate = (key) => text.length / 1e6 / (median(written[key]) / 1000)
    rows.push({
      case: `write ${title}`,
      ours: writeRate('ours'),
      peer: writeRate('js-yaml 4'),
      peerName: 'js-yaml 4',
      ratio: writeRate('ours') / writeRate('js-yaml 4'),
      unit: 'MB/s',
      goal: '',
    })
  }
  return rows
}

if (import.meta.url === `file://${process.argv[1]}`) printRows(await run())
