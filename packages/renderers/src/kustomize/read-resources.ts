// From text to resources. Follows kustomize v5.7 `api/resource/factory.go`.
import { parseYamlDocuments, YamlError } from '@plumbline/yaml'
import { KustomizeError } from './errors.ts'
import { copyOf, isMap, memberOf, resourceOf } from './resource.ts'
import type { JsonMap, Resource } from './resource.ts'

const decoder = new TextDecoder('utf-8', { fatal: false })

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
    checkMetadata(value, place)
    const hole = pathToNull(value, '')
    if (hole !== undefined) throw new KustomizeError(`${place}: empty item at ${hole} in object`)
    objects.push(value)
  }
  // An alias stands for a value of its own: what changes one place must not change the other.
  const isShared = /[&*]/.test(text)
  for (const { value } of documentsOf(text, place)) add(isShared ? copyOf(value) : value)
  return objects
}

function documentsOf(text: string, place: string): readonly { readonly value: unknown }[] {
  try {
    return parseYamlDocuments(text, { scalars: 'kyaml', duplicateKeys: 'error' })
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    const duplicate = /^key "(.*)" is already defined/.exec(error.message)?.[1]
    const cause = duplicate === undefined ? error.message : `mapping key "${duplicate}" already defined`
    throw new KustomizeError(`MalformedYAMLError: yaml: line ${error.line}: ${cause} in File: ${place}`, 'KUSTOMIZE_INVALID', error)
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

function checkMetadata(value: JsonMap, place: string): void {
  const kind = memberOf(value, 'kind')
  if (typeof kind !== 'string' || kind === '')
    throw new KustomizeError(
      Object.hasOwn(value, 'metadata') || Object.hasOwn(value, 'apiVersion') ? `missing kind in object of ${place}` : 'missing Resource metadata',
    )
  if (kind.endsWith('List')) return
  const metadata = memberOf(value, 'metadata')
  const name = isMap(metadata) ? memberOf(metadata, 'name') : undefined
  if (name === undefined || name === null || name === '') throw new KustomizeError(`${place}: missing metadata.name in object of kind ${kind}`)
  for (const member of ['labels', 'annotations'])
    for (const [key, text] of Object.entries(isMap(metadata) && isMap(metadata[member]) ? metadata[member] : {}))
      if (text !== null && typeof text === 'object') throw new KustomizeError(`${place}: metadata.${member}.${key}: expected a text`)
}

/** Lists of resources have no holes. */
function pathToNull(value: unknown, path: string): string | undefined {
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) {
      if (item === null) return path
      const found = pathToNull(item, path)
      if (found !== undefined) return found
    }
    return undefined
  }
  if (!isMap(value)) return undefined
  for (const key of Object.keys(value)) {
    const found = pathToNull(value[key], path === '' ? key : `${path}/${key}`)
    if (found !== undefined) return found
  }
  return undefined
}
