// The embedded API server over HTTP: how fast it is ready, and what it does in a second.
import { request, Pool } from 'undici'
import { startCluster } from '@plumbline/testkit'
import { median } from './lib/measure.mjs'

export const name = 'api-server'
const objects = 5000
const lanes = 16

export async function run() {
  const starts = []
  for (let round = 0; round < 5; round++) {
    const start = performance.now()
    const cluster = await startCluster()
    await (await request(`${cluster.url}/readyz`)).body.dump()
    starts.push(performance.now() - start)
    await cluster.close()
  }
  const cluster = await startCluster()
  const pool = new Pool(cluster.url, { connections: lanes })
  try {
    const path = '/api/v1/namespaces/default/configmaps'
    const seen = { count: 0 }
    const watch = await request(`${cluster.url}${path}?watch=1&resourceVersion=0`)
    watch.body.on('data', (chunk) => {
      for (let at = chunk.indexOf('\n'); at >= 0; at = chunk.indexOf('\n', at + 1)) seen.count++
    })
    let next = 0
    const create = async () => {
      for (let index = next++; index < objects; index = next++) {
        const body = JSON.stringify({
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: `c${index}`, labels: { app: 'bench' } },
          data: { value: `${index}` },
        })
        const answer = await pool.request({ method: 'POST', path, body, headers: { 'content-type': 'application/json' } })
        if (answer.statusCode !== 201) throw new Error(`created with ${answer.statusCode}`)
        await answer.body.dump()
      }
    }
    const start = performance.now()
    await Promise.all(Array.from({ length: lanes }, create))
    const created = performance.now() - start
    while (seen.count < objects) await new Promise((resolve) => setTimeout(resolve, 1))
    const watched = performance.now() - start
    watch.body.destroy()
    const lists = []
    for (let round = 0; round < 5; round++) {
      const begin = performance.now()
      const answer = await pool.request({ method: 'GET', path })
      const { items } = await answer.body.json()
      if (items.length < objects) throw new Error(`listed ${items.length}`)
      lists.push(performance.now() - begin)
    }
    const watches = []
    for (let round = 0; round < 5; round++) {
      const begin = performance.now()
      const answer = await request(`${cluster.url}${path}?watch=1&resourceVersion=0`)
      let events = 0
      for await (const chunk of answer.body) {
        for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) events++
        if (events >= objects) break
      }
      watches.push(performance.now() - begin)
    }
    const rate = (milliseconds) => objects / (milliseconds / 1000)
    return [
      { case: 'start to ready', ours: median(starts), unit: 'ms', goal: '< 1000' },
      { case: 'create', ours: rate(created), unit: 'objects/s', counts: `${objects} ConfigMaps, ${lanes} connections, one watcher` },
      { case: 'create, seen by the watcher', ours: rate(watched), unit: 'objects/s' },
      { case: 'list', ours: rate(median(lists)), unit: 'objects/s', counts: 'parsed by the client' },
      { case: 'watch from nothing', ours: rate(median(watches)), unit: 'objects/s', counts: 'lines counted by the client' },
    ]
  } finally {
    await pool.close()
    await cluster.close()
  }
}
