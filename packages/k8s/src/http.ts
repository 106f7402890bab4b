// Raw JSON over pooled HTTP. The typed clients drop fields that they do not know, so no manifest passes through them.
import { setMaxListeners } from 'node:events'
import { Pool } from 'undici'
import type { Dispatcher } from 'undici'
import { ClusterError, isRecord, messageOf } from '@plumbline/core'
import { parseJson } from '@plumbline/yaml'
import type { ClusterAccess } from './kubeconfig.ts'

/** One request. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly body?: string
  readonly contentType?: string
  readonly accept?: string
  readonly signal?: AbortSignal | undefined
  /** Longest time to the end of the answer. Default: 60 s. */
  readonly timeoutMs?: number
}

/** Answers of the API server. `requests` counts what was sent. */
export interface HttpClient {
  /** The parsed answer. @throws {ClusterError} for every status from 400 */
  json(request: HttpRequest): Promise<unknown>
  /** The text of the answer. @throws {ClusterError} */
  text(request: HttpRequest): Promise<string>
  /** An open stream. @throws {ClusterError} */
  stream(request: HttpRequest): Promise<AsyncIterable<Buffer>>
  readonly requests: Readonly<Record<string, number>>
  close(): Promise<void>
}

const defaultTimeoutMs = 60_000
const maxAttempts = 5
/** For requests. A watch holds its connection as long as it lives, so watches have connections of their own, as many as there are. */
const connections = 32

/** Create a client. Reads are tried again after dropped connections and 5xx; everything is after 429 with Retry-After. */
export function createHttpClient(access: ClusterAccess): HttpClient {
  const tls = {
    rejectUnauthorized: !access.skipTlsVerify,
    ...(access.ca === undefined ? {} : { ca: access.ca }),
    ...(access.cert === undefined ? {} : { cert: access.cert }),
    ...(access.key === undefined ? {} : { key: access.key }),
    ...(access.serverName === undefined ? {} : { servername: access.serverName }),
  }
  const url = new URL(access.server)
  const settings = { pipelining: 1, connect: tls, bodyTimeout: 0, headersTimeout: defaultTimeoutMs, keepAliveTimeout: 30_000 }
  const pool = new Pool(url.origin, { ...settings, connections })
  const streams = new Pool(url.origin, { ...settings, connections: null })
  const prefix = url.pathname.replace(/\/$/, '')
  const requests: Record<string, number> = {}

  async function open(request: HttpRequest, controller: AbortController, isBounded: boolean): Promise<Dispatcher.ResponseData> {
    const headers: Record<string, string> = { accept: request.accept ?? 'application/json', 'user-agent': 'plumbline', ...(await access.headers()) }
    if (request.body !== undefined) headers['content-type'] = request.contentType ?? 'application/json'
    const label = `${request.method} ${resourceLabel(request.path)}`
    requests[label] = (requests[label] ?? 0) + 1
    return (isBounded ? pool : streams).request({
      method: request.method,
      path: prefix + request.path,
      headers,
      body: request.body ?? null,
      signal: controller.signal,
    })
  }

  async function send<Value>(request: HttpRequest, read: (response: Dispatcher.ResponseData) => Promise<Value>, isBounded: boolean): Promise<Value> {
    for (let attempt = 1; ; attempt++) {
      const controller = new AbortController()
      const abort = (): void => controller.abort(request.signal?.reason)
      if (request.signal?.aborted === true) abort()
      // One signal stops everything an engine does, so many requests listen to it at once.
      if (request.signal !== undefined) setMaxListeners(0, request.signal)
      request.signal?.addEventListener('abort', abort, { once: true })
      const timeoutMs = request.timeoutMs ?? defaultTimeoutMs
      const timer = isBounded
        ? setTimeout(() => controller.abort(new ClusterError(`no answer within ${timeoutMs} ms: ${request.method} ${request.path}`, 0, 'Timeout')), timeoutMs)
        : undefined
      let wait: number
      try {
        const response = await open(request, controller, isBounded)
        if (response.statusCode < 400) return await read(response)
        const error = statusErrorOf(response.statusCode, await response.body.text(), request)
        wait = retryDelay(response, request, attempt)
        if (wait < 0) throw error
      } catch (error) {
        if (error instanceof ClusterError || request.signal?.aborted === true) throw error
        if (request.method !== 'GET' || attempt >= maxAttempts)
          throw new ClusterError(`the API server at ${url.origin} cannot be reached: ${messageOf(error)}`, 0, 'Unreachable', { cause: error })
        wait = 50 * 2 ** attempt
      } finally {
        clearTimeout(timer)
        if (isBounded) request.signal?.removeEventListener('abort', abort)
      }
      await pause(wait, request.signal)
    }
  }

  return {
    requests,
    json: (request) => send(request, async (response) => parseJson(await response.body.text()), true),
    text: (request) => send(request, (response) => response.body.text(), true),
    stream: (request) => send(request, (response) => Promise.resolve(response.body as AsyncIterable<Buffer>), false),
    close: async () => void (await Promise.all([pool.destroy(), streams.destroy()])),
  }
}

/** Milliseconds until the next attempt, or -1. */
function retryDelay({ statusCode, headers }: Dispatcher.ResponseData, { method }: HttpRequest, attempt: number): number {
  if (attempt >= maxAttempts) return -1
  const after = Number(headers['retry-after'])
  if (statusCode === 429) return Number.isFinite(after) ? Math.min(after * 1000, 30_000) : 100 * 2 ** attempt
  return statusCode >= 500 && method === 'GET' ? 50 * 2 ** attempt : -1
}

function statusErrorOf(status: number, text: string, request: HttpRequest): ClusterError {
  let message = text.slice(0, 2000) || `${request.method} ${request.path} was answered with ${status}`
  let reason = ''
  try {
    const body: unknown = JSON.parse(text)
    if (isRecord(body) && typeof body['message'] === 'string') message = body['message']
    if (isRecord(body) && typeof body['reason'] === 'string') reason = body['reason']
  } catch {
    // Plain text, as from a proxy in front of the API server.
  }
  return new ClusterError(message, status, reason)
}

/** Let time pass. @throws the signal's reason */
export function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, delayMs)
    function done(): void {
      signal?.removeEventListener('abort', abort)
      resolve()
    }
    function abort(): void {
      clearTimeout(timer)
      reject(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
    }
    if (signal?.aborted === true) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}

/** The resource of a path, for counting. */
function resourceLabel(path: string): string {
  const parts = (path.split('?')[0] ?? '').split('/').filter((part) => part !== '')
  const rest = parts[0] === 'api' ? parts.slice(2) : parts.slice(3)
  return (rest[0] === 'namespaces' && rest.length > 2 ? rest[2] : rest[0]) ?? ''
}
