// Strategic merge patch: maps merge, lists merge where their type says by which key.
// https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
// Follows apimachinery `pkg/util/strategicpatch/patch.go`.
import { PatchError } from './errors.ts'
import { memberSchema, untypedSchema } from './type-schema.ts'
import type { TypeSchema } from './type-schema.ts'
import { copyMap, goText, isMap, isSame, member, printed, setMember } from './values.ts'
import type { JsonMap } from './values.ts'

const directive = '$patch'
const retainKeys = '$retainKeys'
const orderPrefix = '$setElementOrder/'
const deletePrefix = '$deleteFromPrimitiveList/'

/**
 * The document after the patch; neither is changed.
 * @throws {PatchError} for directives that make no sense
 */
export function applyStrategicMergePatch(document: unknown, patch: unknown, schema: TypeSchema): unknown {
  if (!isMap(patch)) throw new PatchError('PATCH_INVALID', 'a strategic merge patch is a map')
  return mergeMaps(isMap(document) ? document : {}, patch, schema)
}

function mergeMaps(original: JsonMap, given: JsonMap, schema: TypeSchema): Record<string, unknown> {
  const asked = member(given, directive)
  if (asked !== undefined) {
    if (asked === 'replace') return withoutMember(given, directive)
    if (asked === 'delete') return {}
    if (asked !== 'merge') throw new PatchError('PATCH_INVALID', `unknown patch type: ${printed(asked)} in map: ${goText(given)}`)
  }
  const patch = asked === undefined ? copyMap(given) : withoutMember(given, directive)
  const result = copyMap(original)
  keepOnly(result, patch)
  orderLists(result, patch, schema)
  for (const name of Object.keys(patch)) {
    const value = patch[name]
    if (name.startsWith(deletePrefix)) {
      const list = name.slice(deletePrefix.length)
      const found = member(result, list)
      if (!Array.isArray(value)) throw new PatchError('PATCH_INVALID', `invalid value for ${name}: expected a list`)
      if (Array.isArray(found))
        setMember(
          result,
          list,
          found.filter((item) => !value.some((gone) => isSame(gone, item))),
        )
      continue
    }
    if (name.startsWith('$')) throw new PatchError('PATCH_INVALID', `unknown directive ${name}`)
    if (value === null) {
      delete result[name]
      continue
    }
    setMember(result, name, mergeMember(member(result, name), value, memberSchema(schema, name) ?? untypedSchema))
  }
  return result
}

function mergeMember(original: unknown, patch: unknown, schema: TypeSchema): unknown {
  if (original === undefined || original === null) return withoutDirectives(patch)
  if (isMap(original) && isMap(patch)) return isReplaced(schema) ? patch : mergeMaps(original, patch, schema)
  if (Array.isArray(original) && Array.isArray(patch)) return isMergedList(schema) ? mergeLists(original, patch, schema) : withoutDirectives(patch)
  return withoutDirectives(patch)
}

function isReplaced({ patchStrategy }: TypeSchema): boolean {
  return patchStrategy?.includes('replace') === true
}

function isMergedList({ patchStrategy }: TypeSchema): boolean {
  return patchStrategy?.includes('merge') === true
}

function itemsOf(schema: TypeSchema): TypeSchema {
  return schema.kind === 'list' ? schema.items : untypedSchema
}

/** Merge two lists and put the result in order: what the patch names in its order, what only the original has where it stood. */
function mergeLists(original: readonly unknown[], patch: readonly unknown[], schema: TypeSchema): unknown[] {
  const merged = mergedElements(original, patch, schema)
  const key = schema.patchMergeKey
  const inPatch = patch.filter((item) => !isMap(item) || member(item, directive) === undefined)
  return inOrder(merged, inPatch, original, key)
}

function mergedElements(original: readonly unknown[], patch: readonly unknown[], schema: TypeSchema): unknown[] {
  const isOfMaps = [...original, ...patch].some(isMap)
  if (!isOfMaps) {
    const all: unknown[] = []
    for (const item of [...original, ...patch]) if (!all.some((held) => isSame(held, item))) all.push(item)
    return all
  }
  const key = schema.patchMergeKey
  if (key === undefined) throw new PatchError('PATCH_INVALID', 'cannot merge lists without a merge key')
  if (patch.some((item) => isMap(item) && member(item, directive) === 'replace'))
    return patch.filter((item) => isMap(item) && member(item, directive) === undefined)
  let merged = [...original]
  for (const item of patch) {
    if (!isMap(item)) throw new PatchError('PATCH_INVALID', `list element types are not identical: [${goText(original)} ${goText(patch)}]`)
    const asked = member(item, directive)
    const value = member(item, key)
    if (asked === 'delete') {
      if (value === undefined) throw new PatchError('PATCH_INVALID', `delete patch type with no merge key defined`)
      merged = merged.filter((held) => !isMap(held) || !isSame(member(held, key), value))
      continue
    }
    if (asked !== undefined && asked !== 'merge') throw new PatchError('PATCH_INVALID', `unknown patch type: ${printed(asked)} in map: ${goText(item)}`)
    if (value === undefined) throw new PatchError('PATCH_INVALID', `map: ${goText(item)} does not contain declared merge key: ${key}`)
    const at = merged.findIndex((held) => isMap(held) && isSame(member(held, key), value))
    const held = merged[at]
    if (isMap(held)) merged[at] = mergeMaps(held, item, itemsOf(schema))
    else merged.push(withoutDirectives(item))
  }
  return merged
}

