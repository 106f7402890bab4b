// Carrying a plan out beside raw requests on the same API server: how many writes, and how fast.
import { fork } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compareWithCluster, createHealthRegistry, builtInHealthChecks, defaultExclusions, defaultTracking, planSync, runSync } from '@plumbline/core'
import { createCluster, parseKubeconfig, systemClock } from '@plumbline/k8s'
import { Pool } from 'undici'
import { median } from './lib/measure.mjs'

export const name = 'apply'
const here = dirname(fileURLToPath(import.meta.url))
const count = 2000
const lanes = 16
const rounds = 5
const namespace = 'bench'
const manager = 'argocd-controller'

const configMap = (at, value) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: `c${at}`,
    namespace,
    annotations: { 'argocd.argoproj.io/tracking-id': `app:/ConfigMap:${namespace}/c${at}` },
  },
  data: { value, text: 'x'.repeat(200) },
})

const application = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'app', namespace: 'argocd' },
  spec: {
    project: 'default',
    source: { repoURL: 'https://git.example.com/a.git', path: 'a' },
    destination: { server: 'https://kubernetes.default.svc', namespace },
  },
}

export async function run() {
  // In a process of its own, as an API server is.
  const server = fork(join(here, 'lib/cluster-server.mjs'))
  const { url, token } = await new Promise((resolve) => server.once('message', resolve))
  const cluster = createCluster(
    await parseKubeconfig(
      JSON.stringify({
        'current-context': 'c',
        contexts: [{ name: 'c', context: { cluster: 'k', user: 'u' } }],
        clusters: [{ name: 'k', cluster: { server: url } }],
        users: [{ name: 'u', user: { token } }],
      }),
    ),
  )
  const pool = new Pool(url, { connections: lanes, pipelining: 1 })
  const raw = async (value) => {
    let next = 0
    const start = performance.now()
    await Promise.all(
      Array.from({ length: lanes }, async () => {
        for (let at = next++; at < count; at = next++) {
          const { statusCode, body } = await pool.request({
            method: 'PATCH',
            path: `/api/v1/namespaces/${namespace}/configmaps/c${at}?fieldManager=${manager}&force=true`,
            headers: { authorization: `Bearer ${token}`, 'content-type': 'application/apply-patch+yaml' },
            body: JSON.stringify(configMap(at, value)),
          })
          // Whoever applies has to read what lives then.
          await body.json()
          if (statusCode >= 300) throw new Error(`${statusCode}`)
        }
      }),
    )
    return count / ((performance.now() - start) / 1000)
  }
  const health = createHealthRegistry(builtInHealthChecks)
  const settings = {
    tracking: defaultTracking,
    exclusions: defaultExclusions,
    health,
    prediction: { mode: 'ownership', fieldManager: manager },
    controllerNamespace: 'argocd',
  }
  /** A plan in which some objects change, carried out: writes, and objects changed in a second. */
  const planned = async (value, changed) => {
    const manifests = Array.from({ length: count }, (_, at) => ({ object: configMap(at, at < changed ? value : 'start') }))
    const { comparison, desired } = await compareWithCluster({ application, manifests, cluster }, settings)
    const plan = planSync({
      application: 'app',
      destinationNamespace: namespace,
      revisions: [value],
      resources: comparison.resources,
      desired,
      liveHook: () => undefined,
      tracking: defaultTracking,
      startedAt: 0,
      policy: { options: ['ApplyOutOfSyncOnly=true'] },
    })
    const before = { ...cluster.http.requests }
    const start = performance.now()
    const { phase, message } = await runSync({ plan, cluster, clock: systemClock, health })
    const seconds = (performance.now() - start) / 1000
    if (phase !== 'Succeeded') throw new Error(message)
    const sent = Object.entries(cluster.http.requests).reduce((sum, [label, total]) => sum + total - (before[label] ?? 0), 0)
    return { rate: changed / seconds, requests: sent }
  }
  try {
    await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { fieldManager: manager })
    await raw('start')
    const rates = { raw: [], plan: [] }
    let writes = 0
    for (let round = 0; round < rounds; round++) {
      rates.raw.push(await raw(`raw ${round}`))
      await raw('start')
      const { rate, requests } = await planned(`plan ${round}`, count)
      rates.plan.push(rate)
      writes = requests / count
      await raw('start')
    }
    // What was just written has to have come through the watch.
    await cluster.pause(500)
    const few = await planned('few', 20)
    return [
      {
        case: `apply a plan of ${count} changed objects`,
        ours: median(rates.plan),
        unit: '1/s',
        peer: median(rates.raw),
        peerName: 'raw requests',
        ratio: median(rates.plan) / median(rates.raw),
        goal: '>= 0.8',
      },
      { case: '  requests a changed object', ours: writes, goal: '<= 1.0' },
      { case: `20 of ${count} changed: requests`, ours: few.requests, goal: '<= 20' },
    ]
  } finally {
    await pool.destroy()
    await cluster.close()
    server.disconnect()
  }
}
