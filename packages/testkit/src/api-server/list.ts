// Lists: selectors, pages, versions.
import { convertObject } from './conversions.ts'
import type { ApiContext } from './context.ts'
import type { ResourceType } from './resource-type.ts'
import { parseFieldSelector, parseLabelSelector } from './selectors.ts'
import { badRequest, expired, invalid, versionTooLarge } from './status-errors.ts'
import type { Stored } from './storage.ts'
import { isObject } from './types.ts'
import type { JsonObject, KubeObject } from './types.ts'

/** A page of a list. */
export interface ListPage {
  readonly metadata: JsonObject
  readonly items: readonly KubeObject[]
}

/** @throws {StatusError} 400, 410, 422 or 504 */
export function readList(type: ResourceType, namespace: string | undefined, query: URLSearchParams, { storage }: ApiContext): ListPage {
  const selects = selectorOf(type, query)
  const limit = limitOf(query)
  const version = query.get('resourceVersion') ?? ''
  const match = query.get('resourceVersionMatch') ?? ''
  const token = query.get('continue') ?? ''
  checkVersion(version, match, token, limit)
  if (token !== '' && version !== '' && version !== '0') throw badRequest('specifying resource version is not allowed when using continue')
  if (version !== '' && Number(version) > storage.version()) throw versionTooLarge(version, storage.version())
  const start = token === '' ? undefined : parseToken(token)
  const isExact = match === 'Exact' || (match === '' && version !== '' && version !== '0' && limit > 0)
  const at = start?.version ?? (isExact ? Number(version) : storage.version())
  const all = at === storage.version() ? storage.list(type.storage, namespace) : storage.listAt(type.storage, namespace, at)
  if (all === undefined)
    throw expired(
      start === undefined
        ? `too old resource version: ${at} (${storage.oldestVersion(type.storage)})`
        : 'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    )
  const from = start === undefined ? all : all.filter((entry) => entry.key > start.after)
  const isSelected = query.get('labelSelector') !== null || query.get('fieldSelector') !== null
  const isUnpaged = limit <= 0 || (version === '0' && token === '')
  const items: KubeObject[] = []
  let last: Stored | undefined
  let index = 0
  for (; index < from.length; index++) {
    const entry = from[index]
    if (entry === undefined || !selects(entry.object)) continue
    if (!isUnpaged && items.length === limit) break
    items.push(convertObject(entry.object, type))
    last = entry
  }
  const rest = isUnpaged ? 0 : from.slice(index).filter((entry) => selects(entry.object)).length
  // Lists of custom resources say that nothing follows, all others say nothing.
  const metadata: JsonObject = { ...(type.defined === undefined ? {} : { continue: '' }), resourceVersion: String(at) }
  if (rest > 0 && last !== undefined) {
    metadata['continue'] = formatToken({ version: at, after: last.key })
    if (!isSelected) metadata['remainingItemCount'] = rest
  }
  return { metadata, items }
}

/** Label and field selectors as one test. */
export function selectorOf(type: ResourceType, query: URLSearchParams): (object: KubeObject) => boolean {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '')
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '', type.kind, type.defined?.selectableFields)
  return (object) => (labels?.(object) ?? true) && (fields?.matches(object) ?? true)
}

function limitOf(query: URLSearchParams): number {
  const text = query.get('limit')
  if (text === null || text === '') return 0
  if (!/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}

function checkVersion(version: string, match: string, token: string, limit: number): void {
  const refuse = (type: 'Forbidden' | 'NotSupported' | 'Invalid', path: string, value: unknown, detail: string): never => {
    throw invalid({ group: 'meta.k8s.io', resource: 'ListOptions' }, '', [{ type, path, value, detail }])
  }
  if (match !== '') {
    if (version === '') refuse('Forbidden', 'resourceVersionMatch', '', 'resourceVersionMatch is forbidden unless resourceVersion is provided')
    if (token !== '') refuse('Forbidden', 'resourceVersionMatch', '', 'resourceVersionMatch is forbidden when continue is provided')
    if (match !== 'Exact' && match !== 'NotOlderThan') refuse('NotSupported', 'resourceVersionMatch', match, 'supported values: "Exact", "NotOlderThan", ""')
    if (match === 'Exact' && version === '0')
      refuse('Forbidden', 'resourceVersionMatch', '', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
  }
  if (version !== '' && !/^\d+$/.test(version))
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(version)}: strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`,
    )
  if (limit < 0 && token !== '') refuse('Invalid', 'limit', limit, 'must be positive')
}

interface Token {
  readonly version: number
  readonly after: string
}

function formatToken({ version, after }: Token): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: `${after}\u0000` })).toString('base64url')
}

function parseToken(text: string): Token {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString())
    if (isObject(value) && typeof value['rv'] === 'number' && typeof value['start'] === 'string')
      return { version: value['rv'], after: value['start'].replace(/\0$/, '') }
  } catch {
    // Said below.
  }
  throw badRequest('continue key is not valid: illegal base64 data')
}
