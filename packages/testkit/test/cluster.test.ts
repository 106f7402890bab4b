// The embedded cluster through its front door: HTTP, as any client speaks it.
import { createFakeClock, skewedClock, startCluster } from '@plumbline/testkit'
import type { Cluster } from '@plumbline/testkit'
import { Agent, request } from 'undici'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

interface Answer {
  readonly status: number
  readonly body: Record<string, never> & { metadata?: Record<string, string>; message?: string; items?: { metadata: { name: string } }[] }
  readonly headers: Record<string, string | string[] | undefined>
}

const configMaps = '/api/v1/namespaces/default/configmaps'
const configMap = (name: string, data: Record<string, string> = { a: '1' }, metadata: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...metadata },
  data,
})

function callerOf(cluster: Cluster): (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer> {
  return async (method, path, body, headers = {}) => {
    const answer = await request(cluster.url + path, {
      method: method as 'GET',
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.body.text()
    return { status: answer.statusCode, headers: answer.headers, body: (text.startsWith('{') ? JSON.parse(text) : { text }) as Answer['body'] }
  }
}

describe('objects', () => {
  let cluster: Cluster
  let call: ReturnType<typeof callerOf>
  beforeAll(async () => {
    cluster = await startCluster({ controllers: false })
    call = callerOf(cluster)
  })
  afterAll(() => cluster.close())

  it('are created, read, updated with optimistic locking, and deleted', async () => {
    const created = await call('POST', configMaps, configMap('a'))
    expect(created.status).toBe(201)
    expect(created.body.metadata).toMatchObject({ uid: expect.any(String) as string, creationTimestamp: expect.any(String) as string })
    expect((await call('POST', configMaps, configMap('a'))).body).toMatchObject({ reason: 'AlreadyExists', message: 'configmaps "a" already exists' })
    const updated = await call('PUT', `${configMaps}/a`, configMap('a', { a: '2' }, { resourceVersion: created.body.metadata?.['resourceVersion'] }))
    expect(updated.status).toBe(200)
    expect((await call('PUT', `${configMaps}/a`, configMap('a', { a: '3' }, { resourceVersion: created.body.metadata?.['resourceVersion'] }))).status).toBe(409)
    expect((await call('DELETE', `${configMaps}/a`)).body).toMatchObject({ status: 'Success' })
    expect((await call('GET', `${configMaps}/a`)).body).toMatchObject({ code: 404, message: 'configmaps "a" not found' })
  })

  it('are listed by selector and in pages', async () => {
    for (const name of ['p1', 'p2', 'p3']) await call('POST', configMaps, configMap(name, {}, { labels: { page: 'yes', name } }))
    const names = ({ body }: Answer): string[] => (body.items ?? []).map(({ metadata }) => metadata.name)
    expect(names(await call('GET', `${configMaps}?labelSelector=page%3Dyes,name!%3Dp2`))).toEqual(['p1', 'p3'])
    expect(names(await call('GET', `${configMaps}?fieldSelector=metadata.name%3Dp2`))).toEqual(['p2'])
    const first = await call('GET', `${configMaps}?labelSelector=page&limit=2`)
    expect(names(first)).toEqual(['p1', 'p2'])
    await call('POST', configMaps, configMap('p4', {}, { labels: { page: 'yes' } }))
    // The second page is of the moment of the first.
    expect(names(await call('GET', `${configMaps}?labelSelector=page&limit=2&continue=${first.body.metadata?.['continue'] ?? ''}`))).toEqual(['p3'])
  })

  it('are only tried with dryRun', async () => {
    expect((await call('POST', `${configMaps}?dryRun=All`, configMap('dry'))).status).toBe(201)
    expect((await call('GET', `${configMaps}/dry`)).status).toBe(404)
  })

  it('wait for their finalizers', async () => {
    await call('POST', configMaps, configMap('held', {}, { finalizers: ['example.com/hold'] }))
    expect((await call('DELETE', `${configMaps}/held`)).body.metadata).toHaveProperty('deletionTimestamp')
    expect((await call('GET', `${configMaps}/held`)).status).toBe(200)
    await call('PATCH', `${configMaps}/held`, { metadata: { finalizers: null } }, { 'content-type': 'application/merge-patch+json' })
    expect((await call('GET', `${configMaps}/held`)).status).toBe(404)
  })

  it('are applied, with conflicts', async () => {
    const apply = (manager: string, value: string, force = false): Promise<Answer> =>
      call('PATCH', `${configMaps}/ssa?fieldManager=${manager}${force ? '&force=true' : ''}`, configMap('ssa', { a: value }), {
        'content-type': 'application/apply-patch+yaml',
      })
    expect((await apply('one', '1')).status).toBe(201)
    expect((await apply('two', '2')).body).toMatchObject({ code: 409, message: 'Apply failed with 1 conflict: conflict with "one": .data.a' })
    expect((await apply('two', '2', true)).status).toBe(200)
  })

  it('are refused as the real server refuses them', async () => {
    expect((await call('POST', configMaps, configMap('Bad_Name'))).body.message).toContain('a lowercase RFC 1123 subdomain must consist of')
    expect((await call('POST', configMaps, '{"a":')).body.message).toContain('unexpected end of JSON input')
    expect((await call('POST', '/api/v1/namespaces/nowhere/configmaps', configMap('a'))).body.message).toBe('namespaces "nowhere" not found')
    expect((await call('GET', '/api/v1/namespaces/default/gadgets')).status).toBe(404)
    expect((await call('POST', configMaps, 'x'.repeat(4 * 2 ** 20))).status).toBe(413)
  })

  it('come as tables', async () => {
    const { body } = await call('GET', `${configMaps}/p1`, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })
    expect(body).toMatchObject({
      kind: 'Table',
      columnDefinitions: [{ name: 'Name' }, { name: 'Data' }, { name: 'Age' }],
      rows: [{ cells: ['p1', 0, expect.any(String)] }],
    })
  })
})

describe('watches', () => {
  it('tell what happens, from a version on, as one stream', async () => {
    await using cluster = await startCluster({ controllers: false })
    const call = callerOf(cluster)
    const { body } = await call('GET', configMaps)
    const stop = new AbortController()
    const watch = await request(`${cluster.url}${configMaps}?watch=1&resourceVersion=${body.metadata?.['resourceVersion'] ?? ''}`, { signal: stop.signal })
    let text = ''
    watch.body.on('data', (chunk: Buffer) => (text += chunk.toString()))
    watch.body.on('error', () => undefined)
    await call('POST', configMaps, configMap('w'))
    await call('PATCH', `${configMaps}/w`, { data: { b: '2' } }, { 'content-type': 'application/merge-patch+json' })
    await call('DELETE', `${configMaps}/w`)
    await vi.waitFor(() =>
      expect(
        text
          .trim()
          .split('\n')
          .map((line) => (JSON.parse(line) as { type: string }).type),
      ).toEqual(['ADDED', 'MODIFIED', 'DELETED']),
    )
    stop.abort()
  })
})

describe('definitions', () => {
  it('are served once they are established: pruned, defaulted, validated', async () => {
    await using cluster = await startCluster({ controllers: false })
    const call = callerOf(cluster)
    const schema = {
      type: 'object',
      properties: { spec: { type: 'object', required: ['size'], properties: { size: { type: 'integer' }, colour: { type: 'string', default: 'red' } } } },
    }
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'gadgets.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'gadgets', kind: 'Gadget' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    }
    expect((await call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition)).status).toBe(201)
    await vi.waitFor(async () => expect((await call('GET', '/apis/example.com/v1/gadgets')).status).toBe(200))
    const gadget = (spec: object): object => ({ apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name: 'g' }, spec })
    expect((await call('POST', '/apis/example.com/v1/namespaces/default/gadgets', gadget({}))).body.message).toBe(
      'Gadget.example.com "g" is invalid: spec.size: Required value',
    )
    expect((await call('POST', '/apis/example.com/v1/namespaces/default/gadgets', gadget({ size: 1, odd: 2 }))).body).toMatchObject({
      spec: { size: 1, colour: 'red' },
    })
    expect((await call('GET', '/apis/example.com/v1/namespaces/default/gadgets/g')).body).not.toHaveProperty('spec.odd')
  })
})

