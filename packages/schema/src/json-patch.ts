// JSON patch (RFC 6902) with the leniency of kube-apiserver, whose library is evanphx/json-patch.
import { PatchError } from './errors.ts'
import { copyMap, isMap, isSame, member, setMember } from './values.ts'

interface Operation {
  readonly op: string
  readonly path: string
  readonly from?: string
  readonly value?: unknown
}

/** The API server refuses longer ones (`maxJSONPatchOperations`). */
const maxOperations = 10_000

/**
 * The document after the operations; it is not changed.
 * @throws {PatchError}
 */
export function applyJsonPatch(document: unknown, operations: unknown): unknown {
  if (operations === null) return document
  if (!Array.isArray(operations)) throw new PatchError('PATCH_INVALID', 'a JSON patch is a list of operations')
  if (operations.length > maxOperations)
    throw new PatchError('PATCH_INVALID', `The allowed maximum operations in a JSON patch is ${maxOperations}, got ${operations.length}`)
  return operations.reduce<unknown>((current, operation) => applyOperation(current, operationOf(operation)), document)
}

function operationOf(value: unknown): Operation {
  if (!isMap(value) || typeof value['op'] !== 'string' || typeof value['path'] !== 'string')
    throw new PatchError('PATCH_INVALID', 'an operation has an "op" and a "path"')
  const from = value['from']
  return {
    op: value['op'],
    path: value['path'],
    ...(typeof from === 'string' ? { from } : {}),
    value: Object.hasOwn(value, 'value') ? value['value'] : undefined,
  }
}

function applyOperation(document: unknown, { op, path, from, value }: Operation): unknown {
  const target = pointerOf(path)
  switch (op) {
    case 'add':
      return add(document, target, value ?? null)
    case 'replace':
      // A missing member of a map is added, as the server's library does; a missing element of a list is an error.
      if (!exists(document, target) && !isMap(valueAt(document, target.slice(0, -1)))) throw missing(op, path)
      return target.length === 0 ? (value ?? null) : replace(document, target, value ?? null)
    case 'remove':
      return remove(document, target, path)
    case 'move': {
      const source = pointerOf(from ?? '')
      if (!exists(document, source)) throw missing(op, from ?? '')
      return add(remove(document, source, from ?? ''), target, valueAt(document, source))
    }
    case 'copy':
      // A missing source is copied as null, if there is something that it is missing from.
      if (!exists(document, pointerOf(from ?? '').slice(0, -1))) throw missing(op, from ?? '')
      return add(document, target, valueAt(document, pointerOf(from ?? '')) ?? null)
    case 'test': {
      const found = valueAt(document, target) ?? null
      if (!isSame(found, value ?? null)) throw new PatchError('PATCH_TEST_FAILED', `testing path ${path} failed`)
      return document
    }
    default:
      throw new PatchError('PATCH_INVALID', `Unexpected kind: ${op}`)
  }
}

/** What stands before the first slash is not looked at, as in the server's library. */
function pointerOf(path: string): string[] {
  if (path === '') return []
  const parts = path.split('/').slice(1)
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function missing(op: string, path: string): PatchError {
  return new PatchError('PATCH_PATH', `${op} operation does not apply: doc is missing path: ${path}: missing value`)
}

/** Index into a list; `-` and -1 stand behind the last element when adding. */
function indexOf(list: readonly unknown[], part: string, isAdding: boolean): number {
  if (part === '-') return isAdding ? list.length : -1
  if (!/^-?(?:0|[1-9]\d*)$/.test(part)) return -1
  const index = Number(part)
  if (index >= 0) return index
  return isAdding ? list.length + 1 + index : list.length + index
}

function valueAt(document: unknown, path: readonly string[]): unknown {
  let at = document
  for (const part of path) {
    if (Array.isArray(at)) at = (at as unknown[])[indexOf(at, part, false)]
    else if (isMap(at)) at = member(at, part)
    else return undefined
  }
  return at
}

function exists(document: unknown, path: readonly string[]): boolean {
  if (path.length === 0) return true
  const parent = valueAt(document, path.slice(0, -1))
  const last = path.at(-1) ?? ''
  if (Array.isArray(parent)) return indexOf(parent, last, false) >= 0 && indexOf(parent, last, false) < parent.length
  return isMap(parent) && Object.hasOwn(parent, last)
}

/** Change the parent of a path, copying what is on the way. */
function change(document: unknown, path: readonly string[], work: (parent: unknown[] | Record<string, unknown>, last: string) => void): unknown {
  const [first = '', ...rest] = path
  if (Array.isArray(document)) {
    const copy = [...(document as unknown[])]
    if (rest.length === 0) work(copy, first)
    else {
      const index = indexOf(copy, first, false)
      if (index < 0 || index >= copy.length) throw missing('', path.join('/'))
      copy[index] = change(copy[index], rest, work)
    }
    return copy
  }
  if (!isMap(document)) throw missing('', path.join('/'))
  const copy = copyMap(document)
  if (rest.length === 0) work(copy, first)
  else {
    if (!Object.hasOwn(copy, first)) throw missing('', path.join('/'))
    setMember(copy, first, change(copy[first], rest, work))
  }
  return copy
}

function add(document: unknown, path: readonly string[], value: unknown): unknown {
  if (path.length === 0) return value
  return change(document, path, (parent, last) => {
    if (!Array.isArray(parent)) {
      setMember(parent, last, value)
      return
    }
    const index = indexOf(parent, last, true)
    if (index < 0 || index > parent.length)
      throw new PatchError('PATCH_PATH', `add operation does not apply: doc is missing path: ${last}: invalid index referenced`)
    parent.splice(index, 0, value)
  })
}

function replace(document: unknown, path: readonly string[], value: unknown): unknown {
  return change(document, path, (parent, last) => {
    if (Array.isArray(parent)) parent[indexOf(parent, last, false)] = value
    else setMember(parent, last, value)
  })
}

function remove(document: unknown, path: readonly string[], shown: string): unknown {
  if (path.length === 0 || !exists(document, path)) throw missing('remove', shown)
  return change(document, path, (parent, last) => {
    if (Array.isArray(parent)) parent.splice(indexOf(parent, last, false), 1)
    else delete parent[last]
  })
}
