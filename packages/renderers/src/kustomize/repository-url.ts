// Bases in other repositories: which part of an address is cloned, which is the folder inside. Follows kustomize v5.7 `api/internal/git/repospec.go`.
import { normalize } from './tree-path.ts'

/** A folder of a repository at a revision. */
export interface RepositoryFolder {
  /** What `git clone` would be given. */
  readonly repoURL: string
  /** '' is the root. */
  readonly path: string
  /** Branch, tag or id; '' is the default branch. */
  readonly ref: string
}

/**
 * Read an address as that of a folder in a repository: after `_git/` and one more step, before `//`, up to `.git`, or else two steps after the host.
 * @returns undefined when it is a path or a URL of another kind, which is how Kustomize tells them apart
 */
export function repositoryFolderOf(text: string): RepositoryFolder | undefined {
  if (text.startsWith('/')) return undefined
  const mark = text.indexOf('?')
  const [address, query] = mark === -1 ? [text, ''] : [text.slice(0, mark), text.slice(mark + 1)]
  const host = splitHost(address)
  if (host === undefined) return undefined
  const split = splitPath(host.rest, host.start === 'file://')
  if (split === undefined || split.repository === '') return undefined
  const path = normalize(split.path)
  return path === undefined ? undefined : { repoURL: host.start + split.repository, path, ref: refOf(query) }
}

function refOf(query: string): string {
  // Go rejects a query with a semicolon or a broken escape as a whole.
  if (query.includes(';') || /%(?![0-9a-fA-F]{2})/.test(query)) return ''
  const values = new URLSearchParams(query)
  return values.get('ref') || values.get('version') || ''
}

function splitHost(text: string): { readonly start: string; readonly rest: string } | undefined {
  let rest = text.replace(/^git::/i, '')
  let scheme = (/^(?:ssh|https?|file):\/\//i.exec(rest)?.[0] ?? '').toLowerCase()
  rest = rest.slice(scheme.length)
  let user = /^[a-zA-Z][a-zA-Z0-9-]*@/.exec(rest)?.[0] ?? ''
  rest = rest.slice(user.length)
  const isGithub = /^github\.com[/:]/i.test(rest)
  const isScpLike = scheme === '' && (user !== '' || isGithub)
  if (scheme === '' && !isScpLike) return undefined
  if (scheme === 'file://') return { start: scheme, rest: user + rest }
  const separator = separatorOf(rest, isScpLike)
  let host = separator === -1 ? rest : rest.slice(0, separator + 1)
  rest = separator === -1 ? '' : rest.slice(separator + 1)
  if (isGithub) {
    const isSsh = scheme === 'ssh://' || user !== ''
    scheme = isSsh ? '' : 'https://'
    host = isSsh ? 'github.com:' : 'github.com/'
    if (!isSsh) user = ''
  }
  return host === '' ? undefined : { start: scheme + user + host, rest }
}

function separatorOf(text: string, isScpLike: boolean): number {
  const slash = text.indexOf('/')
  const colon = isScpLike ? text.indexOf(':') : -1
  if (!isScpLike) return slash
  return slash === -1 || (colon > 0 && colon < slash) ? colon : slash
}

function splitPath(text: string, takesAll: boolean): { readonly repository: string; readonly path: string } | undefined {
  const azure = text.indexOf('_git/')
  if (azure !== -1) {
    const start = azure + '_git/'.length
    const end = text.indexOf('/', start)
    return end === -1 ? { repository: text, path: '' } : { repository: text.slice(0, end), path: text.slice(end + 1) }
  }
  const double = text.indexOf('//')
  if (double !== -1) return { repository: text.slice(0, double), path: text.slice(double + 2) }
  const suffix = text.indexOf('.git')
  if (suffix !== -1) return { repository: text.slice(0, suffix + 4), path: text.slice(suffix + 4) }
  if (takesAll) return { repository: text, path: '' }
  const steps = text.split('/')
  return steps.length < 2 ? undefined : { repository: steps.slice(0, 2).join('/'), path: steps.slice(2).join('/') }
}
