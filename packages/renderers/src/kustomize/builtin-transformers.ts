// The transformers by name, with their configuration as data: for the fields of a kustomization and for plugins in files alike.
import { parseYamlDocuments } from '@plumbline/yaml'
import { KustomizeError, within } from './errors.ts'
import type { FieldSpec } from './field-spec.ts'
import { textsIn } from './generators/key-values.ts'
import type { Loader } from './loader.ts'
import type { SchemaLookup } from './merge-schema.ts'
import { nameHashOf } from './name-hash.ts'
import { readResources } from './read-resources.ts'
import type { ResourceMap } from './resource-map.ts'
import { isMap, metadataOf, rememberId, setName, textOf } from './resource.ts'
import type { JsonMap, Resource } from './resource.ts'
import type { Selector } from './selector.ts'
import { conform } from './shape.ts'
import { replacementShape } from './shapes.ts'
import { applyAffix } from './transformers/affixes.ts'
import { applyImage } from './transformers/images.ts'
import { applyEntries } from './transformers/metadata.ts'
import { applyNamespace } from './transformers/namespace.ts'
import { applyOperations, applyPatch, applyStrategicMerges, operationsOf, writeNulls } from './transformers/patches.ts'
import { applyReplacement } from './transformers/replacements.ts'
import type { Replacement } from './transformers/replacements.ts'
import { applyReplicas } from './transformers/replicas.ts'
import { applyValue } from './transformers/value-add.ts'

/** Changes the resources in place. */
export type Transformation = (map: ResourceMap) => void

/** What transformers may read. */
export interface TransformerContext {
  readonly loader: Loader
  readonly schemas: SchemaLookup
}

/** Reads a configuration, and what it names, and answers what is to be done. */
export type TransformerFactory = (config: JsonMap, context: TransformerContext) => Promise<Transformation>

const metadataLabels: FieldSpec = { path: 'metadata/labels', create: true }

/** Every built-in transformer. */
export const builtInTransformers: Readonly<Record<string, TransformerFactory>> = {
  PatchStrategicMergeTransformer: strategicMerges,
  PatchTransformer: patch,
  NamespaceTransformer: async (config) => {
    const subjects = textOf(config['setRoleBindingSubjects'])
    if (!['', 'defaultOnly', 'allServiceAccounts', 'none'].includes(subjects))
      throw new KustomizeError(`invalid value "${subjects}" for setRoleBindingSubjects: must be one of [defaultOnly, allServiceAccounts, none]`)
    const options = {
      namespace: textOf(metadataOf(config)['namespace']),
      fieldSpecs: fieldSpecsIn(config),
      unsetOnly: config['unsetOnly'] === true,
      subjects: (subjects === '' ? 'defaultOnly' : subjects) as 'defaultOnly' | 'allServiceAccounts' | 'none',
    }
    return (map) => applyNamespace(map, options)
  },
  PrefixTransformer: async (config) => (map) => applyAffix(map, 'prefix', textOf(config['prefix']), fieldSpecsIn(config)),
  SuffixTransformer: async (config) => (map) => applyAffix(map, 'suffix', textOf(config['suffix']), fieldSpecsIn(config)),
  PrefixSuffixTransformer: async (config) => (map) => {
    applyAffix(map, 'prefix', textOf(config['prefix']), fieldSpecsIn(config))
    applyAffix(map, 'suffix', textOf(config['suffix']), fieldSpecsIn(config))
  },
  LabelTransformer: async (config) => (map) => applyEntries(map, textMapIn(config, 'labels'), fieldSpecsIn(config)),
  AnnotationsTransformer: async (config) => (map) => applyEntries(map, textMapIn(config, 'annotations'), fieldSpecsIn(config)),
  PatchJson6902Transformer: jsonPatch,
  ReplicaCountTransformer: async (config) => {
    const replica = isMap(config['replica']) ? config['replica'] : {}
    const count = replica['count'] ?? 0
    if (typeof count !== 'number' && typeof count !== 'bigint')
      throw new KustomizeError(`replicas: json: cannot unmarshal into Go struct field Replica.count of type int64`)
    return (map) => applyReplicas(map, textOf(replica['name']), count, fieldSpecsIn(config))
  },
  ImageTagTransformer: async (config) => {
    const image = isMap(config['imageTag']) ? config['imageTag'] : {}
    const change = {
      name: textOf(image['name']),
      newName: textOf(image['newName']),
      newTag: textOf(image['newTag']),
      tagSuffix: textOf(image['tagSuffix']),
      digest: textOf(image['digest']),
    }
    return (map) => applyImage(map, change, fieldSpecsIn(config))
  },
  ReplacementTransformer: replacements,
  ValueAddTransformer: async (config, { loader }) => {
    const value = textOf(config['value'])
    if (value === '') throw new KustomizeError('value cannot be empty')
    const targets = [...recordsIn(config, 'targets')]
    const path = textOf(config['targetFilePath'])
    if (path !== '') {
      const file = parseYamlDocuments(await loader.readText(path))[0]?.value
      if (isMap(file)) targets.push(...recordsIn(file, 'targets'))
    }
    if (targets.length === 0) throw new KustomizeError('must specify at least one target')
    const parsed = targets.map((target) => ({
      fieldPath: textOf(target['fieldPath']),
      filePathPosition: Number(target['filePathPosition'] ?? 0),
      ...(isMap(target['selector']) ? { selector: selectorOf(target['selector']) } : {}),
    }))
    return (map) => applyValue(map, value, parsed)
  },
  HashTransformer: async () => addHashes,
}

