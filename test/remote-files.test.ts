// Bases in other repositories and files by URL: read through the sources, part of what a rendering depends on, and bound by the project.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createApplicationRenderer, createMemoryTree, parseApplication } from '@plumbline/core'
import type { Application, ApplicationRenderer, RenderedSource } from '@plumbline/core'
import { buildKustomization, formatBuild, helm, kustomize } from '@plumbline/renderers'
import { gitSource, httpFiles } from '@plumbline/sources'
import type { GitSource } from '@plumbline/sources'
import { startGitServer } from '@plumbline/testkit'
import type { GitServer } from '@plumbline/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorld } from './lib/world.ts'

const configMap = (name: string, value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  a: ${value}\n`
const kubectl = process.env['PLUMBLINE_KUBECTL']

let git: GitServer
let source: GitSource
let web: Server
let webURL: string
let baseURL: string
let files: Record<string, { body: string; etag?: string }>
let asked: string[]

beforeAll(async () => {
  git = await startGitServer()
  source = gitSource({ refsMaxAgeMs: 0 })
  baseURL = await git.createRepository('base')
  await git.commit('base', {
    'kustomization.yaml': 'resources: [root.yaml]\n',
    'root.yaml': configMap('root', 'root'),
    'deep/kustomization.yaml': 'resources: [deep.yaml, ../shared]\nconfigMapGenerator: [{name: made, literals: [x=1]}]\n',
    'deep/deep.yaml': configMap('deep', 'deep'),
    'shared/kustomization.yaml': 'resources: [shared.yaml]\n',
    'shared/shared.yaml': configMap('shared', 'shared'),
    'escape/kustomization.yaml': 'resources: [../../other]\n',
    'README.md': 'first\n',
  })
  await git.commit('base', { 'kustomization.yaml': 'resources: [root.yaml]\n', 'root.yaml': configMap('root', 'on a branch') }, { branch: 'next' })
  files = {}
  asked = []
  web = createServer((request, response) => {
    const path = request.url ?? ''
    const found = files[path]
    asked.push(`${path} ${request.headers['if-none-match'] ?? ''}`.trim())
    if (path === '/moved.yaml') return void response.writeHead(302, { location: '/file.yaml' }).end()
    if (path === '/circle.yaml') return void response.writeHead(302, { location: '/circle.yaml' }).end()
    if (found === undefined) return void response.writeHead(404).end('nothing here')
    if (found.etag !== undefined && request.headers['if-none-match'] === found.etag) return void response.writeHead(304).end()
    return void response.writeHead(200, found.etag === undefined ? {} : { etag: found.etag }).end(found.body)
  })
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  webURL = `http://127.0.0.1:${(web.address() as AddressInfo).port}`
})

afterAll(async () => {
  await source.close()
  await git.close()
  await new Promise((resolve) => web.close(resolve))
})

function applicationAt(repoURL: string, path = '.'): Application {
  return parseApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'app', namespace: 'argocd' },
    spec: { project: 'default', source: { repoURL, targetRevision: 'main', path }, destination: { server: 'https://kubernetes.default.svc' } },
  })
}

const valuesOf = (rendered: readonly RenderedSource[]): unknown[] =>
  rendered.flatMap(({ manifests }) => manifests.map(({ object }) => (object as { readonly data?: { readonly a?: string; readonly x?: string } }).data))

async function overlay(name: string, content: string): Promise<Application> {
  const repoURL = await git.createRepository(name)
  await git.commit(name, { 'kustomization.yaml': content })
  return applicationAt(repoURL)
}

const createRenderer = (): ApplicationRenderer =>
  createApplicationRenderer({ sources: [source], renderers: [helm(), kustomize()], files: httpFiles({ maxAgeMs: 0, maxFileBytes: 1000 }) })

async function failureOf(application: Application, isRemotePermitted?: (address: string) => boolean): Promise<string> {
  return createRenderer()
    .render({ application, ...(isRemotePermitted === undefined ? {} : { isRemotePermitted }) })
    .then(
      () => 'it did not fail',
      (error: unknown) => (error as Error).message,
    )
}

