// YAML as Helm reads it: everything becomes JSON first, and every number a float64.
import { FunctionError, setMember } from '@plumbline/gotemplate'
import type { GoMap } from '@plumbline/gotemplate'
import { parseYaml, YamlError } from '@plumbline/yaml'

const maxDepth = 1000

/** The value of a text. @throws {Error} worded as sigs.k8s.io/yaml words it */
export function readYaml(text: string): unknown {
  let value: unknown
  try {
    value = parseYaml(text)
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new FunctionError(`error converting YAML to JSON: yaml: line ${error.line}: ${error.message}`, { cause: error })
  }
  return floats(value)
}

/** A text that has to be a map; an empty one is an empty map. @throws {Error} */
export function readYamlMap(text: string, type = 'map[string]interface {}'): GoMap {
  const value = readYaml(text)
  if (value === undefined || value === null) return {}
  if (typeof value === 'object' && !Array.isArray(value)) return value as GoMap
  throw new FunctionError(`error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(value)} into Go value of type ${type}`)
}

export function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array'
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
