// One build: layers from the bottom up, then hashes, references and variables, once, at the top. Follows kustomize v5.7 `api/internal/target` and `api/krusty`.
import type { RemoteFiles, SourceTree } from '@plumbline/core'
import { formatYaml } from '@plumbline/yaml'
import { accumulate } from './accumulate.ts'
import type { BuildContext } from './accumulate.ts'
import { addHashes, labelAll } from './builtin-transformers.ts'
import type { ChartInflater } from './builtin-generators.ts'
import { loadKustomization } from './kustomization.ts'
import type { Kustomization } from './kustomization.ts'
import { createLoader } from './loader.ts'
import { builtInSchemas } from './merge-schema.ts'
import { fixNameReferences } from './name-references.ts'
import { useSchema } from './openapi.ts'
import { formatOrigin, formatTransformations, originAnnotation, transformationsAnnotation } from './origin.ts'
import type { ResourceMap } from './resource-map.ts'
import { isMap, metadataOf, setTexts, textsAt } from './resource.ts'
import type { JsonMap } from './resource.ts'
import { sortResources } from './sort-order.ts'
import type { SortOrder } from './sort-order.ts'
import { resolveVariables } from './variables.ts'

/** Bounds of one build. */
export interface BuildLimits {
  /** Resources, together. Default: 50,000. */
  readonly maxResources: number
  /** Kustomizations, together. Default: 2,000. */
  readonly maxKustomizations: number
}

/** Options of a build. */
export interface BuildOptions {
  /** Order where the kustomization names none. Default: legacy. */
  readonly order?: SortOrder
  /** Renders `helmCharts`. Default: a kustomization with charts is an error. */
  readonly inflate?: ChartInflater
  /** Bases in other repositories, and files by URL. Default: it is an error to name one. */
  readonly remotes?: RemoteFiles
  /** Changes the kustomization at which the build starts, once it is read. */
  readonly edit?: (kustomization: Kustomization) => Kustomization
  readonly limits?: Partial<BuildLimits>
  readonly signal?: AbortSignal
}

/** Label of `buildMetadata: [managedByLabel]`: the release whose rules are followed. */
const managedBy = 'kustomize-v5.7.1'

/**
 * Build the kustomization in a folder.
 * @param path folder of the tree; '' is the root
 * @returns plain objects in output order
 * @throws {KustomizeError} with file, field and cause
 */
export async function buildKustomization(tree: SourceTree, path: string, options: BuildOptions = {}): Promise<readonly JsonMap[]> {
  const loader = createLoader(tree, path, options.remotes)
  const found = await loadKustomization(loader)
  const kustomization = options.edit?.(found) ?? found
  const context: BuildContext = {
    limits: { maxResources: 50_000, maxKustomizations: 2_000, ...options.limits },
    schemas: { current: builtInSchemas, isSet: false },
    keepsOrigins: kustomization.buildMetadata.length > 0,
    count: { kustomizations: 0 },
    ...(options.inflate === undefined ? {} : { inflate: options.inflate }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  }
  await useSchema(kustomization, loader, context.schemas)
  const { map, configuration, variables } = await accumulate(kustomization, loader, context, { path: '' })
  addHashes(map)
  fixNameReferences(map, configuration.nameReference)
  resolveVariables(map, variables, configuration.varReference)
  map.replaceAll(map.list.filter(({ object }) => !isLocal(object)))
  sortResources(map, kustomization.sortOptions ?? { order: options.order ?? 'legacy' })
  if (kustomization.buildMetadata.includes('managedByLabel')) labelAll(map, { 'app.kubernetes.io/managed-by': managedBy })
  finishAnnotations(map, kustomization.buildMetadata)
  return map.list.map(({ object }) => object)
}

/** The text of `kustomize build`. */
export function formatBuild(objects: readonly JsonMap[]): string {
  return objects.map((object) => formatYaml(object)).join('---\n')
}

function isLocal(object: JsonMap): boolean {
  const annotations = textsAt(object, 'annotations')
  return Object.hasOwn(annotations, 'config.kubernetes.io/local-config') && annotations['config.kubernetes.io/local-config'] !== 'false'
}

function finishAnnotations(map: ResourceMap, metadata: readonly string[]): void {
  for (const { object, origin, transformations } of map.list) {
    const own = metadataOf(object)['annotations']
    if (own === null || (isMap(own) && Object.keys(own).length === 0)) delete metadataOf(object)['annotations']
    const added: Record<string, string> = {}
    if (metadata.includes('originAnnotations') && origin !== undefined) added[originAnnotation] = formatOrigin(origin)
    if (metadata.includes('transformerAnnotations') && transformations.length > 0) added[transformationsAnnotation] = formatTransformations(transformations)
    if (Object.keys(added).length > 0) setTexts(object, 'annotations', { ...textsAt(object, 'annotations'), ...added })
  }
}
