// Values as YAML. Follows go-jsonnet v0.21 `builtins.go`; deviation: an error below a field is an error, there the text just ends.
import { formatPlainNumber } from '../numbers.ts'
import { fieldNames, fieldOf } from '../objects.ts'
import { booleanOf } from '../operators.ts'
import type { Run } from '../run.ts'
import { quoted } from '../text.ts'
import { ArrayValue, FunctionValue, ObjectValue, typeOf } from '../values.ts'
import type { Value } from '../values.ts'
import { define, forced } from './definition.ts'
import type { Definition } from './definition.ts'

interface YamlStyle {
  readonly indentsArrays: boolean
  readonly quotesKeys: boolean
}

const step = '  '

function yaml(run: Run, value: Value, style: YamlStyle, indent: string): string {
  run.step()
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return formatPlainNumber(value)
  if (typeof value === 'string') return yamlText(value, indent)
  if (value instanceof FunctionValue) return ''
  const text = value instanceof ArrayValue ? yamlArray(run, value, style, indent) : yamlObject(run, value, style, indent)
  run.text(text.length)
  return text
}

function yamlText(text: string, indent: string): string {
  if (!text.endsWith('\n')) return quoted(text)
  return ['|', ...text.slice(0, -1).split('\n')].join(`\n${indent}${step}`)
}

function yamlArray(run: Run, { elements }: ArrayValue, style: YamlStyle, indent: string): string {
  if (elements.length === 0) return '[]'
  return elements
    .map((item) => {
      const value = run.force(item)
      const isNested = value instanceof ArrayValue || value instanceof ObjectValue
      const gap = value instanceof ArrayValue && value.elements.length > 0 ? `\n${indent}${step}` : ' '
      return `-${gap}${yaml(run, value, style, isNested ? indent + step : indent)}`
    })
    .join(`\n${indent}`)
}

function yamlObject(run: Run, object: ObjectValue, style: YamlStyle, indent: string): string {
  const names = fieldNames(object)
  if (names.length === 0) return '{}'
  return names
    .map((name) => {
      const value = fieldOf(run, object, name)
      const key = style.quotesKeys || !isBareKey(name) ? quoted(name) : name
      const inner = innerIndent(value, style, indent)
      return `${key}:${inner === undefined ? ' ' : `\n${inner}`}${yaml(run, value, style, inner ?? indent)}`
    })
    .join(`\n${indent}`)
}

/** How far a value is indented below its key; undefined if it stands beside it. */
function innerIndent(value: Value, { indentsArrays }: YamlStyle, indent: string): string | undefined {
  if (value instanceof ArrayValue && value.elements.length > 0) return indentsArrays ? indent + step : indent
  return value instanceof ObjectValue && fieldNames(value).length > 0 ? indent + step : undefined
}

const reserved = new Set(['true', 'false', 'yes', 'no', 'on', 'off', 'y', 'n', '.nan', '-.inf', '+.inf', '.inf', 'null', '-', '---'])
const looksLikeOther = [
  /^(?:[0-9]*-){2}[0-9]*$/,
  /^[-+]?0b[01_]+$/,
  /[-+]?0x[0-9a-fA-F_]+/,
  /^[-+]?[0-9]+$/,
  // What Go's ParseFloat takes; digits may be separated by underscores only after a prefix.
  /^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?$/i,
  /^[-+]?(?:inf|infinity|nan)$/i,
]

/** Whether a key needs no quotes. */
function isBareKey(name: string): boolean {
  return /^[\w/.-]+$/.test(name) && !reserved.has(name.toLowerCase()) && !looksLikeOther.some((pattern) => pattern.test(name))
}

export const manifestYamlDefinitions: readonly Definition[] = [
  define('manifestYamlDoc', ['value', 'indent_array_in_object?', 'quote_keys?'], (run, [value, indentsArrays, quotesKeys]) => {
    const shown = forced(run, value)
    const [first, second] = [forced(run, indentsArrays, false), forced(run, quotesKeys, true)]
    return yaml(run, shown, { indentsArrays: booleanOf(run, first), quotesKeys: booleanOf(run, second) }, '')
  }),
  define('manifestYamlStream', ['value', 'indent_array_in_object?', 'c_document_end?', 'quote_keys?'], (run, [value, arrays, end, keys]) => {
    const list = forced(run, value)
    if (!(list instanceof ArrayValue)) throw run.error(`manifestYamlStream only takes arrays, got ${typeOf(list)}`)
    const style = { indentsArrays: booleanOf(run, forced(run, arrays, false)), quotesKeys: booleanOf(run, forced(run, keys, true)) }
    const documents = list.elements.map((item) => yaml(run, run.force(item), style, ''))
    return `---\n${documents.join('\n---\n')}${booleanOf(run, forced(run, end, true)) ? '\n...\n' : '\n'}`
  }),
]
