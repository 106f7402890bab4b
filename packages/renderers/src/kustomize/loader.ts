// Files of one kustomization: read in and below its own folder, other kustomizations anywhere in the tree. Follows kustomize v5.7 `api/internal/loader`.
import type { SourceTree } from '@plumbline/core'
import { KustomizeError } from './errors.ts'

/** Reads for one kustomization. */
export interface Loader {
  /** Path of the folder in the tree; '' is the root. */
  readonly root: string
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

/** Create the loader of the folder at which a build starts. */
export function createLoader(tree: SourceTree, root: string): Loader {
  return loaderAt(tree, normalize(root) ?? '', [])
}

function loaderAt(tree: SourceTree, root: string, parents: readonly string[]): Loader {
  async function fileAt(path: string): Promise<OpenFile | undefined> {
    if (path === '') return undefined
    if (isRemote(path))
      throw new KustomizeError(`'${path}' is a URL: resources of other places are not fetched; keep a copy in the repository`, 'KUSTOMIZE_UNSUPPORTED')
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
    root,
    open,
    read,
    readText: async (path) => decoder.decode(await read(path)),
    has: async (path) => (await fileAt(path)) !== undefined,
    async enter(path) {
      if (path === '') throw new KustomizeError('new root cannot be empty', 'KUSTOMIZE_PATH')
      if (isRemote(path))
        throw new KustomizeError(
          `'${path}' is a URL: bases of other repositories are not fetched; use another source of the Application`,
          'KUSTOMIZE_UNSUPPORTED',
        )
      if (path.startsWith('/')) throw new KustomizeError(`new root '${path}' cannot be absolute`, 'KUSTOMIZE_PATH')
      const full = normalize(`${root}/${path}`)
      if (full === undefined) throw new KustomizeError(`new root '${path}' is outside of the repository`, 'KUSTOMIZE_PATH')
      const kind = full === '' ? 'directory' : (await tree.entry(full))?.kind
      if (kind === undefined) throw new KustomizeError(`evalsymlink failure on '${shown(full)}' : no such file or directory`, 'KUSTOMIZE_PATH')
      if (kind === 'symlink' ? (await tree.list(full)) === undefined : kind !== 'directory')
        throw new KustomizeError(`must build at directory: '${shown(full)}': file is not directory`, 'KUSTOMIZE_PATH')
      const target = await realPath(tree, full)
      const stack = [...parents, root]
      for (const open of stack)
        if (open === target || isBelow(open, target))
          throw new KustomizeError(`cycle detected: candidate root '${shown(target)}' contains visited root '${shown(open)}'`, 'KUSTOMIZE_PATH')
      if (stack.length >= maxDepth) throw new KustomizeError(`more than ${maxDepth} kustomizations inside each other`, 'KUSTOMIZE_LIMIT')
      return loaderAt(tree, target, stack)
    },
  }
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' ? path !== '' : path.startsWith(`${folder}/`)
}

function shown(path: string): string {
  return `/${path}`
}

/** Bases elsewhere: URLs, and the short forms of Git hosts. */
export function isRemote(path: string): boolean {
  return /^(?:https?:\/\/|git::|ssh:\/\/|git@|file:\/\/|github\.com[:/])/.test(path) || /[?&]ref=/.test(path)
}

/** Without `.` and `..`; undefined when it leaves the tree. */
export function normalize(path: string): string | undefined {
  const steps: string[] = []
  for (const step of path.split('/')) {
    if (step === '' || step === '.') continue
    if (step !== '..') steps.push(step)
    else if (steps.pop() === undefined) return undefined
  }
  return steps.join('/')
}

/** The path with its symbolic links resolved, as far as the tree says where they lead. */
async function realPath(tree: SourceTree, path: string): Promise<string> {
  let current = path
  for (let count = 0; count < maxLinks; count++) {
    const target = await firstLink(tree, current)
    if (target === undefined) return current
    current = target
  }
  throw new KustomizeError(`too many symbolic links at '${shown(path)}'`, 'KUSTOMIZE_LIMIT')
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
    if (resolved === undefined) throw new KustomizeError(`the symbolic link '${shown(head)}' leaves the repository`, 'KUSTOMIZE_PATH')
    return resolved
  }
  return undefined
}
