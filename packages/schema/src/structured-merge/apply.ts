// Server-side apply and the bookkeeping of ordinary writes, as pure functions.
// Follows structured-merge-diff v6 `merge/update.go` and apimachinery `util/managedfields/internal` (structuredmerge.go, managedfieldsupdater.go,
// skipnonapplied.go, lastappliedmanager.go).
import { zeroValueOf } from '../type-schema.ts'
import type { TypeSchema } from '../type-schema.ts'
import { canonicalText, isMap, isSame, setMember } from '../values.ts'
import {
  differenceOfSets,
  emptySet,
  formatPath,
  intersectionOfSets,
  isEmptySet,
  isSameSet,
  pathsOf,
  setOfMembers,
  unionSets,
  withoutBelow,
} from './field-set.ts'
import type { FieldSet } from './field-set.ts'
import { cappedManagers, decodeManagers, encodeManagers, identityOf, ownedBy, strippedManagers } from './managers.ts'
import type { Manager } from './managers.ts'
import { checkTyped, compareTyped, fieldSetOf, mergeTyped, removeFields, withNamedFields } from './typed.ts'

/** An object that may have metadata. */
export type AnyObject = Readonly<Record<string, unknown>>

/** Another manager owns what an applied configuration changes. */
export interface ApplyConflict {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
  readonly time: string | undefined
  /** Such as `.spec.replicas` or `.spec.containers[name="c"].image`. */
  readonly path: string
}

/** What apply came to. */
export type ApplyOutcome =
  | { readonly kind: 'applied'; readonly object: AnyObject; readonly isChanged: boolean }
  | { readonly kind: 'conflict'; readonly conflicts: readonly ApplyConflict[]; readonly message: string }

/** What both kinds of writes say of themselves. */
interface WriteFacts {
  readonly schema: TypeSchema
  readonly manager: string
  readonly apiVersion: string
  readonly subresource?: string
  /** RFC 3339. */
  readonly time: string
  /** Paths that this endpoint does not write, such as `status` on the main resource. Neither compared nor owned. */
  readonly resetPaths?: readonly (readonly string[])[]
}

/** Input of server-side apply. */
export interface ApplyRequest extends WriteFacts {
  readonly live: AnyObject | undefined
  readonly configuration: AnyObject
  readonly force?: boolean
}

/** Input of the bookkeeping of a create, update or patch. */
export interface UpdateRequest extends WriteFacts {
  readonly live: AnyObject | undefined
  readonly updated: AnyObject
}

const beforeFirstApply = 'before-first-apply'
const kubectlManager = 'kubectl'
const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * Apply a configuration.
 * @throws {SchemaError} when the configuration does not fit its type
 */
export function applyConfiguration(request: ApplyRequest): ApplyOutcome {
  const { schema, time } = request
  const configuration = withoutManagedFields(request.configuration)
  checkTyped(configuration, schema)
  const ignored = setOfMembers(request.resetPaths ?? [])
  const live = request.live === undefined ? undefined : withoutManagedFields(request.live)
  let managers = decodeManagers(entriesOf(request.live))
  if (live !== undefined && managers.size === 0) {
    // Fields that were there before anybody applied belong to nobody in particular, and conflict all the same.
    const own = withoutBelow(compareTyped(zeroObject(schema), live, schema).added, ignored)
    const first: Manager = { manager: beforeFirstApply, operation: 'Update', apiVersion: request.apiVersion, time, subresource: '', set: own }
    managers = strippedManagers(new Map([[identityOf(first), first]]))
  }
  const before = new Map(managers)
  const self = { manager: request.manager, operation: 'Apply' as const, apiVersion: request.apiVersion, subresource: request.subresource ?? '' }
  const key = identityOf(self)
  const last = managers.get(key)
  const own = withoutBelow(fieldSetOf(configuration, schema), ignored)
  managers.set(key, { ...self, time: last?.time, set: own })

  const base = live ?? zeroObject(schema)
  const merged = mergeTyped(base, configuration, schema)
  const next = (last === undefined ? merged : pruned(merged, schema, managers, last.set)) as AnyObject
  const comparison = compareTyped(base, next, schema)
  const changed = withoutBelow(unionSets(comparison.added, comparison.modified), ignored)
  const removed = withoutBelow(comparison.removed, ignored)

  const conflicts: { readonly holder: Manager; readonly key: string; readonly set: FieldSet }[] = []
  for (const [otherKey, holder] of managers) {
    if (otherKey === key) continue
    const set = intersectionOfSets(holder.set, changed)
    if (!isEmptySet(set)) conflicts.push({ holder, key: otherKey, set })
  }
  const isForced = request.force === true || isMigration(request, conflicts)
  if (!isForced && conflicts.length > 0) return conflictOutcome(conflicts)
  for (const [otherKey, holder] of managers) {
    if (otherKey === key) continue
    const lost = unionSets(conflicts.find((conflict) => conflict.key === otherKey)?.set ?? emptySet, removed)
    managers.set(otherKey, { ...holder, set: differenceOfSets(holder.set, lost) })
  }
  const isObjectChanged = live === undefined || !isSame(next, live)
  if (isObjectChanged) managers.set(key, { ...self, time, set: own })
  // A manager that joins without changing anything says no time, as on the server.
  const kept = cappedManagers(strippedManagers(managers))
  const isChanged = isObjectChanged || !areSameManagers(before, kept)
  return { kind: 'applied', object: withManagers(withLastApplied(next, request), kept), isChanged }
}