/** Names of generated resources get the hash of their content. */
export function addHashes(map: ResourceMap): void {
  for (const resource of map.list) {
    if (!resource.needsHash) continue
    rememberId(resource)
    setName(resource.object, `${textOf(metadataOf(resource.object)['name'])}-${nameHashOf(resource.object)}`)
  }
  map.touch()
}

/** The managed-by label. */
export function labelAll(map: ResourceMap, labels: Readonly<Record<string, string>>): void {
  applyEntries(map, labels, [metadataLabels])
}

async function strategicMerges(config: JsonMap, { loader, schemas }: TransformerContext): Promise<Transformation> {
  const patches: Resource[] = []
  for (const entry of textsIn(config, 'paths')) patches.push(...(await mergesIn(entry, loader)))
  const inline = textOf(config['patches'])
  if (inline !== '') patches.push(...readResources(inline, 'patches'))
  if (inline === '' && textsIn(config, 'paths').length === 0) throw new KustomizeError('empty file path and empty patch content')
  if (patches.length === 0) throw new KustomizeError(`patch appears to be empty; files=[${textsIn(config, 'paths').join(' ')}], Patch=${inline}`)
  patches.forEach(writeNulls)
  return (map) => applyStrategicMerges(map, patches, schemas)
}

/** An entry is a patch itself, or the path of a file with some. */
async function mergesIn(entry: string, loader: Loader): Promise<readonly Resource[]> {
  if (/\n|^\s*\{/.test(entry)) return readResources(entry, 'patchesStrategicMerge')
  try {
    return readResources(await loader.read(entry), entry)
  } catch (error) {
    throw within('patchesStrategicMerge', error)
  }
}

async function patch(config: JsonMap, { loader, schemas }: TransformerContext): Promise<Transformation> {
  const [inline, path] = [textOf(config['patch']).trim(), textOf(config['path'])]
  if (inline === '' && path === '') throw new KustomizeError(`must specify one of patch and path in\n${JSON.stringify(config)}`)
  if (inline !== '' && path !== '') throw new KustomizeError(`patch and path can't be set at the same time\n${JSON.stringify(config)}`)
  const text = inline === '' ? await fileOf(path, loader) : inline
  const options = isMap(config['options']) ? config['options'] : {}
  const parsed = {
    text,
    source: inline === '' ? `[path: "${path}"]` : `[patch: ${JSON.stringify(inline)}]`,
    allowNameChange: options['allowNameChange'] === true,
    allowKindChange: options['allowKindChange'] === true,
    ...(isMap(config['target']) ? { target: selectorOf(config['target']) } : {}),
  }
  return (map) => applyPatch(map, parsed, schemas)
}

async function fileOf(path: string, loader: Loader): Promise<string> {
  try {
    return await loader.readText(path)
  } catch (error) {
    throw within(`failed to get the patch file from path(${path})`, error)
  }
}

async function jsonPatch(config: JsonMap, { loader }: TransformerContext): Promise<Transformation> {
  const [inline, path] = [textOf(config['jsonOp'] ?? config['patch']), textOf(config['path'])]
  if (!isMap(config['target']) || textOf(config['target']['name']) === '')
    throw new KustomizeError(`must specify the target field in\n${JSON.stringify(config)}`)
  if (inline === '' && path === '') throw new KustomizeError('empty file path and empty jsonOp')
  if (inline !== '' && path !== '') throw new KustomizeError('must specify a file path or json op, not both')
  const source = path === '' ? '[patchesJson6902]' : `[path: "${path}"]`
  const operations = operationsOf(inline === '' ? await fileOf(path, loader) : inline)
  if (operations.length === 0) throw new KustomizeError(`patch ${source} appears to be empty`)
  const { target } = config
  return (map) => {
    const chosen = selectorOf(target)
    applyOperations(map, operations, { target: chosen, source })
  }
}

async function replacements(config: JsonMap, { loader }: TransformerContext): Promise<Transformation> {
  const parsed: Replacement[] = []
  for (const entry of recordsIn(config, 'replacements')) {
    const path = textOf(entry['path'])
    if (path === '') {
      parsed.push(replacementOf(entry))
      continue
    }
    if (entry['source'] !== undefined || entry['targets'] !== undefined) throw new KustomizeError('cannot specify both path and inline replacement')
    const file = parseYamlDocuments(await loader.readText(path), { scalars: 'sigs' })[0]?.value
    for (const entryOfFile of Array.isArray(file) ? (file as unknown[]) : [file]) {
      const item = isMap(entryOfFile) ? conform(entryOfFile, replacementShape, { structure: 'Replacement', isStrict: false }) : undefined
      if (!isMap(item)) throw new KustomizeError(`unsupported replacement type encountered within replacement path: ${path}`)
      parsed.push(replacementOf(item))
    }
  }
  return (map) => {
    for (const replacement of parsed) applyReplacement(map, replacement)
  }
}

function replacementOf(entry: JsonMap): Replacement {
  const options = (value: unknown): { readonly options?: { delimiter?: string; index?: number; create?: boolean } } =>
    isMap(value) ? { options: { delimiter: textOf(value['delimiter']), index: Number(value['index'] ?? 0), create: value['create'] === true } } : {}
  const source = entry['source']
  const sourceValue = entry['sourceValue']
  return {
    ...(isMap(source) ? { source: { ...selectorOf(source), fieldPath: textOf(source['fieldPath']), ...options(source['options']) } } : {}),
    ...(sourceValue === undefined || sourceValue === null ? {} : { sourceValue: textOf(sourceValue) }),
    ...(entry['targets'] === undefined || entry['targets'] === null
      ? {}
      : {
          targets: recordsIn(entry, 'targets').map((target) => ({
            ...(isMap(target['select']) ? { select: selectorOf(target['select']) } : {}),
            reject: recordsIn(target, 'reject').map(selectorOf),
            fieldPaths: textsIn(target, 'fieldPaths'),
            ...options(target['options']),
          })),
        }),
  }
}

/** @throws {KustomizeError} */
export function selectorOf(value: JsonMap): Selector {
  for (const member of Object.keys(value)) if (['labels', 'annotations'].includes(member)) throw new KustomizeError(`unknown field "${member}" in selector`)
  return {
    group: textOf(value['group']),
    version: textOf(value['version']),
    kind: textOf(value['kind']),
    name: textOf(value['name']),
    namespace: textOf(value['namespace']),
    labelSelector: textOf(value['labelSelector']),
    annotationSelector: textOf(value['annotationSelector']),
  }
}

export function recordsIn(config: JsonMap, name: string): readonly JsonMap[] {
  const list = config[name] ?? []
  if (!Array.isArray(list) || !list.every(isMap)) throw new KustomizeError(`${name}: expected a list of maps`)
  return list
}

function fieldSpecsIn(config: JsonMap): readonly FieldSpec[] {
  return ((config['fieldSpecs'] ?? []) as readonly JsonMap[]).map((entry) => ({ ...entry, path: textOf(entry['path']) }))
}

function textMapIn(config: JsonMap, name: string): Readonly<Record<string, string>> {
  return (config[name] ?? {}) as Readonly<Record<string, string>>
}
