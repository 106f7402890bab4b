// A Git server over smart HTTP, for tests: bare repositories in a folder, served by the git program itself; push webhooks as GitHub sends them.
import { execFile, spawn } from 'node:child_process'
import { createHmac, randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { createGunzip } from 'node:zlib'

/** Where pushes are told. */
export interface WebhookTarget {
  readonly url: string
  /** Signs the body, as `X-Hub-Signature-256`. */
  readonly secret?: string
}

/** Options of a server. */
export interface GitServerOptions {
  readonly port?: number
  /** Ask for these credentials; everyone is let in without. */
  readonly basicAuth?: { readonly username: string; readonly password: string }
  readonly webhook?: WebhookTarget
}

/** Content of a file, where a symbolic link points, or null to remove it. */
export type FileContent = string | { readonly link: string } | null

/** A running server. */
export interface GitServer extends AsyncDisposable {
  readonly url: string
  /** Counts of requests by kind: `refs`, `fetch`, `push`. */
  readonly requests: Readonly<Record<'refs' | 'fetch' | 'push', number>>
  /** Make an empty repository; answers its address. */
  createRepository(name: string): Promise<string>
  /** Commit files on top of a branch; paths with null are removed. Answers the commit's id. */
  commit(name: string, files: Readonly<Record<string, FileContent>>, options?: { readonly message?: string; readonly branch?: string }): Promise<string>
  setWebhook(target: WebhookTarget | undefined): void
  /** Drop every connection, as a host that is down would. */
  setOffline(isOffline: boolean): void
  /** Hear of the next commit as soon as its branch points to it, before the webhook goes out. */
  onUpdate(listener: (commit: string) => void): void
  /** The answers of the last webhook calls, newest last. */
  readonly deliveries: readonly { readonly status: number; readonly body: string }[]
  close(): Promise<void>
}

const run = promisify(execFile)
const branchDefault = 'main'
const environment = {
  ...process.env,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Plumbline',
  GIT_AUTHOR_EMAIL: 'plumbline@example.test',
  GIT_COMMITTER_NAME: 'Plumbline',
  GIT_COMMITTER_EMAIL: 'plumbline@example.test',
}

/** Start a server. Needs the git program. */
export async function startGitServer(options: GitServerOptions = {}): Promise<GitServer> {
  const root = await mkdtemp(join(tmpdir(), 'plumbline-git-server-'))
  const requests = { refs: 0, fetch: 0, push: 0 }
  const deliveries: { status: number; body: string }[] = []
  let webhook = options.webhook
  let isOffline = false
  const updates: ((commit: string) => void)[] = []

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.statusCode = 500
      response.end(String(error))
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve())
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (isOffline) {
      request.socket.destroy()
      return
    }
    const address = new URL(request.url ?? '/', url)
    if (options.basicAuth !== undefined) {
      const wanted = `Basic ${Buffer.from(`${options.basicAuth.username}:${options.basicAuth.password}`).toString('base64')}`
      if (request.headers.authorization !== wanted) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
        return
      }
    }
    const isPush = address.pathname.endsWith('/git-receive-pack')
    if (address.pathname.endsWith('/info/refs')) requests.refs++
    else if (isPush) requests.push++
    else requests.fetch++
    const name = /^\/([\w.-]+?)(?:\.git)?\//.exec(address.pathname)?.[1]
    const before = isPush && name !== undefined ? await headsOf(name) : undefined
    await backend(request, response, address)
    if (isPush && name !== undefined && before !== undefined) await announce(name, before)
  }

  /** Hand the request to `git http-backend`, a CGI program. https://git-scm.com/docs/git-http-backend */
  function backend(request: IncomingMessage, response: ServerResponse, address: URL): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = spawn('git', ['http-backend'], {
        env: {
          ...environment,
          GIT_PROJECT_ROOT: root,
          GIT_HTTP_EXPORT_ALL: '1',
          REMOTE_USER: 'git',
          REQUEST_METHOD: request.method ?? 'GET',
          PATH_INFO: address.pathname,
          QUERY_STRING: address.search.slice(1),
          CONTENT_TYPE: request.headers['content-type'] ?? '',
          ...(request.headers['git-protocol'] === undefined ? {} : { GIT_PROTOCOL: String(request.headers['git-protocol']) }),
        },
      })
      child.on('error', reject)
      child.stdin.on('error', () => undefined)
      const body = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request
      body.pipe(child.stdin)
      let head: Buffer | undefined = Buffer.alloc(0)
      child.stdout.on('data', (chunk: Buffer) => {
        if (head === undefined) {
          response.write(chunk)
          return
        }
        head = Buffer.concat([head, chunk])
        const end = head.indexOf('\r\n\r\n')
        if (end < 0) return
        let status = 200
        for (const line of head.toString('latin1', 0, end).split('\r\n')) {
          const [key = '', ...rest] = line.split(': ')
          if (key.toLowerCase() === 'status') status = Number(rest.join(': ').split(' ')[0])
          else response.setHeader(key, rest.join(': '))
        }
        response.writeHead(status)
        response.write(head.subarray(end + 4))
        head = undefined
      })
      child.stderr.resume()
      child.on('close', () => {
        response.end()
        resolve()
      })
    })
  }

  const folderOf = (name: string): string => join(root, `${name}.git`)

  async function git(name: string, args: readonly string[], extra: NodeJS.ProcessEnv = {}, input?: string): Promise<string> {
    const child = run('git', ['-C', folderOf(name), ...args], { env: { ...environment, ...extra }, maxBuffer: 64 * 2 ** 20 })
    if (input !== undefined) child.child.stdin?.end(input)
    return (await child).stdout.trim()
  }

  async function headsOf(name: string): Promise<Map<string, string>> {
    const output = await git(name, ['for-each-ref', '--format=%(refname) %(objectname)']).catch(() => '')
    return new Map(
      output
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split(' ') as [string, string]),
    )
  }

  async function announce(name: string, before: ReadonlyMap<string, string>): Promise<void> {
    if (webhook === undefined) return
    const after = await headsOf(name)
    for (const [ref, id] of after) if (before.get(ref) !== id) await deliver(name, ref, before.get(ref) ?? '0'.repeat(40), id)
    for (const [ref, id] of before) if (!after.has(ref)) await deliver(name, ref, id, '0'.repeat(40))
  }

  async function deliver(name: string, ref: string, from: string, to: string): Promise<void> {
    if (webhook === undefined) return
    const changed = /^0+$/.test(from) || /^0+$/.test(to) ? '' : await git(name, ['diff', '--name-status', '--no-renames', from, to]).catch(() => '')
    const files = changed
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'))
    const of = (status: string): string[] => files.filter(([kind]) => kind === status).map(([, path]) => path ?? '')
    const body = JSON.stringify({
      ref,
      before: from,
      after: to,
      repository: { name, full_name: `plumbline/${name}`, html_url: `${url}/${name}`, clone_url: `${url}/${name}.git`, default_branch: branchDefault },
      commits: [{ id: to, added: of('A'), modified: of('M'), removed: of('D') }],
    })
    const headers: Record<string, string> = { 'content-type': 'application/json', 'x-github-event': 'push', 'x-github-delivery': randomUUID() }
    if (webhook.secret !== undefined) headers['x-hub-signature-256'] = `sha256=${createHmac('sha256', webhook.secret).update(body).digest('hex')}`
    try {
      const answer = await fetch(webhook.url, { method: 'POST', headers, body })
      deliveries.push({ status: answer.status, body: await answer.text() })
    } catch (error) {
      deliveries.push({ status: 0, body: String(error) })
    }
  }

  const close = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
    await rm(root, { recursive: true, force: true })
  }

  return {
    url,
    requests,
    deliveries,
    onUpdate: (listener) => void updates.push(listener),
    setOffline(next) {
      isOffline = next
      if (next) server.closeAllConnections()
    },
    setWebhook: (target) => {
      webhook = target
    },
    async createRepository(name) {
      if (!/^[\w.-]+$/.test(name)) throw new Error(`a repository is named by letters, digits, dots and dashes, not ${JSON.stringify(name)}`)
      await mkdir(folderOf(name), { recursive: true })
      await git(name, ['init', '--quiet', '--bare', `--initial-branch=${branchDefault}`])
      await git(name, ['config', 'http.receivepack', 'true'])
      await git(name, ['config', 'uploadpack.allowFilter', 'true'])
      await git(name, ['config', 'uploadpack.allowAnySHA1InWant', 'true'])
      return `${url}/${name}.git`
    },
    async commit(name, files, { message = 'change', branch = branchDefault } = {}) {
      const ref = `refs/heads/${branch}`
      const before = await headsOf(name)
      const parent = before.get(ref)
      const index = join(root, `index-${randomUUID()}`)
      const indexed = { GIT_INDEX_FILE: index }
      if (parent !== undefined) await git(name, ['read-tree', parent], indexed)
      const entries: string[] = []
      for (const [path, content] of Object.entries(files)) {
        if (content === null) entries.push(`0 ${'0'.repeat(40)}\t${path}`)
        else {
          const [mode, text] = typeof content === 'string' ? ['100644', content] : ['120000', content.link]
          entries.push(`${mode} ${await git(name, ['hash-object', '-w', '--stdin'], {}, text)}\t${path}`)
        }
      }
      await git(name, ['update-index', '--index-info'], indexed, `${entries.join('\n')}\n`)
      const tree = await git(name, ['write-tree'], indexed)
      const id = await git(name, ['commit-tree', tree, '-m', message, ...(parent === undefined ? [] : ['-p', parent])])
      await git(name, ['update-ref', ref, id])
      for (const listener of updates.splice(0)) listener(id)
      await rm(index, { force: true })
      await announce(name, before)
      return id
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}
