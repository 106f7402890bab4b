// Rendering beside the event loop. Files are still read, and traced, where the sources are; a thread that hangs or runs out of memory is
// replaced, and only the application it worked for hears of it.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { RenderError } from '@plumbline/core'
import type { RemoteFiles, Renderer, RenderRequest, RenderResult, SourceTree } from '@plumbline/core'
import { outcomeOf, valueOf } from './messages.ts'
import type { FromThread, PlainRequest, PlainTree, Question, ToThread } from './messages.ts'

/** Settings; all have defaults. */
export interface RenderThreadsOptions {
  /** URL of a module that exports `renderers`, asked in order. Default: `helm()`, `kustomize()` and `directory()`. */
  readonly module?: string | URL
  /** Default: one fewer than there are processors, at least one. */
  readonly threads?: number
  /** Longest rendering, the time it waits for files included. Default: 90 s. */
  readonly timeoutMs?: number
  /** Memory of a thread's objects. Default: 1,024 MiB. */
  readonly maxHeapMiB?: number
}

/** Renderers that work in threads. */
export interface RenderThreads {
  /** For an engine: what the module exports, each of them rendering in a thread. */
  readonly renderers: readonly Renderer[]
  /** Ends the threads; what they work on fails. */
  close(): Promise<void>
}

interface Job {
  readonly number: number
  readonly renderer: number
  readonly request: RenderRequest
  readonly key: string
  resolve(result: RenderResult): void
  reject(error: unknown): void
}

interface Thread {
  readonly worker: Worker
  /** What it worked for last; its caches are warm for that. */
  lastKey?: string
  job?: Job
  trees: SourceTree[]
  /** Whether it has loaded its module. */
  isReady: boolean
  /** Begins to count the time of its rendering. */
  count(): void
  finish(): void
}

const startTimeoutMs = 60_000
const defaults = { timeoutMs: 90_000, maxHeapMiB: 1024 } as const
/** A test runner reads the sources themselves; a thread needs modules that Node can load, and none of the runner's own arguments. */
const isSource = import.meta.url.endsWith('.ts')
const compiled = (name: string): URL => new URL(isSource ? `../../dist/threads/${name}.js` : `./${name}.js`, import.meta.url)

