// Both backends against a real Git server over HTTP.
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gitSource } from '@plumbline/sources'
import type { GitSource } from '@plumbline/sources'
import { startGitServer } from '@plumbline/testkit'
import type { GitServer } from '@plumbline/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const text = (bytes: Uint8Array | undefined): string | undefined => (bytes === undefined ? undefined : new TextDecoder().decode(bytes))

describe.each(['native', 'isomorphic'] as const)('%s', (backend) => {
  let server: GitServer
  let repoURL: string
  let source: GitSource
  let first: string
  let second: string

  beforeAll(async () => {
    server = await startGitServer()
    repoURL = await server.createRepository('repo')
    first = await server.commit('repo', {
      'README.md': 'one',
      'apps/a.yaml': 'a: 1\n',
      'apps/deep/b.yaml': 'b: 1\n',
      'inside.yaml': { link: 'apps/a.yaml' },
      'outside.yaml': { link: '../../etc/passwd' },
      absolute: { link: '/etc/passwd' },
      loop: { link: 'loop' },
    })
    second = await server.commit('repo', { 'apps/a.yaml': 'a: 2\n', 'README.md': null })
    source = gitSource({ backend })
  })
  afterAll(async () => {
    await source.close()
    await server.close()
  })

  it('resolves branches, HEAD and commits', async () => {
    for (const targetRevision of ['main', 'HEAD', '', 'refs/heads/main']) expect(await source.resolve({ repoURL, targetRevision })).toBe(second)
    expect(await source.resolve({ repoURL, targetRevision: first })).toBe(first)
  })

  it('reads any commit it resolved, without a work tree', async () => {
    const tree = await source.open({ repoURL }, second)
    expect(text(await tree.read('apps/a.yaml'))).toBe('a: 2\n')
    expect(await tree.read('README.md')).toBeUndefined()
    expect((await tree.list('apps'))?.map(({ name, kind }) => [name, kind])).toEqual([
      ['a.yaml', 'file'],
      ['deep', 'directory'],
    ])
    expect(await tree.list('nowhere')).toBeUndefined()
    expect(await tree.entry('apps/deep')).toMatchObject({ kind: 'directory' })
  })

  it('follows links inside, and none that lead out or go in circles', async () => {
    const tree = await source.open({ repoURL }, second)
    expect(text(await tree.read('inside.yaml'))).toBe('a: 2\n')
    await expect(tree.read('outside.yaml')).rejects.toMatchObject({ code: 'SOURCE_PATH', message: expect.stringContaining('leaves the repository') as string })
    await expect(tree.read('absolute')).rejects.toMatchObject({ code: 'SOURCE_PATH' })
    await expect(tree.read('loop')).rejects.toMatchObject({ code: 'SOURCE_PATH', message: expect.stringContaining('too many levels') as string })
  })

  it('cannot be led out by a path', async () => {
    const tree = await source.open({ repoURL }, second)
    expect(await tree.read('../../../etc/passwd')).toBeUndefined()
    expect(await tree.read('/etc/passwd')).toBeUndefined()
  })

  it('asks the remote once for all who ask together, and again only when an answer has to be newer', async () => {
    const other = gitSource({ backend })
    await Promise.all(Array.from({ length: 20 }, () => other.resolve({ repoURL, targetRevision: 'main' })))
    expect(other.requests.listRefs).toBe(1)
    await other.resolve({ repoURL, targetRevision: 'main' })
    expect(other.requests.listRefs).toBe(1)
    await other.resolve({ repoURL, targetRevision: 'main' }, { since: Date.now() + 1 })
    expect(other.requests.listRefs).toBe(2)
    await other.close()
  })

  it('fetches a commit once', async () => {
    const other = gitSource({ backend })
    await other.resolve({ repoURL, targetRevision: 'main' })
    await Promise.all(Array.from({ length: 5 }, () => other.open({ repoURL }, second)))
    await other.open({ repoURL }, second)
    expect(other.requests.fetch).toBe(1)
    await other.close()
  })

  it('says what is not there', async () => {
    await expect(source.resolve({ repoURL, targetRevision: 'nowhere' })).rejects.toMatchObject({
      code: 'SOURCE_REVISION',
      message: expect.stringContaining("unable to resolve 'nowhere' to a commit SHA") as string,
    })
    await expect(source.resolve({ repoURL: `${server.url}/none.git`, targetRevision: 'main' })).rejects.toMatchObject({
      code: expect.stringMatching(/SOURCE_(NOT_FOUND|UNREACHABLE)/) as string,
    })
    await expect(source.open({ repoURL }, 'f'.repeat(40))).rejects.toMatchObject({ code: expect.stringMatching(/^SOURCE_/) as string })
  })

  it('refuses files above its limit', async () => {
    const other = gitSource({ backend, maxFileBytes: 1000 })
    const commit = await server.commit('repo', { 'large.yaml': 'x'.repeat(2000) })
    const tree = await other.open({ repoURL }, await other.resolve({ repoURL, targetRevision: commit }))
    await expect(tree.read('large.yaml')).rejects.toMatchObject({ code: 'SOURCE_LIMIT' })
    await other.close()
  })

  it('cannot be talked into running something', async () => {
    for (const bad of ['ext::sh -c touch% /tmp/plumbline-pwned', '--upload-pack=touch /tmp/plumbline-pwned', 'file:///etc'])
      await expect(source.resolve({ repoURL: bad, targetRevision: 'main' })).rejects.toMatchObject({
        code: expect.stringMatching(/^SOURCE_|^CONFIG_/) as string,
      })
    await expect(source.resolve({ repoURL, targetRevision: '--upload-pack=x' })).rejects.toMatchObject({ code: 'SOURCE_REVISION' })
  })

  it('keeps what it fetched where it is told to, and goes on without the server', async () => {
    const cacheDir = await mkdtemp(join(tmpdir(), 'plumbline-sources-'))
    const one = gitSource({ backend, cacheDir })
    await one.resolve({ repoURL, targetRevision: 'main' })
    await one.open({ repoURL }, second)
    await one.close()
    expect(await readdir(cacheDir)).toHaveLength(1)
    server.setOffline(true)
    const two = gitSource({ backend, cacheDir, timeoutMs: 5000 })
    expect(text(await (await two.open({ repoURL }, second)).read('apps/a.yaml'))).toBe('a: 2\n')
    await expect(two.resolve({ repoURL, targetRevision: 'main' })).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE', retryable: true })
    server.setOffline(false)
    await two.close()
    await rm(cacheDir, { recursive: true, force: true })
  })
})

describe.each(['native', 'isomorphic'] as const)('credentials by %s', (backend) => {
  it('are sent, and never shown', async () => {
    await using server = await startGitServer({ basicAuth: { username: 'bot', password: 'hunter2' } })
    const repoURL = await server.createRepository('private')
    const commit = await server.commit('private', { 'a.yaml': 'a: 1\n' })
    const known = gitSource({ backend, credentials: () => ({ username: 'bot', password: 'hunter2' }) })
    expect(await known.resolve({ repoURL, targetRevision: 'main' })).toBe(commit)
    expect(text(await (await known.open({ repoURL }, commit)).read('a.yaml'))).toBe('a: 1\n')
    const stranger = gitSource({ backend, credentials: () => ({ username: 'bot', password: 'wrong-secret' }) })
    const failure = await stranger.resolve({ repoURL, targetRevision: 'main' }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'SOURCE_AUTH' })
    expect(String((failure as Error).message)).not.toContain('wrong-secret')
    await known.close()
    await stranger.close()
  })
})
