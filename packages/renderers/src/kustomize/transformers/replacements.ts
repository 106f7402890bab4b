// Copies values from one resource to others. Follows kustomize v5.7 `api/filters/replacement`.
import { resolvePlain } from '@plumbline/yaml'
import { KustomizeError, within } from '../errors.ts'
import { effectiveNamespace, formatId, isSelectedBy } from '../resource-id.ts'
import type { Id } from '../resource-id.ts'
import type { ResourceMap } from '../resource-map.ts'
import { copyOf, idsOf, isMap, textOf, textsAt } from '../resource.ts'
import type { JsonMap, Resource } from '../resource.ts'
import { parseLabelSelector } from '../selector.ts'
import type { Selector } from '../selector.ts'
import { placesAt, splitFieldPath, valueAt } from './field-path.ts'
import type { Place } from './field-path.ts'

/** How a part of a text is taken or replaced. */
export interface ReplacementPart {
  readonly delimiter?: string
  readonly index?: number
  readonly create?: boolean
}

/** One entry of `replacements`. */
export interface Replacement {
  readonly source?: Selector & { readonly fieldPath?: string; readonly options?: ReplacementPart }
  /** A text in place of a source. */
  readonly sourceValue?: string
  readonly targets?: readonly {
    readonly select?: Selector
    readonly reject?: readonly Selector[]
    readonly fieldPaths?: readonly string[]
    readonly options?: ReplacementPart
  }[]
}

const defaultFieldPath = 'metadata.name'

/** @throws {KustomizeError} */
export function applyReplacement(map: ResourceMap, replacement: Replacement): void {
  if ((replacement.source === undefined && replacement.sourceValue === undefined) || replacement.targets === undefined)
    throw new KustomizeError('replacements must specify a source and at least one target')
  if (replacement.source !== undefined && replacement.sourceValue !== undefined) throw new KustomizeError('value and resource selectors are mutually exclusive')
  const value = replacement.source === undefined ? replacement.sourceValue : sourceValueOf(map, replacement.source)
  for (const target of replacement.targets) {
    if (target.select === undefined) throw new KustomizeError('target must specify resources to select')
    const isMeant = targetTest(target.select, target.reject ?? [])
    const paths = target.fieldPaths === undefined || target.fieldPaths.length === 0 ? [defaultFieldPath] : target.fieldPaths
    for (const resource of map.list) if (isMeant(resource)) for (const path of paths) copyTo(resource, path, value, target.options ?? {})
  }
  map.touch()
}

function sourceValueOf(map: ResourceMap, source: NonNullable<Replacement['source']>): unknown {
  const found = map.list.filter((resource) => idsOf(resource).some((id) => isIdSelected(id, source)))
  const [only, second] = found
  const shown = `${formatId({ group: source.group ?? '', version: source.version ?? '', kind: source.kind ?? '', name: source.name ?? '', namespace: source.namespace ?? '' })}`
  const at = source.fieldPath === undefined || source.fieldPath === '' ? defaultFieldPath : source.fieldPath
  const { delimiter = '', index = 0, create = false } = source.options ?? {}
  const selector = [shown, source.fieldPath ?? '', delimiter === '' && !create ? '' : `${delimiter}(${index}), create=${create}`]
    .filter((part) => part !== '')
    .join(':')
  if (second !== undefined) throw new KustomizeError(`multiple matches for selector ${selector}`)
  if (only === undefined) throw new KustomizeError(`nothing selected by ${selector}`)
  let value: unknown
  try {
    value = valueAt(only.object, splitFieldPath(at))
  } catch (error) {
    throw within('error looking up replacement source', error)
  }
  const isEmpty = value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)
  if (isEmpty) throw new KustomizeError(`fieldPath \`${at}\` is missing for replacement source ${shown}`)
  if (delimiter === '') return copyOf(value)
  if (typeof value === 'object') throw new KustomizeError('delimiter option can only be used with scalar nodes')
  const parts = textOf(value).split(delimiter)
  if (index < 0 || index >= parts.length) throw new KustomizeError(`options.index ${index} is out of bounds for value ${textOf(value)}`)
  return retyped(parts[index] ?? '', value)
}

