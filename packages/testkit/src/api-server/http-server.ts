// The door: HTTP in, answers and watch streams out. Bodies are bounded, slow readers are cut off, faults are injected here.
import { authenticate } from './access/authentication.ts'
import type { CertificateSubject } from './access/authentication.ts'
import { impersonated } from './access/impersonation.ts'
import { withWebhooks } from './admission/webhook-calls.ts'
import { convertObject } from './conversions.ts'
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { formatJson } from '@plumbline/yaml'
import type { ApiAnswer, ApiRequest, WatchAnswer } from './answers.ts'
import type { ApiContext } from './context.ts'
import type { Faults } from './faults.ts'
import { decodeProtobuf, ProtobufError } from './protobuf.ts'
import { errorAnswer, handle, serialise, tableOf } from './handler.ts'
import { selectorOf } from './list.ts'
import { badRequest, internalFailure, invalid, requestTooLarge, StatusError, tooManyRequests, plainNotFound } from './status-errors.ts'
import type { Stored } from './storage.ts'
import { metadataOf } from './tables/table.ts'
import type { JsonObject, UserInfo } from './types.ts'
import type { WatchHub } from './watch.ts'

/** What the door needs. */
export interface HttpServerOptions {
  readonly context: ApiContext
  readonly watches: WatchHub
  readonly faults: Faults
  /** The bearer token of the administrator. */
  readonly token: string
  /** Whether callers without credentials are the administrator. */
  readonly isOpen: boolean
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca: string }
  /** Counts requests by method and resource. */
  readonly onRequest?: (method: string, path: string) => void
}

/** A running door. */
export interface HttpDoor {
  readonly server: Server
  /** Drop every connection, as a crash would. */
  dropConnections(): void
  close(): Promise<void>
}

const maxBodyBytes = 3 * 1024 * 1024
const maxWatchBufferBytes = 16 * 1024 * 1024
const headersTimeoutMs = 30_000

export function createHttpDoor(options: HttpServerOptions): HttpDoor {
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response, options).catch((error: unknown) => {
      if (!response.headersSent) send(response, errorAnswer(error, { headers: {} }))
      else response.destroy()
    })
  }
  const server =
    options.tls === undefined
      ? createServer({ keepAliveTimeout: 60_000, headersTimeout: headersTimeoutMs }, listener)
      : createTlsServer(
          {
            key: options.tls.key,
            cert: options.tls.cert,
            ca: options.tls.ca,
            requestCert: true,
            rejectUnauthorized: false,
            keepAliveTimeout: 60_000,
            headersTimeout: headersTimeoutMs,
          },
          listener,
        )
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    socket.setNoDelay(true)
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  const dropConnections = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    server,
    dropConnections,
    close: () =>
      new Promise((resolve) => {
        options.watches.closeAll()
        server.close(() => resolve())
        dropConnections()
      }),
  }
}

async function serve(request: IncomingMessage, response: ServerResponse, options: HttpServerOptions): Promise<void> {
  const { context, faults } = options
  const method = request.method ?? 'GET'
  const url = new URL(request.url ?? '/', 'http://api')
  options.onRequest?.(method, url.pathname)
  const fault = faults.take({ method, path: request.url ?? '' })
  if (fault?.latencyMs !== undefined) await new Promise((resolve) => context.clock.setTimeout(() => resolve(undefined), fault.latencyMs ?? 0))
  if (fault?.drop === 'before') {
    request.socket.destroy()
    return
  }
  const headers = request.headers as Readonly<Record<string, string | undefined>>
  // The server takes paths as they are: dots lead nowhere.
  if (/\/\.\.?(?:\/|$)/.test((request.url ?? '/').split('?', 1)[0] ?? '')) {
    send(response, errorAnswer(plainNotFound(), { headers }))
    return
  }
  if (fault?.status !== undefined) {
    const error =
      fault.status === 429
        ? tooManyRequests('Too many requests, please try again later.', fault.retryAfterSeconds ?? 1)
        : new StatusError({ ...internalFailure('injected failure').status, code: fault.status })
    send(response, errorAnswer(error, { headers }))
    return
  }
  let user: UserInfo
  try {
    const caller = authenticate(headers['authorization'], certificateOf(request), { token: options.token, tokens: context.tokens, isOpen: options.isOpen })
    user = impersonated(caller, request.headersDistinct, url.pathname, context.authorizer)
  } catch (error) {
    send(response, errorAnswer(error, { headers }))
    return
  }
  const body = await readBody(request)
  if (body === undefined) {
    send(response, errorAnswer(requestTooLarge(maxBodyBytes), { headers }))
    return
  }
  const asked = { user, method: method === 'HEAD' ? 'GET' : method, path: url.pathname, query: url.searchParams }
  let given: Pick<ApiRequest, 'headers' | 'body'>
  try {
    given = textual(headers, body, context)
  } catch (error) {
    send(response, errorAnswer(error instanceof ProtobufError ? badRequest(error.message) : error, { headers }))
    return
  }
  let answer: ReturnType<typeof handle>
  try {
    const seen = fault?.isStale === true && asked.method === 'GET' ? { ...context, storage: fault.state as ApiContext['storage'] } : context
    answer = await withWebhooks(() => handle({ ...asked, ...given }, seen))
  } catch (error) {
    answer = errorAnswer(error, { headers })
  }
  if (fault?.drop === 'after') {
    request.socket.destroy()
    return
  }
  if ('watch' in answer) serveWatch(request, response, answer, options)
  else send(response, answer, method === 'HEAD')
}

