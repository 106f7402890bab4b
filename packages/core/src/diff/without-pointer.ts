// Removes what a JSON pointer (RFC 6901) leads to. Only what is on the way is copied.
import { isRecord } from '../model/kubernetes-object.ts'

/** Names of a pointer; undefined for a text that is none, which leads nowhere. */
export function parsePointer(pointer: string): readonly string[] | undefined {
  if (!pointer.startsWith('/')) return undefined
  return pointer
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Argo CD's library counts negative places from the end. */
function indexOf(name: string, length: number): number | undefined {
  if (!/^(?:0|-?[1-9]\d*)$/.test(name)) return undefined
  const index = Number(name) < 0 ? length + Number(name) : Number(name)
  return index >= 0 && index < length ? index : undefined
}

/** The value without the member; the very same value where there is none. */
export function withoutPointer(value: unknown, names: readonly string[], at = 0): unknown {
  const name = names[at]
  if (name === undefined) return value
  const isLast = at === names.length - 1
  if (Array.isArray(value)) {
    const index = indexOf(name, value.length)
    if (index === undefined) return value
    if (isLast) return value.toSpliced(index, 1)
    const next = withoutPointer(value[index], names, at + 1)
    return next === value[index] ? value : value.with(index, next)
  }
  if (!isRecord(value) || !Object.hasOwn(value, name)) return value
  if (isLast) {
    const { [name]: _removed, ...rest } = value
    return rest
  }
  const next = withoutPointer(value[name], names, at + 1)
  return next === value[name] ? value : { ...value, [name]: next }
}
