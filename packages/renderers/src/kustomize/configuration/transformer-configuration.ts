// Tables of fields that transformers work on: the built-in ones, and those that `configurations` add. Follows kustomize v5.7 `api/internal/plugins/builtinconfig`.
import { KustomizeError } from '../errors.ts'
import type { FieldSpec } from '../field-spec.ts'
import { compareGvk, isSelectedBy } from '../resource-id.ts'
import type { Gvk } from '../resource-id.ts'
import { isMap } from '../resource.ts'

/** Fields that hold the name of a resource of a kind. */
export interface NameReference extends Partial<Gvk> {
  readonly fieldSpecs: readonly FieldSpec[]
}

/** All tables. */
export interface TransformerConfiguration {
  readonly namePrefix: readonly FieldSpec[]
  readonly nameSuffix: readonly FieldSpec[]
  readonly namespace: readonly FieldSpec[]
  readonly commonLabels: readonly FieldSpec[]
  /** Added to every entry of `labels`. */
  readonly labels: readonly FieldSpec[]
  readonly templateLabels: readonly FieldSpec[]
  readonly commonAnnotations: readonly FieldSpec[]
  readonly nameReference: readonly NameReference[]
  readonly varReference: readonly FieldSpec[]
  readonly images: readonly FieldSpec[]
  readonly replicas: readonly FieldSpec[]
}

const tables = [
  'namePrefix',
  'nameSuffix',
  'namespace',
  'commonLabels',
  'labels',
  'templateLabels',
  'commonAnnotations',
  'varReference',
  'images',
  'replicas',
] as const

/** No tables at all: what a layer starts with. */
export const emptyConfiguration: TransformerConfiguration = Object.freeze({
  namePrefix: [],
  nameSuffix: [],
  namespace: [],
  commonLabels: [],
  labels: [],
  templateLabels: [],
  commonAnnotations: [],
  nameReference: [],
  varReference: [],
  images: [],
  replicas: [],
})

/**
 * Both, the second behind the first, then in order of kinds. The order counts: an entry for all kinds is not added where there is one for some.
 * @throws {KustomizeError} where they disagree on making a field
 */
export function mergeConfigurations(first: TransformerConfiguration, second: Partial<TransformerConfiguration>): TransformerConfiguration {
  if (first === second) return first
  const merged = Object.fromEntries(tables.map((table) => [table, mergeFieldSpecs(first[table], second[table] ?? []).toSorted(byGvk)]))
  return { ...merged, nameReference: mergeReferences(first.nameReference, second.nameReference ?? []).toSorted(byGvk) } as unknown as TransformerConfiguration
}

/** @throws {KustomizeError} */
export function mergeFieldSpecs(first: readonly FieldSpec[], second: readonly FieldSpec[]): readonly FieldSpec[] {
  const merged = [...first]
  const byPath = new Map<string, FieldSpec[]>()
  const note = (spec: FieldSpec): void => {
    const list = byPath.get(spec.path)
    if (list === undefined) byPath.set(spec.path, [spec])
    else list.push(spec)
  }
  first.forEach(note)
  for (const spec of second) {
    const found = byPath.get(spec.path)?.find((known) => isSelectedBy(gvkIn(known), spec))
    if (found === undefined) {
      note(spec)
      merged.push(spec)
    } else if ((found.create ?? false) !== (spec.create ?? false)) throw new KustomizeError('conflicting fieldspecs')
  }
  return merged
}

function byGvk(a: Partial<Gvk>, b: Partial<Gvk>): number {
  return compareGvk(gvkIn(a), gvkIn(b))
}

function mergeReferences(first: readonly NameReference[], second: readonly NameReference[]): readonly NameReference[] {
  const merged = [...first]
  const keyOf = (reference: NameReference): string => Object.values(gvkIn(reference)).join('|')
  for (const reference of second) {
    const at = merged.findIndex((known) => keyOf(known) === keyOf(reference))
    const known = merged[at]
    if (known === undefined) merged.push(reference)
    else merged[at] = { ...known, fieldSpecs: mergeFieldSpecs(known.fieldSpecs, reference.fieldSpecs) }
  }
  return merged
}

/** Tables out of a file of `configurations`. @throws {KustomizeError} */
export function parseConfiguration(value: unknown, place: string): Partial<TransformerConfiguration> {
  if (value === null || value === undefined) return {}
  if (!isMap(value)) throw new KustomizeError(`${place}: expected a map of field specifications`)
  const out: Record<string, unknown> = {}
  for (const [name, list] of Object.entries(value)) {
    const table = [...tables, 'nameReference'].find((known) => known.toLowerCase() === name.toLowerCase())
    if (table === undefined) {
      if (name === 'apiVersion' || name === 'kind' || name === 'metadata') continue
      throw new KustomizeError(`${place}: error unmarshaling JSON: while decoding JSON: json: unknown field "${name}"`)
    }
    if (list === null) continue
    if (!Array.isArray(list)) throw new KustomizeError(`${place}: ${name}: expected a list`)
    out[table] =
      table === 'nameReference'
        ? list.map((entry) => parseReference(entry, `${place}: ${name}`))
        : list.map((entry) => parseFieldSpec(entry, `${place}: ${name}`))
  }
  return out as Partial<TransformerConfiguration>
}

function parseReference(value: unknown, place: string): NameReference {
  if (!isMap(value)) throw new KustomizeError(`${place}: expected a map`)
  const list = value['fieldSpecs'] ?? []
  if (!Array.isArray(list)) throw new KustomizeError(`${place}.fieldSpecs: expected a list`)
  return { ...gvkIn(value), fieldSpecs: list.map((entry) => parseFieldSpec(entry, place)) }
}

/** @throws {KustomizeError} */
export function parseFieldSpec(value: unknown, place: string): FieldSpec {
  if (!isMap(value)) throw new KustomizeError(`${place}: expected a field specification`)
  const create = value['create'] ?? false
  if (typeof create !== 'boolean') throw new KustomizeError(`${place}: create: expected true or false`)
  return { ...gvkIn(value), path: typeof value['path'] === 'string' ? value['path'] : '', create }
}

function gvkIn(value: { readonly [name: string]: unknown } | Partial<Gvk>): Gvk {
  const part = (name: keyof Gvk): string => (typeof value[name] === 'string' ? value[name] : '')
  return { group: part('group'), version: part('version'), kind: part('kind') }
}
