// One file to manifests: documents that are no Kubernetes objects are passed over, broken ones that look like some are errors.
import { isKubernetesObject, isRecord, RenderError } from '@plumbline/core'
import type { Diagnostic, KubernetesObject, Manifest } from '@plumbline/core'
import { parseJson, parseYamlDocuments, YamlError } from '@plumbline/yaml'

/** Manifests of one file, in order, and what was noticed. */
export interface ParsedFile {
  readonly manifests: readonly Manifest[]
  readonly diagnostics: readonly Diagnostic[]
}

/** A file with these words in it is passed over. */
export const skipMarker = '+argocd:skip-file-rendering'
const decoder = new TextDecoder('utf-8', { fatal: false })

/**
 * Read a file.
 * @throws {RenderError} `RENDER_FAILED` with file, line and cause
 */
export function parseManifests(path: string, content: Uint8Array): ParsedFile {
  const text = decoder.decode(content)
  if (text.includes(skipMarker)) return { manifests: [], diagnostics: [] }
  const name = path.slice(path.lastIndexOf('/') + 1)
  try {
    return path.endsWith('.json') ? fromJson(path, text) : fromYaml(path, text)
  } catch (error) {
    if (!(error instanceof YamlError || error instanceof SyntaxError)) throw error
    if (!looksLikeManifest(text)) return { manifests: [], diagnostics: [] }
    const at = error instanceof YamlError ? `${error.line}:${error.column}: ` : ''
    throw new RenderError('RENDER_FAILED', `Failed to unmarshal "${name}": ${path}:${at}${error.message}`, { subject: path, cause: error })
  }
}

function fromJson(path: string, text: string): ParsedFile {
  const value = parseJson(text)
  return { manifests: manifestsOf(value, path, 1), diagnostics: [] }
}

function fromYaml(path: string, text: string): ParsedFile {
  const manifests: Manifest[] = []
  const diagnostics: Diagnostic[] = []
  for (const document of parseYamlDocuments(text)) {
    if (document.isEmpty) continue
    const found = manifestsOf(document.value, path, document.line)
    manifests.push(...found)
    if (found.length === 0) continue
    for (const { code, message, line, column } of document.warnings) diagnostics.push({ severity: 'warning', code, message, path, line, column })
  }
  return { manifests, diagnostics }
}

/** Lists are taken apart; whatever has `items: null` is an empty list, as for Argo CD (isNullList). */
export function manifestsOf(value: unknown, path: string, line: number): Manifest[] {
  if (!isKubernetesObject(value) || value['items'] === null) return []
  if (Array.isArray(value['items'])) return value['items'].flatMap((item) => manifestsOf(item, path, line))
  const object: KubernetesObject = isRecord(value.metadata) ? value : { ...value, metadata: {} }
  return [{ object, origin: { path, line } }]
}

function looksLikeManifest(text: string): boolean {
  return ['apiVersion', 'kind', 'metadata'].every((member) => new RegExp(`${member}"?\\s*:`).test(text))
}