/** Equal in every part that the selector names; no regular expressions here. */
function isIdSelected(id: Id, selector: Selector): boolean {
  if (!isSelectedBy(id, selector)) return false
  if (selector.name !== undefined && selector.name !== '' && selector.name !== id.name) return false
  if (selector.namespace === undefined || selector.namespace === '') return true
  return effectiveNamespace(id) === (selector.namespace === '' ? 'default' : selector.namespace)
}

function targetTest(wanted: Selector, rejected: readonly Selector[]): (resource: Resource) => boolean {
  const hasMarks = metadataTest(wanted)
  const marks = rejected.filter((selector) => (selector.labelSelector ?? '') !== '' || (selector.annotationSelector ?? '') !== '').map(metadataTest)
  const ids = rejected.filter((selector) =>
    [selector.group, selector.version, selector.kind, selector.name, selector.namespace].some((part) => (part ?? '') !== ''),
  )
  return (resource) => {
    if (!hasMarks(resource.object) || marks.some((test) => test(resource.object))) return false
    const own = idsOf(resource)
    return own.some((id) => isIdSelected(id, wanted)) && !ids.some((selector) => own.some((id) => isIdSelected(id, selector)))
  }
}

function metadataTest({ labelSelector, annotationSelector }: Selector): (object: JsonMap) => boolean {
  const [labels, annotations] = [parseLabelSelector(labelSelector), parseLabelSelector(annotationSelector)]
  return (object) => labels(textsAt(object, 'labels')) && annotations(textsAt(object, 'annotations'))
}

function copyTo(resource: Resource, path: string, value: unknown, options: ReplacementPart): void {
  const kind = options.create === true ? (Array.isArray(value) ? 'list' : isMap(value) ? 'map' : 'scalar') : undefined
  const missing = `unable to find ${kind === undefined ? '' : 'or create '}field "${path}" in replacement target`
  let places: readonly Place[]
  try {
    const root: Place = { get: () => resource.object, set: () => undefined }
    places = placesAt(root, splitFieldPath(path), kind)
  } catch (error) {
    throw within(missing, error)
  }
  if (places.length === 0) throw new KustomizeError(missing)
  for (const place of places) place.set(replaced(place.get(), value, options))
}

function replaced(target: unknown, value: unknown, { delimiter = '', index = 0 }: ReplacementPart): unknown {
  if (delimiter !== '') {
    if (typeof target === 'object' && target !== null) throw new KustomizeError('delimiter option can only be used with scalar nodes')
    const parts = textOf(target).split(delimiter)
    if (index < 0) parts.unshift(textOf(value))
    else if (index >= parts.length) parts.push(textOf(value))
    else parts[index] = textOf(value)
    return retyped(parts.join(delimiter), target)
  }
  if ((typeof target === 'object' && target !== null) || typeof value === 'object') return copyOf(value)
  return retyped(textOf(value), target)
}

/** Only the text is copied: what was a text stays one, a number stays a number where it can. A new value gets the type that it reads as. */
function retyped(text: string, old: unknown): unknown {
  if (typeof old === 'string') return text
  const value = resolvePlain(text, 'kyaml')
  const wanted = tagOf(old)
  if (wanted === undefined || tagOf(value) === wanted || (wanted === '!!float' && tagOf(value) === '!!int')) return value
  throw new KustomizeError(
    `map[string]interface {}(nil): yaml: cannot decode ${tagOf(value) ?? (value === null ? '!!null' : '!!str')} \`${text}\` as a ${wanted}`,
  )
}

/** The type that YAML keeps for numbers and booleans. */
function tagOf(value: unknown): string | undefined {
  if (typeof value === 'boolean') return '!!bool'
  if (typeof value === 'bigint') return '!!int'
  return typeof value === 'number' ? (Number.isInteger(value) ? '!!int' : '!!float') : undefined
}
