// From a push to Synced: one application of ten objects, one of them changed by each push.
import { quantile } from './lib/measure.mjs'
import { applicationOf, configMap, createWorld, difference, isSynced, sum } from './lib/world.mjs'

export const name = 'push'
const pushes = 50
/** Measured on a running Argo CD 3 with its default settings and a webhook: median and 99th percentile, milliseconds. */
const argo = { p50: 1800, p99: 3700 }

export async function run() {
  const world = await createWorld()
  try {
    const repoURL = await world.git.createRepository('app')
    await world.git.commit('app', Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`app/c${index}.yaml`, configMap(`c${index}`, '0')])))
    world.cluster.api.create(applicationOf('app', repoURL, 'app', 'app'))
    await world.until(() => world.applications().some((application) => isSynced(application)))
    await world.ask('idle')
    const times = []
    const before = { api: world.requestsOf(), git: { ...world.git.requests }, controller: await world.ask('report') }
    for (let push = 1; push <= pushes; push++) {
      // The clock starts when the commit stands in the repository, as the Git host's webhook goes out.
      const committed = world.git.commit('app', { [`app/c${push % 10}.yaml`]: configMap(`c${push % 10}`, String(push)) })
      let start
      committed.catch(() => undefined)
      const revision = await new Promise((resolve, reject) => {
        world.git.onUpdate((id) => {
          start = performance.now()
          resolve(id)
        })
        committed.catch(reject)
      })
      await world.until(() => world.applications().some((application) => isSynced(application, revision)))
      times.push(performance.now() - start)
      await committed
      await world.ask('idle')
    }
    const controller = await world.ask('report')
    const api = difference(before.api, world.requestsOf())
    const git = difference(before.git, world.git.requests)
    const each = (count) => (count / pushes).toFixed(1)
    return [
      {
        case: 'push to Synced, p50',
        ours: quantile(times, 0.5),
        unit: 'ms',
        peer: argo.p50,
        peerName: 'Argo CD',
        ratio: argo.p50 / quantile(times, 0.5),
        goal: '≥ 10',
        counts: `a push: ${each(controller.renders - before.controller.renders)} renders, ${each(sum(git))} Git requests, ${each(sum(api))} API requests`,
      },
      {
        case: 'push to Synced, p99',
        ours: quantile(times, 0.99),
        unit: 'ms',
        peer: argo.p99,
        peerName: 'Argo CD',
        ratio: argo.p99 / quantile(times, 0.99),
        goal: '≥ 10',
        counts: JSON.stringify(Object.fromEntries(Object.entries(api).map(([key, count]) => [key, Number(each(count))]))),
      },
    ]
  } finally {
    await world.close()
  }
}