function sameElement(a: unknown, b: unknown, key: string | undefined): boolean {
  return key !== undefined && isMap(a) && isMap(b) ? isSame(member(a, key), member(b, key)) : isSame(a, b)
}

function indexIn(list: readonly unknown[], item: unknown, key: string | undefined): number {
  return list.findIndex((held) => sameElement(held, item, key))
}

/** Elements named in `wanted` follow its order; the others keep theirs, each in front of those it stood in front of. */
function inOrder(merged: readonly unknown[], wanted: readonly unknown[], serverOrder: readonly unknown[], key: string | undefined): unknown[] {
  const byOrder = (order: readonly unknown[]) => (a: unknown, b: unknown) => indexIn(order, a, key) - indexIn(order, b, key)
  const named = merged.filter((item) => indexIn(wanted, item, key) >= 0).toSorted(byOrder(wanted))
  const others = merged.filter((item) => indexIn(wanted, item, key) < 0).toSorted(byOrder(serverOrder))
  const result: unknown[] = []
  let [o, n] = [0, 0]
  while (o < others.length || n < named.length) {
    const isOtherFirst =
      n >= named.length ||
      (o < others.length &&
        indexIn(serverOrder, others[o], key) >= 0 &&
        indexIn(serverOrder, named[n], key) >= 0 &&
        indexIn(serverOrder, others[o], key) < indexIn(serverOrder, named[n], key))
    result.push(isOtherFirst ? others[o++] : named[n++])
  }
  return result
}

/** `$setElementOrder/x`: merge the list now, in the order that is asked for. */
function orderLists(result: Record<string, unknown>, patch: Record<string, unknown>, schema: TypeSchema): void {
  for (const directiveName of Object.keys(patch)) {
    if (!directiveName.startsWith(orderPrefix)) continue
    const order = patch[directiveName]
    delete patch[directiveName]
    if (!Array.isArray(order)) throw new PatchError('PATCH_INVALID', `invalid value for ${directiveName}: expected a list`)
    const name = directiveName.slice(orderPrefix.length)
    const inner = memberSchema(schema, name) ?? untypedSchema
    const key = inner.patchMergeKey
    const [original, changes] = [member(result, name), member(patch, name)]
    if (Array.isArray(changes)) validateOrder(changes, order, key)
    if (!Array.isArray(original) && !Array.isArray(changes)) continue
    const server = Array.isArray(original) ? original : []
    const merged = !Array.isArray(changes)
      ? server
      : !Array.isArray(original)
        ? (withoutDirectives(changes) as unknown[])
        : isMergedList(inner)
          ? mergedElements(server, changes, inner)
          : (withoutDirectives(changes) as unknown[])
    setMember(result, name, inOrder(merged, order, server, key))
    delete patch[name]
  }
}

/** Every element of the patch has to be in the order, in the same order. */
function validateOrder(changes: readonly unknown[], order: readonly unknown[], key: string | undefined): void {
  let at = 0
  for (const item of changes) {
    if (isMap(item) && member(item, directive) !== undefined) continue
    while (at < order.length && !sameElement(order[at], item, key)) at++
    if (at >= order.length)
      throw new PatchError('PATCH_INVALID', `The order in patch list:\n${goText(changes)}\n doesn't match $setElementOrder list:\n${goText(order)}\n`)
    at++
  }
}

function keepOnly(result: Record<string, unknown>, patch: Record<string, unknown>): void {
  const kept = patch[retainKeys]
  if (!Object.hasOwn(patch, retainKeys)) return
  delete patch[retainKeys]
  if (!Array.isArray(kept)) throw new PatchError('PATCH_INVALID', `invalid value for ${retainKeys}: expected a list`)
  for (const name of Object.keys(patch))
    if (!name.startsWith('$') && !kept.includes(name))
      throw new PatchError('PATCH_INVALID', `${retainKeys} directive must contain every member of the patch: ${name} is missing`)
  for (const name of Object.keys(result)) if (!kept.includes(name)) delete result[name]
}

/** What is new is taken as it is, but directives are for merging only. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value))
    return value
      .filter((item) => !(isMap(item) && (member(item, directive) === 'delete' || member(item, directive) === 'replace') && Object.keys(item).length <= 2))
      .map(withoutDirectives)
  if (!isMap(value)) return value
  const out: Record<string, unknown> = {}
  for (const name of Object.keys(value)) {
    if (name === directive || name === retainKeys || name.startsWith(orderPrefix) || name.startsWith(deletePrefix)) continue
    if (value[name] === null) continue
    setMember(out, name, withoutDirectives(value[name]))
  }
  return out
}

function withoutMember(map: JsonMap, name: string): Record<string, unknown> {
  const copy = copyMap(map)
  delete copy[name]
  return copy
}
