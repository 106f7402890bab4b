// What goes wrong in the field: each has a clear error where its owner looks, and nothing is lost.
import { createHmac } from 'node:crypto'
import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { configMap, createWorld, valueOf } from './lib/world.ts'
import type { World } from './lib/world.ts'

const conditionsOf = (world: World, name: string): readonly { readonly type: string; readonly message: string }[] =>
  world.application(name)?.status?.conditions ?? []

/** A world in which `shop` was synced once; what comes after must not harm it. */
async function syncedShop(): Promise<World> {
  const world = await createWorld({ 'shop/a.yaml': configMap('a', '1'), 'shop/b.yaml': configMap('b', '1') })
  world.apply('shop')
  await world.untilSynced('shop')
  return world
}

async function expectReported(world: World, name: string, type: string, message: RegExp): Promise<void> {
  await world.until(() =>
    expect(conditionsOf(world, name)).toEqual(
      expect.arrayContaining([{ type, message: expect.stringMatching(message) as string, lastTransitionTime: expect.any(String) as string }]),
    ),
  )
}

describe('a repository that cannot be rendered', () => {
  it.each<[what: string, files: Record<string, string>, message: RegExp]>([
    ['a tab', { 'shop/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: a\n' }, /shop\/a\.yaml:4:/],
    ['a flow that never ends', { 'shop/c.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: [\n' }, /shop\/c\.yaml:\d+:\d+/],
    [
      'an anchor bomb',
      {
        'shop/c.yaml': `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\na: &a [x,x,x,x,x,x,x,x,x,x]\n${Array.from('bcdefgh')
          .map((name, index) => `${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcdefgh'[index] ?? ''}`).join(',')}]`)
          .join('\n')}\n`,
      },
      /shop\/c\.yaml.*alias/i,
    ],
    ['a file that is far too large', { 'shop/c.yaml': `# ${'x'.repeat(40 * 2 ** 20)}\n` }, /shop\/c\.yaml|larger than the limit/],
  ])('is reported, with %s', async (_what, files, message) => {
    await using world = await syncedShop()
    await world.commit(files)
    await expectReported(world, 'shop', 'ComparisonError', message)
    expect([valueOf(world, 'shop', 'a'), valueOf(world, 'shop', 'b')]).toEqual(['1', '1'])
    expect(world.application('shop')?.status?.sync?.status).toBe('Unknown')
    // And once it is mended, all is well again.
    await world.commit({ ...Object.fromEntries(Object.keys(files).map((path) => [path, null])), 'shop/a.yaml': configMap('a', '2') })
    await world.untilSynced('shop')
    expect(valueOf(world, 'shop', 'a')).toBe('2')
  })

  it('with one key twice is read as kubectl reads it', async () => {
    await using world = await syncedShop()
    const revision = await world.commit({ 'shop/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  value: "1"\n  value: "2"\n' })
    await world.untilSynced('shop', revision)
    expect(valueOf(world, 'shop', 'a')).toBe('2')
  })
})

describe('an Application that is wrong', () => {
  it.each<[what: string, changes: Record<string, unknown>, type: string, message: RegExp]>([
    ['a missing path', { path: 'nowhere' }, 'ComparisonError', /nowhere: app path does not exist/],
    ['a path out of the repository', { path: '../etc' }, 'ComparisonError', /\.\.\/etc/],
    ['a missing branch', { targetRevision: 'nowhere' }, 'ComparisonError', /unable to resolve 'nowhere' to a commit SHA/],
  ])('for %s says so', async (_what, source, type, message) => {
    await using world = await createWorld({ 'shop/a.yaml': configMap('a', '1') })
    world.apply('shop', { source: { repoURL: world.repoURL, targetRevision: 'main', path: 'shop', ...source } })
    await expectReported(world, 'shop', type, message)
    expect(world.cluster.api.list({ group: '', plural: 'configmaps' }, 'shop')).toEqual([])
  })

  it('for a project that is not there says so', async () => {
    await using world = await createWorld({ 'shop/a.yaml': configMap('a', '1') })
    world.apply('shop', { project: 'none' })
    await expectReported(world, 'shop', 'InvalidSpecError', /project none/)
  })

  it('for a repository that is not there says so, and nothing of its password', async () => {
    await using world = await createWorld({ 'shop/a.yaml': configMap('a', '1') })
    const url = new URL(world.repoURL)
    const repoURL = `${url.protocol}//user:hunter2@${url.host}/none.git`
    world.apply('shop', { source: { repoURL, targetRevision: 'main', path: 'shop' } })
    await expectReported(world, 'shop', 'ComparisonError', /repository not found|failed to list refs/)
    expect(JSON.stringify(conditionsOf(world, 'shop'))).not.toContain('hunter2')
    expect(world.logs.join('\n')).not.toContain('hunter2')
  })

  it('for a kind nobody knows applies nothing and says what to install', async () => {
    await using world = await createWorld({
      'shop/a.yaml': configMap('a', '1'),
      'shop/x.yaml': 'apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: x}\n',
    })
    world.apply('shop')
    await world.until(() =>
      expect(world.application('shop')?.status?.operationState).toMatchObject({ message: expect.stringContaining('not valid') as string }),
    )
    expect(JSON.stringify(world.application('shop')?.status?.operationState?.syncResult?.resources)).toContain('Gadget')
    expect(valueOf(world, 'shop', 'a')).toBeUndefined()
  })
})

describe('a symbolic link out of the repository', () => {
  it('is not followed', async () => {
    await using world = await syncedShop()
    await world.git.commit('app', { 'shop/link.yaml': { link: '/etc/passwd' } })
    await world.until(() => expect(JSON.stringify(conditionsOf(world, 'shop'))).toMatch(/leaves the repository|symbolic link/))
    expect(valueOf(world, 'shop', 'a')).toBe('1')
  })
})

describe('a webhook', () => {
  const payload = (repoURL: string): string =>
    JSON.stringify({ ref: 'refs/heads/main', after: '1'.repeat(40), repository: { html_url: repoURL, default_branch: 'main' }, commits: [] })
  const sign = (body: string): string => `sha256=${createHmac('sha256', 'secret').update(body).digest('hex')}`
  const post = async (world: World, body: string, headers: Record<string, string> = {}): Promise<number> =>
    (await fetch(world.controller.webhook.url, { method: 'POST', body, headers: { 'content-type': 'application/json', 'x-github-event': 'push', ...headers } }))
      .status

  it('is believed by its signature only', async () => {
    await using world = await syncedShop()
    const body = payload(world.repoURL)
    expect(await post(world, body)).toBe(400)
    expect(await post(world, body, { 'x-hub-signature-256': sign(`${body} `) })).toBe(400)
    expect(await post(world, body, { 'x-hub-signature-256': 'sha256=' })).toBe(400)
    expect(await post(world, body, { 'x-hub-signature-256': sign(body) })).toBe(200)
  })

  it('is refused when it is too large, no JSON, or no push', async () => {
    await using world = await syncedShop()
    expect(await post(world, 'x'.repeat(6 * 2 ** 20))).toBe(413)
    expect(await post(world, '{', { 'x-hub-signature-256': sign('{') })).toBe(400)
    expect(await post(world, '{}', { 'x-hub-signature-256': sign('{}') })).toBe(400)
  })

  it('that is cut off does no harm', async () => {
    await using world = await syncedShop()
    const url = new URL(world.controller.webhook.url)
    await new Promise<void>((resolve) => {
      const sent = request({
        host: url.hostname,
        port: url.port,
        path: url.pathname,
        method: 'POST',
        headers: { 'content-length': 1000, 'x-github-event': 'push' },
      })
      sent.on('error', () => resolve())
      sent.write('{"ref":')
      setTimeout(() => sent.destroy(), 50)
    })
    expect(await post(world, payload(world.repoURL), { 'x-hub-signature-256': sign(payload(world.repoURL)) })).toBe(200)
  })
})

describe('a repository that goes away', () => {
  it('leaves the cluster as it is, and is taken up again when it is back', async () => {
    await using world = await syncedShop()
    const revision = await world.commit({ 'shop/a.yaml': configMap('a', '2') })
    await world.untilSynced('shop', revision)
    world.git.setOffline(true)
    world.controller.engine.refresh('argocd/shop', 'force')
    await expectReported(world, 'shop', 'ComparisonError', /failed to list refs|cannot be reached|unable to access/)
    expect(valueOf(world, 'shop', 'a')).toBe('2')
    world.git.setOffline(false)
    world.controller.engine.refresh('argocd/shop', 'force')
    await world.until(() => expect(world.application('shop')?.status?.sync?.status).toBe('Synced'))
  })
})

describe('an API server that goes away in the middle of a sync', () => {
  it.each(['before', 'after'] as const)('is caught up with: connections dropped %s the work', async (drop) => {
    const files = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`shop/${index}.yaml`, configMap(`c${index}`, '1')]))
    await using world = await createWorld(files)
    world.apply('shop')
    await world.untilSynced('shop')
    world.cluster.faults.add({ matches: ({ method, path }) => method === 'PATCH' && path.includes('/configmaps/'), times: 3, drop })
    const changed = Object.fromEntries(Object.keys(files).map((path, index) => [path, configMap(`c${index}`, '2')]))
    await world.commit(changed)
    await world.until(() => {
      for (let index = 0; index < 10; index++) expect(valueOf(world, 'shop', `c${index}`)).toBe('2')
    })
    await world.untilSynced('shop')
  })

  it('is asked again when it says that it is too busy', async () => {
    await using world = await createWorld({ 'shop/a.yaml': configMap('a', '1') })
    world.cluster.faults.add({ matches: ({ path }) => path.includes('/configmaps/'), times: 2, status: 429, retryAfterSeconds: 0 })
    world.apply('shop')
    await world.untilSynced('shop')
  })
})
