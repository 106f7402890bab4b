// `metadata.managedFields`: who owns which fields. Follows apimachinery `util/managedfields/internal` (managedfields.go, buildmanagerinfo.go,
// capmanagers.go, stripmeta.go).
import { SchemaError } from '../errors.ts'
import { isMap } from '../values.ts'
import { differenceOfSets, emptySet, formatFieldSet, isEmptySet, parseFieldSet, setOfMembers, unionSets } from './field-set.ts'
import type { FieldSet } from './field-set.ts'

/** One entry of `metadata.managedFields`. */
export interface ManagedFieldsEntry {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly time?: string
  readonly fieldsType: 'FieldsV1'
  readonly fieldsV1: unknown
  readonly subresource?: string
}

/** An entry with its fields as a set. */
export interface Manager {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly time: string | undefined
  readonly subresource: string
  readonly set: FieldSet
}

/** Managers by identity. */
export type Managers = ReadonlyMap<string, Manager>

/** Fields that nobody owns: identity, and what only the server writes. */
const unowned = setOfMembers([
  ['apiVersion'],
  ['kind'],
  ['metadata'],
  ...['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map((name) => [
    'metadata',
    name,
  ]),
])

const maxUpdateManagers = 10
const ancient = 'ancient-changes'

/** Whose entry it is. Appliers keep theirs across versions; updaters have one a version. */
export function identityOf({
  manager,
  operation,
  apiVersion,
  subresource,
}: {
  readonly manager: string
  readonly operation: string
  readonly apiVersion: string
  readonly subresource: string
}): string {
  return JSON.stringify({ manager, operation, ...(operation === 'Apply' ? {} : { apiVersion }), ...(subresource === '' ? {} : { subresource }) })
}

/** @throws {SchemaError} `MANAGED_FIELDS_INVALID` */
export function decodeManagers(entries: readonly unknown[] | undefined): Map<string, Manager> {
  const managers = new Map<string, Manager>()
  for (const entry of entries ?? []) {
    if (!isMap(entry)) throw new SchemaError('MANAGED_FIELDS_INVALID', 'an entry of managedFields is a map')
    const {
      manager = '',
      operation,
      apiVersion = '',
      time,
      subresource = '',
      fieldsV1 = {},
    } = entry as Record<string, string | undefined> & { fieldsV1?: unknown }
    if (operation !== 'Apply' && operation !== 'Update')
      throw new SchemaError('MANAGED_FIELDS_INVALID', `operation is \`Apply\` or \`Update\`, not ${JSON.stringify(operation)}`)
    const decoded: Manager = { manager, operation, apiVersion, time, subresource, set: parseFieldSet(fieldsV1) }
    const key = identityOf(decoded)
    const held = managers.get(key)
    managers.set(key, held === undefined ? decoded : { ...decoded, set: unionSets(held.set, decoded.set) })
  }
  return managers
}

/** In the server's order: appliers first, then by time, those without one before all others, manager and version. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] {
  return [...managers.values()]
    .toSorted(
      (a, b) =>
        compare(a.operation, b.operation) ||
        compare(a.time ?? '', b.time ?? '') ||
        compare(a.manager, b.manager) ||
        compare(a.apiVersion, b.apiVersion) ||
        compare(a.subresource, b.subresource),
    )
    .map(({ manager, operation, apiVersion, time, subresource, set }) => ({
      manager,
      operation,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: 'FieldsV1',
      fieldsV1: formatFieldSet(set),
      ...(subresource === '' ? {} : { subresource }),
    }))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Managers without the fields that nobody owns, and without those of which nothing is left. */
export function strippedManagers(managers: Managers): Map<string, Manager> {
  const stripped = new Map<string, Manager>()
  for (const [key, manager] of managers) {
    const set = differenceOfSets(manager.set, unowned)
    if (!isEmptySet(set)) stripped.set(key, set === manager.set ? manager : { ...manager, set })
  }
  return stripped
}

/** Keep the number of updaters bounded: the oldest become one entry a version. */
export function cappedManagers(managers: Managers): Map<string, Manager> {
  const updaters = [...managers].filter(([, { operation }]) => operation === 'Update')
  if (updaters.length <= maxUpdateManagers) return new Map(managers)
  const oldest = updaters.toSorted(([keyA, a], [keyB, b]) => compare(a.time ?? '', b.time ?? '') || compare(keyA, keyB))
  const capped = new Map(managers)
  for (const [key, manager] of oldest) {
    if ([...capped.values()].filter(({ operation }) => operation === 'Update').length <= maxUpdateManagers) break
    const bucket: Manager = { ...manager, manager: ancient, subresource: '' }
    const bucketKey = identityOf(bucket)
    if (key === bucketKey) continue
    const held = capped.get(bucketKey)
    capped.delete(key)
    capped.set(
      bucketKey,
      held === undefined
        ? bucket
        : {
            ...held,
            set: unionSets(held.set, manager.set),
            time: held.time !== undefined && manager.time !== undefined && held.time > manager.time ? held.time : manager.time,
          },
    )
  }
  return capped
}

/** Everything that a set of managers owns. */
export function ownedBy(managers: Iterable<Manager>): FieldSet {
  let owned = emptySet
  for (const { set } of managers) owned = unionSets(owned, set)
  return owned
}
