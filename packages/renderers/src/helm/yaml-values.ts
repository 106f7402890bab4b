// YAML as Helm reads it: everything becomes JSON first, and every number a float64.
import { FunctionError, formatFloat, setMember } from '@plumbline/gotemplate'
import type { GoMap } from '@plumbline/gotemplate'
import { parseYamlDocuments, YamlError } from '@plumbline/yaml'

const maxDepth = 1000

/** The value of a text. @throws {Error} worded as sigs.k8s.io/yaml words it */
export function readYaml(text: string): unknown {
  let value: unknown
  try {
    // What follows the first document does not count.
    value = parseYamlDocuments(text)[0]?.value ?? null
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new FunctionError(`error converting YAML to JSON: ${goYamlMessage(error)}`, { cause: error })
  }
  return floats(value)
}

const goMessages: readonly (readonly [pattern: RegExp, message: string, isScanner: boolean])[] = [
  [
    /^(?:Nested mappings are not allowed|Implicit keys need to be on a single line|A block sequence may not be used as an implicit map key)/,
    'mapping values are not allowed in this context',
    true,
  ],
  [/\btab\b/i, 'found character that cannot start any token', true],
  [/^Missing closing ["']quote|^Missing closing .*quote/, 'found unexpected end of stream', true],
  [/^alias \*(\S+) has no anchor/, "unknown anchor '$1' referenced", true],
  [/^Flow sequence|flow sequence|flow-seq/, "did not find expected ',' or ']'", false],
  [/^Flow map|flow map|flow-map/, "did not find expected ',' or '}'", false],
  [/^All collection items must start at the same column|^Unexpected |^Plain value cannot start/, 'did not find expected key', false],
]

/** A problem in the words of Go's reader, which counts lines from 0 in some of its parts and leaves the first one out. */
export function goYamlMessage({ message, line }: YamlError): string {
  for (const [pattern, text, isScanner] of goMessages) {
    const match = pattern.exec(message)
    if (match === null) continue
    const shown = isScanner ? line : line - 1
    return `yaml: ${line > 1 ? `line ${shown}: ` : ''}${text.replace('$1', match[1] ?? '')}`
  }
  return `yaml: line ${line}: ${message}`
}

/** A text that has to be a map; an empty one is an empty map. @throws {Error} */
export function readYamlMap(text: string, type = 'map[string]interface {}'): GoMap {
  const value = readYaml(text)
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
