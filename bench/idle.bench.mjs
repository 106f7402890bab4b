// A quiet fleet: 1,000 applications that nothing happened to are reconciled once more.
import { applicationOf, configMap, createWorld, difference, isSynced, sum } from './lib/world.mjs'

export const name = 'idle'
const count = 1000

export async function run() {
  const world = await createWorld()
  try {
    const repoURL = await world.git.createRepository('fleet')
    const files = {}
    for (let app = 0; app < count; app++) files[`apps/a${app}/c.yaml`] = configMap('c', `${app}`)
    await world.git.commit('fleet', files)
    for (let app = 0; app < count; app++) world.cluster.api.create(applicationOf(`a${app}`, repoURL, `apps/a${app}`, `ns${app}`))
    await world.until(() => world.applications().filter((application) => isSynced(application)).length === count)
    await world.ask('idle')
    const before = { api: world.requestsOf(), controller: await world.ask('collect') }
    const start = performance.now()
    const after = await world.ask('refresh-all')
    const milliseconds = performance.now() - start
    const api = difference(before.api, world.requestsOf())

    // Live objects that the controller keeps: ConfigMaps of an application, as the watch brings them.
    const objects = 5000
    const many = {}
    for (let index = 0; index < objects; index++) many[`many/c${index}.yaml`] = configMap(`c${index}`, `${index}`)
    await world.git.commit('fleet', many)
    const heapBefore = (await world.ask('collect')).heapMiB
    world.cluster.api.create(applicationOf('many', repoURL, 'many', 'many'))
    await world.until(() => world.applications().some((application) => application.metadata.name === 'many' && isSynced(application)))
    await world.ask('idle')
    await new Promise((resolve) => setTimeout(resolve, 500))
    const heapAfter = (await world.ask('collect')).heapMiB
    return [
      {
        case: `reconcile ${count} unchanged applications`,
        ours: milliseconds,
        unit: 'ms',
        counts: `${after.refreshed - before.controller.refreshed} refreshed`,
      },
      {
        case: '  remote calls',
        ours: sum(difference(before.controller.git, after.git)),
        goal: '≤ 1',
        counts: JSON.stringify(difference(before.controller.git, after.git)),
      },
      { case: '  renders', ours: after.renders - before.controller.renders, goal: '= 0' },
      { case: '  API calls', ours: sum(api), goal: '= 0', counts: JSON.stringify(api) },
      {
        case: 'memory for 1,000 live objects',
        ours: ((heapAfter - heapBefore) * 1024) / (objects / 1000),
        unit: 'KiB',
        counts: `desired, live and status of ${objects} ConfigMaps`,
      },
    ]
  } finally {
    await world.close()
  }
}
