// Single files by URL, such as `resources: [https://example.com/crds.yaml]`. Asked for again only by their ETag.
import { createHash } from 'node:crypto'
import { createByteCache, SourceError } from '@plumbline/core'
import type { FileProvider, RemoteFile, SourceRequest } from '@plumbline/core'
import { isLinkLocal, withoutPassword } from '../git/repository-address.ts'

/** Settings; all have defaults. */
export interface HttpFilesOptions {
  /** Largest file. Default: 16 MiB. */
  readonly maxFileBytes?: number
  /** Bytes kept of files that were fetched. Default: 64 MiB. */
  readonly cacheBytes?: number
  /** How long an answer is good for those who do not ask for a new one. Default: 60 s. */
  readonly maxAgeMs?: number
  /** Longest request, redirects included. Default: 30 s. */
  readonly timeoutMs?: number
  /** Whether an address may be asked at all. Asked for every redirect too. Default: all; link-local ones, where clouds serve credentials, never are. */
  readonly isAllowed?: (url: URL) => boolean
  /** Milliseconds since the epoch, by the clock that the engine goes by. Default: `Date.now`. */
  readonly now?: () => number
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch
}

interface Kept extends RemoteFile {
  readonly at: number
  readonly etag: string | null
}

const defaults = { maxFileBytes: 16 * 2 ** 20, cacheBytes: 64 * 2 ** 20, maxAgeMs: 60_000, timeoutMs: 30_000 } as const
const maxRedirects = 5

/** Create the provider. Needs no closing. */
export function httpFiles(options: HttpFilesOptions = {}): FileProvider {
  const { maxFileBytes, cacheBytes, maxAgeMs, timeoutMs } = { ...defaults, ...options }
  const now = options.now ?? Date.now
  const send = options.fetch ?? fetch
  const kept = createByteCache<Kept>(cacheBytes)
  const asking = new Map<string, Promise<Kept>>()

  async function ask(url: string, known: Kept | undefined): Promise<Kept> {
    const at = now()
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const response = await follow(url, known?.etag ?? null, signal)
      if (response.status === 304 && known !== undefined) return { ...known, at }
      if (!response.ok) {
        await response.body?.cancel()
        throw new SourceError('SOURCE_NOT_FOUND', `${shown(url)}: status code ${response.status} (${response.statusText})`, { subject: shown(url) })
      }
      const content = await bounded(response, url)
      return { at, content, id: `sha256:${createHash('sha256').update(content).digest('hex')}`, etag: response.headers.get('etag') }
    } catch (error) {
      if (error instanceof SourceError) throw error
      const reason = signal.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(error)
      throw new SourceError('SOURCE_UNREACHABLE', `${shown(url)}: ${reason}`, { subject: shown(url), retryable: true, cause: error })
    }
  }

  async function follow(start: string, etag: string | null, signal: AbortSignal): Promise<Response> {
    let url = addressOf(start)
    for (let count = 0; count <= maxRedirects; count++) {
      const headers: Record<string, string> = { accept: '*/*', ...(etag === null ? {} : { 'if-none-match': etag }) }
      // `fetch` takes no name and password in its address.
      if (url.username !== '')
        headers['authorization'] = `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`
      const plain = new URL(url)
      plain.username = ''
      plain.password = ''
      const response = await send(plain, { redirect: 'manual', signal, headers })
      const next = response.headers.get('location')
      if (next === null || ![301, 302, 303, 307, 308].includes(response.status)) return response
      await response.body?.cancel()
      url = addressOf(new URL(next, plain).href)
    }
    throw new SourceError('SOURCE_LIMIT', `${shown(start)}: more than ${maxRedirects} redirects`, { subject: shown(start) })
  }

  function addressOf(text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url === undefined || !/^https?:$/.test(url.protocol) || isLinkLocal(text) || options.isAllowed?.(url) === false)
      throw new SourceError('SOURCE_NOT_FOUND', `${shown(text)} is not served: it is no allowed http or https address`, { subject: shown(text) })
    return url
  }

  async function bounded(response: Response, url: string): Promise<Uint8Array> {
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of response.body ?? []) {
      size += (chunk as Uint8Array).byteLength
      // Leaving the loop ends the transfer.
      if (size > maxFileBytes) throw new SourceError('SOURCE_LIMIT', `${shown(url)} is larger than ${maxFileBytes} bytes`, { subject: shown(url) })
      chunks.push(chunk as Uint8Array)
    }
    return Buffer.concat(chunks)
  }

  return {
    async fetch(url: string, request: SourceRequest = {}): Promise<RemoteFile> {
      request.signal?.throwIfAborted()
      const known = kept.get(url)
      if (known !== undefined && known.at >= (request.since ?? now() - maxAgeMs)) return known
      const pending = asking.get(url) ?? ask(url, known).finally(() => asking.delete(url))
      asking.set(url, pending)
      const file = await pending
      kept.set(url, file, file.content.byteLength)
      return file
    },
  }
}

function shown(url: string): string {
  return withoutPassword(url)
}

/** What undici says lies in the cause; its own message is only `fetch failed`. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { readonly cause?: unknown; readonly message?: string }
  return cause instanceof Error ? cause.message : (message ?? String(error))
}
