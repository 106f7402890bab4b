// Objects of `crds/` by content id: they are the largest part of many charts, no template changes them, and every application with the chart
// has the same ones. They are shared; nobody changes what was rendered.
import type { Manifest } from '@plumbline/core'
import { parseManifests } from '../directory/parse-manifests.ts'

/** Bytes of the files that are kept, together. */
const maxKept = 64 * 2 ** 20

interface Known {
  readonly manifests: readonly Manifest[]
  readonly size: number
}

/** In order of use. */
const known = new Map<string, Known>()
let kept = 0

/**
 * The manifests of a file.
 * @param id equal exactly when the content is
 * @throws {RenderError} as `parseManifests`
 */
export function knownDefinitions(path: string, id: string, data: Uint8Array): readonly Manifest[] {
  const key = `${path.endsWith('.json') ? 'json' : 'yaml'} ${id}`
  const entry = known.get(key) ?? { manifests: parseManifests(path, data).manifests, size: data.byteLength }
  keep(key, entry)
  return entry.manifests.map(({ object, origin }) => ({ object, ...(origin === undefined ? {} : { origin: { ...origin, path } }) }))
}

/** What was used longest ago goes first. */
function keep(key: string, entry: Known): void {
  forget(key)
  known.set(key, entry)
  kept += entry.size
  for (const oldest of known.keys()) {
    if (kept <= maxKept) break
    forget(oldest)
  }
}

function forget(key: string): void {
  kept -= known.get(key)?.size ?? 0
  known.delete(key)
}
