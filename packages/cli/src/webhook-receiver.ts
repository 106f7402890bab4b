// Receives push webhooks as GitHub sends them. A body is believed only when its signature fits; everything is bounded.
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { messageOf, parseGitHubPush } from '@plumbline/core'
import type { PushEvent } from '@plumbline/core'

/** Options of a receiver. */
export interface WebhookReceiverOptions {
  readonly port?: number
  readonly host?: string
  /** Shared secret; without one every delivery is believed. */
  readonly secret?: string
  /** Largest body. Default: 5 MiB. */
  readonly maxBytes?: number
  /** Deliveries worked on at once; more are refused with 503. Default: 64. */
  readonly maxPending?: number
  onPush(push: PushEvent): Promise<unknown>
  onError(message: string): void
}

/** A running receiver. */
export interface WebhookReceiver {
  /** Address to enter at the Git host. */
  readonly url: string
  close(): Promise<void>
}

const path = '/api/webhook'
const defaults = { maxBytes: 5 * 2 ** 20, maxPending: 64 } as const
const bodyTimeoutMs = 30_000

/** Start to listen. The answer comes before the work: a Git host does not wait. */
export async function startWebhookReceiver(options: WebhookReceiverOptions): Promise<WebhookReceiver> {
  let pending = 0
  const answer = (response: ServerResponse, status: number, text: string): void =>
    void response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(text)

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (new URL(request.url ?? '/', 'http://receiver').pathname !== path) return answer(response, 404, `pushes are received at ${path}\n`)
    const event = request.headers['x-github-event']
    if (event === undefined) return answer(response, 400, 'Unknown webhook event')
    if (request.method !== 'POST') return answer(response, 405, 'a webhook is a POST request\n')
    if (pending >= (options.maxPending ?? defaults.maxPending)) return answer(response, 503, 'Queue is full, discarding webhook payload')
    pending++
    try {
      const maxBytes = options.maxBytes ?? defaults.maxBytes
      if (Number(request.headers['content-length'] ?? 0) > maxBytes) return answer(response, 413, `a webhook may have ${maxBytes} bytes\n`)
      const body = await readBody(request, maxBytes)
      if (body === undefined) return answer(response, 413, `a webhook may have ${maxBytes} bytes\n`)
      if (options.secret !== undefined && !isSigned(body, request.headers['x-hub-signature-256'], options.secret))
        return answer(response, 400, 'HMAC verification failed')
      if (event === 'ping') return answer(response, 200, '')
      if (event !== 'push') return answer(response, 200, '')
      let push: PushEvent
      try {
        push = parseGitHubPush(JSON.parse(body.toString()))
      } catch (error) {
        return answer(response, 400, `${messageOf(error)}\n`)
      }
      answer(response, 200, '')
      await options.onPush(push)
    } finally {
      pending--
    }
  }

  const server = createServer({ requestTimeout: bodyTimeoutMs, headersTimeout: bodyTimeoutMs }, (request, response) => {
    receive(request, response).catch((error: unknown) => {
      options.onError(messageOf(error))
      if (!response.headersSent) answer(response, 400, 'the webhook could not be read\n')
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', () => resolve())
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${options.host ?? '127.0.0.1'}:${port}${path}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Undefined when it is too large. @throws when it is cut short */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Compared in constant time; hexadecimal digits are lower case, as GitHub writes them. */
function isSigned(body: Buffer, signature: string | string[] | undefined, secret: string): boolean {
  if (typeof signature !== 'string') return false
  const wanted = Buffer.from(createHmac('sha256', secret).update(body).digest('hex'))
  const given = Buffer.from(signature.replace(/^sha256=/, ''))
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
