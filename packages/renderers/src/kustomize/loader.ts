// Files of one kustomization: read in and below its own folder, other kustomizations anywhere in the tree. Follows kustomize v5.7 `api/internal/loader`.
import { SourceError } from '@plumbline/core'
import type { RemoteFiles, SourceTree } from '@plumbline/core'
import { KustomizeError } from './errors.ts'
import { repositoryFolderOf } from './repository-url.ts'
import type { RepositoryFolder } from './repository-url.ts'
import { normalize } from './tree-path.ts'

/** Reads for one kustomization. */
export interface Loader {
  /** The files of the repository that the folder is in. */
  readonly tree: SourceTree
  /** Path of the folder in the tree; '' is the root. */
  readonly root: string
  /** The folder as errors name it. */
  readonly shownRoot: string
  /** @throws {KustomizeError} when there is no such file, or when it is outside of the folder */
  read(path: string): Promise<Uint8Array>
  /** The file without its content yet. @throws {KustomizeError} as `read` */
  open(path: string): Promise<OpenFile>
  readText(path: string): Promise<string>
  /** Whether there is a file of this name; says nothing of folders. */
  has(path: string): Promise<boolean>
  /** A loader for another folder. @throws {KustomizeError} when it is none, or one that is being built already */
  enter(path: string): Promise<Loader>
}

/** A file that is there. */
export interface OpenFile {
  /** Equal exactly when the content is. */
  readonly id: string
  read(): Promise<Uint8Array>
}

const maxLinks = 40
const maxDepth = 64
const decoder = new TextDecoder('utf-8', { fatal: false })

/**
 * Create the loader of the folder at which a build starts.
 * @param remotes what is elsewhere. Default: it is an error to name anything elsewhere
 */
export function createLoader(tree: SourceTree, root: string, remotes?: RemoteFiles): Loader {
  return loaderAt({ tree, root: normalize(root) ?? '' }, [], remotes)
}

/** Where a kustomization is: in its own repository, or in one that an address names. */
interface Place {
  readonly tree: SourceTree
  readonly root: string
  /** The address as it was written, and the repository of it. */
  readonly address?: string
  readonly repoURL?: string
}

