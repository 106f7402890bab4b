// Data of generated ConfigMaps and Secrets. Follows kustomize v5.7 `api/kv` and `api/internal/generators`.
import { KustomizeError, within } from '../errors.ts'
import type { Loader } from '../loader.ts'
import { isMap } from '../resource.ts'
import type { JsonMap } from '../resource.ts'

/** Names and contents, in order. */
export type KeyValues = readonly (readonly [string, Uint8Array])[]

const encoder = new TextEncoder()
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The text, or undefined for bytes that are none. */
export function utf8Of(content: Uint8Array): string | undefined {
  try {
    return strict.decode(content)
  } catch {
    return undefined
  }
}

/** Everything that `envs`, `literals` and `files` of a generator name. @throws {KustomizeError} */
export async function readKeyValues(name: string, config: JsonMap, loader: Loader): Promise<KeyValues> {
  const pairs: (readonly [string, Uint8Array])[] = []
  const envs = [...textsIn(config, 'envs'), ...(typeof config['env'] === 'string' && config['env'] !== '' ? [config['env']] : [])]
  for (const path of envs) {
    const content = utf8Of(await reading(`env source files: [${envs.join(' ')}]`, loader.read(path)))
    if (content === undefined) throw new KustomizeError(`env source files: [${envs.join(' ')}]: ${path} has invalid utf8 bytes`)
    pairs.push(...linesOf(content).map(([key, value]) => [key, encoder.encode(value)] as const))
  }
  const literals = textsIn(config, 'literals')
  for (const [at, literal] of literals.entries()) {
    const equal = literal.indexOf('=')
    // Kustomize prints the literal, which may be the secret itself.
    if (equal <= 0) throw new KustomizeError(`literal sources: invalid literal source (literals[${at}] of ${name}), expected key=value`)
    pairs.push([literal.slice(0, equal), encoder.encode(unquoted(literal.slice(equal + 1)))])
  }
  const files = textsIn(config, 'files')
  for (const source of files) {
    const [key, path] = fileSourceOf(source)
    pairs.push([key, await reading(`file sources: [${files.join(' ')}]`, loader.read(path))])
  }
  const seen = new Set<string>()
  for (const [key] of pairs) {
    if (seen.has(key)) throw new KustomizeError(`configmap ${name} illegally repeats the key \`${key}\``)
    seen.add(key)
  }
  return pairs
}

async function reading(step: string, content: Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    return await content
  } catch (error) {
    throw within(step, error)
  }
}

/** A list of texts in a configuration. @throws {KustomizeError} */
export function textsIn(config: JsonMap, name: string): readonly string[] {
  const list = config[name] ?? []
  if (!Array.isArray(list) || !list.every((item) => typeof item === 'string')) throw new KustomizeError(`${name}: expected a list of texts`)
  return list as readonly string[]
}

/** Lines of an env file: no quotes, no comments behind values. */
function linesOf(content: string): readonly (readonly [string, string])[] {
  const lines = content.replace(/^\uFEFF/, '').split(/\r?\n/)
  return lines.flatMap((line) => {
    const trimmed = line.trimStart()
    if (trimmed === '' || trimmed.startsWith('#')) return []
    const equal = trimmed.indexOf('=')
    return [equal < 0 ? ([trimmed, ''] as const) : ([trimmed.slice(0, equal), trimmed.slice(equal + 1)] as const)]
  })
}

function unquoted(value: string): string {
  const first = value[0]
  return value.length >= 2 && (first === '"' || first === "'") && value.endsWith(first) ? value.slice(1, -1) : value
}

/** `key=path`, or a path whose last part is the key. */
function fileSourceOf(source: string): readonly [string, string] {
  const parts = source.split('=')
  const [key = '', path = ''] = parts
  if (parts.length === 1) return [source.slice(source.lastIndexOf('/') + 1), source]
  if (parts.length > 2) throw new KustomizeError("key names or file paths cannot contain '='")
  if (key === '') throw new KustomizeError(`missing key name for file path "${path}" in source "${source}"`)
  if (path === '') throw new KustomizeError(`missing file path for key name "${key}" in source "${source}"`)
  return [key, path]
}

/** Labels, annotations and flags of a generator over those for all. */
export function mergedOptions(own: unknown, global: unknown): JsonMap {
  const [local, shared] = [isMap(own) ? own : {}, isMap(global) ? global : {}]
  const texts = (name: string): JsonMap => ({ ...(isMap(shared[name]) ? shared[name] : {}), ...(isMap(local[name]) ? local[name] : {}) })
  const flag = (name: string): boolean => local[name] === true || shared[name] === true
  return {
    labels: texts('labels'),
    annotations: texts('annotations'),
    disableNameSuffixHash: flag('disableNameSuffixHash'),
    immutable: flag('immutable'),
  }
}
