// Objects of `crds/` by content id: they are the largest part of many charts, no template changes them, and every application with the chart
// has the same ones. They are shared; nobody changes what was rendered.
import { createByteCache } from '@plumbline/core'
import type { Manifest } from '@plumbline/core'
import { parseManifests } from '../directory/parse-manifests.ts'

const known = createByteCache<readonly Manifest[]>(64 * 2 ** 20)

/**
 * The manifests of a file.
 * @param id equal exactly when the content is
 * @throws {RenderError} as `parseManifests`
 */
export function knownDefinitions(path: string, id: string, data: Uint8Array): readonly Manifest[] {
  const key = `${path.endsWith('.json') ? 'json' : 'yaml'} ${id}`
  let manifests = known.get(key)
  if (manifests === undefined) {
    manifests = parseManifests(path, data).manifests
    known.set(key, manifests, data.byteLength)
  }
  return manifests.map(({ object, origin }) => ({ object, ...(origin === undefined ? {} : { origin: { ...origin, path } }) }))
}
