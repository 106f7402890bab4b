// Calls to webhooks. A write is carried out in one turn and cannot wait, so one that needs an answer is given up, and carried out again once
// the answer is there: as a real server does when an object changed under its hands.
import { randomUUID } from 'node:crypto'
import { request as httpsRequest } from 'node:https'
import { StatusError } from '../status-errors.ts'
import { isObject } from '../types.ts'
import type { JsonObject } from '../types.ts'
import { admissionReview } from './admission-review.ts'
import type { AdmissionRequest } from './admission-request.ts'

/** Where a webhook is, and whom to trust there. */
export interface WebhookTarget {
  readonly url: string
  /** PEM; without it, the authorities of the system. */
  readonly ca: string | undefined
  readonly timeoutMs: number
}

/** What came of a call: the `response` of the review, or why there is none. */
export type WebhookAnswer = { readonly response: JsonObject } | { readonly failure: string }

/** A write that has to wait. Who can, waits for `answered` and carries it out again; others see a failure that passes. */
export class WebhookPending extends StatusError {
  readonly answered: Promise<void>
  constructor(answered: Promise<void>) {
    super({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Internal error occurred: a webhook has been asked and has not answered yet',
      reason: 'InternalError',
      details: { causes: [] },
      code: 500,
    })
    this.answered = answered
  }
}

/** Asks webhooks, and keeps their answers until the write comes for them. */
export interface WebhookCalls {
  /** @throws {WebhookPending} while there is no answer */
  ask(id: string, target: WebhookTarget, request: AdmissionRequest): WebhookAnswer
}

const maxAnswers = 1000
const maxAnswerBytes = 3 * 1024 * 1024
/** Each webhook of a write takes a turn, and each may be asked twice. */
const maxTurns = 200

/** Carry out a write, waiting for the webhooks that it needs. */
export async function withWebhooks<T>(write: () => T): Promise<T> {
  for (let turn = 1; ; turn++) {
    try {
      return write()
    } catch (error) {
      if (!(error instanceof WebhookPending) || turn === maxTurns) throw error
      await error.answered
    }
  }
}

export function createWebhookCalls(): WebhookCalls {
  const answers = new Map<string, WebhookAnswer>()
  const underway = new Map<string, Promise<void>>()
  return {
    ask(id, target, request) {
      const key = `${id}\n${keyOf(request)}`
      const answer = answers.get(key)
      // The answer is kept: a write that needs several webhooks comes by several times.
      if (answer !== undefined) return answer
      let answered = underway.get(key)
      if (answered === undefined) {
        answered = call(target, request).then((given) => {
          underway.delete(key)
          if (answers.size >= maxAnswers) answers.delete(answers.keys().next().value ?? '')
          answers.set(key, given)
          // Long enough for the writes that wait for it, and for controllers that try again.
          setTimeout(() => answers.delete(key), 1000).unref()
        })
        underway.set(key, answered)
      }
      throw new WebhookPending(answered)
    },
  }
}

/** Volumes of service accounts are named anew at each attempt. */
const generatedVolume = /("kube-api-access-)[a-z0-9]{5}(?=")/g

/** What a question is about, without what differs from one attempt to the next. */
function keyOf({ object, previous, operation, subresource, dryRun, user, type, namespace, name }: AdmissionRequest): string {
  const isGenerated = operation === 'CREATE' && (object?.metadata.generateName ?? '') !== ''
  const stripped = (found: typeof object): unknown =>
    found === undefined
      ? null
      : { ...found, metadata: { ...found.metadata, uid: '', creationTimestamp: '', managedFields: [], ...(isGenerated ? { name: '' } : {}) } }
  return JSON.stringify([
    operation,
    type.apiVersion,
    type.plural,
    subresource,
    namespace,
    isGenerated ? '' : name,
    dryRun,
    user?.name,
    stripped(object),
    stripped(previous),
  ]).replaceAll(generatedVolume, '$1')
}

function call({ url, ca, timeoutMs }: WebhookTarget, request: AdmissionRequest): Promise<WebhookAnswer> {
  const uid = randomUUID()
  const body = JSON.stringify(admissionReview(request, uid))
  const target = new URL(url)
  target.searchParams.set('timeout', `${Math.round(timeoutMs / 1000)}s`)
  return new Promise((resolve) => {
    let isOver = false
    const fail = (reason: string): void => end({ failure: `failed to call webhook: ${reason}` })
    const end = (answer: WebhookAnswer): void => {
      if (isOver) return
      isOver = true
      clearTimeout(timer)
      outgoing.destroy()
      resolve(answer)
    }
    const post = `Post ${JSON.stringify(target.href)}`
    const timer = setTimeout(() => fail(`${post}: context deadline exceeded`), timeoutMs)
    const outgoing = httpsRequest(
      target,
      {
        method: 'POST',
        agent: false,
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), accept: 'application/json' },
        ...(ca === undefined ? {} : { ca }),
      },
      (incoming) => {
        const chunks: Buffer[] = []
        let size = 0
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > maxAnswerBytes) fail(`${post}: the answer is larger than ${maxAnswerBytes} bytes`)
          else chunks.push(chunk)
        })
        incoming.on('error', (error) => fail(`${post}: ${error.message}`))
        incoming.on('end', () => {
          if (incoming.statusCode !== 200)
            fail(`an error on the server (${JSON.stringify(Buffer.concat(chunks).toString().slice(0, 200))}) has prevented the request from succeeding`)
          else end(responseOf(Buffer.concat(chunks).toString(), uid))
        })
      },
    )
    outgoing.on('error', (error: NodeJS.ErrnoException) => fail(`${post}: ${networkReason(error, target)}`))
    outgoing.end(body)
  })
}

function networkReason(error: NodeJS.ErrnoException, { hostname, port }: URL): string {
  if (error.code === 'ECONNREFUSED') return `dial tcp ${hostname}:${port === '' ? '443' : port}: connect: connection refused`
  if (error.code === 'ENOTFOUND') return `dial tcp: lookup ${hostname}: no such host`
  if (/CERT|SELF_SIGNED|ISSUER|VERIFY/.test(error.code ?? '')) return `tls: failed to verify certificate: ${error.message}`
  return error.message
}

function responseOf(text: string, uid: string): WebhookAnswer {
  let review: unknown
  try {
    review = JSON.parse(text)
  } catch {
    return { failure: 'the answer is no JSON' }
  }
  if (!isObject(review) || review['kind'] !== 'AdmissionReview' || review['apiVersion'] !== 'admission.k8s.io/v1')
    return { failure: 'expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview' }
  const { response } = review
  if (!isObject(response)) return { failure: 'webhook response was absent' }
  if (response['uid'] !== uid) return { failure: `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response['uid'] ?? '')}` }
  return { response }
}
