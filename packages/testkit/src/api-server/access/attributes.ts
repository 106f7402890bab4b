// What a request asks to do, told from its line alone: refusals come before anyone looks whether the resource exists.
import type { UserInfo } from '../types.ts'

/** What an authorizer is asked. */
export interface AccessAttributes {
  readonly user: UserInfo
  readonly verb: string
  /** Undefined for paths that are no resources. */
  readonly resource?: {
    readonly group: string
    readonly plural: string
    readonly subresource: string
    /** '' at the cluster scope. */
    readonly namespace: string
    readonly name: string
  }
  readonly path: string
}

const verbs: Readonly<Record<string, string>> = { POST: 'create', GET: 'get', HEAD: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }
/** Subresources of a namespace itself, which look like resources inside it. */
const namespaceSubresources = new Set(['status', 'finalize'])

/** Take a request line apart. */
export function attributesOf(
  user: UserInfo,
  { method, path, query }: { readonly method: string; readonly path: string; readonly query: URLSearchParams },
): AccessAttributes {
  const parts = path.split('/').filter((part) => part !== '')
  const isLegacy = parts[0] === 'api'
  if ((!isLegacy && parts[0] !== 'apis') || parts.length < (isLegacy ? 3 : 4)) return { user, verb: method.toLowerCase(), path }
  const group = isLegacy ? '' : (parts[1] ?? '')
  let rest = parts.slice(isLegacy ? 2 : 3).map(decoded)
  let namespace = ''
  if (rest[0] === 'namespaces' && rest[1] !== undefined) {
    namespace = rest[1]
    if (rest[2] !== undefined && !namespaceSubresources.has(rest[2])) rest = rest.slice(2)
  }
  const [plural = '', path_name = '', subresource = ''] = rest
  let name = path_name
  let verb = verbs[method] ?? ''
  if (name === '' && verb === 'get') {
    verb = isOn(query.get('watch')) ? 'watch' : 'list'
    name = /^metadata\.name==?([^,!=]+)$/.exec(query.get('fieldSelector') ?? '')?.[1] ?? ''
  } else if (name === '' && verb === 'delete') verb = 'deletecollection'
  return { user, verb, path, resource: { group, plural, subresource, namespace, name } }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

function isOn(value: string | null): boolean {
  return value !== null && value !== 'false' && value !== '0'
}