describe('workloads', () => {
  it('come to life', async () => {
    await using cluster = await startCluster({ storageClass: 'standard' })
    const { api } = cluster
    const template = { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
    const spec = { selector: { matchLabels: { app: 'x' } }, template }
    api.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd', namespace: 'default' }, spec: { ...spec, replicas: 2 } })
    api.create({ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name: 's', namespace: 'default' }, spec: { ...spec, serviceName: 's', replicas: 2 } })
    api.create({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'e', namespace: 'default' }, spec })
    api.create({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'j', namespace: 'default' },
      spec: { template: { spec: { ...template.spec, restartPolicy: 'Never' } } },
    })
    api.create({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'q', namespace: 'default' },
      spec: { storageClassName: '', accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    })
    api.create({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'p', namespace: 'default' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    })
    await vi.waitFor(
      () => {
        const statusOf = (group: string, plural: string, name: string): unknown => api.get({ group, plural }, 'default', name)?.['status']
        expect(statusOf('apps', 'deployments', 'd')).toMatchObject({ readyReplicas: 2, availableReplicas: 2 })
        expect(statusOf('apps', 'statefulsets', 's')).toMatchObject({ readyReplicas: 2 })
        expect(statusOf('apps', 'daemonsets', 'e')).toMatchObject({ numberReady: 2 })
        expect(statusOf('batch', 'jobs', 'j')).toMatchObject({ succeeded: 1 })
        expect(statusOf('', 'persistentvolumeclaims', 'p')).toMatchObject({ phase: 'Bound' })
        expect(statusOf('', 'persistentvolumeclaims', 'q')).toMatchObject({ phase: 'Pending' })
      },
      { timeout: 10_000 },
    )
    // What belongs to the Deployment goes with it.
    api.delete({ group: 'apps', plural: 'deployments' }, 'default', 'd')
    await vi.waitFor(() => expect(api.list({ group: 'apps', plural: 'replicasets' }, 'default')).toEqual([]), { timeout: 10_000 })
  })

  it('do as a script says', async () => {
    await using cluster = await startCluster()
    cluster.workloads.script(({ metadata }) => (metadata.name?.startsWith('bad-') === true ? 'hang' : undefined))
    const spec = {
      selector: { matchLabels: { app: 'bad' } },
      template: { metadata: { labels: { app: 'bad' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    }
    cluster.api.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'bad', namespace: 'default' }, spec })
    await vi.waitFor(() => expect(cluster.api.list({ group: '', plural: 'pods' }, 'default')).toHaveLength(1))
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(cluster.api.get({ group: 'apps', plural: 'deployments' }, 'default', 'bad')?.['status']).not.toHaveProperty('readyReplicas')
  })

  it('log what a test says they log', async () => {
    await using cluster = await startCluster()
    cluster.setLogs(({ name, container }) => `${name}/${container}: one\ntwo\n`)
    cluster.api.create({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec: { containers: [{ name: 'c', image: 'i' }] } })
    await vi.waitFor(() => expect(cluster.api.get({ group: '', plural: 'pods' }, 'default', 'p')).toMatchObject({ status: { phase: 'Running' } }))
    expect((await callerOf(cluster)('GET', '/api/v1/namespaces/default/pods/p/log?tailLines=1')).body).toEqual({ text: 'two\n' })
  })
})

