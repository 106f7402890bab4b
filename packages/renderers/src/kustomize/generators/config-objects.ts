// ConfigMaps and Secrets out of files and literals. Follows kustomize v5.7 `api/internal/generators`.
import { KustomizeError } from '../errors.ts'
import type { Loader } from '../loader.ts'
import { checkKey, isMap, resourceOf, setMember, setTexts, textOf } from '../resource.ts'
import type { JsonMap, Resource } from '../resource.ts'
import { mergedOptions, readKeyValues, utf8Of } from './key-values.ts'

/** @param config `name`, `namespace`, `behavior`, `envs`, `literals`, `files`, `options`, and for Secrets `type` @throws {KustomizeError} */
export async function generateConfigObject(kind: 'ConfigMap' | 'Secret', config: JsonMap, loader: Loader): Promise<Resource> {
  const metadata = isMap(config['metadata']) ? config['metadata'] : config
  const name = textOf(config['name'] ?? metadata['name'])
  if (name === '') throw new KustomizeError(kind === 'Secret' ? 'secret must have a name' : 'must provide configmap name')
  const namespace = textOf(config['namespace'] ?? metadata['namespace'])
  const options = mergedOptions(config['options'], config['generatorOptions'])
  const object: JsonMap = { apiVersion: 'v1', kind, metadata: { name, ...(namespace === '' ? {} : { namespace }) } }
  if (kind === 'Secret') object['type'] = textOf(config['type']) === '' ? 'Opaque' : textOf(config['type'])
  addData(object, kind, await readKeyValues(name, config, loader))
  for (const member of ['labels', 'annotations'] as const) {
    const texts = Object.entries(options[member] as JsonMap)
    for (const [key] of texts) checkKey(key)
    if (texts.length > 0) setTexts(object, member, Object.fromEntries(texts.map(([key, value]) => [key, textOf(value)])))
  }
  if (options['immutable'] === true) object['immutable'] = true
  const resource = resourceOf(object)
  resource.needsHash = options['disableNameSuffixHash'] !== true
  const behavior = config['behavior']
  resource.behavior = behavior === 'merge' || behavior === 'replace' ? behavior : 'create'
  // Notes of generators are annotations for Kustomize.
  return resource
}

function addData(object: JsonMap, kind: 'ConfigMap' | 'Secret', pairs: readonly (readonly [string, Uint8Array])[]): void {
  const data: JsonMap = {}
  const binary: JsonMap = {}
  for (const [key, content] of pairs) {
    checkKey(key)
    const text = kind === 'ConfigMap' ? utf8Of(content) : undefined
    if (text?.startsWith('\t') === true && text.includes('\n')) throw new KustomizeError(`${key}: yaml: found a tab character that violates indentation`)
    if (text !== undefined) setMember(data, key, text)
    else setMember(kind === 'Secret' ? data : binary, key, wrappedBase64(content))
  }
  if (kind === 'Secret' || Object.keys(data).length > 0) object['data'] = data
  if (Object.keys(binary).length > 0) object['binaryData'] = binary
}

const lineLength = 70

/** Long texts are broken into lines, with a line feed behind the last. */
function wrappedBase64(content: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < content.length; at += 0x8000) binary += String.fromCharCode(...content.subarray(at, at + 0x8000))
  const encoded = btoa(binary)
  if (encoded.length < lineLength) return encoded
  return encoded.replaceAll(new RegExp(`.{1,${lineLength}}`, 'g'), '$&\n')
}
