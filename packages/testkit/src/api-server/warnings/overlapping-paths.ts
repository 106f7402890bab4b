// Files of one volume that take each other's place. Follows kubernetes `pkg/api/pod/warnings.go`.
import { isObject, objectOf, objectsOf, textOf } from '../types.ts'
import type { JsonObject } from '../types.ts'

interface File {
  readonly path: string
  /** Where it comes from, for volumes out of several sources. */
  readonly source: string
}

export function overlapWarnings(spec: JsonObject): string[] {
  return objectsOf(spec['volumes']).flatMap((volume) => {
    const name = JSON.stringify(textOf(volume['name']))
    const warn = (kind: string, files: readonly File[]): string[] => overlaps(files).map((text) => `volume ${name} (${kind}): overlapping paths: ${text}`)
    const plain = (source: JsonObject): File[] => filesOf(source, '')
    const [config, secret] = [objectOf(volume['configMap']), objectOf(volume['secret'])]
    return [
      ...warn(`ConfigMap ${JSON.stringify(textOf(config['name']))}`, plain(config)),
      ...warn(`Secret ${JSON.stringify(textOf(secret['secretName']))}`, plain(secret)),
      ...warn('DownwardAPI', plain(objectOf(volume['downwardAPI']))),
      ...objectsOf(objectOf(volume['projected'])['sources'])
        .filter((source) => !Object.values(source).some(isObject))
        .map(() => `volume ${name} (Projected) has no sources provided`),
      ...warn('Projected', objectsOf(objectOf(volume['projected'])['sources']).flatMap(projectedFiles)),
    ]
  })
}

function filesOf(source: JsonObject, shown: string): File[] {
  return objectsOf(source['items']).map((item) => ({ path: textOf(item['path']), source: shown }))
}

function projectedFiles(source: JsonObject): File[] {
  const { configMap, secret, downwardAPI, serviceAccountToken, clusterTrustBundle, podCertificate } = source
  if (isObject(configMap)) return filesOf(configMap, `ConfigMap ${JSON.stringify(textOf(configMap['name']))}`)
  if (isObject(secret)) return filesOf(secret, `Secret ${JSON.stringify(textOf(secret['name']))}`)
  if (isObject(downwardAPI)) return filesOf(downwardAPI, 'DownwardAPI')
  if (isObject(serviceAccountToken)) return [{ path: textOf(serviceAccountToken['path']), source: 'ServiceAccountToken' }]
  if (isObject(clusterTrustBundle)) {
    const name = textOf(clusterTrustBundle['name'] ?? clusterTrustBundle['signerName'])
    return [{ path: textOf(clusterTrustBundle['path']), source: `ClusterTrustBundle ${JSON.stringify(name)}` }]
  }
  const certificate = objectOf(podCertificate)
  const parts = { certificateChainPath: 'chain', keyPath: 'key', credentialBundlePath: 'credential bundle' }
  return Object.entries(parts)
    .map(([member, shown]) => ({ path: textOf(certificate[member]), source: `PodCertificate ${shown}` }))
    .filter(({ path }) => path !== '')
}

/** A tree of paths finds what overlaps without looking at every pair: lists may be long. */
function overlaps(files: readonly File[]): string[] {
  const found: string[] = []
  const known: File[] = []
  const below = new Map<string, number[]>()
  const ends = new Map<string, number[]>()
  for (const { path: given, source } of files) {
    const path = given.replace(/\/+$/, '')
    const file = { path, source }
    if (path !== '') {
      const steps = path.split('/')
      const above = steps.slice(0, -1).flatMap((_step, index) => ends.get(steps.slice(0, index + 1).join('/')) ?? [])
      const places = [...new Set([...above, ...(ends.get(path) ?? []), ...(below.get(path) ?? [])])].toSorted((a, b) => a - b)
      for (const place of places) found.push(`${shown(file)} with ${shown(known[place] ?? file)}`)
      add(ends, path, known.length)
      for (let index = 1; index < steps.length; index++) add(below, steps.slice(0, index).join('/'), known.length)
    }
    known.push(file)
  }
  return found
}

function add(places: Map<string, number[]>, path: string, place: number): void {
  const held = places.get(path)
  if (held === undefined) places.set(path, [place])
  else held.push(place)
}

function shown({ path, source }: File): string {
  return source === '' ? JSON.stringify(path) : `${JSON.stringify(path)} (${source})`
}
