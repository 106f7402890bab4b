// Names, tags and digests of images. Follows kustomize v5.7 `api/filters/imagetag`.
import { RE2JS } from 're2js'
import { KustomizeError, messageOf } from '../errors.ts'
import { specsFor, visitField } from '../field-spec.ts'
import type { FieldSpec } from '../field-spec.ts'
import type { ResourceMap } from '../resource-map.ts'
import { isMap } from '../resource.ts'
import type { JsonMap } from '../resource.ts'

/** What becomes of the images of a name. */
export interface ImageChange {
  readonly name: string
  readonly newName?: string
  readonly newTag?: string
  readonly tagSuffix?: string
  readonly digest?: string
}

/** Change images in every list of containers wherever it is, and then at the paths: Kustomize does both, one behind the other. */
export function applyImage(map: ResourceMap, change: ImageChange, fieldSpecs: readonly FieldSpec[]): void {
  const setter = setterOf(change)
  for (const { object } of map.list) {
    if (object['kind'] === 'CustomResourceDefinition') continue
    walk(object, setter)
    for (const spec of specsFor(fieldSpecs, object)) visitField(object, spec, setter)
  }
}

function setterOf(change: ImageChange): (value: unknown) => unknown {
  const isMeant = matcherOf(change.name)
  return (value) => {
    if (value === null || value === undefined) return undefined
    if (typeof value !== 'string') {
      if (typeof value === 'object')
        throw new KustomizeError(`wrong node kind: expected ScalarNode but got ${Array.isArray(value) ? 'SequenceNode' : 'MappingNode'}: image`)
      return undefined
    }
    return isMeant(value) ? changed(value, change) : undefined
  }
}

/** The name of an image is a regular expression for Kustomize, although nobody means it to be one. */
function matcherOf(name: string): (text: string) => boolean {
  try {
    const expression = RE2JS.compile(`^${name}(:[a-zA-Z0-9_.{}-]*)?(@sha256:[a-zA-Z0-9_.{}-]*)?$`)
    return (text) => text.includes(/^[\w./-]+$/.test(name) && !name.includes('.') ? name : '') && expression.matcher(text).find()
  } catch (error) {
    throw new KustomizeError(`images: name '${name}': ${messageOf(error)}`, 'KUSTOMIZE_INVALID', error)
  }
}

/** A new tag or digest replaces both. */
function changed(image: string, { newName = '', newTag = '', tagSuffix = '', digest: newDigest = '' }: ImageChange): string {
  const parts = splitImage(image)
  const name = newName === '' ? parts.name : newName
  let { tag, digest } = parts
  if (newTag !== '') [tag, digest] = [newTag, newDigest]
  else if (newDigest !== '') [tag, digest] = ['', newDigest]
  else if (tagSuffix !== '') [tag, digest] = [tag + tagSuffix, '']
  return `${name}${tag === '' ? '' : `:${tag}`}${digest === '' ? '' : `@${digest}`}`
}

/** `registry:5000/name:tag@digest` in its parts. */
export function splitImage(image: string): { readonly name: string; readonly tag: string; readonly digest: string } {
  const slash = Math.max(image.indexOf('/'), 0)
  const at = image.indexOf('@', slash)
  const colon = image.indexOf(':', slash)
  if (at < 0 && colon < 0) return { name: image, tag: '', digest: '' }
  if (at >= 0 && (colon < 0 || at < colon)) return { name: image.slice(0, at), tag: '', digest: image.slice(at + 1) }
  if (at >= 0) return { name: image.slice(0, colon), tag: image.slice(colon + 1, at), digest: image.slice(at + 1) }
  return { name: image.slice(0, colon), tag: image.slice(colon + 1), digest: '' }
}

function walk(node: unknown, setter: (value: unknown) => unknown): void {
  if (Array.isArray(node)) {
    for (const item of node as unknown[]) walk(item, setter)
    return
  }
  if (!isMap(node)) return
  for (const key of Object.keys(node)) {
    const value = node[key]
    walk(value, setter)
    if ((key === 'containers' || key === 'initContainers') && Array.isArray(value)) for (const item of value as unknown[]) setImage(item, setter)
  }
}

function setImage(container: unknown, setter: (value: unknown) => unknown): void {
  if (!isMap(container)) return
  const next = setter((container as JsonMap)['image'])
  if (next !== undefined) container['image'] = next
}