function loaderAt(place: Place, parents: readonly Place[], remotes: RemoteFiles | undefined): Loader {
  const { tree, root } = place
  const shown = (path: string): string => (place.repoURL === undefined ? `/${path}` : `${place.repoURL}//${path}`)

  async function fileAt(path: string): Promise<OpenFile | undefined> {
    if (path === '') return undefined
    if (/^https?:/i.test(path)) return fetched(path)
    if (path.startsWith('/')) return undefined
    const full = normalize(`${root}/${path}`)
    if (full === undefined) throw new KustomizeError(`security; file '${path}' is not in or below '${shown(root)}'`, 'KUSTOMIZE_PATH')
    const entry = await tree.entry(full)
    if (entry === undefined || entry.kind === 'directory' || entry.kind === 'submodule') return undefined
    const real = await realPath(tree, full)
    if (root !== '' && !real.startsWith(`${root}/`))
      throw new KustomizeError(`security; file '${shown(full)}' is not in or below '${shown(root)}'`, 'KUSTOMIZE_PATH')
    return {
      id: entry.id,
      async read() {
        const content = await tree.read(full)
        if (content === undefined) throw notThere(path)
        return content
      },
    }
  }

  async function fetched(url: string): Promise<OpenFile> {
    const isRepository = repositoryFolderOf(url) !== undefined
    if (remotes?.file === undefined)
      throw isRepository && remotes !== undefined
        ? new KustomizeError('URL is a git repository', 'KUSTOMIZE_PATH')
        : new KustomizeError(`'${url}' is a URL: single files of other places are not fetched here; keep a copy in the repository`, 'KUSTOMIZE_UNSUPPORTED')
    try {
      const { id, content } = await remotes.file(url)
      return { id, read: async () => content }
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      // What is no file may still be a repository; a limit is one either way.
      if (!isRepository || error.code === 'SOURCE_LIMIT') throw new KustomizeError(`HTTP Error: ${error.message}`, 'KUSTOMIZE_FETCH', error)
      throw new KustomizeError(error.code === 'SOURCE_NOT_FOUND' ? 'URL is a git repository' : error.message, 'KUSTOMIZE_PATH', error)
    }
  }

  async function enterRepository(path: string, { repoURL, path: folder, ref }: RepositoryFolder): Promise<Loader> {
    if (remotes === undefined)
      throw new KustomizeError(
        `'${path}' is a URL: bases of other repositories are not fetched here; use another source of the Application`,
        'KUSTOMIZE_UNSUPPORTED',
      )
    const stack = [...parents, place]
    const before = stack.find(({ address }) => address?.startsWith(path) === true)
    if (before !== undefined) throw new KustomizeError(`cycle detected: URI '${path}' referenced by previous URI '${before.address}'`, 'KUSTOMIZE_PATH')
    checkDepth(stack)
    try {
      const other = await remotes.repository(repoURL, ref)
      const target = await realPath(other, folder)
      if ((await other.list(target)) === undefined)
        throw new KustomizeError(`'${repoURL}//${folder}' refers to no directory of the repository${ref === '' ? '' : ` at ${ref}`}`, 'KUSTOMIZE_PATH')
      return loaderAt({ tree: other, root: target, address: path, repoURL }, stack, remotes)
    } catch (error) {
      if (!(error instanceof SourceError)) throw error
      throw new KustomizeError(`fetching '${path}': ${error.message}`, 'KUSTOMIZE_FETCH', error)
    }
  }

  function notThere(path: string): KustomizeError {
    const place = path.startsWith('/') ? path : shown(normalize(`${root}/${path}`) ?? path)
    return new KustomizeError(`evalsymlink failure on '${place}' : no such file or directory`, 'KUSTOMIZE_PATH')
  }

  async function open(path: string): Promise<OpenFile> {
    const file = await fileAt(path)
    if (file === undefined && !path.startsWith('/')) {
      const full = normalize(`${root}/${path}`) ?? path
      const isFolder = full === '' || (await tree.entry(full))?.kind === 'directory'
      if (isFolder) throw new KustomizeError(`'${shown(full)}' must resolve to a file`, 'KUSTOMIZE_PATH')
    }
    if (file === undefined) throw notThere(path)
    return file
  }

  const read = async (path: string): Promise<Uint8Array> => (await open(path)).read()

  return {
    tree,
    root,
    shownRoot: shown(root),
    open,
    read,
    readText: async (path) => decoder.decode(await read(path)),
    has: async (path) => (await fileAt(path)) !== undefined,
    async enter(path) {
      if (path === '') throw new KustomizeError('new root cannot be empty', 'KUSTOMIZE_PATH')
      const repository = repositoryFolderOf(path)
      if (repository !== undefined) return enterRepository(path, repository)
      if (path.startsWith('/')) throw new KustomizeError(`new root '${path}' cannot be absolute`, 'KUSTOMIZE_PATH')
      const full = normalize(`${root}/${path}`)
      if (full === undefined) throw new KustomizeError(`new root '${path}' is outside of the repository`, 'KUSTOMIZE_PATH')
      const kind = full === '' ? 'directory' : (await tree.entry(full))?.kind
      if (kind === undefined) throw new KustomizeError(`evalsymlink failure on '${shown(full)}' : no such file or directory`, 'KUSTOMIZE_PATH')
      if (kind === 'symlink' ? (await tree.list(full)) === undefined : kind !== 'directory')
        throw new KustomizeError(`must build at directory: '${shown(full)}': file is not directory`, 'KUSTOMIZE_PATH')
      const target = await realPath(tree, full)
      const stack = [...parents, place]
      for (const { tree: other, root: open } of stack)
        if (other === tree && (open === target || isBelow(open, target)))
          throw new KustomizeError(`cycle detected: candidate root '${shown(target)}' contains visited root '${shown(open)}'`, 'KUSTOMIZE_PATH')
      checkDepth(stack)
      return loaderAt({ ...place, root: target }, stack, remotes)
    },
  }
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' ? path !== '' : path.startsWith(`${folder}/`)
}

function checkDepth(stack: readonly Place[]): void {
  if (stack.length >= maxDepth) throw new KustomizeError(`more than ${maxDepth} kustomizations inside each other`, 'KUSTOMIZE_LIMIT')
}

/** The path with its symbolic links resolved, as far as the tree says where they lead. */
async function realPath(tree: SourceTree, path: string): Promise<string> {
  let current = path
  for (let count = 0; count < maxLinks; count++) {
    const target = await firstLink(tree, current)
    if (target === undefined) return current
    current = target
  }
  throw new KustomizeError(`too many symbolic links at '/${path}'`, 'KUSTOMIZE_LIMIT')
}

/** The path after its first symbolic link is replaced; undefined when there is none. Trees that do not tell where links lead answer no link. */
async function firstLink(tree: SourceTree & { readLink?(path: string): Promise<string | undefined> }, path: string): Promise<string | undefined> {
  if (tree.readLink === undefined) return undefined
  const steps = path.split('/')
  for (let length = 1; length <= steps.length; length++) {
    const head = steps.slice(0, length).join('/')
    const target = await tree.readLink(head)
    if (target === undefined) continue
    const resolved = target.startsWith('/') ? undefined : normalize([...steps.slice(0, length - 1), target, ...steps.slice(length)].join('/'))
    if (resolved === undefined) throw new KustomizeError(`the symbolic link '/${head}' leaves the repository`, 'KUSTOMIZE_PATH')
    return resolved
  }
  return undefined
}
