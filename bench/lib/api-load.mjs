// The same load on any API server: what it does in a second.
import { Pool } from 'undici'
import { median } from './measure.mjs'

const lanes = 16
const namespace = 'bench'
const path = `/api/v1/namespaces/${namespace}/configmaps`

const configMap = (name, value) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, labels: { app: 'bench' } },
  data: { value, text: 'x'.repeat(200) },
})

/**
 * @param target `url`, `token`, `ca` (PEM, or undefined)
 * @param sizes `objects` to make and list, `requests` of each other kind, `watchers`
 * @returns requests a second by name; `list` in milliseconds
 */
export async function measureApi({ url, token, ca }, { objects, requests, watchers }) {
  const pool = new Pool(url, { connections: lanes + watchers, pipelining: 1, ...(ca === undefined ? {} : { connect: { ca } }), bodyTimeout: 0 })
  const authorization = `Bearer ${token}`
  const ask = async (method, target, body, type = 'application/json') => {
    const answer = await pool.request({
      method,
      path: target,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (answer.statusCode >= 300) throw new Error(`${method} ${target}: ${answer.statusCode} ${(await answer.body.text()).slice(0, 300)}`)
    return answer
  }
  /** Requests a second. */
  const rate = async (count, make) => {
    let next = 0
    const start = performance.now()
    await Promise.all(
      Array.from({ length: lanes }, async () => {
        for (let index = next++; index < count; index = next++) await (await make(index)).body.dump()
      }),
    )
    return count / ((performance.now() - start) / 1000)
  }
  const measured = {}
  try {
    await (await ask('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })).body.dump()
    measured.create = await rate(objects, (index) => ask('POST', path, configMap(`c${index}`, '0')))
    measured.get = await rate(requests, (index) => ask('GET', `${path}/c${index % objects}`))
    measured.patch = await rate(requests, (index) =>
      ask('PATCH', `${path}/c${index % objects}`, { data: { value: `p${index}` } }, 'application/merge-patch+json'),
    )
    measured.apply = await rate(requests, (index) =>
      ask('PATCH', `${path}/c${index % objects}?fieldManager=bench&force=true`, configMap(`c${index % objects}`, `a${index}`), 'application/apply-patch+yaml'),
    )
    const lists = []
    for (let round = 0; round < 5; round++) {
      const start = performance.now()
      const { items } = await (await ask('GET', path)).body.json()
      if (items.length < objects) throw new Error(`listed ${items.length} of ${objects}`)
      lists.push(performance.now() - start)
    }
    measured.list = median(lists)
    measured.events = await watchEvents(ask, requests, watchers)
    return measured
  } finally {
    await pool.destroy()
  }
}

/** Events a second that reach all watchers together. */
async function watchEvents(ask, requests, watchers) {
  const { metadata } = await (await ask('GET', `${path}?limit=1`)).body.json()
  let seen = 0
  const streams = await Promise.all(Array.from({ length: watchers }, () => ask('GET', `${path}?watch=1&resourceVersion=${metadata.resourceVersion}`)))
  for (const { body } of streams) {
    body.on('error', () => undefined)
    body.on('data', (chunk) => {
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) seen++
    })
  }
  const changes = Math.min(200, requests)
  const start = performance.now()
  for (let index = 0; index < changes; index++)
    await (await ask('PATCH', `${path}/c${index}`, { data: { value: `w${index}` } }, 'application/merge-patch+json')).body.dump()
  while (seen < changes * watchers) await new Promise((resolve) => setTimeout(resolve, 1))
  const elapsed = performance.now() - start
  for (const { body } of streams) body.destroy()
  return (changes * watchers) / (elapsed / 1000)
}
