// YAML as Helm reads it: everything becomes JSON first, and every number a float64.
import { FunctionError, formatFloat, setMember } from '@plumbline/gotemplate'
import type { GoMap } from '@plumbline/gotemplate'
import { goYamlMessage, parseYamlDocuments, YamlError } from '@plumbline/yaml'

const maxDepth = 1000

/** The value of a text; what follows its first document does not count. @throws {Error} worded as sigs.k8s.io/yaml words it */
export function readYaml(text: string): unknown {
  return read(text)[0] ?? null
}

/** A text that has to be a map; an empty one is an empty map. @throws {Error} */
export function readYamlMap(text: string, type = 'map[string]interface {}'): GoMap {
  return mapOf(readYaml(text), type)
}

/** Every document, each a map. @throws {Error} */
export function readYamlDocuments(text: string): readonly GoMap[] {
  return read(text).map((value) => mapOf(value, 'map[string]interface {}'))
}

function read(text: string): readonly unknown[] {
  try {
    return parseYamlDocuments(text).map(({ value }) => floats(value))
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new FunctionError(`error converting YAML to JSON: ${goYamlMessage(error, text)}`, { cause: error })
  }
}

function mapOf(value: unknown, type: string): GoMap {
  if (value === undefined || value === null) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value as GoMap
  throw new FunctionError(`error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(value)} into Go value of type ${type}`)
}

/** What sigs.k8s.io/yaml puts where the program wants a text: scalars of other types as they print, nothing for null; undefined for collections. */
export function scalarText(value: unknown): string | undefined {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return String(value)
  return typeof value === 'number' ? formatFloat(value, 21) : undefined
}

export function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'object' && value !== null) return 'object'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'bigint' ? 'number' : typeof value
}

/** A copy of its own, in which long integers are floats too. */
export function floats(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth > maxDepth) throw new FunctionError('values are nested too deeply')
  if (Array.isArray(value)) return value.map((item) => floats(item, depth + 1))
  const copy: GoMap = {}
  for (const key of Object.keys(value)) setMember(copy, key, floats((value as GoMap)[key], depth + 1))
  return copy
}
