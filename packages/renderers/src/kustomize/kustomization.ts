// The kustomization file. Follows kustomize v5.7 `api/types/kustomization.go`.
import { goYamlMessage, parseYamlDocuments, YamlError } from '@plumbline/yaml'
import { KustomizeError } from './errors.ts'
import type { Loader } from './loader.ts'
import { isMap } from './resource.ts'
import type { JsonMap } from './resource.ts'
import { conform } from './shape.ts'
import { kustomizationShape } from './shapes.ts'

/** A kustomization whose fields have been checked; absent ones are empty. */
export interface Kustomization {
  readonly fileName: string
  readonly kind: string
  readonly openapi: Readonly<Record<string, string>>
  readonly namePrefix: string
  readonly nameSuffix: string
  readonly namespace: string
  readonly commonLabels: Readonly<Record<string, string>>
  readonly labels: readonly JsonMap[]
  readonly commonAnnotations: Readonly<Record<string, string>>
  readonly patchesStrategicMerge: readonly string[]
  readonly patchesJson6902: readonly JsonMap[]
  readonly patches: readonly JsonMap[]
  readonly images: readonly JsonMap[]
  readonly replacements: readonly JsonMap[]
  readonly replicas: readonly JsonMap[]
  readonly vars: readonly JsonMap[]
  readonly sortOptions: JsonMap | undefined
  readonly resources: readonly string[]
  readonly components: readonly string[]
  readonly crds: readonly string[]
  readonly configMapGenerator: readonly JsonMap[]
  readonly secretGenerator: readonly JsonMap[]
  readonly helmGlobals: JsonMap | undefined
  readonly helmCharts: readonly JsonMap[]
  readonly generatorOptions: JsonMap | undefined
  readonly configurations: readonly string[]
  readonly generators: readonly string[]
  readonly transformers: readonly string[]
  readonly validators: readonly string[]
  readonly buildMetadata: readonly string[]
}

/** Names that the file may have; one of them must be there. */
export const fileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'] as const

/** Find, read and check the file. @throws {KustomizeError} */
export async function loadKustomization(loader: Loader): Promise<Kustomization> {
  const found: string[] = []
  for (const name of fileNames) if (await loader.has(name)) found.push(name)
  const [fileName, second] = found
  if (fileName === undefined)
    throw new KustomizeError(`unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '${loader.shownRoot}'`)
  if (second !== undefined) throw new KustomizeError(`Found multiple kustomization files under: ${loader.shownRoot}`)
  return parseKustomization(await loader.readText(fileName), fileName, loader.shownRoot)
}

/** Check a text. @throws {KustomizeError} with file, field and cause */
export function parseKustomization(text: string, fileName: string, folder: string): Kustomization {
  const value = documentOf(text, `${folder}/${fileName}`)
  const problem = (message: string): KustomizeError => new KustomizeError(`invalid Kustomization: ${folder}/${fileName}: ${message}`)
  if (value === null) throw new KustomizeError('kustomization.yaml is empty')
  if (!isMap(value)) throw problem('json: cannot unmarshal a value that is no map into a Kustomization')
  const isEmpty = Object.keys(value).every((name) => name === 'apiVersion' || name === 'kind' || value[name] === null || value[name] === '')
  if (isEmpty) throw new KustomizeError('kustomization.yaml is empty')
  try {
    return completed(conform(value, kustomizationShape, { structure: 'Kustomization', isStrict: true }) as JsonMap, fileName, folder)
  } catch (error) {
    throw error instanceof KustomizeError && error.message.startsWith('json: ') ? problem(error.message) : error
  }
}

/** The first document counts; YAML 1.1 words are booleans here, other than in resources. */
function documentOf(text: string, place: string): unknown {
  try {
    return parseYamlDocuments(text, { scalars: 'sigs' })[0]?.value ?? null
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new KustomizeError(`invalid Kustomization: ${place}: ${goYamlMessage(error, text)}`, 'KUSTOMIZE_INVALID', error)
  }
}

/** Old fields become new ones. */
function completed(found: JsonMap, fileName: string, folder: string): Kustomization {
  const out = { ...found }
  const list = (name: string): readonly unknown[] => (out[name] ?? []) as readonly unknown[]
  for (const [name, shape] of Object.entries(kustomizationShape.fields)) {
    if (shape === 'texts' || (typeof shape === 'object' && 'list' in shape)) out[name] = list(name)
    else if (shape === 'text') out[name] ??= ''
    else if (shape === 'textMap') out[name] ??= {}
  }
  out['images'] = [...list('images'), ...list('imageTags')]
  out['resources'] = [...list('resources'), ...list('bases')]
  out['helmCharts'] = [...list('helmCharts'), ...list('helmChartInflationGenerator')]
  const kind = out['kind'] === '' ? 'Kustomization' : (out['kind'] as string)
  const apiVersion = out['apiVersion'] as string
  const wanted = kind === 'Component' ? 'kustomize.config.k8s.io/v1alpha1' : 'kustomize.config.k8s.io/v1beta1'
  const problems: string[] = []
  if (kind !== 'Kustomization' && kind !== 'Component') problems.push('kind should be Kustomization or Component')
  if (apiVersion !== '' && apiVersion !== wanted) problems.push(`apiVersion for ${kind} should be ${wanted}`)
  if (problems.length > 0) throw new KustomizeError(`Failed to read kustomization file under ${folder}:\n${problems.join('\n')}`)
  for (const option of out['buildMetadata'] as readonly string[])
    if (!['originAnnotations', 'transformerAnnotations', 'managedByLabel'].includes(option))
      throw new KustomizeError(`"buildMetadata must be one of [originAnnotations transformerAnnotations managedByLabel], not ${option}"`)
  return { ...out, kind, fileName, sortOptions: out['sortOptions'] as JsonMap | undefined } as unknown as Kustomization
}
