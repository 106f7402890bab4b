// Patches of both kinds. Follows kustomize v5.7 `api/internal/builtins/PatchTransformer.go`.
import { applyJsonPatch } from '@plumbline/schema'
import { parseYamlDocuments, YamlError } from '@plumbline/yaml'
import { KustomizeError, messageOf, within } from '../errors.ts'
import { mergePatch } from '../merge-patch.ts'
import type { SchemaLookup } from '../merge-schema.ts'
import { isMissing } from '../missing-values.ts'
import { readResources } from '../read-resources.ts'
import { apiVersionOf, formatId } from '../resource-id.ts'
import { checkDistinct } from '../resource-map.ts'
import type { ResourceMap } from '../resource-map.ts'
import { copyOf, currentIdOf, gvkOf, isMap, memberOf, metadataOf, originalIdOf, rememberId, setMember, setName, setNamespace, textOf } from '../resource.ts'
import type { JsonMap, Resource } from '../resource.ts'
import { select } from '../selector.ts'
import type { Selector } from '../selector.ts'

/** One entry of `patches`. */
export interface PatchOptions {
  readonly text: string
  /** Names the patch in errors, such as `[path: "patch.yaml"]`. */
  readonly source: string
  readonly target?: Selector
  readonly allowNameChange?: boolean
  readonly allowKindChange?: boolean
}

/** Apply an entry: a strategic merge or a JSON patch, by what the text is. @throws {KustomizeError} */
export function applyPatch(map: ResourceMap, options: PatchOptions, schemas: SchemaLookup): void {
  const merges = attempt(() => readResources(options.text, options.source))
  const operations = attempt(() => operationsOf(options.text))
  if (merges.value === undefined && operations.value === undefined) {
    // A text that is no list is meant to be a merge patch: what is wrong with it is worth telling.
    throw new KustomizeError(
      `unable to parse SM or JSON patch from ${options.source}: ${messageOf(/^\s*(?:-|\[)/.test(options.text) ? operations.error : merges.error)}`,
    )
  }
  if (merges.value !== undefined) return applyMerges(map, merges.value, options, schemas)
  applyOperations(map, operations.value ?? [], options)
}

function attempt<T>(read: () => T): { readonly value?: T; readonly error?: unknown } {
  try {
    return { value: read() }
  } catch (error) {
    return { error }
  }
}

function applyMerges(map: ResourceMap, patches: readonly Resource[], options: PatchOptions, schemas: SchemaLookup): void {
  for (const patch of patches) {
    patch.allowsNameChange = options.allowNameChange ?? false
    patch.allowsKindChange = options.allowKindChange ?? false
  }
  if (options.target === undefined) return applyStrategicMerges(map, patches, schemas, (id) => `no resource matches strategic merge patch "${id}"`)
  const [patch, second] = patches
  if (second !== undefined)
    throw new KustomizeError(`Multiple Strategic-Merge Patches in one \`patches\` entry is not allowed to set \`patches.target\` field: ${options.source}`)
  if (patch === undefined) return
  writeNulls(patch)
  for (const resource of select(map.list, options.target)) mergeInto(resource, patch, schemas, true)
  dropDeleted(map)
  if (patch.allowsNameChange || patch.allowsKindChange) checkDistinct(map)
}

/**
 * Labels and annotations of patches that are not merged by their own name are read as texts, and a null is one: they remove nothing.
 * Follows kustomize v5.7 `api/resmap/reswrangler.go` (ApplySmPatch).
 */
export function writeNulls({ object }: Resource): void {
  for (const member of ['labels', 'annotations']) {
    const texts = memberOf(metadataOf(object), member)
    if (!isMap(texts)) continue
    for (const name of Object.keys(texts)) if (texts[name] === null) setMember(texts, name, isMissing(texts, name) ? '' : 'null')
  }
}

/**
 * Merge every patch into the one resource that it names.
 * @param step what a patch that finds no such resource is told as; nothing more than the cause by default
 * @throws {KustomizeError} when there is not exactly one
 */
export function applyStrategicMerges(map: ResourceMap, patches: readonly Resource[], schemas: SchemaLookup, step?: (id: string) => string): void {
  for (const patch of patches) {
    const id = originalIdOf(patch)
    let target: Resource
    try {
      target = map.getById(id)
    } catch (error) {
      throw step === undefined ? error : within(step(formatId(id)), error)
    }
    mergeInto(target, patch, schemas, false)
    dropDeleted(map)
  }
}

