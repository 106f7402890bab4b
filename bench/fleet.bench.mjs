// A fleet: 200 applications of five ConfigMaps each in one repository; created, then one folder changed by one commit.
import { applicationOf, configMap, createWorld, difference, isSynced, sum } from './lib/world.mjs'

export const name = 'fleet'
const count = 200
const each = 5
/** The same on a running Argo CD 3, default settings, same API server. */
const argo = { createSeconds: 97, cpuSeconds: 141, peakMiB: 972, requestsEach: 49.5, renders: 200, git: 203, writes: 607, latencySeconds: 10.3 }

export async function run() {
  const world = await createWorld()
  try {
    const repoURL = await world.git.createRepository('fleet')
    const files = {}
    for (let app = 0; app < count; app++)
      for (let index = 0; index < each; index++) files[`apps/a${app}/c${index}.yaml`] = configMap(`a${app}-c${index}`, `${app}`)
    await world.git.commit('fleet', files)
    await world.ask('idle')
    const before = { api: world.requestsOf(), controller: await world.ask('report') }
    const start = performance.now()
    for (let app = 0; app < count; app++) world.cluster.api.create(applicationOf(`a${app}`, repoURL, `apps/a${app}`, `ns${app % 20}`))
    await world.until(() => world.applications().filter((application) => isSynced(application)).length === count)
    const createSeconds = (performance.now() - start) / 1000
    const created = await world.ask('idle')
    const api = difference(before.api, world.requestsOf())
    const cpuSeconds = created.cpuSeconds - before.controller.cpuSeconds

    const between = { api: world.requestsOf(), git: { ...world.git.requests } }
    let pushed = 0
    world.git.onUpdate(() => {
      pushed = performance.now()
    })
    const revision = await world.git.commit('fleet', { 'apps/a7/c0.yaml': configMap('a7-c0', 'changed') })
    await world.until(() => world.applications().some((application) => application.metadata.name === 'a7' && isSynced(application, revision)))
    const latencySeconds = (performance.now() - pushed) / 1000
    const after = await world.ask('idle')
    const commitApi = difference(between.api, world.requestsOf())
    const writes = sum(Object.fromEntries(Object.entries(commitApi).filter(([key]) => key.endsWith(' applications'))))
    const row = (title, ours, unit, peer, goal, counts = '') => ({ case: title, ours, unit, peer, peerName: 'Argo CD', ratio: peer / ours, goal, counts })
    return [
      row(`create ${count} applications to all Synced`, createSeconds, 's', argo.createSeconds, '', JSON.stringify(api)),
      row('  processor time of the controller', cpuSeconds, 's', argo.cpuSeconds, ''),
      row('  peak memory of the controller', created.peakMiB, 'MiB', argo.peakMiB, ''),
      row('  API requests an application', sum(api) / count, '', argo.requestsEach, '≤ 12'),
      row('one commit in one folder: renders', after.renders - created.renders, '', argo.renders, '= 1'),
      row('  Git requests', sum(difference(between.git, world.git.requests)), '', argo.git, '≤ 3'),
      row('  writes to Applications', writes, '', argo.writes, '≤ 3', JSON.stringify(commitApi)),
      row('  latency', latencySeconds, 's', argo.latencySeconds, ''),
    ]
  } finally {
    await world.close()
  }
}
