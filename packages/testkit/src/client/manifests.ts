// Manifests from files, folders, texts and objects.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseYamlDocuments, YamlError } from '@plumbline/yaml'
import { isObject, objectsOf } from '../api-server/types.ts'
import type { KubeObject } from '../api-server/types.ts'

/** The path of a file or folder, a text of YAML or JSON, or an object. */
export type ManifestSource = string | { readonly yaml: string } | KubeObject

const manifestFile = /\.(ya?ml|json)$/

/**
 * Every object of some sources, in order; files of a folder in order of their names, with those in folders below.
 * @throws {Error} naming file and line, where a text cannot be read or holds something that is no object
 */
export async function readManifests(sources: readonly ManifestSource[]): Promise<KubeObject[]> {
  const objects: KubeObject[] = []
  for (const source of sources)
    if (typeof source === 'string') for (const path of await filesOf(source)) objects.push(...parse(await readFile(path, 'utf8'), path))
    else if ('yaml' in source && typeof source['yaml'] === 'string') objects.push(...parse(source['yaml'], 'manifests'))
    else objects.push(source as KubeObject)
  return objects
}

async function filesOf(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile() && manifestFile.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted()
}

function parse(text: string, origin: string): KubeObject[] {
  try {
    return parseYamlDocuments(text).flatMap(({ value }, index) => objectsIn(value, `${origin}, document ${index + 1}`))
  } catch (error) {
    throw error instanceof YamlError ? new Error(`${origin}:${error.line}: ${error.message}`, { cause: error }) : error
  }
}

function objectsIn(value: unknown, origin: string): KubeObject[] {
  if (value === null || value === undefined) return []
  if (!isObject(value) || typeof value['apiVersion'] !== 'string' || typeof value['kind'] !== 'string')
    throw new Error(`${origin}: not a Kubernetes object; it has to have apiVersion and kind`)
  if (value['kind'] === 'List') return objectsOf(value['items']).flatMap((item) => objectsIn(item, origin))
  return [{ ...value, metadata: isObject(value['metadata']) ? value['metadata'] : {} } as unknown as KubeObject]
}