describe('bases in other repositories', () => {
  it('are read at the default branch, at a branch and in a folder', async () => {
    const application = await overlay('places', `resources: ["${baseURL}", "${baseURL}//deep"]\nnamePrefix: a-\n`)
    expect(valuesOf(await createRenderer().render({ application }))).toEqual([{ a: 'deep' }, { x: '1' }, { a: 'root' }, { a: 'shared' }])
    const branch = await overlay('branch', `resources: ["${baseURL}?ref=next"]\n`)
    expect(valuesOf(await createRenderer().render({ application: branch }))).toEqual([{ a: 'on a branch' }])
  })

  it('count as reads: a result is kept until one of them changes', async () => {
    const baseOf = await git.createRepository('moving')
    await git.commit('moving', { 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': configMap('a', 'one'), 'README.md': 'one\n' })
    const application = await overlay('follows', `resources: ["${baseOf}?ref=main"]\n`)
    const renderer = createRenderer()
    expect(valuesOf(await renderer.render({ application }))).toEqual([{ a: 'one' }])
    expect((await renderer.render({ application })).map(({ isReused }) => isReused)).toEqual([true])
    await git.commit('moving', { 'README.md': 'two\n' })
    expect(await renderer.isAffected({ application })).toMatchObject({ isAffected: false })
    await git.commit('moving', { 'a.yaml': configMap('a', 'two') })
    expect(await renderer.isAffected({ application })).toEqual({ isAffected: true, reason: `a.yaml of ${baseOf} changed` })
    const [again] = await renderer.render({ application })
    expect([again?.isReused, valuesOf(again === undefined ? [] : [again])]).toEqual([false, [{ a: 'two' }]])
  })

  it.each([
    ['a place that is not there', () => `resources: ["${git.url}/none.git"]`, /fetching '.*none\.git'/],
    ['a folder that is not there', () => `resources: ["${baseURL}//nowhere"]`, /'.*base\.git\/\/nowhere' refers to no directory of the repository/],
    ['a revision that is not there', () => `resources: ["${baseURL}?ref=nothing"]`, /unable to resolve 'nothing' to a commit SHA/],
    ['a base that leaves its repository', () => `resources: ["${baseURL}//escape"]`, /new root '\.\.\/\.\.\/other' is outside of the repository/],
    ['a program as address', () => `resources: ["ext::sh -c touch% /tmp/x"]`, /no such file or directory/],
    ['a repository on this machine', () => `resources: ["file:///etc//passwd"]`, /is not served: use https, http or ssh/],
  ])('say what is wrong with %s', async (name, content, message) => {
    expect(await failureOf(await overlay(name.replaceAll(' ', '-'), content()))).toMatch(message)
  })

  it('are refused where they lead in circles', async () => {
    const url = await git.createRepository('circle')
    await git.commit('circle', { 'kustomization.yaml': `resources: ["${url}"]\n` })
    expect(await failureOf(applicationAt(url))).toMatch(/cycle detected: URI '.*circle\.git' referenced by previous URI/)
  })

  it('are refused where the project does not allow them', async () => {
    const application = await overlay('forbidden', `resources: ["${baseURL}"]\n`)
    expect(await failureOf(application, (address) => address !== baseURL)).toMatch(/is not permitted by the project: add it to the project's sourceRepos/)
  })

  it.skipIf(kubectl === undefined || !existsSync(kubectl))(
    'come out as with the real tool, origins too (skipped without PLUMBLINE_KUBECTL)',
    async () => {
      files['/file.yaml'] = { body: configMap('file', 'by url') }
      const content = `resources: ["${baseURL}?ref=main", "${baseURL}//deep", "${webURL}/file.yaml"]\nbuildMetadata: [originAnnotations, transformerAnnotations]\nnamePrefix: x-\n`
      const folder = await mkdtemp(join(tmpdir(), 'plumbline-remote-'))
      try {
        await mkdir(join(folder, 'app'))
        await writeFile(join(folder, 'app', 'kustomization.yaml'), content)
        const { stdout } = await promisify(execFile)(kubectl ?? '', ['kustomize', join(folder, 'app')])
        const remotes = {
          repository: async (repoURL: string, targetRevision: string) => {
            const at = { repoURL, targetRevision }
            return source.open(at, await source.resolve(at))
          },
          file: (url: string) => httpFiles().fetch(url),
        }
        const built = await buildKustomization(createMemoryTree({ 'app/kustomization.yaml': content }, 'r'), 'app', { remotes })
        expect(formatBuild(built)).toBe(stdout)
      } finally {
        await rm(folder, { recursive: true })
      }
    },
    60_000,
  )

  it('bring a push to whoever is built on them', async () => {
    await using world = await createWorld({ 'app/kustomization.yaml': 'resources: [placeholder.yaml]\n', 'app/placeholder.yaml': configMap('own', 'own') })
    const url = await world.git.createRepository('lib')
    await world.git.commit('lib', { 'kustomization.yaml': 'resources: [a.yaml]\n', 'a.yaml': configMap('from-lib', 'one') })
    await world.commit({ 'app/kustomization.yaml': `resources: [placeholder.yaml, "${url}"]\n` })
    world.apply('app')
    await world.untilSynced('app')
    await world.git.commit('lib', { 'a.yaml': configMap('from-lib', 'two') })
    await world.until(() => {
      expect(world.cluster.api.get({ group: '', plural: 'configmaps' }, 'app', 'from-lib')).toMatchObject({ data: { a: 'two' } })
    })
  }, 60_000)
})

describe('files by URL', () => {
  it('are fetched, followed to where they moved, and asked for again by their ETag', async () => {
    files['/file.yaml'] = { body: configMap('file', 'one'), etag: '"1"' }
    const application = await overlay('by-url', `resources: ["${webURL}/moved.yaml"]\n`)
    const renderer = createRenderer()
    expect(valuesOf(await renderer.render({ application }))).toEqual([{ a: 'one' }])
    asked = []
    expect((await renderer.render({ application })).map(({ isReused }) => isReused)).toEqual([true])
    expect(asked).toEqual(['/moved.yaml "1"', '/file.yaml "1"'])
    files['/file.yaml'] = { body: configMap('file', 'two'), etag: '"2"' }
    expect(valuesOf(await renderer.render({ application }))).toEqual([{ a: 'two' }])
  })

  it.each([
    ['nothing there', () => `${webURL}/none.yaml`, /HTTP Error: http:\/\/127\.0\.0\.1:\d+\/none\.yaml: status code 404 \(Not Found\)/],
    ['a redirect without end', () => `${webURL}/circle.yaml`, /more than 5 redirects/],
    ['a server that is not there', () => 'http://127.0.0.1:1/x.yaml', /ECONNREFUSED|bad port/],
    ['credentials of a cloud', () => 'http://2852039166/latest/meta-data.yaml', /"http:\/\/2852039166\/latest\/meta-data.yaml" is not served/],
    ['credentials of a cloud by another address', () => 'http://[::ffff:169.254.169.254]/x.yaml', /is not served: it is no allowed http or https address/],
    ['a file that is too large', () => `${webURL}/large.yaml`, /is larger than 1000 bytes/],
  ])('say what is wrong: %s', async (name, url, message) => {
    files['/large.yaml'] = { body: configMap('large', 'x'.repeat(2000)) }
    expect(await failureOf(await overlay(name.replaceAll(' ', '-'), `resources: ["${url()}"]\n`))).toMatch(message)
  })

  it.each([
    ['/values.yaml', /^by url$/],
    ['/none-of-these.yaml', /failed to fetch http:\/\/127\.0\.0\.1:\d+\/none-of-these\.yaml: status code 404/],
  ])('can be value files of Helm: %s', async (path, outcome) => {
    files['/values.yaml'] = { body: 'a: by url\n' }
    const repoURL = await git.createRepository(`chart${path.length}`)
    await git.commit(`chart${path.length}`, {
      'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
      'templates/a.yaml': configMap('a', '{{ .Values.a }}'),
    })
    const { spec, ...rest } = applicationAt(repoURL)
    const source = { ...spec.source, repoURL, helm: { valueFiles: [`${webURL}${path}`], ignoreMissingValueFiles: true } }
    const rendered = createRenderer().render({ application: { ...rest, spec: { ...spec, source } } })
    const outcomeOf = rendered.then(
      (sources) => (valuesOf(sources)[0] as { readonly a: string }).a,
      (error: unknown) => (error as Error).message,
    )
    expect(await outcomeOf).toMatch(outcome)
  })

  it('are refused where the project does not allow them', async () => {
    const application = await overlay('forbidden-file', `resources: ["${webURL}/file.yaml"]\n`)
    expect(await failureOf(application, (address) => !address.startsWith(webURL))).toMatch(/is not permitted by the project/)
  })
})