/** Start nothing yet: threads begin with the first rendering that needs them. @throws when the module cannot be loaded */
export async function renderThreads(options: RenderThreadsOptions = {}): Promise<RenderThreads> {
  const module = String(options.module ?? compiled('standard-renderers'))
  const most = Math.max(1, options.threads ?? availableParallelism() - 1)
  const { timeoutMs, maxHeapMiB } = { ...defaults, ...options }
  const threads = new Set<Thread>()
  const queue: Job[] = []
  let isClosed = false
  let count = 0

  function startThread(): Thread {
    const worker = new Worker(compiled('thread'), {
      workerData: { module },
      resourceLimits: { maxOldGenerationSizeMb: maxHeapMiB },
      ...(isSource ? { execArgv: [] } : {}),
    })
    const thread: Thread = { worker, trees: [], isReady: false, count: () => undefined, finish: () => undefined }
    worker.on('message', (message: FromThread) => void hear(thread, message))
    worker.on('error', (error: Error & { readonly code?: string }) =>
      drop(
        thread,
        error.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? new RenderError('RENDER_LIMIT', `${placeOf(thread)}: rendering takes more than ${maxHeapMiB} MiB of memory`)
          : new RenderError('RENDER_FAILED', `${placeOf(thread)}: ${error.message}`, { cause: error }),
      ),
    )
    worker.on('exit', (code) => {
      if (threads.has(thread)) drop(thread, new RenderError('RENDER_FAILED', `${placeOf(thread)}: the rendering thread ended with code ${code}`))
    })
    // A thread alone does not keep the process.
    worker.unref()
    threads.add(thread)
    return thread
  }

  function drop(thread: Thread, error: unknown): void {
    const { job } = thread
    delete thread.job
    thread.finish()
    threads.delete(thread)
    void thread.worker.terminate()
    job?.reject(error)
    assign()
  }

  async function hear(thread: Thread, message: FromThread): Promise<void> {
    const { job } = thread
    if (message.type === 'question') {
      if (job?.number !== message.job) return
      const outcome = await outcomeOf(() => answer(thread, job.request, message.question))
      if (thread.job === job) tell(thread, { type: 'answer', number: message.number, outcome })
    } else if (message.type === 'ready') {
      thread.isReady = true
      thread.count()
    } else {
      delete thread.job
      thread.finish()
      thread.trees = []
      try {
        job?.resolve(valueOf(message.outcome))
      } catch (error) {
        job?.reject(error)
      }
      assign()
    }
  }

  async function answer(thread: Thread, request: RenderRequest, question: Question): Promise<unknown> {
    if (question.ask === 'repository') return number(thread, await remotesOf(request).repository(question.repoURL, question.targetRevision))
    if (question.ask === 'file') return remotesOf(request).file?.(question.url)
    return thread.trees[question.tree]?.[question.ask](question.path)
  }

  function assign(): void {
    while (!isClosed && queue.length > 0) {
      const idle = [...threads].filter(({ job }) => job === undefined)
      const [first] = queue
      const thread = idle.find(({ lastKey }) => lastKey === first?.key) ?? (threads.size < most ? startThread() : idle[0])
      const job = thread === undefined ? undefined : queue.shift()
      if (thread === undefined || job === undefined) return
      if (job.request.signal?.aborted === true) job.reject(job.request.signal.reason)
      else begin(thread, job)
    }
  }

  function begin(thread: Thread, job: Job): void {
    const { signal } = job.request
    thread.job = job
    thread.lastKey = job.key
    thread.worker.ref()
    let late: NodeJS.Timeout | undefined
    const limit = (ms: number, what: string): void => {
      clearTimeout(late)
      late = setTimeout(() => drop(thread, new RenderError('RENDER_LIMIT', `${placeOf(thread)}: ${what} takes more than ${ms / 1000} s`)), ms)
    }
    thread.count = () => limit(timeoutMs, 'rendering')
    if (thread.isReady) thread.count()
    else limit(startTimeoutMs, 'starting a rendering thread')
    const abort = (): void => tell(thread, { type: 'abort' })
    signal?.addEventListener('abort', abort)
    thread.finish = () => {
      clearTimeout(late)
      signal?.removeEventListener('abort', abort)
      thread.worker.unref()
      thread.finish = () => undefined
      thread.count = () => undefined
    }
    tell(thread, { type: 'render', job: job.number, renderer: job.renderer, request: plainRequest(thread, job.request) })
  }

  const { renderers } = (await import(module)) as { readonly renderers: readonly Renderer[] }
  return {
    renderers: renderers.map((own, renderer) => ({
      sourceType: own.sourceType,
      matches: (request) => own.matches(request),
      render: (request) =>
        new Promise<RenderResult>((resolve, reject) => {
          if (isClosed) throw new RenderError('RENDER_FAILED', 'the rendering threads are closed')
          request.signal?.throwIfAborted()
          const { application } = request
          queue.push({ number: ++count, renderer, request, key: `${application.namespace}/${application.name}`, resolve, reject })
          assign()
        }),
    })),
    async close() {
      isClosed = true
      const error = new RenderError('RENDER_FAILED', 'the rendering threads are closed')
      for (const job of queue.splice(0)) job.reject(error)
      const workers = [...threads].map(({ worker }) => worker)
      for (const thread of threads) drop(thread, error)
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

const tell = ({ worker }: Thread, message: ToThread): void => worker.postMessage(message)

const placeOf = ({ job }: Thread): string => job?.request.path ?? 'nothing'

function remotesOf({ remotes }: RenderRequest): RemoteFiles {
  if (remotes === undefined) throw new Error('nothing elsewhere is read')
  return remotes
}

function number(thread: Thread, tree: SourceTree): PlainTree {
  return { number: thread.trees.push(tree) - 1, revision: tree.revision }
}

function plainRequest(thread: Thread, { tree, references, remotes, signal: _signal, ...rest }: RenderRequest): PlainRequest {
  return {
    ...rest,
    tree: number(thread, tree),
    references: [...(references ?? [])].map(([name, other]) => [name, number(thread, other)] as const),
    ...(remotes === undefined ? {} : { servesFiles: remotes.file !== undefined }),
  }
}
