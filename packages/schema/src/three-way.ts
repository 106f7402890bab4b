// The patch of client-side apply: additions and changes from what is wanted, deletions from what was wanted before.
// Follows kubectl `pkg/cmd/apply/patcher.go` and apimachinery `strategicpatch.CreateThreeWayMergePatch`.
import { memberSchema, untypedSchema } from './type-schema.ts'
import type { TypeSchema } from './type-schema.ts'
import { isMap, isSame, member, setMember } from './values.ts'
import type { JsonMap } from './values.ts'

/**
 * The patch that brings `current` to `modified`, taking away what `original` had and `modified` has not.
 * With a schema it is a strategic merge patch, without one a JSON merge patch. Empty when there is nothing to do.
 */
export function createThreeWayMergePatch(original: unknown, modified: unknown, current: unknown, schema?: TypeSchema): unknown {
  return patchMaps(isMap(original) ? original : {}, isMap(modified) ? modified : {}, isMap(current) ? current : {}, schema)
}

function patchMaps(original: JsonMap, modified: JsonMap, current: JsonMap, schema: TypeSchema | undefined): Record<string, unknown> {
  const patch: Record<string, unknown> = {}
  for (const name of Object.keys(modified)) {
    const [wanted, held] = [modified[name], member(current, name)]
    if (wanted === null) {
      if (held !== undefined && held !== null) setMember(patch, name, null)
      continue
    }
    const inner = schema === undefined ? undefined : (memberSchema(schema, name) ?? untypedSchema)
    patchMember(patch, name, member(original, name), wanted, held, inner)
  }
  for (const name of Object.keys(original)) if (!Object.hasOwn(modified, name) && member(current, name) !== undefined) setMember(patch, name, null)
  return patch
}

function patchMember(patch: Record<string, unknown>, name: string, before: unknown, wanted: unknown, held: unknown, schema: TypeSchema | undefined): void {
  if (held === undefined || held === null) {
    setMember(patch, name, wanted)
    return
  }
  if (isMap(wanted) && isMap(held)) {
    const inner = patchMaps(isMap(before) ? before : {}, wanted, held, schema)
    if (Object.keys(inner).length === 0) return
    if (schema?.patchStrategy?.includes('retainKeys') === true) inner['$retainKeys'] = Object.keys(wanted).sort()
    setMember(patch, name, inner)
    return
  }
  if (Array.isArray(wanted) && Array.isArray(held) && schema?.patchStrategy?.includes('merge') === true) {
    const isOfMaps = [...wanted, ...held].some(isMap)
    if (!isOfMaps) patchPrimitives(patch, name, Array.isArray(before) ? before : [], wanted, held)
    else if (schema.patchMergeKey !== undefined) patchElements(patch, name, Array.isArray(before) ? before : [], wanted, held, schema, schema.patchMergeKey)
    else if (!isSame(wanted, held)) setMember(patch, name, wanted)
    return
  }
  if (!isSame(wanted, held)) setMember(patch, name, wanted)
}

function patchPrimitives(patch: Record<string, unknown>, name: string, before: readonly unknown[], wanted: readonly unknown[], held: readonly unknown[]): void {
  const has = (list: readonly unknown[], item: unknown): boolean => list.some((other) => isSame(other, item))
  const added = wanted.filter((item) => !has(held, item))
  const removed = before.filter((item) => !has(wanted, item) && has(held, item))
  if (added.length > 0) setMember(patch, name, added)
  if (removed.length > 0) patch[`$deleteFromPrimitiveList/${name}`] = removed
  if (added.length > 0 || removed.length > 0 || isReordered(wanted, held, isSame)) patch[`$setElementOrder/${name}`] = wanted
}

function patchElements(
  patch: Record<string, unknown>,
  name: string,
  before: readonly unknown[],
  wanted: readonly unknown[],
  held: readonly unknown[],
  schema: TypeSchema,
  key: string,
): void {
  const items = schema.kind === 'list' ? schema.items : untypedSchema
  const keyOf = (item: unknown): unknown => (isMap(item) ? member(item, key) : undefined)
  const find = (list: readonly unknown[], value: unknown): unknown => list.find((item) => isSame(keyOf(item), value))
  const changes: unknown[] = []
  for (const item of wanted) {
    if (!isMap(item)) continue
    const value = keyOf(item)
    const counterpart = find(held, value)
    if (!isMap(counterpart)) {
      changes.push(item)
      continue
    }
    const previous = find(before, value)
    const inner = patchMaps(isMap(previous) ? previous : {}, item, counterpart, items)
    if (Object.keys(inner).length > 0) changes.push({ ...inner, [key]: value })
  }
  for (const item of before) {
    const value = keyOf(item)
    if (find(wanted, value) === undefined && find(held, value) !== undefined) changes.push({ $patch: 'delete', [key]: value })
  }
  const isMoved = isReordered(wanted.map(keyOf), held.map(keyOf), isSame)
  if (changes.length > 0) setMember(patch, name, changes)
  if (changes.length > 0 || isMoved) patch[`$setElementOrder/${name}`] = wanted.map((item) => ({ [key]: keyOf(item) }))
}

/** Whether the elements that both have stand in another order. */
function isReordered(wanted: readonly unknown[], held: readonly unknown[], isEqual: (a: unknown, b: unknown) => boolean): boolean {
  const positions = wanted.map((item) => held.findIndex((other) => isEqual(item, other))).filter((position) => position >= 0)
  return positions.some((position, index) => index > 0 && position < (positions[index - 1] ?? 0))
}
