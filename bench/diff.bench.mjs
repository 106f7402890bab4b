// Differences of single objects beside fast-json-patch on the same pairs, and plans of many objects.
import fastJsonPatch from 'fast-json-patch'
import {
  builtInHealthChecks,
  compare,
  createDiffCache,
  createHealthRegistry,
  createIgnoreRules,
  defaultTracking,
  desiredStateOf,
  diffObjects,
  differencesOf,
  isEqual,
  planSync,
} from '@plumbline/core'
import { startCluster } from '@plumbline/testkit'
import { median, timed } from './lib/measure.mjs'

export const name = 'diff'
const manager = 'argocd-controller'

const deployment = (image) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'shop', namespace: 'shop', labels: { app: 'shop' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: 'shop' } },
    template: {
      metadata: { labels: { app: 'shop', tier: 'web' } },
      spec: {
        containers: ['web', 'proxy'].map((container, index) => ({
          name: container,
          image: `registry.example/${container}:${image}`,
          ports: [{ name: 'http', containerPort: 8080 + index }],
          env: Array.from({ length: 8 }, (_, at) => ({ name: `SETTING_${at}`, value: `value ${at}` })),
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '0.5Gi' } },
          readinessProbe: { httpGet: { path: '/ready', port: 'http' } },
          volumeMounts: [{ name: 'config', mountPath: '/etc/shop' }],
        })),
        volumes: [{ name: 'config', configMap: { name: 'shop' } }],
      },
    },
  },
})

const definition = (description) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.bench.example.test' },
  spec: {
    group: 'bench.example.test',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget', listKind: 'WidgetList' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            description,
            properties: Object.fromEntries(
              Array.from({ length: 120 }, (_, at) => [
                `field${at}`,
                {
                  type: 'object',
                  description: `What field ${at} says about the widget, at some length, as such schemas do.`,
                  properties: Object.fromEntries(
                    Array.from({ length: 12 }, (_unused, inner) => [
                      `member${inner}`,
                      { type: 'string', description: `Member ${inner} of field ${at}.`, maxLength: 63 + inner },
                    ]),
                  ),
                },
              ]),
            ),
          },
        },
      },
    ],
  },
})

/** Microseconds of one call, the median of several rounds, once the code is as fast as it gets: a fleet compares thousands of objects. */
function cost(work, rounds = 9) {
  for (const start = performance.now(); performance.now() - start < 1500;) work()
  let calls = 1
  const time = () =>
    timed(() => {
      for (let call = 0; call < calls; call++) work()
    })
  while (time() < 20) calls *= 2
  return (median(Array.from({ length: rounds }, time)) * 1000) / calls
}

/** The object as a real API server keeps it: defaulted, with owners of its fields. */
async function livePair(cluster, before, after) {
  const path =
    before.kind === 'Deployment'
      ? '/apis/apps/v1/namespaces/shop/deployments/shop'
      : `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${before.metadata.name}`
  const response = await fetch(`${cluster.url}${path}?fieldManager=${manager}&force=true`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/apply-patch+yaml', authorization: `Bearer ${cluster.token}` },
    body: JSON.stringify(before),
  })
  if (!response.ok) throw new Error(await response.text())
  return { live: await response.json(), desired: after }
}

function plans(count) {
  const objects = Array.from({ length: count }, (_, at) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `c${at}`, namespace: `n${at % 50}`, annotations: { 'argocd.argoproj.io/sync-wave': String(at % 5) } },
    data: { value: String(at) },
  }))
  const state = desiredStateOf(
    objects.map((object) => ({ object })),
    { trackingName: 'app', destinationNamespace: 'n0', tracking: defaultTracking, exclusions: [], isNamespaced: () => true },
  )
  const live = state.objects.map(({ object }, at) => ({
    ...object,
    metadata: { ...object.metadata, uid: `u${at}`, resourceVersion: String(at + 1) },
    data: { value: at % 10 === 0 ? 'other' : String(at) },
  }))
  const health = createHealthRegistry(builtInHealthChecks)
  const start = process.cpuUsage()
  const comparison = compare({
    desired: state.objects,
    live,
    diff: { prediction: { mode: 'three-way', fieldManager: manager } },
    health,
    tracking: defaultTracking,
  })
  planSync({
    application: 'app',
    destinationNamespace: 'n0',
    revisions: ['r'],
    resources: comparison.resources,
    desired: state.objects,
    liveHook: () => undefined,
    tracking: defaultTracking,
    startedAt: 0,
    policy: {},
  })
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}

export async function run() {
  const rows = []
  const cluster = await startCluster({ controllers: false })
  cluster.api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  const pairs = [
    {
      kind: 'Deployment',
      pair: await livePair(cluster, deployment('1.0'), deployment('1.1')),
      unchanged: deployment('1.0'),
      structural: '<= 0.4',
      whole: '<= 4',
    },
    {
      kind: 'CustomResourceDefinition',
      pair: await livePair(cluster, definition('one'), definition('two')),
      unchanged: definition('one'),
      structural: '<= 0.6',
      whole: '',
    },
  ]
  await cluster.close()
  const plain = { mode: 'ownership', fieldManager: manager }
  for (const { kind, pair, unchanged, structural, whole } of pairs) {
    const { live, desired } = pair
    const patchCost = cost(() => fastJsonPatch.compare(live, desired))
    const add = (what, ours, goal) =>
      rows.push({ case: `${kind}: ${what}`, ours, unit: 'µs', peer: patchCost, peerName: 'fast-json-patch', ratio: ours / patchCost, goal })
    if (!diffObjects(desired, live, { prediction: plain }).isModified || diffObjects(unchanged, live, { prediction: plain }).isModified)
      throw new Error(`${kind}: what is changed has to be told from what is not`)
    add(
      'structural difference',
      cost(() => differencesOf(live, desired)),
      structural,
    )
    add(
      'equal or not, of equal objects',
      cost(() => isEqual(live, structuredCloneOf(live))),
      '',
    )
    const ignore = createIgnoreRules([{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec/replicas'] }])
    for (const mode of ['ownership', 'three-way']) {
      const settings = { prediction: { mode, fieldManager: manager }, ignore }
      add(
        `whole comparison, ${mode}`,
        cost(() => diffObjects(desired, live, settings)),
        whole,
      )
    }
    const health = createHealthRegistry(builtInHealthChecks)
    const cache = createDiffCache().under('')
    const request = { desired: [{ object: desired }], live: [live], diff: { prediction: plain }, health, tracking: defaultTracking, cache }
    compare(request)
    add(
      'compared again, unchanged since',
      cost(() => cache.get(desired, live)),
      '0',
    )
  }
  const counts = [10_000, 20_000, 50_000]
  const times = counts.map((count) => median([plans(count), plans(count), plans(count)]))
  for (const [at, count] of counts.entries())
    rows.push({
      case: `plan of ${count.toLocaleString('en')} objects, one in ten changed`,
      ours: times[at],
      unit: 'ms',
      goal: at === 0 ? '<= 1000' : '',
      counts: `${(((times[at] ?? 0) * 1000) / count).toFixed(1)} µs each`,
    })
  rows.push({ case: 'growth from 10,000 to 50,000', ours: (times[2] ?? 0) / (times[0] ?? 1), unit: 'times', goal: '<= 5.5' })
  return rows
}

const clones = new WeakMap()

/** An equal object of other identity: identity would be no comparison. */
function structuredCloneOf(object) {
  const known = clones.get(object) ?? structuredClone(object)
  clones.set(object, known)
  return known
}