/** The subject of a certificate that the cluster's authority signed. */
function certificateOf({ socket }: IncomingMessage): CertificateSubject | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined
  const { CN, O } = socket.getPeerCertificate().subject ?? {}
  return CN === undefined ? undefined : { commonName: CN, organizations: O === undefined ? [] : [O].flat() }
}

const protobufMedia = 'application/vnd.kubernetes.protobuf'

/** What the client sent, as text. Protobuf becomes the JSON of the same object. @throws {ProtobufError} */
function textual(headers: ApiRequest['headers'], body: Buffer, { facts }: ApiContext): Pick<ApiRequest, 'headers' | 'body'> {
  if (body.length === 0 || (headers['content-type'] ?? '').split(';')[0]?.trim() !== protobufMedia) return { headers, body: body.toString() }
  return { headers: { ...headers, 'content-type': 'application/json' }, body: formatJson(decodeProtobuf(body, facts.protobuf())) }
}

/** The body, or undefined when it is too large. */
function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (request.method === 'GET' || request.method === 'HEAD') {
    request.resume()
    return Promise.resolve(Buffer.alloc(0))
  }
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBodyBytes) chunks.push(chunk)
    })
    request.on('end', () => resolve(size > maxBodyBytes ? undefined : Buffer.concat(chunks)))
    request.on('error', reject)
  })
}

function send(response: ServerResponse, answer: ApiAnswer, isHead = false): void {
  const serialised = serialise(answer)
  response.statusCode = answer.status
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
  if ((answer.warnings ?? []).length > 0)
    response.setHeader(
      'warning',
      [...new Set(answer.warnings)].map((text) => `299 - ${JSON.stringify(text)}`),
    )
  response.setHeader('cache-control', 'no-cache, private')
  if (serialised === undefined) {
    response.end()
    return
  }
  const bytes = typeof serialised.content === 'string' ? Buffer.from(serialised.content) : serialised.content
  response.setHeader('content-type', serialised.type)
  response.setHeader('content-length', bytes.length)
  response.end(isHead ? undefined : bytes)
}

function serveWatch(request: IncomingMessage, response: ServerResponse, { watch }: WatchAnswer, { context, watches }: HttpServerOptions): void {
  const { type, namespace, form, query } = watch
  const version = query.get('resourceVersion') ?? ''
  let selects: ReturnType<typeof selectorOf>
  try {
    if (version !== '' && !/^\d+$/.test(version))
      throw internalFailure(`resourceVersion: Invalid value: ${JSON.stringify(version)}: strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`)
    checkInitialEvents(query)
    selects = selectorOf(type, query)
  } catch (error) {
    send(response, errorAnswer(error, { headers: request.headers as Record<string, string | undefined> }))
    return
  }
  response.writeHead(200, {
    'content-type': form.media === 'application/yaml' ? 'application/yaml' : 'application/json',
    'cache-control': 'no-cache, private',
    'transfer-encoding': 'chunked',
  })
  response.flushHeaders()
  const out = new PassThrough()
  out.pipe(response)
  let isFirst = true
  const shown = (stored: Stored): unknown => {
    const object = convertObject(stored.object, type)
    if (form.as === 'Table') {
      const table = tableOf(type, [object], query, context, { resourceVersion: object.metadata.resourceVersion ?? '' }, form, isFirst)
      isFirst = false
      return table
    }
    return form.as === 'object' ? object : metadataOf(object)
  }
  const line = (eventType: string, object: unknown): boolean => {
    out.write(`${JSON.stringify({ type: eventType, object })}\n`)
    return response.writableLength + out.readableLength < maxWatchBufferBytes
  }
  const timeout = Number(query.get('timeoutSeconds') ?? 0)
  const close = watches.open(
    {
      type,
      namespace,
      selects,
      resourceVersion: version,
      allowBookmarks: query.get('allowWatchBookmarks') === 'true',
      sendInitialEvents: query.get('sendInitialEvents') === 'true',
      timeoutMs: timeout > 0 ? timeout * 1000 : undefined,
    },
    {
      event: (eventType, stored) => line(eventType, shown(stored)),
      bookmark: (object: JsonObject) =>
        void line(
          'BOOKMARK',
          form.as === 'Table'
            ? { kind: 'Table', apiVersion: `meta.k8s.io/${form.tableVersion}`, metadata: object['metadata'], columnDefinitions: null, rows: [] }
            : object,
        ),
      error: (error) => void line('ERROR', error.status),
      end: () => out.end(),
    },
  )
  response.on('close', close)
}

function checkInitialEvents(query: URLSearchParams): void {
  if (query.get('sendInitialEvents') === null) {
    if (query.get('resourceVersionMatch') !== null && query.get('resourceVersionMatch') !== '')
      throw forbiddenOption('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
    return
  }
  if (query.get('resourceVersionMatch') !== 'NotOlderThan')
    throw forbiddenOption('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
}

function forbiddenOption(path: string, detail: string): StatusError {
  return invalid({ group: 'meta.k8s.io', resource: 'ListOptions' }, '', [{ type: 'Forbidden', path, detail }])
}
