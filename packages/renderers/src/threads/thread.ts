// Runs in a thread: one rendering at a time, over trees that the other side reads.
import { parentPort, workerData } from 'node:worker_threads'
import type { Renderer, RenderRequest, SourceTree } from '@plumbline/core'
import { outcomeOf, valueOf } from './messages.ts'
import type { FromThread, Outcome, PlainRequest, PlainTree, Question, ToThread } from './messages.ts'

const port = parentPort
if (port === null) throw new Error('this module runs in a thread')
const { renderers } = (await import((workerData as { readonly module: string }).module)) as { readonly renderers: readonly Renderer[] }

const waiting = new Map<number, (outcome: Outcome<unknown>) => void>()
let asked = 0
let abort = new AbortController()

const tell = (message: FromThread): void => port.postMessage(message)

async function ask<T>(job: number, question: Question): Promise<T> {
  const number = ++asked
  const answer = new Promise<Outcome<unknown>>((resolve) => waiting.set(number, resolve))
  tell({ type: 'question', job, number, question })
  return valueOf(await answer) as T
}

function treeOf(job: number, { number, revision }: PlainTree): SourceTree {
  return {
    revision,
    read: (path) => ask(job, { ask: 'read', tree: number, path }),
    list: (path) => ask(job, { ask: 'list', tree: number, path }),
    entry: (path) => ask(job, { ask: 'entry', tree: number, path }),
  }
}

function requestOf(job: number, { tree, references, servesFiles, ...rest }: PlainRequest): RenderRequest {
  return {
    ...rest,
    tree: treeOf(job, tree),
    ...(references.length === 0 ? {} : { references: new Map(references.map(([name, other]) => [name, treeOf(job, other)])) }),
    ...(servesFiles === undefined
      ? {}
      : {
          remotes: {
            repository: async (repoURL, targetRevision) => treeOf(job, await ask<PlainTree>(job, { ask: 'repository', repoURL, targetRevision })),
            ...(servesFiles ? { file: async (url) => ask(job, { ask: 'file', url }) } : {}),
          },
        }),
    signal: abort.signal,
  }
}

async function render(job: number, index: number, request: PlainRequest): Promise<void> {
  abort = new AbortController()
  const outcome = await outcomeOf(async () => {
    const renderer = renderers[index]
    if (renderer === undefined) throw new Error(`there is no renderer ${index}`)
    return renderer.render(requestOf(job, request))
  })
  waiting.clear()
  tell({ type: 'done', outcome })
}

port.on('message', (message: ToThread) => {
  if (message.type === 'render') void render(message.job, message.renderer, message.request)
  else if (message.type === 'abort') abort.abort()
  else {
    waiting.get(message.number)?.(message.outcome)
    waiting.delete(message.number)
  }
})
tell({ type: 'ready' })
