// Overlays built in process beside real `kubectl kustomize`, turn by turn. Peer: $PLUMBLINE_KUBECTL (path of the program); without it only ours is measured.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createMemoryTree } from '@plumbline/core'
import { buildKustomization, formatBuild } from '@plumbline/renderers'
import { median } from './lib/measure.mjs'

export const name = 'kustomize'
const here = dirname(fileURLToPath(import.meta.url))
const rounds = 7
const sizes = [150, 600, 1200]

/** A base of Deployments, Services and ConfigMaps, and an overlay with what overlays usually have. */
function filesOf(count, tag = '2') {
  const groups = count / 3
  const files = {}
  const resources = []
  for (let at = 0; at < groups; at++) {
    const labels = `{app: app-${at}, tier: web}`
    files[`base/app-${at}.yaml`] = [
      `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app-${at}\n  labels: ${labels}\nspec:\n  replicas: 2\n  selector:\n    matchLabels: ${labels}\n  template:\n    metadata:\n      labels: ${labels}\n    spec:\n      containers:\n      - name: main\n        image: registry.example/app:1\n        ports:\n        - containerPort: 8080\n          name: http\n        env:\n        - name: MODE\n          value: fast\n        envFrom:\n        - configMapRef:\n            name: app-${at}\n        resources:\n          limits: {cpu: 500m, memory: 256Mi}\n`,
      `apiVersion: v1\nkind: Service\nmetadata:\n  name: app-${at}\n  labels: ${labels}\nspec:\n  selector: ${labels}\n  ports:\n  - name: http\n    port: 80\n    targetPort: http\n`,
      `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app-${at}\n  labels: ${labels}\ndata:\n  mode: fast\n  text: |\n    line one\n    line two\n`,
    ].join('---\n')
    resources.push(`app-${at}.yaml`)
  }
  files['base/kustomization.yaml'] =
    `resources:\n${resources.map((path) => `- ${path}\n`).join('')}configMapGenerator:\n- name: shared\n  literals: [a=1, b=2]\n`
  files['prod/kustomization.yaml'] =
    `namespace: shop\nnamePrefix: prod-\nresources: [../base]\nlabels: [{pairs: {env: prod}, includeSelectors: true}]\ncommonAnnotations: {team: web}\nimages: [{name: registry.example/app, newTag: "${tag}"}]\nreplicas: [{name: app-1, count: 5}]\npatches:\n- patch: |\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: app-0}\n    spec: {template: {spec: {containers: [{name: main, env: [{name: MODE, value: slow}]}]}}}\n`
  return files
}

async function timed(work) {
  const start = performance.now()
  await work()
  return performance.now() - start
}

/** A whole process: start, load, build, print. */
function coldTime(dir) {
  const times = []
  for (let round = 0; round < 5; round++) {
    const start = performance.now()
    execFileSync(process.execPath, [join(here, 'lib/build-once.mjs'), dir, 'prod'], { maxBuffer: 2 ** 28 })
    times.push(performance.now() - start)
  }
  return median(times)
}

export async function run() {
  const program = process.env.PLUMBLINE_KUBECTL
  const hasPeer = program !== undefined && existsSync(program)
  const rows = []
  const warm = new Map()
  for (const size of sizes) {
    const dir = mkdtempSync(join(tmpdir(), 'plumbline-bench-'))
    try {
      for (const [path, text] of Object.entries(filesOf(size))) {
        mkdirSync(dirname(join(dir, path)), { recursive: true })
        writeFileSync(join(dir, path), text)
      }
      const times = { again: [], changed: [], peer: [] }
      const tree = createMemoryTree(filesOf(size), 'r')
      let text = ''
      for (let round = 0; round < rounds; round++) {
        times.again.push(await timed(async () => (text = formatBuild(await buildKustomization(tree, 'prod')))))
        const changed = createMemoryTree(filesOf(size, `3.${round}`), `r${round}`)
        times.changed.push(await timed(async () => formatBuild(await buildKustomization(changed, 'prod'))))
        if (!hasPeer) continue
        const start = performance.now()
        const out = execFileSync(program, ['kustomize', join(dir, 'prod')], { encoding: 'utf8', maxBuffer: 2 ** 28 })
        times.peer.push(performance.now() - start)
        if (out !== text) throw new Error(`the texts of ${size} resources differ`)
      }
      const add = (what, ours, goal) =>
        rows.push({
          case: `${size} resources: ${what}`,
          ours,
          unit: 'ms',
          ...(hasPeer ? { peer: median(times.peer), peerName: 'kubectl kustomize', ratio: ours / median(times.peer) } : {}),
          goal,
        })
      add('cold process', coldTime(dir), '<= 1.0')
      add('again', median(times.again), '<= 0.02')
      add('image tag changed', median(times.changed), '<= 0.02')
      warm.set(size, median(times.again))
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  }
  rows.push({ case: '1200 resources against 600', ours: warm.get(1200) / warm.get(600), unit: 'times', goal: '<= 2.3' })
  return rows
}
