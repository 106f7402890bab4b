// Addresses of resources.
import type { ApiResource } from '@plumbline/core'

/** Path of a collection, or of one object when `name` is given. Every part is escaped. */
export function pathOf(resource: Pick<ApiResource, 'group' | 'version' | 'plural' | 'isNamespaced'>, namespace: string, name?: string): string {
  const prefix = resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`
  const scope = resource.isNamespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${prefix}${scope}/${resource.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`
}

/** A query from the members that are set. */
export function queryOf(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const parts = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined || value === false || value === '' ? [] : [`${name}=${encodeURIComponent(String(value))}`],
  )
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}
