// Directories of plain YAML and JSON, and of Jsonnet. Follows argo-cd `reposerver/repository/repository.go` (findManifests, getPotentiallyValidManifests).
import { matchesGlob, RenderError } from '@plumbline/core'
import type { Diagnostic, DirectorySettings, Manifest, Renderer, RenderRequest, RenderResult } from '@plumbline/core'
import type { JsonnetLimits } from '@plumbline/jsonnet'
import { renderJsonnet } from './jsonnet.ts'
import { parseManifests } from './parse-manifests.ts'

/** Bounds of one rendering. */
export interface DirectoryLimits {
  /** All manifest files together. Default: 10 MiB, as Argo CD. */
  readonly maxBytes: number
  /** Files looked at. Default: 20,000. */
  readonly maxFiles: number
  /** Folders below each other. Default: 64. */
  readonly maxDepth: number
  /** Of each Jsonnet program; it does not count among the bytes. Default: those of `@plumbline/jsonnet`. */
  readonly jsonnet?: Partial<JsonnetLimits>
}

/** Options of the renderer. */
export interface DirectoryOptions {
  readonly limits?: Partial<DirectoryLimits>
}

const defaultLimits: DirectoryLimits = Object.freeze({ maxBytes: 10 * 2 ** 20, maxFiles: 20_000, maxDepth: 64 })
const manifestName = /\.(?:yaml|yml|json|jsonnet)$/

/** Create the renderer. It takes every source that no other renderer claims, so it stands last in the list. */
export function directory(options: DirectoryOptions = {}): Renderer {
  const limits = { ...defaultLimits, ...options.limits }
  return {
    sourceType: 'Directory',
    async matches({ source, tree, path }) {
      if (source.directory !== undefined && Object.keys(source.directory).length > 0) return true
      if (source.helm !== undefined || source.kustomize !== undefined || source.plugin !== undefined) return false
      // A directory that is a chart or an overlay belongs to a renderer that knows them.
      const listed = (await tree.list(path)) ?? []
      return !listed.some(({ name }) => /^(?:Chart\.yaml|kustomization\.ya?ml|Kustomization)$/.test(name))
    },
    render: (request) => renderDirectory(request, limits),
  }
}

async function renderDirectory(request: RenderRequest, limits: DirectoryLimits): Promise<RenderResult> {
  const settings = request.source.directory ?? {}
  const manifests: Manifest[] = []
  const diagnostics: Diagnostic[] = []
  let bytes = 0
  for (const file of await findFiles(request, settings, limits)) {
    request.signal?.throwIfAborted()
    const content = await request.tree.read(file)
    if (content === undefined) continue
    if (file.endsWith('.jsonnet')) {
      manifests.push(...(await renderJsonnet(request, file, content, limits.jsonnet)))
      continue
    }
    bytes += content.byteLength
    if (bytes > limits.maxBytes)
      throw new RenderError(
        'RENDER_LIMIT',
        `${file}: exceeded max combined manifest file size: the files of ${request.path === '' ? 'the repository' : request.path} are larger than ${limits.maxBytes} bytes together`,
        { subject: file },
      )
    const found = parseManifests(file, content)
    manifests.push(...found.manifests)
    diagnostics.push(...found.diagnostics)
  }
  return { manifests, diagnostics }
}

/** Paths of manifest files, in order of path. */
async function findFiles({ tree, path }: RenderRequest, settings: DirectorySettings, limits: DirectoryLimits): Promise<string[]> {
  const files: string[] = []
  const visit = async (folder: string, depth: number): Promise<void> => {
    if (depth > limits.maxDepth) throw new RenderError('RENDER_LIMIT', `${folder}: folders are nested deeper than ${limits.maxDepth}`, { subject: folder })
    for (const { name, kind } of (await tree.list(folder)) ?? []) {
      const full = folder === '' ? name : `${folder}/${name}`
      const actual = kind === 'symlink' ? (await tree.entry(full))?.kind : kind
      if (actual === 'directory' && kind !== 'symlink' && settings.recurse === true) await visit(full, depth + 1)
      if ((actual === 'file' || actual === 'executable') && isWanted(path === '' ? full : full.slice(path.length + 1), settings)) files.push(full)
      if (files.length > limits.maxFiles) throw new RenderError('RENDER_LIMIT', `${path}: more than ${limits.maxFiles} manifest files`, { subject: path })
    }
  }
  await visit(path, 0)
  return files.sort()
}

/** Globs are matched against the path below the application's own; `*` stops at slashes. */
function isWanted(relative: string, { include, exclude, disableExtensionFilter }: DirectorySettings): boolean {
  if (disableExtensionFilter !== true && !manifestName.test(relative)) return false
  if (include !== undefined && include !== '' && !matchesGlob(include, relative, '/')) return false
  return exclude === undefined || exclude === '' || !matchesGlob(exclude, relative, '/')
}