/** kubectl's own annotation is kept current for as long as it is there, so that its older clients can still take over. */
function withLastApplied(object: AnyObject, { manager, configuration }: ApplyRequest): AnyObject {
  if (manager !== kubectlManager) return object
  const metadata = object['metadata']
  const annotations = isMap(metadata) ? metadata['annotations'] : undefined
  if (!isMap(metadata) || !isMap(annotations) || !Object.hasOwn(annotations, lastAppliedAnnotation)) return object
  const applied = withoutManagedFields(configuration)
  const own = isMap(applied['metadata']) ? applied['metadata'] : {}
  const { [lastAppliedAnnotation]: _last, ...others } = isMap(own['annotations']) ? own['annotations'] : {}
  const text = `${canonicalText({ ...applied, metadata: { ...own, annotations: others } })}\n`
  return { ...object, metadata: { ...metadata, annotations: { ...annotations, [lastAppliedAnnotation]: text } } }
}

/** Fields that the manager no longer names, and that nobody else owns, go. */
function pruned(merged: unknown, schema: TypeSchema, managers: ReadonlyMap<string, Manager>, last: FieldSet): unknown {
  const lastNamed = withNamedFields(last, schema)
  const bare = removeFields(merged, lastNamed, schema)
  const [mergedSet, bareSet] = [withNamedFields(fieldSetOf(merged, schema), schema), withNamedFields(fieldSetOf(bare, schema), schema)]
  const owned = withNamedFields(ownedBy(managers.values()), schema)
  const withOwned = removeFields(merged, differenceOfSets(differenceOfSets(mergedSet, bareSet), owned), schema)
  // Items that were not the manager's own do not go with what is around them.
  const keptSet = withNamedFields(fieldSetOf(withOwned, schema), schema)
  return removeFields(merged, intersectionOfSets(differenceOfSets(mergedSet, keptSet), lastNamed), schema)
}

/** kubectl takes over from its own client-side apply what the annotation says it had applied. */
function isMigration(request: ApplyRequest, conflicts: readonly { readonly holder: Manager; readonly set: FieldSet }[]): boolean {
  if (request.manager !== kubectlManager || conflicts.length === 0) return false
  const applied = lastAppliedOf(request.live)
  if (applied === undefined) return false
  const allowed = fieldSetOf(applied, request.schema)
  return conflicts.every(({ set }) => isEmptySet(differenceOfSets(set, allowed)))
}