function mergeInto(resource: Resource, patch: Resource, schemas: SchemaLookup, keepsVersion: boolean): void {
  const { name, namespace, kind } = currentIdOf(resource)
  if (patch.allowsNameChange || patch.allowsKindChange) rememberId(resource)
  const gvk = gvkOf(resource.object)
  const content = keepsVersion ? { ...patch.object, apiVersion: apiVersionOf(gvk) } : patch.object
  let merged: JsonMap | undefined
  try {
    merged = mergePatch(resource.object, content, schemas(gvk))
  } catch (error) {
    throw within(`patch of ${formatId(currentIdOf(resource))}`, error)
  }
  if (merged === undefined || Object.keys(merged).length === 0) {
    resource.object = {}
    return
  }
  resource.object = merged
  if (!patch.allowsKindChange) merged['kind'] = kind
  if (!patch.allowsNameChange) setName(merged, name)
  setNamespace(merged, namespace)
}

function dropDeleted(map: ResourceMap): void {
  if (map.list.some(({ object }) => Object.keys(object).length === 0)) map.replaceAll(map.list.filter(({ object }) => Object.keys(object).length > 0))
  else map.touch()
}

/** Operations of a JSON patch, written as JSON or YAML. @throws {KustomizeError} */
export function operationsOf(text: string): readonly JsonMap[] {
  let value: unknown
  try {
    value = parseYamlDocuments(text, { scalars: 'sigs' })[0]?.value ?? null
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new KustomizeError(`yaml: line ${error.line}: ${error.message}`, 'KUSTOMIZE_INVALID', error)
  }
  if (value === null) return []
  if (typeof value === 'string') throw new KustomizeError(`decoding "${value}": json: cannot unmarshal string into Go value of type jsonpatch.Patch`)
  if (!Array.isArray(value) || !value.every((item): item is JsonMap => isMap(item) && typeof item['op'] === 'string'))
    throw new KustomizeError('a JSON patch is a list of operations')
  return rounded(value) as readonly JsonMap[]
}

/** Numbers beyond 64 bits with a sign are doubles in a JSON patch. */
function rounded(value: unknown): unknown {
  if (typeof value === 'bigint') return value >= 2n ** 63n || value < -(2n ** 63n) ? Number(value) : value
  if (Array.isArray(value)) return value.map(rounded)
  return isMap(value) ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, rounded(member)])) : value
}

/** A copy with annotations: Kustomize has written notes there before it patches, so there is a map to add to. */
function annotated(object: JsonMap): JsonMap {
  const copy = copyOf(object)
  const metadata = memberOf(copy, 'metadata')
  if (isMap(metadata) && !isMap(memberOf(metadata, 'annotations'))) metadata['annotations'] = {}
  return copy
}

/** Annotations are read as texts when the notes are put back. */
function withTexts(object: JsonMap): JsonMap {
  const metadata = memberOf(object, 'metadata')
  const annotations = isMap(metadata) ? memberOf(metadata, 'annotations') : undefined
  if (!isMap(metadata) || !isMap(annotations)) return object
  for (const [name, value] of Object.entries(annotations))
    if (typeof value !== 'object' || value === null) setMember(annotations, name, String(value as number | null))
  if (Object.keys(annotations).length === 0) delete metadata['annotations']
  return object
}

/** Origins and transformations are annotations while Kustomize builds, and go with the others. */
function forgetOrigins(resource: Resource): void {
  delete resource.origin
  resource.transformations = []
}

/** Apply a JSON patch to what the target selects. @throws {KustomizeError} */
export function applyOperations(map: ResourceMap, operations: readonly JsonMap[], { target, source }: Pick<PatchOptions, 'target' | 'source'>): void {
  if (target === undefined) throw new KustomizeError(`must specify a target for JSON patch ${source}`)
  for (const resource of select(map.list, target)) {
    rememberId(resource)
    let patched: unknown
    try {
      patched = applyJsonPatch(annotated(resource.object), copyOf(operations))
    } catch (error) {
      const test = /^testing path (.*) failed/.exec(messageOf(error))?.[1]
      throw within(
        `${test === undefined ? '' : `testing value ${test} failed: test failed: `}JSON patch ${source} of ${formatId(currentIdOf(resource))}`,
        error,
      )
    }
    if (!isMap(patched) || textOf(patched['kind']) === '') throw new KustomizeError(`JSON patch ${source} leaves no object`)
    resource.object = withTexts(patched)
    if (operations.some(({ op, path }) => op !== 'test' && ['', '/metadata', '/metadata/annotations'].includes(textOf(path)))) forgetOrigins(resource)
  }
  map.touch()
}
