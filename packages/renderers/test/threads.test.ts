import { createApplicationRenderer, createMemoryTree, parseApplication, RenderError } from '@plumbline/core'
import type { Application, Renderer, RenderRequest, SourceTree } from '@plumbline/core'
import { directory, helm, kustomize } from '@plumbline/renderers'
import { renderThreads } from '@plumbline/renderers/threads'
import type { RenderThreads } from '@plumbline/renderers/threads'
import { memorySource } from '@plumbline/sources'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

const repoURL = 'https://git.example.com/a.git'
const files = {
  'plain/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n',
  'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'chart/values.yaml': 'replicas: 1\n',
  'chart/templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {n: "{{ .Values.replicas }}"}\n',
  'overlay/kustomization.yaml': 'resources: [../plain2]\nnamePrefix: x-\n',
  'plain2/kustomization.yaml': 'resources: [b.yaml]\n',
  'plain2/b.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\n',
  'broken/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'broken/templates/a.yaml': '{{ fail "on purpose" }}',
}

function applicationAt(path: string): Application {
  return parseApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: path, namespace: 'argocd' },
    spec: { project: 'default', source: { repoURL, path }, destination: { server: 'https://kubernetes.default.svc' } },
  })
}

const requestOf = (path: string, signal?: AbortSignal): RenderRequest => ({
  tree: createMemoryTree(files, 'r1') as SourceTree,
  path,
  source: { repoURL, path },
  application: { name: path, namespace: 'argocd', project: 'default', destinationNamespace: '' },
  ...(signal === undefined ? {} : { signal }),
})

describe('rendering in threads', () => {
  let threads: RenderThreads
  beforeAll(async () => {
    threads = await renderThreads({ threads: 2 })
  })
  afterAll(() => threads.close())

  const outcome = async (renderers: readonly Renderer[], path: string): Promise<unknown> => {
    const renderer = createApplicationRenderer({ sources: [memorySource(repoURL, files)], renderers })
    const application = applicationAt(path)
    try {
      return [await renderer.render({ application }), renderer.lastReads('argocd/' + path)]
    } catch (error) {
      return [error instanceof RenderError, (error as RenderError).code, (error as RenderError).message, (error as RenderError).subject]
    }
  }

  it.each(['plain', 'chart', 'overlay', 'broken'])('gives what rendering beside the events gives, reads and errors too: %s', async (path) => {
    expect(await outcome(threads.renderers, path)).toEqual(await outcome([helm(), kustomize(), directory()], path))
  })

  it('works on many at once', async () => {
    const rendered = await Promise.all(Array.from({ length: 20 }, () => threads.renderers[0]?.render(requestOf('chart'))))
    expect(rendered.map((result) => result?.manifests.length)).toEqual(Array.from({ length: 20 }, () => 1))
  })
})

describe('a thread', () => {
  const module = new URL('lib/hostile-renderers.mjs', import.meta.url)
  let threads: RenderThreads | undefined
  afterEach(() => threads?.close())

  const start = async (limits: { timeoutMs?: number; maxHeapMiB?: number } = {}): Promise<Renderer> => {
    threads = await renderThreads({ module, threads: 1, ...limits })
    const [renderer] = threads.renderers
    if (renderer === undefined) throw new Error('the module has no renderers')
    return renderer
  }

  it.each([
    ['hang', { timeoutMs: 2000 }, { code: 'RENDER_LIMIT', message: 'hang: rendering takes more than 2 s' }],
    ['hoard', { maxHeapMiB: 32 }, { code: 'RENDER_LIMIT', message: 'hoard: rendering takes more than 32 MiB of memory' }],
    ['exit', {}, { code: 'RENDER_FAILED', message: 'exit: the rendering thread ended with code 3' }],
  ])('that does wrong is replaced, and the next application is rendered: %s', async (path, limits, error) => {
    const renderer = await start(limits)
    const [wrong, right] = await Promise.allSettled([renderer.render(requestOf(path)), renderer.render(requestOf('work'))])
    expect(wrong).toMatchObject({ status: 'rejected', reason: error })
    expect(right).toMatchObject({ status: 'fulfilled' })
  })

  it('hears of cancellation, while it works and before', async () => {
    const renderer = await start()
    const controller = new AbortController()
    const [first, second] = [renderer.render(requestOf('wait', controller.signal)), renderer.render(requestOf('work', controller.signal))]
    controller.abort(new Error('stop'))
    await expect(first).rejects.toThrow('it was told to stop')
    await expect(second).rejects.toThrow('stop')
  })

  it('ends with the others when they are closed', async () => {
    const renderer = await start()
    const open = renderer.render(requestOf('wait'))
    await Promise.all([expect(open).rejects.toThrow('the rendering threads are closed'), threads?.close()])
    await expect(renderer.render(requestOf('work'))).rejects.toThrow('the rendering threads are closed')
  })
})
