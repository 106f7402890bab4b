// Jsonnet programs to manifests. Follows argo-cd `reposerver/repository/repository.go` (makeJsonnetVM, findManifests); deviation: imports
// stay in the repository.
import { isKubernetesObject, isRecord, RenderError } from '@plumbline/core'
import type { JsonnetVariableSetting, Manifest, RenderRequest, SourceTree } from '@plumbline/core'
import { evaluateJsonnet, JsonnetError, JsonnetLimitError } from '@plumbline/jsonnet'
import type { Json, JsonnetImporter, JsonnetLimits, JsonnetVariable } from '@plumbline/jsonnet'
import { parseYaml } from '@plumbline/yaml'
import { buildEnvironmentOf, substitute } from '../helm/build-environment.ts'
import type { BuildEnvironment } from '../helm/build-environment.ts'
import { manifestsOf, skipMarker } from './parse-manifests.ts'

/**
 * Evaluate a program: an object, or an array of them.
 * @param file its path in the tree
 * @throws {RenderError} `RENDER_FAILED` with the trace of the program, `RENDER_LIMIT` when it takes too much
 */
export async function renderJsonnet(request: RenderRequest, file: string, content: Uint8Array, limits: Partial<JsonnetLimits> = {}): Promise<Manifest[]> {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(content)
  if (text.includes(skipMarker)) return []
  const settings = request.source.directory?.jsonnet
  const environment = buildEnvironmentOf(request)
  // Libraries are searched from the last to the first, the folder of the application after all of them.
  const folders = [...(settings?.libs ?? []).map((lib) => libraryFolder(lib, file)).reverse(), request.path]
  try {
    const { value } = await evaluateJsonnet(file, text, {
      extVars: variablesOf(settings?.extVars, environment),
      tlas: variablesOf(settings?.tlas, environment),
      import: importerOf(request.tree, folders),
      readYaml: (document) => parseYaml(document),
      limits,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    })
    return generated(value, file)
  } catch (error) {
    if (!(error instanceof JsonnetError)) throw error
    const code = error instanceof JsonnetLimitError ? 'RENDER_LIMIT' : 'RENDER_FAILED'
    throw new RenderError(code, `failed to evaluate jsonnet "${nameOf(file)}": ${shortened(error.message)}`, { subject: file, cause: error })
  }
}

/** Programs make their messages themselves, and this one ends up in a status. */
const maxMessageLength = 8192

function shortened(message: string): string {
  return message.length > maxMessageLength ? `${message.slice(0, maxMessageLength)}…` : message
}

function nameOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}

function variablesOf(settings: readonly JsonnetVariableSetting[] | undefined, environment: BuildEnvironment): JsonnetVariable[] {
  return (settings ?? []).map(({ name, value = '', code = false }) => ({ name, value: substitute(value, environment), code }))
}

function libraryFolder(lib: string, file: string): string {
  const folder = pathBelow('', lib.replace(/^\/+/, ''))
  if (folder !== undefined) return folder
  throw new RenderError('RENDER_FAILED', `spec.source.directory.jsonnet.libs: "${lib}" is outside of the repository`, { subject: file })
}

/** Files are looked for beside the one that imports them, then in the folders; code in variables is beside nothing. */
function importerOf(tree: SourceTree, folders: readonly string[]): JsonnetImporter {
  return async (from, path) => {
    if (path.startsWith('/')) return { reason: outside(path) }
    const beside = from === '' ? [] : [from.slice(0, Math.max(0, from.lastIndexOf('/')))]
    const candidates = [...beside, ...folders].map((folder) => pathBelow(folder, path))
    for (const candidate of candidates) {
      if (candidate === undefined) continue
      const content = await tree.read(candidate)
      if (content !== undefined) return { path: candidate, content }
    }
    return candidates.every((candidate) => candidate === undefined) ? { reason: outside(path) } : undefined
  }
}

function outside(path: string): string {
  return `couldn't open import ${JSON.stringify(path)}: it is outside of the repository`
}

/** A path in a folder, or undefined where it leaves the repository. */
function pathBelow(folder: string, path: string): string | undefined {
  const names: string[] = []
  for (const name of `${folder}/${path}`.split('/')) {
    if (name === '..') {
      if (names.pop() === undefined) return undefined
    } else if (name !== '' && name !== '.') names.push(name)
  }
  return names.join('/')
}

function generated(value: Json, file: string): Manifest[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value]
  return items.flatMap((item, index) => {
    // What is null is no object, for Argo CD too.
    if (item === null) return []
    if (isKubernetesObject(item)) return manifestsOf(item, file, 1)
    const where = Array.isArray(value) ? ` in element ${index}` : ''
    throw new RenderError('RENDER_FAILED', `Failed to unmarshal generated json "${nameOf(file)}": ${lackOf(item)}${where}`, { subject: file })
  })
}

/** What an object lacks. Argo CD prints the object, which may hold secrets. */
function lackOf(item: unknown): string {
  if (!isRecord(item)) return 'what was made is no object'
  const kind = item['kind']
  return `Object '${typeof kind === 'string' && kind !== '' ? 'apiVersion' : 'Kind'}' is missing`
}
