// A request taken apart: which resource, which object, which subresource.
import type { Registry } from './resources.ts'
import type { ResourceType } from './resource-type.ts'
import { plainNotFound, unknownResource } from './status-errors.ts'

/** What a path under /api or /apis names. */
export interface ResourcePath {
  readonly type: ResourceType
  /** '' for all namespaces and for cluster-scoped resources. */
  readonly namespace: string
  readonly name: string
  readonly subresource: string
}

/**
 * Take a resource path apart.
 * @returns undefined for paths that are no resource paths (discovery)
 * @throws {StatusError} 404 for an unknown resource of a known group, {PlainError} for an unknown group
 */
export function parseResourcePath(parts: readonly string[], registry: Registry): ResourcePath | undefined {
  const isLegacy = parts[0] === 'api'
  const [group, version, rest] = isLegacy ? ['', parts[1], parts.slice(2)] : [parts[1] ?? '', parts[2], parts.slice(3)]
  if (version === undefined || rest.length === 0) return undefined
  if (!registry.hasGroupVersion(group, version)) throw registry.hasGroup(group) && !registry.isDefinedGroup(group) ? unknownResource() : plainNotFound()
  let namespace = ''
  let segments = rest
  // `namespaces/x/pods` is inside a namespace; `namespaces/x` and `namespaces/x/status` are about one.
  if (rest[0] === 'namespaces' && rest.length > 2 && !(rest.length === 3 && (rest[2] === 'status' || rest[2] === 'finalize'))) {
    namespace = rest[1] ?? ''
    segments = rest.slice(2)
  }
  const [plural = '', name = '', ...sub] = segments
  const type = registry.find(group, version, plural)
  if (type === undefined) throw registry.isDefinedGroup(group) ? plainNotFound() : unknownResource()
  if (namespace !== '' && !type.isNamespaced) throw unknownResource()
  if (name !== '' && type.isNamespaced && namespace === '') throw unknownResource()
  return { type, namespace, name, subresource: sub.join('/') }
}