function lastAppliedOf(live: AnyObject | undefined): unknown {
  const metadata = live?.['metadata']
  const annotations = isMap(metadata) ? metadata['annotations'] : undefined
  const text = isMap(annotations) ? annotations[lastAppliedAnnotation] : undefined
  if (typeof text !== 'string') return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function conflictOutcome(conflicts: readonly { readonly holder: Manager; readonly key: string; readonly set: FieldSet }[]): ApplyOutcome {
  const all = conflicts
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .flatMap(({ holder, set }) =>
      pathsOf(set).map((path): ApplyConflict => ({
        manager: holder.manager,
        operation: holder.operation,
        apiVersion: holder.apiVersion,
        subresource: holder.subresource,
        time: holder.time,
        path: formatPath(path),
      })),
    )
  const [first] = all
  if (all.length === 1 && first !== undefined)
    return { kind: 'conflict', conflicts: all, message: `Apply failed with 1 conflict: conflict with ${describe(first)}: ${first.path}` }
  const groups = new Map<string, string[]>()
  for (const conflict of all) groups.set(describe(conflict), [...(groups.get(describe(conflict)) ?? []), conflict.path])
  const lines = [...groups].flatMap(([who, paths]) => [`conflicts with ${who}:`, ...paths.map((path) => `- ${path}`)])
  return { kind: 'conflict', conflicts: all, message: `Apply failed with ${all.length} conflicts: ${lines.join('\n')}` }
}

/** The other manager as messages name it. */
export function describe({ manager, operation, apiVersion, subresource }: Omit<ApplyConflict, 'path'>): string {
  const at = subresource === '' ? '' : ` with subresource ${JSON.stringify(subresource)}`
  return `${JSON.stringify(manager)}${at}${operation === 'Apply' ? '' : ` using ${apiVersion}`}`
}

/**
 * Record who set what, after a create, update or patch.
 * @returns the updated object with its managedFields
 */
export function recordUpdate(request: UpdateRequest): AnyObject {
  const { schema, time } = request
  const given = entriesOf(request.updated)
  const updated = withoutManagedFields(request.updated)
  const isReset =
    request.live !== undefined &&
    given !== undefined &&
    (given.length === 0 || (given.length === 1 && isMap(given[0]) && Object.keys(given[0]).length === 0)) &&
    (request.subresource ?? '') === ''
  const liveEntries = entriesOf(request.live)
  if (isReset) return updated
  // Objects that lost their bookkeeping get none until somebody applies.
  if (request.live !== undefined && (liveEntries === undefined || liveEntries.length === 0)) return updated
  const live = request.live === undefined ? zeroObject(schema) : withoutManagedFields(request.live)
  const ignored = setOfMembers(request.resetPaths ?? [])
  const managers = decodeWritable(given, liveEntries, request.subresource ?? '')
  const comparison = compareTyped(live, updated, schema)
  const changed = withoutBelow(unionSets(comparison.added, comparison.modified), ignored)
  const removed = withoutBelow(comparison.removed, ignored)
  const next = new Map<string, Manager>()
  for (const [key, holder] of managers) next.set(key, { ...holder, set: differenceOfSets(differenceOfSets(holder.set, changed), removed) })
  const self = { manager: request.manager, operation: 'Update' as const, apiVersion: request.apiVersion, subresource: request.subresource ?? '' }
  const key = identityOf(self)
  const mine = strippedManagers(new Map([[key, { ...self, time, set: changed }]])).get(key)
  if (mine !== undefined) next.set(key, { ...mine, set: unionSets(next.get(key)?.set ?? emptySet, mine.set) })
  return withManagers(updated, cappedManagers(strippedManagers(next)))
}

/** Managed fields that come with an update count when they can be read; a subresource cannot change them. */
function decodeWritable(given: readonly unknown[] | undefined, live: readonly unknown[] | undefined, subresource: string): Map<string, Manager> {
  if (subresource === '' && given !== undefined && live !== undefined) {
    try {
      return decodeManagers(given)
    } catch {
      // What cannot be read is ignored, as the server does.
    }
  }
  return decodeManagers(live)
}

function entriesOf(object: AnyObject | undefined): readonly unknown[] | undefined {
  const metadata = object?.['metadata']
  const entries = isMap(metadata) ? metadata['managedFields'] : undefined
  return Array.isArray(entries) ? entries : undefined
}

function withoutManagedFields(object: AnyObject): AnyObject {
  const metadata = object['metadata']
  if (!isMap(metadata) || !Object.hasOwn(metadata, 'managedFields')) return object
  const { managedFields: _fields, ...rest } = metadata
  return { ...object, metadata: rest }
}

function withManagers(object: AnyObject, managers: ReadonlyMap<string, Manager>): AnyObject {
  const metadata: Record<string, unknown> = isMap(object['metadata']) ? { ...object['metadata'] } : {}
  if (managers.size > 0) setMember(metadata, 'managedFields', encodeManagers(managers))
  return { ...object, metadata }
}

function areSameManagers(a: ReadonlyMap<string, Manager>, b: ReadonlyMap<string, Manager>): boolean {
  if (a.size !== b.size) return false
  for (const [key, manager] of a) {
    const other = b.get(key)
    if (other === undefined || other.apiVersion !== manager.apiVersion || !isSameSet(other.set, manager.set)) return false
  }
  return true
}

/** What a write is compared with when nothing was there before. */
function zeroObject(schema: TypeSchema): AnyObject {
  return schema.kind === 'object' && !schema.isOpen ? zeroValueOf(schema) : {}
}
