// From what a program printed to manifests, by the rules of in-process rendering.
import { isKubernetesObject, RenderError } from '@plumbline/core'
import type { Manifest } from '@plumbline/core'
import { parseYamlDocuments, YamlError } from '@plumbline/yaml'
import { manifestsOf } from '../directory/parse-manifests.ts'

/** The name of the chart comes first, but older releases, 3.12 among them, leave it out for definitions. */
const isWithoutChart = /^crds\/(?!(?:templates|charts|crds)\/)/

/**
 * Manifests of `helm template`. It says above each document which file it comes from, and prints definitions as whole files: lines of origins count
 * from there.
 * @param folder path of the chart in its tree
 * @throws {RenderError} `RENDER_FAILED` with file and line
 */
export function manifestsOfTemplates(output: string, folder: string): Manifest[] {
  const heads = [...output.matchAll(/^---\n# Source: ([^\n]*)\n/gm)]
  return heads.flatMap((head, index) => {
    const [line, source = ''] = head
    const text = output.slice(head.index + line.length, heads[index + 1]?.index)
    const inner = isWithoutChart.test(source) ? source : source.slice(source.indexOf('/') + 1)
    const path = folder === '' ? inner : `${folder}/${inner}`
    return read(text, path, (at) => at)
  })
}

/**
 * Manifests of `kustomize build`, which does not say where they come from.
 * @param path of the kustomization
 * @throws {RenderError} `RENDER_FAILED`
 */
export function manifestsOfBuild(output: string, path: string): Manifest[] {
  return read(output, path, () => 1)
}

function read(text: string, path: string, lineOf: (line: number) => number): Manifest[] {
  try {
    return parseYamlDocuments(text, { limits: { maxBytes: Math.max(text.length, 1) } }).flatMap(({ value, line, isEmpty }) => {
      if (isEmpty || value === null) return []
      if (isKubernetesObject(value)) return manifestsOf(value, path, lineOf(line))
      throw new RenderError('RENDER_FAILED', `${path}:${lineOf(line)}: Object 'Kind' is missing: the document has no apiVersion or no kind`, { subject: path })
    })
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new RenderError('RENDER_FAILED', `Failed to unmarshal what was printed for ${path}: ${error.line}:${error.column}: ${error.message}`, {
      subject: path,
      cause: error,
    })
  }
}
