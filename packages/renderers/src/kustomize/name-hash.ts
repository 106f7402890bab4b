// The suffix of generated names, which changes with the content. Follows kustomize v5.7 `api/hasher`.
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'
import { isMap, memberOf } from './resource.ts'
import type { JsonMap } from './resource.ts'

const letters: Readonly<Record<string, string>> = { '0': 'g', '1': 'h', '3': 'k', a: 'm', e: 't' }

/** Ten letters and digits. The name is no part of it: Kustomize looks for it at a place where there is none. */
export function nameHashOf(object: JsonMap): string {
  const kind = memberOf(object, 'kind')
  const encoded =
    kind === 'ConfigMap'
      ? { kind, name: '', data: memberOf(object, 'data') ?? '', ...optional(object, 'binaryData') }
      : kind === 'Secret'
        ? { kind, name: '', type: memberOf(object, 'type') ?? '', data: memberOf(object, 'data') ?? '', ...optional(object, 'stringData') }
        : object
  const hex = bytesToHex(sha256(new TextEncoder().encode(goJson(encoded))))
  return hex.slice(0, 10).replaceAll(/[013ae]/g, (digit) => letters[digit] ?? digit)
}

function optional(object: JsonMap, name: string): JsonMap {
  const value = memberOf(object, name)
  return value === undefined ? {} : { [name]: value }
}

/** JSON as Go writes it: keys in order of their bytes, `<`, `>` and `&` as escapes. */
function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`
  if (isMap(value))
    return `{${Object.keys(value)
      .sort(byBytes)
      .map((key) => `${goJson(key)}:${goJson(value[key])}`)
      .join(',')}}`
  if (typeof value === 'bigint') return String(value)
  return (JSON.stringify(value ?? null) ?? 'null').replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
