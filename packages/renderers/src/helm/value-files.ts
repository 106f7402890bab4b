// Files that an Application names for Helm: below the chart, from the root of the repository with a leading slash, or of another source as `$ref/…`.
// Follows argo-cd `util/helm/helm.go` and `reposerver/repository/repository.go` (getResolvedValueFiles, resolveReferencedSources).
import { matchesGlob, RenderError, SourceError } from '@plumbline/core'
import type { RenderRequest, SourceTree } from '@plumbline/core'

/** A file that was found. */
export interface FoundFile {
  /** Path in its tree. */
  readonly path: string
  readonly text: string
}

const decoder = new TextDecoder()
const maxGlobMatches = 1000

/**
 * Files of one entry: one, several for a glob, in order of path.
 * @returns undefined when there is none
 * @throws {RenderError} for paths that leave the repository, references that are unknown, and files by URL that are not there
 */
export async function findValueFiles(request: RenderRequest, entry: string): Promise<readonly FoundFile[] | undefined> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(entry)?.[1]?.toLowerCase()
  if (scheme !== undefined) return [await fetched(request, entry, scheme)]
  const { tree, path } = locate(request, entry)
  const paths = /[*?[{]/.test(path) ? await expand(tree, path) : [path]
  const files = await Promise.all(
    paths.map(async (found) => {
      const content = await tree.read(found)
      return content === undefined ? [] : [{ path: found, text: decoder.decode(content) }]
    }),
  )
  const present = files.flat()
  return present.length === 0 ? undefined : present
}

async function fetched({ remotes }: RenderRequest, url: string, scheme: string): Promise<FoundFile> {
  if (scheme !== 'https' && scheme !== 'http') throw new RenderError('RENDER_FAILED', `the URL scheme '${scheme}' is not allowed`, { subject: url })
  if (remotes?.file === undefined) throw failure(url, 'files by URL are not fetched here; put the file into a repository')
  try {
    return { path: url, text: decoder.decode((await remotes.file(url)).content) }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error
    throw new RenderError('RENDER_FAILED', `failed to fetch ${error.message}`, { subject: url, cause: error })
  }
}

interface Place {
  readonly tree: SourceTree
  readonly path: string
}

function locate(request: RenderRequest, entry: string): Place {
  if (!entry.startsWith('$')) {
    const path = entry.startsWith('/') ? entry.slice(1) : request.path === '' ? entry : `${request.path}/${entry}`
    return { tree: request.tree, path: normalize(path, entry) }
  }
  const [name = '', ...rest] = entry.slice(1).split('/')
  const tree = request.references?.get(name)
  if (tree === undefined) throw failure(entry, `source referenced "$${name}" is not one of the application's sources`)
  return { tree, path: normalize(rest.join('/'), entry) }
}

function normalize(path: string, entry: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) throw failure(entry, 'the file is outside the repository')
  }
  return parts.join('/')
}

/** `*` stops at slashes, `**` does not. */
async function expand(tree: SourceTree, pattern: string): Promise<readonly string[]> {
  const parts = pattern.split('/')
  const fixed = parts.findIndex((part) => /[*?[{]/.test(part))
  const root = parts.slice(0, fixed).join('/')
  const found: string[] = []
  const visit = async (folder: string, depth: number): Promise<void> => {
    const isDeep = pattern.includes('**')
    for (const { name, kind } of (await tree.list(folder)) ?? []) {
      const path = folder === '' ? name : `${folder}/${name}`
      if (kind === 'directory' && (isDeep || depth + 1 < parts.length)) await visit(path, depth + 1)
      else if (kind !== 'directory' && (matchesGlob(pattern, path, '/') || (isDeep && matchesGlob(pattern.replaceAll('**/', ''), path, '/')))) found.push(path)
      if (found.length > maxGlobMatches) throw failure(pattern, `more than ${maxGlobMatches} files match`)
    }
  }
  await visit(root, fixed)
  return found.sort()
}

function failure(entry: string, reason: string): RenderError {
  return new RenderError('RENDER_FAILED', `${entry}: ${reason}`, { subject: entry })
}
