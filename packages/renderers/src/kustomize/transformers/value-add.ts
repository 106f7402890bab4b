// Puts one value into fields of many resources. Follows kustomize v5.7 `api/internal/builtins/ValueAddTransformer.go`.
import { KustomizeError } from '../errors.ts'
import { splitPath } from '../field-spec.ts'
import type { ResourceMap } from '../resource-map.ts'
import { isMap, memberOf, setMember, textOf } from '../resource.ts'
import type { JsonMap } from '../resource.ts'
import { select } from '../selector.ts'
import type { Selector } from '../selector.ts'
import { applyNamespace } from './namespace.ts'

/** One place for the value. */
export interface ValueTarget {
  readonly selector?: Selector
  readonly fieldPath: string
  /** From 1: position in the file path that the field holds. */
  readonly filePathPosition: number
}

export function applyValue(map: ResourceMap, value: string, targets: readonly ValueTarget[]): void {
  for (const target of targets) {
    if (target.fieldPath === '') throw new KustomizeError('fieldPath cannot be empty')
    const chosen = target.selector === undefined ? map.list : select(map.list, target.selector)
    if (target.fieldPath === 'metadata/namespace') applyNamespace({ ...map, list: chosen }, { namespace: value, fieldSpecs: [] })
    else for (const { object } of chosen) setAt(object, splitPath(target.fieldPath), value, target.filePathPosition)
  }
  map.touch()
}

function setAt(object: JsonMap, path: readonly string[], value: string, position: number): void {
  let node = object
  for (const name of path.slice(0, -1)) {
    const next = memberOf(node, name)
    if (next !== undefined && next !== null && !isMap(next)) throw new KustomizeError(`wrong node kind: expected MappingNode: ${name}`)
    if (!isMap(next)) setMember(node, name, {})
    node = memberOf(node, name) as JsonMap
  }
  const last = path.at(-1) ?? ''
  const old = memberOf(node, last)
  if (typeof old === 'object' && old !== null) throw new KustomizeError(`wrong node kind: expected ScalarNode: ${last}`)
  setMember(node, last, position > 0 ? inserted(textOf(old), position - 1, value) : value)
}

function inserted(path: string, at: number, part: string): string {
  if (path === '') return part
  const isAbsolute = path.startsWith('/')
  const parts = path.split('/').filter((step) => step !== '')
  parts.splice(Math.min(at, parts.length), 0, part)
  return `${isAbsolute ? '/' : ''}${parts.join('/')}`
}