describe('failure on demand', () => {
  it('refuses, delays and drops', async () => {
    await using cluster = await startCluster({ controllers: false })
    const call = callerOf(cluster)
    cluster.faults.add({ times: 1, status: 500 })
    expect((await call('GET', configMaps)).status).toBe(500)
    cluster.faults.add({ times: 1, status: 429, retryAfterSeconds: 3 })
    expect((await call('GET', configMaps)).headers['retry-after']).toBe('3')
    cluster.faults.add({ times: 1, drop: 'after', matches: ({ method }) => method === 'POST' })
    await expect(call('POST', configMaps, configMap('lost-answer'))).rejects.toThrow()
    expect((await call('GET', `${configMaps}/lost-answer`)).status).toBe(200)
    cluster.admission.deny(({ object }) => object?.metadata.name === 'denied', 'not today')
    expect((await call('POST', configMaps, configMap('denied'))).body.message).toContain('denied the request: not today')
  })
})

describe('the whole state', () => {
  it('is taken and brought back', async () => {
    await using cluster = await startCluster({ controllers: false })
    const call = callerOf(cluster)
    await call('POST', configMaps, configMap('kept'))
    const snapshot = cluster.snapshot()
    await call('DELETE', `${configMaps}/kept`)
    cluster.restore(snapshot)
    expect((await call('GET', `${configMaps}/kept`)).status).toBe(200)
    await using other = await startCluster({ controllers: false, snapshot: JSON.parse(JSON.stringify(snapshot)) as typeof snapshot })
    expect((await callerOf(other)('GET', `${configMaps}/kept`)).status).toBe(200)
  })
})

describe('the door', () => {
  it('speaks HTTPS by an authority of its own', async () => {
    await using cluster = await startCluster({ controllers: false, tls: true })
    expect(cluster.url).toMatch(/^https:/)
    const dispatcher = new Agent({ connect: { ca: cluster.ca ?? '' } })
    expect((await request(`${cluster.url}/readyz`, { dispatcher })).statusCode).toBe(200)
    await dispatcher.close()
    const stranger = new Agent()
    await expect(request(`${cluster.url}/readyz`, { dispatcher: stranger })).rejects.toThrow()
    await stranger.close()
  })
})

