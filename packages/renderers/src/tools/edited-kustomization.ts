// `spec.source.kustomize` put into a kustomization file. Fields that the Application does not touch stay as they are, known here or not: the
// program may be newer than what is built in process.
import type { RenderRequest } from '@plumbline/core'
import { formatJson, parseYamlDocuments, YamlError } from '@plumbline/yaml'
import { buildEnvironmentOf, substitute } from '../helm/build-environment.ts'
import { edited, parseApplicationSettings } from '../kustomize/application-settings.ts'
import { fileNames, parseKustomization } from '../kustomize/kustomization.ts'
import type { Kustomization } from '../kustomize/kustomization.ts'
import { presentComponents } from '../kustomize/kustomize.ts'
import { isMap } from '../kustomize/resource.ts'

const editable = [
  'namePrefix',
  'nameSuffix',
  'namespace',
  'images',
  'replicas',
  'commonLabels',
  'labels',
  'commonAnnotations',
  'patches',
  'components',
] as const satisfies readonly (keyof Kustomization)[]

const decoder = new TextDecoder()

/**
 * The file as it has to be, as JSON; undefined when nothing changes, and when there is none: then the program says what is wrong.
 * @throws {KustomizeError} where `kustomize edit` refuses
 */
export async function editedKustomization(request: RenderRequest): Promise<{ readonly name: string; readonly text: string } | undefined> {
  const settings = parseApplicationSettings(request.source.kustomize)
  const { tree, path } = request
  for (const name of fileNames) {
    const content = await tree.read(path === '' ? name : `${path}/${name}`)
    if (content === undefined) continue
    const found = documentOf(decoder.decode(content))
    if (!isMap(found)) return undefined
    const before = parseKustomization(formatJson(touchedOf(found)), name, `/${path}`)
    const environment = buildEnvironmentOf(request)
    const after = edited(before, settings, (text) => substitute(text, environment), await presentComponents(request, settings))
    const changed = editable.filter((field) => formatJson(after[field]) !== formatJson(before[field]))
    if (changed.length === 0) return undefined
    const out = { ...found }
    for (const field of changed) out[field] = after[field]
    // The old name of the field is among the new entries.
    if (changed.includes('images')) delete out['imageTags']
    return { name, text: `${formatJson(out)}\n` }
  }
  return undefined
}

/** The first document counts; what is no YAML is for the program to complain about. */
function documentOf(text: string): unknown {
  try {
    return parseYamlDocuments(text, { scalars: 'sigs' })[0]?.value
  } catch (error) {
    if (error instanceof YamlError) return undefined
    throw error
  }
}

/** Only what may be edited is read here; the rest is the program's. `resources` stands for it: a kustomization has to hold something. */
function touchedOf(found: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const out: Record<string, unknown> = { resources: [] }
  for (const field of [...editable, 'imageTags']) if (Object.hasOwn(found, field)) out[field] = found[field]
  return out
}
