// Where the cluster is and how to speak to it, from a kubeconfig. `@kubernetes/client-node` knows the many ways to sign in; it is loaded only
// when one of them is used, since importing it costs more than a second.
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ConfigError, isRecord, messageOf } from '@plumbline/core'
import { parseYaml } from '@plumbline/yaml'

/** A cluster's address and the means to sign in. */
export interface ClusterAccess {
  readonly server: string
  /** PEM. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly serverName?: string
  readonly skipTlsVerify: boolean
  /** Headers that sign a request in; asked before each request, so that tokens can be renewed. */
  headers(): Promise<Readonly<Record<string, string>>>
}

/**
 * Read a kubeconfig's current context, or the named one.
 * @throws {ConfigError} `CONFIG_INVALID` that names the file and what is wrong
 */
export async function loadKubeconfig(file: string, options: { readonly context?: string } = {}): Promise<ClusterAccess> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new ConfigError('CONFIG_INVALID', `kubeconfig ${file} cannot be read: ${messageOf(error)}`, { subject: file, cause: error })
  }
  return parseKubeconfig(text, { ...options, file })
}

/** As `loadKubeconfig`, from a text; `file` is where relative paths start and what errors name. */
export async function parseKubeconfig(text: string, options: { readonly context?: string; readonly file?: string } = {}): Promise<ClusterAccess> {
  const file = options.file ?? 'kubeconfig'
  const refuse = (what: string): never => {
    throw new ConfigError('CONFIG_INVALID', `kubeconfig ${file}: ${what}`, { subject: file })
  }
  let config: unknown
  try {
    config = parseYaml(text)
  } catch (error) {
    refuse(messageOf(error))
  }
  if (!isRecord(config)) return refuse('expected a map')
  const contextName = options.context ?? textOf(config['current-context'])
  if (contextName === undefined) return refuse('no current-context is set')
  const context = namedEntry(config['contexts'], contextName, 'context') ?? refuse(`there is no context named ${contextName}`)
  const clusterName = textOf(context['cluster']) ?? refuse(`context ${contextName} names no cluster`)
  const cluster = namedEntry(config['clusters'], clusterName, 'cluster') ?? refuse(`there is no cluster named ${clusterName}`)
  const server = textOf(cluster['server']) ?? refuse(`cluster ${clusterName} has no server`)
  const userName = textOf(context['user'])
  const user = userName === undefined || userName === '' ? {} : (namedEntry(config['users'], userName, 'user') ?? refuse(`there is no user named ${userName}`))
  const folder = dirname(resolve(file))
  const pem = async (entry: Record<string, unknown>, name: string): Promise<string | undefined> => {
    const data = textOf(entry[`${name}-data`])
    if (data !== undefined) return Buffer.from(data, 'base64').toString()
    const path = textOf(entry[name])
    if (path === undefined) return undefined
    try {
      return await readFile(resolve(folder, path), 'utf8')
    } catch (error) {
      return refuse(`${name}: ${messageOf(error)}`)
    }
  }
  const [ca, cert, key] = await Promise.all([pem(cluster, 'certificate-authority'), pem(user, 'client-certificate'), pem(user, 'client-key')])
  const serverName = textOf(cluster['tls-server-name'])
  return {
    server: server.replace(/\/$/, ''),
    skipTlsVerify: cluster['insecure-skip-tls-verify'] === true,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { serverName }),
    headers: headersOf(user, text, contextName, folder),
  }
}

function headersOf(user: Record<string, unknown>, text: string, context: string, folder: string): () => Promise<Readonly<Record<string, string>>> {
  const token = textOf(user['token'])
  if (token !== undefined) return () => Promise.resolve({ authorization: `Bearer ${token}` })
  const tokenFile = textOf(user['tokenFile'])
  if (tokenFile !== undefined) return async () => ({ authorization: `Bearer ${(await readFile(resolve(folder, tokenFile), 'utf8')).trim()}` })
  const username = textOf(user['username'])
  if (username !== undefined) {
    const basic = Buffer.from(`${username}:${textOf(user['password']) ?? ''}`).toString('base64')
    return () => Promise.resolve({ authorization: `Basic ${basic}` })
  }
  if (user['exec'] === undefined && user['auth-provider'] === undefined) return () => Promise.resolve({})
  return signedInByClientNode(text, context)
}

/** Exec plugins, OIDC and cloud providers. */
function signedInByClientNode(text: string, context: string): () => Promise<Readonly<Record<string, string>>> {
  let config: Promise<{ applyToHTTPSOptions(options: { headers?: Record<string, string> }): Promise<void> }> | undefined
  return async () => {
    config ??= import('@kubernetes/client-node').then(({ KubeConfig }) => {
      const loaded = new KubeConfig()
      loaded.loadFromString(text)
      loaded.setCurrentContext(context)
      return loaded
    })
    const options: { headers?: Record<string, string> } = { headers: {} }
    await (await config).applyToHTTPSOptions(options)
    const authorization = options.headers?.['Authorization'] ?? options.headers?.['authorization']
    return authorization === undefined ? {} : { authorization }
  }
}

function namedEntry(list: unknown, name: string, member: string): Record<string, unknown> | undefined {
  const entry = Array.isArray(list) ? list.find((candidate) => isRecord(candidate) && candidate['name'] === name) : undefined
  const value: unknown = isRecord(entry) ? entry[member] : undefined
  return isRecord(value) ? value : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
