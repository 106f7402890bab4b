// Lists and watches one resource: pages, bookmarks, re-list when history is gone, backoff with jitter.
import { printed } from '@plumbline/schema'
import { ClusterError, isRecord, messageOf, valueAt } from '@plumbline/core'
import type { KubernetesObject, Logger } from '@plumbline/core'
import { parseJson } from '@plumbline/yaml'
import type { HttpClient } from './http.ts'
import { pause } from './http.ts'
import { queryOf } from './paths.ts'

/** Receives what the reflector sees. */
export interface ReflectorSink {
  /** The complete state, after a list. */
  replace(objects: readonly KubernetesObject[]): void
  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubernetesObject): void
}

/** What to watch. */
export interface ReflectorOptions {
  readonly http: HttpClient
  /** Path of the collection. */
  readonly path: string
  readonly apiVersion: string
  readonly kind: string
  readonly fieldSelector?: string
  readonly logger: Logger
  /** Change an item's text before it is parsed, to cut what is not needed. */
  readonly prepare?: (text: string) => string
}

/** A running reflector. */
export interface Reflector {
  /** Resolves after the first list; rejects when that is refused for good (403, 404). */
  readonly synced: Promise<void>
  stop(): void
}

const pageSize = 500
const watchSeconds = 540
const maxBackoffMs = 30_000

/** Start to list and watch. */
export function startReflector(options: ReflectorOptions, sink: ReflectorSink): Reflector {
  const stopping = new AbortController()
  let settle: { resolve(): void; reject(error: unknown): void } | undefined
  const synced = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  synced.catch(() => undefined)
  void run()
  return { synced, stop: () => stopping.abort(new Error('the watch was stopped')) }

  async function run(): Promise<void> {
    let failures = 0
    let version: string | undefined
    while (!stopping.signal.aborted) {
      try {
        version ??= await list()
        settle?.resolve()
        version = await watch(version)
        failures = 0
      } catch (error) {
        if (stopping.signal.aborted) break
        const status = error instanceof ClusterError ? error.status : 0
        if (status === 410 || status === 404 || status === 400) version = undefined
        if (status === 403 || status === 404) settle?.reject(error)
        failures++
        if (status !== 410) options.logger.log('debug', `watch of ${options.path} ended: ${messageOf(error)}`, { path: options.path })
        // A gap in a watch is no reason to wait; repeated failures are.
        const delay = failures === 1 ? 20 : Math.min(maxBackoffMs, 100 * 2 ** failures) * (0.5 + Math.random() / 2)
        await pause(delay, stopping.signal).catch(() => undefined)
      }
    }
    settle?.reject(new Error('the watch was stopped'))
  }

  async function list(): Promise<string> {
    const objects: KubernetesObject[] = []
    let token: string | undefined
    let version = ''
    do {
      const text = await options.http.text({
        method: 'GET',
        path: `${options.path}${queryOf({ limit: pageSize, continue: token, fieldSelector: options.fieldSelector })}`,
        signal: stopping.signal,
      })
      const page = parseJson(options.prepare?.(text) ?? text)
      const items = valueAt(page, 'items')
      // Items of a list do not say what they are.
      if (Array.isArray(items))
        for (const item of items)
          if (isRecord(item)) objects.push({ ...item, apiVersion: options.apiVersion, kind: options.kind } as unknown as KubernetesObject)
      version = printed(valueAt(page, 'metadata', 'resourceVersion') ?? '')
      const next = valueAt(page, 'metadata', 'continue')
      token = typeof next === 'string' && next !== '' ? next : undefined
    } while (token !== undefined)
    sink.replace(objects)
    return version
  }

  /** Watch until the server ends the stream; answers the version to go on from. */
  async function watch(from: string): Promise<string> {
    let version = from
    const path = `${options.path}${queryOf({ watch: true, resourceVersion: from, allowWatchBookmarks: true, timeoutSeconds: watchSeconds, fieldSelector: options.fieldSelector })}`
    const stream = await options.http.stream({ method: 'GET', path, signal: stopping.signal })
    let rest: Buffer[] = []
    for await (const chunk of stream) {
      let start = 0
      for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
        const line = rest.length === 0 ? chunk.subarray(start, end) : Buffer.concat([...rest, chunk.subarray(start, end)])
        rest = []
        start = end + 1
        if (line.length > 0) version = take(line.toString(), version)
      }
      if (start < chunk.length) rest.push(chunk.subarray(start))
    }
    return version
  }

  function take(line: string, version: string): string {
    const event = parseJson(options.prepare?.(line) ?? line)
    const [type, object] = [valueAt(event, 'type'), valueAt(event, 'object')]
    if (type === 'ERROR')
      throw new ClusterError(
        printed(valueAt(object, 'message') ?? 'the watch failed'),
        Number(valueAt(object, 'code') ?? 500),
        printed(valueAt(object, 'reason') ?? ''),
      )
    if (type === 'ADDED' || type === 'MODIFIED' || type === 'DELETED') sink.apply(type, object as KubernetesObject)
    return printed(valueAt(object, 'metadata', 'resourceVersion') ?? version)
  }
}