describe('the fake clock', () => {
  it('drives ages', async () => {
    const clock = createFakeClock(Date.UTC(2026, 0, 1))
    await using cluster = await startCluster({ controllers: false, clock })
    const call = callerOf(cluster)
    await call('POST', configMaps, configMap('aged'))
    await clock.advance(90 * 60_000)
    const { body } = await call('GET', `${configMaps}/aged`, undefined, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' })
    expect(body).toMatchObject({ rows: [{ cells: ['aged', 1, '90m'] }] })
  })
})

describe('protobuf', () => {
  it('is read as Go’s typed clients write it', async () => {
    await using cluster = await startCluster({ controllers: false })
    // A Namespace named `proto` with a label, as kubectl encodes it: the envelope with type and message.
    const bytes = (...parts: (number | string | Buffer)[]): Buffer =>
      Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.from([part]) : Buffer.from(part as string))))
    const field = (number: number, content: Buffer): Buffer => bytes((number << 3) | 2, content.length, content)
    const text = (number: number, value: string): Buffer => field(number, Buffer.from(value))
    const metadata = bytes(text(1, 'proto'), text(2, ''), field(11, bytes(text(1, 'team'), text(2, 'a'))))
    const body = bytes('k8s\0', field(1, bytes(text(1, 'v1'), text(2, 'Namespace'))), field(2, field(1, metadata)))
    const headers = { 'content-type': 'application/vnd.kubernetes.protobuf', accept: 'application/vnd.kubernetes.protobuf,application/json' }
    const send = async (content: Buffer): Promise<number> => {
      const answer = await request(`${cluster.url}/api/v1/namespaces`, { method: 'POST', body: content, headers })
      await answer.body.dump()
      return answer.statusCode
    }
    expect(await send(body)).toBe(201)
    expect(cluster.api.get({ group: '', plural: 'namespaces' }, '', 'proto')?.metadata.labels).toMatchObject({ team: 'a' })
    expect(await send(body.subarray(0, body.length - 3))).toBe(400)
    expect(await send(Buffer.from('{}'))).toBe(400)
  })
})

describe('what goes wrong on demand', () => {
  it('reads that have fallen behind, refusals of a share, and a clock that is off', async () => {
    await using cluster = await startCluster({ controllers: false, seed: 7, clock: skewedClock(3_600_000) })
    const call = callerOf(cluster)
    const created = await call('POST', configMaps, configMap('a'))
    expect(Math.abs(Date.parse(created.body.metadata?.['creationTimestamp'] ?? '') - Date.now() - 3_600_000)).toBeLessThan(60_000)
    const stop = cluster.faults.add({ isStale: true, matches: ({ path }) => path.includes('resourceVersion=0') })
    await call('POST', configMaps, configMap('b'))
    const names = ({ body }: Answer): string[] => (body.items ?? []).map(({ metadata }) => metadata.name)
    expect(names(await call('GET', `${configMaps}?resourceVersion=0`))).toEqual(['a'])
    expect(names(await call('GET', configMaps))).toEqual(['a', 'b'])
    stop()
    expect(names(await call('GET', `${configMaps}?resourceVersion=0`))).toEqual(['a', 'b'])
    cluster.faults.add({ status: 500, share: 0.5 })
    const statuses = []
    for (let count = 0; count < 40; count++) statuses.push((await call('GET', `${configMaps}/a`)).status)
    const refused = statuses.filter((status) => status === 500).length
    expect(refused).toBeGreaterThan(5)
    expect(refused).toBeLessThan(35)
  })

  it('restarts on the same address, with its state or without, and compactions', async () => {
    await using cluster = await startCluster({ controllers: false })
    const call = callerOf(cluster)
    const { body } = await call('POST', configMaps, configMap('a'))
    const version = body.metadata?.['resourceVersion']
    await call('POST', configMaps, configMap('b'))
    cluster.compact()
    const gone = await (await fetch(`${cluster.url}${configMaps}?watch=1&resourceVersion=${version}&timeoutSeconds=1`)).text()
    expect(JSON.parse(gone.split('\n')[0] ?? '')).toMatchObject({ type: 'ERROR', object: { code: 410 } })
    const watch = await fetch(`${cluster.url}${configMaps}?watch=1`)
    await cluster.restart()
    await expect(watch.text().catch(() => 'ended')).resolves.toBeDefined()
    expect((await call('GET', `${configMaps}/a`)).status).toBe(200)
    await cluster.restart({ keepsState: false, downMs: 5 })
    expect((await call('GET', `${configMaps}/a`)).status).toBe(404)
    expect((await call('GET', '/api/v1/namespaces/default')).status).toBe(200)
  })
})
