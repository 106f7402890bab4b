// From text to resources. Follows kustomize v5.7 `api/resource/factory.go`.
import { goYamlMessage, parseYamlDocuments, YamlError } from '@plumbline/yaml'
import { KustomizeError } from './errors.ts'
import { noteMissing } from './missing-values.ts'
import { copyOf, isMap, memberOf, metadataOf, resourceOf, textOf, textsAt } from './resource.ts'
import type { JsonMap, Resource } from './resource.ts'

const decoder = new TextDecoder('utf-8', { fatal: false })

/** Reads text as Go does: what is no UTF-8 becomes U+FFFD. */
export function decoded(content: Uint8Array): string {
  return decoder.decode(content)
}

/**
 * Every resource of a text, lists taken apart. Documents without content are passed over.
 * @param place names the text in errors
 * @throws {KustomizeError} with line and cause
 */
export function readResources(content: Uint8Array | string, place: string): Resource[] {
  const text = typeof content === 'string' ? content : decoder.decode(content)
  return objectsOf(text, place).map(resourceOf)
}

/** The objects of a text; fresh copies at every call. */
export function objectsOf(text: string, place: string): JsonMap[] {
  const objects: JsonMap[] = []
  const add = (value: unknown): void => {
    if (value === null || value === undefined || (isMap(value) && Object.keys(value).length === 0)) return
    if (!isMap(value)) throw new KustomizeError('missing Resource metadata')
    const items = listItemsOf(value)
    if (items !== undefined) {
      for (const item of items) add(item)
      return
    }
    checkMetadata(value)
    objects.push(value)
  }
  // An alias stands for a value of its own: what changes one place must not change the other.
  const isShared = /[&*]/.test(text)
  for (const { value } of documentsOf(text, place)) add(isShared ? copyOf(value) : value)
  return objects
}

/** A document begins on a line of its own here. */
function checkSeparators(text: string): void {
  for (const [, rest = ''] of text.matchAll(/\n---([^\n]+)\n/g)) {
    const content = rest.trim()
    if (content !== '' && !content.startsWith('#')) throw new KustomizeError(`invalid document separator: ---${rest.trimEnd()}`)
  }
}

function documentsOf(text: string, place: string): readonly { readonly value: unknown }[] {
  checkSeparators(text)
  try {
    return parseYamlDocuments(text, { scalars: 'kyaml', duplicateKeys: 'error', onMissingValue: noteMissing })
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    const duplicate = /^key "(.*)" is already defined/.exec(error.message)?.[1]
    const cause = duplicate === undefined ? messageIn(text, error) : `yaml: line ${error.line}: mapping key "${duplicate}" already defined`
    throw new KustomizeError(`MalformedYAMLError: ${cause} in File: ${place}`, 'KUSTOMIZE_INVALID', error)
  }
}

function listItemsOf(value: JsonMap): readonly unknown[] | undefined {
  const kind = memberOf(value, 'kind')
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Object.hasOwn(value, 'items')) return undefined
  const items = value['items']
  if (items === null) return []
  if (!Array.isArray(items)) throw new KustomizeError(`expected array in ${kind}/items, but found ${typeof items}`)
  return items as readonly unknown[]
}

/** Kustomize reads documents one by one and counts lines from the beginning of each. */
function messageIn(text: string, error: YamlError): string {
  const lines = text.split('\n')
  const marker = lines.findLastIndex((line, at) => at > 0 && at < error.line - 1 && line.startsWith('---'))
  const inDocument = new YamlError(error.code, error.message, error.line - marker - 1, error.column)
  return goYamlMessage(inDocument, lines.slice(marker + 1).join('\n'), 'v3')
}

/** What an object says of itself, as Go prints it. */
function printed(object: JsonMap): string {
  const metadata = metadataOf(object)
  const texts = (member: 'labels' | 'annotations'): string =>
    Object.entries(textsAt(object, member))
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, text]) => `${name}:${text}`)
      .join(' ')
  const text = (map: JsonMap, name: string): string => textOf(memberOf(map, name))
  return `{{${text(object, 'apiVersion')} ${text(object, 'kind')}} {{${text(metadata, 'name')} ${text(metadata, 'namespace')}} map[${texts('labels')}] map[${texts('annotations')}]}}`
}

function checkMetadata(value: JsonMap): void {
  const kind = memberOf(value, 'kind')
  if (typeof kind !== 'string' || kind === '')
    throw new KustomizeError(
      Object.hasOwn(value, 'metadata') || Object.hasOwn(value, 'apiVersion') ? `missing kind in object ${printed(value)}` : 'missing Resource metadata',
    )
  if (kind.endsWith('List')) return
  const metadata = memberOf(value, 'metadata')
  const name = isMap(metadata) ? memberOf(metadata, 'name') : undefined
  if (textOf(name) === '') throw new KustomizeError(`missing metadata.name in object ${printed(value)}`)
}
