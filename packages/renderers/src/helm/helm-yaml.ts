// YAML as templates write it.
import { FunctionError, GoInt, HostObject, isMap, isNilList, isNilMap, setMember, toJson, wellFormed } from '@plumbline/gotemplate'
import type { GoMap, GoValue } from '@plumbline/gotemplate'
import { formatYaml } from '@plumbline/yaml'
import type { YamlStyle } from '@plumbline/yaml'

const maxDepth = 1000

/** A value as `toYaml` prints it, without its last line end. */
export function toYaml(value: GoValue, style: YamlStyle = 'sigs'): string {
  return formatYaml(plain(value), { style }).replace(/\n$/, '')
}

/** What the value is once it has been through JSON. */
export function plain(value: GoValue, depth = 0): unknown {
  if (value === undefined || value === null) return null
  if (value instanceof GoInt) return value.value >= -9_007_199_254_740_991n && value.value <= 9_007_199_254_740_991n ? Number(value.value) : value.value
  if (typeof value === 'number' && !Number.isFinite(value)) throw new FunctionError('json: unsupported value')
  if (typeof value === 'string') return readable(value)
  if (typeof value !== 'object') return typeof value === 'function' ? unsupported() : value
  if (depth > maxDepth) throw new FunctionError('values are nested too deeply')
  if (value instanceof Uint8Array) return JSON.parse(toJson(value))
  if (value instanceof HostObject) return plain(value.plain(), depth + 1)
  if (isNilList(value) || isNilMap(value)) return null
  if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1))
  if (!isMap(value)) return unsupported()
  const copy: GoMap = {}
  for (const key of Object.keys(value)) setMember(copy, key, plain(value[key], depth + 1))
  return copy
}

// What has become JSON is read as YAML, and YAML has no such characters; JSON itself escapes those below the blank.
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const forbidden = /[\x7f-\x84\x86-\x9f\ufffe\uffff]/

function readable(text: string): string {
  if (forbidden.test(text)) throw new FunctionError('error converting JSON to YAML: yaml: control characters are not allowed')
  return wellFormed(text)
}

function unsupported(): never {
  throw new FunctionError('json: unsupported type')
}
